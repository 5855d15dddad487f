"""Worksheets: the list, the result grid, submitting and closing, and the sheet on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, render_template, request, url_for
from flask.wrappers import Response

from lims.domain.rules.errors import LimsError
from lims.domain.rules.permissions import grants
from lims.domain.rules.workflow import states
from lims.services import result as results
from lims.services import worksheet as worksheets
from lims.services.reading import material as reading_material
from lims.services.reading import product as products
from lims.services.reading import worksheet as reading_worksheet
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.bench.paper import printed
from lims.web.intake.download import handed_out
from lims.web.unit import now, reading


@blueprint.get("/worksheets")
@needs("result:see_raw")
def worksheet_list() -> str:
    state, mine = request.args.get("state", ""), request.args.get("mine") == "1"
    with reading() as tx:
        page = reading_worksheet.listing(tx, state, request.args.get("after", ""), mine=mine)
    return render_template(
        "bench/worksheet_list.html", page=page, state=state, mine=mine, states=states("worksheet")
    )


@blueprint.get("/worksheets/<no>")
@needs("result:see_raw")
def grid_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_worksheet.grid(tx, no)
        named = products.names(tx, (position.product for position in seen.positions))
        materials = reading_material.on_worksheet(tx, no)
    cells = [cell for position in seen.positions for cell in position.cells if cell is not None]
    ready = [cell.id for cell in cells if cell.state == "entered"]
    finished = bool(cells) and all(cell.state not in ("assigned", "entered") for cell in cells)
    mine = bool(grants(g.actor, "result:enter"))
    return render_template(
        "bench/grid.html",
        seen=seen,
        named_goods=named,
        materials=materials,
        ready=ready,
        finished=finished,
        mine=mine,
        now=now(),
        error=error,
    )


def act(no: str, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("bench.grid_page", no=no), lambda error: _page(no, error))


@blueprint.post("/worksheets/<no>/submit")
@needs("result:enter")
def worksheet_submit(no: str) -> Any:
    """Everything that is entered and not yet submitted; in one transaction, all or none."""

    def submit(tx: Transaction) -> None:
        seen = reading_worksheet.grid(tx, no)
        for position in seen.positions:
            for cell in position.cells:
                if cell is not None and cell.state == "entered":
                    results.submit(tx, cell.id)

    return act(no, submit)


@blueprint.post("/worksheets/<no>/close")
@needs("worksheet:make")
def worksheet_close(no: str) -> Any:
    return act(no, lambda tx: worksheets.close(tx, no))


@blueprint.get("/worksheets/<no>/sheet.pdf")
@needs("result:see_raw")
def worksheet_paper(no: str) -> Response:
    with reading() as tx:
        seen = reading_worksheet.grid(tx, no)
        named = products.names(tx, (position.product for position in seen.positions))
        zone = tx.place.zone
    return handed_out(printed(seen, named, zone), f"{no}.pdf")

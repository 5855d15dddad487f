"""The bench's first page, what waits by method; and the making of a worksheet from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.services import worksheet as worksheets
from lims.services.reading import equipment, register
from lims.services.reading import product as products
from lims.services.reading import worksheet as reading_worksheet
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.unit import reading, writing


@blueprint.get("/")
@needs("result:see_raw")
def home() -> str:
    with reading() as tx:
        methods = reading_worksheet.waiting_methods(tx)
        mine = reading_worksheet.listing(tx, "open", mine=True, size=20).items
    return render_template("bench/home.html", methods=methods, mine=mine)


@blueprint.get("/worksheets/new")
@needs("worksheet:make")
def worksheet_new() -> str:
    return _form(request.args.get("method", ""))


@blueprint.post("/worksheets/new")
@needs("worksheet:make")
def worksheet_make() -> Any:
    method = typed.text("method")
    try:
        with writing() as tx:
            made = worksheets.make(tx, _command(tx, method))
    except LimsError as error:
        return _form(method, error), 422
    return redirect(url_for("bench.grid_page", no=made.no), 303)


def _command(tx: Transaction, method: str) -> worksheets.MakeWorksheet:
    return worksheets.MakeWorksheet(
        method=method,
        analysis_ids=tuple(request.form.getlist("analysis", type=int)),
        instrument=typed.text("instrument"),
        analyst=typed.text("analyst"),
        blanks=typed.whole("blanks") or 0,
        duplicates=typed.whole("duplicates") or 0,
        crm=typed.text("crm"),
        spikes=typed.whole("spikes") or 0,
        due_at=_due(tx, typed.text("due_at")),
        booking_reason=typed.text("booking_reason"),
    )


def _due(tx: Transaction, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=tx.place.zone)
    except ValueError:
        raise BadInput("NOT_A_DATE", field="due_at", value=text[:40]) from None


def _form(method: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        waiting = reading_worksheet.waiting(tx, method)
        named = products.names(tx, (row.product for row in waiting))
        instruments = equipment.instruments(tx, size=200).items
        held = register.authorisations(tx, method)
    return render_template(
        "bench/worksheet_new.html",
        method=method,
        waiting=waiting,
        named_goods=named,
        instruments=instruments,
        people={one.username: one.name for one in held if one.activity == "test" and one.in_force},
        chosen=set(request.form.getlist("analysis", type=int)),
        given=request.form,
        error=error,
    )

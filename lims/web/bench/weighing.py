"""Weighing: a value read from a balance by the browser, sent by its agent or typed, for a position of a worksheet."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from instruments.receivers.balance import PROTOCOLS
from lims.domain.rules.errors import BadInput, LimsError
from lims.services import weighing
from lims.services.reading import weighing as reading_weighing
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.unit import reading, writing


@blueprint.get("/weighing")
@needs("result:enter")
def weighing_page() -> str:
    return _page(request.args.get("worksheet", ""))


def _page(worksheet_no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_weighing.bench(tx, worksheet_no.strip())
    given = request.form if request.method == "POST" else request.args
    words = {"protocols": PROTOCOLS, "symbols": weighing.SYMBOLS}
    return render_template("bench/weighing.html", seen=seen, given=given, error=error, **words)


@blueprint.post("/weighing")
@needs("result:enter")
def weighing_take() -> Any:
    """``text`` is what was typed; ``line`` what the browser read, as the balance sent it, and counts before it."""
    sheet, line = typed.text("worksheet"), request.form.get("line", "")
    cmd = weighing.TakeWeight(
        typed.text("instrument"),
        line or typed.text("text"),
        protocol=typed.text("protocol") if line else weighing.TYPED,
        source="browser" if line else "typed",
        position_id=typed.whole("position"),
        symbol=typed.text("symbol") or "m",
        tare=typed.text("tare"),
        serial_no=typed.text("serial_no") if line else "",
    )
    try:
        if cmd.position_id is None:
            raise BadInput("FIELD_NEEDED", field="position")
        with writing() as tx:
            weighing.take(tx, cmd)
    except LimsError as error:
        return _page(sheet, error), 422
    return redirect(_onward(sheet, cmd.instrument), 303)


def _onward(sheet: str, instrument: str) -> str:
    """Back to the page with the same balance and way of talking to it, for the next position."""
    protocol, symbol = typed.text("protocol"), typed.text("symbol")
    return url_for("bench.weighing_page", worksheet=sheet, instrument=instrument, protocol=protocol, symbol=symbol)


@blueprint.post("/weighing/<int:weighing_id>/assign")
@needs("result:enter")
def weighing_assign(weighing_id: int) -> Any:
    sheet, position = typed.text("worksheet"), typed.whole("position")
    try:
        if position is None:
            raise BadInput("FIELD_NEEDED", field="position")
        with writing() as tx:
            weighing.assign(tx, weighing_id, position, typed.text("symbol") or "m")
    except LimsError as error:
        return _page(sheet, error), 409
    return redirect(url_for("bench.weighing_page", worksheet=sheet), 303)

"""Pages of the instruments: the register with what is due, one instrument, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import equipment
from lims.services.reading import equipment as books
from lims.services.transaction import Transaction
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import CALIBRATION_NAMES, STATE_NAMES
from lims.web.errors import status_of
from lims.web.unit import reading, writing

WORDS = {"states": STATE_NAMES, "calibrations": CALIBRATION_NAMES}
FIELDS = tuple(equipment.Identity.__dataclass_fields__)


@blueprint.get("/instruments")
@signed_in
def instruments() -> str:
    text, due = request.args.get("q", ""), request.args.get("due", "")
    with reading() as tx:
        page = books.instruments(tx, text, request.args.get("after", ""), due=due)
    return render_template(
        "catalogue/instruments.html", page=page, q=text, due=due, filters=books.FILTERS, **WORDS
    )


@blueprint.get("/instruments/new")
@needs("instrument:edit")
def instrument_new() -> str:
    return render_template("catalogue/instrument_new.html", given={}, seen=None, error=None)


@blueprint.post("/instruments/new")
@needs("instrument:edit")
def instrument_register() -> Any:
    cmd = equipment.RegisterInstrument(typed.text("code"), _identity(), typed.text("parent"))
    try:
        with writing() as tx:
            equipment.register_instrument(tx, cmd)
    except LimsError as error:
        return render_template(
            "catalogue/instrument_new.html", given=request.form, seen=None, error=error
        ), status_of(error)
    return redirect(url_for("catalogue.instrument", code=cmd.code), 303)


@blueprint.get("/instruments/<code>")
@signed_in
def instrument(code: str) -> str:
    return _page(code)


@blueprint.get("/instruments/<code>/edit")
@needs("instrument:edit")
def instrument_edit(code: str) -> str:
    with reading() as tx:
        seen = books.instrument(tx, code)
    return render_template("catalogue/instrument_new.html", given=vars(seen), seen=seen, error=None)


@blueprint.post("/instruments/<code>/edit")
@needs("instrument:edit")
def instrument_change(code: str) -> Any:
    cmd = equipment.EditInstrument(
        code, _identity(), typed.text("reason"), typed.text("parent"), typed.whole("version")
    )
    try:
        with writing() as tx:
            equipment.edit_instrument(tx, cmd)
    except LimsError as error:
        with reading() as tx:
            seen = books.instrument(tx, code)
        return render_template(
            "catalogue/instrument_new.html", given=request.form, seen=seen, error=error
        ), status_of(error)
    return redirect(url_for("catalogue.instrument", code=code), 303)


@blueprint.post("/instruments/<code>/put-in-service")
@needs("instrument:edit")
def instrument_put_in_service(code: str) -> Any:
    return _act(code, lambda tx: equipment.put_in_service(tx, code, typed.text("checks")))


@blueprint.post("/instruments/<code>/take-out")
@needs("instrument:out_of_service")
def instrument_take_out(code: str) -> Any:
    return _act(code, lambda tx: equipment.take_out(tx, code, typed.text("reason")))


def _identity() -> equipment.Identity:
    return equipment.Identity(**{name: typed.text(name) for name in FIELDS})


def _act(code: str, do: Callable[[Transaction], object]) -> Any:
    try:
        with writing() as tx:
            do(tx)
    except LimsError as error:
        return _page(code, error), status_of(error)
    return redirect(url_for("catalogue.instrument", code=code), 303)


def _page(code: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = books.instrument(tx, code)
    return render_template("catalogue/instrument.html", seen=seen, error=error, given=request.form, **WORDS)

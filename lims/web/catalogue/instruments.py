"""Pages of the instruments: what is in service, what is past its calibration, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import register
from lims.services.reading import register as books
from lims.services.transaction import Transaction
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import CALIBRATION_NAMES, STATE_NAMES
from lims.web.errors import status_of
from lims.web.unit import reading, writing

WORDS = {"states": STATE_NAMES, "calibrations": CALIBRATION_NAMES}
FIELDS = ("code", "name_zh", "name_en", "technique", "maker", "model", "serial_no", "place", "adapter")


@blueprint.get("/instruments")
@signed_in
def instruments() -> str:
    text = request.args.get("q", "")
    with reading() as tx:
        page = books.instruments(tx, text, request.args.get("after", ""))
    return render_template("catalogue/instruments.html", page=page, q=text, **WORDS)


@blueprint.get("/instruments/new")
@needs("instrument:edit")
def instrument_new() -> str:
    return render_template("catalogue/instrument_new.html", given={}, error=None)


@blueprint.post("/instruments/new")
@needs("instrument:edit")
def instrument_register() -> Any:
    given: dict[str, Any] = {name: typed.text(name) for name in FIELDS}
    cmd = register.RegisterInstrument(**given)
    try:
        with writing() as tx:
            register.register_instrument(tx, cmd)
    except LimsError as error:
        return render_template("catalogue/instrument_new.html", given=request.form, error=error), status_of(error)
    return redirect(url_for("catalogue.instrument", code=cmd.code), 303)


@blueprint.get("/instruments/<code>")
@signed_in
def instrument(code: str) -> str:
    return _page(code)


@blueprint.post("/instruments/<code>/calibrate")
@needs("instrument:edit")
def instrument_calibrate(code: str) -> Any:
    return _act(
        code,
        lambda tx: register.calibrate(
            tx,
            register.Calibrate(code, typed.needed_day("on"), typed.needed_day("due"), typed.text("evidence")),
        ),
    )


@blueprint.post("/instruments/<code>/put-in-service")
@needs("instrument:edit")
def instrument_put_in_service(code: str) -> Any:
    return _act(code, lambda tx: register.put_in_service(tx, code, typed.text("checks")))


@blueprint.post("/instruments/<code>/take-out")
@needs("instrument:out_of_service")
def instrument_take_out(code: str) -> Any:
    return _act(code, lambda tx: register.take_out(tx, code, typed.text("reason")))


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
        touched = register.look_back(tx, register.instrument(tx, code)) if seen.state == "out_of_service" else ()
    return render_template(
        "catalogue/instrument.html", seen=seen, touched=touched, error=error, given=request.form, **WORDS
    )

"""Pages of an instrument's bookings and of its logbook: who has it when, and everything that happened to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.services import booking
from lims.services.reading import equipment as books
from lims.services.reading import logbook as logs
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import CALIBRATION_NAMES, STATE_NAMES
from lims.web.errors import status_of
from lims.web.unit import reading, writing

WORDS = {"states": STATE_NAMES, "calibrations": CALIBRATION_NAMES}


@blueprint.get("/instruments/<code>/bookings")
@needs("result:see_raw")
def instrument_bookings(code: str) -> str:
    return _bookings(code)


@blueprint.post("/instruments/<code>/bookings")
@needs("instrument:book")
def instrument_book(code: str) -> Any:
    def do(tx: Transaction) -> None:
        start, end = _moment(tx, "starts_at"), _moment(tx, "ends_at")
        booking.book(tx, booking.Book(code, start, end, typed.text("purpose")))

    return _done(code, do, "catalogue.instrument_bookings", _bookings)


@blueprint.post("/instruments/<code>/bookings/<int:booking_id>/cancel")
@needs("instrument:book")
def instrument_unbook(code: str, booking_id: int) -> Any:
    return _done(
        code,
        lambda tx: booking.cancel(tx, booking_id, typed.text("reason")),
        "catalogue.instrument_bookings",
        _bookings,
    )


@blueprint.get("/instruments/<code>/logbook")
@needs("result:see_raw")
def instrument_logbook(code: str) -> str:
    return _logbook(code)


@blueprint.post("/instruments/<code>/logbook")
@needs("instrument:book")
def instrument_log(code: str) -> Any:
    return _done(
        code,
        lambda tx: booking.write(tx, code, typed.text("text"), typed.count("hours")),
        "catalogue.instrument_logbook",
        _logbook,
    )


def _moment(tx: Transaction, name: str) -> datetime:
    """A moment of the laboratory's own clock as the form gives it."""
    text = typed.text(name)
    if not text:
        raise BadInput("FIELD_NEEDED", field=name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=tx.place.zone)
    except ValueError:
        raise BadInput("NOT_A_DATE", field=name, value=text[:40]) from None


def _done(code: str, do: Callable[[Transaction], object], endpoint: str, show: Callable[..., str]) -> Any:
    try:
        with writing() as tx:
            do(tx)
    except LimsError as error:
        return show(code, error), status_of(error)
    return redirect(url_for(endpoint, code=code), 303)


def _bookings(code: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen, held = books.instrument(tx, code), books.bookings(tx, code)
    return render_template(
        "catalogue/instrument_bookings.html", seen=seen, held=held, given=request.form, error=error, **WORDS
    )


def _logbook(code: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen, page = books.instrument(tx, code), logs.logbook(tx, code, request.args.get("after", ""))
    return render_template(
        "catalogue/instrument_logbook.html", seen=seen, page=page, given=request.form, error=error, **WORDS
    )

"""Use-cases of bookings and of the logbook's free entries. Two bookings of one instrument never overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.equipment import BookingRow, LogRow
from lims.persistence.instrument import InstrumentRow
from lims.services import equipment, lookup
from lims.services.transaction import Transaction

LONGEST = timedelta(days=31)
MOST_HOURS = 10_000


@dataclass(frozen=True)
class Book:
    """From a moment on, up to but without another."""

    code: str
    starts_at: datetime
    ends_at: datetime
    purpose: str


def book(tx: Transaction, cmd: Book) -> int:
    """Refused: an overlap, an instrument that is not in service (a new one cannot be booked, 6.4.4), the past."""
    tx.require("instrument:book")
    if not cmd.purpose.strip():
        raise BadInput("FIELD_NEEDED", field="purpose")
    if not cmd.starts_at < cmd.ends_at <= cmd.starts_at + LONGEST:
        raise BadInput("RANGE_ENDS", field="ends_at", value=cmd.ends_at.isoformat())
    if cmd.ends_at <= tx.now:
        raise BadInput("IN_THE_PAST", field="ends_at", value=cmd.ends_at.isoformat())
    row = equipment.instrument(tx, cmd.code)
    lookup.hold(tx, InstrumentRow, row.id)  # of two at once the second one sees the first one's booking
    refusals = [*_not_bookable(row), *_overlaps(tx, row, cmd)]
    if refusals:
        raise Refused(*refusals)
    made = BookingRow(
        instrument_id=row.id,
        starts_at=cmd.starts_at,
        ends_at=cmd.ends_at,
        purpose=cmd.purpose.strip(),
        user_id=tx.actor.id,
        user_name=tx.actor.name,
        booked_at=tx.now,
        cancelled_at=None,
        cancel_reason="",
    )
    tx.add(made, "book", cmd.purpose)
    tx.session.flush()  # the caller is told the id
    return made.id


def _not_bookable(row: InstrumentRow) -> list[Refusal]:
    if row.state == "in_service":
        return []
    reason = row.out_reason or ""
    return [refusal("INSTRUMENT_NOT_IN_SERVICE", instrument=row.code, state=row.state, reason=reason)]


def _overlaps(tx: Transaction, row: InstrumentRow, cmd: Book) -> list[Refusal]:
    query = select(BookingRow).where(
        BookingRow.instrument_id == row.id,
        BookingRow.ends_at > cmd.starts_at,
        BookingRow.starts_at < cmd.ends_at,
        BookingRow.cancelled_at.is_(None),
    )
    return [_taken(tx, row, one) for one in tx.session.scalars(query.order_by(BookingRow.starts_at).limit(5))]


def _taken(tx: Transaction, row: InstrumentRow, one: BookingRow) -> Refusal:
    start, end = (at.astimezone(tx.place.zone).strftime("%Y-%m-%d %H:%M") for at in (one.starts_at, one.ends_at))
    return refusal("INSTRUMENT_BOOKED", instrument=row.code, person=one.user_name, start=start, end=end,
                   purpose=one.purpose)  # fmt: skip


def cancel(tx: Transaction, booking_id: int, reason: str) -> str:
    """One's own with a reason; anybody's by quality. Answers the code of the instrument."""
    tx.require("instrument:book")
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    row = lookup.one(tx, select(BookingRow).where(BookingRow.id == booking_id), "booking", booking_id)
    if row.user_id != tx.actor.id:
        tx.require("instrument:edit")
    if row.cancelled_at is not None or row.ends_at <= tx.now:
        raise Refused(refusal("BOOKING_OVER"))
    row.cancelled_at, row.cancel_reason = tx.now, reason.strip()
    tx.record(row, "cancel", reason)
    return tx.session.get_one(InstrumentRow, row.instrument_id).code


def of_another(tx: Transaction, row: InstrumentRow, user_id: int) -> Refusal | None:
    """The booking by somebody else that holds the instrument at this moment."""
    query = select(BookingRow).where(
        BookingRow.instrument_id == row.id,
        BookingRow.ends_at > tx.now,
        BookingRow.starts_at <= tx.now,
        BookingRow.cancelled_at.is_(None),
        BookingRow.user_id != user_id,
    )
    held = tx.session.scalars(query.limit(1)).first()
    return None if held is None else _taken(tx, row, held)


def note_use_in_spite(tx: Transaction, row: InstrumentRow, worksheet_no: str, reason: str) -> None:
    """Why somebody used it although another had booked it stands in the logbook."""
    _write(tx, row, f"{worksheet_no}: {reason.strip()}", None)


def write(tx: Transaction, code: str, text: str, hours: int | None = None) -> int:
    """A free entry, with the hours it ran where those are counted."""
    tx.require("instrument:book")
    if not text.strip():
        raise BadInput("FIELD_NEEDED", field="text")
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise BadInput("TOO_MANY", field="hours", most=MOST_HOURS)
    row = _write(tx, equipment.instrument(tx, code), text.strip(), hours)
    tx.session.flush()  # the caller is told the id
    return row.id


def _write(tx: Transaction, row: InstrumentRow, text: str, hours: int | None) -> LogRow:
    made = LogRow(
        instrument_id=row.id, at=tx.now, text=text, hours=hours, user_id=tx.actor.id, user_name=tx.actor.name
    )
    tx.add(made, "write")
    return made

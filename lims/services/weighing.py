"""Use-cases of weighing: a value from a balance or typed, kept as received, taken for a position of a worksheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from instruments.receivers import balance
from lims.domain import weighing
from lims.domain.rules.errors import BadInput, Conflict, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.instrument import InstrumentRow
from lims.persistence.weighing import WeighingRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services import device, facts, lookup
from lims.services.transaction import Transaction

TYPED = "typed"
SYMBOLS = ("m", "m0", "m1", "m2", "m3", "V", "pH")
AHEAD, OLDEST = timedelta(minutes=5), timedelta(days=7)
"""How far the clock of a device may be wrong, and how long it may have been without the network."""


@dataclass(frozen=True)
class TakeWeight:
    instrument: str
    text: str
    protocol: str = TYPED
    source: str = TYPED
    position_id: int | None = None
    symbol: str = "m"
    tare: str = ""
    serial_no: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Taken:
    id: int
    value: Decimal
    unit: str


def take(tx: Transaction, cmd: TakeWeight) -> Taken:
    """Keep a stable value of a balance that is fit today, within its range; Refused says everything that is wrong.

    A line of the device is read here once more: what a page or an agent made of it counts for nothing.
    """
    tx.require(device.DELIVER if device.is_device(tx.actor) else "result:enter")
    scale = device.instrument(tx, cmd.instrument)
    device.check_own(tx, scale.id)
    value, unit = _value(cmd)
    if cmd.tare:
        weighing.typed(cmd.tare)
    wrong = [*_unfit(tx, scale, cmd), weighing.outside(value, unit, scale.working_range)]
    refusals = [one for one in wrong if one is not None]
    if refusals:
        raise Refused(*refusals)
    if cmd.symbol not in SYMBOLS:
        raise BadInput("UNKNOWN_CHOICE", field="symbol", value=cmd.symbol[:20])
    if cmd.position_id is not None:
        _position(tx, cmd.position_id)
    row = WeighingRow(
        instrument_id=scale.id, position_id=cmd.position_id, symbol=cmd.symbol, text=cmd.text[:200],
        protocol=cmd.protocol, value=value, unit=unit, stable=True, tare=cmd.tare.strip()[:40],
        serial_no=cmd.serial_no.strip()[:60], source=cmd.source, taken_at=_moment(tx, cmd.taken_at),
        taken_name=tx.actor.name,
    )  # fmt: skip
    tx.add(row, "weigh")
    tx.session.flush()  # it is named by its id
    return Taken(row.id, value, unit)


def _value(cmd: TakeWeight) -> tuple[Decimal, str]:
    if cmd.protocol == TYPED:
        return weighing.typed(cmd.text)
    read = balance.read(cmd.text, cmd.protocol)
    if isinstance(read, Refusal):
        raise Refused(read)
    return Decimal(read.value), read.unit


def _unfit(tx: Transaction, scale: InstrumentRow, cmd: TakeWeight) -> list[Refusal | None]:
    """The balance itself: in service, calibrated, its last check passed, and the one that it says it is."""
    named, known = cmd.serial_no.strip(), scale.serial_no.strip()
    other = refusal("ANOTHER_BALANCE", said=named, known=known) if named and known and named != known else None
    return [facts.instrument_refusal(tx, scale, tx.today), other]


def _moment(tx: Transaction, told: datetime | None) -> datetime:
    """When it was weighed as the device says, if that can be so: it may have been without the network."""
    if told is None:
        return tx.now
    if told.tzinfo is None or told > tx.now + AHEAD or told < tx.now - OLDEST:
        raise BadInput("WEIGHED_WHEN", field="taken_at", at=told.isoformat()[:40])
    return min(told, tx.now)


def _position(tx: Transaction, position_id: int) -> PositionRow:
    row = lookup.one(tx, select(PositionRow).where(PositionRow.id == position_id), "position", str(position_id))
    sheet = tx.session.get_one(WorksheetRow, row.worksheet_id)
    if sheet.state != "open":
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="worksheet", state=sheet.state, verb="weigh"))
    return row


def assign(tx: Transaction, weighing_id: int, position_id: int, symbol: str = "m") -> None:
    """Say what was on the pan when the agent sent the value; once, and it stays."""
    tx.require("result:enter")
    lookup.hold(tx, WeighingRow, weighing_id)
    row = lookup.one(tx, select(WeighingRow).where(WeighingRow.id == weighing_id), "weighing", str(weighing_id))
    if row.position_id is not None:
        raise Conflict("WEIGHING_TAKEN")
    if symbol not in SYMBOLS:
        raise BadInput("UNKNOWN_CHOICE", field="symbol", value=symbol[:20])
    row.position_id, row.symbol = _position(tx, position_id).id, symbol
    tx.record(row, "assign")

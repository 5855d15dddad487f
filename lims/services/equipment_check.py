"""Use-cases of checks: how often, and what was found. A failed one takes the instrument out and opens the look-back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from lims.domain.equipment import BLOCKING, KINDS, UNITS
from lims.domain.equipment_check import (
    FAILED,
    GOOD,
    MOST_DAYS,
    MOST_POINTS,
    MOST_USES,
    JudgedPoint,
    Point,
    judged,
    next_due,
    outcome,
    questions_the_past,
    soon_on,
)
from lims.domain.rules.errors import BadInput
from lims.persistence.equipment import CheckRow, PlanRow
from lims.persistence.instrument import InstrumentRow
from lims.services import equipment, look_back, transition
from lims.services.transaction import Transaction
from lims.services.transition import Over

ANALYSTS_KINDS = frozenset({"intermediate", "maintenance"})
"""What those who work with an instrument record themselves; calibration and qualification are quality's."""


@dataclass(frozen=True)
class PlanChecks:
    """Every so many days, every so many uses, or whichever comes first."""

    code: str
    kind: str
    every_days: int | None
    every_uses: int | None = None
    unit: str = ""
    criteria: tuple[Point, ...] = ()
    """Points offered each time, with their ends."""
    reason: str = ""


@dataclass(frozen=True)
class RecordCheck:
    code: str
    kind: str
    on: date
    performer: str = ""
    """Person or provider; empty: whoever records it."""
    certificate_no: str = ""
    standard: str = ""
    """Reference standard used, with its number."""
    points: tuple[Point, ...] = ()
    outcome: str = ""
    """Asked for where no points are given."""
    remark: str = ""
    due: date | None = None
    """Empty: by the plan."""


@dataclass(frozen=True)
class Recorded:
    id: int
    outcome: str
    due: date | None
    look_back_id: int | None
    """Opened when the check puts earlier results in question."""


def plan(tx: Transaction, cmd: PlanChecks) -> int:
    """Set or change how often; the next due day follows at once from the last good check, or from today."""
    tx.require("instrument:edit")
    _planned(cmd)
    row = equipment.instrument(tx, cmd.code)
    held = _plan(tx, row, cmd.kind)
    if held is None:
        done = row.calibrated_on if cmd.kind == "calibration" else None
        counted = datetime.combine(done, time.min, tx.place.zone) if done else tx.now
        held = PlanRow(instrument_id=row.id, kind=cmd.kind, done_on=done, counted_from=counted)
    new = held.id is None
    held.every_days, held.every_uses, held.unit = cmd.every_days, cmd.every_uses, cmd.unit if cmd.every_uses else ""
    held.criteria = [asdict(point) for point in cmd.criteria]
    held.due_on = next_due(held.done_on or tx.today, cmd.every_days)
    held.soon_on = soon_on(held.due_on, cmd.every_days)
    if new:
        tx.add(held, "plan", cmd.reason)
        tx.session.flush()  # the caller is told the id
    else:
        tx.record(held, "plan", cmd.reason)
    if cmd.kind == "calibration" and held.done_on and held.due_on:
        row.calibration_due = held.due_on
        tx.record(row, "plan", cmd.reason)
    return held.id


def _planned(cmd: PlanChecks) -> None:
    if cmd.kind not in KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind)
    if cmd.every_days is None and cmd.every_uses is None:
        raise BadInput("FIELD_NEEDED", field="every_days")
    if cmd.every_uses is not None and cmd.unit not in UNITS:
        raise BadInput("UNKNOWN_CHOICE", field="unit", value=cmd.unit)
    for name, most in (("every_days", MOST_DAYS), ("every_uses", MOST_USES)):
        value = getattr(cmd, name)
        if value is not None and not 1 <= value <= most:
            raise BadInput("TOO_MANY", field=name, most=most)
    if len(cmd.criteria) > MOST_POINTS:
        raise BadInput("TOO_MANY", field="criteria", most=MOST_POINTS)


def record(tx: Transaction, cmd: RecordCheck) -> Recorded:
    """Write down a check that was done (6.4.13 e, g, h); what it means for the instrument happens with it."""
    points = _valid(tx, cmd)
    row = equipment.instrument(tx, cmd.code)
    held = _plan(tx, row, cmd.kind)
    word = outcome(points, cmd.outcome)
    due = cmd.due or next_due(cmd.on, held.every_days if held else None)
    if cmd.kind == "calibration" and word in GOOD and due is None:
        raise BadInput("FIELD_NEEDED", field="due")
    check = CheckRow(
        instrument_id=row.id,
        kind=cmd.kind,
        done_on=cmd.on,
        performer=cmd.performer.strip() or tx.actor.name,
        certificate_no=cmd.certificate_no.strip(),
        standard=cmd.standard.strip(),
        points=[_told(one) for one in points],
        outcome=word,
        remark=cmd.remark.strip(),
        due_on=due if word in GOOD else None,
        recorded_by=tx.actor.id,
        recorded_name=tx.actor.name,
        recorded_at=tx.now,
    )
    tx.add(check, "record", cmd.remark)
    tx.session.flush()  # the look-back points at it
    opened = _consequence(tx, row, check)  # before the dates move on: it asks for the last good check before this one
    if word in GOOD:
        _good(tx, row, held, check)
    return Recorded(check.id, word, check.due_on, opened)


def _valid(tx: Transaction, cmd: RecordCheck) -> list[JudgedPoint]:
    if cmd.kind not in KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind)
    tx.require("instrument:check" if cmd.kind in ANALYSTS_KINDS else "instrument:edit")
    if cmd.on > tx.today:
        raise BadInput("IN_THE_FUTURE", field="on", value=cmd.on.isoformat())
    if cmd.due is not None and cmd.due <= cmd.on:
        raise BadInput("RANGE_ENDS", field="due", value=cmd.due.isoformat())
    if cmd.kind == "calibration" and not cmd.certificate_no.strip():
        raise BadInput("FIELD_NEEDED", field="certificate_no")
    if len(cmd.points) > MOST_POINTS:
        raise BadInput("TOO_MANY", field="points", most=MOST_POINTS)
    return [judged(point) for point in cmd.points]


def _told(one: JudgedPoint) -> Mapping[str, Any]:
    return {**asdict(one.point), "found": one.found, "left": one.left}


def _good(tx: Transaction, row: InstrumentRow, held: PlanRow | None, check: CheckRow) -> None:
    """Due dates move on, unless something later is known already."""
    if held is not None and (held.done_on is None or check.done_on >= held.done_on):
        held.done_on, held.due_on = check.done_on, check.due_on
        held.soon_on = soon_on(check.due_on, held.every_days)
        held.counted_from = _moment(tx, check.done_on)
        tx.record(held, "check", check.certificate_no)
    before = (row.calibrated_on, row.calibration_due, row.check_needed)
    if check.kind == "calibration" and (row.calibrated_on is None or check.done_on >= row.calibrated_on):
        row.calibrated_on, row.calibration_due = check.done_on, check.due_on
    if check.kind in BLOCKING and check.done_on == tx.today:
        row.check_needed = ""
    if before != (row.calibrated_on, row.calibration_due, row.check_needed):
        tx.record(row, "calibrate" if check.kind == "calibration" else "check", check.certificate_no)


def _moment(tx: Transaction, day: date) -> datetime:
    """From when uses count: now for a check of today, else the beginning of its day, which errs to the safe side."""
    return tx.now if day == tx.today else datetime.combine(day, time.min, tx.place.zone)


def _consequence(tx: Transaction, row: InstrumentRow, check: CheckRow) -> int | None:
    """Out of service by itself when it failed; the question of earlier results is opened when it was found outside."""
    if check.kind not in BLOCKING or not questions_the_past(check.outcome):
        return None
    reason = " ".join(filter(None, (check.kind, check.done_on.isoformat(), check.outcome, check.certificate_no)))
    if check.outcome == FAILED and row.state == "in_service":
        row.out_reason = reason
        transition.act(tx, row, "take_out", Over(), reason)
    return look_back.begin(tx, row, reason, check)


def _plan(tx: Transaction, row: InstrumentRow, kind: str) -> PlanRow | None:
    mine = (PlanRow.instrument_id == row.id, PlanRow.kind == kind)
    return tx.session.scalar(select(PlanRow).where(*mine))


def points_of(stored: Sequence[Mapping[str, str]] | None) -> tuple[Point, ...]:
    """The points of a plan or a record as they were written down."""
    names = Point.__dataclass_fields__
    return tuple(Point(**{name: one.get(name, "") for name in names}) for one in stored or ())

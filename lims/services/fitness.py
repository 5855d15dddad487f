"""Rows to facts about instruments: their plans with the uses counted since the last good check, for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from lims.domain.equipment import Due, Equipment, unfit
from lims.domain.rules.refusal import Refusal
from lims.persistence.equipment import LogRow, PlanRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services.transaction import Transaction

_TAKEN = ("accepted", "part_accepted")


def refusal_of(tx: Transaction, row: InstrumentRow, on: date) -> Refusal | None:
    """Why the instrument must not be used that day: one query, by index."""
    return unfit(equipment(row, dues(tx, [row.id]).get(row.id, ())), on)


def equipment(row: InstrumentRow, held: tuple[Due, ...]) -> Equipment:
    return Equipment(row.code, row.state, row.calibration_due, row.out_reason or "", row.check_needed or "", held)


def dues(tx: Transaction, ids: Iterable[int]) -> Mapping[int, tuple[Due, ...]]:
    """Instrument -> what is planned for it; the uses are counted where they happened, so no counter can drift."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    query = select(PlanRow, uses()).where(PlanRow.instrument_id.in_(wanted)).order_by(PlanRow.kind)
    found: dict[int, tuple[Due, ...]] = {}
    for plan, used in tx.session.execute(query):
        due = Due(plan.kind, plan.due_on, plan.unit, plan.every_uses, used or 0, plan.soon_on)
        found[plan.instrument_id] = (*found.get(plan.instrument_id, ()), due)
    return found


def uses() -> ColumnElement[Any]:
    """Of a plan: how often its instrument was used since, in the plan's own unit; null where uses are not counted."""
    worksheets = _since(func.count(WorksheetRow.id), WorksheetRow.instrument_id, WorksheetRow.made_at)
    injections = _since(func.count(PositionRow.id), WorksheetRow.instrument_id, WorksheetRow.made_at).join(
        PositionRow, PositionRow.worksheet_id == WorksheetRow.id
    )
    runs = _since(func.count(RunRow.id), RunRow.instrument_id, RunRow.received_at).where(RunRow.state.in_(_TAKEN))
    hours = _since(func.sum(LogRow.hours), LogRow.instrument_id, LogRow.at)
    counted = {"worksheets": worksheets, "injections": injections, "runs": runs, "hours": hours}
    asked = PlanRow.every_uses.is_not(None)
    return case(*(((asked & (PlanRow.unit == unit)), query.scalar_subquery()) for unit, query in counted.items()))


def _since(what: Any, instrument_id: Any, at: Any) -> Any:
    mine = (instrument_id == PlanRow.instrument_id, at >= PlanRow.counted_from)
    return select(what).select_from(instrument_id.class_).where(*mine).correlate(PlanRow)

"""What was found at the quality-control positions of a worksheet, as values that the domain judges: rows to findings.

A constant number of queries a worksheet, however many positions it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain import batch as rules
from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.qc_plan import QcPlan, qc_plan_from
from lims.domain.qc_window import Windows, windows_from
from lims.domain.replicate import Repeatability, repeatability_from
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.worksheet import PositionRow, QcResultRow, WorksheetRow
from lims.services import facts, judging
from lims.services.transaction import Transaction


@dataclass
class Sheet:
    """A worksheet with all that its findings are judged by."""

    row: WorksheetRow
    method: MethodVersion | None
    windows: Windows
    chart_rules: tuple[str, ...]
    analyses: Sequence[AnalysisRow]


@dataclass(frozen=True)
class Judged:
    """An outcome, the position it is of, and the row of the finding, where something was found."""

    position: PositionRow
    aspect: str
    outcome: rules.Outcome
    found: QcResultRow | None

    @property
    def holds_a_part(self) -> bool:
        """Whether it holds the positions near it only, and not the batch."""
        return self.position.kind in (*rules.HOLDS_A_PART, "sample")


def plan_in_force(tx: Transaction, method: str) -> tuple[int | None, QcPlan | None]:
    """The id of the version and the plan of the method on this day."""
    row = facts.item_in_force(tx, "qc_plan", method, tx.today)
    return (row.id, _plan(row, facts.method(tx, method, tx.today))) if row is not None else (None, None)


def _plan(row: ReferenceVersionRow, method: MethodVersion | None) -> QcPlan:
    return qc_plan_from(row.content, f"{row.code} v{row.number}", method.technique if method else "")


def sheet_of(tx: Transaction, worksheet_id: int) -> Sheet:
    query = (
        select(WorksheetRow)
        .where(WorksheetRow.id == worksheet_id)
        .options(
            selectinload(WorksheetRow.positions).selectinload(PositionRow.readings),
            selectinload(WorksheetRow.brackets),
            joinedload(WorksheetRow.batch),
        )
    )
    row = tx.session.scalars(query).one()
    method = facts.method(tx, row.method, tx.today)
    technique = method.technique if method else ""
    windows = windows_from({}, "", technique)
    chart_rules: tuple[str, ...] = ("westgard",)
    if row.qc_plan_id is not None:
        plan = _plan(tx.session.get_one(ReferenceVersionRow, row.qc_plan_id), method)
        windows, chart_rules = plan.windows, plan.chart_rules
    analyses = tx.session.scalars(
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == worksheet_id, AnalysisRow.state != "cancelled")
        .options(joinedload(AnalysisRow.result))
        .order_by(AnalysisRow.id)
    ).all()
    return Sheet(row, method, windows, chart_rules, analyses)


def judged(sheet: Sheet) -> tuple[Judged, ...]:
    """Every outcome of the worksheet in run order, what is still open among them."""
    found: list[Judged] = []
    declared = repeatability_from(sheet.method.repeatability) if sheet.method is not None else None
    lowest = _lowest(sheet)
    for position in sheet.row.positions:
        if position.dropped:
            continue
        for aspect in rules.ASPECTS:
            readings = {row.analyte: row for row in position.readings if row.aspect == aspect}
            if not readings and (aspect or position.kind == "sample"):
                continue
            if position.kind == "sample" and not aspect:
                continue
            finding = _finding(sheet, position, aspect, readings, declared, lowest)
            outcomes = rules.judge_each(finding)
            found += (Judged(position, aspect, one, readings.get(one.analyte)) for one in outcomes)
    return tuple(found)


def _finding(
    sheet: Sheet, position: PositionRow, aspect: str, readings: Mapping[str, QcResultRow],
    declared: Repeatability | None, lowest: tuple[tuple[str, Decimal], ...],
) -> rules.Finding:
    _, loq = judging.lod_loq(sheet.method, "")
    return rules.Finding(
        position.kind,
        position.label,
        position.expected,
        tuple((analyte, row.text) for analyte, row in sorted(readings.items())),
        loq,
        _partner(sheet, position),
        _wanted(sheet, position) if not aspect else (),
        declared,
        sheet.method.loq_unit if sheet.method is not None else "",
        sheet.windows,
        aspect,
        lowest,
    )


def _wanted(sheet: Sheet, position: PositionRow) -> tuple[str, ...]:
    """The analytes that must be found at the position: those repeated in a duplicate, certified ones of a material.

    A spike asks for one value; so does a reference material that names no analytes: it certifies what it certifies.
    """
    if position.kind == "spike":
        return ()
    every = {
        row.analyte
        for row in sheet.analyses
        if not row.analyte.endswith(facts.RATIO)  # reckoned, never measured
        and (position.of_position is None or row.position == position.of_position)
    }
    if position.kind == "crm" or (position.kind == "ccv" and rules.certified(position.expected)):
        every &= set(rules.certified(position.expected))
    return tuple(sorted(every))


def _partner(sheet: Sheet, position: PositionRow) -> tuple[tuple[str, str], ...]:
    """The results of the position that a duplicate or spike repeats, as (analyte, text)."""
    if position.of_position is None:
        return ()
    return tuple(
        (row.analyte, _found(row.result))
        for row in sheet.analyses
        if row.position == position.of_position and row.result is not None
    )


def _found(result: ResultRow) -> str:
    """The text as it was found: a duplicate repeats the reading, not what was corrected or put on another basis."""
    parts = (result.calculation or {}).get("parts") or ()
    return next((f"{result.qualifier}{part['raw']}" for part in parts if part.get("raw")), result.text)


def _lowest(sheet: Sheet) -> tuple[tuple[str, Decimal], ...]:
    """The lowest uncensored result of each analyte, in the unit of the method's LOQ; asked for by a plan only."""
    unit = sheet.method.loq_unit if sheet.method is not None else ""
    if not sheet.windows.blank_tenth:
        return ()
    found: dict[str, Decimal] = {}
    for row in sheet.analyses:
        value = _value(row.result, unit)
        if value is not None and (row.analyte not in found or value < found[row.analyte]):
            found[row.analyte] = value
    return tuple(sorted(found.items()))


def _value(result: ResultRow | None, unit: str) -> Decimal | None:
    if result is None or result.value is None or result.qualifier:
        return None
    if not unit or not result.unit or unit == result.unit:
        return result.value
    return units.convert(result.value, result.unit, unit) if units.convertible(result.unit, unit) else None


def as_json(outcome: rules.Outcome) -> dict[str, Any]:
    return {"finding": outcome.finding[:300], "code": outcome.code, "params": dict(outcome.params)}

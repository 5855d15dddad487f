"""Use-cases of a result: enter, correct, submit, verify, return, retest; the typed text is kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.calculation import Calculation, calculate
from lims.domain.conformity import Uncertainty
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain as printed
from lims.domain.rules.errors import BadInput, Conflict, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.sample import SampleRow
from lims.services import batch, facts, judging, lookup, transition
from lims.services.transaction import Transaction

PRESET_REASON = "entry correction"
"""The reason of a correction before submission, where none is asked (shared rule: record or draft)."""


@dataclass(frozen=True)
class EnterResult:
    analysis_id: int
    text: str
    unit: str = ""
    expanded: str = ""
    k: str = ""
    remark: str = ""
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    submit: bool = True
    version: int | None = None
    run_id: int | None = None
    flag: str = ""


@dataclass(frozen=True)
class Entered:
    analysis_id: int
    result_id: int
    state: str
    status: str
    value: str
    qualifier: str
    unit: str
    verdict: str
    reason: str
    worked: str
    worked_zh: str
    note: str
    version: int


def enter(tx: Transaction, cmd: EnterResult) -> Entered:
    """Read, judge and keep one result. A text that is not a result raises BadInput and changes nothing."""
    row = lookup.analysis(tx, cmd.analysis_id, joinedload(AnalysisRow.result))
    if cmd.version is not None and cmd.version != row.version:
        raise Conflict("STALE", theirs=row.result.text if row.result else "", yours=cmd.text, by=_last_person(row))
    _authorised(tx, row)
    result = _result(tx, row, cmd)
    tx.add(result, "record", cmd.reason)
    tx.session.flush()  # the analysis points at its newest result
    verb = "enter" if row.state == "assigned" else "correct"
    row.result_id, row.result = result.id, result
    reason = cmd.reason or (PRESET_REASON if verb == "correct" and row.state == "entered" else "")
    transition.act(tx, row, verb, lookup.over(row), reason)
    if cmd.submit:
        transition.act(tx, row, "submit", lookup.over(row))
    tx.session.flush()  # the caller is told the new version
    return _entered(row, result)


def _last_person(row: AnalysisRow) -> str:
    return row.result.entered_name if row.result else ""


def _authorised(tx: Transaction, row: AnalysisRow) -> None:
    reasons = [facts.may_test(tx, tx.actor.id, row.method, tx.today)]
    reasons = [reason for reason in reasons if reason]
    if reasons:
        raise Refused(*reasons)


def _result(tx: Transaction, row: AnalysisRow, cmd: EnterResult) -> ResultRow:
    method = facts.method(tx, row.method, tx.today)
    calculation = _calculation(method, cmd)
    entry = understood(printed(calculation.value) if calculation else cmd.text)
    unit = entry.unit or (units.canonical(cmd.unit) if cmd.unit.strip() else row.unit)
    lod, loq = facts.lod_loq(method, unit)
    uncertainty = _uncertainty(cmd, entry)
    measured = judging.measured_from(entry, unit, lod, loq)
    found = judging.judge_entry(row, measured, uncertainty)
    number = (row.result.number if row.result else 0) + 1 if row.result_id else _next_number(tx, row)
    return ResultRow(
        analysis_id=row.id, number=number, text=cmd.text if not calculation else printed(calculation.value),
        status=entry.status, qualifier=entry.qualifier or "", value=entry.value,
        values=[{"qualifier": m.qualifier or "", "value": printed(m.value) if m.value is not None else None,
                 "status": m.status} for m in entry.values] or None,
        unit=unit, expanded=uncertainty.expanded if uncertainty else None, k=uncertainty.k if uncertainty else None,
        lod=entry.lod or lod, loq=loq, calculation=calculation.as_json() if calculation else None,
        run_id=cmd.run_id, entered_by=tx.actor.id, entered_name=tx.actor.name, entered_at=tx.now,
        reason=cmd.reason, remark=cmd.remark, verdict=found.verdict, verdict_reason=found.reason or "",
        conformity=judging.stored(found, row.rule),
    )


def _next_number(tx: Transaction, row: AnalysisRow) -> int:
    numbers = tx.session.scalars(select(ResultRow.number).where(ResultRow.analysis_id == row.id))
    return max(numbers, default=0) + 1


def _calculation(method: Any, cmd: EnterResult) -> Calculation | None:
    """The method's formula over the raw readings, in Decimal, kept with its inputs (ISO/IEC 17025 7.5.1)."""
    if not cmd.inputs:
        return None
    formula = getattr(method, "formula", "") or ""
    if not formula:
        raise BadInput("NO_FORMULA", field="inputs")
    values = {}
    for name, text in cmd.inputs.items():
        entry = understood(text)
        if entry.status != "numeric" or entry.value is None:
            raise BadInput("NOT_A_NUMBER", field=f"inputs.{name}", text=text[:60])
        values[name] = entry.value
    return calculate(formula, values)


def understood(text: str) -> Entry:
    """The entry, or BadInput with the note that says how it could be read."""
    entry = read_entry(text)
    if entry.status in ("refused", "not_measured"):
        note = entry.note
        code = note.code if note else "NOT_A_RESULT"
        raise BadInput(code, field="text", text=text[:200], **(dict(note.params) if note else {}))
    return entry


def _uncertainty(cmd: EnterResult, entry: Entry) -> Uncertainty | None:
    """U from its own field (``0.05`` or ``20%``) or from the text (``0.62 ± 0.05``); k is 2 unless said."""
    k = Decimal(2)
    if cmd.k.strip():
        k = _number(cmd.k, "k")
    text = cmd.expanded.strip()
    if text:
        if text.endswith("%"):
            share = _number(text[:-1], "expanded")
            base = entry.value if entry.value is not None else Decimal(0)
            return Uncertainty(expanded=base.copy_abs() * share / 100, k=k) if base else None
        return Uncertainty(expanded=_number(text, "expanded"), k=k)
    if entry.expanded is None:
        return None
    value = entry.expanded
    if entry.expanded_percent and entry.value is not None:
        value = entry.value.copy_abs() * entry.expanded / 100
    return Uncertainty(expanded=value, k=k)


def _number(text: str, name: str) -> Decimal:
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise BadInput("NOT_A_NUMBER", field=name, text=text[:60])
    return entry.value


def _entered(row: AnalysisRow, result: ResultRow) -> Entered:
    kept = result.conformity
    return Entered(
        analysis_id=row.id, result_id=result.id, state=row.state, status=result.status,
        value=printed(result.value) if result.value is not None else "", qualifier=result.qualifier,
        unit=result.unit, verdict=result.verdict, reason=result.verdict_reason, worked=kept["worked"],
        worked_zh=kept["worked_zh"], note="", version=row.version,
    )


def submit(tx: Transaction, analysis_id: int) -> None:
    row = lookup.analysis(tx, analysis_id)
    transition.act(tx, row, "submit", lookup.over(row))


def verify(tx: Transaction, analysis_id: int) -> str:
    """Another person's check; with the sample's last one the sample is tested. Returns the sample's state."""
    row = lookup.analysis(tx, analysis_id)
    reasons = [facts.may_review(tx, tx.actor.id, row.method, tx.today), *batch.refusals(tx, row)]
    reasons = [reason for reason in reasons if reason]
    row.verified_by, row.verified_name, row.verified_at = tx.actor.id, tx.actor.name, tx.now
    if reasons:
        raise Refused(*reasons)
    transition.act(tx, row, "verify", lookup.over(row))
    return _complete(tx, row)


def _complete(tx: Transaction, row: AnalysisRow) -> str:
    tx.session.flush()  # the count below must see this one
    states = tx.session.scalars(select(AnalysisRow.state).where(AnalysisRow.sample_id == row.sample_id)).all()
    sample: SampleRow = row.sample  # type: ignore[assignment]
    if sample.state == "in_test" and set(states) <= {"verified", "cancelled"} and "verified" in states:
        transition.follow(tx, sample, "complete")
    return sample.state


def by_result(tx: Transaction, result_id: int) -> int:
    """The analysis that a result belongs to, provided it is the newest one of it."""
    row = lookup.one(tx, select(ResultRow).where(ResultRow.id == result_id), "result", result_id)
    analysis = lookup.analysis(tx, row.analysis_id)
    if analysis.result_id != result_id:
        raise Conflict("STALE", theirs=str(analysis.result_id), yours=str(result_id))
    return analysis.id


def send_back(tx: Transaction, analysis_id: int, reason: str) -> None:
    """Back to the analyst with a reason; the sample must not be approved yet."""
    _reopen(tx, analysis_id, "return", reason)


def retest(tx: Transaction, analysis_id: int, reason: str) -> None:
    """Tested again, both results are kept."""
    _reopen(tx, analysis_id, "retest", reason)


def _reopen(tx: Transaction, analysis_id: int, verb: str, reason: str) -> None:
    row = lookup.analysis(tx, analysis_id)
    sample: SampleRow = row.sample  # type: ignore[assignment]
    if sample.state not in ("received", "in_test", "tested"):
        raise Refused(refusal("SAMPLE_APPROVED", sample=sample.no))
    row.verified_by, row.verified_name, row.verified_at = None, "", None
    if verb == "retest":
        row.worksheet_id = row.position = row.analyst_id = None
        row.analyst_name = ""
    transition.act(tx, row, verb, lookup.over(row), reason)
    if sample.state == "tested":
        transition.follow(tx, sample, "resume", reason)


def enter_qc(tx: Transaction, position_id: int, analyte: str, text: str) -> None:
    """What was found at a quality-control position; judged with its batch."""
    tx.require("result:enter")
    batch.enter(tx, position_id, analyte, text)

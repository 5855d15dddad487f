"""Use-cases of a result: enter, correct, submit, verify, return, retest; the typed text is kept for ever."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.numbers.rounding import plain as printed
from lims.domain.rules.errors import Conflict, Refused
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.sample import SampleRow
from lims.services import batch, facts, lookup, members, ordering, recording, transition
from lims.services.recording import EnterResult
from lims.services.reopening import reopen
from lims.services.transaction import Transaction


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
        theirs = row.result.text if row.result else ""
        raise Conflict("STALE", theirs=theirs, yours=cmd.text, by=_last_person(row), version=row.version)
    _authorised(tx, row)
    result = recording.record(tx, row, cmd)
    if cmd.submit:
        _submit(tx, row)
    tx.session.flush()  # the caller is told the new version
    return _entered(row, result)


def _last_person(row: AnalysisRow) -> str:
    return row.result.entered_name if row.result else ""


def _authorised(tx: Transaction, row: AnalysisRow) -> None:
    reasons = [facts.may_test(tx, tx.actor.id, row.method, tx.today)]
    reasons = [reason for reason in reasons if reason]
    if reasons:
        raise Refused(*reasons)


def _entered(row: AnalysisRow, result: ResultRow) -> Entered:
    kept = result.conformity
    return Entered(
        analysis_id=row.id,
        result_id=result.id,
        state=row.state,
        status=result.status,
        value=printed(result.value) if result.value is not None else "",
        qualifier=result.qualifier,
        unit=result.unit,
        verdict=result.verdict,
        reason=result.verdict_reason,
        worked=kept["worked"],
        worked_zh=kept["worked_zh"],
        note="",
        version=row.version,
    )


def submit(tx: Transaction, analysis_id: int) -> None:
    _submit(tx, lookup.analysis(tx, analysis_id, joinedload(AnalysisRow.result)))


def _submit(tx: Transaction, row: AnalysisRow) -> None:
    """Given out of hand for review; what the result calls for besides is ordered with it."""
    transition.act(tx, row, "submit", lookup.over(row))
    ordering.follow_up(tx, row)


def verify(tx: Transaction, analysis_id: int) -> str:
    """Another person's check; with the sample's last one the sample is tested. Returns the sample's state."""
    row = lookup.analysis(tx, analysis_id, joinedload(AnalysisRow.result))
    reasons = [facts.may_review(tx, tx.actor.id, row.method, tx.today), *batch.refusals(tx, row)]
    reasons += members.refusals(row.result)
    row.verified_by, row.verified_name, row.verified_at = tx.actor.id, tx.actor.name, tx.now
    transition.act(tx, row, "verify", lookup.over(row), also=[reason for reason in reasons if reason])
    return _complete(tx, row)


def _complete(tx: Transaction, row: AnalysisRow) -> str:
    tx.session.flush()  # the count below must see this one
    assert row.sample_id is not None  # only what stands on a worksheet is verified
    lookup.hold(tx, SampleRow, row.sample_id)
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
    reopen(tx, analysis_id, "return", reason)


def retest(tx: Transaction, analysis_id: int, reason: str) -> None:
    """Tested again, both results are kept."""
    reopen(tx, analysis_id, "retest", reason)


def enter_qc(tx: Transaction, position_id: int, analyte: str, text: str, aspect: str = "") -> None:
    """What was found at a quality-control position, or one aspect of an injection; judged with its batch."""
    tx.require("result:enter")
    batch.enter(tx, position_id, analyte, text, aspect)

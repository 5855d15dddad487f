"""The signatory's act: a sample is approved, and with the last sample of the round the lot is reported."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import numbering
from lims.domain.conformity import worst
from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.counters import take
from lims.persistence.decision import ReportRow
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import BatchRow
from lims.services import bracket, facts, lookup, ordering, transition
from lims.services.sample import of_round
from lims.services.transaction import Transaction

DONE = ("approved", "retained", "disposed")


def approve(tx: Transaction, no: str) -> str:
    """Sign for one sample, within the signatory's field on this date; returns the sample's verdict."""
    row = lookup.sample(tx, no)
    analyses = _analyses(tx, row)
    refusals = [*_field(tx, row), *_batches(tx, analyses)]
    if refusals:
        raise Refused(*refusals)
    row.verdict = sample_verdict(analyses)
    row.approved_by, row.approved_name, row.approved_at = tx.actor.id, tx.actor.name, tx.now
    transition.act(tx, row, "approve", lookup.over(row), tx.signature.meaning if tx.signature else "")
    _report_when_whole(tx, row.lot)
    return row.verdict


def _analyses(tx: Transaction, row: SampleRow) -> list[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.sample_id == row.id)
        .options(joinedload(AnalysisRow.result))
        .order_by(AnalysisRow.id)
    )
    return list(tx.session.scalars(query))


def _field(tx: Transaction, row: SampleRow) -> list[Refusal]:
    category = facts.category_of(tx, row.lot.line.product)
    reason = facts.may_sign(tx, tx.actor.id, category, tx.today)
    return [reason] if reason else []


def _batches(tx: Transaction, analyses: list[AnalysisRow]) -> list[Refusal]:
    sheets = {row.worksheet_id for row in analyses if row.worksheet_id and row.state == "verified"}
    held = tx.session.scalars(
        select(BatchRow.id).where(BatchRow.worksheet_id.in_(sheets), BatchRow.state == "held")
    ).all()
    brackets = bracket.standing(tx, sheets)
    near = [
        reason
        for row in analyses
        if row.state == "verified"
        for reason in bracket.refusals(row, brackets.get(row.worksheet_id or 0, ()))
    ]
    return [*(refusal("BATCH_HELD", batch=batch) for batch in held), *near]


def sample_verdict(analyses: list[AnalysisRow]) -> str:
    """The worst verdict of the results that have a limit (decision_rules: FAIL, INCONCLUSIVE, CONDITIONAL, PASS).

    A total that had to be followed by a second test says nothing once that one has its verdict.
    """
    answered = ordering.answered(analyses)
    verdicts = [
        row.result.verdict
        for row in analyses
        if row.id not in answered
        and row.state == "verified"
        and row.result is not None
        and row.result.verdict != "NO_LIMIT"
    ]
    return worst(verdicts) if verdicts else "NO_LIMIT"


def _report_when_whole(tx: Transaction, lot: LotRow) -> None:
    """The lot is reported as soon as every sample of the round is approved or out, and one is approved."""
    lookup.hold(tx, LotRow, lot.id)
    samples = of_round(tx, lot)
    if any(s.state not in (*DONE, "rejected", "cancelled") for s in samples):
        return
    approved = [s for s in samples if s.state in DONE]
    results = [row for s in approved for row in _analyses(tx, s) if row.state == "verified" and row.result]
    verdicts = [s.verdict for s in approved if s.verdict != "NO_LIMIT"]
    year, lab = tx.today.year, tx.place.laboratory
    report = ReportRow(
        no=numbering.document_no(lab, year, "T", take(tx.session, numbering.document_series(lab, year, "T"))),
        lot_id=lot.id,
        round=lot.round,
        number=_next_number(tx, lot),
        verdict=worst(verdicts) if verdicts else "NO_LIMIT",
        severity=worst_severity(results),
        results=[row.result_id for row in results],
        signatory_id=tx.actor.id,
        signatory_name=tx.actor.name,
        at=tx.now,
    )
    tx.add(report, "report")
    transition.follow(tx, lot, "report")


def _next_number(tx: Transaction, lot: LotRow) -> int:
    query = select(ReportRow.number).where(ReportRow.lot_id == lot.id, ReportRow.round == lot.round)
    return max(tx.session.scalars(query), default=0) + 1


def worst_severity(analyses: list[AnalysisRow]) -> str:
    """SHE when any failing limit is of safety, health or environment; an open choice counts as SHE."""
    failing = {
        (row.limit or {}).get("severity") or "SHE"
        for row in analyses
        if row.result is not None and row.result.verdict == "FAIL"
    }
    if failing & {"SHE", "OTHER_OR_SHE"}:
        return "SHE"
    return "OTHER" if failing else "NONE"

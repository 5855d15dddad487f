"""The rounds of a lot that lie behind it and every version of its decision, as pages show them. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lims.persistence.analysis import AnalysisRow
from lims.persistence.decision import DecisionRow, DispositionRow, ReportRow
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.persistence.trail import EventRow
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class DecisionVersion:
    number: int
    round: int
    verdict: str
    choice: str
    reason: str
    by: str
    at: datetime
    rule: str
    """The row of the decision table that offered it, with what it said then."""
    document: str
    deadline: str
    legal_basis: str


@dataclass(frozen=True)
class EarlierRound:
    """A round as it was left: its samples, results and report, and the treatment after which the next one began."""

    number: int
    report_no: str
    verdict: str
    treatment: str
    samples: tuple[tuple[str, str, str], ...]
    analyses: tuple[AnalysisView, ...]
    decisions: tuple[DecisionVersion, ...]


def decisions(tx: Transaction, lot: LotRow) -> tuple[DecisionVersion, ...]:
    """Every version of the decision, the first one first."""
    query = (
        select(DecisionRow, DispositionRow, ReportRow.round)
        .join(DispositionRow, DispositionRow.decision_id == DecisionRow.id)
        .join(ReportRow, DecisionRow.report_id == ReportRow.id)
        .where(DecisionRow.lot_id == lot.id)
        .order_by(DecisionRow.number)
    )
    return tuple(
        DecisionVersion(
            row.number, number, row.verdict, chosen.choice, row.reason, row.officer_name, row.at, chosen.rule,
            chosen.document, chosen.deadline, chosen.legal_basis,
        )
        for row, chosen, number in tx.session.execute(query)
    )


def analyses(tx: Transaction, lot: LotRow, number: int) -> tuple[AnalysisView, ...]:
    """What is tested in one round; proposals that no sample has taken over belong to the one under way."""
    of_round = SampleRow.round == number
    query = (
        select(AnalysisRow)
        .outerjoin(SampleRow, AnalysisRow.sample_id == SampleRow.id)
        .where(
            AnalysisRow.lot_id == lot.id,
            or_(of_round, AnalysisRow.sample_id.is_(None)) if number == lot.round else of_round,
        )
        .options(joinedload(AnalysisRow.result))
        .order_by(AnalysisRow.id)
    )
    return tuple(analysis_view(row) for row in tx.session.scalars(query))


def earlier(tx: Transaction, lot: LotRow, versions: tuple[DecisionVersion, ...]) -> tuple[EarlierRound, ...]:
    """The rounds before the one under way, the newest first; a lot of one round costs no query."""
    if lot.round < 2:
        return ()
    reports = _reports(tx, lot)
    treatments = _treatments(tx, lot)
    return tuple(_round(tx, lot, n, reports.get(n), treatments, versions) for n in range(lot.round - 1, 0, -1))


def _round(
    tx: Transaction,
    lot: LotRow,
    number: int,
    report: ReportRow | None,
    treatments: tuple[str, ...],
    versions: tuple[DecisionVersion, ...],
) -> EarlierRound:
    samples = tx.session.execute(
        select(SampleRow.no, SampleRow.state, SampleRow.verdict)
        .where(SampleRow.lot_id == lot.id, SampleRow.round == number)
        .order_by(SampleRow.id)
    )
    return EarlierRound(
        number,
        report.no if report else "",
        report.verdict if report else "",
        treatments[number - 1] if len(treatments) >= number else "",
        tuple((no, state, verdict) for no, state, verdict in samples),
        analyses(tx, lot, number),
        tuple(one for one in versions if one.round == number),
    )


def _reports(tx: Transaction, lot: LotRow) -> dict[int, Any]:
    query = select(ReportRow).where(ReportRow.lot_id == lot.id).order_by(ReportRow.number)
    return {row.round: row for row in tx.session.scalars(query)}


def _treatments(tx: Transaction, lot: LotRow) -> tuple[str, ...]:
    """The proof with which each further round was opened, as its event keeps it."""
    query = select(EventRow.reason).where(
        EventRow.object_type == "lot", EventRow.object_id == lot.id, EventRow.verb == "reinspect"
    )
    return tuple(tx.session.scalars(query.order_by(EventRow.seq)))

"""Analyses whose quality control failed: they are void, wait anew, and keep every result."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.services import transition
from lims.services.transaction import Transaction

OPEN = ("assigned", "entered", "submitted", "verified")
_TESTED = ("received", "in_test", "tested")


def analyses(tx: Transaction, worksheet_id: int) -> Sequence[AnalysisRow]:
    """Those of a worksheet that can be void, each with its sample."""
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == worksheet_id, AnalysisRow.state.in_(OPEN))
        .options(joinedload(AnalysisRow.sample))
        .order_by(AnalysisRow.id)
    )
    return tx.session.scalars(query).all()


def own_work(tx: Transaction, worksheet_id: int) -> list[Refusal]:
    """Nobody lets out or fails a batch in which they measured."""
    query = select(AnalysisRow.id).where(
        AnalysisRow.worksheet_id == worksheet_id, AnalysisRow.analyst_id == tx.actor.id
    )
    mine = tx.session.scalars(query.limit(1)).first()
    return [refusal("DUTIES_APART", duty="reviewer", other="analyst")] if mine is not None else []


def refusals(rows: Sequence[AnalysisRow]) -> list[Refusal]:
    """Nothing of a sample that is approved is void before its report is reopened."""
    shut = {row.sample.no for row in rows if row.sample is not None and row.sample.state not in _TESTED}
    return [refusal("SAMPLE_APPROVED", sample=no) for no in sorted(shut)]


def void(tx: Transaction, rows: Sequence[AnalysisRow], reason: str) -> int:
    for row in rows:
        row.verified_by, row.verified_name, row.verified_at = None, "", None
        row.worksheet_id = row.position = row.analyst_id = None
        row.analyst_name = ""
        transition.follow(tx, row, "void", reason)
        if row.sample is not None and row.sample.state == "tested":
            transition.follow(tx, row.sample, "resume", reason)
    return len(rows)

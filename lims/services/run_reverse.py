"""A run is refused, or its unverified results are taken back; both keep everything that was there."""

from __future__ import annotations

from sqlalchemy import select

from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import ResultRow
from lims.persistence.run import RunRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import lookup, run_bench, transition
from lims.services.transaction import Transaction


def refuse(tx: Transaction, no: str, reason: str) -> None:
    run = lookup.one(tx, select(RunRow).where(RunRow.no == no), "run", no)
    transition.act(tx, run, "refuse", transition.Over(), reason)


def reverse(tx: Transaction, no: str, reason: str) -> None:
    """Take back the unverified results of a run: the analyses are open again, the results stay on record."""
    run = lookup.one(tx, select(RunRow).where(RunRow.no == no), "run", no)
    lookup.hold(tx, WorksheetRow, run.worksheet_id)
    tx.session.flush()  # reading anew must not lose what this act did before
    tx.session.refresh(run)
    every = run_bench.analyses(tx, run.worksheet_id)
    analyses = [row for row in every if row.result is not None and row.result.run_id == run.id]
    verified = [refusal("ALREADY_VERIFIED", analysis=row.id) for row in analyses if row.state == "verified"]
    if verified:
        raise Refused(*verified)
    transition.act(tx, run, "reverse", transition.Over(), reason)
    earlier = _earlier(tx, run)
    for row in analyses:
        row.result_id = earlier.get(row.id)
        transition.follow(tx, row, "undo", reason)


def _earlier(tx: Transaction, run: RunRow) -> dict[int, int]:
    """By analysis, the newest result that is not of this run."""
    mine = select(ResultRow.analysis_id).where(ResultRow.run_id == run.id)
    query = select(ResultRow.analysis_id, ResultRow.id).where(
        ResultRow.analysis_id.in_(mine), ResultRow.run_id.is_distinct_from(run.id)
    )
    return {row.analysis_id: row.id for row in tx.session.execute(query.order_by(ResultRow.number))}

"""A file brings another value for a verified analysis: a reviewer is asked, and only the reviewer opens it again."""

from __future__ import annotations

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.run import AmendmentRow, RunRow
from lims.services import lookup, reopening, run_bench, run_kept, run_match, transition
from lims.services.transaction import Transaction


def ask(tx: Transaction, no: str, n: int, reason: str) -> int:
    """Ask that the analysis of row ``n`` be returned; asked once for a row, with the reason. Answers the id."""
    run = lookup.one(tx, select(RunRow).where(RunRow.no == no), "run", no)
    if run.state not in ("parsed", "part_accepted", "accepted"):
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="run", state=run.state, verb="ask"))
    here = run_bench.bench(tx, run.worksheet_id, run.instrument_id)
    rows = run_match.staged(tx, here, run_kept.kept(tx, run))
    row = rows[n - 1] if 0 < n <= len(rows) else None
    if row is None or row.kind != "locked" or row.match.analysis_id is None:
        raise BadInput("NOTHING_TO_AMEND", field="row", row=n)
    target = here.targets[row.match.analysis_id]
    asked = AmendmentRow(
        run_id=run.id,
        n=n,
        analysis_id=target.id,
        stands=here.stored.get(target.id, ""),
        value_text=row.reading.value[:300],
        unit_text=row.reading.unit[:60],
        reason=reason,
        answer="",
        asked_name=tx.actor.name,
        asked_at=tx.now,
    )
    transition.act(tx, asked, "ask", transition.Over(), reason)
    tx.session.flush()  # the asker is told its number
    return asked.id


def grant(tx: Transaction, amendment_id: int, reason: str) -> str:
    """The analysis is returned to the bench; what the file says is then accepted there. Answers the run's number."""
    row = _asked(tx, amendment_id)
    row.answer = reason
    transition.act(tx, row, "grant", transition.Over(), reason)
    reopening.reopen(tx, row.analysis_id, "return", reason)
    return tx.session.get_one(RunRow, row.run_id).no


def decline(tx: Transaction, amendment_id: int, reason: str) -> str:
    row = _asked(tx, amendment_id)
    row.answer = reason
    transition.act(tx, row, "decline", transition.Over(), reason)
    return tx.session.get_one(RunRow, row.run_id).no


def _asked(tx: Transaction, amendment_id: int) -> AmendmentRow:
    return lookup.one(tx, select(AmendmentRow).where(AmendmentRow.id == amendment_id), "amendment", amendment_id)

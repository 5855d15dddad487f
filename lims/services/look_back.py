"""The look-back after a failed check or a defect: every result since the last good check, each judged by a reviewer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select, union

from lims.domain.equipment import BLOCKING
from lims.domain.equipment_check import GOOD
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence import bulk
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.equipment import CheckRow, LookBackResultRow, LookBackRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.services import lookup
from lims.services.transaction import Transaction

CONCLUSIONS = ("no_influence", "repeat")
MOST_AT_ONCE = 500


def begin(tx: Transaction, row: InstrumentRow, reason: str, check: CheckRow | None = None) -> int:
    """Write down every result that may be touched; one without any is concluded as it is opened."""
    since = _last_good(tx, row, check)
    found = _results(tx, row, since)
    made = LookBackRow(
        instrument_id=row.id,
        check_id=check.id if check else None,
        since=since,
        reason=reason,
        results=len(found),
        unjudged=len(found),
        opened_by=tx.actor.id,
        opened_name=tx.actor.name,
        opened_at=tx.now,
        concluded_name="" if found else tx.actor.name,
        concluded_at=None if found else tx.now,
    )
    tx.add(made, "open", reason)
    tx.session.flush()  # its results point at it
    blank = {"conclusion": "", "reason": "", "judged_by": None, "judged_name": "", "judged_at": None}
    rows = [{"look_back_id": made.id, "analysis_id": a, "result_id": r, **blank} for a, r in found]
    if rows:
        bulk.add(tx.session, LookBackResultRow, rows, bulk.Act("list", reason, ""))
    return made.id


def _last_good(tx: Transaction, row: InstrumentRow, check: CheckRow | None) -> datetime | None:
    """The beginning of the day of the last good check: of the kind that failed, else of any that counts."""
    until = check.done_on if check else tx.today
    known = row.calibrated_on if row.calibrated_on is not None and row.calibrated_on <= until else None
    good = [CheckRow.instrument_id == row.id, CheckRow.outcome.in_(GOOD), CheckRow.done_on <= until]
    found: date | None = None
    if check is not None:
        good.append(CheckRow.id != check.id)
        found = tx.session.scalar(select(func.max(CheckRow.done_on)).where(*good, CheckRow.kind == check.kind))
        if found is None and check.kind == "calibration":
            found = known
    if found is None:
        found = tx.session.scalar(select(func.max(CheckRow.done_on)).where(*good, CheckRow.kind.in_(BLOCKING)))
        found = max(filter(None, (found, known)), default=None)
    return None if found is None else datetime.combine(found, time.min, tx.place.zone)


def _results(tx: Transaction, row: InstrumentRow, since: datetime | None) -> list[tuple[int, int]]:
    """(analysis, its result now) taken with the instrument: by its worksheet, or by a run of its files."""
    by_sheet = select(AnalysisRow.id, AnalysisRow.result_id).where(
        AnalysisRow.instrument_id == row.id, AnalysisRow.result_id.is_not(None)
    )
    by_run = (
        select(AnalysisRow.id, AnalysisRow.result_id)
        .join(RunRow, RunRow.worksheet_id == AnalysisRow.worksheet_id)
        .join(ResultRow, (ResultRow.id == AnalysisRow.result_id) & (ResultRow.run_id == RunRow.id))
        .where(RunRow.instrument_id == row.id)
    )
    both = union(by_sheet, by_run).subquery()
    query = select(both.c.id, both.c.result_id).join(ResultRow, ResultRow.id == both.c.result_id).order_by(both.c.id)
    if since is not None:
        query = query.where(ResultRow.entered_at >= since)
    return [(analysis_id, result_id) for analysis_id, result_id in tx.session.execute(query)]


@dataclass(frozen=True)
class JudgeResults:
    look_back_id: int
    row_ids: tuple[int, ...]
    conclusion: str
    reason: str


def judge(tx: Transaction, cmd: JudgeResults) -> bool:
    """Mark results as not influenced or to be repeated; answers whether the look-back is concluded with it.

    Never by the person who measured, and again only with a reason of its own: each judgement stays in the trail.
    """
    tx.require("instrument:judge")
    if cmd.conclusion not in CONCLUSIONS:
        raise BadInput("UNKNOWN_CHOICE", field="conclusion", value=cmd.conclusion)
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    if not cmd.row_ids or len(cmd.row_ids) > MOST_AT_ONCE:
        raise BadInput("TOO_MANY" if cmd.row_ids else "FIELD_NEEDED", field="results", most=MOST_AT_ONCE)
    lookup.hold(tx, LookBackRow, cmd.look_back_id)
    about = lookup.one(tx, select(LookBackRow).where(LookBackRow.id == cmd.look_back_id), "look_back", cmd.look_back_id)
    rows = _rows(tx, about.id, set(cmd.row_ids))
    for row in rows:
        about.unjudged -= not row.conclusion
        row.conclusion, row.reason = cmd.conclusion, cmd.reason
        row.judged_by, row.judged_name, row.judged_at = tx.actor.id, tx.actor.name, tx.now
        tx.record(row, "judge", cmd.reason)
    return _conclude(tx, about)


def _rows(tx: Transaction, look_back_id: int, ids: Collection[int]) -> list[LookBackResultRow]:
    query = (
        select(LookBackResultRow, ResultRow.entered_by)
        .join(ResultRow, ResultRow.id == LookBackResultRow.result_id)
        .where(LookBackResultRow.look_back_id == look_back_id, LookBackResultRow.id.in_(ids))
        .order_by(LookBackResultRow.id)
    )
    found = list(tx.session.execute(query))
    if len(found) != len(ids):
        raise NotFound("NOT_FOUND", noun="look_back_result", no=str(min(ids)))
    if any(entered_by == tx.actor.id for _, entered_by in found):
        raise Refused(refusal("OWN_RESULT_LOOKED_BACK"))
    return [row for row, _ in found]


def _conclude(tx: Transaction, about: LookBackRow) -> bool:
    """With the last result judged it is concluded; the event tells who did it."""
    if about.unjudged == 0 and about.concluded_at is None:
        about.concluded_at, about.concluded_name = tx.now, tx.actor.name
        tx.record(about, "conclude")
        return True
    if about.concluded_at is None:
        tx.record(about, "judge")
    return False

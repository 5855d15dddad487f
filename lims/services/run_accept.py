"""Readings of a run become results: all in one transaction, each linked to its reading, many at once.

A value that stands is replaced with a reason only, what stands already is left, and a verified one is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lims.domain.method import MethodVersion
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.rules.workflow import find
from lims.persistence import bulk
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.run import ReadingRow, RunRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import batch, facts, lookup, recording, run_bench, run_kept, run_match, run_members, transition
from lims.services.recording import EnterResult
from lims.services.run_bench import Bench
from lims.services.run_match import Row
from lims.services.run_members import Missing
from lims.services.transaction import Transaction
from lims.services.uncollected import uncollected

WRITABLE = ("matched", "changed")


@dataclass(frozen=True)
class Accepted:
    no: str
    state: str
    written: int
    left: int
    missing: tuple[Missing, ...] = ()
    """Groups that were not written, with the members that the file does not give."""
    unchanged: int = 0
    """Readings that say again what stands."""


def accept(tx: Transaction, no: str, rows: tuple[int, ...] | None, reason: str = "") -> Accepted:
    """Write the matched readings without problems, or the chosen rows; one transaction, each linked to its reading.

    A corrected file also replaces, with the reason, what it gives another value for, and supersedes the earlier run.
    """
    with uncollected():
        return _accept(tx, no, rows, reason)


def _accept(tx: Transaction, no: str, rows: tuple[int, ...] | None, reason: str) -> Accepted:
    run = lookup.one(tx, select(RunRow).where(RunRow.no == no), "run", no)
    lookup.hold(tx, WorksheetRow, run.worksheet_id)
    tx.session.flush()  # reading anew must not lose what this act did before
    tx.session.refresh(run)  # somebody else may have been at it while this one waited
    here = run_bench.bench(tx, run.worksheet_id, run.instrument_id)
    staged = run_match.staged(tx, here, run_kept.kept(tx, run))
    _are_matched(staged, rows or ())
    closed = find(run.noun, run.state, "accept")
    if isinstance(closed, Refusal):
        raise Refused(closed)
    older = _kept(tx, run)
    chosen = _chosen(run, staged, older, rows)
    _with_reason(chosen, reason)
    wholes = _write(tx, run, here, chosen, older, reason)
    parts = [row for n, row in older.items() if row.members and _takes_part(staged[n - 1], rows)]
    whole = {row.id: row for row in run_bench.analyses(tx, run.worksheet_id)} if parts else {}
    groups, missing = run_members.write(tx, run, parts, whole, reason, rows is not None)
    _quality_control(tx, here, staged)
    done = {row.n for row in chosen} | {n for n, row in older.items() if row.result_id is not None}
    left = sum(1 for row in staged if row.kind in WRITABLE and row.n not in done)
    same = sum(1 for row in staged if row.kind == "unchanged")
    _moved(tx, run, wholes + groups, left, rows is None and not missing, same, reason)
    return Accepted(run.no, run.state, wholes + groups, left, missing, same)


def _kept(tx: Transaction, run: RunRow) -> dict[int, ReadingRow]:
    query = select(RunRow).where(RunRow.id == run.id).options(selectinload(RunRow.readings))
    found = tx.session.scalars(query.execution_options(populate_existing=True)).one()
    return {row.n: row for row in found.readings}


def _chosen(
    run: RunRow, staged: Sequence[Row], older: Mapping[int, ReadingRow], rows: tuple[int, ...] | None
) -> list[Row]:
    """The single readings to write; those that are members only go to their groups."""
    wanted = set(rows or ())
    kinds = WRITABLE if run.supersedes_id is not None else ("matched",)
    found = [
        row
        for row in staged
        if row.match.analysis_id is not None
        and (row.n in wanted if rows is not None else row.kind in kinds and not row.problem)
        and not (row.n in older and older[row.n].result_id is not None)
        and row.match.analysis_id not in {part.analysis_id for part in row.match.parts}
        and row.kind != "unchanged"
    ]
    locked = [row.match.analysis_id for row in found if row.kind == "locked"]
    if locked:
        raise Refused(*(refusal("ALREADY_VERIFIED", analysis=one) for one in locked[:20]))
    return found


def _are_matched(staged: Sequence[Row], rows: Sequence[int]) -> None:
    unknown = sorted(n for n in set(rows) if not 0 < n <= len(staged) or staged[n - 1].match.analysis_id is None)
    if unknown:
        raise BadInput("ROWS_NOT_MATCHED", field="rows", rows=unknown[:10])


def _takes_part(row: Row, rows: tuple[int, ...] | None) -> bool:
    return row.n in rows if rows is not None else not row.problem


def _with_reason(chosen: Sequence[Row], reason: str) -> None:
    if not reason.strip() and any(row.kind == "changed" for row in chosen):
        raise Refused(refusal("REASON_NEEDED", verb="correct"))


def _moved(
    tx: Transaction, run: RunRow, written: int, left: int, everything: bool, same: int, reason: str
) -> None:
    """The run is accepted, in part where readings are left; the one that it corrects is superseded with it."""
    corrects = run.supersedes_id is not None
    if not written and not (corrects and same):
        return
    whole = not left or everything or run.state == "part_accepted"
    transition.act(tx, run, "accept" if whole else "accept_some", transition.Over(), reason)
    if not corrects:
        return
    earlier = tx.session.get_one(RunRow, run.supersedes_id)
    if not isinstance(find(earlier.noun, earlier.state, "supersede"), Refusal):
        transition.act(tx, earlier, "supersede", transition.Over(), run.no)


def _write(
    tx: Transaction, run: RunRow, here: Bench, chosen: Sequence[Row], older: Mapping[int, ReadingRow], reason: str
) -> int:
    """The results of the readings, their analyses and the readings themselves; how many results."""
    grouped: dict[int, list[Row]] = {}
    for row in chosen:
        assert row.match.analysis_id is not None
        grouped.setdefault(row.match.analysis_id, []).append(row)
    if not grouped:
        return 0
    methods = _methods(tx, here, grouped)
    _one_each(here, grouped, methods)
    numbers, targets = _numbers(tx, list(grouped)), _targets(tx, list(grouped))
    made = [
        recording.fields(tx, targets[id], _entry(run, id, rows, reason), methods[targets[id].method],
                         numbers.get(id, 0) + 1)
        for id, rows in grouped.items()
    ]  # fmt: skip
    ids = bulk.add(tx.session, ResultRow, made, bulk.Act("record", reason, ""))
    results = dict(zip(grouped, ids, strict=True))
    _analyses_moved(tx, here, results, reason)
    _linked(tx, run, chosen, older, results, reason)
    return len(results)


def _methods(tx: Transaction, here: Bench, wanted: Mapping[int, object]) -> dict[str, MethodVersion | None]:
    """The methods of the analyses, each looked up once; Refused where the actor may not use one."""
    codes = dict.fromkeys(here.targets[id].method for id in wanted)
    reasons = [facts.may_test(tx, tx.actor.id, code, tx.today) for code in codes]
    refused = [reason for reason in reasons if reason]
    if refused:
        raise Refused(*refused)
    return {code: facts.method(tx, code, tx.today) for code in codes}


def _one_each(
    here: Bench, grouped: Mapping[int, Sequence[Row]], methods: Mapping[str, MethodVersion | None]
) -> None:
    """Several readings of one analysis are one result only by a method that says how far they may differ."""
    wrong = []
    for id, rows in grouped.items():
        method = methods[here.targets[id].method]
        if len(rows) > 1 and not (method is not None and method.repeatability):
            wrong += [row.n for row in rows]
    if wrong:
        raise Refused(refusal("SEVERAL_READINGS", rows=sorted(wrong)[:20]))


def _targets(tx: Transaction, ids: Sequence[int]) -> dict[int, AnalysisRow]:
    found: dict[int, AnalysisRow] = {}
    for start in range(0, len(ids), 500):
        query = select(AnalysisRow).where(AnalysisRow.id.in_(ids[start : start + 500]))
        found.update((row.id, row) for row in tx.session.scalars(query))
    return found


def _numbers(tx: Transaction, ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(ids), 500):
        query = select(ResultRow.analysis_id, func.max(ResultRow.number))
        part = query.where(ResultRow.analysis_id.in_(ids[start : start + 500])).group_by(ResultRow.analysis_id)
        found.update((row[0], row[1]) for row in tx.session.execute(part))
    return found


def _entry(run: RunRow, analysis_id: int, rows: Sequence[Row], reason: str) -> EnterResult:
    if len(rows) > 1:
        texts = tuple(row.meaning.as_entry or row.reading.value for row in rows)
        return EnterResult(
            analysis_id, "", unit=rows[0].reading.unit, run_id=run.id, reason=reason, replicates=texts
        )
    said, meant = rows[0].reading, rows[0].meaning
    return EnterResult(
        analysis_id, said.value, unit=said.unit, run_id=run.id, reason=reason, read_as=meant.as_entry
    )


def _analyses_moved(tx: Transaction, here: Bench, results: Mapping[int, int], reason: str) -> None:
    by_state: dict[str, dict[int, dict[str, Any]]] = {}
    for id, result_id in results.items():
        by_state.setdefault(here.targets[id].state, {})[id] = {"result_id": result_id}
    overs = here.overs(tx, results)
    for state, changes in by_state.items():
        verb = "enter" if state == "assigned" else "correct"
        said = reason or (recording.PRESET_REASON if verb == "correct" and state == "entered" else "")
        transition.act_on_all(tx, AnalysisRow, state, changes, verb, overs, said)


def _linked(
    tx: Transaction, run: RunRow, chosen: Sequence[Row], older: Mapping[int, ReadingRow], results: Mapping[int, int],
    reason: str,
) -> None:
    """Each reading is kept with the result that came of it; one that was kept as a member is linked."""
    new = []
    for row in chosen:
        result_id = results[row.match.analysis_id or 0]
        if row.n in older:
            older[row.n].result_id = result_id
            tx.record(older[row.n], "accept", reason)
        else:
            new.append({**columns(run.id, row), "result_id": result_id})
    if new:
        bulk.add(tx.session, ReadingRow, new, bulk.Act("accept", reason, ""))


def columns(run_id: int, row: Row) -> dict[str, Any]:
    """A reading as it is kept where a result or a member comes of it."""
    said = row.reading
    return {
        "run_id": run_id, "n": row.n, "sample_text": said.sample_id[:300], "analyte_text": said.analyte[:300],
        "value_text": said.value[:300], "unit_text": said.unit[:60], "flag": said.flag[:60], "role": said.role[:30],
        "quantity": said.quantity[:30], "source": said.source.__dict__, "extra": dict(said.extra),
        "analysis_id": row.match.analysis_id, "position_id": row.match.position_id,
        "members": [{"analysis": one.analysis_id, "member": one.member} for one in row.match.parts] or None,
        "match": row.kind, "problem": row.problem, "result_id": None,
    }  # fmt: skip


def _quality_control(tx: Transaction, here: Bench, staged: Sequence[Row]) -> None:
    """What the run says about quality-control positions goes to them, so that the batch is judged with its results."""
    called: dict[str, set[str]] = {}
    for one in here.wanted:
        if not one.member:
            target = here.targets[one.analysis_id]
            called.setdefault(target.analyte, set()).update(name.casefold() for name in one.names)
    open_ones = {p.id for p in here.sheet.positions if p.kind != "calibration" and not p.dropped}
    for row in staged:
        at = row.match.position_id
        if row.kind != "qc" or at not in open_ones or row.meaning.problem or row.meaning.status == "qualitative":
            continue
        if row.reading.quantity in run_match.RESULTS and at is not None:
            names = here.index.names(row.reading.analyte)
            found = [code for code, words in called.items() if names & words]
            if len(found) == 1:
                batch.enter(tx, at, found[0], row.meaning.as_entry or row.reading.value)

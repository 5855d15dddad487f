"""Use-cases of an instrument run: upload and preview, accept all or some, refuse, reverse. Raw bytes stay by digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from instruments.sandbox import parse_apart
from lims.domain import crossing, matching, numbering
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, LimsError, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.rules.workflow import find
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.counters import take
from lims.persistence.instrument import InstrumentRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.run import ReadingRow, RunRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import batch, facts, lookup, recording, run_members, transition, workup
from lims.services.recording import EnterResult
from lims.services.run_members import Missing
from lims.services.transaction import Transaction

LARGEST = 50 * 1024 * 1024
"""Bytes of the largest file taken in."""


@dataclass(frozen=True)
class ReceiveRun:
    worksheet_no: str
    name: str
    content: bytes
    instrument: str = ""


@dataclass(frozen=True)
class Previewed:
    no: str
    state: str
    new: bool
    counts: dict[str, int]


def preview(tx: Transaction, cmd: ReceiveRun) -> Previewed:
    """Store the bytes, read them with the instrument's adapter and match; writes no result.

    The same bytes for the same worksheet again open the run that is there. A file that cannot be read is kept as
    a received run with its problem, so that nothing that came in is lost.
    """
    tx.require("run:import")
    if not cmd.content or len(cmd.content) > LARGEST:
        raise BadInput("FILE_EMPTY" if not cmd.content else "FILE_TOO_LARGE", field="file", name=cmd.name[:100])
    sheet = lookup.worksheet(tx, cmd.worksheet_no, selectinload(WorksheetRow.positions))
    instrument = _instrument(tx, sheet, cmd.instrument)
    digest = tx.place.files.put(cmd.content)
    lookup.hold(tx, WorksheetRow, sheet.id)
    known = tx.session.scalars(
        select(RunRow)
        .where(RunRow.worksheet_id == sheet.id, RunRow.digest == digest, RunRow.state != "refused")
        .options(selectinload(RunRow.readings))
    ).first()
    if known is not None:
        return Previewed(known.no, known.state, False, _counts(known.readings))
    run = _received(tx, sheet, instrument, cmd, digest)
    readings = _parse(tx, run, sheet, instrument, cmd.content)
    return Previewed(run.no, run.state, True, _counts(readings))


def _instrument(tx: Transaction, sheet: WorksheetRow, code: str) -> InstrumentRow:
    query = select(InstrumentRow)
    if code:
        query = query.where(InstrumentRow.code == code)
    elif sheet.instrument_id is not None:
        query = query.where(InstrumentRow.id == sheet.instrument_id)
    else:
        raise BadInput("FIELD_NEEDED", field="instrument")
    row = lookup.one(tx, query, "instrument", code)
    reason = facts.instrument_refusal(tx, row, tx.today)
    if reason:
        raise Refused(reason)
    return row


def _received(tx: Transaction, sheet: WorksheetRow, instrument: InstrumentRow, cmd: ReceiveRun, digest: str) -> RunRow:
    run = RunRow(
        no=numbering.run_no(tx.today, take(tx.session, numbering.series("run", tx.today))),
        worksheet_id=sheet.id,
        instrument_id=instrument.id,
        adapter=instrument.adapter,
        adapter_version="",
        digest=digest,
        size=len(cmd.content),
        name=cmd.name[:255],
        encoding="",
        result_cells=0,
        skipped={},
        notices=[],
        problem="",
        received_at=tx.now,
        received_name=tx.actor.name,
    )
    transition.act(tx, run, "receive", transition.Over())
    tx.session.flush()  # its readings point at it
    return run


def _parse(
    tx: Transaction, run: RunRow, sheet: WorksheetRow, instrument: InstrumentRow, content: bytes
) -> list[ReadingRow]:
    try:
        parsed = parse_apart(content, instrument.adapter or None, name=run.name)
    except LimsError as error:
        run.problem = error.code
        run.notices = [{"code": error.code, "params": {k: str(v)[:200] for k, v in error.params.items()}}]
        tx.record(run, "cannot_read", error.code)
        return []
    run.adapter, run.adapter_version, run.encoding = parsed.adapter, parsed.version, parsed.encoding
    run.result_cells, run.skipped = parsed.result_cells, dict(parsed.skipped)
    run.notices = [plain({"code": notice.code, "params": notice.params}) for notice in parsed.notices]
    transition.act(tx, run, "parse", transition.Over())
    places, wanted = _expected(tx, sheet)
    targets = {row.id: row for row in _analyses(tx, sheet.id)}
    rows = []
    for n, reading in enumerate(parsed.readings, start=1):
        found = matching.match(reading.sample_id, reading.analyte, places, wanted, instrument.aliases or {})
        row = ReadingRow(
            run_id=run.id,
            n=n,
            sample_text=reading.sample_id[:300],
            analyte_text=reading.analyte[:300],
            value_text=reading.value[:300],
            unit_text=reading.unit[:60],
            flag=reading.flag[:60],
            role=reading.role[:30],
            quantity=reading.quantity[:30],
            source=asdict(reading.source),
            extra=dict(reading.extra),
            analysis_id=found.analysis_id,
            position_id=found.position_id,
            members=[{"analysis": one.analysis_id, "member": one.member} for one in found.parts] or None,
            match=found.kind,
            problem=_problem(reading.value, reading.flag, reading.quantity, found.kind)
            or _other_kind(targets.get(found.analysis_id or 0), reading.value, reading.unit),
        )
        tx.add(row, "read")
        rows.append(row)
    return rows


def _problem(value: str, flag: str, quantity: str, kind: str) -> str:
    """Why a matched reading is proposed to be left out; the analyst decides."""
    if kind not in ("matched", "changed"):
        return ""
    if quantity != "concentration" and quantity != "result":
        return "NOT_A_CONCENTRATION"
    if flag.strip():
        return "FLAGGED"
    try:
        workup.understood(matching.read_as(value) or value)
    except BadInput as error:
        return error.code
    return ""


def _other_kind(target: AnalysisRow | None, value: str, unit: str) -> str:
    """A file brings no density: a reading that needs one is entered by hand with it."""
    if target is None:
        return ""
    here = read_entry(value).unit or unit or target.unit
    return "READING_OF_ANOTHER_KIND" if crossing.wanted(here, target.limit) else ""


def _expected(tx: Transaction, sheet: WorksheetRow) -> tuple[tuple[matching.Place, ...], tuple[matching.Wanted, ...]]:
    analyses = _analyses(tx, sheet.id)
    names = {row.sample_id: row.sample.no for row in analyses if row.sample}
    places = tuple(matching.Place(p.id, p.kind, (p.label, p.vial, names.get(p.sample_id, ""))) for p in sheet.positions)
    at = {p.seq: p.id for p in sheet.positions}
    cas = {code: one.cas for code, one in facts.analytes(tx, (row.analyte for row in analyses), tx.today).items()}
    wanted = tuple(
        matching.Wanted(
            row.id,
            at.get(row.position or 0, 0),
            matching.words_of(row.analyte, row.analyte_en, row.analyte_zh, cas.get(row.analyte, "")),
            row.result_id is not None,
            row.state in run_members.OPEN,
        )
        for row in analyses
    )
    return places, (*wanted, *run_members.wanted(tx, analyses, at))


def _analyses(tx: Transaction, sheet_id: int) -> Sequence[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == sheet_id)
        .order_by(AnalysisRow.id)
        .options(
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.result),
            joinedload(AnalysisRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
        )
    )
    return list(tx.session.scalars(query).unique())


def _counts(readings: Sequence[ReadingRow]) -> dict[str, int]:
    counts = Counter(row.match for row in readings)
    counts["problem"] = sum(1 for row in readings if row.problem)
    return dict(counts)


@dataclass(frozen=True)
class Accepted:
    no: str
    state: str
    written: int
    left: int
    missing: tuple[Missing, ...] = ()
    """Groups that were not written, with the members that the file does not give."""


def accept(tx: Transaction, no: str, rows: tuple[int, ...] | None, reason: str = "") -> Accepted:
    """Write the matched readings without problems, or the chosen rows; one transaction, each linked to its reading."""
    run = _run(tx, no)
    chosen = [
        row
        for row in run.readings
        if row.result_id is None
        and row.analysis_id is not None
        and (row.n in rows if rows is not None else row.match == "matched" and not row.problem)
    ]
    wrong = sorted(set(rows or ()) - {row.n for row in run.readings if row.analysis_id is not None})
    if wrong:
        raise BadInput("ROWS_NOT_MATCHED", field="rows", rows=wrong[:10])
    closed = find(run.noun, run.state, "accept")
    if isinstance(closed, Refusal):
        raise Refused(closed)
    singles = [row for row in chosen if row.analysis_id not in {part["analysis"] for part in row.members or ()}]
    _once_each(singles)
    targets = {row.id: row for row in _analyses(tx, run.worksheet_id)}
    for reading in singles:
        _write(tx, run, reading, targets[reading.analysis_id], reason)  # type: ignore[index]
    parts = [row for row in run.readings if row.members and (row.n in rows if rows is not None else not row.problem)]
    groups, missing = run_members.write(tx, run, parts, targets, reason, rows is not None)
    _quality_control(tx, run, list(targets.values()))
    left = sum(1 for row in run.readings if row.match in ("matched", "changed") and row.result_id is None)
    written = len(singles) + groups
    if written:
        whole = not left or (rows is None and not missing) or run.state == "part_accepted"
        transition.act(tx, run, "accept" if whole else "accept_some", transition.Over())
    return Accepted(run.no, run.state, written, left, missing)


def _run(tx: Transaction, no: str) -> RunRow:
    query = select(RunRow).where(RunRow.no == no).options(selectinload(RunRow.readings))
    return lookup.one(tx, query, "run", no)


def _once_each(chosen: Sequence[ReadingRow]) -> None:
    """Several dilutions of one sample: the analyst must say which one is the result."""
    several = [analysis for analysis, count in Counter(row.analysis_id for row in chosen).items() if count > 1]
    if several:
        rows = [row.n for row in chosen if row.analysis_id in several]
        raise Refused(refusal("SEVERAL_READINGS", rows=rows[:20]))


def _write(tx: Transaction, run: RunRow, reading: ReadingRow, target: AnalysisRow, reason: str) -> None:
    authorised = facts.may_test(tx, tx.actor.id, target.method, tx.today)
    if authorised:
        raise Refused(authorised)
    result = recording.record(
        tx,
        target,
        EnterResult(
            target.id,
            reading.value_text,
            unit=reading.unit_text,
            run_id=run.id,
            reason=reason,
            read_as=matching.read_as(reading.value_text),
        ),
    )
    reading.result_id = result.id
    tx.record(reading, "accept", reason)


def _quality_control(tx: Transaction, run: RunRow, analyses: Sequence[AnalysisRow]) -> None:
    """What the run says about quality-control positions goes to them, so that the batch is judged with its results."""
    aliases = tx.session.get_one(InstrumentRow, run.instrument_id).aliases or {}
    for row in run.readings:
        if (
            row.match == "qc"
            and row.position_id is not None
            and not row.problem
            and matching.read_as(row.value_text) == ""
        ):
            analyte = _analyte_of(row.analyte_text, analyses, aliases)
            try:
                workup.understood(row.value_text)
            except BadInput:
                continue
            if analyte:
                batch.enter(tx, row.position_id, analyte, row.value_text)


def _analyte_of(text: str, analyses: Sequence[AnalysisRow], aliases: Mapping[str, str]) -> str:
    """The code of the worksheet's own analyte that the file's word means; empty for any other."""
    names = matching.names_of_analyte(text, aliases)
    called = {a.analyte: matching.words_of(a.analyte, a.analyte_en, a.analyte_zh) for a in analyses}
    found = [code for code, words in called.items() if names & {matching.folded(word) for word in words}]
    return found[0] if len(found) == 1 else ""


def refuse(tx: Transaction, no: str, reason: str) -> None:
    run = _run(tx, no)
    transition.act(tx, run, "refuse", transition.Over(), reason)


def reverse(tx: Transaction, no: str, reason: str) -> None:
    """Take back the unverified results of a run: the analyses are open again, the results stay on record."""
    run = _run(tx, no)
    every = _analyses(tx, run.worksheet_id)
    analyses = [row for row in every if row.result is not None and row.result.run_id == run.id]
    verified = [refusal("ALREADY_VERIFIED", analysis=row.id) for row in analyses if row.state == "verified"]
    if verified:
        raise Refused(*verified)
    transition.act(tx, run, "reverse", transition.Over(), reason)
    for row in analyses:
        earlier = tx.session.scalars(
            select(ResultRow)
            .where(ResultRow.analysis_id == row.id, ResultRow.run_id.is_distinct_from(run.id))
            .order_by(ResultRow.number.desc())
        ).first()
        row.result_id = earlier.id if earlier else None
        transition.follow(tx, row, "undo", reason)

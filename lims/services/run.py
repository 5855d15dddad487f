"""A file of an instrument is received, read and matched for its preview; the raw bytes stay, no result is written.

The other acts on a run stand beside it: run_accept, run_reverse, run_amend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from instruments.reading import Parsed
from instruments.sandbox import parse_apart
from lims.domain import numbering
from lims.domain.matching import folded
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, LimsError, Refused
from lims.persistence import bulk
from lims.persistence.counters import take
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import ReadingRow, RunRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import facts, lookup, recipe, run_bench, run_kept, run_match, transition
from lims.services.run_accept import Accepted, accept, columns
from lims.services.run_bench import Bench
from lims.services.run_match import Row
from lims.services.run_reverse import refuse, reverse
from lims.services.transaction import Transaction
from lims.services.uncollected import uncollected

__all__ = ["LARGEST", "Accepted", "Previewed", "ReceiveRun", "accept", "preview", "refuse", "reverse"]

LARGEST = 50 * 1024 * 1024
"""Bytes of the largest file taken in."""
CAME_BY = frozenset({"upload", "folder", "astm", "serial", "api"})
_LIVE = ("parsed", "part_accepted", "accepted")


@dataclass(frozen=True)
class ReceiveRun:
    worksheet_no: str
    name: str
    content: bytes
    instrument: str = ""
    came_by: str = "upload"


@dataclass(frozen=True)
class Previewed:
    no: str
    state: str
    new: bool
    counts: dict[str, int]


def preview(tx: Transaction, cmd: ReceiveRun) -> Previewed:
    """Store the bytes, read them with the instrument's adapter and match; writes no result.

    The same bytes for the same worksheet again open the run that is there; one that could not be read is tried anew.
    A file that cannot be read is kept as a received run with its problem, so that nothing that came in is lost.
    """
    tx.require("run:import")
    if not cmd.content or len(cmd.content) > LARGEST:
        raise BadInput("FILE_EMPTY" if not cmd.content else "FILE_TOO_LARGE", field="file", name=cmd.name[:100])
    if cmd.came_by not in CAME_BY:
        raise BadInput("FIELD_NEEDED", field="came_by")
    sheet = lookup.worksheet(tx, cmd.worksheet_no)
    instrument = _instrument(tx, sheet, cmd.instrument)
    digest = tx.place.files.put(cmd.content)
    lookup.hold(tx, WorksheetRow, sheet.id)
    known = tx.session.scalars(
        select(RunRow).where(RunRow.worksheet_id == sheet.id, RunRow.digest == digest, RunRow.state != "refused")
    ).first()
    if known is not None and known.state != "received":
        return Previewed(known.no, known.state, False, _counted(tx, known))
    run = known or _received(tx, sheet, instrument, cmd, digest)
    with uncollected():
        rows = _parse(tx, run, sheet, instrument, cmd.content)
        return Previewed(run.no, run.state, known is None, counts(rows))


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
        adapter=recipe.registered(instrument),
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
        came_by=cmd.came_by,
        read_digest="",
    )
    transition.act(tx, run, "receive", transition.Over())
    tx.session.flush()  # its readings point at it
    return run


def _parse(
    tx: Transaction, run: RunRow, sheet: WorksheetRow, instrument: InstrumentRow, content: bytes
) -> list[Row]:
    try:
        reader = recipe.reader_for(tx, recipe.registered(instrument))
        run.adapter_version = reader.version
        parsed = parse_apart(content, reader.key, reader.document, run.name)
    except LimsError as error:
        run.problem = error.code
        run.notices = [{"code": error.code, "params": {k: _told(v)[:200] for k, v in error.params.items()}}]
        tx.record(run, "cannot_read", error.code)
        return []
    run.adapter, run.adapter_version, run.encoding = *reader.named(parsed), parsed.encoding
    run.result_cells, run.skipped, run.problem = parsed.result_cells, dict(parsed.skipped), ""
    run.notices = [plain({"code": notice.code, "params": notice.params}) for notice in parsed.notices]
    return _matched(tx, run, sheet, instrument, parsed)


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _matched(
    tx: Transaction, run: RunRow, sheet: WorksheetRow, instrument: InstrumentRow, parsed: Parsed
) -> list[Row]:
    here = run_bench.bench(tx, sheet.id, instrument.id)
    rows = run_match.staged(tx, here, parsed.readings)
    run.read_digest = run_kept.keep(tx, parsed.readings)
    run.supersedes_id = _corrected(tx, run, here, rows)
    transition.act(tx, run, "parse", transition.Over())
    members = [row for row in rows if row.match.parts]
    if members:
        bulk.add(tx.session, ReadingRow, [columns(run.id, row) for row in members], bulk.Act("read", "", ""))
    return rows


def _corrected(tx: Transaction, run: RunRow, here: Bench, rows: Sequence[Row]) -> int | None:
    """The newest run of the instrument whose every matched reading this file gives anew; None where there is none."""
    query = select(RunRow).where(
        RunRow.worksheet_id == run.worksheet_id, RunRow.instrument_id == run.instrument_id, RunRow.id != run.id,
        RunRow.state.in_(_LIVE),
    )  # fmt: skip
    mine: set[tuple[str, str]] = set()
    for older in tx.session.scalars(query.order_by(RunRow.id.desc()).limit(5)):
        mine = mine or {_key(row) for row in rows if row.match.analysis_id is not None}
        theirs = {
            (folded(one.sample_id), folded(one.analyte))
            for one in run_kept.kept(tx, older)
            if here.index.match(one.sample_id, one.analyte).analysis_id is not None
        }
        if theirs and theirs <= mine:
            return older.id
    return None


def _key(row: Row) -> tuple[str, str]:
    return folded(row.reading.sample_id), folded(row.reading.analyte)


def _counted(tx: Transaction, run: RunRow) -> dict[str, int]:
    here = run_bench.bench(tx, run.worksheet_id, run.instrument_id)
    return counts(run_match.staged(tx, here, run_kept.kept(tx, run)))


def counts(rows: Sequence[Row]) -> dict[str, int]:
    found: Mapping[str, int] = Counter(row.kind for row in rows)
    return {**found, "problem": sum(1 for row in rows if row.problem)}

"""Use-cases of what instruments send: kept before anything is acknowledged, laid on a worksheet, refused or tried anew.

One path for every receiver. It writes no result: laying on a worksheet is the preview of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from instruments.sandbox import parse_apart
from lims.domain import matching
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.rules.workflow import find
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.persistence.sample import SampleRow
from lims.persistence.spool import SpoolRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import device, lookup, recipe, run, transition
from lims.services.transaction import Transaction

SOURCES = ("upload", "folder", "astm", "serial", "api")
TRIES = 3
"""Tries that may fail for now before people are called."""
CUT = "MESSAGE_CUT"
WAITS = ("waiting", "failed", "alarmed")


@dataclass(frozen=True)
class Deliver:
    instrument: str
    source: str
    name: str
    content: bytes
    peer: str = ""
    problem: Refusal | None = None
    """Why it needs a person from the first, though its bytes are to be kept."""


@dataclass(frozen=True)
class Kept:
    id: int
    state: str
    new: bool
    digest: str


def put(tx: Transaction, cmd: Deliver) -> Kept:
    """Bytes into the store, then the row; once the transaction has ended they may be acknowledged.

    The same bytes of the same instrument again are the row that is there; one that had failed is tried anew.
    """
    tx.require(device.DELIVER)
    if cmd.source not in SOURCES:
        raise BadInput("UNKNOWN_CHOICE", field="source", value=cmd.source[:40])
    if not cmd.content or len(cmd.content) > run.LARGEST:
        raise BadInput("FILE_EMPTY" if not cmd.content else "FILE_TOO_LARGE", field="file", name=cmd.name[:100])
    owner = device.instrument(tx, cmd.instrument)
    device.check_own(tx, owner.id)
    digest = tx.place.files.put(cmd.content)
    known = _known(tx, owner.id, digest, cmd.name)
    if known is not None and known.digest:
        if known.state in ("failed", "alarmed") and cmd.problem is None:
            _again(tx, known, "delivered again")
        return Kept(known.id, known.state, False, digest)
    whole = _whole_of(tx, owner.id, cmd)
    if whole is not None:
        return Kept(whole.id, whole.state, False, whole.digest)
    row = known or _new(tx, owner, cmd)
    row.digest, row.size = digest, len(cmd.content)
    if known is None:
        transition.follow(tx, row, "keep")
    else:
        _again(tx, row, "")
    _take_in_cut(tx, row, cmd.content)
    if cmd.problem is not None:
        _fail(tx, row, cmd.problem)
    tx.session.flush()  # the caller names it by its id
    return Kept(row.id, row.state, True, digest)


def _known(tx: Transaction, instrument_id: int, digest: str, name: str) -> SpoolRow | None:
    """The row of these bytes, or that of the file of this name whose bytes could not be had before."""
    unread = (SpoolRow.digest == "") & (SpoolRow.name == name[:255])
    query = (
        select(SpoolRow)
        .where(SpoolRow.instrument_id == instrument_id, SpoolRow.state != "refused")
        .where(or_(SpoolRow.digest == digest, unread))
        .order_by(SpoolRow.digest.desc())
        .limit(1)
    )
    return tx.session.scalars(query).one_or_none()


def _new(tx: Transaction, owner: InstrumentRow, cmd: Deliver) -> SpoolRow:
    return SpoolRow(
        source=cmd.source, instrument_id=owner.id, digest="", size=0, name=cmd.name[:255], peer=cmd.peer[:80],
        received_at=tx.now, attempts=0, problem="", detail=None,
    )  # fmt: skip


def _whole_of(tx: Transaction, instrument_id: int, cmd: Deliver) -> SpoolRow | None:
    """The message that a part of one belongs to, where it came after all before the part was told."""
    if cmd.problem is None or cmd.problem.code != CUT:
        return None
    query = select(SpoolRow).where(
        SpoolRow.instrument_id == instrument_id, SpoolRow.source == cmd.source, SpoolRow.size > len(cmd.content)
    )  # fmt: skip
    newest = tx.session.scalars(query.order_by(SpoolRow.id.desc()).limit(20))
    return next((row for row in newest if tx.place.files.get(row.digest).startswith(cmd.content)), None)


def _take_in_cut(tx: Transaction, row: SpoolRow, content: bytes) -> None:
    """Parts of this very message, kept when its line was cut, need nobody any more."""
    query = select(SpoolRow).where(
        SpoolRow.instrument_id == row.instrument_id, SpoolRow.problem == CUT, SpoolRow.state == "failed",
        SpoolRow.size < row.size,
    )  # fmt: skip
    for part in tx.session.scalars(query.order_by(SpoolRow.id.desc()).limit(20)):
        if content.startswith(tx.place.files.get(part.digest)):
            transition.follow(tx, part, "supersede", row.name)


def unread(tx: Transaction, cmd: Deliver, why: str) -> None:
    """A file that cannot even be opened, after as many tries as count: people are called, the file stays there."""
    tx.require(device.DELIVER)
    owner = device.instrument(tx, cmd.instrument)
    if _known(tx, owner.id, "-", cmd.name) is not None:
        return
    row = _new(tx, owner, cmd)
    transition.follow(tx, row, "keep")
    row.attempts, row.problem, row.detail = TRIES, "FILE_HELD", {"why": why[:200]}
    transition.follow(tx, row, "alarm")


def waiting(tx: Transaction, limit: int = 50) -> list[tuple[int, int, str]]:
    """(id, instrument's id, its code) of what waits to be laid on a worksheet, the oldest first."""
    query = (
        select(SpoolRow.id, InstrumentRow.id, InstrumentRow.code)
        .join(InstrumentRow, SpoolRow.instrument_id == InstrumentRow.id)
        .where(SpoolRow.state == "waiting", SpoolRow.digest != "")
        .order_by(SpoolRow.id)
        .limit(limit)
    )
    return [(one, owner, code) for one, owner, code in tx.session.execute(query)]


def sheet_for(tx: Transaction, spool_id: int) -> str:
    """The open worksheet of the instrument whose samples stand in the file; Refused when it is none or several.

    Raises what the reader says of a file that it cannot read. Changes nothing.
    """
    row = row_of(tx, spool_id)
    owner = tx.session.get_one(InstrumentRow, row.instrument_id)
    reader = recipe.reader_for(tx, recipe.registered(owner))
    parsed = parse_apart(tx.place.files.get(row.digest), reader.key, reader.document, row.name)
    said = {matching.folded(reading.sample_id) for reading in parsed.readings} - {""}
    found = [no for no, names in _open_sheets(tx, owner.id).items() if names & said]
    if len(found) != 1:
        ids = ", ".join(sorted(reading.sample_id for reading in parsed.readings)[:5])[:200]
        several = refusal("WORKSHEETS_SEVERAL", worksheets=", ".join(found[:5]))
        raise Refused(several if found else refusal("WORKSHEET_NONE", ids=ids, instrument=owner.code))
    return found[0]


def _open_sheets(tx: Transaction, instrument_id: int) -> Mapping[str, frozenset[str]]:
    """Worksheet -> what its sample positions may be called; quality control is called the same on every one."""
    query = (
        select(WorksheetRow)
        .where(WorksheetRow.state == "open")
        .where(or_(WorksheetRow.instrument_id == instrument_id, WorksheetRow.instrument_id.is_(None)))
        .options(selectinload(WorksheetRow.positions))
        .order_by(WorksheetRow.id)
    )
    sheets = list(tx.session.scalars(query))
    ids = {p.sample_id for sheet in sheets for p in sheet.positions if p.sample_id is not None}
    stored = tx.session.execute(select(SampleRow.id, SampleRow.no).where(SampleRow.id.in_(ids or {0})))
    numbers = {row.id: row.no for row in stored}
    return {
        sheet.no: frozenset(
            matching.folded(name)
            for p in sheet.positions
            if p.kind == "sample"
            for name in (p.label, p.vial, numbers.get(p.sample_id or 0, ""))
            if name
        )
        for sheet in sheets
    }


def stage(tx: Transaction, spool_id: int, worksheet_no: str) -> str:
    """Lay it on the worksheet as a run to be looked at; the run's number. What is laid already stays as it is."""
    tx.require("run:import")
    lookup.hold(tx, SpoolRow, spool_id)
    row = row_of(tx, spool_id)
    if row.state == "staged":
        return str(tx.session.scalar(select(RunRow.no).where(RunRow.id == row.run_id)))
    closed = find(row.noun, row.state, "stage")
    if isinstance(closed, Refusal) or not row.digest:
        raise Refused(closed if isinstance(closed, Refusal) else refusal("FILE_HELD", why=""))
    owner = tx.session.get_one(InstrumentRow, row.instrument_id)
    content = tx.place.files.get(row.digest)
    previewed = run.preview(tx, run.ReceiveRun(worksheet_no, row.name, content, owner.code))
    tx.session.flush()  # the run's id is asked for
    row.run_id = tx.session.scalar(select(RunRow.id).where(RunRow.no == previewed.no))
    row.problem, row.detail = "", None
    transition.follow(tx, row, "stage")
    return previewed.no


def fail(tx: Transaction, spool_id: int, why: Refusal) -> None:
    """It cannot go on without a person; the bytes stay."""
    row = row_of(tx, spool_id)
    if row.state == "waiting":
        _fail(tx, row, why)


def put_off(tx: Transaction, spool_id: int, why: Refusal) -> bool:
    """It could not be done now; whether that was once too often, and people are called."""
    row = row_of(tx, spool_id)
    if row.state != "waiting":
        return False
    row.attempts += 1
    row.problem, row.detail = why.code, _detail(why)
    called = row.attempts >= TRIES
    transition.follow(tx, row, "alarm" if called else "put_off")
    return called


def retry(tx: Transaction, spool_id: int) -> None:
    """Read it once more, after the adapter, the aliases or the worksheet were put right."""
    tx.require("run:import")
    row = row_of(tx, spool_id)
    closed = find(row.noun, row.state, "retry")
    if isinstance(closed, Refusal):
        raise Refused(closed)
    _again(tx, row, "")


def refuse(tx: Transaction, spool_id: int, reason: str) -> None:
    """Not wanted; row and bytes stay, and the same bytes may come again."""
    transition.act(tx, row_of(tx, spool_id), "refuse", transition.Over(), reason)


def _again(tx: Transaction, row: SpoolRow, reason: str) -> None:
    row.problem, row.detail, row.attempts = "", None, 0
    transition.follow(tx, row, "retry", reason)


def _fail(tx: Transaction, row: SpoolRow, why: Refusal) -> None:
    row.problem, row.detail = why.code[:60], _detail(why)
    transition.follow(tx, row, "fail")


def _detail(why: Refusal) -> Any:
    return plain({key: str(value)[:200] for key, value in why.params.items()})


def row_of(tx: Transaction, spool_id: int) -> SpoolRow:
    return lookup.one(tx, select(SpoolRow).where(SpoolRow.id == spool_id), "spool", str(spool_id))

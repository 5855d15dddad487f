"""The logbook of one instrument: everything that happened to it, newest first, from the records themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, null, or_, select

from lims.persistence.equipment import BookingRow, CheckRow, LogRow, LookBackRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.persistence.trail import EventRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import lookup
from lims.services.reading.page import LARGEST, Page
from lims.services.transaction import Transaction

_TOLD = ("register", "install", "edit", "change_software", "put_in_service", "take_out")
"""Acts over the instrument itself; checks tell their own story."""


@dataclass(frozen=True)
class Entry:
    at: datetime
    kind: str
    """act, check, booking, worksheet, run, look_back or entry."""
    word: str
    """The verb of an act, the kind of a check, the state of a worksheet or run."""
    what: str
    by: str
    no: str
    """Number or id of what it is about."""
    outcome: str = ""
    until: datetime | None = None


def logbook(tx: Transaction, code: str, after: str = "", size: int = 50) -> Page[Entry]:
    """One query a kind, each by index and no longer than the page, merged; the key goes on where the page ended."""
    size = max(1, min(size, LARGEST))
    row = lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code), "instrument", code)
    key = _key(after)
    found: list[tuple[Key, Entry]] = []
    for number, branch in enumerate(_branches(row, tx.now)):
        query = branch.query()
        if key is not None:
            query = query.where(_before(key, number, branch))
        rows = tx.session.execute(query.order_by(branch.at.desc(), branch.table.id.desc()).limit(size + 1))
        found += (
            ((one.at, number, one.id),
             Entry(one.at, branch.kind, one.word, one.what, one.by, str(one.no), one.outcome, one.until))
            for one in rows
        )  # fmt: skip
    found.sort(key=lambda pair: pair[0], reverse=True)
    items = tuple(entry for _, entry in found[:size])
    return Page(items, _text(found[size - 1][0]) if len(found) > size else None)


@dataclass(frozen=True)
class _Branch:
    """Rows of one kind: where their moment, word, text, person and number stand."""

    table: Any
    kind: str
    at: Any
    what: Any
    by: Any
    where: tuple[Any, ...]
    word: Any = literal("")
    no: Any = literal("")
    outcome: Any = literal("")
    until: Any = null()

    def query(self) -> Select[Any]:
        told = {"word": self.word, "what": self.what, "by": self.by, "no": self.no, "outcome": self.outcome}
        columns = (column.label(name) for name, column in {**told, "until": self.until}.items())
        return select(self.table.id.label("id"), self.at.label("at"), *columns).where(*self.where)


def _branches(row: InstrumentRow, now: datetime) -> tuple[_Branch, ...]:
    """A booking stands in the book from its beginning on, unless it was cancelled before."""
    event, check, held, sheet, run = EventRow, CheckRow, BookingRow, WorksheetRow, RunRow
    log, back = LogRow, LookBackRow
    acts = (event.object_type == "instrument", event.object_id == row.id, event.verb.in_(_TOLD))
    kept = (held.instrument_id == row.id, held.starts_at <= now,
            or_(held.cancelled_at.is_(None), held.cancelled_at > held.starts_at))  # fmt: skip
    return (
        _Branch(event, "act", event.at, event.reason, event.actor_name, acts, event.verb),
        _Branch(check, "check", check.recorded_at, check.remark, check.performer, (check.instrument_id == row.id,),
                check.kind, check.certificate_no, check.outcome),
        _Branch(held, "booking", held.starts_at, held.purpose, held.user_name, kept, until=held.ends_at),
        _Branch(sheet, "worksheet", sheet.made_at, sheet.method, sheet.analyst_name, (sheet.instrument_id == row.id,),
                sheet.state, sheet.no),
        _Branch(run, "run", run.received_at, run.name, run.received_name, (run.instrument_id == row.id,),
                run.state, run.no),
        _Branch(log, "entry", log.at, log.text, log.user_name, (log.instrument_id == row.id,)),
        _Branch(back, "look_back", back.opened_at, back.reason, back.opened_name, (back.instrument_id == row.id,),
                no=back.id),
    )  # fmt: skip


Key = tuple[datetime, int, int]


def _before(key: Key, number: int, branch: _Branch) -> ColumnElement[bool]:
    """Older than the last entry of the page before; of the same moment, what sorts after it."""
    at, last, id = key
    older: ColumnElement[bool] = branch.at < at
    if number < last:
        return or_(older, branch.at == at)
    if number == last:
        return or_(older, and_(branch.at == at, branch.table.id < id))
    return older


def _text(key: Key) -> str:
    return f"{key[0].isoformat()}~{key[1]}~{key[2]}"


def _key(text: str) -> Key | None:
    """The key of a page; anything else begins anew."""
    at, _, rest = text.partition("~")
    number, _, id = rest.partition("~")
    try:
        found = (datetime.fromisoformat(at), int(number), int(id))
    except ValueError:
        return None
    return found if found[0].tzinfo is not None and found[2] < 10**9 else None

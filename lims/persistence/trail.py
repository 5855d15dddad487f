"""The trail: no audited row is flushed unless every change of it is covered by an event of the same transaction.

Events are append-only; triggers refuse update and delete even to the owner of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    DDL,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import Row
from sqlalchemy.orm import Mapped, Session, mapped_column

from lims.domain.rules.actor import Actor
from lims.domain.rules.audit import FIRST, Event, canonical, plain
from lims.domain.rules.errors import LimsError
from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class EventRow(Base):
    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("object_type", "object_id", "seq"),
        Index(None, "actor_id", "id"),
        Index(None, "object_no", "id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    object_no: Mapped[str] = mapped_column(String(200))
    seq: Mapped[int]
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    verb: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String)
    request_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[Any] = mapped_column(JsonText)
    after: Mapped[Any] = mapped_column(JsonText)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class DutyRow(Base):
    """Who did which duty over what; read to keep duties apart, written with the event of the act."""

    __tablename__ = "duty"
    __table_args__ = (
        Index(None, "user_id", "request_id"),
        Index(None, "user_id", "sample_id"),
        Index(None, "user_id", "analysis_id"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int]
    duty: Mapped[str] = mapped_column(String(40))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample.id"))
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"))
    reference_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


for statement in (
    DDL(
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
    ).execute_if(dialect="sqlite"),
    DDL(
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
    ).execute_if(dialect="sqlite"),
    DDL(
        "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
    ).execute_if(dialect="postgresql"),
    DDL(
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()"
    ).execute_if(dialect="postgresql"),
):
    event.listen(EventRow.__table__, "after_create", statement)


class UnrecordedChange(LimsError):
    """A fault of the program: an audited row changed and nobody recorded why. The transaction cannot go on."""


@dataclass
class _Draft:
    row: Audited
    verb: str
    reason: str
    role: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Recorder:
    """Collects the events of one transaction and writes them with the rows they belong to."""

    actor: Actor
    at: datetime
    request_id: str
    drafts: list[_Draft] = field(default_factory=list)
    known: WeakKeyDictionary[Audited, dict[str, Any]] = field(default_factory=WeakKeyDictionary)
    """Row -> its values as the last event knows them; weak, so that a new row is never taken for one that has gone."""

    def record(self, row: Audited, verb: str, reason: str = "", role: str = "") -> None:
        """Note an act on the row: everything that changed since its last event is this event's difference."""
        before = self.known.get(row)
        if before is None:
            before = _stored_values(row)
        now = _values(row)
        changed = [key for key in now if now[key] != before.get(key)]
        self.drafts.append(
            _Draft(
                row,
                verb,
                reason,
                role,
                shown(row, {key: before[key] for key in changed if key in before}),
                shown(row, {key: now[key] for key in changed}),
            )
        )
        self.known[row] = now

    def check(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if not isinstance(row, Audited) or not _touched(row):
                continue
            known = self.known.get(row)
            now = _values(row)
            if known is None or known != now:
                names = sorted(key for key in now if known is None or known.get(key) != now[key])
                raise UnrecordedChange("UNRECORDED_CHANGE", table=row.__tablename__, columns=names[:8])

    def write(self, session: Session) -> None:
        """Insert the events of what was just flushed, each after the hash of its object's previous one."""
        drafts, self.drafts = self.drafts, []
        if not drafts:
            return
        tails = _tails(session, drafts)
        rows = []
        for draft in drafts:
            key = (draft.row.__tablename__, draft.row.id)
            seq, prev = tails.get(key, (0, FIRST))
            item = self._event(draft, seq + 1, prev)
            digest = item.digest()
            tails[key] = (seq + 1, digest)
            rows.append({**item.__dict__, "hash": digest})
        session.connection().execute(insert(EventRow), rows)

    def _event(self, draft: _Draft, seq: int, prev: str) -> Event:
        row = draft.row
        return Event(
            object_type=row.__tablename__,
            object_id=row.id,
            object_no=str(getattr(row, row.number_column)),
            seq=seq,
            actor_id=self.actor.id,
            actor_name=self.actor.name,
            role=draft.role,
            at=self.at,
            verb=draft.verb,
            reason=draft.reason,
            request_id=self.request_id,
            before=draft.before,
            after=draft.after,
            prev_hash=prev,
        )


_SKIP = frozenset({"id", "version"})


def _columns(row: Audited) -> list[str]:
    return [attr.key for attr in inspect(type(row)).column_attrs if attr.key not in _SKIP]


def shown(row: Audited | type[Audited], values: dict[str, Any]) -> dict[str, Any]:
    """Of the values, those that an event may tell."""
    return {key: value for key, value in values.items() if key not in row.never_recorded}


def _values(row: Audited) -> dict[str, Any]:
    """The row's values as JSON, secret ones among them; what is not loaded and not set is left out."""
    here = inspect(row).dict
    values = {key: plain(here[key]) for key in _columns(row) if key in here}
    values.update({key: _names(here[key]) for key in row.recorded_names if key in here})
    return values


def _names(rows: Iterable[Any]) -> list[str]:
    return sorted(row.name for row in rows)


def _stored_values(row: Audited) -> dict[str, Any]:
    """The values before this transaction touched the row; nothing for a new one."""
    state = inspect(row)
    if not state.has_identity:
        return {}
    values = _values(row)
    for key in list(values):
        history = state.attrs[key].history
        if key in row.recorded_names:
            values[key] = _names((*history.unchanged, *history.deleted))
        elif history.deleted:
            values[key] = plain(history.deleted[0])
        elif history.added and not history.unchanged:
            # Set without having been loaded: the old value is not known here, so the whole new one is shown.
            values.pop(key, None)
    return values


def _touched(row: Audited) -> bool:
    state = inspect(row)
    watched = (*_columns(row), *row.recorded_names)
    return not state.has_identity or any(state.attrs[key].history.has_changes() for key in watched)


def _tails(session: Session, drafts: list[_Draft]) -> dict[tuple[str, int], tuple[int, str]]:
    """Sequence number and hash of the newest event of each drafted object: one query a table."""
    wanted: dict[str, set[int]] = {}
    for draft in drafts:
        wanted.setdefault(draft.row.__tablename__, set()).add(draft.row.id)
    found: dict[tuple[str, int], tuple[int, str]] = {}
    for table, ids in wanted.items():
        for part in _parts(sorted(ids), 500):
            query = (
                select(EventRow.object_id, EventRow.seq, EventRow.hash)
                .where(EventRow.object_type == table, EventRow.object_id.in_(part))
                .order_by(EventRow.object_id, EventRow.seq)
            )
            for object_id, seq, digest in session.connection().execute(query):
                found[(table, object_id)] = (seq, digest)
    return found


def _parts(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


RECORDER = "recorder"


@event.listens_for(Session, "before_flush")
def _guard(session: Session, _context: Any, _instances: Any) -> None:
    recorder: Recorder | None = session.info.get(RECORDER)
    if recorder is None:
        if any(isinstance(row, Audited) for row in (*session.new, *session.dirty, *session.deleted)):
            raise UnrecordedChange("NO_RECORDER")
        return
    if any(isinstance(row, Audited) for row in session.deleted):
        raise UnrecordedChange("RECORDS_ARE_NOT_DELETED")
    recorder.check((*session.new, *session.dirty))


@event.listens_for(Session, "after_flush")
def _write(session: Session, _context: Any) -> None:
    recorder: Recorder | None = session.info.get(RECORDER)
    if recorder is not None:
        recorder.write(session)


@event.listens_for(Session, "before_commit")
def _write_rest(session: Session) -> None:
    """Acts that changed no column of their row: no flush comes for them, and their events are not lost for it."""
    recorder: Recorder | None = session.info.get(RECORDER)
    if recorder is not None and recorder.drafts:
        session.flush()
        recorder.write(session)


_EVENT_FIELDS = tuple(item.name for item in fields(Event))


def as_event(row: Row[Any] | EventRow) -> Event:
    return Event(**{name: getattr(row, name) for name in _EVENT_FIELDS})


def broken(row: EventRow, prev_hash: str, seq: int) -> str | None:
    """Why the stored event does not follow from the one before it, or None when it does."""
    if row.seq != seq:
        return "SEQUENCE_GAP"
    if row.prev_hash != prev_hash:
        return "CHAIN_BROKEN"
    return None if as_event(row).digest() == row.hash else "CONTENT_CHANGED"


def fingerprint(row: Audited) -> str:
    """Canonical text of a row, for comparing it with what its events say."""
    return canonical(shown(row, _values(row)))

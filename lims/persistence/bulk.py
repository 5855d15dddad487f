"""Many rows of one kind at once, each with its event: the guarantee of the trail without the cost of an object a row.

Values are written as given; who may do it and which state a row gets is decided above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Table, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from lims.domain.rules.audit import FIRST, Event, plain
from lims.domain.rules.errors import BadInput, Conflict
from lims.persistence.base import Audited
from lims.persistence.trail import RECORDER, EventRow, Recorder, UnrecordedChange, shown

TOGETHER = 2_000
"""Rows of one statement, so that memory does not grow with the library."""
_ASKED = 500
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Act:
    """What was done to every one of the rows, as their events tell it."""

    verb: str
    reason: str
    role: str


def add(session: Session, kind: type[Audited], rows: Sequence[Values], act: Act) -> Sequence[int]:
    """Insert the rows with their first events; all rows name the same columns. Answers their ids, in order."""
    recorder = _settled(session)
    ids = _reserve(session, kind.__table__, len(rows))
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        _fits(kind.__table__, part)
        events = [_first(recorder, kind, id, row, act) for id, row in zip(ids[start:], part, strict=False)]
        numbered = [{"id": id, "version": 1, **row} for id, row in zip(ids[start:], part, strict=False)]
        session.connection().execute(insert(kind.__table__), numbered)
        session.connection().execute(insert(EventRow), events)
    return ids


def change(session: Session, kind: type[Audited], changes: Mapping[int, Values], act: Act) -> None:
    """Give rows new values, each with the event of its own difference; all changes name the same columns.

    Raises Conflict STALE when one of the rows has moved on meanwhile or is not there.
    """
    recorder = _settled(session)
    for part in _parts(sorted(changes), _ASKED):
        names = list(changes[part[0]])
        found = _stored(session, kind.__table__, part, [*names, kind.number_column])
        tails = _tails(session, kind.__table__.name, part)
        if len(found) != len(part):
            raise Conflict("STALE")
        events = [
            _next(recorder, kind, found[id], {name: changes[id][name] for name in names}, tails, act) for id in part
        ]
        given = [{"b_id": id, "b_version": found[id]["version"], **changes[id]} for id in part]
        table = kind.__table__
        mine = (table.c.id == bindparam("b_id"), table.c.version == bindparam("b_version"))
        done = session.connection().execute(update(table).where(*mine).values(version=table.c.version + 1), given)
        if done.rowcount != len(part):
            raise Conflict("STALE")
        session.connection().execute(insert(EventRow), events)
    _forget(session, recorder, kind, changes)


def _settled(session: Session) -> Recorder:
    """The recorder of the unit of work, with everything noted so far written, so that the sequence goes on from it."""
    recorder: Recorder | None = session.info.get(RECORDER)
    if recorder is None:
        raise UnrecordedChange("NO_RECORDER")
    session.flush()
    recorder.write(session)
    return recorder


def _reserve(session: Session, table: Table, count: int) -> Sequence[int]:
    """Ids that nobody else takes: from PostgreSQL's sequence, or the next ones of SQLite, whose one writer is here."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        asked = text(f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, :count)")
        return list(connection.execute(asked, {"count": count}).scalars())
    first = (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
    return range(first, first + count)


def _first(recorder: Recorder, kind: type[Audited], id: int, row: Values, act: Act) -> dict[str, Any]:
    after = shown(kind, {name: plain(value) for name, value in row.items() if value is not None})
    return _event(recorder, kind, id, str(row.get(kind.number_column, id)), (1, FIRST), act, {}, after)


def _next(
    recorder: Recorder,
    kind: type[Audited],
    stored: Values,
    given: Values,
    tails: Mapping[int, tuple[int, str]],
    act: Act,
) -> dict[str, Any]:
    before = {name: plain(stored[name]) for name in given}
    after = {name: plain(value) for name, value in given.items()}
    changed = [name for name in given if before[name] != after[name]]
    seq, prev = tails.get(stored["id"], (0, FIRST))
    return _event(
        recorder,
        kind,
        stored["id"],
        str(stored[kind.number_column]),
        (seq + 1, prev),
        act,
        shown(kind, {name: before[name] for name in changed}),
        shown(kind, {name: after[name] for name in changed}),
    )


def _event(
    recorder: Recorder,
    kind: type[Audited],
    id: int,
    no: str,
    follows: tuple[int, str],
    act: Act,
    before: Values,
    after: Values,
) -> dict[str, Any]:
    item = Event(
        object_type=kind.__tablename__,
        object_id=id,
        object_no=no,
        seq=follows[0],
        actor_id=recorder.actor.id,
        actor_name=recorder.actor.name,
        role=act.role,
        at=recorder.at,
        verb=act.verb,
        reason=act.reason,
        request_id=recorder.request_id,
        before=before,
        after=after,
        prev_hash=follows[1],
    )
    return {**item.__dict__, "hash": item.digest()}


def _stored(session: Session, table: Table, ids: list[int], names: list[str]) -> dict[int, Mapping[str, Any]]:
    columns = [table.c[name] for name in dict.fromkeys(("id", "version", *names))]
    rows = session.connection().execute(select(*columns).where(table.c.id.in_(ids)))
    return {row.id: dict(row._mapping) for row in rows}


def _tails(session: Session, table: str, ids: list[int]) -> dict[int, tuple[int, str]]:
    """Sequence number and hash of the newest event of each."""
    query = (
        select(EventRow.object_id, EventRow.seq, EventRow.hash)
        .where(EventRow.object_type == table, EventRow.object_id.in_(ids))
        .order_by(EventRow.object_id, EventRow.seq)
    )
    return {id: (seq, digest) for id, seq, digest in session.connection().execute(query)}


def _fits(table: Table, rows: Sequence[Values]) -> None:
    """No text longer than its column: the same word on both databases."""
    for column in table.columns:
        longest = column.type.length if isinstance(column.type, String) else None
        if longest and any(len(row.get(column.name) or "") > longest for row in rows):
            raise BadInput("TOO_LONG", field=column.name, longest=longest)


def _forget(session: Session, recorder: Recorder, kind: type[Audited], changes: Mapping[int, Values]) -> None:
    """Objects of these rows that the session holds are read anew before they are used again."""
    for row in list(session.identity_map.values()):
        if isinstance(row, kind) and row.id in changes:
            recorder.known.pop(row, None)
            session.expire(row)


def _parts(ids: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])

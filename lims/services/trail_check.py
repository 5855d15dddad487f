"""Does the trail still hold? Each object's chain of events is walked, and every audited row is compared with what its
events say it must be, so that an edit behind the trail's back is found too. It reads only, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, Select, String, Table, Text, and_, exists, select, tuple_, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from lims.domain.rules.audit import FIRST, Event, canonical, plain
from lims.domain.rules.errors import BadInput
from lims.persistence.base import Audited, Base
from lims.persistence.tables import metadata
from lims.persistence.trail import EventRow
from lims.services.transaction import Transaction

TOGETHER = 500
"""Objects whose rows are fetched with one query."""


@dataclass(frozen=True)
class Bad:
    """The first record that does not hold: which object, at which event, why, and in which columns."""

    object_type: str
    object_id: int
    object_no: str
    seq: int
    problem: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    events: int
    objects: int
    bad: Bad | None

    @property
    def intact(self) -> bool:
        return self.bad is None


@dataclass
class _Object:
    """One object as its events tell it."""

    table: str
    id: int
    no: str = ""
    seq: int = 0
    hash: str = FIRST
    values: dict[str, Any] = field(default_factory=dict)

    def bad(self, problem: str, columns: Sequence[str] = ()) -> Bad:
        return Bad(self.table, self.id, self.no, self.seq, problem, tuple(columns))


class _Broken(Exception):
    def __init__(self, bad: Bad) -> None:
        self.bad = bad


def check(tx: Transaction, object_no: str = "") -> Checked:
    """The whole trail, or the objects that ever carried a number; an unknown number raises BadInput."""
    _one_picture(tx)
    query = _events()
    if object_no:
        named = _named(tx, object_no)
        query = query.where(tuple_(EventRow.object_type, EventRow.object_id).in_(named))
    events, objects = 0, 0
    try:
        for batch in _batches(_walk(tx, query)):
            events, objects = events + sum(one.seq for one in batch), objects + len(batch)
            _compare(tx, batch)
        if not object_no:
            _without_events(tx)
    except _Broken as found:
        return Checked(events, objects, found.bad)
    return Checked(events, objects, None)


def _one_picture(tx: Transaction) -> None:
    """All that follows sees the database as it is now; SQLite's reading transactions do so by themselves."""
    bind = tx.session.get_bind()
    if bind.dialect.name == "postgresql" and isinstance(bind, Engine):
        tx.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


_COLUMNS = tuple(column for column in EventRow.__table__.columns if column.name != "id")


def _events() -> Select[Any]:
    """Events as they stand in the database, unread: damaged ones must not stop the reading."""
    raw = [
        type_coerce(column, Text).label(column.name) if column.name in ("before", "after") else column
        for column in _COLUMNS
        if column.name != "at"
    ]
    at = EventRow.__table__.c.at
    return select(*raw, at.label("at")).order_by(EventRow.object_type, EventRow.object_id, EventRow.seq)


def _named(tx: Transaction, object_no: str) -> list[tuple[str, int]]:
    query = select(EventRow.object_type, EventRow.object_id).where(EventRow.object_no == object_no).distinct()
    found = [(kind, id) for kind, id in tx.session.execute(query)]
    if not found:
        raise BadInput("NOT_FOUND", noun="event", no=object_no)
    return found


def _walk(tx: Transaction, query: Select[Any]) -> Iterator[_Object]:
    if tx.session.get_bind().dialect.name == "sqlite":
        query = query.with_only_columns(
            *(type_coerce(c, String).label("at") if c.name == "at" else c for c in query.selected_columns)
        )
    rows = tx.session.connection().execution_options(yield_per=TOGETHER).execute(query)
    for (table, id), events in groupby(rows, key=lambda row: (row.object_type, row.object_id)):
        yield _told(_Object(table, id), events)


def _told(one: _Object, rows: Iterator[Row[Any]]) -> _Object:
    for row in rows:
        one.no, one.seq = row.object_no, one.seq + 1
        if row.seq != one.seq:
            raise _Broken(one.bad("SEQUENCE_GAP"))
        if row.prev_hash != one.hash:
            raise _Broken(one.bad("CHAIN_BROKEN"))
        event = _event(row)
        if event is None or event.digest() != row.hash:
            raise _Broken(one.bad("CONTENT_CHANGED"))
        strange = [name for name, value in event.before.items() if one.values.get(name, value) != value]
        if strange:
            raise _Broken(one.bad("CHANGED_BETWEEN_EVENTS", sorted(strange)))
        one.values.update(event.after)
        one.hash = row.hash
    return one


def _event(row: Row[Any]) -> Event | None:
    """The event, or None when what stands there can no longer be one."""
    fields = dict(row._mapping)
    digest = fields.pop("hash")
    try:
        at = fields["at"]
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        told = {**fields, "at": moment.astimezone(UTC)}
        event = Event(**{**told, "before": json.loads(fields["before"]), "after": json.loads(fields["after"])})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return event if digest and isinstance(event.before, dict) and isinstance(event.after, dict) else None


def _batches(objects: Iterator[_Object]) -> Iterator[list[_Object]]:
    """Neighbours of one table, at most TOGETHER of them; what was good before a broken one is compared first."""
    batch: list[_Object] = []
    broken: _Broken | None = None
    try:
        for one in objects:
            if batch and (batch[0].table != one.table or len(batch) == TOGETHER):
                yield batch
                batch = []
            batch.append(one)
    except _Broken as found:
        broken = found
    if batch:
        yield batch
    if broken is not None:
        raise broken


def _compare(tx: Transaction, batch: list[_Object]) -> None:
    kind = _audited().get(batch[0].table)
    if kind is None:
        raise _Broken(batch[0].bad("UNKNOWN_TABLE"))
    ids = [one.id for one in batch]
    rows, names = _rows(tx, metadata.tables[kind.__tablename__], ids), _names(tx, kind, ids)
    for one in batch:
        row = rows.get(one.id)
        if row is None:
            raise _Broken(one.bad("ROW_MISSING"))
        different = _different(kind, one.values, row)
        different += [key for key in names if names[key].get(one.id, []) != one.values.get(key, [])]
        if different:
            raise _Broken(one.bad("ROW_CHANGED", different))


def _different(kind: type[Audited], told: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """Columns whose stored value is not the one of the events; one that no event names must hold its default.

    Of columns that are never recorded the events cannot tell.
    """
    table = metadata.tables[kind.__tablename__]
    silent = {"id", "version", *kind.never_recorded}
    names = [column.name for column in table.columns if column.name not in silent]
    return [name for name in names if canonical(row[name]) != canonical(told.get(name, _default(table, name)))]


def _default(table: Table, name: str) -> Any:
    default: Any = table.c[name].default
    return plain(default.arg) if default is not None and default.is_scalar else None


def _rows(tx: Transaction, table: Table, ids: list[int]) -> dict[int, Mapping[str, Any]]:
    query = select(table).where(table.c.id.in_(ids))
    try:
        return {row.id: _plain(row) for row in tx.session.connection().execute(query)}
    except (SQLAlchemyError, ValueError, TypeError, ArithmeticError):
        if len(ids) == 1:  # what stands there is no longer a value of its column
            return {ids[0]: dict.fromkeys(table.columns.keys(), "\0unreadable")}
        return {id: row for one in ids for id, row in _rows(tx, table, [one]).items()}


def _names(tx: Transaction, kind: type[Audited], ids: list[int]) -> dict[str, dict[int, list[str]]]:
    """Relationship -> object -> sorted names of the rows at its other end, as the database has them."""
    found: dict[str, dict[int, list[str]]] = {}
    for key in kind.recorded_names:
        relation = getattr(kind, key)
        name = relation.property.mapper.class_.name
        query = select(kind.id, name).join(relation).where(kind.id.in_(ids)).order_by(kind.id)
        found[key] = {}
        for id, text in tx.session.execute(query):
            found[key].setdefault(id, []).append(text)
        for names in found[key].values():
            names.sort()
    return found


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row._mapping.items()}


def _without_events(tx: Transaction) -> None:
    """A row that was put in, or that stayed when all of its events were taken out."""
    for table in (metadata.tables[name] for name in _audited()):
        told = exists().where(and_(EventRow.object_type == table.name, EventRow.object_id == table.c.id))
        id = tx.session.connection().execute(select(table.c.id).where(~told).order_by(table.c.id).limit(1)).scalar()
        if id is not None:
            raise _Broken(Bad(table.name, id, str(id), 0, "ROW_WITHOUT_EVENTS"))


def _audited() -> dict[str, type[Any]]:
    kinds: Iterable[Any] = (mapper.class_ for mapper in Base.registry.mappers)
    return {kind.__tablename__: kind for kind in kinds if issubclass(kind, Audited)}

"""Which rows of a source can go into the catalogue, which are there already, and why the others cannot.

It reads the catalogue in a few queries for all rows together and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lims.domain.method import listed
from lims.domain.reference import Kind
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import Place, place_of
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import overlap
from lims.services.limit_row import LibraryRow, RefusedRow, refused_row
from lims.services.overlap import Taken
from lims.services.transaction import Transaction

LONGEST_NAME = 80
TOGETHER = 500
Coming = Mapping[str, Collection[str]]
"""Kind -> codes that are put up together with the rows and may be pointed at as if they were there."""


@dataclass(frozen=True)
class Sifted:
    """A row that can stand by itself."""

    number: int
    code: str
    content: dict[str, str]
    valid_from: date | None
    valid_to: date | None
    place: Place | None


@dataclass(frozen=True)
class _Known:
    """The newest version of an item that the catalogue has already."""

    version: int
    waits: bool
    content: Mapping[str, str]
    valid_from: date | None
    valid_to: date | None


def sift(
    tx: Transaction, kind: Kind, rows: Iterable[LibraryRow], coming: Coming
) -> tuple[list[Sifted], int, tuple[RefusedRow, ...]]:
    """The rows to put in, in their order, how many are there already, and those that cannot stand."""
    read, refused = _readable(kind, rows)
    read = _linked(tx, kind, read, refused, coming)
    read = _once(read, refused)
    known = _known(tx, kind, {one.code for one in read})
    fresh = [one for one in read if not _same(one, known.get(one.code))]
    unchanged = len(read) - len(fresh)
    fresh = _not_waiting(kind, fresh, known, refused)
    if kind.among is not None:
        fresh = _among(tx, kind, fresh, refused)
    if kind.kind == "limit":
        fresh = _apart(tx, fresh, refused)
    return fresh, unchanged, tuple(sorted(refused, key=lambda one: one.number))


def released(tx: Transaction, kind: str) -> set[str]:
    """Codes of the items of a kind that have a version in force, once or now."""
    return set(tx.session.scalars(select(Row.code).where(Row.kind == kind, Row.state == "released")))


def parts(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    """So many that one query may name them all."""
    return (codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER))


def _readable(kind: Kind, rows: Iterable[LibraryRow]) -> tuple[list[Sifted], list[RefusedRow]]:
    read: list[Sifted] = []
    refused: list[RefusedRow] = []
    fields, room = frozenset(kind.fields), _room(kind)
    for row in rows:
        if row.trouble is not None:
            refused.append(refused_row(row.number, row.code, row.trouble))
            continue
        try:
            strange = row.content.keys() - fields
            if strange:
                raise BadInput("UNKNOWN_FIELD", field=min(strange))
            read.append(_read(kind, row, room))
        except BadInput as error:
            refused.append(refused_row(row.number, row.code, Refusal(error.code, error.params)))
    return read, refused


def _room(kind: Kind) -> tuple[tuple[str, int], ...]:
    """(field, characters) of what is searched by: a database column holds no more."""
    lengths: dict[str, Any] = {column.name: column.type for column in Row.__table__.columns}
    return tuple((name, lengths[column].length) for column, name in kind.searched.items())


def _read(kind: Kind, row: LibraryRow, room: tuple[tuple[str, int], ...]) -> Sifted:
    """The row with its fields complete and its dates read; raises BadInput naming the field that cannot stand."""
    code = row.code.strip()
    if not code:
        raise BadInput("FIELD_NEEDED", field=kind.key)
    if len(code) > LONGEST_NAME:
        raise BadInput("TOO_LONG", field=kind.key, longest=LONGEST_NAME)
    given = row.content
    content = {name: (given.get(name) or "").strip() for name in kind.fields}
    for name, longest in room:
        if len(content[name]) > longest:
            raise BadInput("TOO_LONG", field=name, longest=longest)
    kind.check(code, content)
    first, last = _day("valid_from", row.valid_from), _day("valid_to", row.valid_to)
    if first and last and last < first:
        raise BadInput("RANGE_ENDS", field="valid_to", value=row.valid_to)
    return Sifted(row.number, code, content, first, last, place_of(content) if kind.kind == "limit" else None)


def _day(field: str, text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("NOT_A_DATE", field=field, value=text[:40]) from None


def _linked(
    tx: Transaction, kind: Kind, read: list[Sifted], refused: list[RefusedRow], coming: Coming
) -> list[Sifted]:
    """Without the rows that point at what is not in the catalogue: three or four queries for all of them."""
    there = [(name, released(tx, target).union(coming.get(target, ()))) for target, name in kind.links]
    good = []
    for one in read:
        missing = next(
            ((name, code) for name, known in there for code in _codes(one, name) if code not in known), None
        )
        if missing is None:
            good.append(one)
        else:
            reason = refusal("NOT_IN_THE_CATALOGUE", field=missing[0], value=missing[1])
            refused.append(refused_row(one.number, one.code, reason))
    return good


def _codes(one: Sifted, name: str) -> tuple[str, ...]:
    text = one.content[name]
    if ";" not in text and ":" not in text:
        return (text,) if text else ()
    return tuple(item.partition(":")[0].strip() for item in listed(text))


def _once(read: list[Sifted], refused: list[RefusedRow]) -> list[Sifted]:
    """A code names one row of a source: a second one is refused, whatever it says."""
    first: dict[str, int] = {}
    good = []
    for one in read:
        if one.code not in first:
            first[one.code] = one.number
            good.append(one)
        else:
            reason = refusal("ROW_TWICE", field="code", item=one.code, row=first[one.code])
            refused.append(refused_row(one.number, one.code, reason))
    return good


def _known(tx: Transaction, kind: Kind, codes: set[str]) -> dict[str, _Known]:
    """The newest version, not rejected, of each of the items that is there."""
    there = set(tx.session.scalars(select(Row.code).where(Row.kind == kind.kind).distinct())) & codes
    found: dict[str, _Known] = {}
    columns = (Row.code, Row.number, Row.state, Row.content, Row.valid_from, Row.valid_to)
    for part in parts(sorted(there)):
        query = select(*columns).where(Row.kind == kind.kind, Row.code.in_(part), Row.state != "rejected")
        for code, number, state, content, first, last in tx.session.execute(query.order_by(Row.code, Row.number)):
            found[code] = _Known(number, state == "proposed", content, first, last)
    return found


def _same(one: Sifted, there: _Known | None) -> bool:
    """A row that gives no dates says nothing against those that the catalogue has."""
    if there is None:
        return False
    dates = (there.valid_from, there.valid_to) == (one.valid_from or there.valid_from, one.valid_to or there.valid_to)
    return dates and all((there.content.get(name) or "") == text for name, text in one.content.items())


def _not_waiting(
    kind: Kind, fresh: list[Sifted], known: Mapping[str, _Known], refused: list[RefusedRow]
) -> list[Sifted]:
    good = []
    for one in fresh:
        if one.code in known and known[one.code].waits:
            reason = refusal("VERSION_WAITS_ALREADY", field="code", kind=kind.kind, item=one.code)
            refused.append(refused_row(one.number, one.code, reason))
        else:
            good.append(one)
    return good


def _among(tx: Transaction, kind: Kind, fresh: list[Sifted], refused: list[RefusedRow]) -> list[Sifted]:
    """Without rows that cannot stand beside the others, such as the one that closes a circle of sums."""
    assert kind.among is not None
    others = contents(tx, kind.kind) if fresh else {}
    good = []
    for one in fresh:
        former = others.pop(one.code, None)
        try:
            kind.among(one.code, one.content, others)
        except BadInput as error:
            refused.append(refused_row(one.number, one.code, Refusal(error.code, error.params)))
            if former is not None:
                others[one.code] = former
            continue
        others[one.code] = one.content
        good.append(one)
    return good


def contents(tx: Transaction, kind: str) -> dict[str, Mapping[str, str]]:
    """Code -> content of the newest released version of every item of a kind."""
    query = select(Row.code, Row.content).where(Row.kind == kind, Row.state == "released").order_by(Row.number)
    return {row.code: row.content for row in tx.session.execute(query)}


def _apart(tx: Transaction, fresh: list[Sifted], refused: list[RefusedRow]) -> list[Sifted]:
    """Without rows whose time another limit takes, in the catalogue or in the source; of two in one source, neither."""
    rivals = overlap.taken(tx, {one.place for one in fresh if one.place})
    for one in fresh:
        if one.place:
            rivals.setdefault(one.place, []).append(Taken(one.code, one.valid_from, one.valid_to))
    good = []
    for one in fresh:
        others = rivals.get(one.place, ()) if one.place else ()
        mine = Taken(one.code, one.valid_from, one.valid_to)
        found = overlap.collision(mine, others) if len(others) > 1 else None
        if found is None:
            good.append(one)
        else:
            refused.append(refused_row(one.number, one.code, overlap.refused(found)))
    return good

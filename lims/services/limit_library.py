"""Libraries: thousands of limits (or the products and analytes they speak of) proposed or released as one batch.

Every row goes in with its event or is listed with its field and reason; how a source writes its rows is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from lims.domain.method import listed
from lims.domain.reference import KINDS, Kind
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import Place, place_of
from lims.persistence import bulk
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.catalogue import index_words
from lims.services import overlap, transition
from lims.services.overlap import Taken
from lims.services.transaction import Transaction

LONGEST_NAME = 80
TOGETHER = 500


@dataclass(frozen=True)
class LibraryRow:
    """One row of a source, all of it text; ``number`` is the line a person finds it at."""

    number: int
    code: str
    content: Mapping[str, str]
    valid_from: str = ""
    valid_to: str = ""


@dataclass(frozen=True)
class RefusedRow:
    """A row that did not go in: which, because of which field, and why."""

    number: int
    code: str
    field: str
    reason: Refusal


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of a source: every one of them is counted in exactly one of the three."""

    library: str
    added: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True)
class _Read:
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


KINDS_LOADED = ("product", "analyte", "limit")
"""Kinds whose items stand each by itself, so that many can be put up at once."""


def check(tx: Transaction, rows: Iterable[LibraryRow], kind: str = "limit") -> Loaded:
    """What ``load`` would do with the rows; nothing is written."""
    fit, unchanged, refused = _sift(tx, KINDS[kind], rows)
    return Loaded("", len(fit), unchanged, refused)


def load(tx: Transaction, rows: Iterable[LibraryRow], source: str, kind: str = "limit") -> Loaded:
    """Put the rows up as one batch named by its source; by the system itself they are in force at once.

    A person needs the right to propose, and somebody else releases the batch. Rows whose item is there already in the
    same words are left alone; a known item in other words gets a new version.
    """
    name = source.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput("FIELD_NEEDED" if not name else "TOO_LONG", field="source", longest=LONGEST_NAME)
    if kind not in KINDS_LOADED:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=kind)
    of = KINDS[kind]
    fit, unchanged, refused = _sift(tx, of, rows)
    if fit:
        numbers = _numbers(tx, of, fit)
        put = [_columns(tx, of, one, numbers.get(one.code, 0) + 1, name) for one in fit]
        if tx.actor.id == 0:
            ids = transition.install_many(tx, Row, put, "released", name)
            _close_former(tx, dict(zip(ids, put, strict=True)), name)
        else:
            ids = transition.begin_many(tx, Row, put, "propose", name)
        index_words(tx.session, ((id, kind, one.content) for id, one in zip(ids, fit, strict=True)))
    return Loaded(name, len(fit), unchanged, refused)


def release(tx: Transaction, library: str) -> int:
    """Put a proposed batch in force with one signature, never by its author; answers how many versions."""
    rows = _waiting(tx, library)
    if any(row["proposed_by"] == tx.actor.id for row in rows.values()):
        raise Refused(refusal("DUTIES_APART", duty="releaser", other="author"))
    changes = {
        id: {
            "valid_from": row["valid_from"] or tx.today,
            "released_by": tx.actor.id,
            "released_at": tx.now,
        }
        for id, row in rows.items()
    }
    ends = ((row["valid_to"], changes[id]["valid_from"]) for id, row in rows.items())
    over = [last for last, first in ends if last and last < first]
    if over:
        raise Refused(refusal("VALIDITY_OVER", last_day=over[0].isoformat()))
    transition.act_on_many(tx, Row, "proposed", changes, "release", library)
    _close_former(tx, {id: {**row, **changes[id]} for id, row in rows.items()}, library)
    return len(rows)


def reject(tx: Transaction, library: str, reason: str) -> int:
    """Turn a proposed batch away as a whole."""
    rows = _waiting(tx, library)
    transition.act_on_many(tx, Row, "proposed", {id: {} for id in rows}, "reject", reason)
    return len(rows)


def waiting(tx: Transaction) -> tuple[tuple[str, int], ...]:
    """(name, versions) of every batch that waits for release."""
    query = select(Row.library, func.count()).where(Row.state == "proposed", Row.library != "").group_by(Row.library)
    return tuple((name, count) for name, count in tx.session.execute(query.order_by(Row.library)))


def _waiting(tx: Transaction, library: str) -> dict[int, dict[str, Any]]:
    columns = (Row.id, Row.kind, Row.code, Row.number, Row.valid_from, Row.valid_to, Row.proposed_by)
    query = select(*columns).where(Row.library == library, Row.library != "", Row.state == "proposed")
    rows = {row.id: dict(row._mapping) for row in tx.session.execute(query)}
    if not rows:
        raise NotFound("NOT_FOUND", noun="reference_version", no=library)
    return rows


# ---- sifting the rows --------------------------------------------------------------------------------------------


def _sift(
    tx: Transaction, kind: Kind, rows: Iterable[LibraryRow]
) -> tuple[list[_Read], int, tuple[RefusedRow, ...]]:
    """The rows to put in, in their order, how many are there already, and those that cannot stand."""
    read, refused = _readable(kind, rows)
    read = _linked(tx, kind, read, refused)
    read = _once(read, refused)
    known = _known(tx, kind, {one.code for one in read})
    fresh = [one for one in read if not _same(one, known.get(one.code))]
    unchanged = len(read) - len(fresh)
    fresh = _not_waiting(kind, fresh, known, refused)
    if kind.kind == "limit":
        fresh = _apart(tx, fresh, refused)
    return fresh, unchanged, tuple(sorted(refused, key=lambda one: one.number))


def _readable(kind: Kind, rows: Iterable[LibraryRow]) -> tuple[list[_Read], list[RefusedRow]]:
    read: list[_Read] = []
    refused: list[RefusedRow] = []
    fields = frozenset(kind.fields)
    for row in rows:
        try:
            strange = row.content.keys() - fields
            if strange:
                raise BadInput("UNKNOWN_FIELD", field=min(strange))
            read.append(_read(kind, row))
        except BadInput as error:
            refused.append(_why(row.number, row.code, Refusal(error.code, error.params)))
    return read, refused


def _read(kind: Kind, row: LibraryRow) -> _Read:
    """The row with its fields complete and its dates read; raises BadInput naming the field that cannot stand."""
    code = row.code.strip()
    if not code:
        raise BadInput("FIELD_NEEDED", field=kind.key)
    if len(code) > LONGEST_NAME:
        raise BadInput("TOO_LONG", field=kind.key, longest=LONGEST_NAME)
    given = row.content
    content = {name: (given.get(name) or "").strip() for name in kind.fields}
    kind.check(code, content)
    first, last = _day("valid_from", row.valid_from), _day("valid_to", row.valid_to)
    if first and last and last < first:
        raise BadInput("RANGE_ENDS", field="valid_to", value=row.valid_to)
    return _Read(row.number, code, content, first, last, place_of(content) if kind.kind == "limit" else None)


def _day(field: str, text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("NOT_A_DATE", field=field, value=text[:40]) from None


def _linked(tx: Transaction, kind: Kind, read: list[_Read], refused: list[RefusedRow]) -> list[_Read]:
    """Without the rows that point at what is not in the catalogue: three or four queries for all of them."""
    there = {name: _released(tx, target) for target, name in kind.links}
    good = []
    for one in read:
        missing = next(
            ((name, code) for name, known in there.items() for code in _codes(one, name) if code not in known), None
        )
        if missing is None:
            good.append(one)
        else:
            reason = refusal("NOT_IN_THE_CATALOGUE", field=missing[0], value=missing[1])
            refused.append(_why(one.number, one.code, reason))
    return good


def _codes(one: _Read, name: str) -> tuple[str, ...]:
    text = one.content[name]
    if ";" not in text and ":" not in text:
        return (text,) if text else ()
    return tuple(item.partition(":")[0].strip() for item in listed(text))


def _released(tx: Transaction, kind: str) -> set[str]:
    return set(tx.session.scalars(select(Row.code).where(Row.kind == kind, Row.state == "released")))


def _once(read: list[_Read], refused: list[RefusedRow]) -> list[_Read]:
    """A code names one row of a source: a second one is refused, whatever it says."""
    first: dict[str, int] = {}
    good = []
    for one in read:
        other = first.setdefault(one.code, one.number)
        if other == one.number:
            good.append(one)
        else:
            refused.append(_why(one.number, one.code, refusal("ROW_TWICE", field="code", item=one.code, row=other)))
    return good


def _known(tx: Transaction, kind: Kind, codes: set[str]) -> dict[str, _Known]:
    """The newest version, not rejected, of each of the items that is there."""
    there = set(tx.session.scalars(select(Row.code).where(Row.kind == kind.kind).distinct())) & codes
    found: dict[str, _Known] = {}
    columns = (Row.code, Row.number, Row.state, Row.content, Row.valid_from, Row.valid_to)
    for part in _parts(sorted(there)):
        query = select(*columns).where(Row.kind == kind.kind, Row.code.in_(part), Row.state != "rejected")
        for code, number, state, content, first, last in tx.session.execute(query.order_by(Row.code, Row.number)):
            found[code] = _Known(number, state == "proposed", content, first, last)
    return found


def _same(one: _Read, there: _Known | None) -> bool:
    """A row that gives no dates says nothing against those that the catalogue has."""
    if there is None:
        return False
    dates = (there.valid_from, there.valid_to) == (one.valid_from or there.valid_from, one.valid_to or there.valid_to)
    return dates and all((there.content.get(name) or "") == text for name, text in one.content.items())


def _not_waiting(
    kind: Kind, fresh: list[_Read], known: Mapping[str, _Known], refused: list[RefusedRow]
) -> list[_Read]:
    good = []
    for one in fresh:
        if one.code in known and known[one.code].waits:
            reason = refusal("VERSION_WAITS_ALREADY", field="code", kind=kind.kind, item=one.code)
            refused.append(_why(one.number, one.code, reason))
        else:
            good.append(one)
    return good


def _apart(tx: Transaction, fresh: list[_Read], refused: list[RefusedRow]) -> list[_Read]:
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
            refused.append(_why(one.number, one.code, overlap.refused(found)))
    return good


def _why(number: int, code: str, reason: Refusal) -> RefusedRow:
    return RefusedRow(number, code, str(reason.params.get("field", "")), reason)


# ---- writing them ------------------------------------------------------------------------------------------------


def _columns(tx: Transaction, kind: Kind, one: _Read, number: int, library: str) -> dict[str, Any]:
    by_system = tx.actor.id == 0
    searched = {column: one.content[name] for column, name in kind.searched.items()}
    return {
        "kind": kind.kind,
        "code": one.code,
        "number": number,
        **searched,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "content": one.content,
        "library": library,
        "reason": library,
        "proposed_by": tx.actor.id,
        "released_by": tx.actor.id if by_system else None,
        "released_at": tx.now if by_system else None,
    }


def _numbers(tx: Transaction, kind: Kind, fit: Sequence[_Read]) -> dict[str, int]:
    """The highest number of each item that is there, rejected versions among them."""
    query = select(Row.code, func.max(Row.number)).where(Row.kind == kind.kind).group_by(Row.code)
    wanted = {one.code for one in fit}
    return {code: number for code, number in tx.session.execute(query) if code in wanted}


def _close_former(tx: Transaction, released: Mapping[int, Mapping[str, Any]], reason: str) -> None:
    """Released versions that reach into the time of their successor end on the day before it."""
    heirs = {(row["kind"], row["code"]): row for row in released.values() if row["number"] > 1}
    columns = (Row.id, Row.kind, Row.code, Row.number, Row.valid_to)
    changes: dict[int, dict[str, Any]] = {}
    for part in _parts(sorted({code for _, code in heirs})):
        for id, kind, code, number, last in tx.session.execute(
            select(*columns).where(Row.code.in_(part), Row.state == "released")
        ):
            heir = heirs.get((kind, code))
            begins = heir["valid_from"] or tx.today if heir else None
            if heir and begins and number < heir["number"] and (last is None or last >= begins):
                changes[id] = {"valid_to": begins - timedelta(days=1)}
    if changes:
        bulk.change(tx.session, Row, changes, bulk.Act("succeed", reason, ""))


def _parts(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER))

"""Libraries: thousands of limits (or of what they speak of) proposed or released as one batch, each with its event.

Which rows can stand is decided in limit_sift; how a source writes its rows is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from lims.domain.reference import KINDS, Kind
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence import bulk
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.catalogue import index_words
from lims.services import transition
from lims.services.limit_row import LibraryRow, Loaded, RefusedRow
from lims.services.limit_sift import LONGEST_NAME, Coming, Sifted, contents, parts, released, sift
from lims.services.transaction import Transaction

__all__ = [
    "KINDS_LOADED", "LONGEST_NAME", "LibraryRow", "Loaded", "RefusedRow", "check", "load", "reject", "release",
    "unknown", "waiting",
]  # fmt: skip

KINDS_LOADED = ("product", "analyte", "residue_definition", "limit")
"""Kinds of which many can be put up at once, what is pointed at first."""


def check(
    tx: Transaction, rows: Iterable[LibraryRow], kind: str = "limit", coming: Coming | None = None
) -> Loaded:
    """What ``load`` would do with the rows; nothing is written."""
    fit, unchanged, refused = sift(tx, KINDS[kind], rows, coming or {})
    return Loaded("", len(fit), unchanged, refused)


def load(
    tx: Transaction, rows: Iterable[LibraryRow], source: str, kind: str = "limit", coming: Coming | None = None
) -> Loaded:
    """Put the rows up as one batch named by its source; by the system itself they are in force at once.

    A person needs the right to propose, and somebody else releases the batch. Rows whose item is there already in the
    same words are left alone; a known item in other words gets a new version. Rows may point at what is ``coming``
    with them in a batch of its own, which must then be released before this one.
    """
    name = source.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput("FIELD_NEEDED" if not name else "TOO_LONG", field="source", longest=LONGEST_NAME)
    if kind not in KINDS_LOADED:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=kind)
    of = KINDS[kind]
    fit, unchanged, refused = sift(tx, of, rows, coming or {})
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


def unknown(tx: Transaction, rows: Iterable[LibraryRow], kind: str) -> list[LibraryRow]:
    """The rows whose item the catalogue does not have, not even waiting: a source may name what it did not define."""
    there = set(tx.session.scalars(select(Row.code).where(Row.kind == kind, Row.state != "rejected").distinct()))
    return [row for row in rows if row.code not in there]


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
    _still_stand(tx, rows)
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
    columns = (
        Row.id, Row.kind, Row.code, Row.number, Row.product, Row.analyte, Row.valid_from, Row.valid_to, Row.content,
        Row.proposed_by,
    )  # fmt: skip
    query = select(*columns).where(Row.library == library, Row.library != "", Row.state == "proposed")
    rows = {row.id: dict(row._mapping) for row in tx.session.execute(query)}
    if not rows:
        raise NotFound("NOT_FOUND", noun="reference_version", no=library)
    return rows


def _still_stand(tx: Transaction, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """What limits point at is in force by now, and what was released since makes no circle with the batch."""
    for name in ("product", "analyte"):
        pointed = {row[name] for row in rows.values() if row["kind"] == "limit"}
        missing = pointed - released(tx, name) if pointed else pointed
        if missing:
            raise Refused(refusal("NOT_IN_THE_CATALOGUE", field=name, value=min(missing)))
    put: dict[str, dict[str, Any]] = {}
    for row in rows.values():
        put.setdefault(row["kind"], {})[row["code"]] = row["content"]
    for kind in put:
        among = KINDS[kind].among
        if among is None:
            continue
        others = {**contents(tx, kind), **put[kind]}
        for code, content in put[kind].items():
            del others[code]
            try:
                among(code, content, others)
            except BadInput as error:
                raise Refused(Refusal(error.code, error.params)) from None
            others[code] = content


def _columns(tx: Transaction, kind: Kind, one: Sifted, number: int, library: str) -> dict[str, Any]:
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


def _numbers(tx: Transaction, kind: Kind, fit: Sequence[Sifted]) -> dict[str, int]:
    """The highest number of each item that is there, rejected versions among them."""
    query = select(Row.code, func.max(Row.number)).where(Row.kind == kind.kind).group_by(Row.code)
    wanted = {one.code for one in fit}
    return {code: number for code, number in tx.session.execute(query) if code in wanted}


def _close_former(tx: Transaction, released: Mapping[int, Mapping[str, Any]], reason: str) -> None:
    """Released versions that reach into the time of their successor end on the day before it."""
    heirs = {(row["kind"], row["code"]): row for row in released.values() if row["number"] > 1}
    columns = (Row.id, Row.kind, Row.code, Row.number, Row.valid_to)
    changes: dict[int, dict[str, Any]] = {}
    for part in parts(sorted({code for _, code in heirs})):
        for id, kind, code, number, last in tx.session.execute(
            select(*columns).where(Row.code.in_(part), Row.state == "released")
        ):
            heir = heirs.get((kind, code))
            begins = heir["valid_from"] or tx.today if heir else None
            if heir and begins and number < heir["number"] and (last is None or last >= begins):
                changes[id] = {"valid_to": begins - timedelta(days=1)}
    if changes:
        bulk.change(tx.session, Row, changes, bulk.Act("succeed", reason, ""))

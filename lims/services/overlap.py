"""Two limits for one thing on one day: which of two would hold is nobody's guess, so the second is refused.

A later version of the same limit is no such case: its release ends the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import Place, overlap, place_of
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services.transaction import Transaction

TOGETHER = 500
"""Versions whose contents are fetched with one query."""
COUNTS = ("proposed", "released", "retired")
"""States of a version whose time must be left alone; a rejected one has none."""


class Taken(NamedTuple):
    """The time that a version of a limit takes at its place."""

    code: str
    valid_from: date | None
    valid_to: date | None


def refusals(
    tx: Transaction, kind: str, code: str, content: Mapping[str, str], valid_from: date | None, valid_to: date | None
) -> tuple[Refusal, ...]:
    """Why a version cannot be proposed or released beside what is there; nothing for kinds other than limits."""
    place = place_of(content) if kind == "limit" else None
    if place is None:
        return ()
    mine = Taken(code, valid_from or tx.today, valid_to)
    found = collision(mine, taken(tx, {place}).get(place, ()))
    return (refused(found),) if found else ()


def collision(mine: Taken, others: Iterable[Taken]) -> Taken | None:
    """The first of another limit that shares a day."""
    for one in others:
        if one.code != mine.code and overlap(mine.valid_from, mine.valid_to, one.valid_from, one.valid_to):
            return one
    return None


def refused(other: Taken) -> Refusal:
    return refusal("OVERLAPPING_VALIDITY", field="valid_from", item=other.code)


def taken(tx: Transaction, places: Iterable[Place]) -> dict[Place, list[Taken]]:
    """What the catalogue has at these places; contents are read only of versions that may be at one of them."""
    wanted = set(places)
    near = _near(tx, {place[:3] for place in wanted})
    found: dict[Place, list[Taken]] = {}
    for start in range(0, len(near), TOGETHER):
        columns = (Row.code, Row.state, Row.content, Row.valid_from, Row.valid_to)
        rows = tx.session.execute(select(*columns).where(Row.id.in_(near[start : start + TOGETHER])))
        for code, state, content, first, last in rows:
            place = place_of(content)
            if place in wanted:
                begins = first or (tx.today if state == "proposed" else None)
                found.setdefault(place, []).append(Taken(code, begins, last))
    return found


def _near(tx: Transaction, triples: set[tuple[str, str, str]]) -> list[int]:
    """Ids of versions with the same jurisdiction, product and analyte."""
    columns = (Row.id, Row.jurisdiction, Row.product, Row.analyte)
    near: list[int] = []
    for jurisdiction in sorted({triple[0] for triple in triples}):
        products = sorted({triple[1] for triple in triples if triple[0] == jurisdiction})
        query = select(*columns).where(
            Row.kind == "limit", Row.jurisdiction == jurisdiction, Row.state.in_(COUNTS)
        )
        if len(products) <= TOGETHER:
            query = query.where(Row.product.in_(products))
        near += [id for id, *triple in tx.session.execute(query) if tuple(triple) in triples]
    return near

"""Batches of proposed versions as screens show them: what waits, of what it is made, and its versions by pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, func, select

from lims.domain.rules.errors import NotFound
from lims.persistence.account import UserRow
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services.limit_library import KINDS_LOADED
from lims.services.reading import catalogue
from lims.services.reading.catalogue import Item
from lims.services.reading.page import Page
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class Batch:
    name: str
    kind: str
    versions: int
    new: int
    """Items that the catalogue does not have yet; the others replace a version."""
    first: str
    last: str
    """The codes between which they lie."""
    authors: tuple[str, ...]
    mine: bool
    """The reader put up a part of it, and does not release it."""

    @property
    def replaced(self) -> int:
        return self.versions - self.new


def waiting(tx: Transaction, name: str = "") -> tuple[Batch, ...]:
    """Batches that wait for their release, by name."""
    columns = (
        Row.library, Row.kind, Row.proposed_by, func.count(), func.sum(case((Row.number == 1, 1), else_=0)),
        func.min(Row.code), func.max(Row.code),
    )  # fmt: skip
    query = select(*columns).where(Row.kind.in_(KINDS_LOADED), Row.state == "proposed", Row.library != "")
    if name:
        query = query.where(Row.library == name)
    rows = tx.session.execute(query.group_by(Row.library, Row.kind, Row.proposed_by).order_by(Row.library)).all()
    names = _names(tx, (row.proposed_by for row in rows))
    parts: dict[tuple[str, str], list[Batch]] = {}
    for library, kind, by, count, new, first, last in rows:
        one = Batch(library, kind, count, new, first, last, (names.get(by, ""),), by == tx.actor.id)
        parts.setdefault((library, kind), []).append(one)
    return tuple(_whole(found) for found in parts.values())


def batch(tx: Transaction, name: str) -> tuple[Batch, ...]:
    """Its parts by kind; NotFound where nothing of that name waits."""
    found = waiting(tx, name) if name else ()
    if not found:
        raise NotFound("NOT_FOUND", noun="library", no=name)
    return found


def versions(tx: Transaction, name: str, after: str = "", size: int = 50) -> Page[Item]:
    """Its versions by their codes, as lines of the catalogue."""
    query = select(Row).where(Row.library == name, Row.state == "proposed")
    if after:
        query = query.where(Row.code > after)
    rows = list(tx.session.scalars(query.order_by(Row.code).limit(size + 1)))
    return Page(catalogue.items_of(tx, rows[:size]), rows[size - 1].code if len(rows) > size else None)


def _whole(found: list[Batch]) -> Batch:
    one = found[0]
    return Batch(
        one.name, one.kind, sum(part.versions for part in found), sum(part.new for part in found),
        min(part.first for part in found), max(part.last for part in found),
        tuple(name for part in found for name in part.authors), any(part.mine for part in found),
    )  # fmt: skip


def _names(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    wanted = sorted({one for one in ids if one})
    rows = tx.session.scalars(select(UserRow).where(UserRow.id.in_(wanted))) if wanted else ()
    return {0: "system", **{row.id: row.name for row in rows}}

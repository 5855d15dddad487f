"""One page of a list: its items and the key from which the next page goes on; never an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select

from lims.domain.rules.errors import NotFound
from lims.domain.rules.refusal import Refusal
from lims.services import transition
from lims.services.transaction import Transaction

Item = TypeVar("Item")
LARGEST = 200


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True)
class Verb:
    """What may be done to the object shown, or why not now."""

    verb: str
    refusals: tuple[Refusal, ...]


def page(
    tx: Transaction, query: Select[Any], key: Any, after: str, size: int, make: Callable[[Any], Item]
) -> Page[Item]:
    """Newest first by ``key`` (an id column); one row more than shown tells whether there is a next page."""
    size = max(1, min(size, LARGEST))
    if after.isascii() and after.isdigit() and len(after) < 10:
        query = query.where(key < int(after))
    rows: Sequence[Any] = tx.session.scalars(query.order_by(key.desc()).limit(size + 1)).unique().all()
    shown = rows[:size]
    return Page(tuple(make(row) for row in shown), str(shown[-1].id) if len(rows) > size else None)


def seen_whole(tx: Transaction, noun: str, no: str) -> None:
    """What names the importer is not there for those whose every right to see requests is blind."""
    if all(grant.over == "blind" for grant in tx.require("request:see")):
        raise NotFound("NOT_FOUND", noun=noun, no=no)


def verbs(tx: Transaction, row: Any, names: Sequence[str], over: transition.Over) -> tuple[Verb, ...]:
    return tuple(Verb(name, transition.can(tx, row, name, over)) for name in names)

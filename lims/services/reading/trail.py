"""Events of the trail for those who may read it, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lims.domain.rules.audit import FIRST
from lims.persistence.trail import EventRow, broken
from lims.services.reading.page import Page, page
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class EventView:
    id: int
    object_type: str
    object_no: str
    seq: int
    actor: str
    role: str
    at: datetime
    verb: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str


def events(
    tx: Transaction, object_type: str = "", object_no: str = "", after: str = "", size: int = 50
) -> Page[EventView]:
    """Those whose right is over their own objects see the events they made themselves."""
    held = tx.require("trail:read")
    query = select(EventRow)
    if all(grant.over == "own_objects" for grant in held):
        query = query.where(EventRow.actor_id == tx.actor.id)
    if object_type:
        query = query.where(EventRow.object_type == object_type)
    if object_no:
        query = query.where(EventRow.object_no == object_no)
    return page(tx, query, EventRow.id, after, size, _view)


def _view(row: EventRow) -> EventView:
    return EventView(
        row.id,
        row.object_type,
        row.object_no,
        row.seq,
        row.actor_name,
        row.role,
        row.at,
        row.verb,
        row.reason,
        row.before,
        row.after,
        row.hash,
    )


@dataclass(frozen=True)
class Chain:
    """Whether every stored event still follows from the one before it; the first that does not, if any."""

    events: int
    first_bad: str
    problem: str

    @property
    def intact(self) -> bool:
        return not self.problem


def chain(tx: Transaction) -> Chain:
    """Walk the whole trail, object by object, in constant memory."""
    tx.require("trail:verify")
    query = select(EventRow).order_by(EventRow.object_type, EventRow.object_id, EventRow.seq)
    count, before, here = 0, FIRST, ("", -1, 0)
    for row in tx.session.scalars(query.execution_options(yield_per=500)):
        count += 1
        if (row.object_type, row.object_id) != here[:2]:
            before, here = FIRST, (row.object_type, row.object_id, 0)
        here = (*here[:2], here[2] + 1)
        problem = broken(row, before, here[2])
        if problem:
            return Chain(count, f"{row.object_type} {row.object_no} {row.seq}", problem)
        before = row.hash
    return Chain(count, "", "")

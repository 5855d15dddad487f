"""Authorisations for screens: who may do what until when, on which evidence, and what ends soon. No writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from lims.domain.competence import standing
from lims.persistence.account import UserRow
from lims.persistence.attachment import AttachmentRow
from lims.persistence.instrument import AuthorisationRow
from lims.services.reading.page import LARGEST, Page
from lims.services.transaction import Transaction

ENDING_DAYS = (30, 90)


@dataclass(frozen=True)
class GrantView:
    id: int
    username: str
    name: str
    activity: str
    over: str
    valid_from: date
    valid_to: date | None
    evidence: str
    granted_by: str
    standing: str
    """future, good, soon or ended."""
    papers: tuple[tuple[int, str], ...]
    """(id, name) of each paper that proves it."""


def grants(
    tx: Transaction, method: str = "", username: str = "", within: int | None = None, after: str = "", size: int = 50
) -> Page[GrantView]:
    """By person, newest last; ``within``: those that end in so many days, 0 for those that have ended. Two queries.

    A method code also shows the grants over all methods.
    """
    size = max(1, min(size, LARGEST))
    granter = aliased(UserRow)
    query = (
        select(AuthorisationRow, UserRow, granter)
        .join(UserRow, AuthorisationRow.user_id == UserRow.id)
        .outerjoin(granter, AuthorisationRow.granted_by == granter.id)
        .order_by(UserRow.username, AuthorisationRow.id)
        .limit(size + 1)
    )
    if method.strip():
        query = query.where(AuthorisationRow.method.in_((method.strip(), "*")))
    if username:
        query = query.where(UserRow.username == username)
    if within is not None:
        last = tx.today + timedelta(days=within)
        query = query.where(AuthorisationRow.valid_to <= last if within else AuthorisationRow.valid_to < tx.today)
        query = query.where(AuthorisationRow.valid_to >= tx.today) if within else query
    name, _, id = after.rpartition("~")
    if name and id.isascii() and id.isdigit() and len(id) < 10:
        same = and_(UserRow.username == name, AuthorisationRow.id > int(id))
        query = query.where(or_(UserRow.username > name, same))
    rows = list(tx.session.execute(query))
    papers = _papers(tx, [row.id for row, _, _ in rows])
    items = tuple(
        _view(row, user, by.name if by else "", papers.get(row.id, ()), tx.today) for row, user, by in rows[:size]
    )
    return Page(items, f"{items[-1].username}~{items[-1].id}" if len(rows) > size else None)


def _papers(tx: Transaction, ids: list[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    mine = (AttachmentRow.owner_type == AuthorisationRow.noun, AttachmentRow.owner_id.in_(ids))
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for paper in tx.session.scalars(select(AttachmentRow).where(*mine).order_by(AttachmentRow.id)):
        found[paper.owner_id] = (*found.get(paper.owner_id, ()), (paper.id, paper.name))
    return found


def _view(
    row: AuthorisationRow, user: UserRow, by: str, papers: tuple[tuple[int, str], ...], today: date
) -> GrantView:
    return GrantView(
        id=row.id,
        username=user.username,
        name=user.name,
        activity=row.activity,
        over=row.field if row.activity == "sign" else row.method,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        evidence=row.evidence,
        granted_by=by,
        standing=standing(row.valid_from, row.valid_to, today),
        papers=papers,
    )

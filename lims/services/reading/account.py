"""People and their own sessions for screens. Frozen rows; nothing that proves an identity is among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lims.domain.rules.errors import NotFound
from lims.persistence.account import InvitationRow, UserRow, UserSessionRow
from lims.services import proof, second_factor
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class PersonView:
    username: str
    name: str
    roles: tuple[str, ...]
    state: str
    """open, invited (no password yet) or closed."""
    ports: str
    language: str
    factor_since: datetime | None
    last_login_at: datetime | None
    invited_until: datetime | None


@dataclass(frozen=True)
class SessionView:
    started_at: datetime
    here: bool


@dataclass(frozen=True)
class OwnView:
    person: PersonView
    codes_left: int
    sessions: tuple[SessionView, ...]


def people(tx: Transaction) -> list[PersonView]:
    tx.require("user:manage")
    invited = _invited(tx)
    return [_view(row, invited) for row in tx.session.scalars(select(UserRow).order_by(UserRow.username))]


def person(tx: Transaction, username: str) -> PersonView:
    tx.require("user:manage")
    row = tx.session.scalars(select(UserRow).where(UserRow.username == username)).one_or_none()
    if row is None:
        raise NotFound("NOT_FOUND", noun="user", no=username)
    return _view(row, _invited(tx))


def own(tx: Transaction, key: str) -> OwnView:
    """The actor's account, and the sessions of theirs that go on; ``key`` is the secret of this one."""
    row = tx.session.get_one(UserRow, tx.actor.id)
    here = proof.digest(key)
    query = (
        select(UserSessionRow)
        .where(
            UserSessionRow.user_id == row.id,
            UserSessionRow.ended_at.is_(None),
            UserSessionRow.started_at > tx.now - proof.LONGEST_SESSION,
        )
        .order_by(UserSessionRow.started_at.desc())
    )
    sessions = tuple(SessionView(one.started_at, one.digest == here) for one in tx.session.scalars(query))
    return OwnView(_view(row, {}), second_factor.codes_left(tx, row.id), sessions)


def _invited(tx: Transaction) -> dict[int, datetime]:
    """Person -> until when an unused invitation of theirs is good."""
    query = (
        select(InvitationRow.user_id, func.max(InvitationRow.expires_at))
        .where(InvitationRow.used_at.is_(None), InvitationRow.expires_at > tx.now)
        .group_by(InvitationRow.user_id)
    )
    return {row.user_id: row[1] for row in tx.session.execute(query)}


def _view(row: UserRow, invited: dict[int, datetime]) -> PersonView:
    state = "closed" if not row.active else "open" if row.password else "invited"
    return PersonView(
        username=row.username,
        name=row.name,
        roles=tuple(sorted(role.name for role in row.roles)),
        state=state,
        ports=row.ports,
        language=row.language,
        factor_since=row.totp_since,
        last_login_at=row.last_login_at,
        invited_until=invited.get(row.id),
    )

"""People, their roles, passwords by invitation, and tokens, each change with its event; proofs are in proof.py."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from lims.domain.rules.actor import ROLES, SYSTEM, Actor
from lims.domain.rules.errors import BadInput, Conflict, Forbidden, NotFound
from lims.persistence.account import InvitationRow, RoleRow, TokenRow, UserRow
from lims.services import proof
from lims.services.transaction import Installation, Transaction

SHORTEST_PASSWORD = 12
INVITATION_HOURS = 72
_hasher = proof.hasher
_digest = proof.digest
TooManyTries = proof.TooManyTries


def actor_of(row: UserRow) -> Actor:
    return Actor(
        id=row.id,
        name=row.name,
        roles=frozenset(role.name for role in row.roles),
        ports=frozenset(filter(None, row.ports.split(","))),
        organisation_id=row.organisation_id,
        language=row.language,
    )


def check_manages(tx: Transaction) -> None:
    """The right to manage people; who runs the commands of the machine has it without a role."""
    if tx.actor.id != SYSTEM.id:
        tx.require("user:manage")


def _check_other(tx: Transaction, user: UserRow, code: str, reason: str) -> None:
    """An administrator changes others, never themselves, and says why."""
    check_manages(tx)
    if user.id == tx.actor.id:
        raise Forbidden(code)
    if tx.actor.id != SYSTEM.id and not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")


def locked(tx: Transaction, user_id: int) -> UserRow:
    """The person as stored now; whoever else would change them, or let them in, waits until this act is over."""
    query = select(UserRow).where(UserRow.id == user_id).with_for_update(of=UserRow)
    row = tx.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound("NOT_FOUND", noun="user", no=user_id)
    return row


def check_password(password: str, context: Sequence[str] = ()) -> None:
    """At least 12 characters and not guessable (zxcvbn); the person's own names count as guessable."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput("PASSWORD_SHORT", field="password", shortest=SHORTEST_PASSWORD)
    if len(password) > 256:
        raise BadInput("PASSWORD_LONG", field="password", longest=256)
    from zxcvbn import zxcvbn

    if zxcvbn(password[:72], user_inputs=[*context, "lims", "customs"])["score"] < 3:
        raise BadInput("PASSWORD_WEAK", field="password")


@dataclass(frozen=True)
class NewUser:
    username: str
    roles: tuple[str, ...]
    name_zh: str = ""
    name_en: str = ""
    ports: str = ""
    language: str = "zh"
    email: str = ""
    organisation_id: int | None = None


def add_user(tx: Transaction, cmd: NewUser, password: str | None = None) -> UserRow:
    """A person with roles; without a password only an invitation opens the account."""
    check_manages(tx)
    _check_roles(cmd.roles)
    if not cmd.username.strip():
        raise BadInput("FIELD_NEEDED", field="username")
    if not re.fullmatch(r"[\w.@-]{1,80}", cmd.username.strip()):
        raise BadInput("NOT_A_USERNAME", field="username")
    same = func.lower(UserRow.username) == cmd.username.strip().lower()
    if tx.session.scalar(select(UserRow.id).where(same)) is not None:
        raise Conflict("USERNAME_TAKEN", text=cmd.username.strip())
    if password is not None:
        check_password(password, (cmd.username, cmd.name_en, cmd.name_zh))
    row = UserRow(
        email=cmd.email or f"{cmd.username}@localhost",
        username=cmd.username.strip(),
        password=_hasher().hash(password) if password is not None else None,
        active=True,
        fs_uniquifier=secrets.token_hex(16),
        name_zh=cmd.name_zh,
        name_en=cmd.name_en,
        language=cmd.language,
        ports=cmd.ports,
        organisation_id=cmd.organisation_id,
        roles=_roles(tx.session, cmd.roles),
    )
    tx.add(row, "add")
    tx.session.flush()  # the caller needs the id
    return row


def _check_roles(names: tuple[str, ...]) -> None:
    unknown = sorted(set(names) - set(ROLES))
    if unknown:
        raise BadInput("UNKNOWN_ROLE", field="roles", text=", ".join(unknown))


def set_roles(tx: Transaction, user: UserRow, names: Sequence[str], reason: str) -> None:
    """All of the person's roles from now on; their open sessions have them with the next page."""
    _check_other(tx, user, "OWN_ROLES", reason)
    wanted = tuple(sorted(set(names)))
    _check_roles(wanted)
    user = locked(tx, user.id)
    if wanted == tuple(sorted(role.name for role in user.roles)):
        raise BadInput("SAME_ROLES", field="roles")
    user.roles = _roles(tx.session, wanted)
    tx.record(user, "set_roles", reason)


def _roles(session: Session, names: tuple[str, ...]) -> list[RoleRow]:
    known = {row.name: row for row in session.scalars(select(RoleRow))}
    for name in names:
        if name not in known:
            known[name] = RoleRow(name=name, description=name)
            session.add(known[name])
    return [known[name] for name in names]


def invite(tx: Transaction, user_id: int) -> str:
    """A one-time secret that lets the person set a password; only its digest is kept, earlier ones end here."""
    check_manages(tx)
    user = locked(tx, user_id)
    if user.id == tx.actor.id:
        raise Forbidden("OWN_ACCOUNT")
    if not user.active:
        raise BadInput("ACCOUNT_CLOSED", field="username")
    mine = (InvitationRow.user_id == user_id, InvitationRow.used_at.is_(None), InvitationRow.expires_at > tx.now)
    tx.session.execute(update(InvitationRow).where(*mine).values(expires_at=tx.now))
    secret = secrets.token_urlsafe(24)
    expires = tx.now + timedelta(hours=INVITATION_HOURS)
    tx.session.add(InvitationRow(user_id=user_id, digest=_digest(secret), expires_at=expires))
    tx.record(user, "invite")
    return secret


def invited(tx: Transaction, secret: str) -> Actor:
    """Whom a one-time secret invites; NotFound when it was used, is too old or never was."""
    return actor_of(tx.session.get_one(UserRow, _invitation(tx, secret).user_id))


def _invitation(tx: Transaction, secret: str) -> InvitationRow:
    row = tx.session.scalars(select(InvitationRow).where(InvitationRow.digest == _digest(secret))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= tx.now:
        raise NotFound("INVITATION_UNKNOWN")
    return row


def accept_invitation(tx: Transaction, secret: str, password: str) -> UserRow:
    user = locked(tx, _invitation(tx, secret).user_id)
    row = _invitation(tx, secret)  # again, now that nobody else can be using it
    if not user.active:
        raise NotFound("INVITATION_UNKNOWN")
    row.used_at = tx.now
    _set_password(tx, user, password, "accept_invitation")
    return user


def change_password(tx: Transaction, password: str) -> None:
    """The actor's own, whose present one the door has just proved; every session of theirs ends."""
    _set_password(tx, locked(tx, tx.actor.id), password, "change_password")


def _set_password(tx: Transaction, user: UserRow, password: str, verb: str) -> None:
    check_password(password, (user.username, user.name_en, user.name_zh))
    user.password, user.fs_uniquifier = _hasher().hash(password), secrets.token_hex(16)
    proof.end_sessions(tx, user.id)
    tx.record(user, verb)


def set_active(tx: Transaction, user: UserRow, active: bool, reason: str = "") -> None:
    """Whether the person may come in at all; whoever may not is out of every session and token at once."""
    _check_other(tx, user, "OWN_ACCOUNT", reason)
    user = locked(tx, user.id)
    if user.active == active:
        return
    user.active = active
    if not active:
        proof.end_sessions(tx, user.id)
    tx.record(user, "reopen" if active else "close", reason)


def actor(tx: Transaction, user_id: int) -> Actor:
    return actor_of(tx.session.get_one(UserRow, user_id))


def username_of(tx: Transaction, user_id: int) -> str:
    return tx.session.scalar(select(UserRow.username).where(UserRow.id == user_id)) or ""


def by_name(tx: Transaction, username: str) -> UserRow:
    row = tx.session.scalars(select(UserRow).where(UserRow.username == username)).one_or_none()
    if row is None:
        raise NotFound("NOT_FOUND", noun="user", no=username)
    return row


def set_language(tx: Transaction, language: str) -> None:
    row = tx.session.get(UserRow, tx.actor.id)
    if row is not None and language in ("zh", "en") and row.language != language:
        row.language = language
        tx.record(row, "set_language")


def new_token(tx: Transaction, user: UserRow, scopes: Sequence[str], days: int | None = None) -> str:
    """An API token of the person; shown once, kept as SHA-256."""
    secret = "lims_" + secrets.token_urlsafe(32)
    row = TokenRow(
        user_id=user.id,
        prefix=secret[5:13],
        digest=_digest(secret),
        scopes=" ".join(scopes) or "*",
        expires_at=tx.now + timedelta(days=days) if days else None,
    )
    tx.add(row, "issue")
    return secret


def by_token(tx: Transaction, secret: str) -> Actor | None:
    """The actor behind a token that is neither expired nor revoked, with the token's scopes."""
    row = tx.session.scalars(select(TokenRow).where(TokenRow.digest == _digest(secret))).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at < tx.now):
        return None
    user = tx.session.get(UserRow, row.user_id)
    if user is None or not user.active:
        return None
    actor = actor_of(user)
    return Actor(**{**actor.__dict__, "scopes": frozenset(row.scopes.split())})


def listing(tx: Transaction) -> list[UserRow]:
    return list(tx.session.scalars(select(UserRow).order_by(UserRow.username)))


def count_users(place: Installation) -> int:
    with Session(place.engine) as session:
        return int(session.scalar(select(func.count()).select_from(UserRow)) or 0)

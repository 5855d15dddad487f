"""People, their proofs of identity, invitations and tokens. Wrong proofs are counted and slowed, never locked out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.rules.actor import ROLES, Actor
from lims.domain.rules.errors import BadInput, Forbidden, LimsError, NotFound
from lims.persistence.account import InvitationRow, RoleRow, SignInFailureRow, TokenRow, UserRow
from lims.services.transaction import Installation, Signature, Transaction

SHORTEST_PASSWORD = 12
INVITATION_HOURS = 72
FREE_FAILURES = 5
"""Failures of an account or an address within the window before each further try must wait."""
WINDOW = timedelta(minutes=15)
LONGEST_WAIT = 60
"""Seconds; a known person is slowed but never locked out."""


class TooManyTries(LimsError):
    """Wait ``seconds`` and try again."""


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that nothing matches, so that unknown names take as long as known ones."""
    return str(_hasher().hash(secrets.token_hex(16)))


def actor_of(row: UserRow) -> Actor:
    return Actor(
        id=row.id,
        name=row.name,
        roles=frozenset(role.name for role in row.roles),
        ports=frozenset(filter(None, row.ports.split(","))),
        organisation_id=row.organisation_id,
        language=row.language,
    )


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
    unknown = sorted(set(cmd.roles) - set(ROLES))
    if unknown:
        raise BadInput("UNKNOWN_ROLE", field="roles", text=", ".join(unknown))
    if not cmd.username.strip():
        raise BadInput("FIELD_NEEDED", field="username")
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
    tx.session.add(row)
    tx.session.flush()  # the caller needs the id
    return row


def _roles(session: Session, names: tuple[str, ...]) -> list[RoleRow]:
    known = {row.name: row for row in session.scalars(select(RoleRow))}
    for name in names:
        if name not in known:
            known[name] = RoleRow(name=name, description=name)
            session.add(known[name])
    return [known[name] for name in names]


def invite(tx: Transaction, user_id: int) -> str:
    """A one-time secret that lets the person set the first password; only its digest is kept."""
    secret = secrets.token_urlsafe(24)
    expires = tx.now + timedelta(hours=INVITATION_HOURS)
    tx.session.add(InvitationRow(user_id=user_id, digest=_digest(secret), expires_at=expires))
    return secret


def accept_invitation(tx: Transaction, secret: str, password: str) -> UserRow:
    row = tx.session.scalars(select(InvitationRow).where(InvitationRow.digest == _digest(secret))).one_or_none()
    if row is None or row.used_at is not None or row.expires_at < tx.now:
        raise NotFound("INVITATION_UNKNOWN")
    user = tx.session.get_one(UserRow, row.user_id)
    check_password(password, (user.username, user.name_en, user.name_zh))
    user.password, user.fs_uniquifier = _hasher().hash(password), secrets.token_hex(16)
    row.used_at = tx.now
    return user


def sign_in(tx: Transaction, username: str, password: str, address: str) -> UserRow:
    """The person, or Forbidden WRONG_PROOF; the answer and its time are the same for unknown names."""
    _slow_down(tx, username, address)
    row = tx.session.scalars(select(UserRow).where(UserRow.username == username.strip())).one_or_none()
    good = _matches(row.password if row is not None and row.password else _nobody(), password)
    if row is None or not row.active or not good:
        raise Forbidden("WRONG_PROOF")
    row.last_login_at = tx.now
    return row


def note_failure(tx: Transaction, username: str, address: str) -> None:
    """Counted in a unit of work of its own, since the one that failed is rolled back."""
    tx.session.add(SignInFailureRow(account=username.strip()[:255], address=address[:64], at=tx.now))


def _slow_down(tx: Transaction, username: str, address: str) -> None:
    since = tx.now - WINDOW
    for column, value in ((SignInFailureRow.account, username.strip()), (SignInFailureRow.address, address)):
        query = select(func.count(), func.max(SignInFailureRow.at)).where(column == value, SignInFailureRow.at > since)
        count, newest = tx.session.execute(query).one()
        if count < FREE_FAILURES or newest is None:
            continue
        newest = datetime.fromisoformat(newest) if isinstance(newest, str) else newest
        wait = min(2 ** (count - FREE_FAILURES), LONGEST_WAIT)
        left = wait - (tx.now - newest.astimezone(UTC)).total_seconds()
        if left > 0:
            raise TooManyTries("TOO_MANY_TRIES", seconds=int(left) + 1)


def _matches(stored: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return bool(_hasher().verify(stored, password))
    except VerificationError:
        return False


def prove(tx: Transaction, password: str, meaning: str, address: str = "") -> Signature:
    """Proof of identity for a signing act by the actor himself (21 CFR 11.200): the password once more."""
    if not meaning.strip():
        raise BadInput("FIELD_NEEDED", field="meaning")
    row = tx.session.get(UserRow, tx.actor.id)
    if row is None:
        raise Forbidden("WRONG_PROOF")
    sign_in(tx, row.username, password, address)
    return Signature(tx.actor.id, meaning)


def by_id(tx: Transaction, user_id: int, uniquifier: str) -> UserRow | None:
    """The person of a session, provided that the session is not older than the last change of the password."""
    row = tx.session.get(UserRow, user_id)
    return row if row is not None and row.active and secrets.compare_digest(row.fs_uniquifier, uniquifier) else None


def by_name(tx: Transaction, username: str) -> UserRow:
    row = tx.session.scalars(select(UserRow).where(UserRow.username == username)).one_or_none()
    if row is None:
        raise NotFound("NOT_FOUND", noun="user", no=username)
    return row


def set_language(tx: Transaction, language: str) -> None:
    row = tx.session.get(UserRow, tx.actor.id)
    if row is not None and language in ("zh", "en"):
        row.language = language


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


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def listing(tx: Transaction) -> list[UserRow]:
    return list(tx.session.scalars(select(UserRow).order_by(UserRow.username)))


def count_users(place: Installation) -> int:
    with Session(place.engine) as session:
        return int(session.scalar(select(func.count()).select_from(UserRow)) or 0)

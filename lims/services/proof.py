"""Proofs of identity and the sessions they open. Wrong ones are counted and slowed, never locked out.

A proof takes three short steps (``begin``, ``judge``, ``good``), so that the slow hash never holds a write lock and
many tries at once cannot outrun the count.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from lims.domain.rules.errors import Forbidden, LimsError
from lims.persistence.account import SignInFailureRow, UserRow, UserSessionRow
from lims.services.transaction import Transaction

WINDOW = timedelta(minutes=15)
FREE_TRIES = {"account": 5, "address": 30}
"""Wrong tries within the window before each further one must wait; a whole laboratory may share one address."""
LONGEST_WAIT = 60
"""Seconds; a known person is slowed but never locked out."""
LONGEST_SESSION = timedelta(hours=12)


class TooManyTries(LimsError):
    """Wait ``seconds`` and try again."""


@cache
def hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(tx: Transaction, username: str, address: str) -> int:
    """Count the try before it is judged; answers what takes it back. TooManyTries says how long to wait."""
    account, address = username.strip()[:255], address[:64]
    _slow_down(tx, "account", SignInFailureRow.account == account)
    _slow_down(tx, "address", SignInFailureRow.address == address)
    row = SignInFailureRow(account=account, address=address, at=tx.now)
    tx.session.add(row)
    tx.session.flush()  # the caller needs the id
    return row.id


def _slow_down(tx: Transaction, whose: str, mine: ColumnElement[bool]) -> None:
    query = select(func.count(), func.max(SignInFailureRow.at)).where(mine, SignInFailureRow.at > tx.now - WINDOW)
    count, newest = tx.session.execute(query).one()
    if count < FREE_TRIES[whose] or newest is None:
        return
    newest = datetime.fromisoformat(newest) if isinstance(newest, str) else newest
    wait = min(2 ** (count - FREE_TRIES[whose]), LONGEST_WAIT)
    left = wait - (tx.now - newest.astimezone(UTC)).total_seconds()
    if left > 0:
        raise TooManyTries("TOO_MANY_TRIES", seconds=ceil(left))


def judge(tx: Transaction, username: str, password: str) -> UserRow:
    """The person, or Forbidden WRONG_PROOF; the answer and its time are the same for unknown names. Only reads."""
    row = tx.session.scalars(select(UserRow).where(UserRow.username == username.strip())).one_or_none()
    if row is None or not row.password:
        hasher().hash(password)  # as long as a comparison
        raise Forbidden("WRONG_PROOF")
    if not _matches(row.password, password) or not row.active:
        raise Forbidden("WRONG_PROOF")
    return row


def _matches(stored: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return bool(hasher().verify(stored, password))
    except VerificationError:
        return False


def good(tx: Transaction, begun: int) -> None:
    """Take the count back: it was the right person."""
    tx.session.execute(delete(SignInFailureRow).where(SignInFailureRow.id == begun))


def refused(tx: Transaction, begun: int, user_id: int | None, address: str) -> None:
    """It was wrong: an event of the person it was tried for, and a mark on the count, which a name that nobody has
    costs as well. The typed name stands in no event; it may be a password that went into the wrong field."""
    tx.session.execute(update(SignInFailureRow).where(SignInFailureRow.id == begun).values(refused_at=tx.now))
    user = _locked(tx, user_id) if user_id is not None else None
    if user is not None:
        tx.record(user, "refuse_proof", address)


def id_of(tx: Transaction, username: str) -> int | None:
    return tx.session.scalar(select(UserRow.id).where(UserRow.username == username.strip()))


def _locked(tx: Transaction, user_id: int) -> UserRow | None:
    """Events of one person follow each other: the next one waits here."""
    query = select(UserRow).where(UserRow.id == user_id).with_for_update(of=UserRow)
    return tx.session.scalars(query).one_or_none()


def open_session(tx: Transaction, user_id: int, address: str = "") -> str:
    """The secret of a new session, for the cookie; the moment is remembered as the person's last sign-in."""
    user = _locked(tx, user_id)
    if user is None or not user.active:
        raise Forbidden("WRONG_PROOF")
    secret = secrets.token_urlsafe(32)
    tx.session.add(UserSessionRow(user_id=user_id, digest=digest(secret), started_at=tx.now))
    user.last_login_at = tx.now
    tx.record(user, "sign_in", address)
    return secret


def person_of(tx: Transaction, secret: str) -> UserRow | None:
    """Whose session it is, while it has not been ended, has not grown too old and the person may still come in."""
    query = (
        select(UserRow)
        .join(UserSessionRow, UserSessionRow.user_id == UserRow.id)
        .where(
            UserSessionRow.digest == digest(secret),
            UserSessionRow.ended_at.is_(None),
            UserSessionRow.started_at > tx.now - LONGEST_SESSION,
            UserRow.active,
        )
    )
    return tx.session.scalars(query).one_or_none()


def end_session(tx: Transaction, secret: str) -> None:
    """The person of the session signs out; of one that has ended already there is nothing to tell."""
    mine = UserSessionRow.digest == digest(secret)
    user_id = tx.session.scalar(select(UserSessionRow.user_id).where(mine, UserSessionRow.ended_at.is_(None)))
    user = _locked(tx, user_id) if user_id is not None else None
    if user is not None and _end(tx, mine):
        tx.record(user, "sign_out")


def sign_out_everywhere(tx: Transaction) -> None:
    """The actor leaves every browser, this one too."""
    user = _locked(tx, tx.actor.id)
    if user is not None and _end(tx, UserSessionRow.user_id == user.id):
        tx.record(user, "sign_out_everywhere")


def end_sessions(tx: Transaction, user_id: int) -> None:
    """Everywhere at once: the password changed, or the person may no longer come in."""
    _end(tx, UserSessionRow.user_id == user_id)


def _end(tx: Transaction, which: ColumnElement[bool]) -> int:
    statement = update(UserSessionRow).where(which, UserSessionRow.ended_at.is_(None)).values(ended_at=tx.now)
    return int(tx.session.execute(statement).rowcount)  # type: ignore[attr-defined]

"""The second factor: codes of the hour from a person's own device (RFC 6238), and ten recovery codes for its loss.

Only who has proved the password is asked for one. A code counts once; which tries are slowed is proof.py's matter.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select, update

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import BadInput, Forbidden, NotFound
from lims.persistence.account import RecoveryCodeRow, UserRow
from lims.services import proof
from lims.services.account import actor_of, by_name, check_manages, locked
from lims.services.sealing import seal, unseal
from lims.services.transaction import Transaction

DIGITS, SECONDS, DRIFT = 6, 30, 1
"""As every authenticator expects; the device's clock may be one interval off."""
SECRET_BYTES, RECOVERY_CODES, RECOVERY_BYTES = 20, 10, 10


def draft(tx: Transaction) -> str:
    """A new secret for the actor's device, sealed: it counts for nothing until ``enrol``."""
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return seal(tx.place, secret, _about(tx.actor.id))


def drafted(tx: Transaction, sealed: str) -> tuple[str, str]:
    """The drafted secret as text, and as the address that a device reads from its code."""
    secret = unseal(tx.place, sealed, _about(tx.actor.id))
    user = tx.session.get_one(UserRow, tx.actor.id)
    issuer = f"LIMS {tx.place.laboratory}"
    words = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": SECONDS}, quote_via=quote)
    return secret, f"otpauth://totp/{quote(issuer)}:{quote(user.username)}?{words}"


def enrol(tx: Transaction, sealed: str, code: str) -> list[str]:
    """From now on the sign-in asks for a code; answers the recovery codes, which are never shown again."""
    user = locked(tx, tx.actor.id)
    if user.totp_sealed is not None:
        raise BadInput("FACTOR_THERE")
    step = _step(unseal(tx.place, sealed, _about(user.id)), code, tx)
    if step is None:
        raise Forbidden("WRONG_CODE")
    user.totp_sealed, user.totp_step, user.totp_since = sealed, step, tx.now
    codes = _new_recovery_codes(tx, user.id)
    tx.record(user, "enrol_factor")
    return codes


def _new_recovery_codes(tx: Transaction, user_id: int) -> list[str]:
    _drop_codes(tx, user_id)
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    tx.session.add_all(RecoveryCodeRow(user_id=user_id, digest=proof.digest(code)) for code in codes)
    return ["-".join(re.findall("....", code)) for code in codes]


def asked(tx: Transaction, user_id: int) -> tuple[Actor, str, str] | None:
    """Of who must give a code after the password: who they are, their user name, and a mark of that very password."""
    user = tx.session.get_one(UserRow, user_id)
    if user.totp_sealed is None or not user.active:
        return None
    return actor_of(user), user.username, proof.digest(user.fs_uniquifier)[:16]


def is_asked(tx: Transaction, user_id: int) -> bool:
    return tx.session.scalar(select(UserRow.totp_sealed).where(UserRow.id == user_id)) is not None


def codes_left(tx: Transaction, user_id: int) -> int:
    query = select(func.count()).where(RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used_at.is_(None))
    return int(tx.session.scalar(query) or 0)


def check(tx: Transaction, code: str) -> UserRow:
    """Use up the actor's code, the device's or a recovery code; Forbidden WRONG_CODE when wrong or used before."""
    user = locked(tx, tx.actor.id)
    if user.totp_sealed is None or not user.active:
        raise Forbidden("WRONG_CODE")
    typed = re.sub(r"[\s-]", "", code).lower()
    if len(typed) != DIGITS:
        _use_recovery_code(tx, user, typed)
        return user
    step = _step(unseal(tx.place, user.totp_sealed, _about(user.id)), typed, tx)
    if step is None or step <= (user.totp_step or 0):
        raise Forbidden("WRONG_CODE")
    user.totp_step = step
    tx.record(user, "use_code")
    return user


def _use_recovery_code(tx: Transaction, user: UserRow, code: str) -> None:
    mine = (RecoveryCodeRow.user_id == user.id, RecoveryCodeRow.digest == proof.digest(code))
    statement = update(RecoveryCodeRow).where(*mine, RecoveryCodeRow.used_at.is_(None)).values(used_at=tx.now)
    if tx.session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise Forbidden("WRONG_CODE")
    tx.record(user, "use_recovery_code")


def remove(tx: Transaction, code: str) -> None:
    """The actor does without from now on; who has neither device nor recovery code asks the administrator."""
    _take_off(tx, check(tx, code), "remove_factor", "")


def reset(tx: Transaction, username: str, reason: str) -> None:
    """By the administrator, for a person who has lost device and recovery codes; never for oneself."""
    check_manages(tx)
    user = by_name(tx, username)
    if user.id == tx.actor.id:
        raise Forbidden("OWN_ACCOUNT")
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    if user.totp_sealed is None:
        raise NotFound("FACTOR_MISSING")
    _take_off(tx, locked(tx, user.id), "reset_factor", reason)


def _take_off(tx: Transaction, user: UserRow, verb: str, reason: str) -> None:
    user.totp_sealed = user.totp_step = user.totp_since = None
    _drop_codes(tx, user.id)
    tx.record(user, verb, reason)


def _drop_codes(tx: Transaction, user_id: int) -> None:
    tx.session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))


def _about(user_id: int) -> str:
    return f"second factor of user {user_id}"


def _step(secret: str, code: str, tx: Transaction) -> int | None:
    """The interval that the code is of, within the clock's drift; None when of none. All are compared every time."""
    typed = re.sub(r"\s", "", code)
    device = TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)
    now = int(tx.now.timestamp()) // SECONDS
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(device.generate(step * SECONDS), typed.encode()):
            found = step
    return found

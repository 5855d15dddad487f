"""The same call again gets the same answer: the caller's key and the answer are kept with what the call did."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, Conflict
from lims.persistence.idempotency import IdempotencyRow
from lims.services.transaction import Transaction

LONGEST_KEY = 200
UNDER_WAY = 0


@dataclass(frozen=True)
class Kept:
    status: int
    body: str


def claim(tx: Transaction, key: str, digest: str) -> Kept | None:
    """The kept answer of an earlier call; otherwise the key now belongs to this call.

    The same key for another call raises BadInput. Two calls at once: the second waits for the first and then finds
    the key taken, which its unit of work reports as Conflict TAKEN.
    """
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        raise BadInput("KEY_UNUSABLE", field="Idempotency-Key", longest=LONGEST_KEY)
    row = _row(tx, key)
    if row is not None:
        if row.request_digest != digest:
            raise BadInput("KEY_USED_FOR_ANOTHER_CALL", field="Idempotency-Key")
        return Kept(row.status, row.body)
    tx.session.add(
        IdempotencyRow(user_id=tx.actor.id, key=key, request_digest=digest, status=UNDER_WAY, body="", at=tx.now)
    )
    tx.session.flush()  # the key is claimed before the work begins, so that nobody does it twice
    return None


def claim_once(tx: Transaction, key: str, path: str) -> None:
    """A page's form: the second time it is sent, Conflict PAGE_STALE, and the page shows what the first one did."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    try:
        done = claim(tx, f"form {key}", digest)
    except BadInput:
        done = Kept(UNDER_WAY, "")
    if done is not None:
        raise Conflict("PAGE_STALE")


def keep(tx: Transaction, key: str, answer: Kept) -> None:
    row = _row(tx, key)
    assert row is not None
    row.status, row.body = answer.status, answer.body


def _row(tx: Transaction, key: str) -> IdempotencyRow | None:
    query = select(IdempotencyRow).where(IdempotencyRow.user_id == tx.actor.id, IdempotencyRow.key == key)
    return tx.session.scalars(query).one_or_none()

"""Sweeping what is not a record: answers kept for retries, invitations nobody used, old sessions, counted tries."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from lims.persistence.account import InvitationRow, SignInFailureRow, UserSessionRow
from lims.persistence.idempotency import IdempotencyRow
from lims.services.transaction import Transaction

KEEP_ANSWERS = timedelta(days=7)
KEEP_FAILURES = timedelta(days=1)
KEEP_SESSIONS = timedelta(days=90)


def sweep(tx: Transaction) -> dict[str, int]:
    """How many rows of each kind were removed; no regulated record is among them."""
    statements = {
        "idempotency": delete(IdempotencyRow).where(IdempotencyRow.at < tx.now - KEEP_ANSWERS),
        "invitation": delete(InvitationRow).where(InvitationRow.used_at.is_(None), InvitationRow.expires_at < tx.now),
        "user_session": delete(UserSessionRow).where(UserSessionRow.started_at < tx.now - KEEP_SESSIONS),
        "sign_in_failure": delete(SignInFailureRow).where(SignInFailureRow.at < tx.now - KEEP_FAILURES),
    }
    return {name: tx.session.execute(statement).rowcount for name, statement in statements.items()}  # type: ignore[attr-defined]

"""What a caller is shown of his own act: a fresh look at the rows within the transaction that just changed them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from lims.services.transaction import Transaction


@contextmanager
def afterwards(tx: Transaction) -> Iterator[Transaction]:
    """A transaction for reading only, on the same connection. A token's scopes end at the act: its answer is shown."""
    tx.session.flush()
    actor = replace(tx.actor, scopes=None)
    with Session(bind=tx.session.connection(), autoflush=False) as session:
        yield replace(tx, session=session, actor=actor)

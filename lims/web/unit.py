"""The request's unit of work: the only place of the web that reads the clock, and where a transaction is opened."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import current_app, g, request

from lims.domain.rules.errors import Forbidden
from lims.services import account
from lims.services.transaction import Installation, Signature, Transaction, transaction, view


def place() -> Installation:
    return current_app.extensions["lims"]  # type: ignore[no-any-return]


def now() -> datetime:
    return datetime.now(UTC)


def request_id() -> str:
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def address() -> str:
    return request.remote_addr or ""


@contextmanager
def writing(signature: Signature | None = None) -> Iterator[Transaction]:
    """A transaction of the signed-in person; it commits when the block ends."""
    with transaction(place(), g.actor, now(), request_id(), signature) as tx:
        yield tx


@contextmanager
def reading() -> Iterator[Transaction]:
    with view(place(), g.actor, now(), request_id()) as tx:
        yield tx


def signature(password: str, meaning: str) -> Signature:
    """Proof for the signing act that follows; a wrong one is counted and refused."""
    try:
        with writing() as tx:
            return account.prove(tx, password, meaning, address())
    except Forbidden:
        with writing() as tx:
            user = next((row.username for row in account.listing(tx) if row.id == g.actor.id), "")
            account.note_failure(tx, user, address())
        raise

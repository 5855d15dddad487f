"""The request's unit of work: the only place of the web that reads the clock, and where a transaction is opened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import current_app, g, request

from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import BadInput, Forbidden
from lims.services import account, idempotency, proof, second_factor
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
    """A transaction of the signed-in person; it commits when the block ends. A form sent twice is done once."""
    with transaction(place(), g.actor, now(), request_id(), signature) as tx:
        once = request.form.get("once", "")
        if once:
            idempotency.claim_once(tx, once, request.path)
        yield tx


def once() -> str:
    """What a form carries so that it is done once, however often it is sent; a page drawn anew has a new one."""
    return secrets.token_urlsafe(12)


@contextmanager
def reading() -> Iterator[Transaction]:
    with view(place(), g.actor, now(), request_id()) as tx:
        yield tx


def proven(username: str, password: str) -> int:
    """The id of the person whose password it is. Counted first and judged without a lock; a good one is taken back."""
    moment = now()
    with transaction(place(), SYSTEM, moment, request_id()) as tx:
        begun = proof.begin(tx, username, address())
    try:
        with view(place(), SYSTEM, moment) as tx:
            user_id = proof.judge(tx, username, password).id
    except Forbidden:
        with transaction(place(), SYSTEM, moment, request_id()) as tx:
            proof.refused(tx, begun, proof.id_of(tx, username), address())
        raise
    with transaction(place(), SYSTEM, moment, request_id()) as tx:
        proof.good(tx, begun)
    return user_id


def proven_code(
    actor: Actor, username: str, code: str, use: Callable[[Transaction, str], object] = second_factor.check
) -> None:
    """The second factor, counted and slowed with the passwords; ``use`` uses a good code up and may do more."""
    moment = now()
    with transaction(place(), SYSTEM, moment, request_id()) as tx:
        begun = proof.begin(tx, username, address())
    try:
        with transaction(place(), actor, moment, request_id()) as tx:
            use(tx, code)
            proof.good(tx, begun)
    except Forbidden:
        with transaction(place(), SYSTEM, moment, request_id()) as tx:
            proof.refused(tx, begun, actor.id, address())
        raise


def signature(password: str, meaning: str) -> Signature:
    """Proof for the signing act that follows (21 CFR 11.200): the signed-in person's password, once more."""
    if not meaning.strip():
        raise BadInput("FIELD_NEEDED", field="meaning")
    with reading() as tx:
        username = account.username_of(tx, g.actor.id)
    return Signature(proven(username, password), meaning)

"""Devices that deliver for one instrument: their tokens, and as whom their deliveries are recorded.

A device is an actor whose id is the instrument's, below zero: no person has it, and nothing else is asked of it.
"""

from __future__ import annotations

import secrets

from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import BadInput, Forbidden
from lims.persistence.device import DeviceTokenRow
from lims.persistence.instrument import InstrumentRow
from lims.services import lookup, proof
from lims.services.transaction import Transaction

MARK = "limsdev_"
DELIVER = "instrument:deliver"


def new_token(tx: Transaction, code: str, place: str = "") -> str:
    """A token of the instrument's device; shown once, kept as SHA-256."""
    _check_manages(tx)
    row = instrument(tx, code)
    secret = MARK + secrets.token_urlsafe(32)
    token = DeviceTokenRow(
        instrument_id=row.id,
        prefix=secret[len(MARK) : len(MARK) + 8],
        digest=proof.digest(secret),
        place=place.strip()[:80],
        issued_at=tx.now,
    )
    tx.add(token, "issue")
    return secret


def revoke_token(tx: Transaction, prefix: str, reason: str) -> None:
    """At once and for good; the reason stays with it."""
    _check_manages(tx)
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    row = lookup.one(tx, select(DeviceTokenRow).where(DeviceTokenRow.prefix == prefix), "device_token", prefix)
    if row.revoked_at is None:
        row.revoked_at = tx.now
        tx.record(row, "revoke", reason)


def _check_manages(tx: Transaction) -> None:
    if tx.actor.id != SYSTEM.id:
        tx.require("instrument:edit")


def by_token(tx: Transaction, secret: str) -> Actor | None:
    """The device behind a token that has not been revoked; it may deliver and nothing else."""
    if not secret.startswith(MARK):
        return None
    row = tx.session.scalars(select(DeviceTokenRow).where(DeviceTokenRow.digest == proof.digest(secret))).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    owner = tx.session.get_one(InstrumentRow, row.instrument_id)
    return _device(owner.id, f"{owner.code} ({row.place or row.prefix})", DELIVER)


def receiver(instrument_id: int, code: str, source: str) -> Actor:
    """The product's own receiver of an instrument: it delivers, and lays what came for a person to look at."""
    return _device(instrument_id, f"{code} ({source})", DELIVER, "run:import")


def _device(instrument_id: int, name: str, *scopes: str) -> Actor:
    return Actor(-instrument_id, name[:100], frozenset({"analyst"}), scopes=frozenset(scopes))


def is_device(actor: Actor) -> bool:
    return actor.id < 0


def check_own(tx: Transaction, instrument_id: int) -> None:
    """A device speaks for its own instrument only."""
    if is_device(tx.actor) and tx.actor.id != -instrument_id:
        raise Forbidden("NOT_THIS_INSTRUMENT")


def instrument(tx: Transaction, code: str) -> InstrumentRow:
    return lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code), "instrument", code)

"""Use-cases of a paper that comes with a request: kept by digest, named as its sender named it, never opened here."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, NotFound
from lims.persistence.attachment import AttachmentRow
from lims.persistence.request import RequestRow
from lims.services import lookup
from lims.services.transaction import Transaction

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest paper taken in."""


@dataclass(frozen=True)
class Attach:
    request_no: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Paper:
    name: str
    content: bytes


def attach(tx: Transaction, cmd: Attach) -> int:
    """Whoever may answer or lodge for the request may add papers to it."""
    tx.require("request:lodge")
    if not cmd.content or not cmd.name.strip():
        raise BadInput("FILE_EMPTY", field="file", name=cmd.name[:100])
    if len(cmd.content) > LARGEST:
        raise BadInput("FILE_TOO_LARGE", field="file", name=cmd.name[:100])
    request = lookup.request(tx, cmd.request_no)
    row = AttachmentRow(
        owner_type="request",
        owner_id=request.id,
        name=cmd.name[-255:],
        media_type=cmd.media_type[:100],
        digest=tx.place.files.put(cmd.content),
        size=len(cmd.content),
        added_at=tx.now,
        added_name=tx.actor.name,
    )
    tx.add(row, "attach")
    tx.session.flush()  # the caller is told the id
    return row.id


def fetch(tx: Transaction, attachment_id: int) -> Paper:
    """The bytes, to those who see the request; papers name the importer, so never to whoever sees it blind."""
    held = tx.require("request:see")
    row = lookup.one(tx, select(AttachmentRow).where(AttachmentRow.id == attachment_id), "attachment", attachment_id)
    number = tx.session.scalar(select(RequestRow.no).where(RequestRow.id == row.owner_id))
    if number is None or all(grant.over == "blind" for grant in held):
        raise NotFound("NOT_FOUND", noun="attachment", no=str(attachment_id))
    lookup.request(tx, number)
    return Paper(row.name, tx.place.files.get(row.digest))

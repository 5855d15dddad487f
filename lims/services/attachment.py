"""Use-cases of papers: those that come with a request, and the evidence of checks and authorisations.

Kept by digest, named as their sender named them, never opened here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, NotFound
from lims.persistence.attachment import AttachmentRow
from lims.persistence.equipment import CheckRow
from lims.persistence.instrument import AuthorisationRow
from lims.persistence.request import RequestRow
from lims.services import lookup
from lims.services.transaction import Transaction

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest paper taken in."""
EVIDENCE: Mapping[str, tuple[Any, str]] = {
    "equipment_check": (CheckRow, "instrument:check"),
    "authorisation": (AuthorisationRow, "competence:grant"),
}
"""Whose evidence is kept -> its rows, and the right to add to it."""


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
    request = lookup.request(tx, cmd.request_no)
    return _kept(tx, "request", request.id, cmd.name, cmd.media_type, cmd.content)


@dataclass(frozen=True)
class AttachEvidence:
    """``owner`` is ``equipment_check`` or ``authorisation``, the id that of its record."""

    owner: str
    owner_id: int
    name: str
    media_type: str
    content: bytes


def attach_evidence(tx: Transaction, cmd: AttachEvidence) -> int:
    """By whoever may write the record itself; a paper is added, never taken away."""
    kind, right = EVIDENCE[cmd.owner]
    tx.require(right)
    lookup.one(tx, select(kind).where(kind.id == cmd.owner_id), cmd.owner, cmd.owner_id)
    return _kept(tx, cmd.owner, cmd.owner_id, cmd.name, cmd.media_type, cmd.content)


def evidence(tx: Transaction, attachment_id: int) -> Paper:
    """A paper of a check or an authorisation, to whoever works in the laboratory."""
    tx.require("result:see_raw")
    mine = (AttachmentRow.id == attachment_id, AttachmentRow.owner_type.in_(EVIDENCE))
    row = lookup.one(tx, select(AttachmentRow).where(*mine), "attachment", attachment_id)
    return Paper(row.name, tx.place.files.get(row.digest))


def _kept(tx: Transaction, owner: str, owner_id: int, name: str, media_type: str, content: bytes) -> int:
    if not content or not name.strip():
        raise BadInput("FILE_EMPTY", field="file", name=name[:100])
    if len(content) > LARGEST:
        raise BadInput("FILE_TOO_LARGE", field="file", name=name[:100])
    row = AttachmentRow(
        owner_type=owner,
        owner_id=owner_id,
        name=name[-255:],
        media_type=media_type[:100],
        digest=tx.place.files.put(content),
        size=len(content),
        added_at=tx.now,
        added_name=tx.actor.name,
    )
    tx.add(row, "attach")
    tx.session.flush()  # the caller is told the id
    return row.id


def fetch(tx: Transaction, attachment_id: int) -> Paper:
    """The bytes, to those who see the request; papers name the importer, so never to whoever sees it blind."""
    held = tx.require("request:see")
    mine = (AttachmentRow.id == attachment_id, AttachmentRow.owner_type == "request")
    row = lookup.one(tx, select(AttachmentRow).where(*mine), "attachment", attachment_id)
    number = tx.session.scalar(select(RequestRow.no).where(RequestRow.id == row.owner_id))
    if number is None or all(grant.over == "blind" for grant in held):
        raise NotFound("NOT_FOUND", noun="attachment", no=str(attachment_id))
    lookup.request(tx, number)
    return Paper(row.name, tx.place.files.get(row.digest))

"""From a scanned or typed number to what it names; tells nothing about what the reader may not see."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import select

from lims.domain.rules.permissions import grants
from lims.persistence.certificate import CertificateRow
from lims.persistence.material import MaterialLotRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.run import RunRow
from lims.persistence.sample import PortionRow, SampleRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services.transaction import Transaction


class Found(NamedTuple):
    noun: str
    no: str


def find(tx: Transaction, text: str) -> Found | None:
    """The object whose number it is, exactly; a portion leads to its sample, a declaration to its request."""
    typed = text.strip()
    if not typed or len(typed) > 80:
        return None
    blind = all(grant.over == "blind" for grant in grants(tx.actor, "request:see"))
    for noun, column in _NUMBERS[:3] if blind else _NUMBERS:
        no = tx.session.scalar(select(column).where(column.in_({typed, typed.upper()})))
        if no is not None:
            return Found(noun, no)
    if grants(tx.actor, "material:see"):
        lot = tx.session.scalar(select(MaterialLotRow.barcode).where(MaterialLotRow.barcode == typed.upper()))
        if lot is not None:
            return Found("material_lot", lot)
    return _led_to(tx, typed, blind)


_NUMBERS: tuple[tuple[str, Any], ...] = (
    ("sample", SampleRow.no),
    ("worksheet", WorksheetRow.no),
    ("run", RunRow.no),
    ("request", RequestRow.no),
    ("lot", LotRow.no),
    ("certificate", CertificateRow.no),
)
"""The first three are open to those who see the work blind; the others name the importer."""


def _led_to(tx: Transaction, typed: str, blind: bool) -> Found | None:
    sample = tx.session.scalar(
        select(SampleRow.no).join(PortionRow, PortionRow.sample_id == SampleRow.id).where(PortionRow.no == typed)
    )
    if sample is not None:
        return Found("sample", sample)
    if blind:
        return None
    request = tx.session.scalar(select(RequestRow.no).where(RequestRow.declaration_no == typed))
    if request is not None:
        return Found("request", request)
    bare = typed.upper().partition("-")[0]
    certificate = tx.session.scalar(select(CertificateRow.no).where(CertificateRow.no == bare))
    return Found("certificate", certificate) if certificate is not None else None


def open_worksheet(tx: Transaction, sample_no: str) -> str:
    """The reader's own open worksheet on which the sample stands; empty when there is none."""
    query = (
        select(WorksheetRow.no)
        .join(PositionRow, PositionRow.worksheet_id == WorksheetRow.id)
        .join(SampleRow, SampleRow.id == PositionRow.sample_id)
        .where(SampleRow.no == sample_no, WorksheetRow.analyst_id == tx.actor.id, WorksheetRow.state == "open")
        .order_by(WorksheetRow.id.desc())
        .limit(1)
    )
    return tx.session.scalar(query) or ""

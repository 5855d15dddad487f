"""Certificates for lists and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.rules.errors import NotFound
from lims.domain.rules.workflow import open_verbs
from lims.persistence.certificate import CertificateRow
from lims.persistence.request import LotRow, RequestRow
from lims.services import lookup
from lims.services.reading.page import Page, Verb, page, verbs
from lims.services.transaction import Transaction
from lims.services.transition import Over


@dataclass(frozen=True)
class CertificateItem:
    id: int
    no: str
    revision: int
    kind: str
    state: str
    goods_zh: str
    goods_en: str
    verdict: str
    issued_at: datetime | None
    issued_by: str


@dataclass(frozen=True)
class CertificateView:
    item: CertificateItem
    lot_no: str
    request_no: str
    digest: str
    verify_code: str
    content: dict[str, Any]
    replaces: str
    replaced_by: str
    withdrawal_reason: str
    mine: bool
    """The reader asked for the withdrawal, so that another person must do it."""
    verbs: tuple[Verb, ...]


def listing(tx: Transaction, state: str = "", after: str = "", size: int = 50) -> Page[CertificateItem]:
    tx.require("certificate:read")
    query = lookup.of_seen(tx, select(CertificateRow), CertificateRow.lot_id)
    if state:
        query = query.where(CertificateRow.state == state)
    return page(tx, query, CertificateRow.id, after, size, _item)


def _item(row: CertificateRow) -> CertificateItem:
    goods = (row.content or {}).get("goods", {})
    return CertificateItem(
        row.id,
        row.no or "",
        row.revision,
        row.kind,
        row.state,
        goods.get("zh", ""),
        goods.get("en", ""),
        (row.content or {}).get("verdict", ""),
        row.issued_at,
        row.issued_name,
    )


def detail(tx: Transaction, no: str) -> CertificateView:
    tx.require("certificate:read")
    row = lookup.one(tx, select(CertificateRow).where(CertificateRow.no == no.partition("-")[0]), "certificate", no)
    lot = tx.session.scalars(
        select(LotRow).where(LotRow.id == row.lot_id).options(joinedload(LotRow.request).joinedload(RequestRow.port))
    ).one()
    if not lookup.sees(tx.actor, lot.request):
        raise NotFound("NOT_FOUND", noun="certificate", no=no)
    older = tx.session.get(CertificateRow, row.replaces_id) if row.replaces_id else None
    newer = tx.session.scalars(select(CertificateRow.no).where(CertificateRow.replaces_id == row.id)).first()
    return CertificateView(
        _item(row),
        lot.no,
        lot.request.no,
        row.digest or "",
        row.verify_code,
        row.content,
        older.no or "" if older else "",
        newer or "",
        row.withdrawal_reason,
        row.withdrawal_asked_by == tx.actor.id,
        verbs(tx, row, open_verbs("certificate", row.state), Over(lot.request_id, lot.id)),
    )

"""Inspection requests for lists and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.requirement import Requirement
from lims.domain.rules.workflow import open_verbs
from lims.persistence.analysis import AnalysisRow
from lims.persistence.attachment import AttachmentRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.persistence.trail import EventRow
from lims.services import facts, lookup
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.reading.page import Page, Verb, page, seen_whole, verbs
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class RequestItem:
    id: int
    no: str
    declaration_no: str
    importer: str
    port: str
    origin: str
    state: str
    lodged_at: datetime
    lots: int


@dataclass(frozen=True)
class SampleBrief:
    no: str
    state: str
    verdict: str
    received_at: datetime | None
    round: int


@dataclass(frozen=True)
class Offer:
    """A limit of the general product that nobody has asked for yet; its note may carry an exception to be read."""

    analyte: str
    analyte_zh: str
    analyte_en: str
    operator: str
    limit: str
    limit_unit: str
    standard: str
    clause: str
    note: str


@dataclass(frozen=True)
class LotView:
    id: int
    no: str
    seq: int
    mark: str
    quantity: str
    unit: str
    state: str
    round: int
    line_seq: int
    goods_zh: str
    goods_en: str
    samples: tuple[SampleBrief, ...]
    analyses: tuple[AnalysisView, ...]
    offered: tuple[Offer, ...]


@dataclass(frozen=True)
class LineView:
    seq: int
    hs_code: str
    product: str
    goods_zh: str
    goods_en: str
    quantity: str
    unit: str
    packages: str
    gap: str
    gap_acknowledged: str


@dataclass(frozen=True)
class RequestView:
    id: int
    version: int
    no: str
    declaration_no: str
    jurisdiction: str
    port_code: str
    port_zh: str
    port_en: str
    importer: str
    producer: str
    origin: str
    transport: dict[str, str]
    note: str
    contract_rule: str
    contract_reason: str
    question: str
    state: str
    paused_because: str
    lodged_at: datetime
    lines: tuple[LineView, ...]
    lots: tuple[LotView, ...]
    attachments: tuple[tuple[int, str, int], ...]
    verbs: tuple[Verb, ...]


def listing(tx: Transaction, state: str = "", after: str = "", size: int = 50, text: str = "") -> Page[RequestItem]:
    tx.require("request:see")
    query = select(RequestRow).options(
        joinedload(RequestRow.port), joinedload(RequestRow.importer), selectinload(RequestRow.lots)
    )
    query = _mine(tx, query)
    if state:
        query = query.where(RequestRow.state == state)
    if text.strip():
        like = text.strip() + "%"
        query = query.where(or_(RequestRow.no.like(like), RequestRow.declaration_no.like(like)))
    return page(tx, query, RequestRow.id, after, size, _item)


def _mine(tx: Transaction, query: Select[Any]) -> Select[Any]:
    """Inspectors see their ports, importers their own, staff all; analysts alone see none of it (blind)."""
    roles = tx.actor.roles
    if tx.actor.id == 0 or roles - {"importer", "inspector", "analyst"}:
        return query
    if "inspector" in roles:
        return query.join(OrganisationRow, RequestRow.port_id == OrganisationRow.id).where(
            OrganisationRow.code.in_(tx.actor.ports)
        )
    if "importer" in roles:
        return query.where(RequestRow.importer_id == tx.actor.organisation_id)
    return query.where(RequestRow.id < 0)


def _item(row: RequestRow) -> RequestItem:
    return RequestItem(
        row.id,
        row.no,
        row.declaration_no,
        row.importer.name_zh or row.importer.name_en,
        row.port.code,
        row.origin,
        row.state,
        row.lodged_at,
        len(row.lots),
    )


def detail(tx: Transaction, no: str) -> RequestView:
    seen_whole(tx, "request", no)
    row = lookup.request(
        tx,
        no,
        joinedload(RequestRow.importer),
        joinedload(RequestRow.producer),
        selectinload(RequestRow.lines),
        selectinload(RequestRow.lots).joinedload(LotRow.line),
        selectinload(RequestRow.lots).selectinload(LotRow.samples),
    )
    analyses = _analyses(tx, row)
    offers = _offers(tx, row)
    attachments = tx.session.execute(
        select(AttachmentRow.id, AttachmentRow.name, AttachmentRow.size).where(
            AttachmentRow.owner_type == "request", AttachmentRow.owner_id == row.id
        )
    ).all()
    return RequestView(
        id=row.id,
        version=row.version,
        no=row.no,
        declaration_no=row.declaration_no,
        jurisdiction=row.jurisdiction,
        port_code=row.port.code,
        port_zh=row.port.name_zh,
        port_en=row.port.name_en,
        importer=_named(row.importer),
        producer=_named(row.producer) if row.producer else "",
        origin=row.origin,
        transport=dict(row.transport or {}),
        note=row.note,
        contract_rule=(row.contract_rule or {}).get("code", ""),
        contract_reason=(row.contract_rule or {}).get("reason", ""),
        question=row.question,
        state=row.state,
        paused_because=_paused_because(tx, row),
        lodged_at=row.lodged_at,
        lines=tuple(_line(line) for line in row.lines),
        lots=tuple(_lot(lot, analyses.get(lot.id, []), offers.get(lot.line.product, ())) for lot in row.lots),
        attachments=tuple((item.id, item.name, item.size) for item in attachments),
        verbs=verbs(tx, row, open_verbs("request", row.state), lookup.over(row)),
    )


def _paused_because(tx: Transaction, row: RequestRow) -> str:
    if row.state != "paused":
        return ""
    query = select(EventRow.reason).where(
        EventRow.object_type == "request", EventRow.object_id == row.id, EventRow.verb == "pause"
    )
    return tx.session.scalars(query.order_by(EventRow.seq.desc()).limit(1)).first() or ""


def _analyses(tx: Transaction, row: RequestRow) -> dict[int, list[AnalysisView]]:
    """Those of each lot's round under way; earlier rounds are on the page of the lot."""
    query = (
        select(AnalysisRow)
        .join(LotRow, AnalysisRow.lot_id == LotRow.id)
        .outerjoin(SampleRow, AnalysisRow.sample_id == SampleRow.id)
        .where(LotRow.request_id == row.id, or_(AnalysisRow.sample_id.is_(None), SampleRow.round == LotRow.round))
        .options(joinedload(AnalysisRow.result))
        .order_by(AnalysisRow.id)
    )
    found: dict[int, list[AnalysisView]] = {}
    for analysis in tx.session.scalars(query):
        found.setdefault(analysis.lot_id, []).append(analysis_view(analysis))
    return found


OPEN_TO_MORE = ("lodged", "asked", "accepted")
"""States of a request in which an analysis may still be added."""


def _offers(tx: Transaction, row: RequestRow) -> dict[str, tuple[Offer, ...]]:
    """By product: the limits of its general product, as they are in force on the day of the request."""
    if row.state not in OPEN_TO_MORE:
        return {}
    on = row.lodged_at.astimezone(tx.place.zone).date()
    products = {line.product for line in row.lines if line.product}
    return {
        product: tuple(_offer(asked) for asked in facts.offered(tx, product, row.jurisdiction, on))
        for product in products
    }


def _offer(asked: Requirement) -> Offer:
    limit = asked.limit
    assert limit is not None  # what is offered comes from a limit
    return Offer(
        asked.analyte, asked.analyte_zh, asked.analyte_en, limit.operator, limit.value, limit.unit, limit.standard,
        limit.clause, limit.note,
    )  # fmt: skip


def _named(row: OrganisationRow) -> str:
    return " ".join(dict.fromkeys(filter(None, (row.name_zh, row.name_en))))


def _line(line: Any) -> LineView:
    return LineView(
        line.seq,
        line.hs_code,
        line.product,
        line.goods_zh,
        line.goods_en,
        format(line.quantity, "f"),
        line.unit,
        line.packages,
        line.gap,
        line.gap_acknowledged,
    )


def _lot(lot: LotRow, analyses: list[AnalysisView], offered: tuple[Offer, ...]) -> LotView:
    samples: list[SampleRow] = lot.samples
    return LotView(
        lot.id,
        lot.no,
        lot.seq,
        lot.mark,
        format(lot.quantity, "f"),
        lot.unit,
        lot.state or "declared",
        lot.round,
        lot.line.seq,
        lot.line.goods_zh,
        lot.line.goods_en,
        tuple(SampleBrief(s.no, s.state, s.verdict, s.received_at, s.round) for s in samples),
        tuple(analyses),
        tuple(one for one in offered if one.analyte not in {had.analyte for had in analyses}),
    )

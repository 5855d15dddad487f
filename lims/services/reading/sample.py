"""Samples for lists and pages; whoever only analyses sees the laboratory number and the kind of goods, never whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.retention import kept_until
from lims.domain.rules.workflow import open_verbs
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import CustodyRow, SampleRow
from lims.services import lookup
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.reading.page import Page, Verb, page, verbs
from lims.services.reading.sampling import Record, record_of
from lims.services.reserve import ReserveView, reserves
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class SampleItem:
    id: int
    no: str
    state: str
    product: str
    goods_zh: str
    goods_en: str
    lot_no: str
    drawn_at: datetime
    received_at: datetime | None
    verdict: str


@dataclass(frozen=True)
class SampleView:
    id: int
    version: int
    no: str
    state: str
    verdict: str
    product: str
    goods_zh: str
    goods_en: str
    lot_no: str
    lot_state: str
    request_no: str
    blind: bool
    drawn_at: datetime
    samplers: tuple[str, str]
    seal_no: str
    place: str
    plan: str
    record: Record
    """The plan in words, and why less than the methods need was drawn."""
    received_at: datetime | None
    condition: str
    condition_note: str
    temperature: str
    seal_intact: bool | None
    approved_name: str
    approved_at: datetime | None
    retained_place: str
    retained_until: date | None
    round: int
    keep_until: date | None
    """Proposed for the retention store once the sample is approved."""
    from_portion: str
    """The reserve portion that the sample was made of."""
    portions: tuple[tuple[str, str, str, str], ...]
    reserves: tuple[ReserveView, ...]
    custody: tuple[tuple[str, str, datetime, bool, str, str], ...]
    analyses: tuple[AnalysisView, ...]
    verbs: tuple[Verb, ...]


def blind(tx: Transaction) -> bool:
    """True for those whose every right to see requests is the blind one."""
    held = tx.require("request:see")
    return all(grant.over == "blind" for grant in held)


def listing(tx: Transaction, state: str = "", after: str = "", size: int = 50, text: str = "") -> Page[SampleItem]:
    hidden = blind(tx)
    query = select(SampleRow).options(joinedload(SampleRow.lot).joinedload(LotRow.line))
    query = lookup.of_seen(tx, query, SampleRow.lot_id)
    if state:
        query = query.where(SampleRow.state == state)
    if text.strip():
        query = query.where(SampleRow.no.like(text.strip() + "%"))
    return page(tx, query, SampleRow.id, after, size, lambda row: _item(row, hidden))


def _item(row: SampleRow, hidden: bool) -> SampleItem:
    line = row.lot.line
    goods = (line.product, line.product) if hidden else (line.goods_zh, line.goods_en)
    return SampleItem(
        row.id,
        row.no,
        row.state,
        line.product,
        *goods,
        "" if hidden else row.lot.no,
        row.drawn_at,
        row.received_at,
        row.verdict,
    )


def detail(tx: Transaction, no: str) -> SampleView:
    hidden = blind(tx)
    row = lookup.sample(tx, no, selectinload(SampleRow.portions))
    query = select(AnalysisRow).where(AnalysisRow.sample_id == row.id).options(joinedload(AnalysisRow.result))
    analyses = tx.session.scalars(query.order_by(AnalysisRow.id)).all()
    custody = tx.session.scalars(select(CustodyRow).where(CustodyRow.sample_id == row.id).order_by(CustodyRow.id))
    line = row.lot.line
    return SampleView(
        id=row.id,
        version=row.version,
        no=row.no,
        state=row.state,
        verdict=row.verdict,
        product=line.product,
        goods_zh=line.product if hidden else line.goods_zh,
        goods_en=line.product if hidden else line.goods_en,
        lot_no="" if hidden else row.lot.no,
        lot_state=row.lot.state or "",
        request_no="" if hidden else row.lot.request.no,
        blind=hidden,
        drawn_at=row.drawn_at,
        samplers=("", "") if hidden else (row.sampler_1, row.sampler_2),
        seal_no=row.seal_no,
        place="" if hidden else row.place,
        plan=row.plan,
        record=record_of(tx, row.id),
        received_at=row.received_at,
        condition=row.condition,
        condition_note=row.condition_note,
        temperature=row.temperature,
        seal_intact=row.seal_intact,
        approved_name=row.approved_name,
        approved_at=row.approved_at,
        retained_place=row.retained_place,
        retained_until=row.retained_until,
        round=row.round,
        keep_until=_keep_until(tx, row),
        from_portion="" if hidden else row.from_portion or "",
        reserves=() if hidden else reserves(tx, row),
        portions=tuple(
            (p.no, p.use, "" if p.amount is None else f"{p.amount:f} {p.unit}", p.place) for p in row.portions
        ),
        custody=tuple((c.from_name, c.to_name, c.at, c.seal_intact, c.temperature, c.purpose) for c in custody)
        if not hidden
        else (),
        analyses=tuple(analysis_view(a) for a in analyses),
        verbs=verbs(tx, row, open_verbs("sample", row.state), lookup.over(row)),
    )


def _keep_until(tx: Transaction, row: SampleRow) -> date | None:
    if row.approved_at is None:
        return None
    return kept_until(row.approved_at.astimezone(tx.place.zone).date(), row.verdict)


def to_approve(tx: Transaction, after: str = "", size: int = 50) -> Page[SampleItem]:
    return listing(tx, "tested", after, size)


def expected(tx: Transaction, after: str = "", size: int = 50) -> Page[SampleItem]:
    """Drawn or under way: what the counter waits for."""
    hidden = blind(tx)
    query = (
        select(SampleRow)
        .where(SampleRow.state.in_(("drawn", "in_transit")))
        .options(joinedload(SampleRow.lot).joinedload(LotRow.line))
    )
    return page(tx, query, SampleRow.id, after, size, lambda row: _item(row, hidden))


def received_lately(tx: Transaction, size: int = 8) -> tuple[SampleItem, ...]:
    """What came over the counter last, the newest first; rejected ones among them."""
    hidden = blind(tx)
    query = (
        select(SampleRow)
        .where(SampleRow.received_at.is_not(None))
        .options(joinedload(SampleRow.lot).joinedload(LotRow.line))
        .order_by(SampleRow.received_at.desc(), SampleRow.id.desc())
        .limit(size)
    )
    return tuple(_item(row, hidden) for row in tx.session.scalars(query))


def of_request(tx: Transaction, request_id: int) -> list[Any]:
    query = select(SampleRow).join(LotRow).join(RequestRow).where(RequestRow.id == request_id)
    return list(tx.session.scalars(query.order_by(SampleRow.id)))

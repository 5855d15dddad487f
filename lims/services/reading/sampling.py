"""Sampling for screens and the API: the plan of a lot with its inspections, and where the switching rules stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.rules.refusal import Refusal
from lims.persistence.request import LotRow
from lims.persistence.sampling import InspectionRow, SamplingRecordRow, SeverityChangeRow, SwitchingRow
from lims.services import lookup, portions
from lims.services.portions import UseBudget
from lims.services.reading.page import Page, page, seen_whole
from lims.services.sampling import TO_INSPECT, LotPlan, plan_for
from lims.services.severity import QUALITY
from lims.services.transaction import Transaction

SEVERITIES = ("discontinued", "tightened", "reduced", "normal")


@dataclass(frozen=True)
class InspectionView:
    characteristic: str
    round: int
    source: str
    level: str
    aql: str
    severity: str
    lot_size: int
    letter: str
    resolved: str
    n: int
    ac: int | None
    re: int | None
    whole_lot: bool
    inspected: int | None
    defectives: int | None
    accepted: bool | None
    worked: str
    worked_zh: str
    inspected_by: str
    inspected_at: datetime | None
    counted: bool
    not_counted: tuple[Refusal, ...]


@dataclass(frozen=True)
class PlanView:
    """The plan of a lot and what was found by it so far; ``open`` while an inspection can still be recorded."""

    lot_no: str
    request_no: str
    state: str
    goods_zh: str
    goods_en: str
    quantity: str
    round: int
    open: bool
    plan: LotPlan
    line: str
    line_zh: str
    budget: tuple[UseBudget, ...]
    inspections: tuple[InspectionView, ...]


def of_lot(tx: Transaction, no: str, drawn: Sequence[tuple[str, str, str]] = ()) -> PlanView:
    """``drawn`` are portions as (use, amount, unit), to be held against what the analyses need."""
    seen_whole(tx, "lot", no)
    lot = lookup.lot(tx, no)
    found = plan_for(tx, lot)
    english, chinese = found.lines()
    return PlanView(
        lot.no,
        lot.request.no,
        lot.state or "declared",
        lot.line.goods_zh,
        lot.line.goods_en,
        f"{lot.quantity:f} {lot.unit}",
        lot.round,
        lot.state in TO_INSPECT,
        found,
        english,
        chinese,
        portions.budgets(found.wanted.needs, drawn),
        inspections(tx, lot),
    )


def inspections(tx: Transaction, lot: LotRow) -> tuple[InspectionView, ...]:
    """Every inspection of the lot, round after round."""
    query = select(InspectionRow).where(InspectionRow.lot_id == lot.id).order_by(InspectionRow.id)
    return tuple(_inspection(row, lot.no) for row in tx.session.scalars(query))


def of_lot_no(tx: Transaction, no: str) -> tuple[InspectionView, ...]:
    return inspections(tx, lookup.lot(tx, no))


def _inspection(row: InspectionRow, lot_no: str) -> InspectionView:
    same = {name: getattr(row, name) for name in InspectionView.__dataclass_fields__ if name in row.__mapper__.columns}
    left_out = (Refusal(row.not_counted, {"lot": lot_no}),) if row.not_counted else ()
    return InspectionView(**{**same, "inspected_by": row.inspected_name, "not_counted": left_out})


@dataclass(frozen=True)
class Record:
    """What the sampling record of a sample says beside the sample's own fields."""

    plan: str
    plan_zh: str
    shortfall: tuple[Refusal, ...]
    reason: str


def record_of(tx: Transaction, sample_id: int) -> Record:
    """Empty for a sample drawn before plans were kept."""
    row = tx.session.scalars(select(SamplingRecordRow).where(SamplingRecordRow.sample_id == sample_id)).one_or_none()
    if row is None:
        return Record("", "", (), "")
    return Record(row.plan, row.plan_zh, tuple(_reason(one) for one in row.shortfall or ()), row.reason)


def _reason(stored: dict[str, Any]) -> Refusal:
    return Refusal(stored["code"], stored["params"])


@dataclass(frozen=True)
class ChangeView:
    at: datetime
    before: str
    to: str
    why: Refusal
    by: str
    note: str


@dataclass(frozen=True)
class SwitchingView:
    id: int
    no: str
    producer: str
    producer_zh: str
    producer_en: str
    product: str
    characteristic: str
    severity: str
    score: int
    recent: tuple[bool, ...]
    not_accepted: int
    agreed: bool
    steady: bool
    flags_reason: str
    changes: tuple[ChangeView, ...]
    """The newest first."""


def states(tx: Transaction, severity: str = "", after: str = "", size: int = 50) -> Page[SwitchingView]:
    tx.require(QUALITY)
    query = select(SwitchingRow).options(joinedload(SwitchingRow.producer), selectinload(SwitchingRow.changes))
    if severity:
        query = query.where(SwitchingRow.severity == severity)
    return page(tx, query, SwitchingRow.id, after, size, _state)


def _state(row: SwitchingRow) -> SwitchingView:
    kept = row.history or {}
    return SwitchingView(
        row.id,
        row.no,
        row.producer.code,
        row.producer.name_zh,
        row.producer.name_en,
        row.product,
        row.characteristic,
        row.severity,
        row.score,
        tuple(bool(one) for one in kept.get("recent", ())),
        int(kept.get("not_accepted", 0)),
        row.agreed,
        row.steady,
        row.flags_reason,
        tuple(_change(one) for one in reversed(row.changes)),
    )


def _change(row: SeverityChangeRow) -> ChangeView:
    return ChangeView(row.at, row.before, row.to, Refusal(row.reason, row.params or {}), row.by_name, row.note)

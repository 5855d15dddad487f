"""Instruments for screens: the register with what is due, one instrument, its checks and bookings. No writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from lims.domain import equipment as fit
from lims.domain.equipment import SOON_DAYS, SOON_PERCENT, Due
from lims.domain.rules.refusal import Refusal
from lims.domain.rules.workflow import open_verbs
from lims.persistence.attachment import AttachmentRow
from lims.persistence.equipment import BookingRow, CheckRow, LookBackRow, PlanRow
from lims.persistence.instrument import InstrumentRow
from lims.services import fitness, lookup, transition
from lims.services.reading.page import LARGEST, Page, Verb, page
from lims.services.transaction import Transaction
from lims.services.transition import Over

FILTERS = ("past", "soon", "out_of_service", "new")
_SEARCHED = (
    InstrumentRow.code, InstrumentRow.name_zh, InstrumentRow.name_en, InstrumentRow.technique,
    InstrumentRow.more_techniques, InstrumentRow.maker, InstrumentRow.model, InstrumentRow.serial_no,
    InstrumentRow.asset_no, InstrumentRow.place,
)  # fmt: skip


@dataclass(frozen=True)
class DueView:
    kind: str
    on: date | None
    unit: str
    every: int | None
    used: int
    word: str
    """past, soon or good."""


@dataclass(frozen=True)
class InstrumentView:
    code: str
    name_zh: str
    name_en: str
    technique: str
    more_techniques: str
    maker: str
    model: str
    serial_no: str
    asset_no: str
    software: str
    firmware: str
    working_range: str
    accuracy: str
    place: str
    adapter: str
    recipe: str
    state: str
    calibrated_on: date | None
    calibration_due: date | None
    calibration: str
    """unknown, past, soon or good."""
    standing: str
    """The worst of its calibration and everything planned, in the same words."""
    dues: tuple[DueView, ...]
    out_reason: str
    check_needed: str
    unfit: Refusal | None
    booked_by: str
    """Who else has it now."""
    version: int
    parent: str = ""
    components: tuple[str, ...] = ()
    verbs: tuple[Verb, ...] = ()


@dataclass(frozen=True)
class PlanView:
    kind: str
    every_days: int | None
    every_uses: int | None
    unit: str
    points: tuple[Mapping[str, str], ...]
    done_on: date | None
    due: DueView


@dataclass(frozen=True)
class CheckView:
    id: int
    kind: str
    done_on: date
    performer: str
    certificate_no: str
    standard: str
    points: tuple[Mapping[str, str], ...]
    outcome: str
    remark: str
    due_on: date | None
    recorded_name: str
    recorded_at: datetime
    papers: tuple[tuple[int, str], ...]
    """(id, name) of each paper attached."""
    look_back_id: int | None


@dataclass(frozen=True)
class BookingView:
    id: int
    starts_at: datetime
    ends_at: datetime
    purpose: str
    user_name: str
    mine: bool


def instruments(
    tx: Transaction, text: str = "", after: str = "", size: int = 50, due: str = ""
) -> Page[InstrumentView]:
    """The register by code; ``due`` narrows it to what is past, due soon, out of service or new. Three queries."""
    size = max(1, min(size, LARGEST))
    query = select(InstrumentRow).order_by(InstrumentRow.code).limit(size + 1)
    if after:
        query = query.where(InstrumentRow.code > after)
    if text.strip():
        query = query.where(or_(*(one.icontains(text.strip(), autoescape=True) for one in _SEARCHED)))
    if due in FILTERS:
        query = query.where(_narrowed(due, tx.today))
    rows = list(tx.session.scalars(query))
    shown = rows[:size]
    return Page(_views(tx, shown), shown[-1].code if len(rows) > size else None)


def _narrowed(due: str, today: date) -> ColumnElement[bool]:
    if due in ("out_of_service", "new"):
        return InstrumentRow.state == due
    past = _reached(InstrumentRow.calibration_due < today, PlanRow.due_on < today, 100)
    if due == "past":
        return past
    close = InstrumentRow.calibration_due <= today + timedelta(days=SOON_DAYS)
    return and_(_reached(close, PlanRow.soon_on <= today, SOON_PERCENT), ~past)


def _reached(calibration: ColumnElement[bool], planned: ColumnElement[bool], percent: int) -> ColumnElement[bool]:
    """By its calibration, by the date of anything planned, or with so many per cent of the uses of a plan used."""
    spent = and_(PlanRow.every_uses.is_not(None), fitness.uses() * 100 >= PlanRow.every_uses * percent)
    plans = select(PlanRow.instrument_id).where(or_(planned, spent))
    return or_(and_(InstrumentRow.calibration_due.is_not(None), calibration), InstrumentRow.id.in_(plans))


def instrument(tx: Transaction, code: str) -> InstrumentView:
    row = _row(tx, code)
    verbs = tuple(Verb(verb, transition.can(tx, row, verb, Over())) for verb in open_verbs(row.noun, row.state))
    query = select(InstrumentRow.code).where(InstrumentRow.parent_id == row.id).order_by(InstrumentRow.code)
    parts = tuple(tx.session.scalars(query))
    parent = tx.session.get(InstrumentRow, row.parent_id) if row.parent_id else None
    (seen,) = _views(tx, [row], parent.code if parent else "", parts, verbs)
    return seen


def plans(tx: Transaction, code: str) -> tuple[PlanView, ...]:
    """By kind, with the uses since the last good check."""
    row = _row(tx, code)
    query = select(PlanRow, fitness.uses()).where(PlanRow.instrument_id == row.id).order_by(PlanRow.kind)
    return tuple(_plan(plan, used or 0, tx.today) for plan, used in tx.session.execute(query))


def checks(tx: Transaction, code: str, after: str = "", size: int = 20) -> Page[CheckView]:
    """Newest record first, with the papers and the look-back of each; four queries."""
    row = _row(tx, code)
    seen: Page[CheckRow] = page(
        tx, select(CheckRow).where(CheckRow.instrument_id == row.id), CheckRow.id, after, size, lambda check: check
    )
    ids = [check.id for check in seen.items]
    papers: dict[int, tuple[tuple[int, str], ...]] = {}
    attached = select(AttachmentRow).where(AttachmentRow.owner_type == CheckRow.noun, AttachmentRow.owner_id.in_(ids))
    for paper in tx.session.scalars(attached.order_by(AttachmentRow.id)):
        papers[paper.owner_id] = (*papers.get(paper.owner_id, ()), (paper.id, paper.name))
    opened = select(LookBackRow.check_id, LookBackRow.id).where(LookBackRow.check_id.in_(ids))
    backs: dict[int, int] = {check_id: back for check_id, back in tx.session.execute(opened) if check_id}
    items = tuple(_check(check, papers.get(check.id, ()), backs.get(check.id)) for check in seen.items)
    return Page(items, seen.next)


def bookings(tx: Transaction, code: str, size: int = 50) -> tuple[BookingView, ...]:
    """Those that hold it now or later, soonest first."""
    query = select(BookingRow).where(
        BookingRow.instrument_id == _row(tx, code).id,
        BookingRow.ends_at > tx.now,
        BookingRow.cancelled_at.is_(None),
    )
    rows = tx.session.scalars(query.order_by(BookingRow.starts_at).limit(size))
    return tuple(
        BookingView(row.id, row.starts_at, row.ends_at, row.purpose, row.user_name, row.user_id == tx.actor.id)
        for row in rows
    )


def _row(tx: Transaction, code: str) -> InstrumentRow:
    return lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code), "instrument", code)


def _views(
    tx: Transaction,
    rows: list[InstrumentRow],
    parent: str = "",
    components: tuple[str, ...] = (),
    verbs: tuple[Verb, ...] = (),
) -> tuple[InstrumentView, ...]:
    ids = [row.id for row in rows]
    planned, booked = fitness.dues(tx, ids), _booked(tx, ids)
    return tuple(
        _instrument(tx, row, planned.get(row.id, ()), booked.get(row.id, ""), parent, components, verbs)
        for row in rows
    )


def _booked(tx: Transaction, ids: list[int]) -> Mapping[int, str]:
    """Who else holds which instrument at this moment."""
    query = select(BookingRow.instrument_id, BookingRow.user_name).where(
        BookingRow.instrument_id.in_(ids),
        BookingRow.ends_at > tx.now,
        BookingRow.starts_at <= tx.now,
        BookingRow.cancelled_at.is_(None),
        BookingRow.user_id != tx.actor.id,
    )
    return {one.instrument_id: one.user_name for one in tx.session.execute(query)}


def _instrument(
    tx: Transaction,
    row: InstrumentRow,
    dues: tuple[Due, ...],
    booked_by: str,
    parent: str,
    components: tuple[str, ...],
    verbs: tuple[Verb, ...],
) -> InstrumentView:
    here = fitness.equipment(row, dues)
    built: dict[str, Any] = {
        "calibration": fit.calibration(row.calibration_due, tx.today),
        "standing": fit.standing(here, tx.today),
        "dues": tuple(_due(one, tx.today) for one in dues),
        "unfit": fit.unfit(here, tx.today),
        "booked_by": booked_by,
        "parent": parent,
        "components": components,
        "verbs": verbs,
    }
    same = {name: getattr(row, name) for name in InstrumentView.__dataclass_fields__ if name not in built}
    return InstrumentView(**same, **built)


def _due(due: Due, today: date) -> DueView:
    return DueView(due.kind, due.on, due.unit, due.every, due.used, due.word(today))


def _plan(plan: PlanRow, used: int, today: date) -> PlanView:
    due = Due(plan.kind, plan.due_on, plan.unit, plan.every_uses, used, plan.soon_on)
    points = tuple(plan.criteria or ())
    return PlanView(plan.kind, plan.every_days, plan.every_uses, plan.unit, points, plan.done_on, _due(due, today))


def _check(check: CheckRow, papers: tuple[tuple[int, str], ...], look_back_id: int | None) -> CheckView:
    built: dict[str, Any] = {"points": tuple(check.points or ()), "papers": papers, "look_back_id": look_back_id}
    same = {name: getattr(check, name) for name in CheckView.__dataclass_fields__ if name not in built}
    return CheckView(**same, **built)

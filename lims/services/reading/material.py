"""Materials and lots for screens: the list, one lot with its history, what stands on a worksheet. No writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain import material as rules
from lims.domain.numbers.rounding import plain
from lims.domain.rules.refusal import Refusal
from lims.domain.rules.workflow import open_verbs
from lims.persistence.attachment import AttachmentRow
from lims.persistence.material import MaterialLotRow, MaterialRow, MaterialUseRow, MaterialValueRow
from lims.persistence.trail import EventRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services import lookup, material
from lims.services.reading import material_tree
from lims.services.reading.material_tree import Touched, TreeLine
from lims.services.reading.page import Page, Verb, page, verbs
from lims.services.transaction import Transaction
from lims.services.transition import Over

HISTORY = 100


@dataclass(frozen=True)
class MaterialView:
    code: str
    name_zh: str
    name_en: str
    kind: str
    cas: str
    hazard: str
    storage: str
    open_days: int | None


@dataclass(frozen=True)
class LotItem:
    barcode: str
    code: str
    name_zh: str
    name_en: str
    kind: str
    lot_no: str
    supplier: str
    state: str
    last_day: date | None
    validity: str
    """none, past, soon or good; empty for what is not in stock any more."""
    left: str
    place: str
    prepared: bool


@dataclass(frozen=True)
class ValueView:
    analyte: str
    text: str
    """As on the certificate; empty for a computed one."""
    expected: str
    value: str
    unit: str
    expanded: str
    k: str
    steps: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    who: str
    verb: str
    reason: str


@dataclass(frozen=True)
class LotView:
    item: LotItem
    version: int
    cas: str
    hazard: str
    storage: str
    certificate_no: str
    received_on: date
    opened_on: date | None
    expiry: date | None
    open_days: int | None
    extended_until: date | None
    quantity: str
    withdrawn_reason: str
    prepared_by: str
    note: str
    values: tuple[ValueView, ...]
    papers: tuple[tuple[int, str, int], ...]
    """(id, name, bytes)."""
    unusable: tuple[Refusal, ...]
    verbs: tuple[Verb, ...]
    back: tuple[TreeLine, ...]
    forward: tuple[TreeLine, ...]
    touched: Touched
    history: tuple[HistoryLine, ...]


def materials(tx: Transaction) -> tuple[MaterialView, ...]:
    """The whole list by code: a laboratory has some hundreds, and a form chooses from all."""
    tx.require("material:see")
    rows = tx.session.scalars(select(MaterialRow).order_by(MaterialRow.code))
    return tuple(_material(row) for row in rows)


def _material(row: MaterialRow) -> MaterialView:
    return MaterialView(
        row.code, row.name_zh, row.name_en, row.kind, row.cas, row.hazard, row.storage, row.open_days
    )


def listing(
    tx: Transaction, kind: str = "", state: str = "", text: str = "", soon: bool = False, after: str = "",
    size: int = 50,
) -> Page[LotItem]:  # fmt: skip
    """The newest first; ``soon`` leaves what is in stock and ends within thirty days or has ended."""
    tx.require("material:see")
    query = select(MaterialLotRow).join(MaterialLotRow.material).options(joinedload(MaterialLotRow.material))
    if kind:
        query = query.where(MaterialRow.kind == kind)
    if state:
        query = query.where(MaterialLotRow.state == state)
    if soon:
        until = tx.today + timedelta(days=rules.SOON_DAYS)
        query = query.where(MaterialLotRow.last_day <= until, MaterialLotRow.state.in_(sorted(rules.OPEN_STATES)))
    if text.strip():
        columns = (
            MaterialLotRow.barcode, MaterialLotRow.lot_no, MaterialLotRow.certificate_no, MaterialRow.code,
            MaterialRow.name_zh, MaterialRow.name_en,
        )  # fmt: skip
        query = query.where(or_(*(one.icontains(text.strip(), autoescape=True) for one in columns)))
    return page(tx, query, MaterialLotRow.id, after, size, lambda row: item(row, tx.today))


def item(row: MaterialLotRow, on: date) -> LotItem:
    of = row.material
    held = rules.validity(material.as_lot(row), on) if row.state in rules.OPEN_STATES else ""
    left = f"{plain(row.left)} {row.unit}" if row.left is not None else ""
    return LotItem(
        row.barcode, of.code, of.name_zh, of.name_en, of.kind, row.lot_no, row.supplier, row.state, row.last_day, held,
        left, row.place, row.prepared_by is not None,
    )  # fmt: skip


def detail(tx: Transaction, barcode: str) -> LotView:
    """Everything about one lot, in as many queries whatever its tree and its use."""
    row = material.lot(tx, barcode, selectinload(MaterialLotRow.values))
    papers = tx.session.execute(
        select(AttachmentRow.id, AttachmentRow.name, AttachmentRow.size)
        .where(AttachmentRow.owner_type == material.OWNER, AttachmentRow.owner_id == row.id)
        .order_by(AttachmentRow.id)
    ).all()
    return LotView(
        item=item(row, tx.today), version=row.version, cas=row.material.cas, hazard=row.material.hazard,
        storage=row.material.storage, certificate_no=row.certificate_no, received_on=row.received_on,
        opened_on=row.opened_on, expiry=row.expiry, open_days=row.open_days, extended_until=row.extended_until,
        quantity=f"{plain(row.quantity)} {row.unit}" if row.quantity is not None else "",
        withdrawn_reason=row.withdrawn_reason, prepared_by=row.prepared_name, note=row.note,
        values=tuple(_value(value) for value in row.values), papers=tuple((p.id, p.name, p.size) for p in papers),
        unusable=tuple(material_tree.unusable(tx, [row])),
        verbs=verbs(tx, row, open_verbs("material_lot", row.state), Over()),
        back=material_tree.back(tx, [row.id]), forward=material_tree.forward(tx, row.id),
        touched=material_tree.touched(tx, row.id), history=_history(tx, row),
    )  # fmt: skip


def _value(row: MaterialValueRow) -> ValueView:
    return ValueView(
        row.analyte, row.text, material.as_certified(row).expected, plain(row.value), row.unit,
        plain(row.expanded) if row.expanded is not None else "", plain(row.k), tuple(row.steps or ()),
    )  # fmt: skip


def _history(tx: Transaction, row: MaterialLotRow) -> tuple[HistoryLine, ...]:
    query = (
        select(EventRow.at, EventRow.actor_name, EventRow.verb, EventRow.reason)
        .where(EventRow.object_type == MaterialLotRow.__tablename__, EventRow.object_id == row.id)
        .order_by(EventRow.seq.desc())
        .limit(HISTORY)
    )
    return tuple(HistoryLine(*line) for line in tx.session.execute(query))


@dataclass(frozen=True)
class UseView:
    """A lot on a worksheet; ``trouble`` is why it could not be scanned today."""

    id: int
    barcode: str
    name_zh: str
    name_en: str
    kind: str
    lot_no: str
    position: str
    position_id: int | None
    expected: str
    used_by: str
    used_at: datetime
    trouble: tuple[Refusal, ...]


def on_worksheet(tx: Transaction, worksheet_no: str) -> tuple[UseView, ...]:
    """In the order of scanning, without those struck out: one query."""
    query = (
        select(MaterialUseRow, PositionRow.label, PositionRow.expected)
        .join(WorksheetRow, WorksheetRow.id == MaterialUseRow.worksheet_id)
        .outerjoin(PositionRow, PositionRow.id == MaterialUseRow.position_id)
        .where(WorksheetRow.no == worksheet_no, MaterialUseRow.struck_reason == "")
        .options(joinedload(MaterialUseRow.lot).joinedload(MaterialLotRow.material))
        .order_by(MaterialUseRow.id)
    )
    return tuple(_use(tx, *row) for row in tx.session.execute(query))


def _use(tx: Transaction, row: MaterialUseRow, label: str | None, expected: str | None) -> UseView:
    lot, of = row.lot, row.lot.material
    return UseView(
        row.id, lot.barcode, of.name_zh, of.name_en, of.kind, lot.lot_no, label or "", row.position_id, expected or "",
        row.used_name, row.used_at, tuple(rules.refusals(material.as_lot(lot), tx.today)),
    )  # fmt: skip


def named(tx: Transaction, barcode: str) -> bool:
    """Whether a lot has this barcode; anything else that was scanned is looked for elsewhere."""
    query = select(MaterialLotRow.id).where(MaterialLotRow.barcode == barcode.strip().upper())
    return tx.session.scalar(query) is not None


def of_worksheet(tx: Transaction, worksheet_no: str) -> Sequence[TreeLine]:
    """Every lot on a worksheet with its tree back to the certificates."""
    sheet = lookup.worksheet(tx, worksheet_no)
    query = select(MaterialUseRow.lot_id).where(
        MaterialUseRow.worksheet_id == sheet.id, MaterialUseRow.struck_reason == ""
    )
    ids: Any = list(dict.fromkeys(tx.session.scalars(query.order_by(MaterialUseRow.id))))
    return material_tree.back(tx, ids) if ids else ()


@dataclass(frozen=True)
class LookedUp:
    name_zh: str
    name_en: str
    lot_no: str
    left: str
    last_day: date | None
    values: tuple[tuple[str, str], ...]
    trouble: tuple[Refusal, ...]


def looked_up(tx: Transaction, barcodes: Sequence[str]) -> dict[str, LookedUp]:
    """What the barcodes of a form name, as far as they name something; keyed as typed."""
    tx.require("material:see")
    wanted = {barcode.strip().upper(): barcode for barcode in barcodes}
    query = (
        select(MaterialLotRow)
        .where(MaterialLotRow.barcode.in_(sorted(wanted)))
        .options(joinedload(MaterialLotRow.material), selectinload(MaterialLotRow.values))
    )
    found = {}
    for row in tx.session.scalars(query):
        held = item(row, tx.today)
        values = tuple((value.analyte, material.as_certified(value).expected) for value in row.values)
        trouble = tuple(rules.refusals(material.as_lot(row), tx.today))
        found[wanted[row.barcode]] = LookedUp(
            held.name_zh, held.name_en, row.lot_no, held.left, row.last_day, values, trouble
        )
    return found


@dataclass(frozen=True)
class LabelView:
    """What a label says: never more than is true when it is printed."""

    barcode: str
    name_zh: str
    name_en: str
    until: str
    lines: tuple[str, ...]


def label(tx: Transaction, barcode: str) -> LabelView:
    row = material.lot(tx, barcode, selectinload(MaterialLotRow.values))
    of = row.material
    values = tuple(f"{value.analyte} {material.as_certified(value).expected}" for value in row.values[:3])
    who = f"{row.prepared_name} {row.received_on}" if row.prepared_by is not None else row.lot_no
    lines = tuple(filter(None, (*values, who, of.storage, of.hazard)))
    return LabelView(row.barcode, of.name_zh, of.name_en, f"有效至 until {row.last_day}" if row.last_day else "", lines)

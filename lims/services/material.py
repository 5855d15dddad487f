"""Use-cases of a material and its lots: define, receive, open, extend, use up, withdraw, keep its certificate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import material as rules
from lims.domain.dilution import Amount, Certified, amount, certified
from lims.domain.numbering import series
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.attachment import AttachmentRow
from lims.persistence.counters import take
from lims.persistence.material import MaterialLotRow, MaterialRow, MaterialValueRow
from lims.services import facts, lookup, transition
from lims.services.attachment import LARGEST, Paper
from lims.services.transaction import Transaction
from lims.services.transition import Over

MOST_VALUES, MOST_DAYS = 200, 36500
OWNER = "material_lot"


@dataclass(frozen=True)
class DefineMaterial:
    """``open_days`` is the usual shelf life of an opened lot."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    cas: str = ""
    hazard: str = ""
    storage: str = ""
    open_days: int | None = None


def define(tx: Transaction, cmd: DefineMaterial) -> str:
    """A material that lots can be received of; the same code again changes its description."""
    tx.require("material:define")
    if not cmd.code.strip() or not (cmd.name_zh or cmd.name_en).strip():
        raise BadInput("FIELD_NEEDED", field="name_zh" if cmd.code.strip() else "code")
    if cmd.kind not in rules.KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind[:40])
    _days(cmd.open_days)
    code = cmd.code.strip().upper()
    row = tx.session.scalar(select(MaterialRow).where(MaterialRow.code == code))
    new = row is None
    row = row or MaterialRow(code=code)
    if not new and row.kind != cmd.kind:
        raise BadInput("CODE_TAKEN", field="code", value=code)
    row.name_zh, row.name_en = cmd.name_zh.strip() or cmd.name_en.strip(), cmd.name_en.strip() or cmd.name_zh.strip()
    row.kind, row.cas, row.hazard = cmd.kind, cmd.cas.strip(), cmd.hazard.strip()
    row.storage, row.open_days = cmd.storage.strip(), cmd.open_days
    if new:
        tx.add(row, "add")
    else:
        tx.record(row, "edit")
    return code


@dataclass(frozen=True)
class ReceiveLot:
    """``values`` are the certificate's lines: (analyte, text by the one grammar, k or empty)."""

    material: str
    lot_no: str
    supplier: str = ""
    certificate_no: str = ""
    expiry: date | None = None
    received_on: date | None = None
    open_days: int | None = None
    quantity: str = ""
    unit: str = ""
    place: str = ""
    barcode: str = ""
    values: tuple[tuple[str, str, str], ...] = ()


def receive(tx: Transaction, cmd: ReceiveLot) -> str:
    """Takes a lot into stock; of a reference material the certificate must be named (ISO/IEC 17025 6.5, ISO 17034).

    Answers the barcode: the one given, else the house's own next.
    """
    tx.require("material:receive")
    material = material_of(tx, cmd.material)
    if not cmd.lot_no.strip():
        raise BadInput("FIELD_NEEDED", field="lot_no")
    if material.kind == "crm" and not (cmd.certificate_no.strip() and cmd.values):
        raise BadInput("FIELD_NEEDED", field="values" if cmd.certificate_no.strip() else "certificate_no")
    received_on = cmd.received_on or tx.today
    if received_on > tx.today:
        raise BadInput("IN_THE_FUTURE", field="received_on", value=str(received_on))
    _days(cmd.open_days)
    held = amount(cmd.quantity, cmd.unit, field="quantity") if cmd.quantity.strip() else None
    values = read_values(tx, cmd.values)
    row = blank_row(tx, material, cmd.barcode, held)
    row.lot_no, row.supplier, row.certificate_no = cmd.lot_no.strip(), cmd.supplier.strip(), cmd.certificate_no.strip()
    row.received_on, row.expiry, row.place = received_on, cmd.expiry, cmd.place.strip()
    row.open_days = cmd.open_days if cmd.open_days is not None else material.open_days
    row.last_day = as_lot(row).last_day
    transition.act(tx, row, "receive", Over())
    tx.session.flush()  # its values point at it
    for value in values:
        add_value(tx, row, value, None)
    return row.barcode


def read_values(tx: Transaction, lines: Sequence[tuple[str, str, str]]) -> tuple[Certified, ...]:
    """The lines of a certificate; every analyte is of the catalogue and stands once."""
    if len(lines) > MOST_VALUES:
        raise BadInput("TOO_MANY", field="values", most=MOST_VALUES)
    values = tuple(certified(analyte.strip().upper(), text, k) for analyte, text, k in lines)
    named = [value.analyte for value in values]
    known = facts.analytes(tx, named, tx.today)
    for value in values:
        if value.analyte not in known:
            raise BadInput("UNKNOWN_ANALYTE", field="values", text=value.analyte[:40])
        if named.count(value.analyte) > 1:
            raise BadInput("ANALYTE_TWICE", field="values", analyte=value.analyte)
    return values


def blank_row(tx: Transaction, material: MaterialRow, barcode: str, held: Amount | None) -> MaterialLotRow:
    """A new lot under a barcode that no other has; nothing is known of it yet but what it is and how much."""
    code = rules.barcode_read(barcode) if barcode.strip() else _next_barcode(tx)
    if tx.session.scalar(select(MaterialLotRow.id).where(MaterialLotRow.barcode == code)) is not None:
        raise BadInput("CODE_TAKEN", field="barcode", value=code)
    return MaterialLotRow(
        barcode=code, material_id=material.id, lot_no="", supplier="", certificate_no="", opened_on=None, expiry=None,
        open_days=None, extended_until=None, last_day=None, quantity=held.value if held else None,
        left=held.value if held else None, unit=held.unit if held else "", tolerance=None, place="",
        withdrawn_reason="", prepared_by=None, prepared_name="", note="",
    )  # fmt: skip


def _next_barcode(tx: Transaction) -> str:
    return rules.house_barcode(tx.today, take(tx.session, series("material_lot", tx.today)))


def add_value(tx: Transaction, row: MaterialLotRow, value: Certified, steps: Any) -> None:
    tx.add(
        MaterialValueRow(
            lot_id=row.id, analyte=value.analyte, text=value.text, value=value.value, unit=value.unit,
            expanded=value.expanded, k=value.k, steps=steps,
        ),
        "compute" if steps is not None else "certify",
    )  # fmt: skip


def open_lot(tx: Transaction, barcode: str, on: date | None = None) -> None:
    """The first opening, from which the shelf life of the opened bottle counts."""
    row = lot(tx, barcode)
    day = on or tx.today
    if not row.received_on <= day <= tx.today:
        raise BadInput("OPENING_DAY", field="on", value=str(day), received=str(row.received_on))
    row.opened_on = day
    row.last_day = as_lot(row).last_day
    transition.act(tx, row, "open", Over())


def extend(tx: Transaction, barcode: str, until: date, reason: str) -> None:
    """Quality declares, with a reason (a check against a fresh lot), that a lot is good for longer."""
    row = lot(tx, barcode)
    if until < tx.today:
        raise BadInput("IN_THE_PAST", field="until", value=str(until))
    row.extended_until = until
    row.last_day = as_lot(row).last_day
    was_expired = row.state == "expired"
    transition.act(tx, row, "extend", Over(), reason)
    if was_expired and row.opened_on is not None:
        transition.ride(tx, row, "open", reason)  # it was open before it expired


def use_up(tx: Transaction, barcode: str, note: str = "") -> None:
    """Nothing is left of it, or the rest was discarded."""
    row = lot(tx, barcode)
    row.left = row.left * 0 if row.left is not None else None
    transition.act(tx, row, "use_up", Over(), note)


def expire(tx: Transaction, barcode: str) -> None:
    row = lot(tx, barcode)
    last = as_lot(row).last_day
    if last is None or last >= tx.today:
        raise Refused(refusal("MATERIAL_STILL_VALID", lot=row.barcode, until=str(last or "")))
    transition.act(tx, row, "expire", Over())


def withdraw(tx: Transaction, barcode: str, reason: str) -> None:
    """Recalled or found wrong: it is used no more, and what it touched is read by reading/material_tree.py."""
    row = lot(tx, barcode)
    row.withdrawn_reason = reason.strip()
    transition.act(tx, row, "withdraw", Over(), reason)


def attach(tx: Transaction, barcode: str, name: str, media_type: str, content: bytes) -> int:
    """The certificate as a paper; never opened here."""
    tx.require("material:receive")
    if not content or not name.strip():
        raise BadInput("FILE_EMPTY", field="file", name=name[:100])
    if len(content) > LARGEST:
        raise BadInput("FILE_TOO_LARGE", field="file", name=name[:100])
    row = AttachmentRow(
        owner_type=OWNER, owner_id=lot(tx, barcode).id, name=name[-255:], media_type=media_type[:100],
        digest=tx.place.files.put(content), size=len(content), added_at=tx.now, added_name=tx.actor.name,
    )  # fmt: skip
    tx.add(row, "attach")
    tx.session.flush()  # the caller is told the id
    return row.id


def fetch(tx: Transaction, attachment_id: int) -> Paper:
    tx.require("material:see")
    query = select(AttachmentRow).where(AttachmentRow.id == attachment_id, AttachmentRow.owner_type == OWNER)
    row = lookup.one(tx, query, "attachment", attachment_id)
    return Paper(row.name, tx.place.files.get(row.digest))


def material_of(tx: Transaction, code: str) -> MaterialRow:
    return lookup.one(tx, select(MaterialRow).where(MaterialRow.code == code.strip().upper()), "material", code[:40])


def lot(tx: Transaction, barcode: str, *options: Any) -> MaterialLotRow:
    """The lot with its material, by what is printed on its label."""
    tx.require("material:see")
    typed = barcode.strip().upper()
    query = select(MaterialLotRow).where(MaterialLotRow.barcode == typed)
    return lookup.one(tx, query.options(joinedload(MaterialLotRow.material), *options), "material_lot", barcode[:40])


def lots(tx: Transaction, barcodes: Collection[str], *options: Any) -> dict[str, MaterialLotRow]:
    """Many at once, in the order of the barcodes; NotFound names the first that is not there."""
    typed = [barcode.strip().upper() for barcode in barcodes]
    query = select(MaterialLotRow).where(MaterialLotRow.barcode.in_(typed))
    rows = tx.session.scalars(query.options(joinedload(MaterialLotRow.material), *options)).unique()
    found = {row.barcode: row for row in rows}
    missing = next((barcode for barcode in typed if barcode not in found), None)
    if missing is not None:
        raise NotFound("NOT_FOUND", noun="material_lot", no=missing[:40])
    return {barcode: found[barcode] for barcode in typed}


def as_lot(row: MaterialLotRow) -> rules.Lot:
    return rules.Lot(
        row.barcode, row.state or "received", row.expiry, row.opened_on, row.open_days, row.extended_until,
        row.withdrawn_reason,
    )  # fmt: skip


def as_certified(row: MaterialValueRow) -> Certified:
    return Certified(row.analyte, row.value, row.unit, row.expanded, row.k, row.text)


def _days(days: int | None) -> None:
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise BadInput("TOO_MANY", field="open_days", most=MOST_DAYS)

"""Use-case of a working solution: made from lots in date, its contents computed, its place in the tree kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import selectinload

from lims.domain import material as rules
from lims.domain.dilution import AMOUNTS, Amount, Taken, amount, concentrations
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.material import MaterialLotRow, MaterialPartRow
from lims.services import material, transition
from lims.services.reading import material_tree
from lims.services.transaction import Transaction
from lims.services.transition import Over

MOST_PARTS = 60


@dataclass(frozen=True)
class Part:
    barcode: str
    taken: str
    unit: str
    tolerance: str = ""


@dataclass(frozen=True)
class Prepare:
    """``unit`` is what the concentrations are wanted in; without ``expiry`` the earliest parent's holds."""

    material: str
    parts: tuple[Part, ...]
    final: str
    final_unit: str
    final_tolerance: str = ""
    unit: str = ""
    expiry: date | None = None
    place: str = ""
    note: str = ""
    barcode: str = ""
    lot_no: str = ""


def prepare(tx: Transaction, cmd: Prepare) -> str:
    """Answers the barcode of the new lot, which is in use from the start.

    Refused with every reason: a parent expired, withdrawn, used up, not opened or with too little left; a circle.
    """
    tx.require("material:prepare")
    if not 1 <= len(cmd.parts) <= MOST_PARTS:
        raise BadInput("PARTS_NEEDED", field="parts", most=MOST_PARTS)
    own = material.material_of(tx, cmd.material)
    final = amount(cmd.final, cmd.final_unit, cmd.final_tolerance, "final")
    parents = material.lots(tx, [part.barcode for part in cmd.parts], selectinload(MaterialLotRow.values))
    amounts = [amount(part.taken, part.unit, part.tolerance, "taken") for part in cmd.parts]
    taken = tuple(_taken(parents[_code(part)], one) for part, one in zip(cmd.parts, amounts, strict=True))
    refusals = [*_refusals(tx, parents), *_circle(tx, cmd, parents), *_too_little(parents, taken)]
    if refusals:
        raise Refused(*refusals)
    until = _until(tx, cmd, own.open_days, [material.as_lot(row) for row in parents.values()])
    computed = concentrations(taken, final, cmd.unit.strip())
    row = material.blank_row(tx, own, cmd.barcode, final)
    row.lot_no, row.place, row.note = cmd.lot_no.strip() or row.barcode, cmd.place.strip(), cmd.note.strip()
    row.received_on = row.opened_on = tx.today
    row.expiry = row.last_day = until
    row.tolerance, row.prepared_by, row.prepared_name = final.tolerance, tx.actor.id, tx.actor.name
    transition.act(tx, row, "prepare", Over())
    tx.session.flush()  # its parts and values point at it
    _keep_parts(tx, row, parents, taken)
    for one in computed:
        material.add_value(tx, row, one.value, [step.__dict__ for step in one.steps])
    return row.barcode


def _code(part: Part) -> str:
    return part.barcode.strip().upper()


def _taken(row: MaterialLotRow, one: Amount) -> Taken:
    return Taken(row.barcode, one, tuple(material.as_certified(value) for value in row.values))


def _until(tx: Transaction, cmd: Prepare, usual_days: int | None, parents: list[rules.Lot]) -> date | None:
    """The day asked for, which no parent may end before; else the usual life of such a solution, or less."""
    if cmd.expiry is not None:
        if cmd.expiry < tx.today:
            raise BadInput("IN_THE_PAST", field="expiry", value=str(cmd.expiry))
        return rules.prepared_until(cmd.expiry, parents)
    days = [rules.after(tx.today, usual_days)] if usual_days is not None else []
    earliest = rules.prepared_until(None, parents)
    return min([*days, *([earliest] if earliest else [])], default=None)


def _refusals(tx: Transaction, parents: dict[str, MaterialLotRow]) -> list[Refusal]:
    return material_tree.unusable(tx, list(parents.values()))


def _circle(tx: Transaction, cmd: Prepare, parents: dict[str, MaterialLotRow]) -> list[Refusal]:
    """Only a barcode given by hand can name one of the lots it would be made from."""
    if not cmd.barcode.strip():
        return []
    made_from = material_tree.made_from(tx, [row.id for row in parents.values()])
    way = rules.circle(rules.barcode_read(cmd.barcode), parents, made_from)
    return [refusal("MATERIAL_CIRCLE", way=" → ".join(way))] if way else []


def _too_little(parents: dict[str, MaterialLotRow], taken: tuple[Taken, ...]) -> list[Refusal]:
    found = []
    for row in parents.values():
        left, wanted = _stock(row), _all_of(row, taken)
        if left is not None and wanted is not None and wanted > left:
            found.append(refusal("MATERIAL_NOT_ENOUGH", lot=row.barcode, left=f"{row.left} {row.unit}"))
    return found


def _stock(row: MaterialLotRow) -> Fraction | None:
    return None if row.left is None or not row.unit else Fraction(row.left) * AMOUNTS[row.unit][1]


def _all_of(row: MaterialLotRow, taken: tuple[Taken, ...]) -> Fraction | None:
    """All that is taken of the lot, in the base unit of what is kept; None where one is a mass, the other a volume."""
    mine = [one.amount for one in taken if one.lot == row.barcode]
    if not row.unit or any(one.kind != AMOUNTS[row.unit][0] for one in mine):
        return None
    return sum((one.base for one in mine), Fraction(0))


def _keep_parts(
    tx: Transaction, row: MaterialLotRow, parents: dict[str, MaterialLotRow], taken: tuple[Taken, ...]
) -> None:
    for one in taken:
        tx.add(
            MaterialPartRow(
                child_id=row.id, parent_id=parents[one.lot].id, taken=one.amount.value, unit=one.amount.unit,
                tolerance=one.amount.tolerance,
            ),
            "take",
        )  # fmt: skip
    for parent in parents.values():
        left, wanted = _stock(parent), _all_of(parent, taken)
        if left is not None and wanted is not None:
            parent.left = _in_unit(left - wanted, parent.unit)
            tx.record(parent, "take", row.barcode)


def _in_unit(base: Fraction, unit: str) -> Decimal:
    return as_decimal(base / AMOUNTS[unit][1])

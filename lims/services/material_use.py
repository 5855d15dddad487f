"""Use-cases of scan-to-use: a lot onto an open worksheet, as a control where it stands for one, and taken off again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.material import MaterialLotRow, MaterialUseRow, MaterialValueRow
from lims.persistence.worksheet import PositionRow, QcResultRow, WorksheetRow
from lims.services import lookup, material
from lims.services.reading.material_tree import unusable
from lims.services.transaction import Transaction

CERTIFIED = ("crm", "ccv")
"""Controls whose expected values come from the lot's certificate."""


def scan(tx: Transaction, worksheet_no: str, barcode: str, position_id: int | None = None) -> int:
    """Links the lot; at a control position its expected value ± U is taken from the lot's certificate.

    Without a position, a reference material goes to the only control position that waits for one. The same scan twice
    is one use. Refused with each reason: expired, not opened, withdrawn, the worksheet closed, not certified for it.
    """
    tx.require("material:use")
    sheet = lookup.worksheet(tx, worksheet_no)
    lookup.hold(tx, WorksheetRow, sheet.id)
    lot = material.lot(tx, barcode, selectinload(MaterialLotRow.values))
    refusals = unusable(tx, [lot])
    if sheet.state != "open":
        refusals.append(refusal("NOT_IN_THIS_STATE", noun="worksheet", state=sheet.state, verb="use"))
    position = _position(tx, sheet, lot, position_id)
    if refusals:
        raise Refused(*refusals)
    known = _known(tx, sheet.id, lot.id, position)
    if known is not None:
        return known
    if position is not None and position.kind in CERTIFIED:
        _certify(tx, sheet, lot, position)
    row = MaterialUseRow(
        lot_id=lot.id, worksheet_id=sheet.id, position_id=position.id if position else None, used_by=tx.actor.id,
        used_name=tx.actor.name, used_at=tx.now, struck_reason="",
    )  # fmt: skip
    tx.add(row, "use")
    tx.session.flush()  # the caller is told the id
    return row.id


def strike(tx: Transaction, use_id: int, reason: str) -> str:
    """Scanned by mistake: the use stays on record with its reason and counts no more. Answers the worksheet's no."""
    tx.require("material:use")
    query = select(MaterialUseRow).where(MaterialUseRow.id == use_id).options(joinedload(MaterialUseRow.lot))
    row = lookup.one(tx, query, "material_use", use_id)
    sheet = lookup.one(tx, select(WorksheetRow).where(WorksheetRow.id == row.worksheet_id), "worksheet", use_id)
    if not reason.strip():
        raise Refused(refusal("REASON_NEEDED", verb="strike"))
    if sheet.state != "open" or row.struck_reason:
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="worksheet", state=sheet.state, verb="strike"))
    named = select(PositionRow).where(PositionRow.id == row.position_id, PositionRow.kind.in_(CERTIFIED))
    position = tx.session.scalar(named)
    if position is not None:
        _not_found_yet(tx, position)
        position.expected = ""
        tx.record(position, "strike", reason)
    row.struck_reason = reason.strip()
    tx.record(row, "strike", reason)
    return sheet.no


def _known(tx: Transaction, sheet_id: int, lot_id: int, position: PositionRow | None) -> int | None:
    query = select(MaterialUseRow.id).where(
        MaterialUseRow.worksheet_id == sheet_id, MaterialUseRow.lot_id == lot_id, MaterialUseRow.struck_reason == ""
    )
    if position is not None:
        query = query.where(MaterialUseRow.position_id == position.id)
    return tx.session.scalars(query.limit(1)).first()


def _position(
    tx: Transaction, sheet: WorksheetRow, lot: MaterialLotRow, position_id: int | None
) -> PositionRow | None:
    """The control that was named, or for a reference material the first one without a lot, its own before others."""
    query = select(PositionRow).where(PositionRow.worksheet_id == sheet.id, PositionRow.kind != "sample")
    if position_id is not None:
        return lookup.one(tx, query.where(PositionRow.id == position_id), "position", position_id)
    if lot.material.kind != "crm" or _known(tx, sheet.id, lot.id, None) is not None:
        return None
    taken = select(MaterialUseRow.position_id).where(
        MaterialUseRow.worksheet_id == sheet.id, MaterialUseRow.position_id.is_not(None),
        MaterialUseRow.struck_reason == "",
    )  # fmt: skip
    found = select(QcResultRow.position_id).where(QcResultRow.position_id == PositionRow.id).exists()
    waiting = query.where(PositionRow.kind == "crm", PositionRow.id.not_in(taken), ~found)
    rows = tx.session.scalars(waiting.order_by(PositionRow.seq)).all()
    return min((row for row in rows if _asks_for(row, lot)), key=lambda row: not row.material, default=None)


def _asks_for(position: PositionRow, lot: MaterialLotRow) -> bool:
    """Whether the position takes this material: the one that its plan names, or any where none is named."""
    return not position.material.strip() or _bare(position.material) == _bare(lot.material.code)


def _bare(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def _certify(tx: Transaction, sheet: WorksheetRow, lot: MaterialLotRow, position: PositionRow) -> None:
    """What is expected there is said before anything is found there, and never after."""
    _not_found_yet(tx, position)
    here = (MaterialUseRow.position_id == position.id, MaterialUseRow.struck_reason == "")
    if tx.session.scalars(select(MaterialUseRow.id).where(*here).limit(1)).first() is not None:
        raise Refused(refusal("POSITION_HAS_LOT", position=position.label))
    if not _asks_for(position, lot):
        raise Refused(refusal("MATERIAL_OTHER", position=position.label, material=position.material, lot=lot.barcode))
    wanted = _analytes(tx, sheet.id)
    values = {one.analyte: material.as_certified(one).expected for one in lot.values}
    found = [f"{analyte}={values[analyte]}" for analyte in wanted if analyte in values]
    if not found:
        raise Refused(refusal("MATERIAL_NOT_CERTIFIED", lot=lot.barcode, analytes=", ".join(wanted)))
    position.expected = "; ".join(found)
    tx.record(position, "certify", lot.barcode)


def _not_found_yet(tx: Transaction, position: PositionRow) -> None:
    query = select(QcResultRow.id).where(QcResultRow.position_id == position.id).limit(1)
    if tx.session.scalars(query).first() is not None:
        raise Refused(refusal("POSITION_FOUND_ALREADY", position=position.label))


def _analytes(tx: Transaction, sheet_id: int) -> Sequence[str]:
    query = select(AnalysisRow.analyte, AnalysisRow.id).where(AnalysisRow.worksheet_id == sheet_id)
    return list(dict.fromkeys(row.analyte for row in tx.session.execute(query.order_by(AnalysisRow.id))))


def expected(tx: Transaction, position_ids: Sequence[int]) -> dict[tuple[int, str], str]:
    """(position, analyte) -> certified value ± U as the one grammar reads it, for every control that has a lot."""
    if len(position_ids) == 0:
        return {}
    query = (
        select(MaterialUseRow.position_id, MaterialValueRow)
        .join(MaterialValueRow, MaterialValueRow.lot_id == MaterialUseRow.lot_id)
        .where(MaterialUseRow.position_id.in_(position_ids), MaterialUseRow.struck_reason == "")
    )
    found = tx.session.execute(query)
    return {(at, one.analyte): material.as_certified(one).expected for at, one in found if at is not None}

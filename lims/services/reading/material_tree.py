"""The dilution tree both ways: from a lot back to its certificates, and forward to everything that it touched.

One recursive query a direction; a row of the tree that is met twice is told once, so that a circle ends nothing badly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain import material as rules
from lims.domain.dilution import Amount
from lims.domain.rules.permissions import grants
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.certificate import CertificateRow
from lims.persistence.material import MaterialLotRow, MaterialPartRow, MaterialUseRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services import material
from lims.services.transaction import Transaction

MOST_EDGES, MOST_LINES = 2000, 500
Part = MaterialPartRow


@dataclass(frozen=True)
class TreeLine:
    """One lot in its place; ``taken`` is what of it went into the one it stands under (or the other way round)."""

    depth: int
    barcode: str
    code: str
    name_zh: str
    name_en: str
    kind: str
    lot_no: str
    supplier: str
    certificate_no: str
    state: str
    last_day: date | None
    taken: str
    values: tuple[tuple[str, str], ...]
    """(analyte, value ± U with unit) of the lot."""
    again: bool
    """Its own parents stand above already."""


def unusable(tx: Transaction, rows: Sequence[MaterialLotRow]) -> list[Refusal]:
    """Why lots may not be used today: for what they are themselves, or because they were made from a withdrawn one."""
    found = [reason for row in rows for reason in rules.refusals(material.as_lot(row), tx.today)]
    tree = _above([row.id for row in rows])
    query = (
        select(MaterialLotRow.barcode)
        .where(MaterialLotRow.id.in_(select(tree.c.parent_id)), MaterialLotRow.state == "withdrawn")
        .order_by(MaterialLotRow.id)
    )
    mine = {row.barcode for row in rows}
    above = [barcode for barcode in tx.session.scalars(query) if barcode not in mine]
    return [*found, *(refusal("MATERIAL_FROM_WITHDRAWN", lot=", ".join(sorted(mine)), parent=one) for one in above)]


def made_from(tx: Transaction, ids: Sequence[int]) -> dict[str, list[str]]:
    """Of every lot above these and of themselves: the barcodes it was made from."""
    edges = _edges(tx, _above(ids))
    touched = {one for edge in edges for one in (edge.child_id, edge.parent_id)}
    query = select(MaterialLotRow.id, MaterialLotRow.barcode).where(MaterialLotRow.id.in_(touched))
    named = {row.id: row.barcode for row in tx.session.execute(query)}
    found: dict[str, list[str]] = {}
    for edge in edges:
        found.setdefault(named[edge.child_id], []).append(named[edge.parent_id])
    return found


def back(tx: Transaction, ids: Sequence[int]) -> tuple[TreeLine, ...]:
    """The lots, each with what it was made from under it, down to what was bought with a certificate: two queries."""
    return _lines(tx, ids, _edges(tx, _above(ids)), "child_id", "parent_id")


def forward(tx: Transaction, lot_id: int) -> tuple[TreeLine, ...]:
    """The lot, and under it what was made from it."""
    return _lines(tx, [lot_id], _edges(tx, _below(lot_id)), "parent_id", "child_id")


def _above(ids: Sequence[int]) -> CTE:
    tree = select(Part.id, Part.child_id, Part.parent_id).where(Part.child_id.in_(ids)).cte("above", recursive=True)
    return tree.union(select(Part.id, Part.child_id, Part.parent_id).where(Part.child_id == tree.c.parent_id))


def _below(lot_id: int) -> CTE:
    tree = select(Part.id, Part.child_id, Part.parent_id).where(Part.parent_id == lot_id).cte("below", recursive=True)
    return tree.union(select(Part.id, Part.child_id, Part.parent_id).where(Part.parent_id == tree.c.child_id))


def _edges(tx: Transaction, tree: CTE) -> Sequence[MaterialPartRow]:
    query = select(Part).where(Part.id.in_(select(tree.c.id))).order_by(Part.id).limit(MOST_EDGES)
    return tx.session.scalars(query).all()


def _lines(
    tx: Transaction, roots: Sequence[int], edges: Sequence[MaterialPartRow], above: str, below: str
) -> tuple[TreeLine, ...]:
    """Depth first, each branch where it belongs; one met again is named and not told anew."""
    under: dict[int, list[MaterialPartRow]] = {}
    for edge in edges:
        under.setdefault(getattr(edge, above), []).append(edge)
    wanted = {*roots, *(getattr(edge, below) for edge in edges)}
    rows = _rows(tx, wanted)
    found: list[TreeLine] = []
    told: set[int] = set()
    waiting: list[tuple[int, int, str]] = [(root, 0, "") for root in reversed(roots)]
    while waiting and len(found) < MOST_LINES:
        lot_id, depth, taken = waiting.pop()
        again = lot_id in told and lot_id in under
        found.append(_line(rows[lot_id], depth, taken, again))
        if lot_id not in told:
            told.add(lot_id)
            branch = [(getattr(edge, below), depth + 1, _taken(edge)) for edge in under.get(lot_id, ())]
            waiting += reversed(branch)
    return tuple(found)


def _rows(tx: Transaction, ids: Iterable[int]) -> Mapping[int, MaterialLotRow]:
    query = (
        select(MaterialLotRow)
        .where(MaterialLotRow.id.in_(sorted(ids)))
        .options(joinedload(MaterialLotRow.material), selectinload(MaterialLotRow.values))
    )
    return {row.id: row for row in tx.session.scalars(query)}


def _taken(edge: MaterialPartRow) -> str:
    return Amount(edge.taken, edge.unit, edge.tolerance).shown


def _line(row: MaterialLotRow, depth: int, taken: str, again: bool) -> TreeLine:
    values = tuple((value.analyte, material.as_certified(value).expected) for value in row.values)
    of = row.material
    return TreeLine(
        depth, row.barcode, of.code, of.name_zh, of.name_en, of.kind, row.lot_no, row.supplier, row.certificate_no,
        row.state, row.last_day, taken, values, again,
    )  # fmt: skip


@dataclass(frozen=True)
class TouchedResult:
    worksheet_no: str
    lot: str
    """The lot that was scanned there: this one, or one made from it."""
    sample_no: str
    analysis_id: int
    analyte: str
    analyte_zh: str
    analyte_en: str
    result: str
    state: str
    certificate: str
    """Number of a certificate of the sample's lot, to those who may read certificates."""


@dataclass(frozen=True)
class Touched:
    """Everything that a lot came into, by itself or through what was made from it."""

    worksheets: tuple[tuple[str, str, str], ...]
    """(number, state, scanned lot)."""
    results: tuple[TouchedResult, ...]
    certificates: tuple[tuple[str, str], ...]
    """(number, state)."""
    more: bool
    """There are more results than are shown."""


def touched(tx: Transaction, lot_id: int) -> Touched:
    """Three queries: the worksheets, their analyses with results, the certificates of their lots."""
    tree = _below(lot_id)
    mine = or_(MaterialUseRow.lot_id == lot_id, MaterialUseRow.lot_id.in_(select(tree.c.child_id)))
    uses = (
        select(WorksheetRow.id, WorksheetRow.no, WorksheetRow.state, MaterialLotRow.barcode)
        .join(MaterialUseRow, MaterialUseRow.worksheet_id == WorksheetRow.id)
        .join(MaterialLotRow, MaterialLotRow.id == MaterialUseRow.lot_id)
        .where(mine, MaterialUseRow.struck_reason == "")
        .order_by(WorksheetRow.id.desc(), MaterialUseRow.id)
        .limit(MOST_EDGES)
    )
    sheets: dict[int, tuple[str, str, str]] = {}
    for row in tx.session.execute(uses):
        sheets.setdefault(row.id, (row.no, row.state, row.barcode))
    found = _results_of(tx, sorted(sheets)) if sheets else []
    certificates = _certificates(tx, {row.lot_id for row in found})
    results = tuple(_touched(row, sheets[row.sheet_id], certificates) for row in found[:MOST_LINES])
    named = sorted({pair for pairs in certificates.values() for pair in pairs})
    return Touched(tuple(sheets.values()), results, tuple(named), len(found) > MOST_LINES)


def _results_of(tx: Transaction, sheet_ids: Sequence[int]) -> Sequence[Any]:
    """The newest version of each analysis that was entered while it stood on one of these worksheets."""
    later = WorksheetRow.__table__.alias("later")
    place = PositionRow.__table__.alias("later_position")
    moved_on = (
        select(later.c.id)
        .join(place, place.c.worksheet_id == later.c.id)
        .where(
            place.c.sample_id == AnalysisRow.sample_id, later.c.method == AnalysisRow.method,
            later.c.id > WorksheetRow.id, later.c.made_at <= ResultRow.entered_at,
        )
        .exists()
    )  # fmt: skip
    query = (
        select(
            WorksheetRow.id.label("sheet_id"), AnalysisRow.id, AnalysisRow.lot_id, AnalysisRow.analyte,
            AnalysisRow.analyte_zh, AnalysisRow.analyte_en, AnalysisRow.state, SampleRow.no, ResultRow.text,
            ResultRow.unit, ResultRow.number,
        )
        .join(PositionRow, PositionRow.worksheet_id == WorksheetRow.id)
        .join(SampleRow, SampleRow.id == PositionRow.sample_id)
        .join(AnalysisRow, (AnalysisRow.sample_id == SampleRow.id) & (AnalysisRow.method == WorksheetRow.method))
        .join(ResultRow, ResultRow.analysis_id == AnalysisRow.id)
        .where(WorksheetRow.id.in_(sheet_ids), ResultRow.entered_at >= WorksheetRow.made_at, ~moved_on)
        .order_by(WorksheetRow.id.desc(), PositionRow.seq, AnalysisRow.id, ResultRow.number.desc())
        .limit(4 * MOST_LINES)
    )  # fmt: skip
    newest: dict[tuple[int, int], Any] = {}
    for row in tx.session.execute(query):
        newest.setdefault((row.sheet_id, row.id), row)
    return list(newest.values())


def _certificates(tx: Transaction, lot_ids: set[int]) -> dict[int, list[tuple[str, str]]]:
    """By the lot of goods; whoever sees the work blind is not told."""
    if not lot_ids or not grants(tx.actor, "certificate:read"):
        return {}
    query = (
        select(CertificateRow.lot_id, CertificateRow.no, CertificateRow.state)
        .where(CertificateRow.lot_id.in_(sorted(lot_ids)), CertificateRow.no.is_not(None))
        .order_by(CertificateRow.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in tx.session.execute(query):
        found.setdefault(row.lot_id, []).append((str(row.no), row.state))
    return found


def _touched(
    row: Any, sheet: tuple[str, str, str], certificates: Mapping[int, list[tuple[str, str]]]
) -> TouchedResult:
    text = row.text or row.unit
    certificate = ", ".join(no for no, _ in certificates.get(row.lot_id, ()))
    return TouchedResult(
        sheet[0], sheet[2], row.no, row.id, row.analyte, row.analyte_zh, row.analyte_en, text, row.state, certificate
    )


@dataclass(frozen=True)
class OfAnalysis:
    """What was scanned onto one worksheet of the analysis, with its tree, and which versions were entered there."""

    worksheet_no: str
    versions: tuple[int, ...]
    lines: tuple[TreeLine, ...]


def of_analysis(tx: Transaction, analysis_id: int) -> tuple[OfAnalysis, ...]:
    """From each result back to the certificates, a worksheet at a time, in five queries."""
    sheets = _sheets_of(tx, analysis_id)
    query = (
        select(MaterialUseRow.worksheet_id, MaterialUseRow.lot_id)
        .where(MaterialUseRow.worksheet_id.in_([row.id for row in sheets]), MaterialUseRow.struck_reason == "")
        .order_by(MaterialUseRow.id)
    )
    used: dict[int, list[int]] = {}
    for row in tx.session.execute(query) if sheets else ():
        if row.lot_id not in used.setdefault(row.worksheet_id, []):
            used[row.worksheet_id].append(row.lot_id)
    if not used:
        return ()
    versions = tx.session.execute(
        select(ResultRow.number, ResultRow.entered_at).where(ResultRow.analysis_id == analysis_id)
    ).all()
    of_sheet: dict[int, list[int]] = {}
    for number, entered_at in versions:
        at = [row.id for row in sheets if row.made_at <= entered_at]
        of_sheet.setdefault(at[-1] if at else sheets[0].id, []).append(number)
    return tuple(
        OfAnalysis(row.no, tuple(sorted(of_sheet.get(row.id, ()))), back(tx, used[row.id]))
        for row in sheets
        if row.id in used
    )


def _sheets_of(tx: Transaction, analysis_id: int) -> Sequence[Any]:
    """The worksheets of the analysis's method on which its sample has stood, in their order."""
    query = (
        select(WorksheetRow.id, WorksheetRow.no, WorksheetRow.made_at)
        .join(PositionRow, PositionRow.worksheet_id == WorksheetRow.id)
        .join(AnalysisRow, AnalysisRow.sample_id == PositionRow.sample_id)
        .where(AnalysisRow.id == analysis_id, WorksheetRow.method == AnalysisRow.method)
        .distinct()
        .order_by(WorksheetRow.id)
    )
    return tx.session.execute(query).all()

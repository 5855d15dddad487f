"""The same analyses once more: for a further sample of a round, or for a whole new round of its lot."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.services import transition
from lims.services.transaction import Transaction

COPIED = (
    "lot_id",
    "analyte",
    "analyte_zh",
    "analyte_en",
    "method",
    "limit",
    "rule",
    "requirement",
    "unit",
    "origin",
    "origin_reason",
)


def free(tx: Transaction, lot: LotRow) -> list[AnalysisRow]:
    """Proposals of the lot that no sample has taken over yet."""
    query = select(AnalysisRow).where(
        AnalysisRow.lot_id == lot.id, AnalysisRow.sample_id.is_(None), AnalysisRow.state == "proposed"
    )
    return list(tx.session.scalars(query.order_by(AnalysisRow.id)))


def of_a_sample(tx: Transaction, lot: LotRow, number: int) -> list[AnalysisRow]:
    """What a sample of that round is tested for: as its first good sample is, or else its first rejected one was."""
    query = (
        select(AnalysisRow, SampleRow.state)
        .join(SampleRow, AnalysisRow.sample_id == SampleRow.id)
        .where(SampleRow.lot_id == lot.id, SampleRow.round == number)
        .order_by(SampleRow.id, AnalysisRow.id)
    )
    found = tx.session.execute(query).all()
    # what a result ordered is ordered anew where another result asks for it
    own = [(row, state) for row, state in found if row.origin != "ordered"]
    kept = [row for row, state in own if state != "rejected" and row.state != "cancelled"]
    rows = kept or [row for row, state in own if state == "rejected"]
    return [row for row in rows if row.sample_id == rows[0].sample_id]


def propose_again(
    tx: Transaction, rows: Iterable[AnalysisRow], held: Iterable[AnalysisRow], sample_id: int | None
) -> None:
    """Each analysis once more, limit and rule frozen as they were, but for those that are held already."""
    there = {(row.analyte, row.method) for row in held}
    for row in rows:
        if (row.analyte, row.method) not in there:
            there.add((row.analyte, row.method))
            transition.follow(tx, _again(row, sample_id), "propose")


def _again(row: AnalysisRow, sample_id: int | None) -> AnalysisRow:
    values = {name: getattr(row, name) for name in COPIED}
    return AnalysisRow(sample_id=sample_id, analyst_name="", verified_name="", **values)

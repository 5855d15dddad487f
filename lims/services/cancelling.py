"""What falls with a lot: its samples and its open analyses."""

from __future__ import annotations

from sqlalchemy import select

from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.services import lookup, transition
from lims.services.transaction import Transaction

OPEN_ANALYSIS = ("proposed", "waiting", "assigned", "entered", "submitted")
OPEN_SAMPLE = ("drawn", "in_transit", "received", "in_test", "tested")
OPEN_LOT = ("awaiting_samples", "in_test", "reported", "held")


def cancel(tx: Transaction, no: str, reason: str) -> None:
    """Cancel one lot with everything open under it."""
    lot = lookup.lot(tx, no)
    transition.act(tx, lot, "cancel", lookup.over(lot), reason)
    _cancel_under(tx, lot, reason)


def cancel_lot_parts(tx: Transaction, lot: LotRow, reason: str) -> None:
    if lot.state in OPEN_LOT:
        transition.ride(tx, lot, "cancel", reason)
    _cancel_under(tx, lot, reason)


def cancel_analyses(tx: Transaction, sample_id: int, reason: str) -> None:
    """The open analyses of a rejected sample."""
    query = select(AnalysisRow).where(AnalysisRow.sample_id == sample_id, AnalysisRow.state.in_(OPEN_ANALYSIS))
    for analysis in tx.session.scalars(query):
        transition.ride(tx, analysis, "cancel", reason)


def _cancel_under(tx: Transaction, lot: LotRow, reason: str) -> None:
    for sample in tx.session.scalars(select(SampleRow).where(SampleRow.lot_id == lot.id)):
        if sample.state in OPEN_SAMPLE:
            transition.follow(tx, sample, "cancel", reason)
    query = select(AnalysisRow).where(AnalysisRow.lot_id == lot.id, AnalysisRow.state.in_(OPEN_ANALYSIS))
    for analysis in tx.session.scalars(query):
        transition.ride(tx, analysis, "cancel", reason)

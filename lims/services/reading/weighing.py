"""Weighings for screens: those of a worksheet by position, those that nobody has taken yet, and the balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from lims.domain.equipment import unfit
from lims.domain.rules.refusal import Refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.weighing import WeighingRow
from lims.persistence.worksheet import PositionRow, WorksheetRow
from lims.services import fitness
from lims.services.transaction import Transaction

MOST_LOOSE = 50
"""Values that nobody has taken, the newest of them: who weighs looks for one of the last minutes."""
WEIGHS = ("balance", "weighing", "天平", "称量", "ph", "酸度", "电位")
"""Words of a technique by which an instrument stands among those that give single values."""


@dataclass(frozen=True)
class WeighingView:
    id: int
    instrument: str
    position_id: int | None
    symbol: str
    text: str
    protocol: str
    shown: str
    """Value and unit, the digits as printed."""
    tare: str
    source: str
    taken_at: datetime
    taken_by: str


@dataclass(frozen=True)
class Place:
    id: int
    seq: int
    label: str
    weighings: tuple[WeighingView, ...]


@dataclass(frozen=True)
class BalanceView:
    code: str
    name_zh: str
    name_en: str
    working_range: str
    unfit: Refusal | None


@dataclass(frozen=True)
class Bench:
    worksheet: str
    places: tuple[Place, ...]
    loose: tuple[WeighingView, ...]
    balances: tuple[BalanceView, ...]
    open_sheets: tuple[str, ...]


def bench(tx: Transaction, worksheet_no: str) -> Bench:
    """The weighing page; without a worksheet only what is not taken yet."""
    tx.require("result:enter")
    places: tuple[Place, ...] = ()
    if worksheet_no:
        positions = _positions(tx, worksheet_no)
        taken = _views(tx, select(WeighingRow).where(WeighingRow.position_id.in_([row.id for row in positions])))
        places = tuple(
            Place(row.id, row.seq, row.label, tuple(one for one in taken if one.position_id == row.id))
            for row in positions
        )
    loose = _views(tx, select(WeighingRow).where(WeighingRow.position_id.is_(None)).limit(MOST_LOOSE))
    sheets = select(WorksheetRow.no).where(WorksheetRow.state == "open").order_by(WorksheetRow.id.desc()).limit(50)
    return Bench(worksheet_no, places, loose, _balances(tx), tuple(tx.session.scalars(sheets)))


def of_analysis(tx: Transaction, analysis_id: int) -> tuple[WeighingView, ...]:
    """What was weighed for the position of an analysis, the newest first: offered where its result is entered."""
    same = (PositionRow.worksheet_id == AnalysisRow.worksheet_id, PositionRow.seq == AnalysisRow.position)
    places = select(PositionRow.id).join(AnalysisRow, and_(*same)).where(AnalysisRow.id == analysis_id)
    return _views(tx, select(WeighingRow).where(WeighingRow.position_id.in_(places)).limit(20))


def _positions(tx: Transaction, worksheet_no: str) -> Sequence[PositionRow]:
    query = select(PositionRow).join(WorksheetRow, PositionRow.worksheet_id == WorksheetRow.id)
    return list(tx.session.scalars(query.where(WorksheetRow.no == worksheet_no).order_by(PositionRow.seq)))


def _views(tx: Transaction, query: Select[WeighingRow]) -> tuple[WeighingView, ...]:
    rows = list(tx.session.scalars(query.order_by(WeighingRow.id.desc())))
    if not rows:
        return ()
    ids = {row.instrument_id for row in rows}
    owners = tx.session.execute(select(InstrumentRow.id, InstrumentRow.code).where(InstrumentRow.id.in_(ids)))
    codes = {row.id: row.code for row in owners}
    return tuple(
        WeighingView(
            row.id, codes[row.instrument_id], row.position_id, row.symbol, row.text, row.protocol,
            f"{row.value:f} {row.unit}", row.tare, row.source, row.taken_at, row.taken_name,
        )
        for row in rows
    )  # fmt: skip


def _balances(tx: Transaction) -> tuple[BalanceView, ...]:
    words = [InstrumentRow.technique.ilike(f"%{word}%") for word in WEIGHS]
    query = select(InstrumentRow).where(or_(*words)).order_by(InstrumentRow.code).limit(100)
    rows = list(tx.session.scalars(query))
    planned = fitness.dues(tx, [row.id for row in rows])
    return tuple(
        BalanceView(
            row.code, row.name_zh, row.name_en, row.working_range,
            unfit(fitness.equipment(row, planned.get(row.id, ())), tx.today),
        )
        for row in rows
    )  # fmt: skip

"""Waiting work and worksheets: the result grid as values, in run order, with limits and qualities beside the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.batch import DUPLICATE_PERCENT
from lims.domain.rules.refusal import Refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.run import RunRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import BatchRow, BracketRow, PositionRow, WorksheetRow
from lims.services import bracket, facts, judging, lookup
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.reading.page import Page, Verb, page, verbs
from lims.services.transaction import Transaction
from lims.services.transition import Over


@dataclass(frozen=True)
class WaitingMethod:
    method: str
    analyses: int
    samples: int


@dataclass(frozen=True)
class WaitingAnalysis:
    id: int
    sample_no: str
    product: str
    analyte: str
    analyte_zh: str
    analyte_en: str
    method: str
    operator: str
    limit: str
    unit: str


@dataclass(frozen=True)
class WorksheetItem:
    id: int
    no: str
    method: str
    analyst: str
    state: str
    made_at: datetime
    due_at: datetime | None
    batch: str


@dataclass(frozen=True)
class Column:
    analyte: str
    analyte_zh: str
    analyte_en: str
    unit: str


@dataclass(frozen=True)
class JudgedView:
    """A finding with its verdict, and the code with figures that words are made of."""

    analyte: str
    aspect: str
    text: str
    verdict: str
    told: Refusal | None


@dataclass(frozen=True)
class BracketView:
    """Positions that a check holds for one analyte, why, and what may be done about it."""

    id: int
    analyte: str
    first: int
    last: int
    state: str
    finding: str
    told: Refusal | None
    verbs: tuple[Verb, ...] = ()

    def holds(self, seq: int, analyte: str) -> bool:
        return self.state in bracket.STOPS and self.first <= seq <= self.last and self.analyte == analyte


@dataclass(frozen=True)
class PositionView:
    id: int
    seq: int
    kind: str
    label: str
    vial: str
    expected: str
    of_position: int | None
    product: str
    cells: tuple[AnalysisView | None, ...]
    """In the order of the columns; None where the sample does not need the analyte."""
    findings: tuple[tuple[str, str, str], ...]
    """For quality control: (analyte, text, outcome)."""
    judged: tuple[JudgedView, ...] = ()
    """Everything that was found here, what any injection is asked for among it, with what was said of it."""
    dropped: str = ""
    required: bool = False


@dataclass(frozen=True)
class GridView:
    id: int
    no: str
    method: str
    title: str
    formula: str
    state: str
    analyst: str
    analyst_id: int
    instrument: str
    calibration_due: date | None
    made_at: datetime
    due_at: datetime | None
    batch_state: str
    batch_finding: str
    lod: str
    loq: str
    repeatability: str
    """How far duplicates may differ: as the method declares it, else the default of the batch."""
    columns: tuple[Column, ...]
    positions: tuple[PositionView, ...]
    runs: tuple[tuple[str, str, str], ...]
    """(number, state, file name) of the instrument files uploaded to it."""
    batch_told: tuple[Refusal, ...] = ()
    """All that breaks the batch, in words of the reader."""
    brackets: tuple[BracketView, ...] = ()


def going_on() -> ColumnElement[bool]:
    """Not of a request that is paused: its analyses cannot be assigned now."""
    paused = select(LotRow.id).join(RequestRow, LotRow.request_id == RequestRow.id).where(RequestRow.state == "paused")
    return AnalysisRow.lot_id.not_in(paused)


def waiting_methods(tx: Transaction) -> tuple[WaitingMethod, ...]:
    query = (
        select(AnalysisRow.method, func.count(AnalysisRow.id), func.count(AnalysisRow.sample_id.distinct()))
        .where(AnalysisRow.state == "waiting", going_on())
        .group_by(AnalysisRow.method)
        .order_by(AnalysisRow.method)
    )
    return tuple(WaitingMethod(*row) for row in tx.session.execute(query))


def waiting(tx: Transaction, method: str, size: int = 200) -> tuple[WaitingAnalysis, ...]:
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.state == "waiting", AnalysisRow.method == method, going_on())
        .options(
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.lot).joinedload(LotRow.line),
            joinedload(AnalysisRow.result),
        )
        .order_by(AnalysisRow.id)
        .limit(size)
    )
    return tuple(_waiting(row) for row in tx.session.scalars(query))


def _waiting(row: AnalysisRow) -> WaitingAnalysis:
    seen = analysis_view(row)
    return WaitingAnalysis(
        row.id,
        row.sample.no if row.sample else "",
        row.lot.line.product,
        row.analyte,
        row.analyte_zh,
        row.analyte_en,
        row.method,
        seen.operator,
        seen.limit,
        seen.unit,
    )


def listing(
    tx: Transaction, state: str = "", after: str = "", size: int = 50, mine: bool = False
) -> Page[WorksheetItem]:
    query = select(WorksheetRow).options(joinedload(WorksheetRow.batch))
    if state:
        query = query.where(WorksheetRow.state == state)
    if mine:
        query = query.where(WorksheetRow.analyst_id == tx.actor.id)
    return page(tx, query, WorksheetRow.id, after, size, _item)


def _item(row: WorksheetRow) -> WorksheetItem:
    return WorksheetItem(
        row.id,
        row.no,
        row.method,
        row.analyst_name,
        row.state,
        row.made_at,
        row.due_at,
        row.batch.state if row.batch else "",
    )


def grid(tx: Transaction, no: str) -> GridView:
    sheet = lookup.worksheet(
        tx,
        no,
        selectinload(WorksheetRow.positions).selectinload(PositionRow.readings),
        selectinload(WorksheetRow.brackets),
        joinedload(WorksheetRow.batch),
    )
    analyses = _analyses(tx, sheet.id)
    columns = _columns(analyses)
    method = facts.method(tx, sheet.method, tx.today)
    lod, loq = judging.lod_loq(method, "")
    instrument = tx.session.get(InstrumentRow, sheet.instrument_id) if sheet.instrument_id else None
    runs = tx.session.execute(
        select(RunRow.no, RunRow.state, RunRow.name).where(RunRow.worksheet_id == sheet.id).order_by(RunRow.id)
    ).all()
    return GridView(
        id=sheet.id,
        no=sheet.no,
        method=sheet.method,
        title=method.title if method else "",
        formula=(method.formula or "") if method else "",
        state=sheet.state,
        analyst=sheet.analyst_name,
        analyst_id=sheet.analyst_id,
        instrument=instrument.code if instrument else "",
        calibration_due=instrument.calibration_due if instrument else None,
        made_at=sheet.made_at,
        due_at=sheet.due_at,
        batch_state=sheet.batch.state if sheet.batch else "",
        batch_finding=sheet.batch.finding if sheet.batch else "",
        lod=_shown(lod, method),
        loq=_shown(loq, method),
        repeatability=method.repeatability if method and method.repeatability else f"{DUPLICATE_PERCENT}%",
        columns=columns,
        positions=tuple(_position(p, columns, analyses) for p in sheet.positions),
        runs=tuple((run.no, run.state, run.name) for run in runs),
        batch_told=_batch_told(sheet.batch),
        brackets=tuple(_bracket(tx, row) for row in sheet.brackets),
    )


def _batch_told(batch: BatchRow | None) -> tuple[Refusal, ...]:
    told = (_told(one) for one in (batch.judged or ())) if batch is not None else ()
    return tuple(one for one in told if one is not None)


def _told(judged: Mapping[str, Any] | None) -> Refusal | None:
    return Refusal(judged["code"], judged.get("params") or {}) if judged and judged.get("code") else None


def _bracket(tx: Transaction, row: BracketRow) -> BracketView:
    may = verbs(tx, row, ("release", "fail"), Over()) if row.state == "held" else ()
    return BracketView(
        row.id, row.analyte, row.first_seq, row.last_seq, row.state, row.finding, _told(row.judged), may
    )


def _shown(value: object, method: object) -> str:
    return "" if value is None else f"{value} {getattr(method, 'loq_unit', '')}".strip()


def _analyses(tx: Transaction, sheet_id: int) -> Sequence[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == sheet_id)
        .options(
            joinedload(AnalysisRow.result),
            joinedload(AnalysisRow.sample).joinedload(SampleRow.lot).joinedload(LotRow.line),
        )
        .order_by(AnalysisRow.id)
    )
    return tx.session.scalars(query).all()


def _columns(analyses: Sequence[AnalysisRow]) -> tuple[Column, ...]:
    found: dict[str, Column] = {}
    for row in analyses:
        found.setdefault(row.analyte, Column(row.analyte, row.analyte_zh, row.analyte_en, row.unit))
    return tuple(found.values())


def _position(row: PositionRow, columns: tuple[Column, ...], analyses: Sequence[AnalysisRow]) -> PositionView:
    here = {a.analyte: a for a in analyses if row.kind == "sample" and a.position == row.seq}
    first = next(iter(here.values()), None)
    product = first.sample.lot.line.product if first is not None and first.sample is not None else ""
    cells = tuple(analysis_view(here[c.analyte]) if c.analyte in here else None for c in columns)
    findings = tuple((r.analyte, r.text, r.outcome) for r in row.readings if not r.aspect)
    judged = tuple(JudgedView(r.analyte, r.aspect, r.text, r.outcome, _told(r.judged)) for r in row.readings)
    return PositionView(
        row.id,
        row.seq,
        row.kind,
        row.label,
        row.vial,
        row.expected,
        row.of_position,
        product,
        cells,
        findings,
        judged,
        row.dropped,
        row.required,
    )


@dataclass(frozen=True)
class BatchItem:
    worksheet_no: str
    method: str
    analyst: str
    state: str
    finding: str
    verbs: tuple[Verb, ...]
    told: tuple[Refusal, ...]
    brackets: tuple[BracketView, ...]


def batches(tx: Transaction, state: str = "held", after: str = "", size: int = 50) -> Page[BatchItem]:
    """Batches in a state, the newest first, with what may be done about each; held brackets stand with the held."""
    held = exists().where(BracketRow.worksheet_id == WorksheetRow.id, BracketRow.state == "held")
    mine = BatchRow.state == state
    query = (
        select(WorksheetRow)
        .join(BatchRow, BatchRow.worksheet_id == WorksheetRow.id)
        .where(or_(mine, held) if state == "held" else mine)
        .options(joinedload(WorksheetRow.batch), selectinload(WorksheetRow.brackets))
    )
    return page(tx, query, WorksheetRow.id, after, size, lambda sheet: _batch(tx, sheet))


def _batch(tx: Transaction, sheet: WorksheetRow) -> BatchItem:
    batch = sheet.batch
    assert batch is not None
    may = verbs(tx, batch, ("release", "fail"), Over()) if batch.state == "held" else ()
    brackets = tuple(_bracket(tx, row) for row in sheet.brackets)
    return BatchItem(
        sheet.no, sheet.method, sheet.analyst_name, batch.state, batch.finding, may, _batch_told(batch), brackets
    )

"""A worksheet as a run is held against it: its positions, what is asked for at each, and what stands there now.

Columns where columns will do, for a worksheet of many residues has thousands of analyses. It writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, select, type_coerce
from sqlalchemy.orm import joinedload, selectinload

from lims.domain import matching
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.run import ReadingRow, SampleNamingRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import facts, lookup, run_members, run_names
from lims.services.transaction import Transaction
from lims.services.transition import Over


class Target(NamedTuple):
    """An analysis of the worksheet as far as a reading is held against it."""

    id: int
    lot_id: int
    sample_id: int | None
    position: int | None
    analyte: str
    analyte_en: str
    analyte_zh: str
    method: str
    unit: str
    state: str
    result_id: int | None
    limit_text: str | None

    @property
    def limit(self) -> Mapping[str, Any]:
        return _limit(self.limit_text)


@lru_cache(maxsize=4096)
def _limit(text: str | None) -> Mapping[str, Any]:
    """Limits repeat themselves from sample to sample, and reading their JSON is what costs."""
    return MappingProxyType(json.loads(text) or {}) if text else MappingProxyType({})


@dataclass(frozen=True)
class Bench:
    """The worksheet as a run is held against it."""

    sheet: WorksheetRow
    instrument: InstrumentRow
    index: matching.Index
    wanted: tuple[matching.Wanted, ...]
    targets: Mapping[int, Target]
    samples: Mapping[int, str]
    """Sample numbers by id."""
    stored: Mapping[int, str]
    """By analysis, the text of the result that stands."""
    raw: Mapping[int, tuple[str, str]]
    """By analysis, the text and unit that its result came from, as the instrument printed it."""
    lone: Mapping[str, int] = field(default_factory=dict)
    """By kind of quality control, the position of that kind where the worksheet has just one."""

    def overs(self, tx: Transaction, ids: Collection[int]) -> dict[int, Over]:
        """The chains above analyses, for keeping duties apart."""
        lots = {self.targets[id].lot_id for id in ids}
        query = select(LotRow.id, LotRow.request_id).where(LotRow.id.in_(lots))
        asked = {row.id: row.request_id for row in tx.session.execute(query)}
        return {
            id: Over(asked[one.lot_id], one.lot_id, one.sample_id, id)
            for id, one in ((id, self.targets[id]) for id in ids)
        }


def bench(tx: Transaction, worksheet_id: int, instrument_id: int) -> Bench:
    query = select(WorksheetRow).where(WorksheetRow.id == worksheet_id).options(selectinload(WorksheetRow.positions))
    sheet = lookup.one(tx, query, "worksheet", worksheet_id)
    instrument = tx.session.get_one(InstrumentRow, instrument_id)
    rows = _targets(tx, worksheet_id)
    numbers = select(SampleRow.id, SampleRow.no).where(
        SampleRow.id.in_(select(AnalysisRow.sample_id).where(AnalysisRow.worksheet_id == worksheet_id))
    )
    samples = {row.id: row.no for row in tx.session.execute(numbers)}
    places = [
        matching.Place(p.id, p.kind, (p.label, p.vial, samples.get(p.sample_id or 0, ""))) for p in sheet.positions
    ]
    wanted = _wanted(tx, sheet, rows)
    pattern = tx.session.scalars(
        select(SampleNamingRow.pattern).where(SampleNamingRow.instrument_id == instrument_id)
    ).first()
    index = matching.Index(places, wanted, instrument.aliases or {}, run_names.extractor(pattern or ""))
    kinds = [p.kind for p in sheet.positions]
    lone = {p.kind: p.id for p in sheet.positions if p.kind != "sample" and kinds.count(p.kind) == 1}
    targets = {row.id: row for row in rows}
    return Bench(
        sheet, instrument, index, wanted, targets, samples, *_standing(tx, worksheet_id), lone
    )


def _targets(tx: Transaction, worksheet_id: int) -> list[Target]:
    """Columns only: a worksheet of many residues has thousands of analyses, and most are looked at once."""
    here = AnalysisRow
    query = select(
        here.id, here.lot_id, here.sample_id, here.position, here.analyte, here.analyte_en, here.analyte_zh,
        here.method, here.unit, here.state, here.result_id, type_coerce(here.limit, Text),
    ).where(here.worksheet_id == worksheet_id)  # fmt: skip
    return [Target._make(row) for row in tx.session.connection().execute(query.order_by(here.id))]


def analyses(tx: Transaction, sheet_id: int) -> Sequence[AnalysisRow]:
    """The whole rows, with sample, result, lot and request."""
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == sheet_id)
        .order_by(AnalysisRow.id)
        .options(
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.result),
            joinedload(AnalysisRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
        )
    )
    return list(tx.session.scalars(query).unique())


def _wanted(tx: Transaction, sheet: WorksheetRow, rows: Sequence[Target]) -> tuple[matching.Wanted, ...]:
    at = {p.seq: p.id for p in sheet.positions}
    known = facts.analytes(tx, {row.analyte for row in rows}, tx.today)
    words: dict[tuple[str, str, str], tuple[str, ...]] = {}
    own = []
    for row in rows:
        key = (row.analyte, row.analyte_en, row.analyte_zh)
        if key not in words:
            cas = known[row.analyte].cas if row.analyte in known else ""
            words[key] = matching.words_of(*key, cas)
        own.append(
            matching.Wanted(
                row.id, at.get(row.position or 0, 0), words[key], row.result_id is not None,
                row.state in run_members.OPEN,
            )
        )
    return (*own, *_of_groups(tx, sheet, rows, at))


def _of_groups(
    tx: Transaction, sheet: WorksheetRow, rows: Sequence[Target], at: Mapping[int, int]
) -> tuple[matching.Wanted, ...]:
    """The members of the worksheet's groups; most worksheets have none, and then no row is loaded for them."""
    days = select(RequestRow.decided_on).join(LotRow, LotRow.request_id == RequestRow.id)
    mine = select(AnalysisRow.lot_id).where(AnalysisRow.worksheet_id == sheet.id)
    codes = {row.analyte for row in rows}
    groups: set[str] = set()
    for on in tx.session.scalars(days.where(LotRow.id.in_(mine)).distinct()):
        groups |= {code for code, one in facts.analytes(tx, codes, on).items() if one.sum_members}
    if not groups:
        return ()
    return run_members.wanted(tx, [row for row in analyses(tx, sheet.id) if row.analyte in groups], at)


def _standing(tx: Transaction, sheet_id: int) -> tuple[dict[int, str], dict[int, tuple[str, str]]]:
    """By analysis, the result that stands, and the reading that it came from where one did."""
    query = (
        select(AnalysisRow.id, ResultRow.text, ReadingRow.value_text, ReadingRow.unit_text)
        .join(ResultRow, AnalysisRow.result_id == ResultRow.id)
        .outerjoin(
            ReadingRow, and_(ReadingRow.result_id == ResultRow.id, ReadingRow.analysis_id == AnalysisRow.id)
        )
        .where(AnalysisRow.worksheet_id == sheet_id)
    )
    stored, raw = {}, {}
    for id, text, value, unit in tx.session.execute(query):
        stored[id] = text
        if value is not None:
            raw[id] = (value, unit)
    return stored, raw

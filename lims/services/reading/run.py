"""An instrument run for its preview: every reading as printed beside what will be stored and what stands there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.rules.workflow import open_verbs
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow
from lims.persistence.run import RunRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import lookup, run_members
from lims.services.members import READ_STATES
from lims.services.reading.page import Verb, verbs
from lims.services.run_members import Missing
from lims.services.transaction import Transaction
from lims.services.transition import Over


@dataclass(frozen=True)
class ReadingView:
    n: int
    sample_text: str
    analyte_text: str
    value_text: str
    unit_text: str
    flag: str
    role: str
    source: dict[str, Any]
    match: str
    problem: str
    analysis_id: int | None
    analyte_zh: str
    analyte_en: str
    stored: str
    """The result that stands at the analysis now, as typed; empty where there is none."""
    accepted: bool


@dataclass(frozen=True)
class RunView:
    no: str
    state: str
    worksheet_no: str
    adapter: str
    name: str
    digest: str
    size: int
    encoding: str
    received_by: str
    received_at: datetime
    result_cells: int
    skipped: dict[str, int]
    notices: tuple[dict[str, Any], ...]
    problem: str
    counts: dict[str, int]
    readings: tuple[ReadingView, ...]
    missing: tuple[Missing, ...]
    """Groups without a result that the file does not fill."""
    verbs: tuple[Verb, ...]


def detail(tx: Transaction, no: str) -> RunView:
    query = select(RunRow).where(RunRow.no == no).options(selectinload(RunRow.readings))
    run = lookup.one(tx, query, "run", no)
    sheet = tx.session.get_one(WorksheetRow, run.worksheet_id)
    analyses = {
        row.id: row
        for row in tx.session.scalars(
            select(AnalysisRow)
            .where(AnalysisRow.worksheet_id == run.worksheet_id)
            .options(joinedload(AnalysisRow.result), joinedload(AnalysisRow.lot).joinedload(LotRow.request))
        )
    }
    counts = Counter(row.match for row in run.readings)
    return RunView(
        run.no,
        run.state,
        sheet.no,
        run.adapter,
        run.name,
        run.digest,
        run.size,
        run.encoding,
        run.received_name,
        run.received_at,
        run.result_cells,
        dict(run.skipped or {}),
        tuple(run.notices or ()),
        run.problem,
        dict(counts),
        tuple(_reading(row, analyses.get(row.analysis_id or 0)) for row in run.readings),
        run_members.lacking(tx, run.readings, analyses) if run.state in READ_STATES else (),
        verbs(tx, run, open_verbs("run", run.state), Over()),
    )


def _reading(row: Any, analysis: AnalysisRow | None) -> ReadingView:
    stored = analysis.result.text if analysis is not None and analysis.result is not None else ""
    return ReadingView(
        row.n,
        row.sample_text,
        row.analyte_text,
        row.value_text,
        row.unit_text,
        row.flag,
        row.role,
        row.source,
        row.match,
        row.problem,
        row.analysis_id,
        analysis.analyte_zh if analysis else "",
        analysis.analyte_en if analysis else "",
        stored,
        row.result_id is not None,
    )

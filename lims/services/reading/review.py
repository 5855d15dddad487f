"""What waits for a second person: submitted analyses by worksheet, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.rules.refusal import Refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import batch, bracket, lookup, members, transition
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class ReviewItem:
    analysis: AnalysisView
    sample_no: str
    product: str
    worksheet_no: str
    batch_state: str
    refusals: tuple[Refusal, ...]
    clean: bool
    """Passes or has no limit, batch in order, no correction: may be verified together with the others."""


def queue(tx: Transaction, size: int = 100) -> tuple[ReviewItem, ...]:
    tx.require("result:verify")
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.state == "submitted")
        .options(
            joinedload(AnalysisRow.result),
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.lot).joinedload(LotRow.line),
            joinedload(AnalysisRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
        )
        .order_by(AnalysisRow.id)
        .limit(size)
    )
    rows = tx.session.scalars(query).all()
    sheets = _sheets(tx, {row.worksheet_id for row in rows if row.worksheet_id})
    stopped = {sheet_id: tuple(batch.standing(tx, sheet_id)) for sheet_id in sheets}
    brackets = bracket.standing(tx, set(sheets))
    return tuple(_item(tx, row, sheets, stopped, bracket.refusals(row, brackets.get(row.worksheet_id or 0, ())))
                 for row in rows)


def _sheets(tx: Transaction, ids: set[int]) -> dict[int, WorksheetRow]:
    query = select(WorksheetRow).where(WorksheetRow.id.in_(ids)).options(joinedload(WorksheetRow.batch))
    return {row.id: row for row in tx.session.scalars(query)}


def _item(
    tx: Transaction, row: AnalysisRow, sheets: dict[int, WorksheetRow], stopped: dict[int, tuple[Refusal, ...]],
    held: list[Refusal],
) -> ReviewItem:
    sheet = sheets.get(row.worksheet_id or 0)
    state = sheet.batch.state if sheet is not None and sheet.batch is not None else ""
    seen = analysis_view(row)
    result = seen.result
    clean = result is not None and result.verdict in ("PASS", "NO_LIMIT") and result.number == 1 and state != "held"
    refusals = (
        *transition.can(tx, row, "verify", lookup.over(row)),
        *stopped.get(row.worksheet_id or 0, ()),
        *held,
        *members.refusals(row.result),
    )
    return ReviewItem(
        seen,
        row.sample.no if row.sample else "",
        row.lot.line.product,
        sheet.no if sheet else "",
        state,
        refusals,
        clean and not refusals,
    )

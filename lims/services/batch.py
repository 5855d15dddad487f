"""The batch of a worksheet: what was found at its quality-control positions, and whether it lets results out."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain import batch as rules
from lims.domain.numbers.entry import read_entry
from lims.domain.replicate import repeatability_from
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.worksheet import PositionRow, QcResultRow, WorksheetRow
from lims.services import facts, judging, lookup, transition
from lims.services.transaction import Transaction


def enter(tx: Transaction, position_id: int, analyte: str, text: str) -> None:
    """Keep a quality-control finding as typed; a changed one is a new version of its row with its event."""
    position = lookup.one(tx, select(PositionRow).where(PositionRow.id == position_id), "position", position_id)
    if position.kind == "sample":
        raise BadInput("NOT_A_QC_POSITION", field="position")
    entry = read_entry(text)
    if entry.status in ("refused", "not_measured"):
        raise BadInput("NOT_A_RESULT", field="text", text=text[:200])
    query = select(QcResultRow).where(QcResultRow.position_id == position_id, QcResultRow.analyte == analyte)
    row = tx.session.scalars(query).one_or_none()
    if row is None:
        row = QcResultRow(position_id=position_id, analyte=analyte, text=text, outcome="", note="")
        tx.add(row, "record")
    else:
        row.text = text
        tx.record(row, "correct")
    tx.session.flush()  # judged together with what else the batch holds
    judge(tx, position.worksheet_id)


def judge(tx: Transaction, worksheet_id: int) -> None:
    """Pass the batch when every position is found good, hold it when one is not (decision_rules section 8)."""
    sheet = _sheet(tx, worksheet_id)
    outcome = _outcome(tx, sheet)
    batch = sheet.batch
    assert batch is not None
    if outcome.verdict == "broken" and batch.state in ("running", "passed", "released"):
        batch.finding = outcome.finding[:300]
        transition.follow(tx, batch, "hold", outcome.finding)
    elif outcome.verdict == "good" and batch.state == "running":
        transition.follow(tx, batch, "pass")


def _outcome(tx: Transaction, sheet: WorksheetRow) -> rules.Outcome:
    return rules.judge(tuple(_finding(tx, sheet, one) for one in sheet.positions if one.kind != "sample"))


def standing(tx: Transaction, worksheet_id: int) -> list[Refusal]:
    """Why results of this worksheet could not be verified now, looked at without moving anything."""
    sheet = _sheet(tx, worksheet_id)
    batch = sheet.batch
    if batch is None or batch.state in ("passed", "released"):
        return []
    if batch.state == "running":
        outcome = _outcome(tx, sheet)
        return [] if outcome.verdict == "good" else [_why(sheet, "running", outcome.finding)]
    return [_why(sheet, batch.state, batch.finding)]


def _why(sheet: WorksheetRow, state: str, finding: str) -> Refusal:
    code = {"held": "BATCH_HELD", "running": "QC_OPEN"}.get(state, "BATCH_FAILED")
    return refusal(code, worksheet=sheet.no, finding=finding)


def _sheet(tx: Transaction, worksheet_id: int) -> WorksheetRow:
    query = (
        select(WorksheetRow)
        .where(WorksheetRow.id == worksheet_id)
        .options(
            selectinload(WorksheetRow.positions).selectinload(PositionRow.readings),
            joinedload(WorksheetRow.batch),
        )
    )
    return tx.session.scalars(query.execution_options(populate_existing=False)).one()


def _finding(tx: Transaction, sheet: WorksheetRow, position: PositionRow) -> rules.Finding:
    method = facts.method(tx, sheet.method, tx.today)
    _, loq = judging.lod_loq(method, "")
    texts = tuple((row.analyte, row.text) for row in position.readings)
    partner = _partner(tx, sheet, position)
    declared = repeatability_from(method.repeatability) if method is not None else None
    unit = method.loq_unit if method is not None else ""
    return rules.Finding(
        position.kind, position.label, position.expected, texts, loq, partner, _wanted(tx, sheet, position), declared,
        unit,
    )


def _wanted(tx: Transaction, sheet: WorksheetRow, position: PositionRow) -> tuple[str, ...]:
    """The analytes that must be found at the position: all of the worksheet in a blank, those repeated in a duplicate.

    A reference material certifies what it certifies, so nothing more is asked of it than one value.
    """
    if position.kind not in ("blank", "duplicate"):
        return ()
    query = select(AnalysisRow.analyte).where(AnalysisRow.worksheet_id == sheet.id, AnalysisRow.state != "cancelled")
    query = query.where(~AnalysisRow.analyte.endswith(facts.RATIO, autoescape=True))  # reckoned, never measured
    if position.of_position is not None:
        query = query.where(AnalysisRow.position == position.of_position)
    return tuple(tx.session.scalars(query.distinct().order_by(AnalysisRow.analyte)))


def _partner(tx: Transaction, sheet: WorksheetRow, position: PositionRow) -> tuple[tuple[str, str], ...]:
    """The results of the position that a duplicate or spike repeats, as (analyte, text)."""
    if position.of_position is None:
        return ()
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.worksheet_id == sheet.id, AnalysisRow.position == position.of_position)
        .options(joinedload(AnalysisRow.result))
    )
    return tuple((row.analyte, _found(row.result)) for row in tx.session.scalars(query) if row.result is not None)


def _found(result: ResultRow) -> str:
    """The text as it was found: a duplicate repeats the reading, not what was corrected or put on another basis."""
    parts = (result.calculation or {}).get("parts") or ()
    return next((f"{result.qualifier}{part['raw']}" for part in parts if part.get("raw")), result.text)


def refusals(tx: Transaction, row: AnalysisRow) -> list[Refusal]:
    """Why the analysis's batch does not let it be verified; a worksheet without quality control passes as it is."""
    if row.worksheet_id is None:
        return []
    sheet = _sheet(tx, row.worksheet_id)
    batch = sheet.batch
    if batch is None or batch.state in ("passed", "released"):
        return []
    if batch.state == "running":
        judge(tx, sheet.id)
    if batch.state in ("passed", "released"):
        return []
    return [_why(sheet, batch.state, batch.finding)]


def release(tx: Transaction, worksheet_no: str, reason: str) -> None:
    """A held batch is released by a second person with a reason; never by an analyst of it."""
    sheet = _sheet(tx, lookup.worksheet(tx, worksheet_no).id)
    mine = tx.session.scalars(
        select(AnalysisRow.id).where(AnalysisRow.worksheet_id == sheet.id, AnalysisRow.analyst_id == tx.actor.id)
    ).first()
    if mine is not None:
        raise Refused(refusal("DUTIES_APART", duty="reviewer", other="analyst"))
    assert sheet.batch is not None
    transition.act(tx, sheet.batch, "release", transition.Over(), reason)

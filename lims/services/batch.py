"""The batch of a worksheet: what was found at its quality-control positions, and whether it lets results out."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lims.domain import batch as rules
from lims.domain.calibration import calibration_from
from lims.domain.injection import identity_from
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.worksheet import BatchRow, PositionRow, QcResultRow, WorksheetRow
from lims.services import bracket, control_chart, findings, lookup, transition, voiding
from lims.services.findings import Judged, Sheet, as_json
from lims.services.transaction import Transaction


def enter(tx: Transaction, position_id: int, analyte: str, text: str, aspect: str = "") -> None:
    """Keep a quality-control finding as typed; a changed one is a new version of its row with its event.

    With an ``aspect`` it is what any injection is asked for: ``internal_standard`` in per cent, or ``identity``.
    """
    position = _position(tx, position_id)
    _readable(position, text, aspect)
    row = next((one for one in position.readings if (one.analyte, one.aspect) == (analyte, aspect)), None)
    if row is None:
        row = QcResultRow(position_id=position_id, analyte=analyte, aspect=aspect, text=text, outcome="", note="")
        position.readings.append(row)
        tx.add(row, "record")
    else:
        row.text = text
        tx.record(row, "correct")
    tx.session.flush()  # judged together with what else the batch holds
    judge(tx, position.worksheet_id)


def _position(tx: Transaction, position_id: int) -> PositionRow:
    """With its findings, once nobody else is at its worksheet: of two who enter at once, the second sees both."""
    query = select(PositionRow.worksheet_id).where(PositionRow.id == position_id)
    worksheet_id = tx.session.scalar(query)
    if worksheet_id is not None:
        lookup.hold(tx, WorksheetRow, worksheet_id)
    whole = select(PositionRow).where(PositionRow.id == position_id).options(selectinload(PositionRow.readings))
    return lookup.one(tx, whole, "position", position_id)


def _readable(position: PositionRow, text: str, aspect: str) -> None:
    if aspect not in rules.ASPECTS:
        raise BadInput("UNKNOWN_CHOICE", field="aspect", value=aspect[:20])
    if position.kind == "sample" and not aspect:
        raise BadInput("NOT_A_QC_POSITION", field="position")
    if position.dropped:
        raise BadInput("POSITION_DROPPED", field="position", label=position.label)
    if aspect == rules.IDENTITY:
        identity_from(text)
    elif position.kind == "calibration" and not aspect:
        calibration_from(text)
    elif read_entry(text).status in ("refused", "not_measured"):
        raise BadInput("NOT_A_RESULT", field="text", text=text[:200])


def judge(tx: Transaction, worksheet_id: int) -> None:
    """Pass the batch when every position is found good, hold it when one is not (decision_rules section 8).

    What a continuing check or a single injection breaks holds its bracket and not the whole batch. A batch that was
    released is held again by a finding that was not there when it was.
    """
    sheet = findings.sheet_of(tx, worksheet_id)
    found = control_chart.follow(tx, sheet, findings.judged(sheet))
    _keep(tx, found)
    bracket.follow(tx, sheet, found)
    batch = sheet.row.batch
    assert batch is not None
    broken = tuple(one.outcome for one in found if one.outcome.verdict == "broken" and not one.holds_a_part)
    if broken:
        _hold(tx, batch, broken)
    elif batch.state == "running" and not any(one.outcome.verdict == "open" for one in found):
        transition.follow(tx, batch, "pass")


def _hold(tx: Transaction, batch: BatchRow, broken: tuple[rules.Outcome, ...]) -> None:
    told = [as_json(one) for one in broken]
    if batch.judged == told:
        return
    known = {one["finding"] for one in batch.judged or ()}
    fresh = any(one["finding"] not in known for one in told)
    if batch.state not in ("running", "passed", "held") and not fresh:
        return
    batch.finding, batch.judged = broken[0].finding[:300], told
    if batch.state in ("running", "passed", "released"):
        transition.follow(tx, batch, "hold", batch.finding)
    elif batch.state == "held":
        tx.record(batch, "judge", batch.finding)


def _keep(tx: Transaction, found: tuple[Judged, ...]) -> None:
    """Each finding remembers what was said of it, with the rule, the window and the figures."""
    for one in found:
        if one.found is None:
            continue
        told = {"code": one.outcome.code, "params": dict(one.outcome.params)}
        if one.found.outcome != one.outcome.verdict or one.found.judged != told:
            one.found.outcome, one.found.judged = one.outcome.verdict, told
            tx.record(one.found, "judge", one.outcome.finding)


def standing(tx: Transaction, worksheet_id: int) -> list[Refusal]:
    """Why results of this worksheet could not be verified now, looked at without moving anything."""
    sheet = findings.sheet_of(tx, worksheet_id)
    batch = sheet.row.batch
    if batch is None or batch.state in ("passed", "released"):
        return []
    if batch.state == "running":
        found = control_chart.seen(tx, findings.judged(sheet))
        outcome = rules.worst(tuple(one.outcome for one in found if _stops(one)))
        return [] if outcome.verdict == "good" else [_why(sheet, "running", outcome)]
    return [_why(sheet, batch.state, None)]


def _stops(one: Judged) -> bool:
    return not one.holds_a_part or one.outcome.verdict == "open"


def _why(sheet: Sheet, state: str, outcome: rules.Outcome | None) -> Refusal:
    code = {"held": "BATCH_HELD", "running": "QC_OPEN"}.get(state, "BATCH_FAILED")
    batch = sheet.row.batch
    assert batch is not None
    told = as_json(outcome) if outcome is not None else (batch.judged or [None])[0]
    finding = outcome.finding if outcome is not None else batch.finding
    return refusal(code, worksheet=sheet.row.no, finding=bracket.told(told, finding))


def refusals(tx: Transaction, row: AnalysisRow) -> list[Refusal]:
    """Why the analysis's batch does not let it be verified; a worksheet without quality control passes as it is.

    It is judged as it stands at this moment, so that a corrected result is compared with its duplicate once more.
    """
    if row.worksheet_id is None:
        return []
    lookup.hold(tx, WorksheetRow, row.worksheet_id)
    judge(tx, row.worksheet_id)
    tx.session.flush()
    held = bracket.standing(tx, (row.worksheet_id,)).get(row.worksheet_id, ())
    return [*standing(tx, row.worksheet_id), *bracket.refusals(row, held)]


def release(tx: Transaction, worksheet_no: str, reason: str) -> None:
    """A held batch is released by a second person with a reason; never by an analyst of it."""
    batch = _batch(tx, worksheet_no)
    transition.act(tx, batch, "release", transition.Over(), reason, also=voiding.own_work(tx, batch.worksheet_id))


def fail(tx: Transaction, worksheet_no: str, reason: str) -> int:
    """A held batch failed: its analyses are void and wait anew; returns how many."""
    batch = _batch(tx, worksheet_no)
    here = voiding.analyses(tx, batch.worksheet_id)
    also = [*voiding.own_work(tx, batch.worksheet_id), *voiding.refusals(here)]
    transition.act(tx, batch, "fail", transition.Over(), reason, also=also)
    return voiding.void(tx, here, reason)


def _batch(tx: Transaction, worksheet_no: str) -> BatchRow:
    sheet = lookup.worksheet(tx, worksheet_no)
    lookup.hold(tx, WorksheetRow, sheet.id)
    batch = tx.session.scalars(select(BatchRow).where(BatchRow.worksheet_id == sheet.id)).one_or_none()
    if batch is None:
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="batch", state="", verb="release"))
    return batch

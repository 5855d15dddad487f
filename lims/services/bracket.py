"""Brackets: the positions that a broken check holds, released by somebody who did not measure them, or failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from lims.domain import bracket as rules
from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.worksheet import BracketRow, WorksheetRow
from lims.services import lookup, transition, voiding
from lims.services.findings import Judged, Sheet, as_json
from lims.services.transaction import Transaction

STOPS = ("held", "failed")


def follow(tx: Transaction, sheet: Sheet, found: Sequence[Judged]) -> None:
    """Hold what every broken check of the worksheet is about; a released bracket is held again by a new finding only.

    A bracket whose check is good after a correction stays held until a second person releases it.
    """
    there = {(row.position_id, row.analyte, row.aspect): row for row in sheet.row.brackets}
    for one in found:
        if not one.holds_a_part or one.outcome.verdict != "broken":
            continue
        reach = _span(sheet, found, one)
        row = there.get((one.position.id, one.outcome.analyte, one.aspect))
        if row is None:
            fresh = _new(sheet, one)
            sheet.row.brackets.append(fresh)
            _hold(tx, fresh, one, reach)
        elif row.state == "released" and row.finding != one.outcome.finding[:300]:
            _hold(tx, row, one, reach)
        elif row.state == "held" and _differs(row, one, reach):
            _say(row, one, reach)
            tx.record(row, "judge", row.finding)


def _new(sheet: Sheet, one: Judged) -> BracketRow:
    return BracketRow(
        worksheet_id=sheet.row.id, position_id=one.position.id, analyte=one.outcome.analyte, aspect=one.aspect
    )


def _hold(tx: Transaction, row: BracketRow, one: Judged, reach: rules.Span) -> None:
    _say(row, one, reach)
    transition.follow(tx, row, "hold", row.finding)


def _say(row: BracketRow, one: Judged, reach: rules.Span) -> None:
    row.first_seq, row.last_seq = reach.first, reach.last
    row.finding, row.judged = one.outcome.finding[:300], as_json(one.outcome)


def _differs(row: BracketRow, one: Judged, reach: rules.Span) -> bool:
    return (row.first_seq, row.last_seq, row.finding) != (reach.first, reach.last, one.outcome.finding[:300])


def _span(sheet: Sheet, found: Sequence[Judged], one: Judged) -> rules.Span:
    """Of an injection's own check, that position; of a continuing check, what lies between the good ones."""
    if one.position.kind == "sample":
        return rules.Span(one.position.seq, one.position.seq)
    same = [
        rules.Check(other.position.seq, other.outcome.verdict)
        for other in found
        if other.position.kind == one.position.kind and other.aspect == one.aspect
        and other.outcome.analyte == one.outcome.analyte
    ]  # fmt: skip
    return rules.span(same, one.position.seq, max(row.seq for row in sheet.row.positions))


def standing(tx: Transaction, worksheet_ids: Collection[int]) -> Mapping[int, tuple[BracketRow, ...]]:
    """The brackets that stop results, by worksheet."""
    query = select(BracketRow).where(BracketRow.worksheet_id.in_(worksheet_ids), BracketRow.state.in_(STOPS))
    found: dict[int, tuple[BracketRow, ...]] = {}
    for row in tx.session.scalars(query.order_by(BracketRow.id)) if worksheet_ids else ():
        found[row.worksheet_id] = (*found.get(row.worksheet_id, ()), row)
    return found


def refusals(row: AnalysisRow, brackets: Sequence[BracketRow]) -> list[Refusal]:
    """Why the analysis is held by what was found near it."""
    return [
        refusal("BRACKET_HELD", first=one.first_seq, last=one.last_seq, finding=told(one.judged, one.finding))
        for one in brackets
        if row.position is not None and one.analyte == row.analyte and one.first_seq <= row.position <= one.last_seq
    ]


def told(judged: Mapping[str, object] | None, finding: str) -> Mapping[str, object] | str:
    """What was found as a code with its figures, of which words are made; of older records as it was written."""
    if not judged or not judged.get("code"):
        return finding
    return {"code": judged["code"], "params": judged.get("params") or {}}


def release(tx: Transaction, bracket_id: int, reason: str) -> None:
    """Its results stand all the same, says somebody who measured none of them."""
    row = _held(tx, bracket_id)
    transition.act(tx, row, "release", transition.Over(), reason, also=voiding.own_work(tx, row.worksheet_id))


def fail(tx: Transaction, bracket_id: int, reason: str) -> int:
    """Its analyses are void and wait anew; returns how many."""
    row = _held(tx, bracket_id)
    here = [
        one
        for one in voiding.analyses(tx, row.worksheet_id)
        if one.analyte == row.analyte and one.position is not None and row.first_seq <= one.position <= row.last_seq
    ]
    also = [*voiding.own_work(tx, row.worksheet_id), *voiding.refusals(here)]
    transition.act(tx, row, "fail", transition.Over(), reason, also=also)
    return voiding.void(tx, here, reason)


def _held(tx: Transaction, bracket_id: int) -> BracketRow:
    row = lookup.one(tx, select(BracketRow).where(BracketRow.id == bracket_id), "bracket", bracket_id)
    lookup.hold(tx, WorksheetRow, row.worksheet_id)
    if row.state != "held":
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="bracket", state=row.state, verb="release"))
    return row

"""Use-cases of sampling inspection: what must be drawn of a lot, and what was found by its plan."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling import food
from lims.domain.sampling.lot_size import Size, lot_size
from lims.domain.sampling.setting import Setting, setting_from
from lims.domain.sampling.switching import DISCONTINUED
from lims.domain.sampling_plan import Acceptance, Plan, judge, plan, with_numbers
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.persistence.sampling import InspectionRow, SamplingRecordRow
from lims.services import facts, lookup, portions, transition
from lims.services.portions import UseBudget, Wanted
from lims.services.severity import discontinued, history_of, opened, plan_of, state_of, take
from lims.services.transaction import Transaction

TO_INSPECT = ("awaiting_samples", "in_test", "reported", "held")
"""States of a lot in which an inspection can still be recorded: it is not decided yet."""


@dataclass(frozen=True)
class Pieces:
    """How a lot of counted goods is inspected, or why it cannot be; ``why`` is what led to the severity."""

    setting: Setting
    severity: str
    size: Size | None
    plan: Plan | None
    refusals: tuple[Refusal, ...]
    notes: tuple[Refusal, ...] = ()
    why: Refusal | None = None


@dataclass(frozen=True)
class LotPlan:
    """What must be drawn of a lot: pieces to inspect, units of food, portions for the methods."""

    lot_no: str
    pieces: Pieces | None
    wanted: Wanted

    @property
    def units(self) -> int:
        return food.units_together(one.draw for one in self.wanted.units)

    def lines(self) -> tuple[str, str]:
        """The plan in English and Chinese, as the sampling record keeps it; empty where nothing is planned."""
        english, chinese = [], []
        if self.pieces and self.pieces.plan:
            line, line_zh = self.pieces.plan.lines()
            english.append(line)
            chinese.append(line_zh)
        if self.units:
            named = ", ".join(f"{one.analyte_en} {one.size}" for one in self.wanted.units)
            named_zh = "，".join(f"{one.analyte_zh} {one.size}" for one in self.wanted.units)
            english.append(f"{self.units} units of food: {named}")
            chinese.append(f"食品 {self.units} 个单位样：{named_zh}")
        return "; ".join(english), "；".join(chinese)

    def short(self) -> str:
        """One line that reads in either language, for the sampling record's own field."""
        parts = []
        found = self.pieces.plan if self.pieces else None
        if found:
            numbers = "" if found.ac is None else f", Ac {found.ac}, Re {found.re}"
            parts.append(f"GB/T 2828.1 {found.level}, AQL {plain(found.aql)}, N {found.lot_size}: "
                         f"{found.letter}, n {found.n}{numbers}")
        parts += [f"{one.draw.limit} n {one.draw.n}" for one in self.wanted.units]
        return "; ".join(parts)[:200]


def plan_for(tx: Transaction, lot: LotRow) -> LotPlan:
    """A plan that was made when a sample of this round was drawn stands; else the severity due now is planned by."""
    return LotPlan(lot.no, _pieces(tx, lot), portions.wanted(tx, lot))


def _pieces(tx: Transaction, lot: LotRow) -> Pieces | None:
    setting = _setting(tx, lot)
    if setting is None:
        return None
    row = state_of(tx, lot, setting.characteristic)
    made = _made(tx, lot, setting.characteristic)
    stopped = (discontinued(row),) if row and row.severity == DISCONTINUED else ()
    notes = () if lot.request.producer_id else (refusal("PRODUCER_NOT_DECLARED"),)
    change = history_of(row).change if row else None
    why = Refusal(change.reason, change.params) if change else None
    if made is not None:
        found = plan_of(made)
        return Pieces(setting, found.severity, Size(found.lot_size, ""), found, stopped, notes, why)
    severity = row.severity if row else "normal"
    size, found_or_why = _planned(tx, lot, setting, severity)
    if isinstance(found_or_why, Plan):
        return Pieces(setting, severity, size, found_or_why, (), notes, why)
    return Pieces(setting, severity, size, None, stopped or found_or_why, notes, why)


def _planned(
    tx: Transaction, lot: LotRow, setting: Setting, severity: str
) -> tuple[Size | None, Plan | tuple[Refusal, ...]]:
    of_line = tx.session.scalar(select(func.count()).select_from(LotRow).where(LotRow.line_id == lot.line_id))
    size = lot_size(lot.quantity, lot.unit, lot.line.packages, of_line or 1)
    if isinstance(size, Refusal):
        return None, (size,)
    if severity == DISCONTINUED:
        return size, ()
    try:
        return size, plan(size.count, setting.level, setting.aql, severity)
    except BadInput as error:
        return size, (Refusal(error.code, error.params),)


def _setting(tx: Transaction, lot: LotRow) -> Setting | None:
    category = facts.category_of(tx, lot.line.product)
    return setting_from(facts.contents(tx, "category", (category,), tx.today).get(category, {}))


def _made(tx: Transaction, lot: LotRow, characteristic: str) -> InspectionRow | None:
    query = select(InspectionRow).where(
        InspectionRow.lot_id == lot.id, InspectionRow.round == lot.round, InspectionRow.characteristic == characteristic
    )
    return tx.session.scalars(query).one_or_none()


def keep(tx: Transaction, lot: LotRow, sample: SampleRow, planned: LotPlan, drawn: tuple[UseBudget, ...], reason: str
         ) -> None:
    """With the sampling record: the plan as it stood, the portions against their needs, and the inspection to come."""
    english, chinese = planned.lines()
    short = [{"code": one.code, "params": dict(one.params)} for budget in drawn for one in budget.shortfall]
    needs = [{"name": n.name, "portion": n.portion, "times": n.count} for n in planned.wanted.needs]
    tx.add(
        SamplingRecordRow(
            sample_id=sample.id, plan=english, plan_zh=chinese, needs=needs, shortfall=short, reason=reason
        ),
        "plan",
        reason,
    )
    if planned.pieces and planned.pieces.plan:
        _row(tx, lot, planned.pieces)


def shortfall_refusals(drawn: tuple[UseBudget, ...], reason: str) -> list[Refusal]:
    """A sample that is too small is drawn all the same, but somebody says why."""
    short = [one for budget in drawn for one in budget.shortfall]
    return [*short, refusal("SHORTFALL_REASON_NEEDED")] if short and not reason.strip() else []


def _row(tx: Transaction, lot: LotRow, pieces: Pieces) -> InspectionRow:
    """The inspection of this round, made once with the plan as it stands."""
    made = _made(tx, lot, pieces.setting.characteristic)
    if made is not None or pieces.plan is None:
        if made is None:
            raise Refused(*pieces.refusals)
        return made
    state = opened(tx, lot, pieces.setting.characteristic)
    row = InspectionRow(
        no=f"{lot.no}/{lot.round}/{pieces.setting.characteristic}", lot_id=lot.id, round=lot.round,
        characteristic=pieces.setting.characteristic, switching_id=state.id if state else None,
        worked="", worked_zh="", inspected_name="", counted=False, not_counted="",
    )  # fmt: skip
    take(row, pieces.plan)
    tx.add(row, "plan")
    tx.session.flush()  # what is found by it is an event of its own
    return row


@dataclass(frozen=True)
class RecordInspection:
    """``n``, ``ac`` and ``re`` are said where the plan's own are not held (reduced inspection)."""

    lot_no: str
    characteristic: str
    inspected: int
    defectives: int
    n: int | None = None
    ac: int | None = None
    re: int | None = None
    reason: str = ""
    """Why an inspection that is recorded already is recorded anew."""


def record_inspection(tx: Transaction, cmd: RecordInspection) -> Acceptance:
    """What was found by the plan, and whether the lot is accepted by it. Refused while sampling is discontinued."""
    grant = tx.require("sample:draw")[0]
    lot = lookup.lot(tx, cmd.lot_no)
    pieces = _pieces(tx, lot)
    if pieces is None:
        raise Refused(refusal("NOT_INSPECTED_BY_PIECE", product=lot.line.product))
    if cmd.characteristic not in ("", pieces.setting.characteristic):
        raise BadInput("UNKNOWN_CHOICE", field="characteristic", value=cmd.characteristic[:40])
    over = lookup.over(lot)
    refusals = [*_not_now(lot), *pieces.refusals, *transition.duty_refusals(tx, grant.role, over)]
    if refusals:
        raise Refused(*refusals)
    row = _row(tx, lot, pieces)
    verb = _verb(row, cmd.reason)
    judged = judge(_numbered(plan_of(row), cmd), cmd.defectives, cmd.inspected)
    take(row, judged.plan)
    row.inspected, row.defectives, row.accepted = cmd.inspected, cmd.defectives, judged.accepted
    row.worked, row.worked_zh = judged.lines()
    row.inspected_by, row.inspected_name, row.inspected_at = tx.actor.id, tx.actor.name, tx.now
    tx.record(row, verb, cmd.reason, grant.role)
    transition.note_duty(tx, grant.role, over)
    return judged


def _not_now(lot: LotRow) -> list[Refusal]:
    if lot.state in TO_INSPECT:
        return []
    return [refusal("NOT_IN_THIS_STATE", noun="lot", state=lot.state or "", verb="inspect")]


def _verb(row: InspectionRow, reason: str) -> str:
    if row.accepted is None:
        return "inspect"
    if row.counted or row.not_counted or not reason.strip():
        raise Refused(refusal("ALREADY_INSPECTED", characteristic=row.characteristic))
    return "correct"


def _numbered(found: Plan, cmd: RecordInspection) -> Plan:
    if cmd.n is None and cmd.ac is None and cmd.re is None:
        return found
    if cmd.n is None or cmd.ac is None or cmd.re is None:
        raise BadInput("FIELD_NEEDED", field=next(f for f in ("n", "ac", "re") if getattr(cmd, f) is None))
    return with_numbers(found, cmd.n, cmd.ac, cmd.re)

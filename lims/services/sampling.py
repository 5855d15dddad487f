"""Use-cases of sampling inspection: what must be drawn of a lot, and what was found by its plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling import food
from lims.domain.sampling.lot_size import Size, lot_size
from lims.domain.sampling.setting import Setting, parts_of
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
DECIDED = ("decided", "certified")
KINDS = {
    "": ("", ""), "critical": ("critical: ", "严重不合格："), "major": ("major: ", "主要不合格："),
    "minor": ("minor: ", "次要不合格："),
}


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
    pieces: tuple[Pieces, ...]
    """One for each characteristic and kind of nonconformity; empty where the goods are not inspected by pieces."""
    wanted: Wanted

    @property
    def units(self) -> int:
        return food.units_together(one.draw for one in self.wanted.units)

    def lines(self) -> tuple[str, str]:
        """The plan in English and Chinese, as the sampling record keeps it; empty where nothing is planned."""
        english, chinese = [], []
        for one in self.pieces:
            if one.plan:
                line, line_zh = one.plan.lines()
                kind, kind_zh = KINDS[one.setting.nonconformity]
                english.append(kind + line)
                chinese.append(kind_zh + line_zh)
        if self.units:
            named = ", ".join(f"{one.analyte_en} {one.size}" for one in self.wanted.units)
            named_zh = "，".join(f"{one.analyte_zh} {one.size}" for one in self.wanted.units)
            english.append(f"{self.units} units of food: {named}")
            chinese.append(f"食品 {self.units} 个单位样：{named_zh}")
        return "; ".join(english), "；".join(chinese)

    def short(self) -> str:
        """One line that reads in either language, for the sampling record's own field."""
        parts = [in_short(one.plan) for one in self.pieces if one.plan]
        parts += [f"{one.draw.limit} n {one.draw.n}" for one in self.wanted.units]
        return "; ".join(parts)[:200]


def plan_for(tx: Transaction, lot: LotRow) -> LotPlan:
    """A plan that was made when a sample of this round was drawn stands; else the severity due now is planned by."""
    return LotPlan(lot.no, pieces_of(tx, lot), portions.wanted(tx, lot))


def in_short(found: Plan) -> str:
    """A plan in one line that reads in either language."""
    numbers = "" if found.ac is None else f", Ac {found.ac}, Re {found.re}"
    asked = f"GB/T 2828.1 {found.level}, AQL {plain(found.aql)}, N {found.lot_size}"
    return f"{asked}: {found.letter}, n {found.n}{numbers}"


def pieces_of(tx: Transaction, lot: LotRow) -> tuple[Pieces, ...]:
    """What was planned for this round stands; the rest by the catalogue of the day on which it was planned first."""
    made = made_in(tx, lot)
    on = min((row.planned_on for row in made.values()), default=tx.today)
    kept = [_as_made(row) for row in made.values()]
    new = [one for one in facts.inspection_settings(tx, lot.line.product, on) if one.key not in made]
    return tuple(_pieces(tx, lot, one, made.get(one.key)) for one in (*kept, *new))


def _as_made(row: InspectionRow) -> Setting:
    characteristic, kind = parts_of(row.characteristic)
    return Setting(characteristic, row.level, Decimal(row.aql), kind, row.source)


def _pieces(tx: Transaction, lot: LotRow, setting: Setting, made: InspectionRow | None) -> Pieces:
    row = state_of(tx, lot, setting.key)
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


def made_in(tx: Transaction, lot: LotRow) -> dict[str, InspectionRow]:
    """The inspections planned in this round, by what they are for."""
    query = select(InspectionRow).where(InspectionRow.lot_id == lot.id, InspectionRow.round == lot.round)
    return {row.characteristic: row for row in tx.session.scalars(query.order_by(InspectionRow.id))}


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
    for one in planned.pieces:
        if one.plan:
            _row(tx, lot, one)


def shortfall_refusals(drawn: tuple[UseBudget, ...], reason: str) -> list[Refusal]:
    """A sample that is too small is drawn all the same, but somebody says why."""
    short = [one for budget in drawn for one in budget.shortfall]
    return [*short, refusal("SHORTFALL_REASON_NEEDED")] if short and not reason.strip() else []


def _row(tx: Transaction, lot: LotRow, pieces: Pieces) -> InspectionRow:
    """The inspection of this round, made once with the plan as it stands."""
    key = pieces.setting.key
    made = made_in(tx, lot).get(key)
    if made is not None or pieces.plan is None:
        if made is None:
            raise Refused(*pieces.refusals)
        return made
    state = opened(tx, lot, key)
    row = InspectionRow(
        no=f"{lot.no}/{lot.round}/{key}", lot_id=lot.id, round=lot.round,
        characteristic=key, switching_id=state.id if state else None, source=pieces.setting.source,
        planned_on=tx.today,
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
    pieces = _asked(pieces_of(tx, lot), lot, cmd.characteristic)
    made = made_in(tx, lot).get(pieces.setting.key)
    over = lookup.over(lot)
    refusals = [*_not_now(lot, made), *pieces.refusals, *transition.duty_refusals(tx, grant.role, over)]
    if refusals:
        raise Refused(*refusals)
    row = _row(tx, lot, pieces)
    verb = _verb(row, cmd.reason)
    judged = judge(_numbered(plan_of(row), cmd), cmd.defectives, cmd.inspected)
    take(row, judged.plan)
    row.inspected, row.defectives, row.accepted = cmd.inspected, cmd.defectives, judged.accepted
    english, chinese = judged.lines()
    kind, kind_zh = KINDS[pieces.setting.nonconformity]
    row.worked, row.worked_zh = kind + english, kind_zh + chinese
    row.inspected_by, row.inspected_name, row.inspected_at = tx.actor.id, tx.actor.name, tx.now
    tx.record(row, verb, cmd.reason, grant.role)
    transition.note_duty(tx, grant.role, over)
    return judged


def _asked(planned: Sequence[Pieces], lot: LotRow, characteristic: str) -> Pieces:
    """The one named; where there is one only, it need not be named."""
    if not planned:
        raise Refused(refusal("NOT_INSPECTED_BY_PIECE", product=lot.line.product))
    if not characteristic and len(planned) > 1:
        raise BadInput("FIELD_NEEDED", field="characteristic")
    found = next((one for one in planned if characteristic in ("", one.setting.key)), None)
    if found is None:
        raise BadInput("UNKNOWN_CHOICE", field="characteristic", value=characteristic[:40])
    return found


def _not_now(lot: LotRow, made: InspectionRow | None) -> list[Refusal]:
    """An inspection that is still wanting is recorded also after a decision, so that the lot can be decided anew."""
    if lot.state in TO_INSPECT or (lot.state in DECIDED and (made is None or made.accepted is None)):
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

"""Use-cases of a sample: draw, hand over, receive, reject, approve, retain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lims.domain import numbering
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.counters import take
from lims.persistence.request import LotRow
from lims.persistence.sample import CustodyRow, PortionRow, SampleRow
from lims.services import lookup, portions, proposing, sampling, transition
from lims.services.cancelling import cancel_analyses
from lims.services.pausing import while_paused
from lims.services.request import positive
from lims.services.transaction import Transaction
from lims.services.version import unchanged


@dataclass(frozen=True)
class PortionCommand:
    use: str
    amount: str = ""
    unit: str = ""
    seal_no: str = ""
    place: str = ""


@dataclass(frozen=True)
class DrawSample:
    lot_no: str
    sampler_1: str
    sampler_2: str
    seal_no: str
    place: str = ""
    plan: str = ""
    increments: int = 1
    environment: str = ""
    drawn_at: datetime | None = None
    portions: tuple[PortionCommand, ...] = (
        PortionCommand("test"),
        PortionCommand("reserve"),
        PortionCommand("retained"),
    )
    shortfall_reason: str = ""
    """Why a portion that is smaller than its methods need is enough all the same."""


@dataclass(frozen=True)
class Drawn:
    no: str
    portions: tuple[str, ...]


USES = ("test", "reserve", "retained")


def draw(tx: Transaction, cmd: DrawSample) -> Drawn:
    """The sampling record (ISO/IEC 17025 7.3.3): two samplers, seal, plan; the sample takes over the lot's analyses."""
    lot = lookup.lot(tx, cmd.lot_no)
    _may_draw(lot, cmd)
    planned = sampling.plan_for(tx, lot)
    drawn = portions.budgets(planned.wanted.needs, ((one.use, one.amount, one.unit) for one in cmd.portions))
    no = numbering.sample_no(tx.today, take(tx.session, numbering.series("sample", tx.today)))
    sample = SampleRow(
        no=no,
        lot_id=lot.id,
        round=lot.round,
        drawn_at=cmd.drawn_at or tx.now,
        place=cmd.place,
        sampler_1=cmd.sampler_1.strip(),
        sampler_2=cmd.sampler_2.strip(),
        plan=cmd.plan.strip() or planned.short(),
        increments=cmd.increments,
        seal_no=cmd.seal_no.strip(),
        environment=cmd.environment,
        condition="",
        condition_note="",
        temperature="",
        verdict="",
        approved_name="",
        retained_place="",
    )
    over = lookup.over(lot)
    also = [*while_paused(lot.request, lot.no), *sampling.shortfall_refusals(drawn, cmd.shortfall_reason)]
    transition.act(tx, sample, "draw", over, cmd.shortfall_reason, also=also)
    transition.note_duty(tx, "sampler", transition.Over(over.request_id, lot.id, sample.id))
    parts = tuple(_portion(tx, sample, n, part) for n, part in enumerate(cmd.portions, start=1))
    sampling.keep(tx, lot, sample, planned, drawn, cmd.shortfall_reason.strip())
    take_over_analyses(tx, lot, sample)
    return Drawn(no, parts)


def _may_draw(lot: LotRow, cmd: DrawSample) -> None:
    for name in ("sampler_1", "sampler_2", "seal_no"):
        if not getattr(cmd, name).strip():
            raise BadInput("FIELD_NEEDED", field=name)
    if cmd.sampler_1.strip() == cmd.sampler_2.strip():
        raise BadInput("TWO_SAMPLERS", field="sampler_2")
    if lot.state not in ("awaiting_samples", "in_test"):
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="lot", state=lot.state or "", verb="draw"))


def _portion(tx: Transaction, sample: SampleRow, n: int, cmd: PortionCommand) -> str:
    if cmd.use not in USES:
        raise BadInput("UNKNOWN_PORTION_USE", field=f"portions[{n}].use", text=cmd.use[:40])
    amount = positive(cmd.amount, f"portions[{n}].amount") if cmd.amount.strip() else None
    row = PortionRow(
        no=numbering.portion_no(sample.no, n),
        sample_id=sample.id,
        use=cmd.use,
        amount=amount,
        unit=cmd.unit,
        seal_no=cmd.seal_no,
        place=cmd.place,
    )
    tx.add(row, "split")
    return row.no


def take_over_analyses(tx: Transaction, lot: LotRow, sample: SampleRow) -> None:
    """The round's first sample takes the lot's proposals; each further one gets the same analyses again."""
    waiting, earlier = proposing.free(tx, lot), proposing.of_a_sample(tx, lot, lot.round)
    for row in waiting:
        row.sample_id = sample.id
        tx.record(row, "attach")
    proposing.propose_again(tx, earlier, waiting, sample.id)


def dispatch(
    tx: Transaction, no: str, to_name: str, seal_intact: bool, temperature: str, version: int | None = None
) -> None:
    """Handed over for transport: to whom, with the seal and the temperature as they were then."""
    if not to_name.strip():
        raise BadInput("FIELD_NEEDED", field="to")
    row = lookup.sample(tx, no)
    unchanged(row, version)
    transition.act(tx, row, "dispatch", lookup.over(row))
    hand_over(tx, row, tx.actor.name, to_name.strip(), seal_intact, temperature, "transport")


@dataclass(frozen=True)
class ReceiveSample:
    no: str
    condition: str = "accepted"
    note: str = ""
    temperature: str = ""
    seal_intact: bool = True


def receive(tx: Transaction, cmd: ReceiveSample) -> None:
    """Reception by scan (ISO/IEC 17025 7.4): condition, temperature, seal; confirms the analyses."""
    row = lookup.sample(tx, cmd.no)
    if cmd.condition not in ("accepted", "accepted_with_note"):
        raise BadInput("UNKNOWN_CONDITION", field="condition", text=cmd.condition[:40])
    if (cmd.condition == "accepted_with_note" or not cmd.seal_intact) and not cmd.note.strip():
        raise BadInput("NOTE_NEEDED", field="note")
    row.received_at, row.received_by = tx.now, tx.actor.id
    row.condition = cmd.condition if cmd.seal_intact else "accepted_with_note"
    row.condition_note, row.temperature, row.seal_intact = cmd.note, cmd.temperature, cmd.seal_intact
    transition.act(tx, row, "receive", lookup.over(row), cmd.note)
    hand_over(tx, row, _holder(tx, row), tx.actor.name, cmd.seal_intact, cmd.temperature, "reception")
    query = select(AnalysisRow).where(AnalysisRow.sample_id == row.id, AnalysisRow.state == "proposed")
    for analysis in tx.session.scalars(query):
        transition.follow(tx, analysis, "confirm")
    if row.lot.state == "awaiting_samples":
        transition.follow(tx, row.lot, "sample")


def _holder(tx: Transaction, row: SampleRow) -> str:
    """Whoever took the sample over last; before any hand-over the one who drew it."""
    query = select(CustodyRow.to_name).where(CustodyRow.sample_id == row.id).order_by(CustodyRow.id.desc()).limit(1)
    return tx.session.scalars(query).first() or row.sampler_1


def hand_over(
    tx: Transaction, row: SampleRow, giver: str, taker: str, intact: bool, temperature: str, purpose: str
) -> None:
    tx.add(
        CustodyRow(
            sample_id=row.id,
            from_name=giver,
            to_name=taker,
            at=tx.now,
            seal_intact=intact,
            temperature=temperature,
            purpose=purpose,
        ),
        "hand_over",
    )


REJECT_REASONS = ("damaged", "warm", "short", "seal_broken", "wrong_goods", "other")


def reject(tx: Transaction, no: str, reason_code: str, reason: str) -> None:
    """Rejected at the counter or later; its open analyses are cancelled with it."""
    if reason_code not in REJECT_REASONS:
        raise BadInput("UNKNOWN_REASON", field="reason_code", text=reason_code[:40])
    row = lookup.sample(tx, no)
    row.condition, row.condition_note = "rejected", reason
    transition.act(tx, row, "reject", lookup.over(row), f"{reason_code}: {reason}")
    cancel_analyses(tx, row.id, f"{reason_code}: {reason}")


def retain(tx: Transaction, no: str, place: str, until: date | None, version: int | None = None) -> None:
    """Into the retention store: where it lies, and until when it may not be disposed of."""
    if not place.strip() or until is None:
        raise BadInput("FIELD_NEEDED", field="place" if not place.strip() else "until")
    if until < tx.today:
        raise BadInput("IN_THE_PAST", field="until", value=until.isoformat())
    row = lookup.sample(tx, no)
    unchanged(row, version)
    row.retained_place, row.retained_until = place, until
    transition.act(tx, row, "retain", lookup.over(row))


def of_round(tx: Transaction, lot: LotRow) -> Sequence[SampleRow]:
    query = select(SampleRow).where(SampleRow.lot_id == lot.id, SampleRow.round == lot.round)
    return list(tx.session.scalars(query.order_by(SampleRow.id)))

"""Use-case of the reserve: a sealed portion kept of a sample becomes a sample of the round that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from lims.domain import numbering
from lims.domain.retention import kept_until
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.counters import take
from lims.persistence.request import LotRow
from lims.persistence.sample import PortionRow, SampleRow
from lims.persistence.trail import DutyRow
from lims.services import lookup, lot, transition
from lims.services.pausing import while_paused
from lims.services.sample import hand_over, take_over_analyses
from lims.services.transaction import Transaction

RESERVE = "reserve"
OPEN = ("awaiting_samples", "in_test")
"""States of a lot in which its round is open for a further sample."""
GONE = ("disposed", "cancelled", "drawn", "in_transit")
"""States of a sample whose reserve is not in the laboratory's hands."""


@dataclass(frozen=True)
class TakeReserve:
    portion_no: str
    reason: str
    seal_intact: bool = True
    temperature: str = ""


def take_reserve(tx: Transaction, sample_no: str, cmd: TakeReserve) -> str:
    """The reserve as a sample of its own, received and blind; answers its number.

    Refused where the seal is broken, its time is over, no round is open, the goods have been treated since it was
    drawn, or it was taken before. Sampling record and plan are those of the sample that it was kept of.
    """
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    of = lookup.sample(tx, sample_no)
    portion = lookup.one(tx, _reserves_of(of).where(PortionRow.no == cmd.portion_no), "portion", cmd.portion_no)
    lookup.hold(tx, LotRow, of.lot_id)  # of two who take it at once, the second sees it taken
    broken = [] if cmd.seal_intact else [refusal("RESERVE_SEAL_BROKEN", portion=portion.no)]
    no = numbering.sample_no(tx.today, take(tx.session, numbering.series("sample", tx.today)))
    row = _sample(tx, of, portion, no)
    row.temperature, row.seal_intact, row.condition_note = cmd.temperature.strip(), True, cmd.reason.strip()
    also = [*broken, *refusals(tx, of, portion), *while_paused(of.lot.request, of.lot.no)]
    transition.act(tx, row, "take_reserve", lookup.over(of.lot), cmd.reason.strip(), also=also)
    tx.add(
        PortionRow(
            no=numbering.portion_no(no, 1), sample_id=row.id, use="test", amount=portion.amount, unit=portion.unit,
            seal_no=portion.seal_no, place="",
        ),
        "split",
    )  # fmt: skip
    _who_drew(tx, of, row)
    hand_over(tx, row, of.retained_place or portion.place or "-", tx.actor.name, True, row.temperature, RESERVE)
    take_over_analyses(tx, of.lot, row)
    tx.session.flush()  # the query below must see them
    mine = select(AnalysisRow).where(AnalysisRow.sample_id == row.id, AnalysisRow.state == "proposed")
    for analysis in tx.session.scalars(mine):
        transition.follow(tx, analysis, "confirm")
    if of.lot.state == "awaiting_samples":
        transition.follow(tx, of.lot, "sample")
    return no


def _who_drew(tx: Transaction, of: SampleRow, row: SampleRow) -> None:
    """Whoever drew the sample drew its reserve too, and does not test it."""
    drew = select(DutyRow.user_id).where(DutyRow.sample_id == of.id, DutyRow.duty == "sampler").distinct()
    for user_id in tx.session.scalars(drew).all():
        over = {"request_id": of.lot.request_id, "lot_id": of.lot_id, "sample_id": row.id}
        tx.session.add(DutyRow(user_id=user_id, duty="sampler", at=of.drawn_at, **over))


def _sample(tx: Transaction, of: SampleRow, portion: PortionRow, no: str) -> SampleRow:
    same = ("lot_id", "drawn_at", "place", "sampler_1", "sampler_2", "plan", "increments", "environment")
    return SampleRow(
        no=no, round=of.lot.round, seal_no=portion.seal_no or of.seal_no, from_portion=portion.no,
        received_at=tx.now, received_by=tx.actor.id, condition="accepted", verdict="", approved_name="",
        retained_place="", **{name: getattr(of, name) for name in same},
    )  # fmt: skip


def refusals(tx: Transaction, of: SampleRow, portion: PortionRow) -> list[Refusal]:
    """Why the reserve cannot be taken now; its seal is looked at by whoever takes it."""
    found = []
    used = tx.session.scalar(select(SampleRow.no).where(SampleRow.from_portion == portion.no))
    if used:
        found.append(refusal("RESERVE_TAKEN", portion=portion.no, sample=used))
    if of.lot.state not in OPEN:
        found.append(refusal("NO_ROUND_OPEN", lot=of.lot.no))
    if of.state in GONE:
        found.append(refusal("RESERVE_NOT_HERE", portion=portion.no, state=of.state))
    until = in_date_until(tx, of)
    if until is not None and until < tx.today:
        found.append(refusal("RESERVE_OUT_OF_DATE", portion=portion.no, until=until.isoformat()))
    chosen = lot.newest_disposition(tx, of.lot) if of.round < of.lot.round else None
    if chosen is not None and chosen.choice in lot.TREATMENTS:
        found.append(refusal("RESERVE_BEFORE_TREATMENT", portion=portion.no))
    return found


def in_date_until(tx: Transaction, of: SampleRow) -> date | None:
    """The day that the sample is retained until, else the one that would be proposed; None before its approval."""
    if of.retained_until is not None or of.approved_at is None:
        return of.retained_until
    return kept_until(of.approved_at.astimezone(tx.place.zone).date(), of.verdict)


@dataclass(frozen=True)
class ReserveView:
    """A reserve portion with all that stands in the way of taking it."""

    portion: str
    amount: str
    refusals: tuple[Refusal, ...]


def reserves(tx: Transaction, of: SampleRow) -> tuple[ReserveView, ...]:
    """Of a sample with its lot and request; those that may not take it see why."""
    rows = tx.session.scalars(_reserves_of(of).order_by(PortionRow.id)).all()
    paused = while_paused(of.lot.request, of.lot.no)
    return tuple(
        ReserveView(
            row.no, "" if row.amount is None else f"{row.amount:f} {row.unit}", (*refusals(tx, of, row), *paused)
        )
        for row in rows
    )


def _reserves_of(of: SampleRow) -> Select[PortionRow]:
    return select(PortionRow).where(PortionRow.sample_id == of.id, PortionRow.use == RESERVE)

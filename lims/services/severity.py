"""Use-cases of the switching rules: each decided lot moves the severity of its key; quality resumes and agrees.

A severity is that of the next lot of one producer, product and characteristic.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling import switching
from lims.domain.sampling.memory import kept, remembered
from lims.domain.sampling.switching import History, Key, LotOutcome
from lims.domain.sampling_plan import Acceptance, Plan, plan
from lims.persistence.organisation import OrganisationRow
from lims.persistence.request import LotRow
from lims.persistence.sampling import InspectionRow, SeverityChangeRow, SwitchingRow
from lims.services import lookup
from lims.services.transaction import Transaction


def state_of(tx: Transaction, lot: LotRow, characteristic: str) -> SwitchingRow | None:
    query = select(SwitchingRow).where(
        SwitchingRow.producer_id == lot.request.producer_id,
        SwitchingRow.product == lot.line.product,
        SwitchingRow.characteristic == characteristic,
    )
    return tx.session.scalars(query.options(joinedload(SwitchingRow.producer))).one_or_none()


def plan_of(row: InspectionRow) -> Plan:
    return Plan(
        row.letter, row.n, row.ac, row.re, row.whole_lot, row.resolved, row.lot_size, row.level, Decimal(row.aql),
        row.severity,
    )  # fmt: skip


def history_of(row: SwitchingRow) -> History:
    key = Key(row.producer.code, row.product, row.characteristic)
    return remembered(key, row.severity, row.score, row.history or {})


def discontinued(row: SwitchingRow) -> Refusal:
    return refusal("SAMPLING_DISCONTINUED", producer=row.producer.code, product=row.product)


def take(row: InspectionRow, found: Plan) -> None:
    row.level, row.aql, row.severity, row.lot_size = found.level, plain(found.aql), found.severity, found.lot_size
    row.letter, row.resolved, row.n, row.ac, row.re = found.letter, found.resolved, found.n, found.ac, found.re
    row.whole_lot = found.whole_lot


def opened(tx: Transaction, lot: LotRow, characteristic: str) -> SwitchingRow | None:
    """The state that the lot counts for, opened with its first lot; None while its producer is not known."""
    if lot.request.producer_id is None:
        return None
    row = state_of(tx, lot, characteristic)
    if row is None:
        producer = tx.session.get_one(OrganisationRow, lot.request.producer_id)
        row = SwitchingRow(
            no=f"{producer.code}/{lot.line.product}/{characteristic}", producer_id=producer.id,
            product=lot.line.product, characteristic=characteristic, severity="normal", score=0,
            history=kept(switching.opened(Key(producer.code, lot.line.product, characteristic))),
            agreed=False, steady=False, flags_reason="",
        )  # fmt: skip
        tx.add(row, "open")
        tx.session.flush()  # the inspection points at it
    return row


def count(tx: Transaction, lot: LotRow) -> None:
    """With the decision on the lot its inspections are known for good: each moves the severity of its key.

    A lot that was planned before the severity changed was judged by another one; it is kept, and counts for nothing.
    """
    query = select(InspectionRow).where(
        InspectionRow.lot_id == lot.id, InspectionRow.round == lot.round, InspectionRow.accepted.is_not(None),
        InspectionRow.switching_id.is_not(None), InspectionRow.counted.is_(False), InspectionRow.not_counted == "",
    )  # fmt: skip
    for row in tx.session.scalars(query.order_by(InspectionRow.id)).all():
        _count(tx, lot, row)


def _count(tx: Transaction, lot: LotRow, row: InspectionRow) -> None:
    assert row.switching_id is not None and row.defectives is not None and row.accepted is not None
    state = _state(tx, row.switching_id)
    judged = Acceptance(plan_of(row), row.defectives, row.accepted)
    outcome = LotOutcome(lot.no, judged, state.steady, state.agreed, lot.round == 1)
    try:
        history = switching.after(history_of(state), outcome)
    except Refused as error:
        row.not_counted = error.refusals[0].code
        tx.record(row, "leave_out", role="system")
        return
    row.counted = True
    tx.record(row, "count", role="system")
    _move(tx, state, history, "count", "", "system")


def _state(tx: Transaction, switching_id: int) -> SwitchingRow:
    """The state, kept from others until the transaction ends: two lots decided at once count one after the other."""
    lookup.hold(tx, SwitchingRow, switching_id)
    query = select(SwitchingRow).where(SwitchingRow.id == switching_id).options(joinedload(SwitchingRow.producer))
    return lookup.one(tx, query.execution_options(populate_existing=True), "switching", switching_id)


def _move(tx: Transaction, state: SwitchingRow, history: History, verb: str, note: str, role: str) -> None:
    state.severity, state.score, state.history = history.severity, history.score, kept(history)
    tx.record(state, verb, note, role)
    change = history.change
    if change is not None:
        tx.add(
            SeverityChangeRow(
                switching_id=state.id, at=tx.now, before=change.before, to=change.to, reason=change.reason,
                params=dict(change.params), by_name=tx.actor.name, note=note,
            ),
            "change",
            note,
            role,
        )  # fmt: skip


QUALITY = "nonconformity:close"
"""The right of quality under which sampling is resumed and reduced inspection agreed to."""


@dataclass(frozen=True)
class Resume:
    id: int
    improved: bool
    agreed: bool
    reason: str


def resume(tx: Transaction, cmd: Resume) -> None:
    """Sampling is taken up again under tightened inspection; what was planned and not yet inspected is planned anew."""
    grant = tx.require(QUALITY)[0]
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    state = _state(tx, cmd.id)
    _move(tx, state, switching.resumed(history_of(state), cmd.improved, cmd.agreed), "resume", cmd.reason, grant.role)
    waiting = select(InspectionRow).where(InspectionRow.switching_id == state.id, InspectionRow.accepted.is_(None))
    for row in tx.session.scalars(waiting):
        found = plan_of(row)
        take(row, plan(found.lot_size, found.level, found.aql, state.severity))
        tx.record(row, "plan", cmd.reason, grant.role)


@dataclass(frozen=True)
class Agree:
    """Both flags that reduced inspection rests on, as they are from now on."""

    id: int
    agreed: bool
    steady: bool
    reason: str


def agree(tx: Transaction, cmd: Agree) -> None:
    """They are asked for with the next lot that counts; nothing changes before it."""
    grant = tx.require(QUALITY)[0]
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    state = _state(tx, cmd.id)
    state.agreed, state.steady, state.flags_reason = cmd.agreed, cmd.steady, cmd.reason.strip()
    tx.record(state, "agree", cmd.reason, grant.role)

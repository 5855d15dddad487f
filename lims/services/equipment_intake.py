"""A whole register of instruments taken over at once, as when a laboratory moves in: each with its last calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from lims.domain.equipment_check import PASSED, next_due, soon_on
from lims.domain.rules.errors import BadInput
from lims.persistence import bulk
from lims.persistence.equipment import CheckRow, PlanRow
from lims.persistence.instrument import InstrumentRow
from lims.services import equipment, transition
from lims.services.equipment import RegisterInstrument
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class KnownPlan:
    kind: str
    every_days: int | None
    every_uses: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class Known:
    """An instrument with what is known of it; without a calibration it stays new."""

    instrument: RegisterInstrument
    calibrated_on: date | None = None
    calibration_due: date | None = None
    certificate_no: str = ""
    provider: str = ""
    plans: tuple[KnownPlan, ...] = ()
    checked_on: date | None = None
    """When its other planned checks were last done well."""
    out_reason: str = ""
    """Why it is out of service now; empty when it is in use."""


def take_over(tx: Transaction, items: Sequence[Known], reason: str) -> int:
    """Each row, check and plan with its event, in a handful of statements; answers how many instruments."""
    ids = _registered(tx, items, reason)
    _checked(tx, items, ids, reason)
    _planned(tx, items, ids, reason)
    ready = [(id, one) for id, one in zip(ids, items, strict=True) if one.calibrated_on is not None]
    dates = {id: {"calibrated_on": one.calibrated_on, "calibration_due": one.calibration_due} for id, one in ready}
    transition.act_on_many(tx, InstrumentRow, "new", dates, "put_in_service", reason)
    out = {id: {"out_reason": one.out_reason} for id, one in ready if one.out_reason}
    transition.act_on_many(tx, InstrumentRow, "in_service", out, "take_out", reason)
    return len(ids)


def _registered(tx: Transaction, items: Sequence[Known], reason: str) -> Sequence[int]:
    codes = [one.instrument.code.strip() for one in items]
    taken = tx.session.scalars(select(InstrumentRow.code).where(InstrumentRow.code.in_(codes))).first()
    twice = next((code for code in codes if codes.count(code) > 1), taken)
    if twice is not None:
        raise BadInput("CODE_TAKEN", field="code", value=twice)
    rows = [{"parent_id": None, **equipment.columns(one.instrument), **equipment.UNCHECKED} for one in items]
    return transition.begin_many(tx, InstrumentRow, rows, "register", reason)


def _checked(tx: Transaction, items: Sequence[Known], ids: Sequence[int], reason: str) -> None:
    recorded = {"recorded_by": tx.actor.id, "recorded_name": tx.actor.name, "recorded_at": tx.now}
    rows = [
        {
            "instrument_id": id, "kind": "calibration", "done_on": one.calibrated_on, "performer": one.provider,
            "certificate_no": one.certificate_no, "standard": "", "points": [], "outcome": PASSED, "remark": "",
            "due_on": one.calibration_due, **recorded,
        }
        for id, one in zip(ids, items, strict=True)
        if one.calibrated_on is not None
    ]  # fmt: skip
    bulk.add(tx.session, CheckRow, rows, bulk.Act("record", reason, ""))


def _planned(tx: Transaction, items: Sequence[Known], ids: Sequence[int], reason: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "instrument_id": id, "kind": plan.kind, "every_days": plan.every_days, "every_uses": plan.every_uses,
            "unit": plan.unit, "criteria": [], "done_on": one.checked_on,
            "counted_from": datetime.combine(one.checked_on or tx.today, time.min, tx.place.zone),
            "due_on": next_due(one.checked_on or tx.today, plan.every_days),
            "soon_on": soon_on(next_due(one.checked_on or tx.today, plan.every_days), plan.every_days),
        }
        for id, one in zip(ids, items, strict=True)
        for plan in one.plans
    ]  # fmt: skip
    bulk.add(tx.session, PlanRow, rows, bulk.Act("plan", reason, ""))

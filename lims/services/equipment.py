"""Use-cases of an instrument itself: registered, described anew, put in and out of service (ISO/IEC 17025 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from lims.domain.equipment import BLOCKING
from lims.domain.equipment_check import FAILED
from lims.domain.rules.errors import BadInput, Conflict, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.equipment import CheckRow
from lims.persistence.instrument import InstrumentRow
from lims.services import look_back, lookup, recipe, transition
from lims.services.transaction import Transaction
from lims.services.transition import Over

_SOFTWARE = ("software", "firmware")


@dataclass(frozen=True)
class Identity:
    """What the register says of an instrument (ISO/IEC 17025 6.4.13 a-d, f)."""

    name_zh: str
    name_en: str
    technique: str
    maker: str = ""
    model: str = ""
    serial_no: str = ""
    asset_no: str = ""
    more_techniques: str = ""
    software: str = ""
    firmware: str = ""
    working_range: str = ""
    accuracy: str = ""
    place: str = ""
    adapter: str = ""
    recipe: str = ""


@dataclass(frozen=True)
class RegisterInstrument:
    code: str
    identity: Identity
    parent: str = ""
    """Code of the instrument that it is a component of."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What its files call an analyte -> the code of the analyte."""


@dataclass(frozen=True)
class EditInstrument:
    """``version`` is that of the row the editor saw."""

    code: str
    identity: Identity
    reason: str
    parent: str = ""
    version: int | None = None


def register_instrument(tx: Transaction, cmd: RegisterInstrument) -> int:
    """A new instrument stands in the register but not in service."""
    row = InstrumentRow(**columns(cmd), **UNCHECKED)
    if tx.session.scalar(select(InstrumentRow.id).where(InstrumentRow.code == row.code)) is not None:
        raise BadInput("CODE_TAKEN", field="code", value=row.code)
    recipe.check_registered(tx, row.adapter, row.recipe)
    row.parent_id = _parent(tx, row, cmd.parent)
    transition.act(tx, row, "register", Over())
    tx.session.flush()  # the caller is told the id
    return row.id


UNCHECKED: Mapping[str, Any] = {"calibrated_on": None, "calibration_due": None, "out_reason": "", "check_needed": ""}
"""Of an instrument that nobody has checked yet."""


def columns(cmd: RegisterInstrument) -> dict[str, Any]:
    """What a new row holds of the command, once it is seen to be whole."""
    code = cmd.code.strip()
    _check(cmd.identity, code=code)
    return {"code": code, "aliases": dict(cmd.aliases), **_described(cmd.identity)}


def edit_instrument(tx: Transaction, cmd: EditInstrument) -> None:
    """Anything but its code. New software or firmware asks for a check before the next use (6.4.4)."""
    tx.require("instrument:edit")
    _check(cmd.identity, reason=cmd.reason)
    row = instrument(tx, cmd.code)
    if cmd.version is not None and row.version != cmd.version:
        raise Conflict("STALE", seen=cmd.version, stored=row.version)
    new = _described(cmd.identity)
    if (row.adapter, row.recipe) != (new["adapter"], new["recipe"]):
        recipe.check_registered(tx, new["adapter"], new["recipe"])
    changed = [f"{getattr(row, name)} → {new[name]}" for name in _SOFTWARE if getattr(row, name) != new[name]]
    for name, value in new.items():
        setattr(row, name, value)
    row.parent_id = _parent(tx, row, cmd.parent)
    if changed and row.state != "new":
        row.check_needed = "; ".join(changed)[:300]
    tx.record(row, "change_software" if changed else "edit", cmd.reason)


def put_in_service(tx: Transaction, code: str, checks: str) -> None:
    """``checks`` says what was verified before use (6.4.4); what a check failed or a date forbids stays out."""
    _needed(checks=checks)
    row = instrument(tx, code)
    refusals = _not_ready(tx, row)
    if refusals:
        raise Refused(*refusals)
    row.out_reason = ""
    transition.act(tx, row, "put_in_service", Over(), checks)


def _not_ready(tx: Transaction, row: InstrumentRow) -> list[Refusal]:
    reasons = []
    if row.calibration_due is None:
        reasons.append(refusal("CALIBRATION_UNKNOWN", instrument=row.code))
    elif row.calibration_due < tx.today:
        reasons.append(refusal("CALIBRATION_PAST", instrument=row.code, due=row.calibration_due.isoformat()))
    if row.check_needed:
        reasons.append(refusal("CHECK_NEEDED", instrument=row.code, change=row.check_needed))
    newest: dict[str, CheckRow] = {}
    mine = (CheckRow.instrument_id == row.id, CheckRow.kind.in_(BLOCKING))
    for check in tx.session.scalars(select(CheckRow).where(*mine).order_by(CheckRow.done_on, CheckRow.id)):
        newest[check.kind] = check
    failed = (one for one in newest.values() if one.outcome == FAILED)
    reasons += [refusal("CHECK_FAILED", instrument=row.code, check=one.kind, on=one.done_on.isoformat())
                for one in failed]  # fmt: skip
    return reasons


def take_out(tx: Transaction, code: str, reason: str) -> int:
    """Out of service at once; answers the id of the look-back at every result since its last good check."""
    row = instrument(tx, code)
    row.out_reason = reason
    transition.act(tx, row, "take_out", Over(), reason)
    return look_back.begin(tx, row, reason)


def instrument(tx: Transaction, code: str) -> InstrumentRow:
    return lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code.strip()), "instrument", code)


def _described(identity: Identity) -> dict[str, str]:
    """A name in one language serves for both until the other is known."""
    values = {name: value.strip() for name, value in vars(identity).items()}
    values["name_zh"] = values["name_zh"] or values["name_en"]
    values["name_en"] = values["name_en"] or values["name_zh"]
    return values


def _parent(tx: Transaction, row: InstrumentRow, code: str) -> int | None:
    """What it is a component of; a component has none of its own, so no ring can come about."""
    if not code.strip():
        return None
    found = instrument(tx, code)
    has_parts = row.id is not None and tx.session.scalar(
        select(InstrumentRow.id).where(InstrumentRow.parent_id == row.id).limit(1)
    )
    if found.parent_id is not None or found.code == row.code or has_parts:
        raise BadInput("UNKNOWN_CHOICE", field="parent", value=code)
    return found.id


def _check(identity: Identity, **needed: str) -> None:
    _needed(**needed, name_zh=identity.name_zh or identity.name_en, technique=identity.technique)


def _needed(**texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            raise BadInput("FIELD_NEEDED", field=name)

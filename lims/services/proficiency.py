"""Proficiency tests: a round, what the laboratory reported in it, the scores, and the conclusion a bad one asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from lims.domain import proficiency as rules
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.proficiency import PtRoundRow, PtScoreRow
from lims.services import lookup
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class RegisterRound:
    provider: str
    scheme: str
    round: str
    material: str = ""
    received_on: date | None = None
    reported_on: date | None = None
    closed_on: date | None = None


def register(tx: Transaction, cmd: RegisterRound) -> int:
    """A round of a scheme; returns its id."""
    tx.require("proficiency:enter")
    said = {name: getattr(cmd, name).strip() for name in ("provider", "scheme", "round")}
    for name, text in said.items():
        if not text:
            raise BadInput("FIELD_NEEDED", field=name)
    if cmd.received_on and cmd.closed_on and cmd.closed_on < cmd.received_on:
        raise BadInput("RANGE_ENDS", field="closed_on", value=cmd.closed_on.isoformat())
    if tx.session.scalar(select(PtRoundRow.id).filter_by(**said).limit(1)) is not None:
        raise Refused(refusal("PT_ROUND_THERE"))
    row = PtRoundRow(
        **said, no=" ".join(said.values()), material=cmd.material.strip(), received_on=cmd.received_on,
        reported_on=cmd.reported_on, closed_on=cmd.closed_on, entered_name=tx.actor.name,
    )  # fmt: skip
    tx.add(row, "register")
    tx.session.flush()  # the caller is told its id
    return row.id


@dataclass(frozen=True)
class EnterScore:
    """Texts as they stand in the report of the round; all in the unit of the assigned value.

    ``value`` may carry its U (``0.52 ± 0.05 mg/kg``); ``u_assigned`` is a standard uncertainty.
    """

    round_id: int
    method: str
    analyte: str
    value: str
    assigned: str
    unit: str
    sigma_pt: str = ""
    u_assigned: str = ""
    expanded: str = ""
    k: str = "2"


def enter(tx: Transaction, cmd: EnterScore) -> int:
    """One analyte of a round with its scores; returns its id. One that is not satisfactory waits for a conclusion."""
    tx.require("proficiency:enter")
    of_round = lookup.one(tx, select(PtRoundRow).where(PtRoundRow.id == cmd.round_id), "pt_round", cmd.round_id)
    for name in ("method", "analyte"):
        if not getattr(cmd, name).strip():
            raise BadInput("FIELD_NEEDED", field=name)
    key = {"round_id": of_round.id, "method": cmd.method.strip(), "analyte": cmd.analyte.strip()}
    if tx.session.scalar(select(PtScoreRow.id).filter_by(**key).limit(1)) is not None:
        raise Refused(refusal("PT_SCORE_THERE", analyte=cmd.analyte, method=cmd.method))
    said = _reported(cmd)
    found = rules.score(said)
    row = PtScoreRow(
        **key, unit=cmd.unit.strip(), value_text=cmd.value.strip(), value=said.value, expanded=said.expanded, k=said.k,
        assigned=said.assigned, sigma_pt=said.sigma, u_assigned=said.u_assigned,
        scores=[[one.kind, plain(one.value), one.verdict] for one in found.scores], verdict=found.decides.verdict,
        decides=found.decides.kind, conclusion="", concluded_name="",
    )  # fmt: skip
    tx.add(row, "enter")
    tx.session.flush()  # the caller is told its id
    return row.id


def _reported(cmd: EnterScore) -> rules.Reported:
    entry = read_entry(cmd.value)
    if entry.status != "numeric" or entry.value is None:
        raise BadInput("NOT_A_RESULT", field="value", text=cmd.value[:60])
    value, expanded = entry.value, entry.expanded
    if expanded is not None and entry.expanded_percent:
        expanded = abs(value) * expanded / 100
    if entry.unit and cmd.unit.strip() and entry.unit != cmd.unit.strip():
        value = units.convert(value, entry.unit, cmd.unit.strip())
        expanded = units.convert_difference(expanded, entry.unit, cmd.unit.strip()) if expanded is not None else None
    return rules.Reported(
        value,
        _needed("assigned", cmd.assigned),
        _positive("sigma_pt", cmd.sigma_pt),
        _positive("expanded", cmd.expanded) or expanded,
        _positive("k", cmd.k) or entry.coverage or Decimal(2),
        _positive("u_assigned", cmd.u_assigned),
    )


def _needed(name: str, text: str) -> Decimal:
    found = _number(name, text)
    if found is None:
        raise BadInput("FIELD_NEEDED", field=name)
    return found


def _positive(name: str, text: str) -> Decimal | None:
    found = _number(name, text)
    if found is not None and found <= 0:
        raise BadInput("NOT_POSITIVE", field=name, text=text[:20])
    return found


def _number(name: str, text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=name, value=text[:20]) from None
    if not value.is_finite() or len(text.strip()) > 40 or abs(value.adjusted()) > 30:
        raise BadInput("NOT_A_NUMBER", field=name, value=text[:20])
    return value


def conclude(tx: Transaction, score_id: int, conclusion: str) -> None:
    """What was found behind a score that is not satisfactory, and what was done; it ends the alarm."""
    tx.require("proficiency:conclude")
    if not conclusion.strip():
        raise BadInput("FIELD_NEEDED", field="conclusion")
    row = lookup.one(tx, select(PtScoreRow).where(PtScoreRow.id == score_id), "pt_score", score_id)
    if row.concluded_at is not None:
        raise Refused(refusal("PT_ALREADY_CONCLUDED", name=row.concluded_name))
    row.conclusion, row.concluded_name, row.concluded_at = conclusion.strip(), tx.actor.name, tx.now
    tx.record(row, "conclude", conclusion.strip())

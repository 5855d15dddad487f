"""Writing down one result: read by the one grammar, calculated by the method's formula, judged, kept as typed.

A step shared by keyboard and instrument; who may and what follows is the use-cases' matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import select

from lims.domain.calculation import KEPT_DIGITS, Calculation, calculate
from lims.domain.conformity import Conformity, Measured, Uncertainty
from lims.domain.method import MethodVersion, Reading
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain as printed
from lims.domain.numbers.rounding import significant
from lims.domain.rules.errors import BadInput
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.services import facts, judging, lookup, transition
from lims.services.transaction import Transaction

PRESET_REASON = "entry correction"
"""The reason of a correction before submission, where none is asked."""


@dataclass(frozen=True)
class EnterResult:
    analysis_id: int
    text: str
    unit: str = ""
    expanded: str = ""
    k: str = ""
    remark: str = ""
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    submit: bool = True
    version: int | None = None
    run_id: int | None = None
    read_as: str = ""
    """What the text means where the instrument says it in its own token, e.g. ``ND`` for ``-----``."""


def record(tx: Transaction, row: AnalysisRow, cmd: EnterResult) -> ResultRow:
    """A new version of the analysis's result; the earlier ones stay. Moves the analysis to ``entered``."""
    result = _result(tx, row, cmd)
    tx.add(result, "record", cmd.reason)
    tx.session.flush()  # the analysis points at its newest result
    verb = "enter" if row.state == "assigned" else "correct"
    reason = cmd.reason or (PRESET_REASON if verb == "correct" and row.state == "entered" else "")
    row.result_id, row.result = result.id, result
    transition.act(tx, row, verb, lookup.over(row), reason)
    return result


def _result(tx: Transaction, row: AnalysisRow, cmd: EnterResult) -> ResultRow:
    method = facts.method(tx, row.method, tx.today)
    calculation = _calculation(method, row, cmd)
    text = printed(calculation.value) if calculation else cmd.read_as or cmd.text
    entry = outcome(text) if (row.limit or {}).get("operator") == "OUTCOME" else understood(text)
    unit = _unit(row, cmd, entry, calculation)
    lod, loq = judging.lod_loq(method, unit)
    uncertainty = _uncertainty(cmd, entry) or _uncertainty_of_rule(row, entry)
    measured = judging.measured_from(entry, unit, lod, loq)
    found = judging.judge_entry(row, measured, uncertainty)
    kept = judging.stored(found, row.rule)
    if calculation:
        calculation, told = _as_reported(row, calculation, measured[0], uncertainty, found)
        kept |= {"worked": told.worked, "worked_zh": told.worked_zh}
    number = (row.result.number if row.result else 0) + 1 if row.result_id else _next_number(tx, row)
    return ResultRow(
        analysis_id=row.id,
        number=number,
        text=cmd.text if not calculation else printed(calculation.value),
        status=entry.status,
        qualifier=entry.qualifier or "",
        value=entry.value,
        values=[
            {
                "qualifier": m.qualifier or "",
                "value": printed(m.value) if m.value is not None else None,
                "status": m.status,
            }
            for m in entry.values
        ]
        or None,
        unit=unit,
        expanded=uncertainty.expanded if uncertainty else None,
        k=uncertainty.k if uncertainty else None,
        lod=entry.lod or lod,
        loq=loq,
        calculation=calculation.as_json() if calculation else None,
        run_id=cmd.run_id,
        entered_by=tx.actor.id,
        entered_name=tx.actor.name,
        entered_at=tx.now,
        reason=cmd.reason,
        remark=cmd.remark,
        verdict=found.verdict,
        verdict_reason=found.reason or "",
        conformity=kept,
    )


def _unit(row: AnalysisRow, cmd: EnterResult, entry: Entry, calculation: Calculation | None) -> str:
    """The formula's own unit, the unit in the text, the unit said beside it, or the unit asked for."""
    if calculation and calculation.unit:
        return calculation.unit
    return entry.unit or units.known(cmd.unit or row.unit) or cmd.unit or row.unit


def _next_number(tx: Transaction, row: AnalysisRow) -> int:
    numbers = tx.session.scalars(select(ResultRow.number).where(ResultRow.analysis_id == row.id))
    return max(numbers, default=0) + 1


def _calculation(method: MethodVersion | None, row: AnalysisRow, cmd: EnterResult) -> Calculation | None:
    """The method's formula over the raw readings, in Decimal, kept with its inputs (ISO/IEC 17025 7.5.1)."""
    if not cmd.inputs:
        return None
    if method is None or not method.calculates(row.analyte, row.unit):
        raise BadInput("NO_FORMULA", field="inputs")
    declared = {one.name: one for one in method.readings}
    values = {name: _reading(name, text, declared.get(name)) for name, text in cmd.inputs.items()}
    constants = {one.name: one.fixed for one in method.readings if one.fixed}
    for name in constants.keys() & values.keys():
        raise BadInput("FORMULA_INPUT_UNKNOWN", field=f"inputs.{name}", name=name)
    found = calculate(method.formula, values | {name: Decimal(text) for name, text in constants.items()})
    return replace(
        found,
        inputs=tuple((name, cmd.inputs[name].strip()) for name, _ in found.inputs if name in values),
        constants=tuple(constants.items()),
        unit=units.canonical(method.formula_unit) if method.formula_unit else "",
        figures=method.figures,
        declared=tuple((one.name, one.unit, one.meaning_en, one.meaning_zh) for one in method.readings),
    )


def _reading(name: str, text: str, declared: Reading | None) -> Decimal:
    """A reading is a number; with a unit beside it, in another unit of the same kind where need be."""
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None:
        raise BadInput("NOT_A_NUMBER", field=f"inputs.{name}", text=text[:60])
    if not entry.unit:
        return entry.value
    own = declared.unit if declared else ""
    if units.known(own) is None or not units.convertible(entry.unit, own):
        raise BadInput("INCOMPATIBLE_UNIT", field=f"inputs.{name}", source=entry.unit, target=own or "-")
    return units.convert(entry.value, entry.unit, units.canonical(own))


def _as_reported(
    row: AnalysisRow, calculation: Calculation, full: Measured, uncertainty: Uncertainty | None, found: Conformity
) -> tuple[Calculation, Conformity]:
    """The figures to report, and the comparison told with them.

    The full value decides. More figures than the method's are printed where fewer would seem to say another verdict:
    0.1004 against 0.1 is no 0.100.
    """
    u = uncertainty
    if u and u.expanded is not None:
        u = replace(u, expanded=significant(u.expanded, 2))
    for figures in range(calculation.figures or KEPT_DIGITS, KEPT_DIGITS + 1):
        shown = full._replace(value=significant(calculation.value, figures))
        told = judging.judge_entry(row, (shown,), u)
        if (told.verdict, told.reason) == (found.verdict, found.reason):
            return replace(calculation, figures=figures), told
    return replace(calculation, figures=KEPT_DIGITS), found


def outcome(text: str) -> Entry:
    """For limits that ask for a coded outcome any word is a result; only nothing is none."""
    if not text.strip():
        raise BadInput("NOT_A_RESULT", field="text", text=text[:200])
    return Entry(text, "qualitative", word=text.strip())


def understood(text: str) -> Entry:
    """The entry, or BadInput with the note that says how it could be read."""
    entry = read_entry(text)
    if entry.status in ("refused", "not_measured"):
        note = entry.note
        code = note.code if note else "NOT_A_RESULT"
        raise BadInput(code, **{**(dict(note.params) if note else {}), "field": "text", "text": text[:200]})
    return entry


def _uncertainty(cmd: EnterResult, entry: Entry) -> Uncertainty | None:
    """U from its own field (``0.05`` or ``20%``) or from the text (``0.62 ± 0.05``); k is 2 unless said."""
    k = Decimal(2)
    if cmd.k.strip():
        k = _number(cmd.k, "k")
    text = cmd.expanded.strip()
    if text:
        if text.endswith("%"):
            share = _number(text[:-1], "expanded")
            base = entry.value if entry.value is not None else Decimal(0)
            return Uncertainty(expanded=base.copy_abs() * share / 100, k=k) if base else None
        return Uncertainty(expanded=_number(text, "expanded"), k=k)
    if entry.expanded is None:
        return None
    value = entry.expanded
    if entry.expanded_percent and entry.value is not None:
        value = entry.value.copy_abs() * entry.expanded / 100
    return Uncertainty(expanded=value, k=k)


def _uncertainty_of_rule(row: AnalysisRow, entry: Entry) -> Uncertainty | None:
    """The U that the rule itself brings (EU pesticides: 50 %, SANTE/11312) where the bench gave none."""
    share = (row.rule or {}).get("expanded", "")
    if not share.endswith("%") or entry.value is None or entry.status != "numeric":
        return None
    return Uncertainty(expanded=entry.value.copy_abs() * Decimal(share[:-1]) / 100, k=Decimal(2))


def _number(text: str, name: str) -> Decimal:
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise BadInput("NOT_A_NUMBER", field=name, text=text[:60])
    return entry.value

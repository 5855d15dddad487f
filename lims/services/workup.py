"""What was written at the bench, worked up for its analysis: by formula, repeated readings, plates, or as it was typed.

Then the corrections that the method asks for and the basis of the limit, in the order of the bench.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from lims.domain import determination
from lims.domain import workup as steps
from lims.domain.calculation import Calculation, calculate
from lims.domain.crossing import Fact, crossed
from lims.domain.method import MethodVersion, Reading
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput
from lims.domain.sampling import pools
from lims.domain.workup import Part, Work
from lims.persistence.analysis import AnalysisRow
from lims.services import judging


class Written(Protocol):
    """What the bench gave: exactly one of text, inputs, replicates, plates and pools, and what is needed beside it."""

    @property
    def text(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def inputs(self) -> Mapping[str, str]: ...
    @property
    def replicates(self) -> tuple[str, ...]: ...
    @property
    def plates(self) -> tuple[str, ...]: ...
    @property
    def pools(self) -> tuple[str, ...]: ...
    @property
    def basis(self) -> str: ...
    @property
    def basis_readings(self) -> Mapping[str, str]: ...
    @property
    def recovery(self) -> str: ...
    @property
    def sets(self) -> tuple[Mapping[str, str], ...]: ...
    @property
    def read_as(self) -> str: ...


def worked(method: MethodVersion | None, row: AnalysisRow, given: Written, facts: Mapping[str, Fact]) -> Work:
    """The result with every step, in a unit of its limit's kind; BadInput names the field that cannot stand."""
    work = _found(method, row, given)
    if work.entry.status == "qualitative":
        return work
    if method is not None:
        work = steps.recovered(work, method, given.recovery)
        work = steps.less_the_analytical_correction(work, method, row.analyte)
    return crossed(_on_the_basis(work, row, given), row.limit, facts)


def _found(method: MethodVersion | None, row: AnalysisRow, given: Written) -> Work:
    ways = [name for name in ("text", "inputs", "sets", "replicates", "plates", "pools") if _said(getattr(given, name))]
    if len(ways) > 1:
        raise BadInput("WAYS_SEVERAL", field=ways[1], ways=", ".join(ways))
    unit = given.unit or row.unit
    if given.inputs:
        return _by_formula(_calculation(method, row, given.inputs), unit)
    if given.sets:
        return _by_sets(method, row, given.sets, unit)
    if given.replicates:
        if method is None:
            raise BadInput("NO_REPEATABILITY", field="replicates", method=row.method)
        return determination.replicated(given.replicates, method, unit)
    if given.plates:
        return steps.plated(given.plates, method, row.analyte, unit)
    limit = judging.limit_of(row.limit)
    if texts := given.pools or (pools.written(given.text) if pools.may_be_pooled(limit) else ()):
        return pools.worked(texts, judging.pool_plan(row, method), unit)
    return _typed(method, row, given)


def _said(value: str | tuple[object, ...] | Mapping[str, str]) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _typed(method: MethodVersion | None, row: AnalysisRow, given: Written) -> Work:
    """As it was typed; once corrected, it is reported with as many figures, and two at least."""
    text = given.read_as or given.text
    entry = outcome(text) if (row.limit or {}).get("operator") == "OUTCOME" else understood(text)
    unit = entry.unit or units.known(given.unit or row.unit) or given.unit or row.unit
    most = method.figures if method is not None else 3
    return Work(entry, unit, min(most, max(2, entry.digits or 0)))


def _by_formula(made: Calculation, unit: str) -> Work:
    part = Part("formula", "", plain(made.value), more=made.as_json())
    text = plain(made.value)
    entry = Entry(text, "numeric", value=made.value)
    return Work(entry, made.unit or units.known(unit) or unit, made.figures, (part,))


def _by_sets(method: MethodVersion | None, row: AnalysisRow, sets: tuple[Mapping[str, str], ...], unit: str) -> Work:
    """Each set of readings by the formula, then their values as repeated readings; every set is kept."""
    made = []
    for number, inputs in enumerate(sets, start=1):
        try:
            made.append(_calculation(method, row, inputs))
        except BadInput as error:
            at = str(error.params.get("field", "inputs")).replace("inputs", f"sets.{number}", 1)
            raise BadInput(error.code, **{**error.params, "field": at}) from None
    assert method is not None  # one without a formula was refused above
    return determination.determined(made, method, made[0].unit or units.known(unit) or unit)


def _calculation(method: MethodVersion | None, row: AnalysisRow, inputs: Mapping[str, str]) -> Calculation:
    """The method's formula over the raw readings, in Decimal, kept with its inputs (ISO/IEC 17025 7.5.1)."""
    if method is None or not method.calculates(row.analyte, row.unit):
        raise BadInput("NO_FORMULA", field="inputs")
    declared = {one.name: one for one in method.readings}
    values = {name: _reading(name, text, declared.get(name)) for name, text in inputs.items()}
    constants = {one.name: one.fixed for one in method.readings if one.fixed}
    for name in constants.keys() & values.keys():
        raise BadInput("FORMULA_INPUT_UNKNOWN", field=f"inputs.{name}", name=name)
    found = calculate(method.formula, values | {name: Decimal(text) for name, text in constants.items()})
    return replace(
        found,
        inputs=tuple((name, inputs[name].strip()) for name, _ in found.inputs if name in values),
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


def _on_the_basis(work: Work, row: AnalysisRow, given: Written) -> Work:
    """To the basis of the limit, where the result was given on another; said nothing, it is on the limit's own."""
    readings = {name: text for name, text in given.basis_readings.items() if text.strip()}
    if not given.basis and not readings:
        return work
    target = steps.basis_of(row.limit)
    if target is None:
        raise BadInput("BASIS_NOT_MEANT", field="basis")
    source = given.basis or steps.usual_source(target)
    if source != target:
        return steps.based(work, source, target, readings)
    if readings:
        raise BadInput("BASIS_READINGS_LEFT", field="basis", readings=", ".join(readings))
    return work


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

"""From what was written at the bench to the value that is compared: each step a part that anyone can follow.

The order is that of the bench: formula, repeated readings or plates; then what is multiplied: recovery, the analytical
correction, the basis. Every part keeps its inputs as typed. It knows no row and no form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lims.domain import basis, correction, plate_count, replicate
from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain, significant
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput

ASKED, TOY = "asked", "toy"
KEPT_DIGITS = 15
"""Of a quotient that does not end, as in a formula."""
MOST_PLATES = 60


@dataclass(frozen=True)
class Part:
    """One step: what it is, the line that was worked out, its inputs as typed, and what it came to."""

    kind: str
    """formula, replicates, plates, recovery, toy or basis."""
    worked: str
    value: str
    unit: str = ""
    inputs: Mapping[str, str] | tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    label_en: str = ""
    label_zh: str = ""
    more: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        given = dict(self.inputs) if isinstance(self.inputs, Mapping) else list(self.inputs)
        return {
            "kind": self.kind, "worked": self.worked, "value": self.value, "unit": self.unit, "inputs": given,
            "steps": [{"of": of, "value": value} for of, value in self.steps],
            "label_en": self.label_en, "label_zh": self.label_zh, **(self.more or {}),
        }  # fmt: skip


@dataclass(frozen=True)
class Work:
    """A result as far as it has been worked up."""

    entry: Entry
    unit: str
    figures: int
    parts: tuple[Part, ...] = ()
    factor: Fraction = Fraction(1)
    """What the corrections have multiplied the value with; an uncertainty and the LOQ go the same way."""
    members: tuple[str, ...] = ()
    """Of several counts, each as it is reported."""
    before: Entry | None = None
    """The result before it was corrected, which is what an uncertainty was declared for."""

    found_unit: str = ""
    """The unit of ``before``, where the result was brought to one of another kind."""
    crossed: Fraction = Fraction(1)
    """What that alone has multiplied it with."""

    @property
    def unit_found(self) -> str:
        return self.found_unit or self.unit

    @property
    def found(self) -> Entry:
        return self.before or self.entry

    @property
    def labels(self) -> tuple[str, str]:
        """(English, Chinese) words for what was done to the value, to be printed with it."""
        found = [(one.label_en, one.label_zh) for one in self.parts if one.label_en]
        return "; ".join(en for en, _ in found), "；".join(zh for _, zh in found)

    def scaled(self, figure: Decimal | None) -> Decimal | None:
        """A LOD or LOQ of the method on the footing of the result."""
        return _times(figure, self.factor)

    def as_json(self, figures: int, typed: str) -> dict[str, Any] | None:
        """What is kept beside the result; a formula alone is kept by itself."""
        if not self.parts:
            return None
        parts = [part.as_json() for part in self.parts]
        if [part["kind"] for part in parts] == ["formula"]:
            return {**parts[0], "figures": figures}
        kept = {
            "kind": "steps", "value": self.parts[-1].value, "unit": self.unit, "figures": figures, "typed": typed,
            "parts": parts,
        }  # fmt: skip
        if len(self.members) == len(self.parts) == 1 and figures == self.figures:
            kept["shown"] = self.members[0]
        return kept


# ---- plates ----------------------------------------------------------------------------------------------------------


def plated(texts: Sequence[str], method: MethodVersion | None, analyte: str, unit: str) -> Work:
    """One count a subsample; several stand as a list, for the plan that asks for so many."""
    if not 0 < len(texts) <= MOST_PLATES:
        raise BadInput("PLATES_NOT_READABLE", field="plates", text=str(len(texts)))
    kept = plate_count.count_range(method.plate_range if method else "", analyte)
    counts = [plate_count.counted(text, kept) for text in texts]
    here = units.known(unit) or unit
    found = [f"{one.qualifier}{plain(trim(one.value))}" for one in counts]
    more = [
        {"written": one.written, "rule": one.rule, "shown": one.shown, "value": text,
         "steps": [{"of": of, "value": short(Decimal(value))} for of, value in one.steps]}
        for one, text in zip(counts, found, strict=True)
    ]  # fmt: skip
    shown = tuple(one.shown for one in counts)
    part = Part(
        "plates", counts[0].worked if len(counts) == 1 else ", ".join(shown), ", ".join(found), here, tuple(texts),
        more={"subsamples": more, "range": f"{kept.low}-{kept.high}"},
    )
    entry = read_entry(", ".join(found))
    return Work(entry, here, counts[0].figures, (part,), members=shown)


# ---- what is multiplied ----------------------------------------------------------------------------------------------


def recovered(work: Work, method: MethodVersion, typed: str) -> Work:
    """The value divided by the recovery, where the method asks for it; both values are kept."""
    said = method.recovery_correction
    if not said:
        if typed.strip():
            raise BadInput("RECOVERY_NOT_ASKED", field="recovery", method=method.code)
        return work
    if said == ASKED and not typed.strip():
        if work.entry.value is None:
            return work
        raise BadInput("RECOVERY_NEEDED", field="recovery", method=method.code)
    percent = _percent(typed if typed.strip() else said, "recovery")
    if percent <= 0:
        raise BadInput("NOT_POSITIVE", field="recovery", text=typed[:40])
    if work.entry.value is None:
        return work
    made = replicate.corrected(work.entry.value, percent)
    part = Part(
        "recovery", made.step[0], plain(trim(made.value)), work.unit, {"recovery": typed.strip() or said},
        (made.step,), made.label_en, made.label_zh, {"raw": plain(made.raw)},
    )
    return _multiplied(work, 100 / Fraction(percent), part)


def less_the_analytical_correction(work: Work, method: MethodVersion, analyte: str) -> Work:
    if method.analytical_correction != TOY or work.entry.value is None:
        return work
    made = correction.adjusted(analyte, work.entry.value)
    part = Part(
        "toy", made.step[0], plain(trim(made.value)), work.unit, {"percent": plain(made.percent)}, (made.step,),
        made.label_en, made.label_zh, {"raw": plain(made.raw)},
    )
    return _multiplied(work, Fraction(made.factor), part)


def based(work: Work, source: str, target: str, typed: Mapping[str, str]) -> Work:
    """The value on the basis of its limit. BadInput BASIS_… names the reading that is missing or cannot be."""
    readings = {name: _percent(text, name) for name, text in typed.items() if text.strip()}
    basis.needed(source, target)  # both must be known and of one family even where there is no number
    if work.entry.value is None:
        return _multiplied(work, basis.share(source, target, readings), None)
    made = basis.convert(work.entry.value, source, target, readings)
    part = Part(
        "basis", made.steps[0][0] if made.steps else plain(work.entry.value), plain(trim(made.value)), work.unit,
        {name: typed[name].strip() for name, _ in made.inputs}, made.steps, made.label_en, made.label_zh,
        {"raw": plain(made.raw), "from": source, "to": target},
    )
    return _multiplied(work, basis.share(source, target, readings), part)


def _multiplied(work: Work, factor: Fraction, part: Part | None) -> Work:
    entry = work.entry
    if entry.status == "list":
        raise BadInput("CORRECTION_OF_A_LIST", field="text")
    if part is not None:
        entry = entry._replace(value=Decimal(part.value), text=f"{entry.qualifier or ''}{part.value}")
    entry = entry._replace(lod=_times(entry.lod, factor), loq=_times(entry.loq, factor))
    parts = (*work.parts, part) if part is not None else work.parts
    return replace(work, entry=entry, factor=work.factor * factor, parts=parts, before=work.found)


# ---- small things ----------------------------------------------------------------------------------------------------


def basis_of(limit: Mapping[str, Any] | None) -> str | None:
    """The basis that a frozen limit is printed on, where a result can be converted to it."""
    return basis.basis_named(str((limit or {}).get("basis") or ""))


def usual_source(target: str) -> str:
    """What a result is on before it is converted: coal is weighed air dried, goods as they are."""
    return basis.COAL_AD if basis.BASES[target].family == "coal" else basis.AS_IS


def recovery_declared(text: str) -> None:
    """The method's field: nothing, ``asked``, or a recovery in per cent."""
    if text and text != ASKED and (not text.endswith("%") or _percent(text, "recovery_correction") <= 0):
        raise BadInput("FIELD_NOT_READABLE", field="recovery_correction")


def check_declared(method: MethodVersion) -> None:
    """Whether the fields that are kept as written can be read. BadInput names the field."""
    replicate.repeatability_from(method.repeatability)
    recovery_declared(method.recovery_correction)
    plate_count.count_range(method.plate_range)
    if method.analytical_correction not in ("", TOY):
        raise BadInput("UNKNOWN_CHOICE", field="analytical_correction", value=method.analytical_correction[:40])
    if method.analytical_correction and any(one.name == "AC" for one in method.readings):
        raise BadInput("CORRECTION_TWICE", field="analytical_correction")


def _percent(text: str, field: str) -> Decimal:
    """A reading in per cent, with or without its sign."""
    bare = re.sub(r"\s*%$", "", text.strip())
    entry = read_entry(bare)
    if entry.status != "numeric" or entry.value is None or entry.unit:
        raise BadInput("NOT_A_NUMBER", field=field, text=text[:60])
    return entry.value


def _times(figure: Decimal | None, factor: Fraction) -> Decimal | None:
    return figure if figure is None or factor == 1 else trim(as_decimal(Fraction(figure) * factor))


def trim(value: Decimal) -> Decimal:
    if len(value.as_tuple().digits) <= KEPT_DIGITS:
        return value
    return Decimal(plain(significant(value, KEPT_DIGITS).normalize()))


def short(value: Decimal) -> str:
    return plain(trim(value))

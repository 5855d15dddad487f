"""Figures as a method declares them in one line: ``0.02 mg/kg``, ``20%; 15% from 0.1 mg/kg; k=2; source: VR-7``.

Shared by uncertainty and repeatability; what a figure means is for those who ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lims.domain.numbers import units
from lims.domain.numbers.uncertainty import Level, UncertaintyModel, number_from
from lims.domain.rules.errors import BadInput

_FIGURE = re.compile(
    r"(?P<figure>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>%|[^\s;=:]+(?: \([^)]*\))?)?"
    r"(?:\s+(?:from|自)\s+(?P<start>[0-9]+(?:\.[0-9]+)?)\s*(?P<start_unit>[^\s;=:]+)?)?"
)
_SAID = re.compile(r"(?P<name>[a-z]+|来源)\s*[:=：]\s*(?P<text>.+)", re.IGNORECASE)
_NAMES = {"来源": "source"}
PERCENT, LOGARITHM = "%", "log10"
_LONGEST = 300


@dataclass(frozen=True)
class Figure:
    """One figure in its unit (``%`` of the value, ``log10``, or a unit), from a level on where one is said."""

    value: Decimal
    unit: str
    start: Decimal = Decimal(0)
    start_unit: str = ""


@dataclass(frozen=True)
class Declared:
    """The figures from the lowest level up, and what else is said by name."""

    figures: tuple[Figure, ...]
    said: Mapping[str, str]


def declared(text: str, field: str) -> Declared:
    """Reads the line; BadInput FIELD_NOT_READABLE, UNKNOWN_UNIT, LEVELS_NOT_RISING."""
    figures: list[Figure] = []
    said: dict[str, str] = {}
    if len(text) > _LONGEST:
        raise BadInput("FIELD_NOT_READABLE", field=field)
    for part in filter(None, (one.strip() for one in re.split(r"[;；]", text))):
        named = _SAID.fullmatch(part)
        if named:
            name = named["name"].lower()
            said[_NAMES.get(name, name)] = named["text"].strip()
            continue
        found = _FIGURE.fullmatch(part)
        if found is None:
            raise BadInput("FIELD_NOT_READABLE", field=field)
        figures.append(_figure(found, field))
    starts = [one.start for one in figures]
    if not figures:
        raise BadInput("FIELD_NOT_READABLE", field=field)
    if starts != sorted(set(starts)) or len({one.start_unit for one in figures if one.start}) > 1:
        raise BadInput("LEVELS_NOT_RISING", field=field)
    return Declared(tuple(figures), said)


def _figure(found: re.Match[str], field: str) -> Figure:
    unit = found["unit"] or ""
    if unit.lower() in ("log10", "log", "lg"):
        unit = LOGARITHM
    elif unit and unit != PERCENT:
        unit = units.canonical(unit)
    start_unit = units.canonical(found["start_unit"]) if found["start_unit"] else ""
    value = number_from(found["figure"], field)
    if value <= 0:
        raise BadInput("NOT_POSITIVE", field=field, text=found["figure"])
    return Figure(value, unit, number_from(found["start"] or "0", field), start_unit)


def model_said(text: str, field: str = "uncertainty") -> UncertaintyModel:
    """``20%``, ``0.02 mg/kg``, ``0.25 log10``, ``horwitz``, or levels; with ``k=`` and ``source:`` where said."""
    word, _, rest = text.strip().partition(";")
    horwitz = word.strip().lower() == "horwitz"
    found = declared(f"1%;{rest}" if horwitz else text, field)
    strange = sorted(set(found.said) - {"k", "source"})
    if strange:
        raise BadInput("FIELD_NOT_READABLE", field=field)
    k, source = number_from(found.said.get("k", "2"), field), found.said.get("source", "")
    first = found.figures[0]
    if horwitz:
        return UncertaintyModel("horwitz", k=k, source=source)
    if len(found.figures) == 1 and not first.start:
        kind = {PERCENT: "relative", LOGARITHM: "log10"}.get(first.unit, "absolute")
        return UncertaintyModel(kind, first.value, first.unit if kind == "absolute" else "", k=k, source=source)
    unit, levels = _levels(found, field)
    return UncertaintyModel("by_level", unit=unit, levels=levels, k=k, source=source)


def _levels(found: Declared, field: str) -> tuple[str, tuple[Level, ...]]:
    """All in one unit, that of the levels."""
    unit = next((one.start_unit for one in found.figures if one.start_unit), "")
    levels = []
    for one in found.figures:
        if one.unit == LOGARITHM:
            raise BadInput("FIELD_NOT_READABLE", field=field)
        relative = one.unit == PERCENT
        other = not relative and one.unit and unit
        value = units.convert_difference(one.value, one.unit, unit) if other else one.value
        levels.append(Level(one.start, value, relative))
    return unit, tuple(levels)

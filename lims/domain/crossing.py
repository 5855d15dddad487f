"""A result in a unit of another kind than its limit's (mg/L against mg/kg): the fact that leads there, and the step.

The fact is typed at the bench, found by another analysis of the sample, or stated by the limit itself; without it
nothing is converted. It knows no row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.quantity import FACT_UNITS, USUAL_UNITS, Quantity, across, fact_between, ratio_by
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput
from lims.domain.workup import Part, Work, trim

TYPED, ANALYSIS, LIMIT = "typed", "analysis", "limit"
ORIGINS = (TYPED, ANALYSIS, LIMIT)
KIND = "unit"
_NOT_COMPARED = frozenset({"OUTCOME", "INFO_LE"})
_LONGEST_SOURCE = 200


@dataclass(frozen=True)
class Fact:
    """A fact as it was given: its figure, its unit (empty: the usual one) and where it comes from."""

    text: str = ""
    unit: str = ""
    origin: str = TYPED
    source: str = ""
    """In words: the instrument, the label, the book; of an analysis, its number."""


@dataclass(frozen=True)
class Wanted:
    """What a result in ``source`` needs to be held against a limit in ``target``."""

    name: str
    """density, surface_per_mass or molar_mass."""
    source: str
    target: str


def wanted(unit: str, limit: Mapping[str, Any] | None) -> Wanted | None:
    """The fact without which the result cannot be judged; None where none is needed or none would help."""
    target = str((limit or {}).get("unit") or "")
    if not target or (limit or {}).get("operator") in _NOT_COMPARED:
        return None
    if units.known(unit) is None or units.known(target) is None:
        return None
    name = fact_between(unit, target)
    return Wanted(name, units.canonical(unit), units.canonical(target)) if name else None


_STATED = re.compile(rf"(?P<figure>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>{'|'.join(map(re.escape, FACT_UNITS))})(?![\w/])")


def stated(name: str, limit: Mapping[str, Any] | None) -> Fact | None:
    """The fact as the limit itself says it, such as ``6 dm2/kg`` in its basis or its note; never one of our own."""
    frozen = limit or {}
    text = f"{frozen.get('basis') or ''}; {frozen.get('note') or ''}".replace("²", "2").replace("³", "3")
    for found in _STATED.finditer(text):
        if FACT_UNITS[found["unit"]] == name:
            source = " ".join(filter(None, (frozen.get("standard"), frozen.get("clause"), frozen.get("code"))))
            return Fact(found["figure"], found["unit"], LIMIT, source)
    return None


def quantity_of(name: str, fact: Fact) -> Quantity:
    """The fact as a figure of its kind. BadInput names the field: ``facts.density``."""
    field = f"facts.{name}"
    if fact.origin not in ORIGINS:
        raise BadInput("UNKNOWN_CHOICE", field=f"{field}.origin", value=fact.origin[:40])
    text, unit = fact.text.strip(), fact.unit.strip() or USUAL_UNITS[name]
    for known in sorted(FACT_UNITS, key=len, reverse=True):
        if text.endswith(known):
            text, unit = text.removesuffix(known).strip(), known
            break
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.unit:
        raise BadInput("NOT_A_NUMBER", field=field, text=fact.text[:60])
    unit = unit.replace("²", "2").replace("³", "3")
    if FACT_UNITS.get(unit) != name or entry.value <= 0:
        raise BadInput("FACT_WRONG", field=field, fact=name, value=f"{plain(entry.value)} {unit[:20]}")
    if not fact.source.strip():
        raise BadInput("FACT_SOURCE_NEEDED", field=f"{field}.source", fact=name)
    return Quantity(entry.value, unit, fact.source.strip()[:_LONGEST_SOURCE])


def crossed(work: Work, limit: Mapping[str, Any] | None, facts: Mapping[str, Fact]) -> Work:
    """The result in the limit's unit with the step kept; BadInput FACT_NEEDED names what is missing.

    A typed fact that nothing is converted with is refused as well: somebody meant something by it.
    """
    need = wanted(work.unit, limit)
    others = [name for name, one in facts.items() if one.origin == TYPED and (need is None or name != need.name)]
    if others:
        raise BadInput("FACT_NOT_NEEDED", field=f"facts.{others[0][:40]}", fact=others[0][:40])
    if need is None:
        return work
    fact = facts.get(need.name) or stated(need.name, limit)
    if fact is None:
        raise BadInput(
            "FACT_NEEDED", field=f"facts.{need.name}", fact=need.name, source=need.source, target=need.target
        )
    known = quantity_of(need.name, fact)
    return _moved(work, need, fact, known, ratio_by(need.source, need.target, known))


def _moved(work: Work, need: Wanted, fact: Fact, known: Quantity, ratio: Fraction) -> Work:
    entry = work.entry
    if entry.status == "list":
        raise BadInput("CORRECTION_OF_A_LIST", field="text")
    steps: tuple[tuple[str, str], ...] = ()
    worked = value = entry.text
    if entry.value is not None:
        made = across(
            Quantity(entry.value, need.source), need.target,
            density=known if need.name == "density" else None,
            surface_per_mass=known if need.name == "surface_per_mass" else None,
            molar_mass=known if need.name == "molar_mass" else None,
        )  # fmt: skip
        steps = tuple((step.formula, step.gives) for step in made.steps)
        worked = made.steps[0].formula if len(made.steps) == 1 else " → ".join(of for of, _ in steps)
        value = plain(trim(as_decimal(Fraction(entry.value) * ratio)))
    part = Part(
        KIND, worked, value, need.target, {need.name: f"{plain(known.value)} {known.unit}"}, steps,
        more={"raw": plain(entry.value) if entry.value is not None else entry.text, "from": need.source,
              "origin": fact.origin, "source": known.source},
    )  # fmt: skip
    entry = entry._replace(
        value=None if entry.value is None else Decimal(value), unit=need.target,
        text=entry.text if entry.value is None else f"{entry.qualifier or ''}{value}",
        lod=None if entry.lod is None else trim(as_decimal(Fraction(entry.lod) * ratio)),
        loq=None if entry.loq is None else trim(as_decimal(Fraction(entry.loq) * ratio)),
    )
    return replace(
        work, entry=entry, unit=need.target, parts=(*work.parts, part), factor=work.factor * ratio,
        before=work.found, found_unit=work.found_unit or work.unit, crossed=ratio,
    )

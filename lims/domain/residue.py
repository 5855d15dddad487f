"""Residue definitions: which compounds a residue is the sum of, each converted to the one it is expressed as.

A compound counts with the ratio of the molar masses (3-hydroxycarbofuran as carbofuran: 221.26/237.25). A member may
have a definition of its own; one that comes back to itself is refused. It knows no results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from lims.domain.factors import pairs, positive
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

_FACTOR = Context(prec=34, rounding=ROUND_HALF_EVEN)
_DEEPEST = 10


@dataclass(frozen=True)
class Residue:
    """One definition of the residue that is reported as ``analyte``; an empty jurisdiction means everywhere."""

    code: str
    analyte: str
    jurisdiction: str
    molar_mass: Decimal | None
    """g/mol of the compound that the sum is expressed as; None for a sum without conversion."""
    members: tuple[tuple[str, Decimal | None], ...]
    """Analyte, and its molar mass where there is a conversion."""
    version: int = 1


class Share(NamedTuple):
    """A compound that is measured, with the factor by which it counts in the sum."""

    analyte: str
    factor: Decimal = Decimal(1)
    told: str = ""
    """The factor as anyone can work it out: ``221.26/237.25``; empty for a factor of one."""


def residue_from(code: str, content: Mapping[str, str], version: int = 1) -> Residue:
    """Reads the stored fields of a definition; raises BadInput naming the field that cannot stand."""
    text = {key: (value or "").strip() for key, value in content.items()}
    for name in ("analyte", "members"):
        if not text.get(name):
            raise BadInput("FIELD_NEEDED", field=name)
    mass = positive(text["molar_mass"], "molar_mass") if text.get("molar_mass") else None
    members = pairs(text["members"], "members")
    for analyte, own in members:
        if mass is not None and own is None:
            raise BadInput("MOLAR_MASS_NEEDED", field="members", member=analyte)
        if mass is None and own is not None:
            raise BadInput("FIELD_NEEDED", field="molar_mass")
        if analyte == text["analyte"]:
            raise BadInput("CIRCULAR_DEFINITION", field="members", member=analyte, path=f"{analyte} > {analyte}")
    return Residue(code, text["analyte"], text.get("jurisdiction", ""), mass, members, version)


def in_force_for(definitions: Iterable[Residue], jurisdiction: str) -> dict[str, Residue]:
    """Analyte -> its definition: the jurisdiction's own, else the general one."""
    found: dict[str, Residue] = {}
    for one in definitions:
        if one.jurisdiction == jurisdiction or (not one.jurisdiction and one.analyte not in found):
            found[one.analyte] = one
    return found


def shares(residue: Residue, definitions: Mapping[str, Residue]) -> tuple[Share, ...]:
    """The compounds that are measured with their factors, definitions of members resolved; BadInput when circular."""
    found: dict[str, tuple[Fraction, tuple[str, ...]]] = {}
    _collect(residue, Fraction(1), (), (residue.analyte,), definitions, found)
    return tuple(Share(code, _decimal(factor), "×".join(told)) for code, (factor, told) in found.items())


def _collect(
    residue: Residue,
    factor: Fraction,
    told: tuple[str, ...],
    path: tuple[str, ...],
    definitions: Mapping[str, Residue],
    found: dict[str, tuple[Fraction, tuple[str, ...]]],
) -> None:
    for analyte, mass in residue.members:
        if analyte in path or len(path) > _DEEPEST:
            raise BadInput("CIRCULAR_DEFINITION", field="members", member=analyte, path=" > ".join((*path, analyte)))
        own, said = factor, told
        if mass is not None and residue.molar_mass is not None and mass != residue.molar_mass:
            own = factor * Fraction(residue.molar_mass) / Fraction(mass)
            said = (*told, f"{plain(residue.molar_mass)}/{plain(mass)}")
        inner = definitions.get(analyte)
        if inner is not None:
            _collect(inner, own, said, (*path, analyte), definitions, found)
        elif analyte in found:
            raise BadInput("MEMBER_TWICE", field="members", member=analyte)
        else:
            found[analyte] = (own, said)


def _decimal(ratio: Fraction) -> Decimal:
    return _FACTOR.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))


def check_among(code: str, content: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
    """The definition together with all others must lead to compounds that are measured, in every jurisdiction."""
    every = {name: residue_from(name, one) for name, one in others.items()}
    every[code] = residue_from(code, content)
    for place in dict.fromkeys(["", *(one.jurisdiction for one in every.values())]):
        known = in_force_for(every.values(), place)
        for one in known.values():
            shares(one, known)

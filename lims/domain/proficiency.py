"""Proficiency tests: how far a laboratory's value is from the assigned one, and what that score means.

Formulas and bounds of ISO 13528:2022 (9.4 z, 9.5 z', 9.6 zeta, 9.7 En); scores are compared exactly, by squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers.statistics import as_decimal, root
from lims.domain.rules.errors import BadInput

KINDS = ("z", "z'", "zeta", "En")


@dataclass(frozen=True)
class Score:
    """The score with its sign, and ``satisfactory``, ``questionable`` or ``unsatisfactory``."""

    kind: str
    value: Decimal
    verdict: str


def z(value: Decimal, assigned: Decimal, deviation: Decimal) -> Score:
    """z = (x - X) / sigma_pt."""
    return _score("z", value, assigned, _square(deviation, "deviation"))


def z_prime(value: Decimal, assigned: Decimal, deviation: Decimal, u_assigned: Decimal) -> Score:
    """z' = (x - X) / sqrt(sigma_pt² + u(X)²): where the assigned value is not much surer than sigma_pt."""
    return _score("z'", value, assigned, _square(deviation, "deviation") + _square(u_assigned, "u_assigned"))


def zeta(value: Decimal, assigned: Decimal, u_value: Decimal, u_assigned: Decimal) -> Score:
    """zeta = (x - X) / sqrt(u(x)² + u(X)²), standard uncertainties."""
    return _score("zeta", value, assigned, _square(u_value, "u_value") + _square(u_assigned, "u_assigned"))


def en(value: Decimal, assigned: Decimal, expanded: Decimal, expanded_assigned: Decimal) -> Score:
    """En = (x - X) / sqrt(U(x)² + U(X)²), expanded uncertainties of the same coverage; 1 is still satisfactory."""
    spread = _square(expanded, "expanded") + _square(expanded_assigned, "expanded_assigned")
    return _score("En", value, assigned, spread)


def _square(part: Decimal, field: str) -> Fraction:
    if not part.is_finite() or part < 0:
        raise BadInput("NEGATIVE", field=field, text=str(part))
    return Fraction(part) ** 2


def _score(kind: str, value: Decimal, assigned: Decimal, square: Fraction) -> Score:
    """BadInput SPREAD_IS_ZERO where there is nothing to divide by."""
    if not square:
        raise BadInput("SPREAD_IS_ZERO")
    away = Fraction(value) - Fraction(assigned)
    size = root(away**2 / square)
    return Score(kind, as_decimal(Fraction(size)).copy_sign(-1 if away < 0 else 1), _verdict(kind, away**2 / square))


def _verdict(kind: str, squared: Fraction) -> str:
    if kind == "En":
        return "satisfactory" if squared <= 1 else "unsatisfactory"
    if squared <= 4:
        return "satisfactory"
    return "questionable" if squared < 9 else "unsatisfactory"


ALARMING = ("questionable", "unsatisfactory")
"""Verdicts that ask for a conclusion (ISO/IEC 17025, 7.7.3)."""


@dataclass(frozen=True)
class Reported:
    """What a round says of one analyte, all in one unit; uncertainties of the laboratory expanded, of X standard."""

    value: Decimal
    assigned: Decimal
    sigma: Decimal | None = None
    expanded: Decimal | None = None
    k: Decimal = Decimal(2)
    u_assigned: Decimal | None = None


@dataclass(frozen=True)
class Scored:
    """Every score that the figures allow, and the one that decides."""

    scores: tuple[Score, ...]
    decides: Score


def score(one: Reported) -> Scored:
    """z' decides where u(X) > 0.3 sigma_pt (ISO 13528:2022, 9.2.1), else z; without sigma_pt, En.

    BadInput PT_NOTHING_TO_SCORE where neither sigma_pt nor both uncertainties are known.
    """
    found: dict[str, Score] = {}
    if one.k <= 0:
        raise BadInput("NOT_POSITIVE", field="k", text=str(one.k))
    if one.sigma is not None:
        found["z"] = z(one.value, one.assigned, one.sigma)
    if one.sigma is not None and one.u_assigned is not None:
        found["z'"] = z_prime(one.value, one.assigned, one.sigma, one.u_assigned)
    if one.expanded is not None and one.u_assigned is not None and (one.expanded or one.u_assigned):
        own = as_decimal(Fraction(one.expanded) / Fraction(one.k))
        found["zeta"] = zeta(one.value, one.assigned, own, one.u_assigned)
        found["En"] = en(one.value, one.assigned, one.expanded, one.u_assigned * 2)
    if not found:
        raise BadInput("PT_NOTHING_TO_SCORE")
    return Scored(tuple(found.values()), found[_deciding(one, found)])


def _deciding(one: Reported, found: dict[str, Score]) -> str:
    if one.sigma is None:
        return "En"
    unsure = one.u_assigned is not None and Fraction(one.u_assigned) > Fraction(3, 10) * Fraction(one.sigma)
    return "z'" if unsure and "z'" in found else "z"

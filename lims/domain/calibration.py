"""A calibration as it is found: its coefficient, its levels, and what its line gives back for each of them.

From the points themselves, or from what an instrument's software reports; the windows are qc_window's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.statistics import WEIGHTS, fit
from lims.domain.rules.errors import BadInput

_BACK = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[-–~]\s*([0-9]+(?:\.[0-9]+)?)\s*%?")
_MOST = 40


@dataclass(frozen=True)
class CalibrationFound:
    """``r`` for people and its square for comparing; ``back`` are back-calculated levels in per cent."""

    r: Decimal
    r_square: Fraction
    levels: int
    back: tuple[Fraction, ...]


def calibration_from(text: str) -> CalibrationFound:
    """``r=0.9993; levels=6; back=93-108``, or points ``0=0.001; 1=0.102; … ; weight=1/x`` (level = signal).

    A level of zero is fitted and not given back. BadInput CALIBRATION_NOT_READABLE.
    """
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, sign, value = part.partition("=")
        if not sign:
            raise _unreadable(text)
        pairs.append((name.strip(), value.strip()))
    named = dict(pairs)
    return _reported(text, named) if "r" in named else _fitted(text, pairs)


def from_points(points: list[tuple[Decimal, Decimal]], weight: str = "1") -> CalibrationFound:
    """By the line of least squares through (level, signal); BadInput of fit where there is none."""
    line = fit(points, weight)
    slope, start = Fraction(line.slope), Fraction(line.intercept)
    if not slope:
        raise BadInput("SLOPE_IS_ZERO")
    back = tuple((Fraction(y) - start) / slope / Fraction(x) * 100 for x, y in points if x)
    return CalibrationFound(line.r, Fraction(line.r) ** 2, len({x for x, _ in points}), back)


def _reported(text: str, named: dict[str, str]) -> CalibrationFound:
    if set(named) - {"r", "levels", "back"} or "levels" not in named:
        raise _unreadable(text)
    r, levels = _number(text, named["r"]), named["levels"]
    if not (levels.isascii() and levels.isdigit() and len(levels) < 4) or abs(r) > 1:
        raise _unreadable(text)
    ends = _BACK.fullmatch(named["back"]) if "back" in named else None
    if "back" in named and ends is None:
        raise _unreadable(text)
    back = (Fraction(ends[1]), Fraction(ends[2])) if ends else ()
    return CalibrationFound(r, Fraction(r) ** 2, int(levels), back)


def _fitted(text: str, pairs: list[tuple[str, str]]) -> CalibrationFound:
    weight = next((value for name, value in pairs if name == "weight"), "1")
    points = [(_number(text, x), _number(text, y)) for x, y in pairs if x != "weight"]
    if weight not in WEIGHTS or not 3 <= len(points) <= _MOST:
        raise _unreadable(text)
    return from_points(points, weight)


def _number(text: str, part: str) -> Decimal:
    entry = read_entry(part)
    if entry.status != "numeric" or entry.value is None or entry.unit:
        raise _unreadable(text)
    return entry.value


def _unreadable(text: str) -> BadInput:
    return BadInput("CALIBRATION_NOT_READABLE", field="text", text=text[:60])

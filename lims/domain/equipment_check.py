"""A check of an instrument: what was found, what was left, whether that is good enough, and when it is due again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lims.domain.equipment import SOON_DAYS
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput

PASSED, ADJUSTED, FAILED = "pass", "adjusted", "fail"
GOOD = (PASSED, ADJUSTED)
OUTCOMES = (PASSED, ADJUSTED, FAILED)
MOST_POINTS = 50
MOST_DAYS, MOST_USES = 3650, 999_999


@dataclass(frozen=True)
class Point:
    """One point of a check as it was written down: texts with their printed digits, ends of the criterion included."""

    name: str
    low: str = ""
    high: str = ""
    unit: str = ""
    as_found: str = ""
    as_left: str = ""
    """Empty where nothing was adjusted: it was left as it was found."""


@dataclass(frozen=True)
class JudgedPoint:
    point: Point
    found: str
    """``pass``, ``fail``, or empty where nothing was found or nothing is asked."""
    left: str


def judged(point: Point) -> JudgedPoint:
    """Read by the one grammar and compared with both ends; BadInput where a text is no number of that unit."""
    if not point.name.strip():
        raise BadInput("FIELD_NEEDED", field="point")
    low, high = (_number(text, point.unit, point.name) for text in (point.low, point.high))
    if low is not None and high is not None and low > high:
        raise BadInput("RANGE_ENDS", field=point.name, value=f"{point.low} … {point.high}")
    found = _verdict(point.as_found, point, low, high)
    if not found and not point.as_left.strip():
        raise BadInput("FIELD_NEEDED", field=point.name)
    return JudgedPoint(point, found, _verdict(point.as_left, point, low, high) if point.as_left.strip() else found)


def _verdict(text: str, point: Point, low: Decimal | None, high: Decimal | None) -> str:
    value = _number(text, point.unit, point.name)
    if value is None:
        return ""
    inside = (low is None or value >= low) and (high is None or value <= high)
    return PASSED if inside else FAILED


def _number(text: str, unit: str, field: str) -> Decimal | None:
    """A plain number, with the unit of the point (which may be any word: g, nm), or with one that turns into it."""
    if not text.strip():
        return None
    entry = read_entry(text.strip().removesuffix(unit.strip()).strip() if unit.strip() else text.strip())
    if entry.status != "numeric" or entry.value is None or entry.expanded is not None:
        raise BadInput("NOT_A_NUMBER", field=field, text=text[:60])
    if entry.unit is None or not unit.strip():
        return entry.value
    return units.convert(entry.value, entry.unit, unit.strip())


def outcome(points: Sequence[JudgedPoint], said: str) -> str:
    """By the points where there are any, else as the person says; a person may fail what the numbers pass, never pass
    what they fail. Found outside and left inside is ``adjusted``: fit again, yet earlier results are in question.
    """
    if said and said not in OUTCOMES:
        raise BadInput("UNKNOWN_CHOICE", field="outcome", value=said)
    if not points:
        if not said:
            raise BadInput("FIELD_NEEDED", field="outcome")
        return said
    if said == FAILED or any(one.left == FAILED for one in points):
        return FAILED
    return ADJUSTED if said == ADJUSTED or any(one.found == FAILED for one in points) else PASSED


def questions_the_past(word: str) -> bool:
    """Whether results since the last good check must be looked at (ISO/IEC 17025 6.4.9, 7.10)."""
    return word in (FAILED, ADJUSTED)


def next_due(done: date, every_days: int | None) -> date | None:
    return done + timedelta(days=every_days) if every_days else None


def soon_on(due: date | None, every_days: int | None) -> date | None:
    """Thirty days before, but not before the last quarter of the interval: a weekly check is not always due soon."""
    if due is None:
        return None
    return due - timedelta(days=min(SOON_DAYS, every_days // 4) if every_days else SOON_DAYS)

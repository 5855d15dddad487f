"""A weighed (or metered) value: how it is typed, and whether the balance may be trusted with so much or so little."""

from __future__ import annotations

import re
from decimal import Decimal

from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal

IN_GRAMS = {
    "ug": Decimal("0.000001"), "mg": Decimal("0.001"), "g": Decimal(1), "kg": Decimal(1000), "t": Decimal(10**6),
}  # fmt: skip
_ONE = re.compile(r"\s*([-+]?\d{1,9}(?:\.\d{1,9})?)\s*(g|mg|kg|ug|µg|pH|t)\s*")
_NUMBER = r"(\d+(?:\.\d+)?)\s*(t|kg|g|mg|ug|µg|pH)?"
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|–|—|~|～|to|至|\.\.)\s*{_NUMBER}", re.IGNORECASE)


def typed(text: str) -> tuple[Decimal, str]:
    """A value with its unit as a person reads it off the display; a number without a unit is none."""
    found = _ONE.fullmatch(text)
    if found is None:
        raise BadInput("WEIGHT_TEXT", field="text", text=text[:40])
    return Decimal(found[1]), found[2].replace("µ", "u")


def outside(value: Decimal, unit: str, working_range: str) -> Refusal | None:
    """Why the value is not one that the balance may give: below its minimum weight, above its capacity, below zero.

    A working range that cannot be read as two numbers with a unit sets no bounds; its papers are for people then.
    """
    if unit == "pH":
        return None if 0 <= value <= 14 else refusal("OUTSIDE_WORKING_RANGE", value=f"{value} pH", range="0 – 14 pH")
    if value <= 0:
        return refusal("WEIGHT_NOT_POSITIVE", value=f"{value} {unit}")
    bounds = _bounds(working_range)
    if bounds is None or unit not in IN_GRAMS:
        return None
    grams = value * IN_GRAMS[unit]
    if grams < bounds[0]:
        return refusal("BELOW_MINIMUM_WEIGHT", value=f"{value} {unit}", range=working_range)
    return refusal("OUTSIDE_WORKING_RANGE", value=f"{value} {unit}", range=working_range) if grams > bounds[1] else None


def _bounds(text: str) -> tuple[Decimal, Decimal] | None:
    found = _RANGE.search(text)
    if found is None or not found[4]:
        return None
    high, low = found[4].lower().replace("µ", "u"), (found[2] or found[4]).lower().replace("µ", "u")
    if high not in IN_GRAMS or low not in IN_GRAMS:
        return None
    return Decimal(found[1]) * IN_GRAMS[low], Decimal(found[3]) * IN_GRAMS[high]

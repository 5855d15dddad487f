"""Where the limit and the result with its uncertainty lie on one line, for drawing the comparison to scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lims.services.reading.analysis import AnalysisView

LEFT, WIDTH = Decimal(20), Decimal(520)
"""The line runs from LEFT to LEFT + WIDTH in a picture 560 wide."""


@dataclass(frozen=True)
class Scale:
    """Places along the line, in units of the picture; ``low`` and ``high`` are the ends of x - U and x + U."""

    limit: str
    limit2: str
    value: str
    low: str
    high: str


def scale_of(seen: AnalysisView) -> Scale | None:
    """None where there is nothing to draw: no plain number, no plain limit, or different units."""
    result = seen.result
    if result is None or seen.operator not in ("LE", "LT", "GE", "GT", "RANGE") or not seen.limit_value:
        return None
    value, limit = _number(result.compared), _number(seen.limit_value)
    if value is None or limit is None:
        return None
    limit2 = _number(seen.limit_value2)
    spread = _spread(seen, value)
    places = [one for one in (Decimal(0), value - spread, value + spread, limit, limit2) if one is not None]
    low, high = min(places), max(places)
    high += (high - low) / 8 or Decimal(1)

    def at(number: Decimal) -> str:
        return f"{LEFT + (number - low) / (high - low) * WIDTH:.1f}"

    return Scale(at(limit), at(limit2) if limit2 is not None else "", at(value), at(value - spread), at(value + spread))


def _spread(seen: AnalysisView, value: Decimal) -> Decimal:
    """U where it stands in the unit of the limit, else nothing."""
    result = seen.result
    if result is None or result.unit != seen.limit_unit:
        return Decimal(0)
    return _number(result.expanded) or Decimal(0)


def _number(text: str) -> Decimal | None:
    cleaned = text.strip()
    if not cleaned or any(c not in "0123456789.-" for c in cleaned):
        return None
    return Decimal(cleaned)

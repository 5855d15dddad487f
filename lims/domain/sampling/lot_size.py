"""How many items a lot has: the pieces declared, or else its packages; never a guess from a weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from lims.domain.rules.refusal import Refusal, refusal

PIECE_UNITS = frozenset((
    "pc", "pcs", "piece", "pieces", "unit", "units", "item", "items", "pair", "pairs", "set", "sets", "each", "ea",
    "件", "个", "只", "双", "套", "台", "条", "块", "片", "辆", "支",
))
"""Units in which goods are counted."""
_COUNT = re.compile(r"\s*([1-9][0-9]{0,11})(?![0-9.,，．])")


@dataclass(frozen=True)
class Size:
    """``of`` is what was counted: ``pieces`` or ``packages``."""

    count: int
    of: str


def lot_size(quantity: Decimal, unit: str, packages: str, lots: int) -> Size | Refusal:
    """The size of one of ``lots`` lots of a declared line; the packages of a line are those of its only lot."""
    if unit.strip().casefold() in PIECE_UNITS and quantity == quantity.to_integral_value():
        return Size(int(quantity), "pieces")
    found = _COUNT.match(packages) if lots == 1 else None
    return Size(int(found[1]), "packages") if found else refusal("LOT_SIZE_UNKNOWN", unit=unit[:20])

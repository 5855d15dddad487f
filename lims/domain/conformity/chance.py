"""The probability that a quantity conforms, from a measured value and its standard uncertainty (JCGM 106:2012 7.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from lims.domain.numbers.statistics import normal_cdf


class Chance(NamedTuple):
    """Normal distribution, no prior knowledge; worked out only when asked for, because most verdicts do not need it."""

    x: Decimal
    low: Decimal | None
    high: Decimal | None
    expanded: Decimal
    """U, above zero."""
    k: Decimal

    def value(self) -> Decimal:
        """Phi((TU-x)/u) - Phi((TL-x)/u); with one side only, that side's share."""
        u = self.expanded / self.k
        if self.high is None:
            assert self.low is not None
            return normal_cdf((self.x - self.low) / u)
        upper = normal_cdf((self.high - self.x) / u)
        return upper if self.low is None else upper - normal_cdf((self.low - self.x) / u)

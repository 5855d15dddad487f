"""The one room of the ground floor where binary floats are allowed: the normal distribution."""

from __future__ import annotations

import math
from decimal import Decimal


def normal_cdf(z: Decimal) -> Decimal:
    """Phi(z), good to 15 digits; used for probabilities that are printed with four."""
    return Decimal(repr(0.5 * math.erfc(-float(z) / math.sqrt(2))))

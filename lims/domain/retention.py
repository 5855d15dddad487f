"""How long a tested sample is kept: a proposal by its verdict. It knows no store and no today."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS = {"PASS": 3}
OTHERWISE = 6
"""Three months from the conclusion where it conforms and six where it does not; the laboratory's own default."""


def kept_until(concluded: date, verdict: str) -> date:
    """The day that is proposed for a sample concluded on that day; a longer or shorter one is the custodian's word."""
    months = concluded.month - 1 + MONTHS.get(verdict, OTHERWISE)
    year, month = concluded.year + months // 12, months % 12 + 1
    return date(year, month, min(concluded.day, monthrange(year, month)[1]))

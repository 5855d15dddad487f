"""Staged readings: which role is which quality control, which of several dilutions is proposed, when a value is new."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

EVIDENCE = frozenset({"standard", "calibration", "calibrant", "istd", "internal_standard", "tune"})
"""Roles of readings that show how the run was made, and are nobody's result."""
QC_OF_ROLE: Mapping[str, str] = {
    "blank": "blank", "duplicate": "duplicate", "spike": "spike", "crm": "crm", "qc": "crm", "control": "crm",
}  # fmt: skip
_OUT = re.compile(r"out|above|over|below|range|outlier|超|低于", re.IGNORECASE)


def same(stored: str, read: str) -> bool:
    """The same text, or the same number with the same digits."""
    return stored.strip() == read.strip()


def dilution(extra: Mapping[str, str]) -> Decimal:
    """The factor that the file tells; one where it tells none. ``1:10`` and ``x10`` are ten."""
    text = extra.get("dilution", "").strip().casefold().lstrip("x").removeprefix("1:").strip()
    try:
        found = Decimal(text) if text else Decimal(1)
    except InvalidOperation:
        return Decimal(1)
    return found if found.is_finite() and found > 0 else Decimal(1)


def in_range(extra: Mapping[str, str]) -> bool:
    """Whether nothing beside the value says that it lies outside the calibration."""
    return not any(_OUT.search(extra.get(name, "")) for name in ("outliers", "range", "calibration"))


def proposed(rows: Sequence[tuple[int, Mapping[str, str]]]) -> int:
    """Of several readings of one analysis the number of that in the calibration range with the lowest dilution.

    Of equal ones the first of the file; outside the range only where all are.
    """
    return min(rows, key=lambda row: (not in_range(row[1]), dilution(row[1]), row[0]))[0]

"""Which accreditation marks may stand beside a result: those whose scope names method, analyte and field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lims.domain.specification import in_force

MARKS = ("CMA", "CNAS")
ALL = "*"


@dataclass(frozen=True)
class ScopeLine:
    mark: str
    registration_no: str
    category: str
    method: str
    """The code with its edition: another edition is another line."""
    analyte: str
    valid_from: date
    valid_to: date | None


def marks_for(
    lines: Iterable[ScopeLine], method: str, analyte: str, category: str, on: date
) -> tuple[tuple[str, str], ...]:
    """(mark, registration number) pairs in force on the day, each once, in order."""
    found = {
        (line.mark, line.registration_no)
        for line in lines
        if line.method == method
        and line.analyte in (analyte, ALL)
        and line.category in (category, ALL)
        and in_force(line.valid_from, line.valid_to, on)
    }
    return tuple(sorted(found))

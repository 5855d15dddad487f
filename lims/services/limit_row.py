"""What goes into a library and what comes back: a row of a source, a row that did not go in, and the sums.

Values only; whether a row can stand is decided in limit_sift.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lims.domain.rules.refusal import Refusal


@dataclass(frozen=True)
class LibraryRow:
    """One row of a source, all of it text; ``number`` is the line a person finds it at."""

    number: int
    code: str
    content: Mapping[str, str]
    valid_from: str = ""
    valid_to: str = ""
    trouble: Refusal | None = None
    """Why the mapping of its source could not make a row of it; such a row is listed and goes no further."""


@dataclass(frozen=True)
class RefusedRow:
    """A row that did not go in: which, because of which field, and why."""

    number: int
    code: str
    field: str
    reason: Refusal


@dataclass(frozen=True)
class Loaded:
    """What became of the rows of a source: every one of them is counted in exactly one of the three."""

    library: str
    added: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


def refused_row(number: int, code: str, reason: Refusal) -> RefusedRow:
    return RefusedRow(number, code, str(reason.params.get("field", "")), reason)

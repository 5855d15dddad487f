"""The top of a file as a person would see it, and the recipe that is proposed for it where one is.

It shows texts as they stand; what they mean is the recipe's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instruments.errors import FileRefused
from instruments.recipes.proposal import Proposal
from instruments.recipes.proposing import propose_for
from instruments.source import view_of

SHEETS, LINES, CELLS, CHARACTERS = 20, 60, 60, 120


@dataclass(frozen=True)
class SheetTop:
    """``lines`` are (number of the line, its texts); ``rows`` counts all that the sheet has."""

    name: str
    rows: int
    lines: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Look:
    sheets: tuple[SheetTop, ...]
    proposal: Proposal | None


def look_at(data: bytes, known: Sequence[str] = ()) -> Look:
    """Refused as reading is; a file in which no table is found is shown without a proposal."""
    view = view_of(data)
    tops = tuple(
        SheetTop(sheet.name, len(sheet.rows), tuple(
            (row.line, tuple(text[:CHARACTERS] for text in row.cells[:CELLS])) for row in sheet.rows[:LINES]))
        for sheet in view.sheets[:SHEETS]
    )
    try:
        return Look(tops, propose_for(view, known))
    except FileRefused:
        return Look(tops, None)

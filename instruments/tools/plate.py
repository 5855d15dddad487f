"""Plates read as grids: a line of column numbers, under it lines that begin with the letter of the row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import FileRefused, cut_short
from instruments.tools.grid import Row, Sheet, width_of

_WIDTHS = frozenset({3, 4, 6, 8, 12, 24, 48})
_COLUMN = re.compile(r"^[1-9]\d?$")
_LETTER = re.compile(r"^(?:[A-Z]|A[A-F])$")
WELL = re.compile(r"^(?P<row>[A-P]|A[A-F])0*(?P<column>[1-9]\d?)$")


@dataclass(frozen=True)
class Well:
    """``label`` is what stands right of the row: the name of the reading, where a maker prints one."""

    name: str
    text: str
    label: str
    line: int
    column: str


@dataclass(frozen=True)
class Grid:
    """``at`` is the index of its number line, ``end`` that of the first row behind it."""

    at: int
    end: int
    corner: str
    wells: tuple[Well, ...]


def grids(sheet: Sheet) -> Iterator[Grid]:
    index = 0
    while index < len(sheet.rows):
        numbers = _numbers(sheet.rows[index])
        grid = _grid(sheet, index, numbers) if numbers else None
        if grid is not None:
            yield grid
        index = grid.end if grid is not None else index + 1


def last_line_is_doubtful(sheet: Sheet, grid: Grid) -> bool:
    return not sheet.ended and grid.end == len(sheet.rows)


def _numbers(row: Row) -> dict[int, int]:
    """Plate column -> index of its cell, where the row holds 1 to a plate's width, each once, and little else."""
    if "1" not in row.cells or "2" not in row.cells or "3" not in row.cells:
        return {}
    found: dict[int, int] = {}
    others = 0
    for index, text in enumerate(row.cells):
        if _COLUMN.match(text) and int(text) not in found:
            found[int(text)] = index
        elif text:
            others += 1
    whole = len(found) in _WIDTHS and max(found) == len(found)
    return dict(sorted(found.items())) if whole and others <= 2 else {}


def _grid(sheet: Sheet, at: int, numbers: dict[int, int]) -> Grid | None:
    letters = _letter_column(sheet, at, set(numbers.values()))
    if letters is None:
        return None
    wells: list[Well] = []
    letter, end, labels = "", at + 1, -1
    for row in sheet.rows[at + 1 :]:
        places = [index for index, text in enumerate(row.cells)
                  if text and index != letters and index not in numbers.values()]
        own = row.at(letters)
        if _LETTER.match(own):
            letter = own
        elif own or labels < 0 or not row.at(labels):
            break
        if labels < 0 and len(places) == 1:
            labels = places[0]
        _refuse_shape(sheet, row, max(numbers.values()) + 1, len(places))
        wells += [Well(f"{letter}{number}", row.at(index), row.at(labels) if labels >= 0 else "", row.line, str(number))
                  for number, index in numbers.items()]
        end += 1
    return Grid(at, end, sheet.rows[at].at(letters), tuple(wells)) if wells else None


def _letter_column(sheet: Sheet, at: int, taken: set[int]) -> int | None:
    """The one column that holds the letter A under the numbers."""
    if at + 1 >= len(sheet.rows):
        return None
    found = [index for index, text in enumerate(sheet.rows[at + 1].cells) if text == "A" and index not in taken]
    return found[0] if len(found) == 1 else None


def _refuse_shape(sheet: Sheet, row: Row, width: int, beside: int) -> None:
    last = row is sheet.rows[-1]
    if sheet.delimited and last and not sheet.ended and len(row.cells) < width:
        raise cut_short(line=row.line, cells=len(row.cells), header=width)
    if beside > 1:
        raise FileRefused("CORRUPT_ROW", line=row.line, cells=width_of(row), header=width)

"""Sheets, rows and header lookups: cells as printed texts with the place they came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from instruments.errors import FileRefused, corrupt_header, cut_short
from instruments.reading import Tally
from instruments.tools.header_words import english

MAX_ROWS = 500_000
MAX_COLUMNS = 2_000
MAX_CELL = 32 * 1024
HEADER_WITHIN = 80
_LONGEST_NAME = 200


class _Placed(NamedTuple):
    line: int
    cells: tuple[str, ...]


class Row(_Placed):
    """``line`` counts from 1, in the file for text and in the sheet for workbooks.

    Half a million of these may be made for one file, and nothing is cheaper to make than a tuple with names.
    """

    def at(self, index: int | None) -> str:
        """The trimmed text, empty where the row is shorter or the column absent."""
        return self.cells[index] if index is not None and index < len(self.cells) else ""

    @property
    def alone(self) -> str:
        """The only text of the row, wherever it stands; empty where there are none or several."""
        return next(filter(None, self.cells)) if sum(map(bool, self.cells)) == 1 else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """Its texts as header names are compared: collapsed, without regard to case."""
        return frozenset(map(folded, filter(None, self.cells)))

    @property
    def blank(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True)
class Sheet:
    """``ended`` is false for a text whose last line has no line end: it may have been cut.

    In a ``delimited`` sheet an empty cell at the end of a row was written on purpose; in a workbook it may be
    mere padding.
    """

    name: str
    rows: tuple[Row, ...]
    ended: bool = True
    delimited: bool = False

    @cached_property
    def top_names(self) -> frozenset[str]:
        """All names in the lines where a header may stand: what is not among them need not be looked for."""
        texts = set().union(*(row.cells for row in self.rows[:HEADER_WITHIN]))
        return frozenset(folded(text) for text in texts if text and not text.replace(".", "", 1).isdigit())

    @cached_property
    def top_words(self) -> tuple[frozenset[str], ...]:
        """Of each of these lines, its texts as a recipe compares them: collapsed, whatever their case."""
        return tuple(words_of(row.cells) for row in self.rows[:HEADER_WITHIN])

    def width(self, row: Row) -> int:
        return len(row.cells) if self.delimited else width_of(row)


def collapsed(text: str) -> str:
    return " ".join(text.split())


def words_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(name.split()).casefold() for name in names if name)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return english(" ".join(text.split())).casefold()


def folded(text: str) -> str:
    """As header texts are compared: in English, collapsed, without regard to case.

    Every adapter asks about the same few, so short ones are folded once.
    """
    return _folded(text) if len(text) <= _LONGEST_NAME else ""


def same(left: str, right: str) -> bool:
    """Do two header texts name the same column? Case, language and runs of white space do not count."""
    return folded(left) == folded(right)


def position(names: tuple[str, ...], *wanted: str) -> int | None:
    """Index of the column bearing the first of the wanted names that is there; twice is corrupt."""
    for name in wanted:
        asked = folded(name)
        found = [index for index, text in enumerate(names) if text and folded(text) == asked]
        if len(found) > 1:
            # A header in two languages names a column twice; the one in our words is meant.
            found = [index for index in found if names[index].casefold() == name.casefold()] or found
        if len(found) > 1:
            raise corrupt_header(column=name, because="COLUMN_TWICE")
        if found:
            return found[0]
    return None


def required(names: tuple[str, ...], *wanted: str) -> int:
    index = position(names, *wanted)
    if index is None:
        raise corrupt_header(column=wanted[0], because="COLUMN_MISSING")
    return index


def width_of(row: Row) -> int:
    """Columns up to the last one that has a text."""
    return max((index + 1 for index, text in enumerate(row.cells) if text), default=0)


def body(sheet: Sheet, start: int, width: int, tally: Tally) -> Iterator[Row]:
    """The rows below a header of that width.

    A row with more cells than the header has lost its shape (a decimal comma in comma separated text does
    that) and no cell of it can be trusted. A last line that stops early was cut off.
    """
    last = sheet.rows[-1] if sheet.rows else None
    for row in sheet.rows[start:]:
        if sheet.width(row) > width:
            raise FileRefused("CORRUPT_ROW", line=row.line, cells=sheet.width(row), header=width)
        if row is last and not sheet.ended:
            if len(row.cells) < width:
                raise cut_short(line=row.line, cells=len(row.cells), header=width)
            tally.notice("LAST_LINE_WITHOUT_END", line=row.line)
        yield row


_PERCENT = re.compile(r"^([<>≤≥+\-]{0,2}\s*[\d.,]+(?:[eE][+-]?\d+)?)\s*%$")


def without_percent(text: str, unit: str) -> tuple[str, str]:
    """Split a percent sign that stands in the value's own cell: it is that value's unit."""
    found = _PERCENT.match(text)
    return (found[1], "%") if found else (text, unit)

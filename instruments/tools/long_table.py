"""Tables with one result a row: the header line is found by what it names, its columns are looked up once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.reading import Tally
from instruments.tools.grid import Row, Sheet, body, collapsed, folded, position, required
from instruments.tools.header_words import english

HEADER_WITHIN = 60


@dataclass(frozen=True)
class Table:
    sheet: Sheet
    at: int
    names: tuple[str, ...]

    @property
    def line(self) -> int:
        return self.sheet.rows[self.at].line

    def place(self, *wanted: str) -> int | None:
        return position(self.names, *wanted)

    def required(self, *wanted: str) -> int:
        return required(self.names, *wanted)

    def places(self, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
        """The columns that are there, by our word for them."""
        found = {word: position(self.names, *names) for word, names in wanted.items()}
        return {word: place for word, place in found.items() if place is not None}

    def matching(self, pattern: re.Pattern[str]) -> tuple[int, re.Match[str]] | None:
        """The one column whose name matches; a second one is corrupt."""
        found = [(index, match) for index, name in enumerate(self.names)
                 if (match := pattern.match(name) or pattern.match(english(name)))]
        if len(found) > 1:
            raise corrupt_header(column=self.names[found[0][0]], because="COLUMN_TWICE", line=self.line)
        return found[0] if found else None

    def rows(self, tally: Tally, open_end: bool = False) -> Iterator[Row]:
        """The rows below the header. ``open_end``: in a workbook, cells right of the header repeat its last one."""
        width = self.sheet.width(self.sheet.rows[self.at])
        if open_end and not self.sheet.delimited:
            width = max(self.sheet.width(row) for row in self.sheet.rows[self.at:])
        return body(self.sheet, self.at + 1, width, tally)


def table_with(sheet: Sheet, *groups: tuple[str, ...], within: int = HEADER_WITHIN) -> Table | None:
    """The first table whose header names at least one of each group of texts; None where there is none."""
    wanted = [frozenset(map(folded, group)) for group in groups]
    if within <= HEADER_WITHIN and any(sheet.top_names.isdisjoint(group) for group in wanted):
        return None
    for index, row in enumerate(sheet.rows[:within]):
        if not any(row.names.isdisjoint(group) for group in wanted):
            return Table(sheet, index, tuple(collapsed(text) for text in row.cells))
    return None


def beside(row: Row, places: Mapping[str, int]) -> dict[str, str]:
    """The texts of these columns, without the empty ones."""
    cells, width = row.cells, len(row.cells)
    return {word: cells[place] for word, place in places.items() if place < width and cells[place]}

"""Tables whose one header line names the columns: found by the names alone, in whatever order they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from instruments.reading import Tally
from instruments.tools.grid import HEADER_WITHIN, Row, Sheet, body, collapsed, folded, position, required

WITHIN = HEADER_WITHIN
Names = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A sheet from its header line on. Every look-up takes the alternatives a column may be called by."""

    sheet: Sheet
    header: Row
    names: Names
    _places: dict[Names, int | None] = field(default_factory=dict, compare=False, repr=False)

    def column(self, *wanted: str) -> int | None:
        """Looked up once: a table of many rows asks for the same columns in each of them."""
        if wanted not in self._places:
            self._places[wanted] = position(self.names, *wanted)
        return self._places[wanted]

    def required(self, *wanted: str) -> int:
        return required(self.names, *wanted)

    def at(self, row: Row, *wanted: str) -> str:
        return row.at(self.column(*wanted))

    def name(self, index: int) -> str:
        """The header text, or the 1-based number where there is none."""
        return self.names[index] if index < len(self.names) and self.names[index] else str(index + 1)

    def rows(self, tally: Tally) -> Iterator[Row]:
        return body(self.sheet, 1, self.sheet.width(self.header), tally)


def table_at(sheet: Sheet, start: int, end: int | None = None) -> Table:
    """The table whose header is row ``start``; it reaches to row ``end`` or to the end of the sheet."""
    stop = len(sheet.rows) if end is None else end
    part = replace(sheet, rows=sheet.rows[start:stop], ended=sheet.ended or stop < len(sheet.rows))
    header = sheet.rows[start]
    return Table(part, header, tuple(collapsed(text) for text in header.cells))


def header_line(sheet: Sheet, needed: Sequence[Names], within: int = WITHIN, after: int = 0) -> int | None:
    """The first line that has, for each of the needed columns, one of the names it may be called by."""
    wanted = [frozenset(map(folded, alternatives)) for alternatives in needed]
    if after + within <= WITHIN and any(sheet.top_names.isdisjoint(alternatives) for alternatives in wanted):
        return None
    for index, row in enumerate(sheet.rows[after : after + within], start=after):
        if not any(row.names.isdisjoint(alternatives) for alternatives in wanted):
            return index
    return None

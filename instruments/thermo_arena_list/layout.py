"""Reads the list under the software's name: the one nameless column holds the samples, the others are tests."""

from __future__ import annotations

import re

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import name_and_unit
from instruments.tools.grid import Row, Sheet, width_of
from instruments.tools.named_table import table_at

_TITLE = re.compile(r"^(?:Arena|Gallery|Konelab|Indiko)\b", re.IGNORECASE)
_NAMED = frozenset({"sample id", "sample"})
_WITHIN = 12


def recognise(view: FileView) -> bool:
    return any(_header(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = _header(sheet)
        if at is not None:
            _tell(sheet, at, tally)


def _header(sheet: Sheet) -> int | None:
    """The first line of several texts below the title; the long print names its samples there and is another's."""
    if not sheet.rows or not _TITLE.match(sheet.rows[0].alone):
        return None
    for index, row in enumerate(sheet.rows[1:_WITHIN], start=1):
        if not row.alone:
            named = any(text.casefold() in _NAMED for text in row.cells)
            return None if named else index
    return None


def _tell(sheet: Sheet, at: int, tally: Tally) -> None:
    table = table_at(sheet, at)
    tests = {index: name_and_unit(name) for index, name in enumerate(table.names) if name}
    rows = list(table.rows(tally))
    width = max(width_of(row) for row in (table.header, *rows))
    nameless = [index for index in range(width) if index not in tests and any(row.at(index) for row in rows)]
    if len(nameless) != 1:
        raise corrupt_header(because="SAMPLE_COLUMN_MISSING", line=table.header.line)
    if len({name for name, _ in tests.values()}) != len(tests):
        raise corrupt_header(because="COLUMN_TWICE")
    for row in rows:
        _tell_row(sheet, row, row.at(nameless[0]), tests, tally)


def _tell_row(sheet: Sheet, row: Row, sample: str, tests: dict[int, tuple[str, str]], tally: Tally) -> None:
    tally.announce(len(tests))
    for index, (name, unit) in tests.items():
        tally.emit(Reading(
            sample_id=sample, analyte=name, value=row.at(index), unit=unit, flag="", role="sample",
            quantity="concentration", source=Source(sheet.name, row.line, name),
        ))

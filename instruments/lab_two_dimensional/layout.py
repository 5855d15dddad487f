"""Reads the two-dimensional list. Its ``end`` marks let a cut file be told from a whole one."""

from __future__ import annotations

from instruments.errors import corrupt_header, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, width_of, without_percent

_END = "end"


def recognise(view: FileView) -> bool:
    return bool(_lists(view))


def parse(view: FileView, tally: Tally) -> None:
    for sheet in _lists(view):
        _parse_sheet(sheet, tally)


def _lists(view: FileView) -> list[Sheet]:
    return [sheet for sheet in view.sheets if sheet.rows and _sample_column(sheet) is not None]


def _sample_column(sheet: Sheet) -> int | None:
    """The one nameless column that holds texts, where the header has one ``end`` and analytes; else None."""
    header = sheet.rows[0]
    names = [name for name in header.cells if name]
    if len(names) < 2 or sum(1 for name in names if name.casefold() == _END) != 1:
        return None
    width = len(header.cells) if sheet.delimited else max(width_of(row) for row in sheet.rows)
    used = [index for index in range(width) if not header.at(index) and any(row.at(index) for row in sheet.rows)]
    return used[0] if len(used) == 1 else None


def _parse_sheet(sheet: Sheet, tally: Tally) -> None:
    header = sheet.rows[0]
    sample = _sample_column(sheet) or 0
    width = max(sheet.width(header), sample + 1)
    analytes = {index: collapsed(name) for index, name in enumerate(header.cells)
                if name and name.casefold() != _END}
    if len(set(analytes.values())) != len(analytes):
        raise corrupt_header(because="COLUMN_TWICE")
    rows = _rows_before_end(list(body(sheet, 1, width, tally)), sample, width)
    tally.announce(len(rows) * len(analytes))
    for row in rows:
        for index, analyte in analytes.items():
            value, unit = without_percent(row.at(index), "")
            tally.emit(Reading(
                sample_id=row.at(sample), analyte=analyte, value=value, unit=unit, flag="", role="sample",
                quantity="concentration", source=Source(sheet.name, row.line, analyte),
            ))


def _rows_before_end(rows: list[Row], sample: int, width: int) -> list[Row]:
    for number, row in enumerate(rows):
        if row.at(sample).casefold() != _END:
            continue
        if sum(1 for text in row.cells if text) > 1 or number != len(rows) - 1:
            raise corrupt_header(because="TEXT_AFTER_END", line=row.line)
        return rows[:number]
    raise cut_short(expected=_END, line=rows[-1].line if rows else 1, header=width)

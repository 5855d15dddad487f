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
    return [sheet for sheet in view.sheets if sheet.rows and _is_header(sheet.rows[0])]


def _is_header(row: Row) -> bool:
    """One nameless column for the samples, one ``end``, and analytes beside them."""
    names = row.cells[: width_of(row)]
    blanks = sum(1 for name in names if not name)
    ends = sum(1 for name in names if name.casefold() == _END)
    return blanks == 1 and ends == 1 and len(names) >= 3


def _parse_sheet(sheet: Sheet, tally: Tally) -> None:
    header = sheet.rows[0]
    width = width_of(header)
    sample = header.cells.index("")
    analytes = {index: collapsed(name) for index, name in enumerate(header.cells[:width])
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
        if width_of(row) > sample + 1 or number != len(rows) - 1:
            raise corrupt_header(because="TEXT_AFTER_END", line=row.line)
        return rows[:number]
    raise cut_short(expected=_END, line=rows[-1].line if rows else 1, header=width)

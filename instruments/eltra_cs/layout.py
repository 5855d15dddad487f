"""Reads the headerless list by place: time, sample, carbon, sulphur, detector program, mass, then raw figures.

Without names the order is believed only because the raw figures repeat both results: the one of the range that
was used stands among them. A list where they mostly do not agree was rearranged, and is refused.
"""

from __future__ import annotations

import re

from instruments.errors import FileRefused, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet

_TIME = re.compile(r"^\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}\s+\d{1,2}:\d{2}")
_PROGRAM = re.compile(r"^[IVX]+ \d+ / \d+$")
_NUMBER = re.compile(r"^(?:[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|NaN)$")
_SAMPLE, _CARBON, _SULPHUR, _PROGRAM_AT, _MASS, _RAW = 1, 2, 3, 4, 5, 7
_RANGES = {_CARBON: slice(7, 9), _SULPHUR: slice(9, 11)}
_EVIDENCE_ROWS = 5
_ANALYTES = ((_CARBON, "C"), (_SULPHUR, "S"))


def recognise(view: FileView) -> bool:
    return any(_is_list(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if _is_list(sheet):
            _tell(sheet, tally)


def _is_list(sheet: Sheet) -> bool:
    return any(_is_row(row) for row in sheet.rows[:_EVIDENCE_ROWS])


def _is_row(row: Row) -> bool:
    return (len(row.cells) > _RAW and bool(_TIME.match(row.at(0))) and bool(_PROGRAM.match(row.at(_PROGRAM_AT)))
            and bool(row.at(_SAMPLE)) and bool(_NUMBER.match(row.at(_MASS))))


def _tell(sheet: Sheet, tally: Tally) -> None:
    width = max(len(row.cells) for row in sheet.rows[:_EVIDENCE_ROWS])
    confirmed = sum(1 for row in sheet.rows for column, _ in _ANALYTES if _confirmed(row, column))
    if confirmed * 4 < len(sheet.rows) * len(_ANALYTES) * 3:
        raise FileRefused("RESULT_NOT_CONFIRMED", line=sheet.rows[0].line, column=_CARBON + 1)
    for row in sheet.rows:
        if row is sheet.rows[-1] and not sheet.ended:
            if len(row.cells) < width:
                raise cut_short(line=row.line, cells=len(row.cells), header=width)
            tally.notice("LAST_LINE_WITHOUT_END", line=row.line)
        if len(row.cells) > width or len(row.cells) <= _RAW:
            raise FileRefused("CORRUPT_ROW", line=row.line, cells=len(row.cells), header=width)
        _tell_row(sheet, row, tally)


def _confirmed(row: Row, column: int) -> bool:
    return bool(_NUMBER.match(row.at(column))) and row.at(column) in row.cells[_RANGES[column]]


def _tell_row(sheet: Sheet, row: Row, tally: Tally) -> None:
    extra = {"measured_at": row.at(0), "program": row.at(_PROGRAM_AT), "mass": row.at(_MASS)}
    for column, analyte in _ANALYTES:
        tally.announce(1)
        if not _confirmed(row, column):
            tally.notice("RESULT_NOT_CONFIRMED", line=row.line, column=column + 1)
        tally.emit(Reading(
            sample_id=row.at(_SAMPLE), analyte=analyte, value=row.at(column), unit="%", flag="", role="sample",
            quantity="concentration", source=Source(sheet.name, row.line, str(column + 1)), extra=extra,
        ))

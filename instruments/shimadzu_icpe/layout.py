"""Reads the ICPE result list. It has no header; the places of its columns are fixed and proved row by row.

Ten replicate concentrations, their mean, SD and RSD, a flag; then ten replicate intensities with theirs. The
mean concentration is reported. Calibration standards have none, and are counted as empty cells.
"""

from __future__ import annotations

import re

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, without_percent

_WIDTH = 44
_METHOD, _KIND, _SAMPLE, _TIME, _ELEMENT, _MODE, _LINE, _UNIT = 0, 1, 2, 3, 6, 7, 8, 10
_FIRST, _MEAN, _SD, _RSD, _FLAG, _STATE, _INTENSITY = 11, 21, 22, 23, 25, 30, 41
_SYMBOL = re.compile(r"^[A-Z][a-z]?(?:\d{0,3})$")
_NANOMETRES = re.compile(r"^\d{3}[.,]\d{1,4}$")
_NUMBER = re.compile(r"^[<>]?\s*[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$", re.IGNORECASE)
_ROLES = ((re.compile(r"^(?:CAL|STD)\d*$", re.IGNORECASE), "standard"),
          (re.compile(r"^BL(?:AN)?K\d*$", re.IGNORECASE), "blank"),
          (re.compile(r"^(?:QC|CCV|ICV|CHK)\d*$", re.IGNORECASE), "qc"),
          (re.compile(r"^UNK\d*$", re.IGNORECASE), "sample"))


def recognise(view: FileView) -> bool:
    return any(_is_list(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if not _is_list(sheet):
            continue
        rows = list(body(sheet, 0, _WIDTH, tally))
        _prove_places(rows, tally)
        tally.announce(len(rows))
        for row in rows:
            tally.emit(_reading(sheet, row))


def _is_list(sheet: Sheet) -> bool:
    """Nearly all of the first rows have an element, its wavelength and ``QUANT`` in their places."""
    top = sheet.rows[:10]
    sound = sum(1 for row in top if _has_line(row))
    return sound == len(top) > 0 or (sound == len(top) - 1 and len(top) > 3)


def _has_line(row: Row) -> bool:
    return bool(_SYMBOL.match(row.at(_ELEMENT)) and _NANOMETRES.match(row.at(_LINE))
                and row.at(_MODE).upper() in {"QUANT", "QUAL", "SEMIQUANT"} and row.at(_KIND))


def _prove_places(rows: list[Row], tally: Tally) -> None:
    """Moved columns show in nearly every row; a single odd one is a spoiled cell, read and reported."""
    odd = [row for row in rows if not _is_sound(row)]
    if len(odd) > max(1, len(rows) // 10) or len(odd) == len(rows):
        raise corrupt_header(line=odd[0].line, because="COLUMNS_MOVED")
    for row in odd:
        tally.notice("ODD_ROW", line=row.line)


def _is_sound(row: Row) -> bool:
    """The element line in its place; a mean only beside replicates; statistics and intensity are numbers."""
    numbers = [text for place in (_SD, _RSD, _INTENSITY) if (text := row.at(place))]
    return (_has_line(row) and bool(row.at(_UNIT)) and not _NUMBER.match(row.at(_UNIT))
            and bool(row.at(_FIRST)) == bool(row.at(_MEAN)) and bool(row.at(_INTENSITY))
            and not _NUMBER.match(row.at(_FLAG)) and all(_NUMBER.match(text) for text in numbers))


def _reading(sheet: Sheet, row: Row) -> Reading:
    value, unit = without_percent(row.at(_MEAN), row.at(_UNIT))
    replicates = " ".join(text for text in row.cells[_FIRST:_MEAN] if text)
    extra = {"wavelength": row.at(_LINE), "measured_at": row.at(_TIME), "method": collapsed(row.at(_METHOD)),
             "replicates": replicates, "sd": row.at(_SD), "rsd": row.at(_RSD), "state": row.at(_STATE)}
    return Reading(
        sample_id=row.at(_SAMPLE), analyte=row.at(_ELEMENT), value=value, unit=unit, flag=row.at(_FLAG),
        role=_role(row.at(_KIND)), quantity="concentration", source=Source(sheet.name, row.line, str(_MEAN + 1)),
        extra={word: text for word, text in extra.items() if text},
    )


def _role(kind: str) -> str:
    return next((role for pattern, role in _ROLES if pattern.match(kind)), kind.casefold())

"""Reads the sheet of concentrations; intensities, deviations and unfactored concentrations are no results.

A header line may stand again further down, with other analytes. Rows of calibration curves are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import FileRefused, NothingToImport, corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, position, without_percent

_SAMPLE = ("Sample Id", "Sample ID", "样品ID", "样品标识")
_BESIDE = {
    "measured_at": ("Acquisition Time", "Date/Time", "采集时间"), "datafile": ("Dataset File",),
    "method": ("Method File",), "replicate": ("R", "Replicate", "Rep"),
}
_QC = ("QC Status", "QC 状态")
_ANALYTE = re.compile(
    r"^(?P<analyte>[A-Z][a-z]?[A-Za-z0-9]{0,3}(?: |-)\d{1,3}(?:-\d)?(?: ?(?:->|→) ?\d{1,3})?"
    r"(?: ?[\[(] ?(?:KED|DRC|STD|Standard|Collision|Reaction|He|NH3|O2|H2)[^\])]*[\])])?)"
    r"(?: ?[\[(] ?(?P<unit>[^()\[\]]+?) ?[\])])?$")
_INTENSITY = re.compile(r"^(?:cps|counts|c/s|ratio|%)$", re.IGNORECASE)
_CONCENTRATIONS = frozenset({"concentrations", "concentration", "浓度"})
_CURVES = frozenset({"calibration curves", "calibration curve", "校准曲线", "标准曲线"})
_SUMMARIES = frozenset({"mean", "average", "sd", "rsd", "%rsd", "std. dev.", "std dev"})


@dataclass(frozen=True)
class Header:
    names: tuple[str, ...]
    sample: int
    analytes: tuple[tuple[int, str, str], ...]
    qc: int | None
    beside: tuple[tuple[str, int], ...]


def recognise(view: FileView) -> bool:
    return any(_first_header(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    chosen = _sheet_of_concentrations(view)
    for sheet in view.sheets:
        if sheet is not chosen:
            tally.notice("SHEET_NOT_READ", sheet=sheet.name)
    _parse_sheet(chosen, tally)


def _first_header(sheet: Sheet) -> Header | None:
    """``Sample Id`` and isotopes within the first lines; the maker's file columns prove whose they are."""
    for row in sheet.rows[:10]:
        header = _header(row)
        if header is not None:
            ours = {word for word, _ in header.beside} | ({"qc"} if header.qc is not None else set())
            return header if ours >= {"measured_at", "datafile"} or ours >= {"measured_at", "qc"} else None
    return None


def _header(row: Row) -> Header | None:
    names = tuple(collapsed(text) for text in row.cells)
    if not any(name in _SAMPLE for name in names):
        return None
    sample = position(names, *_SAMPLE)
    analytes = tuple((index, collapsed(match["analyte"]), match["unit"] or "")
                     for index, name in enumerate(names) if (match := _ANALYTE.match(name)))
    if sample is None or not analytes:
        return None
    found = {word: position(names, *wanted) for word, wanted in _BESIDE.items()}
    beside = tuple((word, place) for word, place in found.items() if place is not None)
    return Header(names, sample, analytes, position(names, *_QC), beside)


def _sheet_of_concentrations(view: FileView) -> Sheet:
    sheets = [(sheet, header) for sheet in view.sheets if (header := _first_header(sheet)) is not None]
    named = [sheet for sheet, _ in sheets if sheet.name.strip().casefold() in _CONCENTRATIONS]
    if len(named) == 1:
        return named[0]
    with_unit = [sheet for sheet, header in sheets
                 if any(unit and not _INTENSITY.match(unit) for _, _, unit in header.analytes)]
    if not with_unit:
        raise NothingToImport("ONLY_INTENSITIES", sheets=tuple(sheet.name for sheet, _ in sheets))
    if len(with_unit) > 1:
        raise corrupt_header(because="SEVERAL_SHEETS", sheets=tuple(sheet.name for sheet in with_unit))
    return with_unit[0]


def _parse_sheet(sheet: Sheet, tally: Tally) -> None:
    for header, row in _rows(sheet, tally):
        cells = len(header.analytes)
        tally.announce(cells)
        name = row.at(header.sample)
        if name.casefold() in _CURVES or name.casefold() in _SUMMARIES:
            tally.skip(SUMMARY_ROW, cells)
            continue
        for column, analyte, unit in header.analytes:
            tally.emit(_reading(sheet, header, row, (column, analyte, unit)))


def _rows(sheet: Sheet, tally: Tally) -> Iterator[tuple[Header, Row]]:
    header: Header | None = None
    width = max(sheet.width(row) for row in sheet.rows)
    for row in body(sheet, 0, width, tally):
        again = _header(row)
        if again is not None:
            if len({analyte for _, analyte, _ in again.analytes}) != len(again.analytes):
                raise corrupt_header(line=row.line, because="COLUMN_TWICE")
            header = again
        elif header is not None:
            if sheet.width(row) > len(header.names):
                raise FileRefused("CORRUPT_ROW", line=row.line, cells=sheet.width(row), header=len(header.names))
            yield header, row


def _reading(sheet: Sheet, header: Header, row: Row, cell: tuple[int, str, str]) -> Reading:
    column, analyte, unit = cell
    value, unit = without_percent(row.at(column), unit)
    return Reading(
        sample_id=row.at(header.sample), analyte=analyte, value=value, unit=unit, flag=row.at(header.qc),
        role="sample", quantity="concentration", source=Source(sheet.name, row.line, header.names[column]),
        extra={word: text for word, place in header.beside if (text := row.at(place))},
    )

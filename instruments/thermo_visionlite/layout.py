"""Reads VISIONlite lists. The maker's column names are a closed set: a column outside it is another maker's.

Quant lists report the concentration; Fixed lists report the absorbance at each wavelength, and the computed
``Result`` only where it says something else than the one absorbance beside it.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, position, width_of

_SAMPLE = ("Sample Name", "Well Position")
_CONCENTRATION = re.compile(r"^concentration(?: ?\[ ?(?P<unit>.*?) ?\])?$", re.IGNORECASE)
_ABSORBANCE = re.compile(r"^(?:A ?\d{3,4}(?:\.\d+)?|\d{3,4}(?:\.\d+)? nm(?: \[A\])?|absorbance(?: \[A\])?)$",
                         re.IGNORECASE)
_BESIDE = re.compile(r"^(?:dilution factor|ordinate(?: \[.*\])?|error|result|comment|date|time)$",
                     re.IGNORECASE)
_ABSCISSA = re.compile(r"^(?:nm|min|sec|s)$", re.IGNORECASE)
REPEATS_ABSORBANCE = "REPEATS_ABSORBANCE"


def recognise(view: FileView) -> bool:
    return any(_is_list(_names(sheet)) or _is_curve(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    lists = [sheet for sheet in view.sheets if _is_list(_names(sheet))]
    if not lists:
        raise NothingToImport("RAW_CURVE")
    for sheet in lists:
        _parse_sheet(sheet, tally)


def _names(sheet: Sheet) -> tuple[str, ...]:
    if not sheet.rows:
        return ()
    header = sheet.rows[0]
    return tuple(collapsed(name) for name in header.cells[: width_of(header)])


def _is_list(names: tuple[str, ...]) -> bool:
    if not any(name.casefold() in {known.casefold() for known in _SAMPLE} for name in names):
        return False
    rest = [name for name in names if name.casefold() not in {known.casefold() for known in _SAMPLE}]
    if not all(_CONCENTRATION.match(name) or _ABSORBANCE.match(name) or _BESIDE.match(name) for name in rest):
        return False
    quant = any(name.casefold() == "ordinate [a]" for name in rest)
    return quant or any(_ABSORBANCE.match(name) for name in rest)


def _is_curve(sheet: Sheet) -> bool:
    """A title line, then exactly an abscissa and ``A``."""
    if len(sheet.rows) < 3:
        return False
    names = [name for name in sheet.rows[1].cells if name]
    return len(names) == 2 and bool(_ABSCISSA.match(names[0])) and names[1] == "A"


def _parse_sheet(sheet: Sheet, tally: Tally) -> None:
    names = _names(sheet)
    rows = list(body(sheet, 1, sheet.width(sheet.rows[0]), tally))
    concentrations = [index for index, name in enumerate(names) if _CONCENTRATION.match(name)]
    if len(concentrations) > 1:
        raise corrupt_header(column="Concentration", because="COLUMN_TWICE")
    if concentrations:
        _quant(sheet, names, rows, concentrations[0], tally)
    elif any(_ABSORBANCE.match(name) for name in names):
        _fixed(sheet, names, rows, tally)
    else:
        raise corrupt_header(column="Concentration", because="COLUMN_MISSING")


def _quant(sheet: Sheet, names: tuple[str, ...], rows: list[Row], column: int, tally: Tally) -> None:
    found = _CONCENTRATION.match(names[column])
    unit = (found["unit"] or "") if found else ""
    tally.announce(len(rows))
    for row in rows:
        tally.emit(_reading(sheet, names, row, column, "Concentration", unit, "concentration"))


def _fixed(sheet: Sheet, names: tuple[str, ...], rows: list[Row], tally: Tally) -> None:
    columns = [index for index, name in enumerate(names) if _ABSORBANCE.match(name)]
    if len({names[index] for index in columns}) != len(columns):
        raise corrupt_header(because="COLUMN_TWICE")
    result = position(names, "Result")
    tally.announce(len(rows) * (len(columns) + (result is not None)))
    for row in rows:
        for index in columns:
            tally.emit(_reading(sheet, names, row, index, names[index], "", "absorbance"))
        if result is None:
            continue
        if row.at(result) and row.at(result) in {row.at(index) for index in columns}:
            tally.skip(REPEATS_ABSORBANCE)
        else:
            tally.emit(_reading(sheet, names, row, result, names[result], "", "result"))


def _reading(sheet: Sheet, names: tuple[str, ...], row: Row, column: int, analyte: str, unit: str,
             quantity: str) -> Reading:
    dilution = row.at(position(names, "Dilution factor"))
    return Reading(
        sample_id=row.at(position(names, *_SAMPLE)), analyte=analyte, value=row.at(column), unit=unit,
        flag=row.at(position(names, "Error")), role="sample", quantity=quantity,
        source=Source(sheet.name, row.line, names[column]),
        extra={"dilution": dilution} if dilution else {},
    )

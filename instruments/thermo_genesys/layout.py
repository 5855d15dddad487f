"""Reads the lists the photometer writes: a few lines of name and value, then a table of samples.

A scan or a kinetic run is told by its abscissa and refused as a curve.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import name_and_unit
from instruments.tools.grid import Row, Sheet
from instruments.tools.named_table import Table, header_line, table_at

_KINDS = frozenset({"scan", "kinetics", "rate", "fixed", "quant", "basic atc", "advanced a-%t-c", "multi-wavelength"})
_SAMPLE = ("Sample", "Sample Name", "Sample ID", "Name", "No.", "#")
_ABSCISSA = re.compile(r"^(?:wavelength|time)\s*[(\[]", re.IGNORECASE)
_ABSORBANCE = re.compile(r"^(?:ABS|Absorbance|A|\d{3,4}(?:\.\d)? ?nm)$", re.IGNORECASE)
_CONCENTRATION = re.compile(r"^(?:CONC|Concentration)\.?$", re.IGNORECASE)
_WITHIN = 15


def recognise(view: FileView) -> bool:
    return any(_is_genesys(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if _is_genesys(sheet):
            _tell_sheet(sheet, tally)


def _is_genesys(sheet: Sheet) -> bool:
    """The kind of run with the file's own name opens the text; a line ``Mode`` follows."""
    if not sheet.rows:
        return False
    first = {text.casefold() for text in sheet.rows[0].cells if text}
    return len(first) == 2 and bool(first & _KINDS) and any(
        "mode" in (text.casefold() for text in row.cells) for row in sheet.rows[1:_WITHIN])


def _tell_sheet(sheet: Sheet, tally: Tally) -> None:
    if any(_ABSCISSA.match(text) for row in sheet.rows[:_WITHIN] for text in row.cells):
        raise NothingToImport("RAW_CURVE")
    at = header_line(sheet, (_SAMPLE,), within=_WITHIN, after=1)
    if at is None:
        raise NothingToImport("NO_RESULT_TABLE")
    _tell(table_at(sheet, at), tally)


def _tell(table: Table, tally: Tally) -> None:
    found: list[tuple[int, str, str, str]] = []
    for index, header in enumerate(table.names):
        name, unit = name_and_unit(header)
        if _CONCENTRATION.match(name):
            found.append((index, name, unit, "concentration"))
        elif _ABSORBANCE.match(name):
            found.append((index, name, unit, "absorbance"))
    if any(quantity == "concentration" for *_, quantity in found):
        found = [cell for cell in found if cell[3] == "concentration"]
    if not found:
        raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(name for name in table.names if name))
    for row in table.rows(tally):
        tally.announce(len(found))
        for cell in found:
            tally.emit(_reading(table, row, *cell))


def _reading(table: Table, row: Row, index: int, name: str, unit: str, quantity: str) -> Reading:
    return Reading(
        sample_id=table.at(row, *_SAMPLE), analyte=name, value=row.at(index), unit=unit, flag="", role="sample",
        quantity=quantity, source=Source(table.sheet.name, row.line, table.names[index]),
    )

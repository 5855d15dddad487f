"""Reads endpoint grids under ``Results``; the Layout grid, where exported, names samples and tells their roles.

Kinetic and spectral reads are lists over time or wavelength: curves, not results.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Sheet
from instruments.tools.plate import WELL, Grid, grids, last_line_is_doubtful

_MARKS = frozenset({"software version", "reader type", "plate number", "procedure details", "reader serial number",
                    "protocol file path", "experiment file path", "plate type"})
_KINDS = (("fluorescence", "fluorescence"), ("luminescence", "luminescence"), ("alpha", "luminescence"))
_ROLES = (("blk", "blank"), ("blank", "blank"), ("std", "standard"), ("ctl", "qc"), ("pos", "qc"), ("neg", "qc"),
          ("spl", "sample"))
_COMPUTED = re.compile(r"^(?:mean v|max v|r-squared|t at|lagtime|slope|ratio|cv|std)\b", re.IGNORECASE)
_CONC = re.compile(r"\bconc", re.IGNORECASE)


def recognise(view: FileView) -> bool:
    return any(_is_gen5(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if _is_gen5(sheet):
            _tell_sheet(sheet, tally)


def _is_gen5(sheet: Sheet) -> bool:
    if not any(name.startswith("software version") for name in sheet.top_names):
        return False
    words = {name.rstrip(":") for row in sheet.rows[:80] for name in row.names}
    return "software version" in words and len(words & _MARKS) >= 3


def _tell_sheet(sheet: Sheet, tally: Tally) -> None:
    curves, results = _has_curve(sheet), 0
    names: dict[str, str] = {}
    for grid in grids(sheet):
        title = _title(sheet, grid)
        if title.casefold() == "layout":
            names = _layout(grid)
            continue
        if last_line_is_doubtful(sheet, grid):
            tally.notice("LAST_LINE_WITHOUT_END", line=grid.wells[-1].line)
        results += 1
        _tell_grid(sheet, grid, names, tally)
    if not results:
        raise NothingToImport("RAW_CURVE" if curves else "NO_GRID_OF_RESULTS")
    if curves:
        tally.notice("CURVES_NOT_READ")


def _title(sheet: Sheet, grid: Grid) -> str:
    return sheet.rows[grid.at - 1].alone if grid.at else ""


def _tell_grid(sheet: Sheet, grid: Grid, names: dict[str, str], tally: Tally) -> None:
    quantity, plate = _quantity(sheet, grid.at), _said_before(sheet, grid.at, "plate number")
    tally.announce(len(grid.wells))
    for well in grid.wells:
        if not well.label:
            raise corrupt_header(because="READING_WITHOUT_NAME", line=well.line)
        sample = names.get(well.name, "")
        kind = "concentration" if _CONC.search(well.label) else "result" if _COMPUTED.match(well.label) else quantity
        tally.emit(Reading(
            sample_id=sample or well.name, analyte=well.label, value=well.text, unit="", flag="",
            role=_role(sample), quantity=kind, source=Source(sheet.name, well.line, well.column),
            extra={"well": well.name} | ({"plate": plate} if plate else {}),
        ))


def _said_before(sheet: Sheet, index: int, word: str) -> str:
    """The text beside the word, nearest above the row."""
    for row in reversed(sheet.rows[:index]):
        filled = [text for text in row.cells if text]
        if len(filled) == 2 and word in (text.rstrip(":").casefold() for text in filled):
            return next((text for text in filled if text.rstrip(":").casefold() != word), "")
    return ""


def _layout(grid: Grid) -> dict[str, str]:
    """Well -> name. Names beat well ids; the lines of concentrations and dilutions name nobody."""
    found: dict[str, str] = {}
    for wanted in ("", "well id", "name"):
        found |= {well.name: well.text for well in grid.wells if well.text and well.label.casefold() == wanted}
    return found


def _role(sample: str) -> str:
    word = sample.casefold()
    return next((role for start, role in _ROLES if re.match(rf"{start}\d*\b|{start}[a-z]*\d*$", word)), "sample")


def _quantity(sheet: Sheet, start: int) -> str:
    """The procedure says what was read; a plate read in two ways is called by neither."""
    said = " ".join(text for row in sheet.rows[:start] for text in row.cells).casefold()
    kinds = {kind for word, kind in (*_KINDS, ("absorbance", "absorbance")) if f"{word} " in f"{said} "}
    return kinds.pop() if len(kinds) == 1 else ("result" if kinds else "absorbance")


def _has_curve(sheet: Sheet) -> bool:
    return any(sum(1 for text in row.cells if WELL.match(text)) > 3
               and any(text in ("Time", "Wavelength", "λ") for text in row.cells) for row in sheet.rows)

"""Reads grids of numbered columns and lettered rows, each well once for every grid; no maker is presumed.

What was read stands in the line above the grid, or in its corner; only where neither says it is it ``Plate n``.
One grid of words before the numbers is the layout, and names the samples.
"""

from __future__ import annotations

import re
from dataclasses import replace

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, collapsed
from instruments.tools.plate import Grid, grids, last_line_is_doubtful

_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$")
_WITHIN = 400
_OTHERS = frozenset({"software version", "procedure details"})
_QUANTITIES = (("fluor", "fluorescence"), ("lumin", "luminescence"), ("conc", "concentration"))


def recognise(view: FileView) -> bool:
    tops = (replace(sheet, rows=sheet.rows[:_WITHIN]) for sheet in view.sheets)
    return any(_readings(top) and not _of_another_maker(top) for top in tops)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        found = _readings(sheet)
        layouts = [grid for grid in grids(sheet) if grid not in found]
        names = {well.name: well.text for well in layouts[0].wells if well.text} if len(layouts) == 1 else {}
        if len(layouts) > 1:
            tally.notice("GRIDS_WITHOUT_NUMBERS", sheet=sheet.name, grids=len(layouts))
        for number, grid in enumerate(found, start=1):
            _tell(sheet, grid, _title(sheet, grid) or f"Plate {number}", names, tally)
    if not any(_readings(sheet) for sheet in view.sheets):
        raise NothingToImport("NO_GRID_OF_NUMBERS")


def _of_another_maker(sheet: Sheet) -> bool:
    said = {name.rstrip(":") for row in sheet.rows[:80] for name in row.names}
    return said.issuperset(_OTHERS)


def _readings(sheet: Sheet) -> list[Grid]:
    """Grids of which at least half of what is filled is numbers; a layout of sample names is none."""
    return [grid for grid in grids(sheet) if _mostly_numbers(grid)]


def _mostly_numbers(grid: Grid) -> bool:
    filled = [well.text for well in grid.wells if well.text]
    rows = {well.line for well in grid.wells}
    return len(rows) > 1 and sum(1 for text in filled if _NUMBER.match(text)) * 2 >= max(len(filled), 1)


def _title(sheet: Sheet, grid: Grid) -> str:
    if grid.corner not in ("", "<>"):
        return collapsed(grid.corner)
    above = sheet.rows[grid.at - 1] if grid.at else Row(0, ())
    adjoins = above.line + 1 >= sheet.rows[grid.at].line - 1
    return collapsed(above.alone) if adjoins else ""


def _tell(sheet: Sheet, grid: Grid, title: str, names: dict[str, str], tally: Tally) -> None:
    if last_line_is_doubtful(sheet, grid):
        tally.notice("LAST_LINE_WITHOUT_END", line=grid.wells[-1].line)
    tally.announce(len(grid.wells))
    for well in grid.wells:
        said = f"{title} {well.label}".casefold()
        quantity = next((kind for word, kind in _QUANTITIES if word in said), "absorbance")
        tally.emit(Reading(
            sample_id=names.get(well.name, well.name), analyte=well.label or title, value=well.text, unit="",
            flag="", role="sample", quantity=quantity, source=Source(sheet.name, well.line, well.column),
            extra={"well": well.name},
        ))

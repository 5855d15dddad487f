"""``plate``: grids of 8 x 12 or 16 x 24 wells, one of which may say which sample is in which well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import FileRefused, RecipeError, cut_short
from instruments.reading import Tally
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import Cell, Recipe
from instruments.tools.grid import Row, Sheet, collapsed, same

_SIZES = {96: (8, 12), 384: (16, 24)}
NO_SAMPLE_IN_WELL = "NO_SAMPLE_IN_WELL"


@dataclass(frozen=True)
class Grid:
    """``titles`` are the texts that may name it: its corner, the line above it, the text right of its first row."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    left: int

    def texts(self, columns: int) -> Iterator[tuple[str, Row, str]]:
        for letter, row in zip("ABCDEFGHIJKLMNOP", self.rows, strict=False):
            for number in range(1, columns + 1):
                yield f"{letter}{number}", row, row.at(self.left + number)

    def named(self, title: str) -> bool:
        return any(same(title, text) for text in self.titles)


@dataclass(frozen=True)
class Values:
    """A grid of results: by its title, or by none where every grid but the layout is meant."""

    title: str
    analyte: str
    unit: str


@dataclass(frozen=True)
class Plate:
    wells: int
    layout: str
    values: tuple[Values, ...]
    empty: frozenset[str]
    sample: Pattern | None

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        grids = [grid for sheet in sheets for grid in self.grids(sheet)]
        return bool(grids) and (not self.layout or any(grid.named(self.layout) for grid in grids)) and all(
            any(grid.named(value.title) for grid in grids) for value in self.values if value.title)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        found = False
        for sheet in sheets:
            grids = self.grids(sheet)
            layouts = [grid for grid in grids if self.layout and grid.named(self.layout)]
            layout = layouts[0] if layouts else None
            if grids and self.layout and layout is None:
                raise FileRefused("GRID_MISSING", title=self.layout)
            for grid in grids:
                if grid in layouts:
                    layout = grid
                    continue
                value = self._value_of(grid)
                if value is None:
                    tally.notice("GRID_NOT_READ", title=grid.titles[0] if grid.titles else "", line=grid.rows[0].line)
                    continue
                found = True
                yield from self._wells(sheet, grid, layout, value, tally)
        if not found:
            raise FileRefused("GRID_MISSING", title=self.values[0].title or str(self.wells))

    def _value_of(self, grid: Grid) -> Values | None:
        return next((value for value in self.values if not value.title or grid.named(value.title)), None)

    def _wells(self, sheet: Sheet, grid: Grid, layout: Grid | None, value: Values, tally: Tally) -> Iterator[Cell]:
        columns = _SIZES[self.wells][1]
        names = {well: text for well, _, text in layout.texts(columns)} if layout else {}
        analyte = value.analyte or (collapsed(grid.titles[0]) if grid.titles else "")
        tally.announce(self.wells)
        for well, row, text in grid.texts(columns):
            name = names.get(well, "") if layout else well
            reason = NO_SAMPLE_IN_WELL if name.casefold() in self.empty else None
            sample = self.sample.group(name, "sample") or name if self.sample else name
            role = self.sample.group(name, "role") if self.sample and "role" in self.sample.groups else ""
            yield Cell(sheet.name, row.line, well[1:], sample, analyte, text, value.unit, "", role, {"well": well},
                       reason)

    def grids(self, sheet: Sheet) -> list[Grid]:
        height, columns = _SIZES[self.wells]
        grids: list[Grid] = []
        covered = -1
        for index, row in enumerate(sheet.rows):
            left = _left_of(row, columns)
            if left is None or index <= covered:
                continue
            rows = sheet.rows[index + 1: index + 1 + height]
            letters = [line.at(left).upper() for line in rows]
            if letters != list("ABCDEFGHIJKLMNOP"[:height]):
                raise FileRefused("GRID_INCOMPLETE", line=row.line, wells=self.wells)
            if not sheet.ended and rows[-1] is sheet.rows[-1] and len(rows[-1].cells) < left + 1 + columns:
                raise cut_short(line=rows[-1].line, cells=len(rows[-1].cells), header=left + 1 + columns)
            above = sheet.rows[index - 1] if index - 1 > covered and index > 0 else None
            grids.append(Grid(_titles(row, above, rows[0], left, columns), rows, left))
            covered = index + height
        return grids


def _left_of(row: Row, columns: int) -> int | None:
    """The column of the letters where this line counts 1, 2, 3, ... and no further; else None."""
    wanted = tuple(str(number) for number in range(1, columns + 1))
    for left in range(len(row.cells) - columns):
        if row.cells[left + 1] == "1" and row.cells[left + 1: left + 1 + columns] == wanted:
            return None if row.at(left + 1 + columns) == str(columns + 1) else left
    return None


def _titles(header: Row, above: Row | None, first: Row, left: int, columns: int) -> tuple[str, ...]:
    behind = [text for text in first.cells[left + 1 + columns:] if text]
    line = [text.rstrip(":：") for text in above.cells if text][:1] if above is not None else []
    return tuple(text for text in (header.at(left), *line, *behind) if text)


def plate_of(fields: Fields) -> Plate:
    inside = fields.inside("plate", needed=True)
    wells = inside.raw("wells", 96)
    if wells not in _SIZES:
        raise RecipeError("plate.wells", "expected 96 or 384")
    values = []
    for item, field in inside.items("values"):
        entry = Fields(item, field)
        values.append(Values(entry.text("title", "", empty=True), entry.text("analyte", "", empty=True),
                             entry.text("unit", "", empty=True)))
        entry.close()
    if not values or (len(values) > 1 and not all(value.title for value in values)):
        raise RecipeError("plate.values", "at least one; each with a title where there are several")
    layout = inside.inside("layout")
    title = layout.text("title") if inside.has("layout") else ""
    layout.close()
    empty = frozenset({"", *(word.casefold() for word in inside.texts("empty"))})
    found = Plate(int(wells), title, tuple(values), empty, inside.pattern("sample_regex", "sample"))
    inside.close()
    return found

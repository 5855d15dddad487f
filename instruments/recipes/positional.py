"""``positional``: lines without a header, by column number. Every line must have the declared shape, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import FileRefused, RecipeError, cut_short
from instruments.reading import Tally
from instruments.recipes.column import ColumnName
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import Cell, Recipe
from instruments.recipes.table import NAMED, Across, Columns, Placed, across_of, columns_of
from instruments.tools.grid import Row, Sheet, collapsed, width_of
from instruments.tools.marks import digits_of

_SHAPES = ("number", "text", "any")


@dataclass(frozen=True)
class Positional:
    """``shape`` says of a column (from 1) what its cells are; an empty cell has every shape but text."""

    columns: Columns
    across: Across | None
    least: int
    most: int
    skip_lines: int
    shape: tuple[tuple[int, str | Pattern], ...]

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        return any(self._mine(sheet) for sheet in sheets)

    def _mine(self, sheet: Sheet) -> bool:
        """Every line but the last, which may be cut; a table that fits only here and there is another's."""
        rows = [row for row in sheet.rows[self.skip_lines:] if self._placed(sheet).reason(row) is None]
        return bool(rows) and all(self._wrong(sheet, row) is None for row in rows[: max(1, len(rows) - 1)])

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        for sheet in sheets:
            placed = self._placed(sheet)
            for row in sheet.rows[self.skip_lines:]:
                reason = placed.reason(row)
                self._check(sheet, row, reason is not None, tally)
                yield from self._row(placed, row, reason, tally)

    def _placed(self, sheet: Sheet) -> Placed:
        return Placed(self.columns, (), sheet.name)

    def _check(self, sheet: Sheet, row: Row, skipped: bool, tally: Tally) -> None:
        last = row is sheet.rows[-1] and not sheet.ended
        wrong = None if skipped else self._wrong(sheet, row)
        if wrong is not None and last:
            raise cut_short(line=row.line, cells=len(row.cells), header=self.least)
        if wrong is not None:
            raise FileRefused("NOT_THE_DECLARED_SHAPE", line=row.line, column=wrong, text=row.at(wrong - 1)[:80])
        if last:
            tally.notice("LAST_LINE_WITHOUT_END", line=row.line)

    def _wrong(self, sheet: Sheet, row: Row) -> int | None:
        """The first column (from 1) that is not as declared; 0 cells too few or too many count as the last one."""
        width = sheet.width(row) if sheet.delimited else width_of(row)
        if not (self.least if sheet.delimited else 1) <= width <= self.most:
            return max(width, 1)
        return next((column for column, shape in self.shape if not _has(shape, row.at(column - 1))), None)

    def _row(self, placed: Placed, row: Row, reason: str | None, tally: Tally) -> Iterator[Cell]:
        listed = self.across.listed if self.across else ()
        tally.announce(len(listed) or 1)
        if not listed:
            yield placed.cell(row, placed.named["value"], collapsed(placed.text(row, "analyte")),
                              placed.text(row, "unit"), reason)
        for column, analyte, unit in listed:
            yield placed.cell(row, column.number - 1, analyte, unit or placed.text(row, "unit"), reason)


def _has(shape: str | Pattern, text: str) -> bool:
    if isinstance(shape, Pattern):
        return shape.search(text) is not None
    if shape == "number":
        return not text or digits_of(text) is not None
    return bool(text) or shape == "any"


def positional_of(fields: Fields) -> Positional:
    across = across_of(fields) if fields.has("analytes") else None
    known = ("sample", "unit", "flag", "role") if across else NAMED
    columns = columns_of(fields, known, ("sample",) if across else ("sample", "analyte", "value"))
    listed = [column for column, _, _ in across.listed] if across else []
    if (across and across.pattern) or not all(_by_number(column) for column in [*columns.wanted(), *listed]):
        raise RecipeError("columns", "without a header every column is a number")
    inside = fields.inside("shape", needed=True)
    shape = tuple((_column(word, inside), _shape(inside, word)) for word in inside.words())
    if not shape:
        raise RecipeError("shape", "at least one column")
    width = fields.inside("width", needed=True)
    least = width.count("least", 1, 2_000)
    found = Positional(columns, across, least, width.count("most", least, 2_000, least),
                       fields.count("skip_lines", 0, 1_000, 0), shape)
    width.close()
    return found


def _by_number(column: ColumnName) -> bool:
    return bool(column.number)


def _column(word: str, fields: Fields) -> int:
    if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= 2_000:
        raise RecipeError(fields.path(word), "expected the number of a column")
    return int(word)


def _shape(fields: Fields, word: str) -> str | Pattern:
    text = fields.text(word)
    return text if text in _SHAPES else Pattern(text, fields.path(word))

"""Reads a table by a recipe. The header line is the first near the top that has every column of the recipe."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import partial

from instruments.adapter import Adapter
from instruments.errors import FileRefused
from instruments.reading import Reading, Source, Tally
from instruments.recipes.recipe import ColumnName, Recipe
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, required, same, without_percent

_HEADER_WITHIN = 50
Cell = tuple[int, str, str]


def adapter_of(recipe: Recipe) -> Adapter:
    return Adapter(
        key=recipe.key, version=recipe.version, technique=recipe.technique,
        tried_on_real_files=recipe.tried_on_real_files,
        recognise=partial(_recognise, recipe), parse=partial(_parse, recipe), kind="recipe",
    )


def _recognise(recipe: Recipe, view: FileView) -> bool:
    return any(_header_at(recipe, sheet) is not None for sheet in view.sheets)


def _parse(recipe: Recipe, view: FileView, tally: Tally) -> None:
    found = False
    for sheet in view.sheets:
        at = _header_at(recipe, sheet)
        if at is not None:
            found = True
            _Table(recipe, sheet, at).tell(tally)
    if not found:
        raise column_missing(recipe, view)


def column_missing(recipe: Recipe, view: FileView) -> FileRefused:
    """Which column of the recipe no line near the top has, and what comes nearest to it."""
    best: tuple[int, str, list[str]] = (-1, next(iter(wanted(recipe))), [])
    for sheet in view.sheets:
        for row in sheet.rows[:_HEADER_WITHIN]:
            names = [collapsed(text) for text in row.cells if text]
            absent = [name for name in wanted(recipe) if not any(same(name, text) for text in names)]
            score = len(set(wanted(recipe))) - len(absent)
            if absent and score > best[0]:
                best = (score, absent[0], difflib.get_close_matches(absent[0], names, 1, 0.5))
    nearest = best[2][0] if best[2] else ""
    return FileRefused("COLUMN_MISSING", column=best[1], nearest=nearest, recipe=recipe.key)


def wanted(recipe: Recipe) -> Iterator[str]:
    """Every header text the recipe needs."""
    for column in (*recipe.columns.values(), *recipe.extra.values()):
        yield column.text
    for column, _, _ in recipe.analytes:
        yield column.text
    for rule in recipe.skip_rows:
        yield rule.column.text


def _header_at(recipe: Recipe, sheet: Sheet) -> int | None:
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        names = {collapsed(text).casefold() for text in row.cells if text}
        if all(collapsed(name).casefold() in names for name in wanted(recipe)):
            return index
    return None


class _Table:
    """One table of one sheet, with the places of its columns looked up once."""

    def __init__(self, recipe: Recipe, sheet: Sheet, at: int) -> None:
        self.recipe = recipe
        self.sheet = sheet
        self.at = at
        self.header = sheet.rows[at]
        self.names = tuple(collapsed(text) for text in self.header.cells)
        self.columns = {word: self.place(name) for word, name in recipe.columns.items()}
        self.extra = {word: self.place(name) for word, name in recipe.extra.items()}
        self.analytes = [(self.place(name), analyte, unit) for name, analyte, unit in recipe.analytes]

    def place(self, name: ColumnName) -> int:
        return required(self.names, name.text) + name.right

    def tell(self, tally: Tally) -> None:
        for row in body(self.sheet, self.at + 1, self.sheet.width(self.header), tally):
            cells = self.cells(row)
            tally.announce(len(cells))
            reason = self.reason_to_skip(row)
            if reason is not None:
                tally.skip(reason, len(cells))
                continue
            for cell in cells:
                tally.emit(self.reading(row, cell))

    def cells(self, row: Row) -> list[Cell]:
        if self.recipe.recipe == "wide":
            return self.analytes
        return [(self.columns["value"], collapsed(row.at(self.columns["analyte"])), self.text(row, "unit"))]

    def reason_to_skip(self, row: Row) -> str | None:
        for rule in self.recipe.skip_rows:
            if row.at(self.place(rule.column)).casefold() in rule.equals:
                return rule.reason
        return None

    def text(self, row: Row, word: str) -> str:
        return row.at(self.columns.get(word))

    def reading(self, row: Row, cell: Cell) -> Reading:
        column, analyte, unit = cell
        value, unit = without_percent(row.at(column), unit or self.recipe.unit)
        word = self.text(row, "role").casefold()
        extra = {name: row.at(place) for name, place in self.extra.items()}
        return Reading(
            sample_id=self.text(row, "sample"), analyte=analyte, value=value, unit=unit,
            flag=self.text(row, "flag"), role=self.recipe.roles.get(word, word or "sample"),
            quantity=self.recipe.quantity,
            source=Source(self.sheet.name, row.line, self.names[column] or str(column + 1)),
            extra={name: text for name, text in extra.items() if text},
        )

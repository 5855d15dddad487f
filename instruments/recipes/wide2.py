"""``wide2``: two or three header lines, group titles over column names, titles reaching right.

A group that fits the recipe but lacks its value column stops the import: a renamed column is never a smaller file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from instruments.errors import RecipeError, corrupt_header
from instruments.reading import Tally
from instruments.recipes.column import ColumnName, Missing, column_missing, missing_from, nearest
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import HEADER_WITHIN, Cell, Recipe
from instruments.recipes.table import HEADER_REPEATED, Columns, Placed, columns_of
from instruments.tools.grid import Row, Sheet, body, collapsed, same, width_of


@dataclass(frozen=True)
class Titles:
    """One header: the column names, the joined titles above each, the unit line, and the whole width."""

    names: tuple[str, ...]
    groups: tuple[str, ...]
    units: tuple[str, ...]
    width: int


@dataclass(frozen=True)
class Chosen:
    place: int
    analyte: str
    unit: str
    extra: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wide2:
    """Lines of the header count from 1; ``unit_line`` is 0 where no line of it holds units alone."""

    columns: Columns
    lines: int
    name_line: int
    unit_line: int
    fill: bool
    starts_with: str
    group: Pattern | None
    exclude: Pattern | None
    value: Pattern | None
    value_name: str

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        return any(self._header_at(sheet) is not None for sheet in sheets)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        places = [(sheet, at) for sheet in sheets if (at := self._header_at(sheet)) is not None]
        if not places:
            raise column_missing(self._missing(sheets), recipe.key)
        for sheet, at in places:
            yield from self._below(sheet, at, recipe.key, tally)

    def _header_at(self, sheet: Sheet) -> int | None:
        wanted = [column for column in self.columns.wanted() if not column.optional]
        for at in range(min(HEADER_WITHIN, len(sheet.rows) - self.lines + 1)):
            rows = sheet.rows[at: at + self.lines]
            if not all(column.among(sheet.top_words[at + self.name_line - 1]) for column in wanted):
                continue
            if self.starts_with and not any(same(self.starts_with, text) for row in rows for text in row.cells):
                continue
            if any(self._fits(title, name) for title, name in self._pairs(sheet, at)):
                return at
        return None

    def _pairs(self, sheet: Sheet, at: int) -> Iterator[tuple[str, str]]:
        titles = self._titles(sheet, at)
        return zip(titles.groups, titles.names, strict=True)

    def _titles(self, sheet: Sheet, at: int) -> Titles:
        rows = sheet.rows[at: at + self.lines]
        width = max(width_of(row) for row in rows)
        above = [row for number, row in enumerate(rows, start=1) if number < self.name_line]
        filled = [_filled(row, width, self.fill) for row in above]
        groups = tuple(" / ".join(filter(None, texts)) for texts in zip(*filled, strict=True)) or ("",) * width
        units = rows[self.unit_line - 1] if self.unit_line else None
        return Titles(
            tuple(collapsed(rows[self.name_line - 1].at(place)) for place in range(width)), groups,
            tuple(collapsed(units.at(place)) if units else "" for place in range(width)),
            max(width, *(sheet.width(row) for row in rows)))

    def _is_group(self, title: str) -> bool:
        if self.exclude is not None and self.exclude.search(title):
            return False
        return self.group is None or self.group.search(title) is not None

    def _is_value(self, name: str) -> bool:
        return same(name, self.value_name) if self.value is None else self.value.search(name) is not None

    def _fits(self, title: str, name: str) -> bool:
        return bool(name) and self._is_group(title) and self._is_value(name)

    def _below(self, sheet: Sheet, at: int, key: str, tally: Tally) -> Iterator[Cell]:
        titles = self._titles(sheet, at)
        chosen = self._chosen(titles, key)
        labels = {pick.place: " / ".join(filter(None, (titles.groups[pick.place], titles.names[pick.place])))
                  for pick in chosen}
        placed = Placed(_resolved(self.columns, titles), titles.names, sheet.name, places=labels)
        header = {row.cells for row in sheet.rows[at: at + self.lines]}
        for row in body(sheet, at + self.lines, titles.width, tally):
            tally.announce(len(chosen))
            reason = HEADER_REPEATED if row.cells in header else placed.reason(row)
            for pick in chosen:
                cell = placed.cell(row, pick.place, pick.analyte, pick.unit, reason)
                yield cell if not pick.extra else _with(cell, pick.extra)

    def _chosen(self, titles: Titles, key: str) -> list[Chosen]:
        named = {column.at(titles.names) for column in self.columns.wanted() if not column.under}
        found: dict[str, Chosen] = {}
        for place, (title, name) in enumerate(zip(titles.groups, titles.names, strict=True)):
            if place in named or not self._fits(title, name):
                continue
            pick = self._pick(place, title, name, titles.units[place])
            if self.group is not None and title in found:
                raise corrupt_header(group=title, column=name, because="COLUMN_TWICE")
            found[title if self.group is not None else f"{title} / {name} / {place}"] = pick
        if self.group is not None:
            self._refuse_without_value(titles, found, key)
        return list(found.values())

    def _refuse_without_value(self, titles: Titles, found: dict[str, Chosen], key: str) -> None:
        for title in dict.fromkeys(titles.groups):
            if title and title not in found and self._is_group(title):
                inside = [name for group, name in zip(titles.groups, titles.names, strict=True) if group == title]
                wanted = _typical(found, titles) or self.value_name or (self.value.text if self.value else "")
                near = nearest(wanted, inside) or tuple(filter(None, inside))[:3]
                raise column_missing(Missing(0, f"{title} / {wanted}", near), key)

    def _pick(self, place: int, title: str, name: str, unit: str) -> Chosen:
        parts: dict[str, str] = {}
        for pattern, text in ((self.group, title), (self.value, name)):
            found = pattern.search(text) if pattern else None
            parts |= {word: collapsed(part) for word, part in (found.groupdict() if found else {}).items() if part}
        analyte = parts.pop("analyte", "") or collapsed(title or name)
        return Chosen(place, analyte, parts.pop("unit", "") or unit, tuple(parts.items()))

    def _missing(self, sheets: tuple[Sheet, ...]) -> Missing:
        best = Missing(-1, self.columns.wanted()[0].shown, ())
        for sheet in sheets:
            for row in sheet.rows[:HEADER_WITHIN]:
                names = [text for text in row.cells if text]
                lacks = missing_from(self.columns.wanted(), names)
                if lacks is None:
                    wanted = self.value_name or (self.value.text if self.value else "")
                    lacks = Missing(len(self.columns.wanted()), wanted, nearest(wanted.strip("^$"), names))
                if lacks.found > best.found:
                    best = lacks
        return best


def _typical(found: dict[str, Chosen], titles: Titles) -> str:
    """What the value column is called in the groups that have one."""
    return next((titles.names[pick.place] for pick in found.values()), "")


def _filled(row: Row, width: int, fill: bool) -> tuple[str, ...]:
    texts, title = [], ""
    for place in range(width):
        own = collapsed(row.at(place))
        title = own or (title if fill else "")
        texts.append(title)
    return tuple(texts)


def _with(cell: Cell, extra: tuple[tuple[str, str], ...]) -> Cell:
    return Cell(cell.sheet, cell.line, cell.column, cell.sample, cell.analyte, cell.value, cell.unit, cell.flag,
                cell.role, {**cell.extra, **dict(extra)}, cell.reason)


def _resolved(columns: Columns, titles: Titles) -> Columns:
    """Columns that stand under a title, by their number in this file."""
    def number(column: ColumnName) -> ColumnName:
        if not column.under:
            return column
        places = [place for place, (title, name) in enumerate(zip(titles.groups, titles.names, strict=True))
                  if same(title, column.under) and any(same(name, text) for text in column.texts)]
        if len(places) != 1:
            raise corrupt_header(group=column.under, column=column.shown,
                                 because="COLUMN_TWICE" if places else "COLUMN_MISSING")
        return ColumnName((), number=places[0] + 1 + column.right)

    return Columns({word: number(column) for word, column in columns.named.items()},
                   {word: number(column) for word, column in columns.extra.items()}, columns.dilution_applied,
                   columns.skip_rows, columns.reject_if)


def wide2_of(fields: Fields) -> Wide2:
    header = fields.inside("header")
    lines = header.count("rows", 2, 3, 2)
    unit_line = header.count("unit_row", 0, lines, 0)
    name_line = header.count("name_row", 1, lines, lines - 1 if unit_line == lines else lines)
    if unit_line == name_line:
        raise RecipeError("header.unit_row", "the line of names is not the line of units")
    fill = header.choice("fill", ("right", "none"), "right") == "right"
    starts = header.inside("starts_at")
    starts_with = starts.text("find", "", empty=True)
    starts.close()
    header.close()
    columns = columns_of(fields, ("sample", "unit", "flag", "role"), ("sample",))
    analytes: Any = fields.inside("analytes", needed=True)
    value_name = analytes.text("value_column", "", empty=True)
    value = analytes.pattern("value_column_regex")
    if bool(value_name) == (value is not None):
        raise RecipeError("analytes.value_column_regex", "either value_column or value_column_regex")
    found = Wide2(columns, lines, name_line, unit_line, fill, starts_with, analytes.pattern("group_regex"),
                  analytes.pattern("exclude_regex"), value, value_name)
    analytes.close()
    return found

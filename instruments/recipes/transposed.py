"""``transposed``: analytes down, samples across. Lines above or among them may say a sample's kind or dilution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import RecipeError, corrupt_header
from instruments.reading import Tally
from instruments.recipes.column import ColumnName, Missing, column_missing, missing_from
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import HEADER_WITHIN, Cell, Recipe
from instruments.tools.grid import Row, Sheet, body, collapsed, required, same


@dataclass(frozen=True)
class Transposed:
    """``lines`` are rows that say something about the samples; ``skip`` are rows left out under a reason."""

    analyte: ColumnName
    unit: ColumnName | None
    ignore: tuple[ColumnName, ...]
    samples: Pattern | None
    lines: tuple[tuple[str, str], ...]
    skip: tuple[tuple[str, str], ...]

    def wanted(self) -> list[ColumnName]:
        return [self.analyte, *([self.unit] if self.unit else []), *self.ignore]

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        return any(self._header_at(sheet) is not None for sheet in sheets)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        places = [(sheet, at) for sheet in sheets if (at := self._header_at(sheet)) is not None]
        if not places:
            raise column_missing(self._missing(sheets), recipe.key)
        for sheet, at in places:
            yield from self._below(sheet, at, tally)

    def _header_at(self, sheet: Sheet) -> int | None:
        wanted = [column for column in self.wanted() if not column.optional]
        for index, (row, words) in enumerate(zip(sheet.rows[:HEADER_WITHIN], sheet.top_words, strict=False)):
            if all(column.among(words) for column in wanted) and self._samples(row):
                return index
        return None

    def _samples(self, header: Row) -> dict[int, str]:
        """Every column with a header that is none of the recipe's own is a sample."""
        names = tuple(collapsed(text) for text in header.cells)
        own = {column.at(names) for column in self.wanted()}
        return {place: name for place, name in enumerate(names) if name and place not in own
                and (self.samples is None or self.samples.search(name))}

    def _missing(self, sheets: tuple[Sheet, ...]) -> Missing:
        best = Missing(-1, self.analyte.shown, ())
        for sheet in sheets:
            for row in sheet.rows[:HEADER_WITHIN]:
                lacks = missing_from(self.wanted(), [text for text in row.cells if text])
                if lacks is not None and lacks.found > best.found:
                    best = lacks
        return best

    def _below(self, sheet: Sheet, at: int, tally: Tally) -> Iterator[Cell]:
        header = sheet.rows[at]
        names = tuple(collapsed(text) for text in header.cells)
        samples = self._samples(header)
        analyte = required(names, *self.analyte.texts)
        unit = self.unit.at(names) if self.unit else None
        rows = list(body(sheet, at + 1, sheet.width(header), tally))
        about = self._about(rows, analyte)
        for row in rows:
            name = collapsed(row.at(analyte))
            if any(same(name, label) for _, label in self.lines):
                continue
            tally.announce(len(samples))
            reason = next((why for text, why in self.skip if same(text, name)), None)
            for place, sample in samples.items():
                said = {word: line.at(place) for word, line in about.items()}
                yield Cell(sheet.name, row.line, sample, self.pattern_id(sample), name, row.at(place), row.at(unit), "",
                           said.pop("role", ""), said, reason)

    def pattern_id(self, sample: str) -> str:
        return self.samples.group(sample, "sample") if self.samples else sample

    def _about(self, rows: list[Row], analyte: int) -> dict[str, Row]:
        about: dict[str, Row] = {}
        for word, label in self.lines:
            mine = [row for row in rows if same(row.at(analyte), label)]
            if len(mine) != 1:
                raise corrupt_header(column=label, because="COLUMN_TWICE" if mine else "COLUMN_MISSING")
            about[word] = mine[0]
        return about


def transposed_of(fields: Fields) -> Transposed:
    inside = fields.inside("transposed", needed=True)
    analyte = inside.column("analyte")
    if analyte.number or analyte.right:
        raise RecipeError("transposed.analyte", "expected a header text")
    lines = inside.inside("lines")
    skip = inside.inside("skip")
    found = Transposed(
        analyte, inside.column("unit") if inside.has("unit") else None,
        tuple(ColumnName((text,)) for text in inside.texts("ignore")), inside.pattern("samples_regex"),
        tuple((word, lines.text(word)) for word in lines.words()),
        tuple((word, skip.text(word)) for word in skip.words()))
    inside.close()
    return found

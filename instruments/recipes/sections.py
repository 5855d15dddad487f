"""``sections``: files like INI, where ``[Name]`` lines part the words about a sample from its results.

Results stand in a table of one section, or line by line as ``word = value`` in any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from instruments.errors import FileRefused, RecipeError
from instruments.reading import Tally
from instruments.recipes.column import column_missing, nearest
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import Cell, Recipe
from instruments.recipes.table import NAMED, Table, table_of
from instruments.tools.grid import Row, Sheet, same

_MARKER = Pattern(r"^\[(?P<name>.+)\]$", "sections.marker")
_PAIR = re.compile(r"(?P<word>[^=]{1,200}?)\s*=\s*(?P<said>.*)")


@dataclass(frozen=True)
class Section:
    name: str
    line: int
    sheet: Sheet

    def said(self, word: str) -> tuple[int, str] | None:
        """(line, text) of the first line about the word; the text stands in the next cell, or behind ``=``."""
        for row in self.sheet.rows:
            found = _pair(row)
            if found is not None and same(found[0], word):
                return row.line, found[1]
        return None

    def words(self) -> list[str]:
        return [pair[0] for row in self.sheet.rows if (pair := _pair(row)) is not None]


@dataclass(frozen=True)
class Place:
    section: str
    word: str


@dataclass(frozen=True)
class Sections:
    """``begins`` names the section that starts the next record, where a file holds several samples."""

    marker: Pattern
    begins: str
    about: Mapping[str, Place]
    results: tuple[tuple[Place, str, str], ...]
    table: tuple[str, Table] | None

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        wanted = {place.section.casefold() for place, _, _ in self.results}
        wanted |= {place.section.casefold() for place in self.about.values()}
        for sheet in sheets:
            sections = self._split(sheet)
            if not wanted <= {section.name.casefold() for section in sections}:
                continue
            if self.table is None or any(self._is_table(section) for section in sections):
                return True
        return False

    def _is_table(self, section: Section) -> bool:
        return self.table is not None and same(section.name, self.table[0]) and (
            self.table[1].header_at(section.sheet) is not None)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        found = False
        for sheet in sheets:
            for record in self._records(self._split(sheet)):
                found = True
                yield from self._record(recipe, record, tally)
        if not found:
            raise FileRefused("SECTION_MISSING", section=self._first(), nearest="")

    def _first(self) -> str:
        return self.table[0] if self.table else self.results[0][0].section

    def _split(self, sheet: Sheet) -> list[Section]:
        starts = [(index, name) for index, row in enumerate(sheet.rows) if (name := self._name(row)) is not None]
        ends = [*(index for index, _ in starts[1:]), len(sheet.rows)][: len(starts)]
        return [Section(name, sheet.rows[start].line, replace(
                    sheet, rows=sheet.rows[start + 1: end], ended=sheet.ended or end < len(sheet.rows)))
                for (start, name), end in zip(starts, ends, strict=True)]

    def _name(self, row: Row) -> str | None:
        texts = [text for text in row.cells if text]
        return self.marker.group(texts[0], "name") if len(texts) == 1 and self.marker.search(texts[0]) else None

    def _records(self, sections: list[Section]) -> list[list[Section]]:
        if not self.begins:
            return [sections] if sections else []
        records: list[list[Section]] = []
        for section in sections:
            if same(section.name, self.begins):
                records.append([])
            if records:
                records[-1].append(section)
        return records

    def _record(self, recipe: Recipe, record: list[Section], tally: Tally) -> Iterator[Cell]:
        given = {word: said[1] for word, place in self.about.items() if (said := self._said(record, place))}
        if self.table is not None:
            yield from self._tables(recipe, record, given, tally)
        for place, analyte, unit in self.results:
            tally.announce(1)
            line, text = self._said(record, place) or (record[0].line, "")
            extra = {word: text for word, text in given.items() if word not in NAMED}
            yield Cell(record[0].sheet.name, line, place.word, given.get("sample", ""), analyte, text,
                       unit or given.get("unit", ""), given.get("flag", ""), given.get("role", ""), extra)

    def _tables(self, recipe: Recipe, record: list[Section], given: Mapping[str, str], tally: Tally) -> Iterator[Cell]:
        assert self.table is not None
        name, table = self.table
        mine = [section for section in record if same(section.name, name)]
        if not mine:
            raise _section_missing(name, record)
        for section in mine:
            at = table.header_at(section.sheet)
            if at is None:
                raise column_missing(table.missing((section.sheet,)), recipe.key)
            yield from table.below(section.sheet, at, tally, given)

    def _said(self, record: list[Section], place: Place) -> tuple[int, str] | None:
        """A section or word that is not there stops the import with what comes nearest."""
        mine = [section for section in record if same(section.name, place.section)]
        if not mine:
            raise _section_missing(place.section, record)
        for section in mine:
            said = section.said(place.word)
            if said is not None:
                return said
        near = nearest(place.word, mine[0].words())
        raise FileRefused("COLUMN_MISSING", column=place.word, nearest=near[0] if near else "", near=near,
                          section=place.section)


def _section_missing(name: str, record: list[Section]) -> FileRefused:
    near = nearest(name, [section.name for section in record])
    return FileRefused("SECTION_MISSING", section=name, nearest=near[0] if near else "")


def _pair(row: Row) -> tuple[str, str] | None:
    texts = [text for text in row.cells if text]
    if len(texts) == 1:
        found = _PAIR.fullmatch(texts[0])
        return (found["word"].strip(), found["said"].strip()) if found else (texts[0].rstrip(":："), "")
    return (texts[0].rstrip(":：="), texts[1]) if texts else None


def sections_of(fields: Fields) -> Sections:
    inside = fields.inside("sections", needed=True)
    marker = inside.pattern("marker", "name") or _MARKER
    begins = inside.text("begins", "", empty=True)
    words = inside.inside("about")
    about = {word: _place(words.inside(word, needed=True)) for word in words.words()}
    table_section = inside.text("table", "", empty=True)
    results = []
    for item, field in inside.items("results"):
        entry = Fields(item, field)
        unit = entry.text("unit", "", empty=True)
        analyte = entry.text("analyte", entry.text("key"))
        results.append((_place(entry), analyte, unit))
    if bool(results) == bool(table_section):
        raise RecipeError("sections.results", "either results line by line, or a section with a table")
    if results and "sample" not in about:
        raise RecipeError("sections.about.sample", "missing")
    kind = inside.choice("columns_are", ("rows", "wide"), "rows")
    table = (table_section, table_of(fields, kind, tuple(about))) if table_section else None
    inside.close()
    return Sections(marker, begins, about, tuple(results), table)


def _place(fields: Fields) -> Place:
    found = Place(fields.text("section"), fields.text("key"))
    fields.close()
    return found

"""What every recipe says, whatever its layout: units, roles, tokens, number marks, dates, which sheets.

Values only. There are no expressions in a recipe; it is read from JSON by document.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from instruments.reading import Tally
from instruments.recipes.column import ColumnName
from instruments.recipes.pattern import Pattern
from instruments.source import FileView
from instruments.tools.grid import Sheet
from instruments.tools.marks import Marks

HEADER_WITHIN = 50
STATES = ("not_detected", "no_peak", "not_measured", "censored", "over_range", "error", "qualitative")


@dataclass(frozen=True, slots=True)
class Cell:
    """One result cell as the layout found it; ``reason`` where a rule of the recipe leaves it out."""

    sheet: str
    line: int
    column: str
    sample: str
    analyte: str
    value: str
    unit: str = ""
    flag: str = ""
    role: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class SkipRule:
    """Rows whose cell equals one of the words or fits the pattern are left out, counted under ``reason``."""

    column: ColumnName
    equals: frozenset[str]
    pattern: Pattern | None
    reason: str

    def strikes(self, text: str) -> bool:
        return text.casefold() in self.equals or (self.pattern is not None and self.pattern.search(text) is not None)


@dataclass(frozen=True)
class RolePattern:
    """Laboratories tell their controls by name: a sample (or role) text that fits has this role."""

    column: str
    pattern: Pattern
    role: str


@dataclass(frozen=True)
class Token:
    state: str
    limit_from: str = ""


@dataclass(frozen=True)
class FileWords:
    """Which containers and encodings are meant, and which sheet of a workbook; empty means any."""

    types: frozenset[str] = frozenset()
    encodings: frozenset[str] = frozenset()
    sheet: str = ""
    marker: str = ""


class Layout(Protocol):
    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool: ...

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]: ...


@dataclass(frozen=True)
class Recipe:
    key: str
    version: str
    recipe: str
    technique: str
    tried_on_real_files: bool
    sample_in_file_name: bool
    unit: str
    units: Mapping[str, str]
    quantity: str
    roles: Mapping[str, str]
    role_patterns: tuple[RolePattern, ...]
    tokens: Mapping[str, Token]
    marks: Marks | None
    date_format: str
    sample_pattern: Pattern | None
    file: FileWords
    layout: Layout

    def role_of(self, word: str, sample: str) -> str:
        """By the role column's word, then by the patterns; an unknown word is kept, never made a sample."""
        said = self.roles.get(word.casefold()) if word else None
        if said is not None:
            return said
        for rule in self.role_patterns:
            if rule.pattern.search(sample if rule.column == "sample" else word):
                return rule.role
        return word.casefold() or "sample"


def sheets_of(recipe: Recipe, view: FileView) -> tuple[Sheet, ...]:
    """The sheets the recipe means: by name, else by a text that stands near the top, else all."""
    words = recipe.file
    if not words.sheet and not words.marker:
        return view.sheets
    named = tuple(sheet for sheet in view.sheets if words.sheet and sheet.name.casefold() == words.sheet.casefold())
    if named or not words.marker:
        return named
    return tuple(sheet for sheet in view.sheets if any(
        words.marker in text for row in sheet.rows[:HEADER_WITHIN] for text in row.cells))


def type_fits(recipe: Recipe, view: FileView) -> bool:
    words = recipe.file
    container = view.encoding in ("xlsx", "xls")
    if words.types and (view.encoding if container else "text") not in words.types:
        return False
    # UTF-8 is also what plain ASCII decodes to, so it is never held against a file.
    return container or not words.encodings or view.encoding in words.encodings or view.encoding == "utf-8"

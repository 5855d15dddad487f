"""Tables under one header line: ``rows`` has one result a row, ``wide`` has analytes across.

The header line is the first near the top that has every column of the recipe. Blocks and sections reuse it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from instruments.errors import RecipeError
from instruments.reading import Tally
from instruments.recipes.column import ColumnName, Missing, column_missing, missing_from
from instruments.recipes.fields import Fields, column_of, text_of
from instruments.recipes.pattern import Pattern
from instruments.recipes.recipe import HEADER_WITHIN, Cell, Recipe, SkipRule
from instruments.tools.grid import Row, Sheet, body, collapsed, required

HEADER_REPEATED = "HEADER_REPEATED"
NAMED = ("sample", "analyte", "value", "unit", "flag", "role")
BESIDE = ("dilution", "replicate", "position", "datafile", "measured_at", "operator", "batch", "level", "alt_id")
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Columns:
    """What stands in which column. ``dilution_applied`` is yes, no, or empty where the recipe does not say."""

    named: Mapping[str, ColumnName]
    extra: Mapping[str, ColumnName]
    dilution_applied: str
    skip_rows: tuple[SkipRule, ...]
    reject_if: tuple[tuple[ColumnName, frozenset[str]], ...]

    def wanted(self) -> list[ColumnName]:
        return [*self.named.values(), *self.extra.values(), *(rule.column for rule in self.skip_rows),
                *(column for column, _ in self.reject_if)]


@dataclass(frozen=True)
class Across:
    """Analytes across: listed as (column, analyte, unit), or every header text that fits the pattern."""

    listed: tuple[tuple[ColumnName, str, str], ...] = ()
    pattern: Pattern | None = None
    exclude: Pattern | None = None


def columns_of(fields: Fields, known: tuple[str, ...], needed: tuple[str, ...]) -> Columns:
    inside = fields.inside("columns")
    named = {word: inside.column(word) for word in known if inside.has(word)}
    for word in needed:
        if word not in named:
            raise RecipeError(f"columns.{word}", "missing")
    extra = {word: inside.column(word) for word in BESIDE[1:] if inside.has(word)}
    applied = ""
    if inside.has("dilution"):
        extra["dilution"], applied = _dilution(inside)
    more = fields.inside("extra")
    extra |= {word: more.column(word) for word in more.words()}
    rejects = inside if inside.has("reject_if") else fields
    rules = rejects.inside("reject_if")
    reject_if = tuple((column_of(word, rejects.path("reject_if")), _words(rules.raw(word), rules.path(word)))
                      for word in rules.words())
    inside.close()
    return Columns(named, extra, applied, _skip_rules(fields), reject_if)


def _dilution(inside: Fields) -> tuple[ColumnName, str]:
    """A plain column, or with ``applied``: whether the values are multiplied by it already."""
    value = inside.raw("dilution")
    if not isinstance(value, Mapping) or "applied" not in value:
        return inside.column("dilution"), ""
    fields = inside.inside("dilution")
    applied = "yes" if fields.flag("applied") else "no"
    rest = {word: text for word, text in value.items() if word != "applied"}
    return column_of(rest, inside.path("dilution")), applied


def _words(value: object, field: str) -> frozenset[str]:
    words = value if isinstance(value, list) else [value]
    return frozenset(text_of(word, field).casefold() for word in words)


def _skip_rules(fields: Fields) -> tuple[SkipRule, ...]:
    rules = []
    for item, field in fields.items("skip_rows"):
        rule = Fields(item, field)
        pattern = rule.pattern("regex")
        if pattern is None and not isinstance(rule.raw("equals"), list):
            raise RecipeError(f"{field}.equals", "expected a list of words, or a regex instead")
        equals = _words(rule.raw("equals", []), f"{field}.equals")
        rules.append(SkipRule(rule.column("column"), equals, pattern, rule.text("reason")))
        rule.close()
    return tuple(rules)


def across_of(fields: Fields) -> Across:
    """A list of columns, each a name or ``{"column", "analyte", "unit"}``; or ``{"regex", "exclude_regex"}``."""
    if isinstance(fields.raw("analytes"), Mapping):
        inside = fields.inside("analytes")
        pattern = inside.pattern("regex")
        if pattern is None:
            raise RecipeError("analytes.regex", "missing")
        found = Across((), pattern, inside.pattern("exclude_regex"))
        inside.close()
        return found
    listed = tuple(_analyte(item, field) for item, field in fields.items("analytes"))
    if not listed:
        raise RecipeError("analytes", "at least one")
    return Across(listed)


def _analyte(item: object, field: str) -> tuple[ColumnName, str, str]:
    if not isinstance(item, Mapping) or not {"analyte", "unit"} & set(item):
        column = column_of(item, field)
        return column, column.shown, ""
    fields = Fields(item, field)
    column = fields.column("column")
    found = column, fields.text("analyte", column.shown), fields.text("unit", "", empty=True)
    fields.close()
    return found


@dataclass(frozen=True)
class Table:
    """``across`` is None for one result a row."""

    columns: Columns
    across: Across | None

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        return any(self.header_at(sheet) is not None for sheet in sheets)

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        places = [(sheet, at) for sheet in sheets if (at := self.header_at(sheet)) is not None]
        if not places:
            raise column_missing(self.missing(sheets), recipe.key)
        for sheet, at in places:
            yield from self.below(sheet, at, tally)

    def wanted(self) -> list[ColumnName]:
        listed = [column for column, _, _ in self.across.listed] if self.across else []
        return [*self.columns.wanted(), *listed]

    def header_at(self, sheet: Sheet, within: int = HEADER_WITHIN) -> int | None:
        wanted = [column for column in self.wanted() if not column.optional]
        for index, (row, words) in enumerate(zip(sheet.rows[:within], sheet.top_words, strict=False)):
            if all(column.among(words) for column in wanted) and self._has_analytes(row):
                return index
        return None

    def _has_analytes(self, row: Row) -> bool:
        if self.across is None or self.across.pattern is None:
            return True
        return bool(self.chosen(tuple(collapsed(text) for text in row.cells)))

    def chosen(self, names: tuple[str, ...]) -> list[tuple[int, str, str]]:
        """(place, analyte, unit) of every analyte column, in file order where a pattern finds them."""
        if self.across is None:
            return []
        if self.across.pattern is None:
            return [(place, analyte, unit) for column, analyte, unit in self.across.listed
                    if (place := _place(column, names)) is not None]
        taken = {column.at(names) for column in self.columns.wanted()}
        return [(place, self.across.pattern.group(name, "analyte"), _group(self.across.pattern, name, "unit"))
                for place, name in enumerate(names) if name and place not in taken
                and self.across.pattern.search(name)
                and not (self.across.exclude and self.across.exclude.search(name))]

    def missing(self, sheets: tuple[Sheet, ...]) -> Missing:
        """What the line that comes nearest to the wanted header lacks first."""
        best = Missing(-1, next((column.shown for column in self.wanted()), "?"), ())
        for sheet in sheets:
            for row in sheet.rows[:HEADER_WITHIN]:
                lacks = missing_from(self.wanted(), [text for text in row.cells if text])
                if lacks is None and self.across and self.across.pattern:
                    lacks = Missing(len(self.wanted()), self.across.pattern.text, ())
                if lacks is not None and lacks.found > best.found:
                    best = lacks
        return best

    def below(self, sheet: Sheet, at: int, tally: Tally, given: Mapping[str, str] = NOTHING) -> Iterator[Cell]:
        """The cells under the header; ``given`` holds what a key line above the table says for all of it."""
        header = sheet.rows[at]
        names = tuple(collapsed(text) for text in header.cells)
        placed = Placed(self.columns, names, sheet.name, given)
        chosen = self.chosen(names)
        if len({place for place, _, _ in chosen}) != len(chosen):
            raise column_missing(Missing(0, "analytes", ()), "")
        width = max(sheet.width(header), placed.widest() + 1)
        value = placed.named.get("value")
        for row in body(sheet, at + 1, width, tally):
            tally.announce(len(chosen) if self.across else 1)
            reason = HEADER_REPEATED if row.cells == header.cells else placed.reason(row)
            if self.across is None:
                yield placed.cell(row, value, collapsed(placed.text(row, "analyte")), placed.text(row, "unit"), reason)
                continue
            for place, analyte, unit in chosen:
                yield placed.cell(row, place, analyte, unit or placed.text(row, "unit"), reason)


def _place(column: ColumnName, names: tuple[str, ...]) -> int | None:
    if column.optional or column.number:
        return column.at(names)
    return required(names, *column.texts) + column.right


def _group(pattern: Pattern, text: str, name: str) -> str:
    return pattern.group(text, name) if name in pattern.groups else ""


class Placed:
    """The columns of a recipe looked up once in one header, and the cells of a row made from them."""

    def __init__(self, columns: Columns, names: tuple[str, ...], sheet: str, given: Mapping[str, str] = NOTHING,
                 places: Mapping[int, str] | None = None) -> None:
        self.names = names
        self.sheet = sheet
        self.given = given
        self.applied = columns.dilution_applied
        self.named = {word: _place(column, names) for word, column in columns.named.items()}
        self.extra = {word: _place(column, names) for word, column in columns.extra.items()}
        self.skips = [(_place(rule.column, names), rule) for rule in columns.skip_rows]
        self.rejects = [(_place(column, names), column.shown, words) for column, words in columns.reject_if]
        self.labels = places or {}

    def widest(self) -> int:
        return max((place for place in (*self.named.values(), *self.extra.values()) if place is not None), default=0)

    def text(self, row: Row, word: str) -> str:
        place = self.named.get(word)
        return row.at(place) if place is not None else self.given.get(word, "")

    def reason(self, row: Row) -> str | None:
        return next((rule.reason for place, rule in self.skips if rule.strikes(row.at(place))), None)

    def cell(self, row: Row, place: int | None, analyte: str, unit: str, reason: str | None) -> Cell:
        assert place is not None
        extra = {word: row.at(at) for word, at in self.extra.items()}
        if self.applied:
            extra["dilution_applied"] = self.applied
        extra |= {word: text for word, text in self.given.items() if word not in NAMED}
        rejected = [name for at, name, words in self.rejects if row.at(at).casefold() in words]
        return Cell(
            self.sheet, row.line, self.label(place), self.text(row, "sample"), analyte, row.at(place), unit,
            " ".join(filter(None, [self.text(row, "flag"), *rejected])), self.text(row, "role"), extra, reason)

    def label(self, place: int) -> str:
        if place in self.labels:
            return self.labels[place]
        return (self.names[place] if place < len(self.names) else "") or str(place + 1)


def table_of(fields: Fields, kind: str, given: tuple[str, ...] = ()) -> Table:
    """``given`` names what key lines say, so that the table need not have it."""
    if kind == "wide":
        needed = tuple(word for word in ("sample",) if word not in given)
        return Table(columns_of(fields, ("sample", "unit", "flag", "role"), needed), across_of(fields))
    if fields.has("analytes"):
        raise RecipeError("analytes", "only a wide recipe has analytes across")
    needed = tuple(word for word in ("sample", "analyte", "value") if word not in given)
    return Table(columns_of(fields, NAMED, needed), None)


def rows_of(fields: Fields) -> Table:
    return table_of(fields, "rows")


def wide_of(fields: Fields) -> Table:
    return table_of(fields, "wide")


"""A table of limits as it stands in a file, to rows of a library: by the product's own headings or by a saved recipe.

It reads texts only; whether a row can stand is the library's question.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from typing import Any

from lims.domain.reference import KINDS
from lims.domain.rules.errors import BadInput
from lims.services.limit_library import LibraryRow

_DATES = ("valid_from", "valid_to")
_FIGURES = ("value", "value2", "m", "M")
_MARKS = {"decimal": (".", ","), "delimiter": (",", ";", "|", "\t")}


@dataclass(frozen=True)
class Recipe:
    """How one source writes its table."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> heading in the file; a field that is not named here has its own name as heading."""
    always: Mapping[str, str] = field(default_factory=dict)
    """Field -> what it is in every row."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> the source's word -> ours."""
    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8-sig"
    dates: str = "%Y-%m-%d"


OWN = Recipe()
"""The product's own table: the headings of lims/catalogue/limits.csv."""


def recipe_from(text: str) -> Recipe:
    """A recipe as saved; raises BadInput naming the entry that cannot stand."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("RECIPE_NOT_READABLE", field="recipe") from None
    names = set(Recipe.__dataclass_fields__)
    if not isinstance(given, dict) or not set(given) <= names:
        raise BadInput("RECIPE_NOT_READABLE", field=_strange(given, names))
    for name, value in given.items():
        if not _is_right(name, value):
            raise BadInput("RECIPE_NOT_READABLE", field=name)
    return Recipe(**given)


def rows_of(raw: bytes, recipe: Recipe = OWN, kind: str = "limit") -> Iterator[LibraryRow]:
    """The rows of a CSV or XLSX file with their numbers as a spreadsheet counts them, the heading being row 1."""
    table = _workbook(raw) if raw[:4] == b"PK\x03\x04" else _lines(raw, recipe)
    heads = [text.strip() for text in next(table, (1, ()))[1]]
    where = _places(heads, recipe, kind)
    fixed = {name: text for name, text in recipe.always.items() if name not in _DATES}
    key = KINDS[kind].key
    for number, cells in table:
        if not any(cells):
            continue
        given = {name: cells[at] if at < len(cells) else "" for name, at in where.items()}
        _rewrite(given, recipe)
        code, first, last = (given.pop(name, "") for name in (key, *_DATES))
        yield LibraryRow(number, code, {**given, **fixed}, first, last)


def _places(heads: list[str], recipe: Recipe, kind: str) -> dict[str, int]:
    """Field -> place in the row. A heading that a recipe names must be there; those nobody asks for are left aside."""
    places = {}
    for name in (KINDS[kind].key, *_DATES, *KINDS[kind].fields):
        heading = recipe.columns.get(name, name)
        if heading in heads:
            places[name] = heads.index(heading)
        elif name in recipe.columns or name == KINDS[kind].key:
            nearest = difflib.get_close_matches(heading, heads, n=1)
            raise BadInput("COLUMN_MISSING", field=name, column=heading, nearest=nearest[0] if nearest else "-")
    return places


def _rewrite(given: dict[str, str], recipe: Recipe) -> None:
    for name, words in recipe.words.items():
        if name in given:
            given[name] = words.get(given[name].strip(), given[name])
    if recipe.decimal == ",":
        for name in _FIGURES:
            if name in given and "." not in given[name]:
                given[name] = given[name].replace(",", ".")
    if recipe.dates != OWN.dates:
        for name in _DATES:
            given[name] = _iso(given.get(name, "").strip(), recipe.dates)


def _iso(text: str, form: str) -> str:
    """The date as the library reads it; one that cannot be read stays, to be refused by its own words."""
    try:
        return datetime.strptime(text, form).date().isoformat() if text else ""
    except ValueError:
        return text


def _lines(raw: bytes, recipe: Recipe) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = raw.decode(recipe.encoding)
        yield from enumerate(csv.reader(StringIO(text, newline=""), delimiter=recipe.delimiter, strict=True), 1)
    except (UnicodeDecodeError, LookupError):
        raise BadInput("ENCODING_OTHER", field="encoding", value=recipe.encoding) from None
    except csv.Error:
        raise BadInput("TABLE_NOT_READABLE", field="file") from None


def _workbook(raw: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """The first sheet; a date without a time of day is a date."""
    from instruments.tools.spreadsheet import sheets_of_xlsx  # brings the spreadsheet library, which few need

    sheets, _ = sheets_of_xlsx(raw)
    for row in sheets[0].rows if sheets else ():
        yield row.line, tuple(cell.removesuffix(" 00:00:00") for cell in row.cells)


def _strange(given: Any, names: set[str]) -> str:
    return min(set(given) - names) if isinstance(given, dict) else "recipe"


def _is_right(name: str, value: Any) -> bool:
    if name in ("columns", "always"):
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if name == "words":
        return isinstance(value, dict) and all(_is_right("columns", one) for one in value.values())
    return isinstance(value, str) and (name not in _MARKS or value in _MARKS[name])

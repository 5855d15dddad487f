"""A table of limits as it stands in a file, to rows of a library: by the product's own headings or by a saved mapping.

It reads texts only; whether a row can stand is the library's question. A row that the mapping cannot say in our words
comes back with its reason.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from lims.domain.reference import KINDS
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal
from lims.services import limit_blocks, limit_steps
from lims.services.limit_row import LibraryRow
from lims.services.limit_steps import FILE, ROW, Record
from lims.services.limit_table import lines_of

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
    open_end: str = ""
    """The last day by which the source means that there is none."""
    replace: Sequence[Sequence[str]] = ()
    """Pairs of texts: what a cell has, and what is read for it, one pair after another."""
    blocks: Mapping[str, Any] = field(default_factory=dict)
    """For a table whose columns shift; see limit_blocks."""
    steps: Sequence[Mapping[str, Any]] = ()
    """From columns to fields, one after another; see limit_steps."""
    items: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Kind (product, analyte) -> ``columns`` and ``always`` of the items that the rows speak of."""


OWN = Recipe()
"""The product's own table: the headings of lims/catalogue/limits.csv."""


@dataclass(frozen=True)
class Source:
    """What a file says: the limits, and the items that those of them that stand speak of, by kind, each once."""

    rows: tuple[LibraryRow, ...]
    items: Mapping[str, tuple[LibraryRow, ...]]


def shipped() -> tuple[str, ...]:
    """Names of the mappings that come with the product."""
    folder = files("lims").joinpath("catalogue", "library")
    return tuple(sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name.endswith(".json")))


def recipe_named(name: str) -> Recipe:
    """A mapping that comes with the product."""
    if name not in shipped():
        raise BadInput("UNKNOWN_CHOICE", field="mapping", value=name[:80])
    return recipe_from(files("lims").joinpath("catalogue", "library", f"{name}.json").read_text(encoding="utf-8"))


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
        wrong = _wrong(name, value)
        if wrong:
            raise BadInput("RECIPE_NOT_READABLE", field=wrong)
    return Recipe(**given)


def rows_of(raw: bytes, recipe: Recipe = OWN, kind: str = "limit", file: str = "") -> Iterator[LibraryRow]:
    """The rows of a CSV or XLSX file with their numbers as a spreadsheet counts them, the heading being row 1."""
    yield from (row for row, _ in _rows(raw, recipe, kind, file))


def source_of(raw: bytes, recipe: Recipe, file: str = "") -> Source:
    """The limits of a file together with the products and analytes that its mapping says they speak of."""
    rows: list[LibraryRow] = []
    found: dict[str, dict[str, LibraryRow]] = {kind: {} for kind in recipe.items}
    for row, record in _rows(raw, recipe, "limit", file):
        rows.append(row)
        if row.trouble is None:
            for kind, told in recipe.items.items():
                _add_item(found[kind], kind, told, row.number, record)
    return Source(tuple(rows), {kind: tuple(items.values()) for kind, items in found.items()})


def _add_item(
    found: dict[str, LibraryRow], kind: str, told: Mapping[str, Mapping[str, str]], number: int, record: Record
) -> None:
    columns = told["columns"]
    code = record.get(columns[KINDS[kind].key], "")
    if code and code not in found:
        content = {name: record.get(column, "") for name, column in columns.items() if name != KINDS[kind].key}
        found[code] = LibraryRow(number, code, {**content, **told.get("always", {})})


def _rows(raw: bytes, recipe: Recipe, kind: str, file: str) -> Iterator[tuple[LibraryRow, Record]]:
    """Each row of the library with the record of the source that it was made of."""
    key = KINDS[kind].key
    heads, records = _records(raw, recipe)
    columns = _places(heads | limit_steps.made(recipe.steps), recipe, kind)
    steps = [(limit_steps.KINDS[step["step"]][0], step, step.get("when", {})) for step in recipe.steps]
    for number, code, record in records:
        if isinstance(record, Refusal):
            yield LibraryRow(number, code, {}, trouble=record), {}
            continue
        record[ROW], record[FILE] = str(number), file
        try:
            for act, step, when in steps:
                if limit_steps.holds(when, record):
                    act(record, step)
        except BadInput as error:
            if error.code == "FILE_NAME_OTHER":
                raise
            yield LibraryRow(number, record.get(key, code), {}, trouble=Refusal(error.code, error.params)), record
            continue
        given = {name: record.get(column, "") for name, column in columns}
        _rewrite(given, recipe)
        code, first, last = (given.pop(name, "") for name in (key, *_DATES))
        yield LibraryRow(number, code, given, first, last), record


def _records(raw: bytes, recipe: Recipe) -> tuple[set[str], Iterator[limit_blocks.Told]]:
    """The headings, and (row, code, record): the cells under their headings."""
    lines = lines_of(raw, recipe.encoding, recipe.delimiter)
    if recipe.replace:
        lines = ((number, [_replaced(cell, recipe.replace) for cell in cells]) for number, cells in lines)
    if recipe.blocks:
        return set(limit_blocks.COLUMNS), limit_blocks.records(lines, recipe.blocks)
    heads = [text.strip() for text in next(lines, (1, ()))[1]]
    return set(heads), (
        (number, "", dict(zip(heads, map(str.strip, cells), strict=False))) for number, cells in lines if any(cells)
    )


def _replaced(cell: str, pairs: Sequence[Sequence[str]]) -> str:
    for there, read in pairs:
        cell = cell.replace(there, read)
    return cell


def _places(heads: set[str], recipe: Recipe, kind: str) -> list[tuple[str, str]]:
    """(field, heading). A heading that a recipe names must be there; those nobody asks for are left aside."""
    places = []
    for name in (KINDS[kind].key, *_DATES, *KINDS[kind].fields):
        heading = recipe.columns.get(name, name)
        if heading in heads:
            places.append((name, heading))
        elif name in recipe.columns or name == KINDS[kind].key:
            nearest = difflib.get_close_matches(heading, sorted(heads), n=1)
            raise BadInput("COLUMN_MISSING", field=name, column=heading, nearest=nearest[0] if nearest else "-")
    return places


def _rewrite(given: dict[str, str], recipe: Recipe) -> None:
    for name, words in recipe.words.items():
        if name in given:
            given[name] = words.get(given[name], given[name])
    if recipe.decimal == ",":
        for name in _FIGURES:
            if name in given and "." not in given[name]:
                given[name] = given[name].replace(",", ".")
    if recipe.always:
        given.update(recipe.always)
    if recipe.open_end and given.get("valid_to") == recipe.open_end:
        given["valid_to"] = ""
    if recipe.dates != OWN.dates:
        for name in _DATES:
            given[name] = limit_steps.iso(given.get(name, "").strip(), recipe.dates)


def _strange(given: Any, names: set[str]) -> str:
    return min(set(given) - names) if isinstance(given, dict) else "recipe"


def _wrong(name: str, value: Any) -> str:
    """The entry that cannot stand, or empty."""
    if name == "steps":
        return limit_steps.strange(value)
    if name == "blocks":
        return limit_blocks.strange(value)
    return "" if _is_right(name, value) else name


def _is_right(name: str, value: Any) -> bool:
    if name in ("columns", "always"):
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if name == "words":
        return isinstance(value, dict) and all(_is_right("columns", one) for one in value.values())
    if name == "replace":
        return isinstance(value, list) and all(
            isinstance(pair, list) and len(pair) == 2 and pair[0] and all(isinstance(text, str) for text in pair)
            for pair in value
        )
    if name == "items":
        return isinstance(value, dict) and set(value) <= {"product", "analyte"} and all(
            isinstance(told, dict) and set(told) <= {"columns", "always"} and _is_right("words", told)
            and KINDS[kind].key in told.get("columns", {})
            for kind, told in value.items()
        )
    return isinstance(value, str) and (name not in _MARKS or value in _MARKS[name])

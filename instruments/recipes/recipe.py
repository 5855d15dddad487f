"""A recipe: which columns of a table say what. Read strictly from JSON; a word it does not know is an error.

It holds names and literal words only. There are no expressions and no regular expressions in a recipe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instruments.errors import RecipeError

KINDS = ("rows", "wide")
_WORDS = {"key", "version", "recipe", "technique", "tried_on_real_files", "columns", "extra", "analytes", "unit",
          "quantity", "roles", "skip_rows"}
_COLUMNS = {"rows": {"sample", "analyte", "value", "unit", "flag", "role"}, "wide": {"sample", "flag", "role"}}
_NEEDED = {"rows": ("sample", "analyte", "value"), "wide": ("sample",)}
_KEY = re.compile(r"^[a-z][a-z0-9_]{2,60}$")
_LONGEST = 200


@dataclass(frozen=True)
class ColumnName:
    """A column by its header text, or the column directly right of the one so named."""

    text: str
    right: bool = False


@dataclass(frozen=True)
class SkipRule:
    column: ColumnName
    equals: frozenset[str]
    reason: str


@dataclass(frozen=True)
class Recipe:
    """``analytes`` maps a column to (analyte, unit) and is used by ``wide`` alone."""

    key: str
    version: str
    recipe: str
    technique: str
    tried_on_real_files: bool
    columns: Mapping[str, ColumnName]
    extra: Mapping[str, ColumnName]
    analytes: tuple[tuple[ColumnName, str, str], ...]
    unit: str
    quantity: str
    roles: Mapping[str, str]
    skip_rows: tuple[SkipRule, ...]


def recipe_of(document: Any) -> Recipe:
    """The recipe a JSON document describes; RecipeError names the field that is wrong."""
    fields = _object(document, "recipe")
    _only(fields, _WORDS, "recipe")
    kind = fields.get("recipe")
    if kind not in KINDS:
        raise RecipeError("recipe", f"expected one of {', '.join(KINDS)}")
    columns = _columns(fields.get("columns"), "columns")
    _only(columns, _COLUMNS[kind], "columns")
    for word in _NEEDED[kind]:
        if word not in columns:
            raise RecipeError(f"columns.{word}", "missing")
    key = _text(fields.get("key"), "key")
    if not _KEY.match(key):
        raise RecipeError("key", "lower case letters, digits and underscores")
    return Recipe(
        key=key, version=_text(fields.get("version"), "version"), recipe=kind,
        technique=_text(fields.get("technique", "any"), "technique"),
        tried_on_real_files=fields.get("tried_on_real_files") is True, columns=columns,
        extra=_columns(fields.get("extra", {}), "extra"),
        analytes=_analytes(fields.get("analytes"), kind),
        unit=_text(fields.get("unit", ""), "unit", empty=True),
        quantity=_text(fields.get("quantity", "concentration"), "quantity"),
        roles={word.casefold(): _text(role, f"roles.{word}")
               for word, role in _object(fields.get("roles", {}), "roles").items()},
        skip_rows=_skip_rules(fields.get("skip_rows", [])),
    )


def _analytes(value: Any, kind: str) -> tuple[tuple[ColumnName, str, str], ...]:
    """Each analyte is a column name, or ``{"column", "analyte", "unit"}`` where it is to be called otherwise."""
    if kind == "rows":
        if value is not None:
            raise RecipeError("analytes", "only a wide recipe has analytes across")
        return ()
    found = []
    for number, item in enumerate(_list(value, "analytes")):
        field = f"analytes[{number}]"
        if isinstance(item, str):
            name = _text(item, field)
            found.append((ColumnName(name), name, ""))
            continue
        parts = _object(item, field)
        _only(parts, {"column", "analyte", "unit"}, field)
        column = _column(parts.get("column"), f"{field}.column")
        found.append((column, _text(parts.get("analyte", column.text), f"{field}.analyte"),
                      _text(parts.get("unit", ""), f"{field}.unit", empty=True)))
    if not found:
        raise RecipeError("analytes", "at least one")
    return tuple(found)


def _skip_rules(value: Any) -> tuple[SkipRule, ...]:
    return tuple(_skip_rule(rule, number) for number, rule in enumerate(_list(value, "skip_rows")))


def _skip_rule(value: Any, number: int) -> SkipRule:
    field = f"skip_rows[{number}]"
    parts = _object(value, field)
    _only(parts, {"column", "equals", "reason"}, field)
    words = _list(parts.get("equals"), f"{field}.equals")
    equals = frozenset(_text(word, f"{field}.equals").casefold() for word in words)
    return SkipRule(_column(parts.get("column"), f"{field}.column"), equals,
                    _text(parts.get("reason"), f"{field}.reason"))


def _columns(value: Any, field: str) -> dict[str, ColumnName]:
    return {word: _column(name, f"{field}.{word}") for word, name in _object(value, field).items()}


def _column(value: Any, field: str) -> ColumnName:
    if isinstance(value, Mapping):
        _only(value, {"right_of"}, field)
        return ColumnName(_text(value.get("right_of"), f"{field}.right_of"), right=True)
    return ColumnName(_text(value, field))


def _text(value: Any, field: str, empty: bool = False) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not (value.strip() or empty):
        raise RecipeError(field, f"expected a text of at most {_LONGEST} characters")
    return value.strip()


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RecipeError(field, "expected an object")
    return value


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise RecipeError(field, "expected a list")
    return value


def _only(fields: Mapping[str, Any], known: set[str], field: str) -> None:
    unknown = sorted(set(fields) - known)
    if unknown:
        raise RecipeError(f"{field}.{unknown[0]}", f"unknown; known are {', '.join(sorted(known))}")

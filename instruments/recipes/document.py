"""A recipe from its JSON document, strictly: a word it does not know or cannot use is an error that names the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from instruments.errors import RecipeError
from instruments.recipes.blocks import blocks_of
from instruments.recipes.fields import Fields, text_of
from instruments.recipes.form import form_of
from instruments.recipes.plate import plate_of
from instruments.recipes.positional import positional_of
from instruments.recipes.recipe import STATES, FileWords, Layout, Recipe, RolePattern, Token
from instruments.recipes.sections import sections_of
from instruments.recipes.table import rows_of, wide_of
from instruments.recipes.transposed import transposed_of
from instruments.recipes.wide2 import wide2_of
from instruments.tools.marks import Marks

LAYOUTS: Mapping[str, Callable[[Fields], Layout]] = {
    "rows": rows_of, "wide": wide_of, "wide2": wide2_of, "blocks": blocks_of, "sections": sections_of,
    "transposed": transposed_of, "plate": plate_of, "cells": form_of, "positional": positional_of,
}
_KEY = re.compile(r"^[a-z][a-z0-9_]{2,60}$")
_TYPES = {"xlsx": "xlsx", "xls": "xls", "csv": "text", "txt": "text", "tsv": "text", "text": "text"}
_ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16", "gb18030": "gb18030", "gbk": "gb18030",
              "cp1252": "cp1252", "latin-1": "latin-1"}
_GROUPS = ("", ".", ",", " ", "'", "space")
_ZONES = ("lab", "utc")


def recipe_of(document: Any) -> Recipe:
    """The recipe a JSON document describes; RecipeError names the field that is wrong."""
    fields = Fields(document)
    kind = fields.choice("recipe", tuple(LAYOUTS))
    key = fields.text("key", f"unnamed_{kind}")
    if not _KEY.match(key):
        raise RecipeError("key", "lower case letters, digits and underscores")
    version = fields.raw("version")
    layout = LAYOUTS[kind](fields)
    recipe = Recipe(
        key=key, version=str(version) if type(version) is int and version > 0 else text_of(version, "version"),
        recipe=kind, technique=fields.text("technique", "any"),
        tried_on_real_files=fields.flag("tried_on_real_files"),
        sample_in_file_name=fields.flag("sample_in_file_name"),
        unit=fields.text("unit", "", empty=True), units=_units(fields),
        quantity=fields.text("quantity", "concentration"), roles=_roles(fields),
        role_patterns=_role_patterns(fields), tokens=_tokens(fields), marks=_marks(fields), date_format=_date(fields),
        sample_pattern=fields.pattern("sample_regex", "sample"), file=_file(fields), layout=layout,
    )
    fields.close()
    return recipe


def _units(fields: Fields) -> dict[str, str]:
    """Units the file itself does not print, by analyte."""
    inside = fields.inside("units")
    return {word.casefold(): inside.text(word) for word in inside.words()}


def _roles(fields: Fields) -> dict[str, str]:
    """The file's word for a kind of row, or several parted by ``|``, to the laboratory's."""
    inside = fields.inside("roles")
    return {part.strip().casefold(): inside.text(word) for word in inside.words() for part in word.split("|")
            if part.strip()}


def _role_patterns(fields: Fields) -> tuple[RolePattern, ...]:
    found = []
    for item, field in fields.items("role_patterns"):
        entry = Fields(item, field)
        pattern = entry.pattern("regex")
        if pattern is None:
            raise RecipeError(f"{field}.regex", "missing")
        found.append(RolePattern(entry.choice("in", ("sample", "role"), "sample"), pattern, entry.text("role")))
        entry.close()
    return tuple(found)


def _tokens(fields: Fields) -> dict[str, Token]:
    """Texts of value cells that are no numbers, and what they mean. None of them is ever a number."""
    inside = fields.inside("tokens")
    found = {}
    for word in inside.words():
        if isinstance(inside.raw(word), Mapping):
            entry = inside.inside(word)
            token = Token(entry.choice("state", STATES), entry.text("limit_from", "", empty=True))
            entry.close()
        else:
            token = Token(inside.choice(word, STATES))
        found[word.casefold()] = token
    return found


def _marks(fields: Fields) -> Marks | None:
    if not fields.has("number"):
        return None
    inside = fields.inside("number")
    decimal, group = inside.choice("decimal", (".", ",")), inside.choice("group", _GROUPS, "")
    if decimal == group:
        raise RecipeError("number.group", "the decimal mark groups nothing")
    inside.close()
    return Marks(decimal, " " if group == "space" else group)


def _date(fields: Fields) -> str:
    if not fields.has("date"):
        return ""
    inside = fields.inside("date")
    text = inside.text("format")
    inside.choice("tz", _ZONES, "lab")
    inside.close()
    if "%" not in text:
        raise RecipeError("date.format", "expected a format like %Y-%m-%d %H:%M:%S")
    return text


def _file(fields: Fields) -> FileWords:
    inside = fields.inside("file")
    types = frozenset(_known(word, _TYPES, "file.types") for word in inside.texts("types"))
    encodings = frozenset(_known(word, _ENCODINGS, "file.encoding") for word in inside.texts("encoding"))
    sheet = inside.inside("sheet")
    found = FileWords(types, encodings, sheet.text("name", "", empty=True),
                      sheet.text("or_header_marker", "", empty=True))
    sheet.close()
    inside.close()
    return found


def _known(word: str, known: Mapping[str, str], field: str) -> str:
    if word.casefold() not in known:
        raise RecipeError(field, f"expected some of {', '.join(known)}")
    return known[word.casefold()]




"""Reads the JSON of a recipe strictly, word by word: whatever is wrong, missing or unknown is named by its field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from instruments.errors import RecipeError
from instruments.recipes.column import ColumnName
from instruments.recipes.pattern import Pattern

_LONGEST = 200
_MOST = 2_000
_ADDRESS = re.compile(r"(?P<column>[A-Z]{1,3})(?P<line>[1-9][0-9]{0,5})")


class Fields:
    """One object of the recipe. ``close`` refuses words that nobody asked for."""

    def __init__(self, value: Any, field: str = "") -> None:
        if not isinstance(value, Mapping):
            raise RecipeError(field or "recipe", "expected an object")
        self._value = value
        self._field = field
        self._asked: set[str] = set()

    def has(self, word: str) -> bool:
        return word in self._value

    def path(self, word: str) -> str:
        return f"{self._field}.{word}" if self._field else word

    def raw(self, word: str, default: Any = None) -> Any:
        self._asked.add(word)
        return self._value.get(word, default)

    def text(self, word: str, default: str | None = None, empty: bool = False) -> str:
        return text_of(self.raw(word, default), self.path(word), empty)

    def choice(self, word: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.raw(word, default)
        if value not in choices:
            raise RecipeError(self.path(word), f"expected one of {', '.join(choices)}")
        return str(value)

    def flag(self, word: str, default: bool = False) -> bool:
        value = self.raw(word, default)
        if not isinstance(value, bool):
            raise RecipeError(self.path(word), "expected true or false")
        return value

    def count(self, word: str, least: int, most: int, default: int | None = None) -> int:
        return count_of(self.raw(word, default), self.path(word), least, most)

    def inside(self, word: str, needed: bool = False) -> Fields:
        value = self.raw(word, None if needed else {})
        if value is None:
            raise RecipeError(self.path(word), "missing")
        return Fields(value, self.path(word))

    def items(self, word: str) -> Iterator[tuple[Any, str]]:
        """The members of a list with the names of their fields; none where the word is absent."""
        value = self.raw(word, [])
        if not isinstance(value, list):
            raise RecipeError(self.path(word), "expected a list")
        if len(value) > _MOST:
            raise RecipeError(self.path(word), f"more than {_MOST} entries")
        return ((item, f"{self.path(word)}[{number}]") for number, item in enumerate(value))

    def texts(self, word: str) -> tuple[str, ...]:
        return tuple(text_of(item, self.path(word), empty=True) for item, _ in self.items(word))

    def words(self) -> tuple[str, ...]:
        """Every word of an object whose words the recipe's author makes up."""
        if len(self._value) > _MOST:
            raise RecipeError(self._field, f"more than {_MOST} entries")
        return tuple(text_of(word, self._field) for word in self._value)

    def pattern(self, word: str, *groups: str) -> Pattern | None:
        """The pattern, or None where the word is absent; it must have the named groups."""
        if not self.has(word):
            return None
        pattern = Pattern(self.text(word), self.path(word))
        for group in groups:
            if group not in pattern.groups:
                raise RecipeError(self.path(word), f"the pattern needs a group (?P<{group}>...)")
        return pattern

    def column(self, word: str) -> ColumnName:
        return column_of(self.raw(word), self.path(word))

    def close(self) -> None:
        unknown = sorted(str(word) for word in self._value if word not in self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise RecipeError(f"{self._field or 'recipe'}.{unknown[0]}", f"unknown; known are {known}")


def text_of(value: Any, field: str, empty: bool = False) -> str:
    if value is None:
        raise RecipeError(field, "missing")
    if not isinstance(value, str) or len(value) > _LONGEST or not (value.strip() or empty):
        raise RecipeError(field, f"expected a text of at most {_LONGEST} characters")
    return value.strip()


def count_of(value: Any, field: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RecipeError(field, f"expected a whole number from {least} to {most}")
    return value


def column_of(value: Any, field: str) -> ColumnName:
    """``"Result"``, ``3``, or an object: column (or any_of) with under, right_of, optional."""
    if isinstance(value, int) and not isinstance(value, bool):
        return ColumnName((), number=count_of(value, field, 1, _MOST))
    if not isinstance(value, Mapping):
        return ColumnName((text_of(value, field),))
    fields = Fields(value, field)
    right = fields.has("right_of")
    if fields.has("any_of"):
        texts = tuple(text_of(item, f"{field}.any_of") for item, _ in fields.items("any_of"))
    else:
        texts = (fields.text("right_of" if right else "column"),)
    if not texts:
        raise RecipeError(f"{field}.any_of", "at least one")
    found = ColumnName(texts, right, fields.text("under", "", empty=True), fields.flag("optional"))
    fields.close()
    return found


def address_of(value: Any, field: str) -> tuple[int, int]:
    """(line, column), both from 1, of an address like B12."""
    found = _ADDRESS.fullmatch(text_of(value, field).upper())
    if found is None:
        raise RecipeError(field, "expected an address like B12")
    column = 0
    for letter in found["column"]:
        column = column * 26 + ord(letter) - ord("A") + 1
    if column > _MOST:
        raise RecipeError(field, f"beyond column {_MOST}")
    return int(found["line"]), column

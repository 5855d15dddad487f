"""A column as a recipe calls it, and where a header has it; the nearest names where it has none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from instruments.errors import FileRefused
from instruments.tools.grid import collapsed, position, same, words_of


@dataclass(frozen=True)
class ColumnName:
    """By any of its header texts, by its 1-based number, or as the one directly right of the one so named."""

    texts: tuple[str, ...]
    right: bool = False
    under: str = ""
    optional: bool = False
    number: int = 0

    @property
    def shown(self) -> str:
        return self.texts[0] if self.texts else str(self.number)

    def at(self, names: tuple[str, ...]) -> int | None:
        """Its place among the header texts; None where it is not there, CORRUPT_HEADER where it is there twice."""
        if self.number:
            return self.number - 1
        place = position(names, *self.texts)
        return None if place is None else place + self.right

    @cached_property
    def _words(self) -> frozenset[str]:
        return words_of(self.texts)

    def among(self, words: frozenset[str]) -> bool:
        return bool(self.number) or not self._words.isdisjoint(words)


def nearest(text: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The header texts that come nearest, best first; those that start alike count before those that only resemble."""
    shown = list(dict.fromkeys(collapsed(name) for name in names if name))
    by_key = {name.casefold(): name for name in shown}
    key = collapsed(text).casefold()
    close = difflib.get_close_matches(key, list(by_key), most, 0.5)
    word = key.split(" ")[0]
    alike = [name for name in by_key if len(word) > 2 and name.startswith(word) and name not in close]
    return tuple(by_key[name] for name in (close + alike)[:most])


@dataclass(frozen=True)
class Missing:
    """How near a line of the file comes to the wanted header, and the first column it lacks."""

    found: int
    column: str
    candidates: tuple[str, ...]


def missing_from(wanted: Sequence[ColumnName], names: Sequence[str]) -> Missing | None:
    """None where every column is there. A column found elsewhere in the header is no candidate for another."""
    absent = [column for column in wanted if not column.optional and not column.number
              and not any(same(text, name) for text in column.texts for name in names)]
    if not absent:
        return None
    taken = {collapsed(text).casefold() for column in wanted for text in column.texts}
    free = [name for name in names if collapsed(name).casefold() not in taken]
    return Missing(len(wanted) - len(absent), absent[0].shown, nearest(absent[0].shown, free))


def column_missing(best: Missing, key: str) -> FileRefused:
    return FileRefused("COLUMN_MISSING", column=best.column, nearest=best.candidates[0] if best.candidates else "",
                       near=best.candidates, recipe=key)

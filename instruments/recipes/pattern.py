"""The patterns a recipe may hold: short, of a form that cannot run away, and stopped when they take long all the same.

Groups are not repeated, nothing looks ahead or back, and only the start of a long text is searched.
"""

from __future__ import annotations

import re
import signal
import threading
from types import FrameType
from typing import Any

from instruments.errors import FileRefused, RecipeError

LONGEST = 200
SEARCHED = 300
SECONDS = 2
_MOST_REPEATS = 8
_REMEMBERED = 4_096
_NAMED = re.compile(r"P<[A-Za-z_][A-Za-z0-9_]*>")


class TooSlow(Exception):
    """The time limit struck while a pattern was at work."""


class Pattern:
    """One pattern of a recipe, called by its field; answers are remembered, for columns repeat themselves."""

    def __init__(self, text: str, field: str) -> None:
        self.text = text
        self.field = field
        self._compiled = _compiled(text, field)
        self._known: dict[str, re.Match[str] | None] = {}

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(self._compiled.groupindex)

    def search(self, text: str) -> re.Match[str] | None:
        text = text[:SEARCHED]
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._limited(text)
        return self._known[text]

    def group(self, text: str, name: str) -> str:
        """What the named group holds, the whole match where the pattern has no such group, else an empty text."""
        found = self.search(text)
        if found is None:
            return ""
        return (found[name] or "").strip() if name in self.groups else found[0].strip()

    def _limited(self, text: str) -> re.Match[str] | None:
        """In the main thread of a reading process an alarm stops the search; elsewhere its form must do."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            return self._compiled.search(text)
        before = signal.signal(signal.SIGALRM, _stop)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            return self._compiled.search(text)
        except TooSlow as slow:
            raise FileRefused("PATTERN_TOO_SLOW", field=self.field) from slow
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _stop(number: int, frame: FrameType | None) -> Any:
    raise TooSlow


def _compiled(text: str, field: str) -> re.Pattern[str]:
    if len(text) > LONGEST:
        raise RecipeError(field, f"longer than {LONGEST} characters")
    _refuse_dangerous(text, field)
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise RecipeError(field, f"not a pattern: {error}") from error


def _refuse_dangerous(text: str, field: str) -> None:
    """Walk over the pattern once. What can take more than polynomial time is not allowed to be written."""
    place, repeats, in_class = 0, 0, False
    while place < len(text):
        sign, rest = text[place], text[place + 1:]
        if sign == "\\":
            if rest[:1].isdigit() and not in_class:
                raise RecipeError(field, "no references to earlier groups")
            place += 2
            continue
        if in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            place += len(rest) - len(rest.lstrip("^")) if rest.startswith("^") else 0
            place += 1 if text[place + 1:].startswith("]") else 0
        elif sign == "(" and rest.startswith("?") and not (rest.startswith("?:") or _NAMED.match(rest[1:])):
            raise RecipeError(field, "only plain, (?:...) and named groups")
        elif sign == ")" and rest[:1] in ("*", "+", "{"):
            raise RecipeError(field, "a group may be optional, not repeated")
        elif sign in "*+{":
            repeats += 1
        place += 1
    if repeats > _MOST_REPEATS:
        raise RecipeError(field, f"more than {_MOST_REPEATS} repetitions")

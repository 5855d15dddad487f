"""Printed tables whose columns are drawn by a rule of dashes, ``----|-------|----|``, under their headings.

Signs of double width take two places, as they did on the printer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from instruments.tools.grid import collapsed

_RULE = re.compile(r"^\s*-{2,}(?:\|-+){2,}\|?-*\s*$")
_FILLER = "\x00"
_HEADING_LINES = 2
_BLANK_WITHIN = re.compile(r"\S+(?: \S+)*")


@dataclass(frozen=True)
class Ruled:
    """``rule`` is the index of the rule; ``names`` and ``units`` are the two heading lines, column by column."""

    rule: int
    spans: tuple[tuple[int, int | None], ...]
    names: tuple[str, ...]
    units: tuple[str, ...]

    def cells(self, line: str) -> tuple[str, ...]:
        wide = _wide(line)
        return tuple(wide[start:end].replace(_FILLER, "").strip() for start, end in self.spans)

    def leans(self, line: str) -> bool:
        """Does something stand between two columns? Then a cell has run over its edge."""
        wide = _wide(line)
        return any(end is not None and wide[end:end + 1].strip() for _, end in self.spans)


def ruled_tables(lines: list[str]) -> list[Ruled]:
    return [_ruled(lines, index) for index, line in enumerate(lines) if _RULE.match(line) and index >= 1]


def _ruled(lines: list[str], index: int) -> Ruled:
    rule = lines[index]
    start, spans = len(rule) - len(rule.lstrip()), []
    parts = rule.strip().rstrip("|").split("|")
    for number, part in enumerate(parts):
        end = start + len(part)
        spans.append((start, None if number == len(parts) - 1 else end))
        start = end + 1
    above = [line for line in lines[max(0, index - _HEADING_LINES):index] if line.strip()]
    headings = [_headings(line, tuple(spans)) for line in above]
    empty = ("",) * len(spans)
    names = headings[0] if headings else empty
    return Ruled(index, tuple(spans), names, headings[1] if len(headings) > 1 else empty)


def _headings(line: str, spans: tuple[tuple[int, int | None], ...]) -> tuple[str, ...]:
    """Headings lean over the edges of narrow columns: each belongs where its middle stands."""
    wide = _wide(line)
    found: list[list[str]] = [[] for _ in spans]
    for word in _BLANK_WITHIN.finditer(wide):
        for part in re.finditer(r"\S+", word[0]):
            middle = word.start() + (part.start() + part.end() - 1) // 2
            found[_column_at(middle, spans)].append(part[0])
    return tuple(collapsed(" ".join(words).replace(_FILLER, "")) for words in found)


def _column_at(place: int, spans: tuple[tuple[int, int | None], ...]) -> int:
    for number, (_, end) in enumerate(spans):
        if end is None or place <= end:
            return number
    return len(spans) - 1


def _wide(line: str) -> str:
    return "".join(sign + _FILLER if unicodedata.east_asian_width(sign) in "WF" else sign for sign in line)

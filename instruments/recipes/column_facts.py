"""What can be seen of one column of an unknown table: its heading's meaning, and what its cells are."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.errors import FileRefused
from instruments.recipes import headings
from instruments.tools.grid import Row, collapsed, without_percent
from instruments.tools.marks import Marks, digits_of, marks_of

_MEANINGS = (("sample", headings.SAMPLE), ("analyte", headings.ANALYTE), ("unit", headings.UNIT),
             ("value", headings.VALUE), ("role", headings.ROLE), ("flag", headings.FLAG), *headings.BESIDE.items())
_INSIDE = ("sample", "analyte", "value")


@dataclass(frozen=True)
class Facts:
    """``rank`` says how good the heading's word is, 0 best; ``marks`` is None where they cannot be told;
    ``words`` are the texts among numbers; ``known`` counts cells that are open sample numbers.
    """

    place: int
    heading: str
    texts: tuple[str, ...]
    meaning: str
    rank: int
    numeric: bool
    pure: bool
    distinct: bool
    no_result: bool
    known: int
    marks: Marks | None
    words: tuple[str, ...]

    @property
    def shown(self) -> str:
        return self.heading or str(self.place + 1)


def facts_of(header: Row, rows: tuple[Row, ...], known: frozenset[str]) -> tuple[Facts, ...]:
    return tuple(_facts(place, collapsed(text), tuple(row.at(place) for row in rows), known)
                 for place, text in enumerate(header.cells))


def _facts(place: int, heading: str, texts: tuple[str, ...], known: frozenset[str]) -> Facts:
    used = [without_percent(text, "")[0] for text in texts if text]
    numbers = [text for text in used if digits_of(text) is not None]
    words = tuple(dict.fromkeys(text for text in used if digits_of(text) is None))[:20]
    said = sum(1 for text in used if digits_of(text) is not None or headings.state_of(text) or text[0] in "<>")
    numeric = bool(numbers) and said * 10 >= len(used) * 6
    meaning, rank = _meaning(heading)
    return Facts(
        place, heading, texts, meaning, rank, numeric, len(numbers) == len(used),
        len(used) > 0 and len(set(used)) * 2 > len(used), headings.is_called(heading, headings.NO_RESULT) is not None
        or meaning in headings.BESIDE, sum(1 for text in texts if collapsed(text).casefold() in known),
        _marks(heading, used) if numeric else Marks(), words if numeric else ())


def _meaning(heading: str) -> tuple[str, int]:
    found = [(rank, meaning) for meaning, words in _MEANINGS
             if heading and (rank := headings.is_called(heading, words, meaning in _INSIDE)) is not None]
    rank, meaning = min(found, key=lambda pair: pair[0], default=(1_000, ""))
    return meaning, rank


def _marks(heading: str, texts: list[str]) -> Marks | None:
    try:
        return marks_of(heading, texts)
    except FileRefused:
        return None

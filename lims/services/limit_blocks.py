"""A table whose columns shift from block to block, as annexes of regulations are printed: one record for each level.

A block begins with a heading that says what is limited and in which unit; a line without a number may name several
things, one a column; what stands behind the last of them is a remark. How blocks are told is declared, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lims.domain.rules.refusal import Refusal, refusal
from lims.services.limit_steps import Record
from lims.services.limit_table import Line

COLUMNS = frozenset({"NUMBER", "NAME", "HEADING", "ANALYTE", "UNIT", "LEVEL", "REMARK", "FROM", "TO"})
"""What a record says: whose level it is (``HEADING`` in the source's words), from and to which day."""
Told = tuple[int, str, Record | Refusal]
"""Line, number within the regulation, and the record or why there is none."""
_NUMBERED = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_DAY = re.compile(r"(?P<day>[0-9]{1,2})\S*\s+(?P<month>\S+)\s+(?P<year>[0-9]{4})")
_BARE = re.compile(r"[<>≤≥]?\s*[0-9][0-9\s]*(?:[.,][0-9]+)?")
_FIRST = 2
"""Columns before the levels: the number and the goods."""


def strange(blocks: Any) -> str:
    """What of the declaration cannot stand; empty where all can, and where there are no blocks."""
    if not isinstance(blocks, dict):
        return "blocks"
    if not blocks:
        return ""
    types = {"level": str, "none": list, "headings": dict, "since": str, "months": list}
    for name in (*types, *blocks):
        if name not in types or not isinstance(blocks.get(name), types[name]):
            return f"blocks.{name}"
    texts = [*blocks["none"], *blocks["months"], *blocks["headings"].values()]
    return "" if all(isinstance(text, str) for text in texts) else "blocks.headings"


@dataclass
class _Block:
    """Where the reading stands: unit and columns of the block, and the headings that are above a row."""

    unit: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)
    """(the source's words, analyte; an empty one where the declaration does not know the words)"""
    remark: str = ""
    above: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Number -> name and remark of a heading without levels of its own."""


def records(lines: Iterator[Line], blocks: Mapping[str, Any]) -> Iterator[Told]:
    """Every line that is not blank comes back as its levels, or once with the reason why it has none."""
    now = _Block()
    next(lines, None)
    for line, cells in lines:
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        texts += [""] * (_FIRST + 1 - len(texts))
        number = texts[0]
        if number and not _NUMBERED.fullmatch(number):
            yield line, "", refusal("ROW_OUTSIDE", field="", value=_flat(number)[:40])
        elif _begins(texts, blocks):
            _begin(now, texts, blocks)
            yield line, number, refusal("ROW_HEADING", field="", value=_flat(texts[1])[:80])
        elif not number:
            _name_columns(now, texts, blocks)
            yield line, number, refusal("ROW_HEADING", field="", value=_flat(" ".join(texts))[:80])
        else:
            yield from _levels(now, line, texts, blocks)


def _begins(texts: Sequence[str], blocks: Mapping[str, Any]) -> bool:
    return bool(texts[0]) and texts[_FIRST].startswith(blocks["level"])


def _begin(now: _Block, texts: Sequence[str], blocks: Mapping[str, Any]) -> None:
    unit = _flat(texts[_FIRST].removeprefix(blocks["level"]))
    now.unit = unit.removeprefix("(").removesuffix(")")
    now.columns = [(texts[1], _analyte(texts[1], blocks))]
    now.remark = ""


def _name_columns(now: _Block, texts: Sequence[str], blocks: Mapping[str, Any]) -> None:
    """A line that names columns; one that names none only remarks on those that are."""
    cells = texts[_FIRST:]
    if cells[0]:
        named = [(cell, _analyte(cell, blocks)) for cell in cells]
        known = next((place for place, (_, code) in enumerate(named) if not code), len(named))
        now.columns = named[: max(known, 1)]
        cells = cells[len(now.columns) :]
    now.remark = _remarks(cells, blocks)


def _analyte(words: str, blocks: Mapping[str, Any]) -> str:
    """By the longest beginning that is declared."""
    flat = _flat(words)
    found = max((start for start in blocks["headings"] if flat.startswith(start)), key=len, default=None)
    return "" if found is None else blocks["headings"][found]


def _levels(now: _Block, line: int, texts: Sequence[str], blocks: Mapping[str, Any]) -> Iterator[Told]:
    number, own = texts[0], _flat(texts[1])
    width = max(len(now.columns), 1)
    cells, behind = texts[_FIRST : _FIRST + width], texts[_FIRST + width :]
    remark = _remarks(behind, blocks)
    for cell in behind:
        if _BARE.fullmatch(cell):  # a figure is no remark: its column has a heading that is not declared
            yield line, number, refusal("WORD_UNKNOWN", field="analyte", value=cell[:80])
    if not any(cells):
        now.above[number] = own, remark
        yield line, number, refusal("ROW_HEADING", field="", value=own[:80])
        return
    parents = [now.above[part] for part in _parents(number) if part in now.above]
    shared = {
        "NUMBER": number,
        "NAME": ": ".join([*(name for name, _ in parents), own]),
        "UNIT": now.unit,
        "REMARK": " ".join(filter(None, (now.remark, *(told for _, told in parents), remark))),
    }
    for (words, analyte), cell in zip(now.columns, cells, strict=False):
        if not cell or cell in blocks["none"]:
            yield line, number, refusal("NO_LIMIT_SET", field="value", value=_flat(words)[:80])
        elif not analyte:
            yield line, number, refusal("WORD_UNKNOWN", field="analyte", value=_flat(words)[:80])
        else:
            for level, first, last in _dated(cell, blocks):
                own_words = {"HEADING": _flat(words), "ANALYTE": analyte, "LEVEL": level, "FROM": first, "TO": last}
                yield line, number, shared | own_words


def _parents(number: str) -> Iterator[str]:
    """``1.2.3.4`` -> 1.2, 1.2.3; the widest first."""
    places = number.split(".")
    return (".".join(places[:end]) for end in range(2, len(places)))


def _dated(cell: str, blocks: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(level, first day, last day): a line below may say what holds from a later day on."""
    until, _, later = cell.partition("\n")
    level, since, words = later.partition(blocks["since"])
    day = _day(words.strip(), blocks["months"]) if since else None
    if day is None:
        return [(_flat(cell), "", "")]
    eve = (day - timedelta(days=1)).isoformat()
    return [(_flat(until), "", eve), (_flat(level), day.isoformat(), "")]


def _day(words: str, months: Sequence[str]) -> date | None:
    found = _DAY.fullmatch(words)
    if found is None or found["month"] not in months:
        return None
    try:
        return date(int(found["year"]), months.index(found["month"]) + 1, int(found["day"]))
    except ValueError:
        return None


def _remarks(cells: Sequence[str], blocks: Mapping[str, Any]) -> str:
    return " ".join(_flat(cell) for cell in cells if cell and cell not in blocks["none"])


def _flat(text: str) -> str:
    """Line breaks within a cell are layout."""
    return " ".join(text.split())

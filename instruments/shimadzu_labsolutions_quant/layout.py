"""Reads the quantitative browser: ``ID#``, ``Name``, a header line, the samples, five lines of statistics.

``-----`` is the maker's mark for "no peak" and is a value like any other. The statistics are counted as
skipped; a last block without them, where the others have them, was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from instruments.errors import NothingToImport, corrupt_header, cut_short
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.shimadzu_labsolutions_quant.words import is_summary, role_of, sample_id_of
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, position, without_percent

_CONC = re.compile(r"^Conc\.(?: ?[\[(] ?(?P<unit>.*?) ?[\])])?$")
_FILE = ("Data Filename", "Data File Name", "Data File")
_PLACES = {
    "datafile": _FILE, "name": ("Sample Name",), "code": ("Sample ID",), "type": ("Sample Type",),
    "mark": ("Mark",), "unit": ("Unit", "Conc. Unit"), "rt": ("Ret. Time",), "dilution": ("Dilution Factor",),
    "level": ("Level#",), "position": ("Vial#",), "measured_at": ("Date Acquired",),
}
_KEPT = ("datafile", "rt", "dilution", "level", "position", "measured_at")


@dataclass(frozen=True)
class Block:
    """One compound. ``places`` come from its own header line: blocks need not agree about their columns."""

    compound: str
    names: tuple[str, ...]
    places: Mapping[str, int | None]
    rows: tuple[Row, ...]

    def text(self, row: Row, word: str) -> str:
        return row.at(self.places[word])


def recognise(view: FileView) -> bool:
    return any(_starts(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        starts = _starts(sheet)
        if not starts:
            continue
        ends = [*starts[1:], len(sheet.rows)]
        blocks = [_block(sheet, start, end, tally) for start, end in zip(starts, ends, strict=True)]
        _refuse_cut(blocks)
        for block in blocks:
            _parse_block(sheet, block, tally)


def _starts(sheet: Sheet) -> list[int]:
    """Indices of the ``ID#`` lines followed by a ``Name`` line; a header line of columns has no such pair."""
    rows = sheet.rows
    return [index for index in range(len(rows) - 1)
            if rows[index].at(0) == "ID#" and not any(rows[index].cells[2:])
            and rows[index + 1].at(0) == "Name" and not any(rows[index + 1].cells[2:])]


def _block(sheet: Sheet, start: int, end: int, tally: Tally) -> Block:
    compound = collapsed(sheet.rows[start + 1].at(1))
    line = sheet.rows[start + 1].line
    if not compound:
        raise corrupt_header(line=line, column="Name", because="EMPTY")
    if end < start + 3:
        raise cut_short(line=line, expected="header line")
    names = tuple(collapsed(text) for text in sheet.rows[start + 2].cells)
    places = {word: position(names, *wanted) for word, wanted in _PLACES.items()}
    if places["datafile"] is None and places["name"] is None and places["code"] is None:
        raise corrupt_header(line=line + 1, column="Sample Name", because="COLUMN_MISSING")
    part = replace(sheet, rows=sheet.rows[:end], ended=sheet.ended or end < len(sheet.rows))
    return Block(compound, names, places, tuple(body(part, start + 3, len(names), tally)))


def _refuse_cut(blocks: list[Block]) -> None:
    """Every block lists the same samples and ends in the same statistics, so a short last one was cut."""
    summaries = [sum(1 for row in block.rows if _is_summary(block, row)) for block in blocks]
    last = blocks[-1].rows[-1].line if blocks[-1].rows else None
    if summaries[-1] < max(summaries):
        raise cut_short(line=last, compound=blocks[-1].compound, expected="statistics")
    sizes = [len(block.rows) - count for block, count in zip(blocks, summaries, strict=True)]
    if sizes[-1] < min(sizes[:-1], default=0):
        raise cut_short(line=last, compound=blocks[-1].compound, expected="samples")


def _is_summary(block: Block, row: Row) -> bool:
    """A line of statistics has its word in one identifying column and nothing in the others."""
    identifying = [text for word in ("datafile", "name", "code", "type") if (text := block.text(row, word))]
    numbered = any(row.at(index) for index, name in enumerate(block.names) if not name)
    return len(identifying) == 1 and is_summary(identifying[0]) and not numbered


def _parse_block(sheet: Sheet, block: Block, tally: Tally) -> None:
    result = _result_column(block)
    tally.announce(len(block.rows))
    for row in block.rows:
        if _is_summary(block, row):
            tally.skip(SUMMARY_ROW)
        else:
            tally.emit(_reading(sheet, block, row, result))


def _result_column(block: Block) -> tuple[int, str, str]:
    found = [(index, match) for index, name in enumerate(block.names) if (match := _CONC.match(name))]
    if len(found) > 1:
        raise corrupt_header(compound=block.compound, column="Conc.", because="COLUMN_TWICE")
    if found:
        return found[0][0], found[0][1]["unit"] or "", "concentration"
    area = position(block.names, "Area")
    if area is None:
        raise NothingToImport("NO_RESULT_COLUMN", compound=block.compound)
    return area, "", "area"


def _reading(sheet: Sheet, block: Block, row: Row, result: tuple[int, str, str]) -> Reading:
    column, unit, quantity = result
    value, unit = without_percent(row.at(column), unit or block.text(row, "unit"))
    sample_id, alternative = sample_id_of(*(block.text(row, word) for word in ("name", "code", "datafile")))
    mark = block.text(row, "mark")
    found = {word: block.text(row, word) for word in _KEPT} | {"alt_id": alternative}
    return Reading(
        sample_id=sample_id, analyte=block.compound, value=value, unit=unit,
        flag="" if set(mark) <= {"-"} else mark, role=role_of(block.text(row, "type"), sample_id),
        quantity=quantity, source=Source(sheet.name, row.line, block.names[column]),
        extra={word: text for word, text in found.items() if text},
    )

"""Reads the headerless table: a compound's name alone, its samples, five lines of statistics.

Nothing names the columns, so their places are proved by what stands in them: the kind of sample, the retention
time, and the gaps in the lines of statistics. A table whose columns were moved is refused, not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import corrupt_header, cut_short
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, width_of, without_percent
from instruments.tools.naming import is_dashes, stem

_WIDTH = 13
_FILE, _SAMPLE, _RT, _CONC, _AREA, _HEIGHT, _LEVEL, _TYPE = 0, 1, 2, 3, 4, 6, 9, 10
_STATISTICS = ("average", "%rsd", "maximum", "minimum", "std. dev.")
_WITHOUT_STATISTICS = (_SAMPLE, _LEVEL, _TYPE)
_DATAFILE = re.compile(r"\.(?:qgd|lcd|gcd)$", re.IGNORECASE)
_TYPES = {
    "unknown": "sample", "standard": "standard", "control": "qc", "blank": "blank", "unknown(qa/qc)": "qc",
    "unknown(blank)": "blank", "istd": "istd", "spiked": "spiked", "unspiked": "unspiked",
}
_PLAIN = re.compile(r"^-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?$", re.IGNORECASE)
_COUNT = re.compile(r"^\d{1,3}(?:[., '\u00a0]?\d{3})*$|^\d+$")


@dataclass(frozen=True)
class Block:
    compound: str
    samples: tuple[Row, ...]
    statistics: tuple[Row, ...]


def recognise(view: FileView) -> bool:
    return any(_is_browser(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if _is_browser(sheet):
            blocks = _blocks(sheet, tally)
            _prove_places(blocks, tally)
            for block in blocks:
                _parse_block(sheet, block, tally)


def _is_browser(sheet: Sheet) -> bool:
    """A name alone on its line, right above a line that begins with a data file; no header line anywhere."""
    rows = sheet.rows
    return (len(rows) > 1 and _is_name(rows[0]) and _is_sample(rows[1])
            and (sheet.width(rows[1]) == _WIDTH or len(rows) == 2))


def _is_name(row: Row) -> bool:
    return bool(row.at(0)) and width_of(row) == 1 and row.at(0).casefold() not in _STATISTICS


def _is_sample(row: Row) -> bool:
    return bool(_DATAFILE.search(row.at(_FILE))) and width_of(row) > 2


def _blocks(sheet: Sheet, tally: Tally) -> list[Block]:
    found: list[tuple[str, list[Row], list[Row]]] = []
    for row in body(sheet, 0, _WIDTH, tally):
        if _is_name(row):
            found.append((collapsed(row.at(0)), [], []))
        elif row.at(0).casefold() in _STATISTICS and not row.at(_SAMPLE) and not row.at(_TYPE):
            found[-1][2].append(row)
        elif row.at(0) and not found[-1][2]:
            found[-1][1].append(row)
        else:
            raise corrupt_header(line=row.line, because="TEXT_OUTSIDE_BLOCK")
    blocks = [Block(name, tuple(samples), tuple(statistics)) for name, samples, statistics in found]
    for block in blocks:
        if len(block.statistics) < len(_STATISTICS):
            last = (*block.samples, *block.statistics)
            raise cut_short(line=last[-1].line if last else sheet.rows[-1].line, compound=block.compound,
                            expected="statistics")
    return blocks


def _parse_block(sheet: Sheet, block: Block, tally: Tally) -> None:
    tally.announce(len(block.samples) + len(block.statistics))
    tally.skip(SUMMARY_ROW, len(block.statistics))
    for row in block.samples:
        value, unit = without_percent(row.at(_CONC), "")
        kind = row.at(_TYPE).casefold()
        extra = {"datafile": row.at(_FILE), "rt": row.at(_RT), "level": row.at(_LEVEL), "area": row.at(_AREA)}
        tally.emit(Reading(
            sample_id=row.at(_SAMPLE) or stem(row.at(_FILE)), analyte=block.compound, value=value, unit=unit,
            flag="", role=_TYPES.get(kind, kind), quantity="concentration",
            source=Source(sheet.name, row.line, str(_CONC + 1)),
            extra={word: text for word, text in extra.items() if text and not is_dashes(text)},
        ))


def _prove_places(blocks: list[Block], tally: Tally) -> None:
    """Moved columns show in nearly every row; a single odd one is a spoiled cell, read and reported."""
    rows = [row for block in blocks for row in (*block.samples, *block.statistics)]
    odd = [row for block in blocks for row in block.samples if not _is_sound(row)]
    odd += [row for block in blocks for row in block.statistics if not _has_gaps(row)]
    if len(odd) > max(1, len(rows) // 10) or len(odd) == len(rows):
        raise corrupt_header(line=odd[0].line if odd else None, because="COLUMNS_MOVED")
    for row in odd:
        tally.notice("ODD_ROW", line=row.line)


def _has_gaps(row: Row) -> bool:
    """Statistics exist of measured columns only."""
    return not any(row.at(place) for place in _WITHOUT_STATISTICS) and bool(row.at(_CONC) and row.at(_RT))


def _is_sound(row: Row) -> bool:
    return bool(_DATAFILE.search(row.at(_FILE)) and row.at(_TYPE).casefold() in _TYPES and _is_number(row.at(_RT))
                and not row.at(_RT).startswith("-0") and _is_number(row.at(_CONC)) and _is_count(row.at(_AREA))
                and _is_count(row.at(_HEIGHT)))


def _is_number(text: str) -> bool:
    """A plain number, or a word or dashes instead of one."""
    return not text or not any(sign.isdigit() for sign in text) or bool(_PLAIN.match(text.lstrip("<>~ ")))


def _is_count(text: str) -> bool:
    return not text or is_dashes(text) or bool(_COUNT.match(text))

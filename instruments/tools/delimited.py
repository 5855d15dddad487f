"""Delimited text into a sheet: the delimiter is found by evidence, never by the file's name."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from instruments.errors import FileRefused, too_large
from instruments.tools.grid import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row, Sheet

_SEP_LINE = re.compile(r'^"?sep\s*=\s*"?(?P<sep>.)"?"?[ \t]*(?=\n|$)', re.IGNORECASE)
_CANDIDATES = ("\t", ";", ",", "|")
_EVIDENCE_LINES = 200
_QUOTED = re.compile(r'"[^"]*"')
_INSIDE_A_NUMBER = re.compile(r"(?<=\d),(?=\d)")
_SHARE = 30


def sheet_of_text(text: str) -> Sheet:
    """One nameless sheet without its blank lines.

    Raises FileRefused where quoting or size make the cells untrustworthy.
    """
    declared = _SEP_LINE.match(text)
    if declared:
        # The line stays as an empty one, so that line numbers still agree with the file.
        text = text[declared.end():]
        delimiter = declared["sep"]
    else:
        delimiter = delimiter_of(text)
    rows = _rows(text, delimiter)
    return Sheet("", rows, ended=text.endswith("\n"), delimited=True)


def delimiter_of(text: str) -> str:
    """The candidate that splits most lines into the same number of cells; wider wins where equal."""
    lines = [_unquoted(line) for line in text.split("\n", _EVIDENCE_LINES)[:_EVIDENCE_LINES] if line.strip()]
    best = max(_CANDIDATES, key=lambda candidate: _regularity(lines, candidate))
    if best == "," and _commas_are_decimal(lines):
        others = {candidate: _regularity(lines, candidate) for candidate in _CANDIDATES if candidate != ","}
        other = max(others, key=lambda candidate: others[candidate])
        if others[other] >= (_SHARE, 2):
            return other
    return best


def _commas_are_decimal(lines: list[str]) -> bool:
    """Do nine in ten commas stand inside a number? Short lists of few columns otherwise look comma separated."""
    plain = "\n".join(lines)
    return len(_INSIDE_A_NUMBER.findall(plain)) * 10 >= plain.count(",") * 9


def _regularity(lines: list[str], delimiter: str) -> tuple[int, int]:
    counts = Counter(line.count(delimiter) for line in lines)
    counts.pop(0, None)
    if not counts:
        return 0, 0
    cells, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    return times * 100 // len(lines), cells


def _unquoted(line: str) -> str:
    return _QUOTED.sub("", line) if '"' in line else line


def _rows(text: str, delimiter: str) -> tuple[Row, ...]:
    """Cells are bounded by the reader itself; its bound belongs to the whole process and is put back."""
    bound = csv.field_size_limit(MAX_CELL)
    try:
        return tuple(_read_rows(text, delimiter))
    finally:
        csv.field_size_limit(bound)


def _read_rows(text: str, delimiter: str) -> list[Row]:
    rows: list[Row] = []
    # Split at line feeds only: form feeds and separators of other scripts are text inside a cell.
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    line, strip, keep = 1, str.strip, rows.append
    try:
        for cells in reader:
            end = reader.line_num
            if end > line or len(cells) > MAX_COLUMNS:
                _refuse_shape(line, cells, delimiter)
            row = tuple(map(strip, cells))
            if any(row):
                keep(Row(line, row))
                if len(rows) > MAX_ROWS:
                    raise too_large("rows", len(rows), MAX_ROWS)
            line = end + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise too_large("characters in a cell", MAX_CELL + 1, MAX_CELL) from error
        raise FileRefused("BROKEN_QUOTES", line=line) from error
    return rows


def _refuse_shape(line: int, cells: list[str], delimiter: str) -> None:
    """A row that runs over several lines, or is wider than any table: is it still one?"""
    if len(cells) > MAX_COLUMNS:
        raise too_large("columns", len(cells), MAX_COLUMNS)
    if any("\n" in text and delimiter in text for text in cells):
        # A stray quotation mark has swallowed the lines up to the next one.
        raise FileRefused("BROKEN_QUOTES", line=line)

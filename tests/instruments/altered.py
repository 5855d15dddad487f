"""Exports as other programs would have written them: other encoding, columns moved, decimal commas, cells spoiled."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import openpyxl

from instruments.errors import FileRefused
from instruments.reading import Parsed, Reading
from instruments.registry import read
from instruments.source import view_of
from instruments.tools.delimited import delimiter_of

ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")
_NUMBER = re.compile(r"[<>]?\s?-?\d+\.\d+(?:[eE][+-]?\d+)?")
_TITLED = ("agilent_icpms_batch", "agilent_masshunter_quant")
"""Adapters whose upper header line names a group once, over its first column."""


@dataclass(frozen=True)
class Outcome:
    """What the reader says to some bytes: readings, or the code of the refusal."""

    parsed: Parsed | None
    code: str

    @property
    def rows(self) -> Counter[tuple[str, ...]]:
        return Counter(row_of(reading) for reading in self.parsed.readings) if self.parsed else Counter()

    def beside(self, other: Outcome) -> str:
        """One word for the table: same, fewer, other, or the code of the refusal."""
        if self.parsed is None:
            return self.code
        if self.rows == other.rows:
            return "same"
        return "fewer" if not self.rows - other.rows else "OTHER"


def row_of(reading: Reading) -> tuple[str, ...]:
    return (reading.sample_id, reading.analyte, reading.value, reading.unit, reading.flag, reading.role,
            reading.quantity)


def outcome(data: bytes, name: str) -> Outcome:
    """Anything but readings or a refusal is a fault of ours and goes through."""
    try:
        return Outcome(read(data, name=name.rpartition("/")[2]), "")
    except FileRefused as refused:
        return Outcome(None, refused.code)


@lru_cache(maxsize=4)
def encoding_of(data: bytes) -> str:
    return view_of(data).encoding


@lru_cache(maxsize=4)
def text_of(data: bytes) -> str | None:
    """The text with its own line ends; None for a workbook."""
    if data.startswith((b"PK", b"\xd0\xcf")):
        return None
    encoding = encoding_of(data)
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def shuffled(data: bytes, adapter: str) -> bytes | None:
    """The columns of every table in another order; a run of lines of one width is a table."""
    dice = random.Random(11)
    text = text_of(data)
    if text is None:
        return _shuffled_workbook(data, dice, adapter) if data.startswith(b"PK") else None
    delimiter, rows = _cells(text)
    if adapter in _TITLED:
        rows[0] = _filled(rows[0])
    moved: list[list[str]] = []
    for run in _runs(rows):
        order = list(range(len(run[0])))
        dice.shuffle(order)
        moved += [[row[place] for place in order] for row in run] if len(order) > 2 and len(run) > 1 else run
    return _written(moved, delimiter)


def _runs(rows: list[list[str]]) -> Iterator[list[list[str]]]:
    run: list[list[str]] = []
    for row in rows:
        if run and len(row) != len(run[0]):
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _filled(cells: list[str]) -> list[str]:
    filled: list[str] = []
    for cell in cells:
        filled.append(cell if cell.strip() else (filled[-1] if filled else ""))
    return filled


def _cells(text: str) -> tuple[str, list[list[str]]]:
    plain = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    delimiter = delimiter_of(plain)
    return delimiter, list(csv.reader(io.StringIO(plain), delimiter=delimiter))


def _written(rows: list[list[str]], delimiter: str) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


def _shuffled_workbook(data: bytes, dice: random.Random, adapter: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    again = openpyxl.Workbook()
    again.remove(again.worksheets[0])
    for sheet in book.worksheets:
        target = again.create_sheet(sheet.title)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        formats = [[cell.number_format for cell in row] for row in sheet.iter_rows()]
        if adapter in _TITLED:
            title = None
            for place, value in enumerate(rows[0]):
                title = rows[0][place] = value or title
        order = list(range(sheet.max_column))
        dice.shuffle(order)
        for line, row in enumerate(rows, start=1):
            for place, source in enumerate(order, start=1):
                cell = target.cell(line, place)
                cell.value, cell.number_format = row[source], formats[line - 1][source]
    stream = io.BytesIO()
    again.save(stream)
    return stream.getvalue()


def with_commas(data: bytes) -> bytes | None:
    """Decimal commas, and semicolons where commas parted the cells; None for a workbook or a file without numbers."""
    text = text_of(data)
    if text is None:
        return None
    delimiter, rows = _cells(text)
    again = [[comma(cell) for cell in row] for row in rows]
    if again == rows:
        return None
    return _written(again, ";" if delimiter == "," else delimiter)


def comma(cell: str) -> str:
    return cell.replace(".", ",") if _NUMBER.fullmatch(cell.strip()) else cell


def point(cell: str) -> str:
    return cell.replace(",", ".") if re.fullmatch(r"[<>]?\s?-?\d+,\d+(?:[eE][+-]?\d+)?", cell.strip()) else cell


def spoiled(data: bytes, reading: Reading, word: str) -> bytes | None:
    """The reading's own cell overwritten, once, on its own line; None where the value does not stand there once."""
    text = text_of(data)
    if text is None:
        return None
    lines = re.split(r"(\r\r\n|\r\n|\r|\n)", text)
    place = (reading.source.line - 1) * 2
    if place >= len(lines):
        return None
    delimiter = delimiter_of(text.replace("\r", "\n"))
    cells = lines[place].split(delimiter)
    mine = [index for index, cell in enumerate(cells) if cell.strip().strip('"').strip() == reading.value]
    if len(mine) == 1:
        cells[mine[0]] = cells[mine[0]].replace(reading.value, word)
        lines[place] = delimiter.join(cells)
    elif not mine and len(re.findall(_alone(reading.value), lines[place])) == 1:
        lines[place] = re.sub(_alone(reading.value), lambda found: word, lines[place])
    else:
        return None
    return "".join(lines).encode(encoding_of(data))


def _alone(value: str) -> str:
    return rf"(?<![\w.,\-]){re.escape(value)}(?![\w.,])"

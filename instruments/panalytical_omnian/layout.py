"""Reads SuperQ's two prints: one sample with its compounds down, or several samples with compounds across.

The report of one sample names it in a sentence: its first word is the sample, the sentence is kept beside it.
"""

from __future__ import annotations

import re

from instruments.errors import FileRefused, corrupt_header, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import unit_alone
from instruments.tools.grid import Row, Sheet, width_of
from instruments.tools.named_table import WITHIN, Table, header_line, table_at

_TITLE = re.compile(r"^Quantification of sample\s+(?P<sample>.+)$", re.IGNORECASE)
_ONE = (("Analyte",), ("Compound",), ("Concentration",), ("Unit",))
_SHORT = (("Element", "Compound"), ("Conc.", "Conc"))
_SEVERAL = (("Seq.", "Seq"), ("Result type",))
_SAMPLE_NAME = re.compile(r"^Sample name\b", re.IGNORECASE)
_BELOW = frozenset({"", "status", "formula", "method"})
_COUNT = "Number of results selected:"
_NOT_ANALYTES = frozenset({"sum", "seq.", "seq", "result type"})


def recognise(view: FileView) -> bool:
    return any(_titles(sheet, WITHIN) or _list_at(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        for sample, start, end in _titles(sheet):
            _tell_one(sheet, sample, start, end, tally)
        at = _list_at(sheet)
        if at is not None:
            _tell_several(sheet, at, tally)


def _titles(sheet: Sheet, within: int | None = None) -> list[tuple[str, int, int]]:
    """Each sentence that names a sample, with the rows from it to the next one."""
    found = [(match["sample"].strip(), index) for index, row in enumerate(sheet.rows[:within])
             for text in row.cells if text[:1] in "Qq" and (match := _TITLE.match(text))]
    ends = [*(index for _, index in found[1:]), len(sheet.rows)] if found else []
    return [(sample, start, end) for (sample, start), end in zip(found, ends, strict=True)]


def _list_at(sheet: Sheet) -> int | None:
    at = header_line(sheet, _SEVERAL)
    if at is None or not any(_SAMPLE_NAME.match(text) for text in sheet.rows[at].cells):
        return None
    return at


def _tell_one(sheet: Sheet, sample: str, start: int, end: int, tally: Tally) -> None:
    # The print of the next sample begins with its date and the maker's name, two lines before its sentence.
    stop = end if end == len(sheet.rows) else end - 2
    at, short = header_line(sheet, _ONE, after=start), header_line(sheet, _SHORT, after=start)
    if at is not None and at < stop:
        _tell_compounds(table_at(sheet, at, stop), sample, tally)
    elif short is not None and short < stop:
        _tell_short(table_at(sheet, short, stop), sample, tally)
    else:
        raise corrupt_header(column="Concentration", because="COLUMN_MISSING")


def _tell_compounds(table: Table, sample: str, tally: Tally) -> None:
    for row in table.rows(tally):
        if {text.casefold() for text in row.cells} <= _BELOW:
            continue
        tally.announce(1)
        tally.emit(Reading(
            sample_id=sample.split()[0], analyte=table.at(row, "Compound") or table.at(row, "Analyte"),
            value=table.at(row, "Concentration"), unit=table.at(row, "Unit"), flag=table.at(row, "Status"),
            role="sample", quantity="concentration", source=Source(table.sheet.name, row.line, "Concentration"),
            extra=_beside(table, row, sample),
        ))


def _tell_short(table: Table, sample: str, tally: Tally) -> None:
    """Elements and their concentrations, whose unit stands alone in the line under the header."""
    analyte, value = table.required(*_SHORT[0]), table.required(*_SHORT[1])
    unit = ""
    for row in table.rows(tally):
        alone = unit_alone(row.at(value))
        if not row.at(analyte) and alone is not None:
            unit = alone
            continue
        tally.announce(1)
        tally.emit(Reading(
            sample_id=sample.split()[0], analyte=row.at(analyte), value=row.at(value), unit=unit, flag="",
            role="sample", quantity="concentration", source=Source(table.sheet.name, row.line, table.name(value)),
            extra={"sample_text": sample},
        ))


def _beside(table: Table, row: Row, sample: str) -> dict[str, str]:
    found = {"element": table.at(row, "Analyte"), "sample_text": sample, "calculation": table.at(row, "Calculation"),
             "calibration": table.at(row, "Calibration")}
    return {word: text for word, text in found.items() if text}


def _tell_several(sheet: Sheet, at: int, tally: Tally) -> None:
    table = table_at(sheet, at)
    sample = next(index for index, name in enumerate(table.names) if _SAMPLE_NAME.match(name))
    kind = table.required("Result type")
    rows = list(table.rows(tally))
    below = [row for row in rows if not row.at(sample) and not row.at(kind)]
    if not below or below != rows[: len(below)]:
        raise corrupt_header(because="UNIT_LINE_MISSING", line=table.header.line)
    analytes = _analytes(table, below)
    results = rows[len(below) :]
    _refuse_missing(sheet, at, len(results))
    for row in results:
        tally.announce(len(analytes))
        word = row.at(kind).casefold()
        for column, unit in analytes:
            tally.emit(Reading(
                sample_id=row.at(sample), analyte=table.names[column], value=row.at(column), unit=unit, flag="",
                role="sample", quantity=word or "concentration",
                source=Source(sheet.name, row.line, table.names[column]),
            ))


def _analytes(table: Table, below: list[Row]) -> list[tuple[int, str]]:
    """The columns with a unit under their name; the sum of them is no result."""
    found = []
    for index, name in enumerate(table.names):
        units = [unit for row in below if (unit := unit_alone(row.at(index))) is not None]
        if units and name.casefold() not in _NOT_ANALYTES:
            found.append((index, units[-1]))
    if not found:
        raise corrupt_header(because="UNIT_LINE_MISSING", line=table.header.line)
    if len({table.names[index] for index, _ in found}) != len(found):
        raise corrupt_header(because="COLUMN_TWICE")
    return found


def _refuse_missing(sheet: Sheet, at: int, rows: int) -> None:
    """The print says how many results it holds; fewer of them are a cut file, more are a spoiled one."""
    for row in sheet.rows[:at]:
        cells = [text for text in row.cells if text]
        if len(cells) == 2 and _COUNT in cells:
            told = next(text for text in cells if text != _COUNT)
            if told.isdigit() and int(told) > rows:
                raise cut_short(line=sheet.rows[-1].line, cells=rows, header=int(told))
            if told.isdigit() and int(told) < rows:
                raise FileRefused("CORRUPT_ROW", line=sheet.rows[-1].line, cells=width_of(sheet.rows[-1]),
                                  header=width_of(sheet.rows[at]))

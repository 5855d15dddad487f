"""Reads lists of elements, each with a column of its error beside it: that pairing is what tells them.

``<LOD`` stays as printed. Names differ by maker and firmware; the unit stands in a column or in the header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import is_formula, name_and_unit, unit_alone
from instruments.tools.grid import Row, Sheet
from instruments.tools.named_table import Table, table_at

_SAMPLES = ("Sample ID", "SampleID", "Sample Name", "Sample", "SAMPLE", "Test Label", "Name", "ID", "Reading #",
            "Reading No", "Reading No.", "Reading", "Index", "File #", "样品编号", "样品名称", "编号")
_VALUE = re.compile(r"^(?P<element>\S+)(?: (?:Concentration|Conc\.?))?$", re.IGNORECASE)
_ERROR = re.compile(r"^(?P<element>\S+) ?(?:Error\d?s?|Err\.?|\+/-|±|Uncertainty|2SD|Sigma|误差).*$", re.IGNORECASE)
_UNITS = ("Units", "Unit", "单位")
_BESIDE = {"mode": ("Mode", "Method Name", "Method ID", "Method", "Type"), "measured_at": ("DateTime", "Date", "Time"),
           "reading": ("Reading #", "Reading No", "Reading No.", "Reading", "Index", "File #", "Test Label")}
_FEWEST = 2
_WITHIN = 40


@dataclass(frozen=True)
class Element:
    name: str
    unit: str
    value: int
    error: int


def recognise(view: FileView) -> bool:
    return any(_header(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = _header(sheet)
        if at is not None:
            _tell(table_at(sheet, at), tally)


def _header(sheet: Sheet) -> int | None:
    if sum(1 for name in sheet.top_names if _ERROR.match(name)) < _FEWEST:
        return None
    for index, row in enumerate(sheet.rows[:_WITHIN]):
        if sum(1 for name in row.names if _ERROR.match(name)) >= _FEWEST:
            table = table_at(sheet, index)
            if len(_elements(table)) >= _FEWEST and _sample(table) is not None:
                return index
    return None


def _sample(table: Table) -> int | None:
    named = {name.casefold(): index for index, name in reversed(list(enumerate(table.names)))}
    return next((named[name.casefold()] for name in _SAMPLES if name.casefold() in named), None)


def _elements(table: Table) -> list[Element]:
    errors = {match["element"]: index for index, name in enumerate(table.names) if (match := _ERROR.match(name))}
    found = []
    for index, header in enumerate(table.names):
        name, unit = name_and_unit(header)
        match = _VALUE.match(name)
        if match and is_formula(match["element"]) | (match["element"] in ("LE", "Bal")) and match["element"] in errors:
            found.append(Element(match["element"], unit_alone(unit) or "", index, errors[match["element"]]))
    return found


def _tell(table: Table, tally: Tally) -> None:
    elements = _elements(table)
    if len({element.name for element in elements}) != len(elements):
        raise corrupt_header(because="COLUMN_TWICE")
    sample, units = _sample(table), table.column(*_UNITS)
    for row in table.rows(tally):
        tally.announce(len(elements))
        for element in elements:
            tally.emit(_reading(table, row, element, row.at(sample), row.at(units)))


def _reading(table: Table, row: Row, element: Element, sample: str, units: str) -> Reading:
    extra = {word: next((text for name in names if (text := table.at(row, name))), "")
             for word, names in _BESIDE.items()}
    extra["error"] = row.at(element.error)
    value = row.at(element.value)
    percent = value.endswith("%")
    return Reading(
        sample_id=sample, analyte=element.name, value=value.rstrip("% ") if percent else value,
        unit="%" if percent else element.unit or units, flag=table.at(row, "Flags", "Test Status"), role="sample",
        quantity="concentration", source=Source(table.sheet.name, row.line, table.names[element.value]),
        extra={word: text for word, text in extra.items() if text},
    )

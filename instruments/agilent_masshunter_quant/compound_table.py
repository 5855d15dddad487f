"""Reads the compound table: compounds down, and for each sample a group of its own with its results, across."""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.agilent_masshunter_quant.words import role_of_type
from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.tools.grid import Row, Sheet, body, collapsed, same, without_percent
from instruments.tools.naming import stem
from instruments.tools.stacked_header import Column, StackedHeader, stacked

_METHOD = "Compound Method"
_SAMPLE = "Sample"
_QUALIFIER = re.compile(r"^Qualifier\b", re.IGNORECASE)
_QUANTITIES = (
    (re.compile(r"^Final Conc\.?(?: ?[\[(] ?(?P<unit>.+?) ?[\])])?$", re.IGNORECASE), "concentration"),
    (re.compile(r"^Calc\. ?Conc\.?(?: ?[\[(] ?(?P<unit>.+?) ?[\])])?$", re.IGNORECASE), "concentration"),
    (re.compile(r"^(?P<unit>)Area$", re.IGNORECASE), "area"),
    (re.compile(r"^(?P<unit>)Resp\.?$", re.IGNORECASE), "area"),
)
_ISTD = re.compile(r"\((?:ISTD|IS)\)")


@dataclass(frozen=True)
class Unit:
    """The columns of one sample."""

    columns: tuple[Column, ...]

    def text(self, row: Row, *names: str) -> str:
        found = next((column for name in names for column in self.columns if same(column.name, name)
                      and column.group == _SAMPLE), None)
        return row.at(found.index) if found else ""


def is_compound_table(sheet: Sheet) -> bool:
    """``Compound Method`` and more than nothing of ``Sample`` in the first line, the name below the former."""
    if len(sheet.rows) < 2 or _METHOD.casefold() not in sheet.rows[0].names:
        return False
    header = stacked(sheet, 0)
    return (header.find(_METHOD, "Name", "Compound Name") is not None
            and any(column.group == _SAMPLE for column in header.columns))


def parse(sheet: Sheet, tally: Tally) -> None:
    header = stacked(sheet, 0)
    name = header.required(_METHOD, "Name", "Compound Name")
    units = _units(header)
    quantity, chosen = _result_columns(units)
    rows = list(body(sheet, 2, header.width, tally))
    tally.announce(len(rows) * len(chosen))
    # What stands in the groups of samples is said once, in the first row.
    first = rows[0] if rows else Row(0, ())
    for row in rows:
        for unit, column, text in chosen:
            tally.emit(_reading(sheet, row, first, (collapsed(row.at(name.index)), quantity), (unit, column, text)))


def _units(header: StackedHeader) -> list[Unit]:
    starts = [number for number, column in enumerate(header.columns)
              if column.group == _SAMPLE and (number == 0 or header.columns[number - 1].group != _SAMPLE)]
    ends = [*starts[1:], len(header.columns)]
    return [Unit(header.columns[start:end]) for start, end in zip(starts, ends, strict=True)]


def _result_columns(units: list[Unit]) -> tuple[str, list[tuple[Unit, Column, str]]]:
    for pattern, quantity in _QUANTITIES:
        chosen = []
        for unit in units:
            found = [(column, match) for column in unit.columns
                     if (match := pattern.match(column.name)) and not _QUALIFIER.match(column.group)]
            if len(found) > 1:
                raise corrupt_header(group=found[1][0].group, column=found[1][0].name, because="COLUMN_TWICE")
            chosen += [(unit, column, match["unit"] or "") for column, match in found]
        if chosen:
            return quantity, chosen
    raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(dict.fromkeys(
        column.name for unit in units for column in unit.columns)))


def _reading(sheet: Sheet, row: Row, first: Row, what: tuple[str, str], result: tuple[Unit, Column, str]) -> Reading:
    compound, quantity = what
    unit, column, printed_unit = result
    value, printed_unit = without_percent(row.at(column.index), printed_unit)
    said = {word: unit.text(row, *names) or unit.text(first, *names) for word, names in (
        ("name", ("Name", "Sample Name")), ("datafile", ("Data File",)), ("type", ("Type", "Sample Type")),
        ("measured_at", ("Acq. Date-Time",)), ("dilution", ("Dil.", "Dilution")), ("level", ("Level",)))}
    extra = {word: said[word] for word in ("datafile", "measured_at", "dilution", "level") if said[word]}
    return Reading(
        sample_id=said["name"] or stem(said["datafile"]), analyte=compound, value=value, unit=printed_unit, flag="",
        role="istd" if _ISTD.search(compound) else role_of_type(said["type"]), quantity=quantity,
        source=Source(sheet.name, row.line, f"{said['datafile'] or said['name']} / {column.name}"), extra=extra,
    )

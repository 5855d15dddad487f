"""Reads the sheets of Quan Browser: the component's name at the top, then one row a sample.

``Calc Amt`` is reported; a component that is not calibrated says ``NA`` there and gives its peak area instead, as
a raw response. ``NF`` means that no peak was found, and is a value like any other. The sheets of component
settings and detection limits hold no results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, collapsed, same, without_percent
from instruments.tools.long_table import Table, beside, table_with
from instruments.tools.naming import stem

_FILE = ("Filename", "File Name", "Raw File")
_TYPE = ("Sample Type",)
_AMOUNT = ("Calc Amt", "Calculated Amt", "Calc. Amt")
_AREA = ("Area", "Peak Area")
_EXTRA = {
    "rt": ("RT",), "level": ("Level",), "dilution": ("Dilution Factor", "Dil Factor"), "position": ("Vial",),
    "measured_at": ("Acq Date",), "expected": ("Exp Amt",), "integration": ("Integ Code",), "comment": ("Comment",),
}
_TYPES = {
    "": "sample", "unknown sample": "sample", "unknown": "sample", "std bracket sample": "standard",
    "standard": "standard", "std clear sample": "standard", "std update sample": "standard",
    "std bracket": "standard", "qc sample": "qc", "qc": "qc", "blank sample": "blank", "blank": "blank",
}
_UNKNOWN = re.compile(r"^(?:NA|N/A)?$", re.IGNORECASE)


@dataclass(frozen=True)
class _Columns:
    sample: int | None
    code: int | None
    file: int
    kind: int | None
    status: int | None
    unit: int | None
    amount: int
    area: int | None


def recognise(view: FileView) -> bool:
    return any(_table(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        table = _table(sheet)
        if table is None:
            tally.notice("SHEET_NOT_READ", sheet=sheet.name)
        else:
            _parse_sheet(table, _component(sheet, table), tally)


def _table(sheet: Sheet) -> Table | None:
    """The sample header below a line that is headed ``Component Name``."""
    table = table_with(sheet, _FILE, _TYPE, _AMOUNT)
    named = table is not None and any(same(text, "Component Name") for row in sheet.rows[:table.at]
                                      for text in row.cells)
    return table if named else None


def _component(sheet: Sheet, table: Table) -> str:
    """The name stands right below its heading; the sheet's title, which is cut to 31 signs, only helps out."""
    for index, row in enumerate(sheet.rows[:table.at]):
        for column, text in enumerate(row.cells):
            if same(text, "Component Name") and index + 1 < table.at:
                below = collapsed(sheet.rows[index + 1].at(column))
                if below:
                    return below
    if not sheet.name:
        raise corrupt_header(column="Component Name", because="EMPTY", line=table.line)
    return collapsed(sheet.name)


def _parse_sheet(table: Table, component: str, tally: Tally) -> None:
    columns = _Columns(table.place("Sample Name"), table.place("Sample ID"), table.required(*_FILE),
                       table.place(*_TYPE), table.place("Peak Status", "Status"), table.place("Units", "Unit"),
                       table.required(*_AMOUNT), table.place(*_AREA))
    extra = table.places(_EXTRA)
    for row in table.rows(tally):
        if _is_footer(row):
            break
        tally.announce(1)
        tally.emit(_reading(table, columns, extra, row, component))


def _is_footer(row: Row) -> bool:
    """The rows of samples end where ``Created By:`` begins."""
    first = next((text for text in row.cells if text), "")
    return first.casefold().startswith("created by")


def _reading(table: Table, columns: _Columns, extra: dict[str, int], row: Row, component: str) -> Reading:
    amount, area = row.at(columns.amount), row.at(columns.area)
    raw = bool(_UNKNOWN.match(amount)) and not _UNKNOWN.match(area)
    column = columns.area if raw and columns.area is not None else columns.amount
    value, unit = without_percent(row.at(column), "" if raw else _text(row, columns.unit))
    sample_id, other = _sample(columns, row)
    kind = row.at(columns.kind).casefold()
    return Reading(
        sample_id=sample_id, analyte=component, value=value, unit=unit, flag=_text(row, columns.status),
        role=_TYPES.get(kind, kind), quantity="area" if raw else "concentration",
        source=Source(table.sheet.name, row.line, table.names[column]),
        extra=beside(row, extra) | {"datafile": row.at(columns.file)} | ({"alt_id": other} if other else {}),
    )


def _text(row: Row, column: int | None) -> str:
    return "" if _UNKNOWN.match(row.at(column)) else row.at(column)


def _sample(columns: _Columns, row: Row) -> tuple[str, str]:
    """(identifier, the other text). ``Sample ID`` is numbered by the sequence where nobody types one."""
    name, code = row.at(columns.sample), row.at(columns.code)
    if name:
        return name, code
    if code and not (code.isdigit() and len(code) < 4):
        return code, ""
    return stem(row.at(columns.file)), code


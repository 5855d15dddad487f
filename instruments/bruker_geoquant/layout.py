"""Reads the table of formulas: value, unit and mark stand in one cell and are taken apart.

A value the instrument calls not detected keeps that word as its flag; it is never a plain zero.
"""

from __future__ import annotations

import re

from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row
from instruments.tools.named_table import Table, header_line, table_at

_NEEDED = (("Formula",), ("Concentration",), ("Status",), ("Net int.", "Net int", "Net intensity"))
_VALUE = re.compile(r"^(?P<value>[<>]?\s*[+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(?P<unit>%|[A-Za-zµμ][A-Za-z0-9%/µμ]*)?"
                    r"\s*(?P<mark>[+\-*!?]*)$")
_LONGEST = 60
_MEASURED = re.compile(r"^XRF\b", re.IGNORECASE)


def recognise(view: FileView) -> bool:
    return any(header_line(sheet, _NEEDED) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = header_line(sheet, _NEEDED)
        if at is not None:
            _tell(table_at(sheet, at), tally)


def _tell(table: Table, tally: Tally) -> None:
    value = table.required("Concentration")
    for row in table.rows(tally):
        tally.announce(1)
        tally.emit(_reading(table, row, value))


def _reading(table: Table, row: Row, column: int) -> Reading:
    found = _VALUE.match(row.at(column)) if len(row.at(column)) <= _LONGEST else None
    value, unit, mark = (found["value"], found["unit"] or "", found["mark"]) if found else (row.at(column), "", "")
    status = table.at(row, "Status")
    told = "" if _MEASURED.match(status) else status
    extra = {"line": table.at(row, "Line 1"), "net_intensity": table.at(row, *_NEEDED[3]),
             "detection_limit": table.at(row, "LLD"), "statistical_error": table.at(row, "Stat. error")}
    return Reading(
        sample_id=table.at(row, "Sample", "Sample ID", "Sample name"), analyte=table.at(row, "Formula"), value=value,
        unit=unit, flag=" ".join(word for word in (mark, told) if word), role="sample", quantity="concentration",
        source=Source(table.sheet.name, row.line, "Concentration"),
        extra={word: text for word, text in extra.items() if text},
    )

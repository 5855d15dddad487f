"""Reads the table of quantification cycles: a row a well and dye. The target is the dye where none is named."""

from __future__ import annotations

import re

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, collapsed
from instruments.tools.named_table import WITHIN, Table, header_line, table_at
from instruments.tools.plate import WELL

_CYCLE = ("Cq", "C(t)", "Threshold Cycle (C(t))", "Ct")
_SAMPLE = ("Sample", "Sample Name", "Identifier")
_LONGEST = 40
_NEEDED = (("Well",), ("Fluor",), ("Content", "Type"))
_ROLES = (("unkn", "sample"), ("unb", "sample"), ("inc", "sample"), ("desc", "sample"), ("未知", "sample"),
           ("std", "standard"), ("ntc", "blank"), ("nrt", "blank"), ("neg", "blank"),
          ("pos", "qc"), ("qc", "qc"))


def recognise(view: FileView) -> bool:
    return any(header_line(sheet, _NEEDED) is not None or _is_curve(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    tables = [table_at(sheet, at) for sheet in view.sheets if (at := header_line(sheet, _NEEDED)) is not None]
    if not tables:
        raise NothingToImport("RAW_CURVE")
    with_cycles = [table for table in tables if table.column(*_CYCLE) is not None]
    if not with_cycles:
        raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(name for name in tables[0].names if name))
    for table in with_cycles:
        _tell(table, tally)


def _is_curve(sheet: Sheet) -> bool:
    """A line of ``Cycle`` or ``Temperature`` and then nothing but wells: fluorescence, not results."""
    if sheet.top_names.isdisjoint(("cycle", "temperature")):
        return False
    for row in sheet.rows[:WITHIN]:
        names = [collapsed(text) for text in row.cells if text]
        if len(names) > 4 and names[0] in ("Cycle", "Temperature") and all(WELL.match(name) for name in names[1:]):
            return True
    return False


def _tell(table: Table, tally: Tally) -> None:
    cycle = table.required(*_CYCLE)
    for row in table.rows(tally):
        tally.announce(1)
        tally.emit(_reading(table, row, cycle))


def _reading(table: Table, row: Row, cycle: int) -> Reading:
    content = table.at(row, "Content", "Type")
    extra = {
        "well": table.at(row, "Well"), "fluor": table.at(row, "Fluor"), "content": content,
        "calculated_quantity": table.at(row, "Starting Quantity (SQ)", "SQ"),
        "set": table.at(row, "Biological Set Name"), "note": table.at(row, "Well Note"),
    }
    return Reading(
        sample_id=table.at(row, *_SAMPLE), analyte=table.at(row, "Target") or table.at(row, "Fluor"),
        value=row.at(cycle), unit="", flag="", role=_role(content), quantity="Ct",
        source=Source(table.sheet.name, row.line, table.name(cycle)),
        extra={word: text for word, text in extra.items() if text},
    )


def _role(content: str) -> str:
    """``Unkn-01``, ``Std-3``, ``NTC`` ...: the number behind the word counts replicates."""
    word = re.sub(r"[-\s]*\d+$", "", content[:_LONGEST]).casefold()
    return next((role for start, role in _ROLES if word.startswith(start)), word or "sample")

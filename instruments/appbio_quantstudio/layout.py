"""Reads the Results table: one cycle a well and target. Curves and setup are left where they are.

The software of twenty years calls its columns differently and once spells Ct with a Cyrillic letter.
"""

from __future__ import annotations

import re

from instruments.errors import FileRefused, NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, same, width_of
from instruments.tools.named_table import Table, header_line, table_at

_WELL = ("Well Position", "Well")
_SAMPLE = ("Sample Name", "Sample")
_TARGET = ("Target Name", "Target", "Detector Name", "Detector", "SNP Assay Name")
_CYCLE = ("CT", "C\u0442", "Cq", "Crt", "CRT", "C\u209c")
_TASK = ("Task",)
_SECTION = re.compile(r"^\[(?P<name>.+)\]$")
_WELL_TEXT = re.compile(r"^(?:\d{1,4}|[A-P]\d{1,2}|A[A-F]\d{1,2})$")
_SECTIONS_OF_CURVES = frozenset({"[amplification data]", "[multicomponent data]", "[melt curve raw data]",
                                 "[sample setup]"})
_ROLES = {"unknown": "sample", "unkn": "sample", "ntc": "blank", "negative control": "blank", "nac": "blank",
          "no rt": "blank", "standard": "standard", "std": "standard", "positive control": "qc", "ipc+": "qc",
          "": "sample"}


def recognise(view: FileView) -> bool:
    return any(_header(sheet) is not None or _only_curves(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    found = False
    for sheet in view.sheets:
        at = _header(sheet)
        if at is not None:
            found = True
            _tell(table_at(sheet, at, _end(sheet, at)), tally)
    if not found:
        raise NothingToImport("RAW_CURVE")


def _header(sheet: Sheet) -> int | None:
    """Under the line [Results]; without sections, near the top, and then only with a Task column."""
    if _sectioned(sheet):
        for index, row in enumerate(sheet.rows[:-1]):
            if next(filter(None, row.cells)).casefold() == "[results]" and row.alone:
                return index + 1
    return header_line(sheet, (_WELL, _TARGET, _CYCLE, _TASK))


def _sectioned(sheet: Sheet) -> bool:
    """The software opens its text with notes after a star or a hash, and names its sections in brackets."""
    return any(name.startswith(("* ", "# ", "[")) for name in sheet.top_names)


def _only_curves(sheet: Sheet) -> bool:
    if not _sectioned(sheet):
        return False
    return not _SECTIONS_OF_CURVES.isdisjoint(sheet.top_names)


def _end(sheet: Sheet, at: int) -> int:
    """The table ends at the next section, or where notes of two cells follow it."""
    for index, row in enumerate(sheet.rows[at + 1 :], start=at + 1):
        filled = [text for text in row.cells if text]
        if _SECTION.match(row.alone) or (len(filled) <= 2 and not any(_WELL_TEXT.match(text) for text in filled)):
            return index
    return len(sheet.rows)


def _tell(table: Table, tally: Tally) -> None:
    if not any(name in _CYCLE for name in table.names):
        raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(name for name in table.names if name))
    rows = list(table.rows(tally))
    cycle, target, task = (_place(table, rows, *names) for names in (_CYCLE, _TARGET, _TASK))
    table.required(*_SAMPLE)
    for row in rows:
        tally.announce(1)
        if not _WELL_TEXT.match(table.at(row, "Well", "Well Position")):
            raise FileRefused("CORRUPT_ROW", line=row.line, cells=width_of(row), header=len(table.names))
        tally.emit(_reading(table, row, cycle, target, row.at(task)))


def _place(table: Table, rows: list[Row], *names: str) -> int:
    """Some exports repeat a column at their end; one that says the same in every row is the same column."""
    for name in names:
        found = [index for index, text in enumerate(table.names) if same(text, name)]
        if found and all(row.at(index) == row.at(found[0]) for row in rows for index in found[1:]):
            return found[0]
    return table.required(*names)


def _reading(table: Table, row: Row, cycle: int, target: int, task: str) -> Reading:
    omitted = table.at(row, "Omit").casefold() in ("true", "yes", "1")
    extra = {
        "well": table.at(row, *_WELL), "reporter": table.at(row, "Reporter"),
        "calculated_quantity": table.at(row, "Quantity"), "threshold": table.at(row, "Ct Threshold", "Threshold"),
        "call": table.at(row, "Amp Status", "Call"),
    }
    return Reading(
        sample_id=table.at(row, *_SAMPLE), analyte=row.at(target), value=row.at(cycle), unit="",
        flag="Omit" if omitted else "", role=_ROLES.get(task.casefold(), task.casefold()), quantity="Ct",
        source=Source(table.sheet.name, row.line, table.name(cycle)),
        extra={word: text for word, text in extra.items() if text},
    )

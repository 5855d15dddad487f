"""Reads the list of bottles: every named column that is not about the bottle itself is a quantity."""

from __future__ import annotations

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import name_and_unit
from instruments.tools.named_table import Table, header_line, table_at

_BOTTLE = ("BOTTLE NUMBER", "BOTTLE NO", "BOTTLE NO.", "BOTTLE")
_KNOWN = frozenset({"ph", "ec", "temp", "taci", "talk"})
_BESIDE = frozenset({"date", "time", "operator", "user", "remark", "remarks", "comment", "position", "method"})


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _tell(table, tally)


def _tables(view: FileView) -> list[Table]:
    tables = [table_at(sheet, at) for sheet in view.sheets if (at := header_line(sheet, (_BOTTLE,))) is not None]
    return [table for table in tables
            if len({name_and_unit(name)[0].casefold() for name in table.names} & _KNOWN) >= 2]


def _tell(table: Table, tally: Tally) -> None:
    bottle = table.required(*_BOTTLE)
    quantities = {index: name_and_unit(name) for index, name in enumerate(table.names)
                  if name and index != bottle and name.casefold() not in _BESIDE}
    if len({name.casefold() for name, _ in quantities.values()}) != len(quantities):
        raise corrupt_header(because="COLUMN_TWICE")
    for row in table.rows(tally):
        tally.announce(len(quantities))
        for index, (name, unit) in quantities.items():
            tally.emit(Reading(
                sample_id=row.at(bottle), analyte=name, value=row.at(index), unit=unit, flag="", role="sample",
                quantity="concentration", source=Source(table.sheet.name, row.line, table.names[index]),
            ))

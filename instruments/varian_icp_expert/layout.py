"""Reads the list of solutions and elements. ``Corr Con`` is reported: it holds weight, volume and dilution.

Two columns are called ``Units``; the one right of a concentration belongs to it. Where only ``Soln Conc`` is
exported, that is reported and the reading says that no dilution is in it.
"""

from __future__ import annotations

import re

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, collapsed, same, without_percent
from instruments.tools.long_table import Table, beside, table_with

_SAMPLE = ("Solution Label", "Solution Name", "Label")
_ELEMENT = ("Element", "Element Label")
_CORRECTED = ("Corr Con", "Corr Conc", "Corrected Conc", "Corrected Concentration")
_SOLUTION = ("Soln Conc", "Solution Conc", "Soln Con")
_FLAGS = ("Flags", "Flag")
_UNITS = ("Units", "Unit")
_EXTRA = {
    "alt_id": ("Customer Id", "Customer ID"), "batch": ("Batch Label",), "dilution": ("DF", "Dilution Factor"),
    "weight": ("Act Wgt",), "volume": ("Act Vol",), "sd": ("SD",), "rsd": ("RSD",), "date": ("Date",),
    "time": ("Time",), "solution_concentration": _SOLUTION,
}
_ROLES = {
    "samp": "sample", "sample": "sample", "": "sample", "blk": "blank", "blank": "blank", "std": "standard",
    "standard": "standard", "lcs": "qc", "qc": "qc", "qcb": "qc", "qcs": "qc", "ccv": "qc", "icv": "qc",
    "ccb": "blank", "icb": "blank", "mblk": "blank", "prepblk": "blank", "dup": "duplicate", "duplicate": "duplicate",
    "spk": "spiked", "mspk": "spiked", "ms": "spiked", "msd": "spiked",
}
_UNIT_IN_NAME = re.compile(r"^(?P<name>.+?) ?[\[(] ?(?P<unit>.*?) ?[\])]$")


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _parse_table(table, tally)


def _tables(view: FileView) -> list[Table]:
    found = (table_with(sheet, _SAMPLE, _ELEMENT, (*_CORRECTED, *_SOLUTION)) for sheet in view.sheets)
    return [table for table in found if table is not None]


def _parse_table(table: Table, tally: Tally) -> None:
    corrected = table.place(*_CORRECTED)
    column = table.required(*_SOLUTION) if corrected is None else corrected
    if corrected is None:
        tally.notice("DILUTION_NOT_APPLIED", column=table.names[column])
    rows = list(table.rows(tally, open_end=table.place("Replicates") is not None))
    unit = _unit_of(table, column, rows)
    places = {"sample": table.required(*_SAMPLE), "element": table.required(*_ELEMENT)} | table.places(
        {"flag": _FLAGS, "type": ("Type", "Solution Type")})
    extra = table.places(_EXTRA)
    tally.announce(len(rows))
    for row in rows:
        tally.emit(_reading(table, row, (column, unit), places, extra, corrected is not None))


def _unit_of(table: Table, column: int, rows: list[Row]) -> int | None:
    """Each concentration has its ``Units`` right of it. Columns in another order are taken where they agree."""
    found = [index for index, name in enumerate(table.names) if any(same(name, unit) for unit in _UNITS)]
    in_place = all(place is None or place + 1 in found
                   for place in (table.place(*_CORRECTED), table.place(*_SOLUTION)))
    if in_place:
        return column + 1
    if any(len({row.at(index) for index in found}) > 1 for row in rows):
        raise corrupt_header(column=table.names[found[0]], because="COLUMN_TWICE", line=table.line)
    return found[0] if found else None


def _reading(table: Table, row: Row, result: tuple[int, int | None], places: dict[str, int],
             extra: dict[str, int], applied: bool) -> Reading:
    column, unit_column = result
    value, unit = without_percent(row.at(column), row.at(unit_column))
    kind = row.at(places.get("type")).casefold()
    return Reading(
        sample_id=row.at(places["sample"]), analyte=collapsed(row.at(places["element"])), value=value, unit=unit,
        flag=row.at(places.get("flag")), role=_ROLES.get(kind, kind), quantity="concentration",
        source=Source(table.sheet.name, row.line, table.names[column]),
        extra=beside(row, extra) | {"dilution_applied": "yes" if applied else "no"},
    )

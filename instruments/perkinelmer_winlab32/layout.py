"""Reads the data manager's export. The operator chooses its columns, so only three are always there.

The concentration in the sample is reported before that in the calibration solution, which lacks weight, volume
and dilution; the reading says which it is. Replicates stay beside it.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, collapsed, without_percent
from instruments.tools.long_table import Table, beside, table_with

_SAMPLE = ("Sample ID",)
_ANALYTE = ("Analyte Name", "Analyte", "Elem")
# The sample's own concentration first; then the solution's, which was not multiplied back.
_REPORTED = (
    (("Reported Conc (Samp)", "Conc (Samp)", "Mean Conc (Samp)"),
     ("Units (Samp)", "Sample Units", "Conc Units (Samp)"), "yes"),
    (("Reported Conc (Calib)", "Conc (Calib)", "Mean Conc (Calib)"),
     ("Units (Calib)", "Calib Units", "Conc Units (Calib)", "Units (Samp)"), "no"),
)
_EXTRA = {
    "position": ("A/S Loc", "AS Loc"), "date": ("Date", "Date1"), "time": ("Time", "Time1"),
    "recovery": ("QC Recovery",), "result_name": ("Result Name",), "operator": ("Analyst Name",),
    "volume": ("Diluted To Vol.", "Diluted to Vol."), "aliquot": ("Aliquot Vol.",), "rsd": ("RSD", "RSD (Conc)"),
    "method": ("Method Name", "Method"),
}
_REPLICATE = re.compile(r"^Conc \(Samp\) ?\d+$", re.IGNORECASE)
_ROLES = {"sample": "sample", "standard": "standard", "blank": "blank", "qc": "qc", "qc sample": "qc", "": "sample"}


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _parse_table(table, tally)


def _tables(view: FileView) -> list[Table]:
    values = tuple(name for names, _, _ in _REPORTED for name in names)
    found = (table_with(sheet, _SAMPLE, _ANALYTE, values) for sheet in view.sheets)
    return [table for table in found if table is not None]


def _parse_table(table: Table, tally: Tally) -> None:
    column, unit, applied = _result_column(table)
    if applied == "no":
        tally.notice("DILUTION_NOT_APPLIED", column=table.names[column])
    places = {"sample": table.required(*_SAMPLE), "analyte": table.required(*_ANALYTE)} | table.places(
        {"type": ("Sample Type", "Type"), "flag": ("Flags", "Flag", "QC Status")})
    replicates = [index for index, name in enumerate(table.names) if _REPLICATE.match(name)]
    extra = table.places(_EXTRA)
    rows = list(table.rows(tally))
    tally.announce(len(rows))
    for row in rows:
        repeated = " ".join(text for index in replicates if (text := row.at(index)))
        kept = beside(row, extra) | {"dilution_applied": applied} | ({"replicates": repeated} if repeated else {})
        tally.emit(_reading(table, row, (column, unit), places, kept))


def _result_column(table: Table) -> tuple[int, int | None, str]:
    for names, units, applied in _REPORTED:
        column = table.place(*names)
        if column is not None:
            return column, table.place(*units), applied
    raise NothingToImport("NO_RESULT_COLUMN", columns=table.names)


def _reading(table: Table, row: Row, result: tuple[int, int | None], places: dict[str, int],
             extra: dict[str, str]) -> Reading:
    column, unit_column = result
    value, unit = without_percent(row.at(column), row.at(unit_column))
    kind = row.at(places.get("type")).casefold()
    return Reading(
        sample_id=row.at(places["sample"]), analyte=collapsed(row.at(places["analyte"])), value=value, unit=unit,
        flag=row.at(places.get("flag")), role=_ROLES.get(kind, kind), quantity="concentration",
        source=Source(table.sheet.name, row.line, table.names[column]), extra=extra,
    )

"""Reads the results table of SCIEX. ``N/A`` is the maker's mark for "no peak" and a value like any other.

The calculated concentration is reported where the table has one that says anything, else the peak area as a
raw response.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, collapsed, without_percent
from instruments.tools.long_table import Table, beside, table_with

_SAMPLE = ("Sample Name", "样品名称", "样品名")
_COMPONENT = ("Component Name", "Analyte Peak Name", "Component", "化合物名称", "组分名称")
_UNIT = r"(?: ?[\[(] ?(?P<unit>.*?) ?[\])])?$"
_CONC = re.compile(r"^(?:calculated (?:concentration|conc\.?)|计算浓度)" + _UNIT, re.IGNORECASE)
_AREA = re.compile(r"^(?:area|(?:analyte )?peak area|峰面积)(?: ?\((?:counts|cps)\))?$", re.IGNORECASE)
_UNITS = ("Calculated Concentration Units", "Concentration Units", "Conc. Units", "Analyte Units", "Units", "单位")
_EXTRA = {
    "alt_id": ("Sample ID",), "datafile": ("Original Filename", "File Name", "Data File"),
    "rt": ("Retention Time", "Analyte Retention Time (min)", "RT"), "dilution": ("Dilution Factor",),
    "measured_at": ("Acquisition Date & Time", "Acquisition Date"), "level": ("Level",),
    "position": ("Vial Position", "Vial"), "component_group": ("Component Group Name",),
    "outliers": ("Outlier Reasons",), "accuracy": ("Accuracy",),
}
_ROLES = {
    "": "sample", "unknown": "sample", "sample": "sample", "standard": "standard", "quality control": "qc",
    "qc": "qc", "blank": "blank", "double blank": "blank", "solvent": "blank",
    "未知": "sample", "标准品": "standard", "质控": "qc", "空白": "blank",
}
_BLANK = re.compile(r"^(?:blank|blk)[ _-]?\d*$", re.IGNORECASE)
_NO = frozenset({"false", "no", "0", "否"})
_YES = frozenset({"true", "yes", "1", "是"})


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _parse_table(table, tally)


def _tables(view: FileView) -> list[Table]:
    found = (table_with(sheet, _SAMPLE, _COMPONENT) for sheet in view.sheets)
    return [table for table in found if table is not None and table.place(*_SAMPLE) != table.place(*_COMPONENT)]


@dataclass(frozen=True)
class _Columns:
    value: int
    unit_text: str
    quantity: str
    sample: int
    component: int
    unit: int | None
    kind: int | None
    component_kind: int | None
    used: int | None
    internal: int | None


def _parse_table(table: Table, tally: Tally) -> None:
    rows = list(table.rows(tally))
    value, unit, quantity = _result_column(table, rows, tally)
    columns = _Columns(value, unit, quantity, table.required(*_SAMPLE), table.required(*_COMPONENT),
                       table.place(*_UNITS), table.place("Sample Type", "样品类型"),
                       table.place("Component Type", "Type"), table.place("Used", "Use Record"), table.place("IS"))
    extra = table.places(_EXTRA)
    tally.announce(len(rows))
    for row in rows:
        tally.emit(_reading(table, columns, extra, row))


def _result_column(table: Table, rows: list[Row], tally: Tally) -> tuple[int, str, str]:
    conc, area = table.matching(_CONC), table.matching(_AREA)
    if conc is not None and (area is None or any(_says_something(row.at(conc[0])) for row in rows)):
        return conc[0], conc[1]["unit"] or "", "concentration"
    if conc is not None:
        tally.notice("CONCENTRATION_COLUMN_SAYS_NOTHING", column=table.names[conc[0]])
    if area is None:
        raise NothingToImport("NO_RESULT_COLUMN", columns=table.names)
    return area[0], "", "area"


def _says_something(text: str) -> bool:
    return any(sign.isdigit() for sign in text) or text.startswith("<")


def _reading(table: Table, columns: _Columns, extra: dict[str, int], row: Row) -> Reading:
    value, unit = row.at(columns.value), columns.unit_text or row.at(columns.unit)
    if value.endswith("%"):
        value, unit = without_percent(value, unit)
    sample_id = row.at(columns.sample)
    role = _role(row.at(columns.kind), row.at(columns.component_kind), row.at(columns.internal), sample_id)
    return Reading(
        sample_id=sample_id, analyte=_compound(row.at(columns.component)), value=value, unit=unit,
        flag="not used" if row.at(columns.used).casefold() in _NO else "", role=role, quantity=columns.quantity,
        source=Source(table.sheet.name, row.line, table.names[columns.value]), extra=beside(row, extra),
    )


@lru_cache(maxsize=4096)
def _compound(text: str) -> str:
    """A table of many samples repeats the same few hundred names."""
    return collapsed(text)


@lru_cache(maxsize=4096)
def _role(kind: str, component_kind: str, internal: str, sample_id: str) -> str:
    """A sample without a kind is a blank only where its whole name says so."""
    if component_kind.casefold().startswith("internal") or internal.casefold() in _YES:
        return "istd"
    if not kind and _BLANK.match(sample_id):
        return "blank"
    return _ROLES.get(kind.casefold(), kind.casefold())

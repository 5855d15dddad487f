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
from instruments.tools.grid import Row, collapsed, folded, without_percent
from instruments.tools.long_table import Table, table_with

_SAMPLE = ("Sample Name", "样品名称", "样品名")
_COMPONENT = ("Component Name", "Analyte Peak Name", "Component", "化合物名称", "组分名称")
_PROOF = frozenset(map(folded, (
    "Area", "Peak Area", "Analyte Peak Area (counts)", "Retention Time", "Analyte Retention Time (min)",
    "Width at 50%", "Signal / Noise", "IS Name", "Original Filename", "Component Type", "Mass Info",
    "Calculated Concentration", "Component Group Name", "Sample Index", "Outlier Reasons", "Acquisition Date & Time")))
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
    return [table for table in found if table is not None and table.place(*_SAMPLE) != table.place(*_COMPONENT)
            and not {folded(name) for name in table.names}.isdisjoint(_PROOF)]


@dataclass(frozen=True)
class _Columns:
    """Places in a row that has been filled up and given one empty cell more: an absent column is the place -1."""

    value: int
    unit_text: str
    quantity: str
    sample: int
    component: int
    unit: int
    kind: int
    component_kind: int
    used: int
    internal: int
    extra: tuple[tuple[str, int], ...]


def _parse_table(table: Table, tally: Tally) -> None:
    rows = list(table.rows(tally))
    value, unit, quantity = _result_column(table, rows, tally)
    columns = _Columns(value, unit, quantity, table.required(*_SAMPLE), table.required(*_COMPONENT),
                       _place(table, *_UNITS), _place(table, "Sample Type", "样品类型"),
                       _place(table, "Component Type", "Type"), _place(table, "Used", "Use Record"),
                       _place(table, "IS"), tuple(table.places(_EXTRA).items()))
    sheet, header, width = table.sheet.name, table.names[value], len(table.names) + 1
    tally.announce(len(rows))
    for row in rows:
        cells = row.cells
        tally.emit(_reading(columns, cells + ("",) * (width - len(cells)), Source(sheet, row.line, header)))


def _place(table: Table, *names: str) -> int:
    place = table.place(*names)
    return -1 if place is None else place


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


def _reading(columns: _Columns, cells: tuple[str, ...], source: Source) -> Reading:
    value, unit, sample_id = cells[columns.value], columns.unit_text or cells[columns.unit], cells[columns.sample]
    if value.endswith("%"):
        value, unit = without_percent(value, unit)
    role = _role(cells[columns.kind], cells[columns.component_kind], cells[columns.internal], sample_id)
    flag = "not used" if cells[columns.used].casefold() in _NO else ""
    extra = {word: cells[place] for word, place in columns.extra if cells[place]}
    return Reading(sample_id, _compound(cells[columns.component]), value, unit, flag, role, columns.quantity, source,
                   extra)


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
    return _ROLES.get(folded(kind), kind.casefold())

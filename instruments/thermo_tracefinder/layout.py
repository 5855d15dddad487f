"""Reads TraceFinder's result table. ``N/F`` is the maker's mark for "not found" and a value like any other.

Rows of confirming ions repeat the sample of their target and are skipped. Where no amount was calculated at all,
the peak area is reported as a raw response.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, collapsed, folded, without_percent
from instruments.tools.long_table import Table, beside, table_with
from instruments.tools.naming import stem

CONFIRMING_ION = "CONFIRMING_ION"
_COMPOUND = ("Compound", "Compound Name", "化合物", "化合物名称")
_FILE = ("Filename", "File Name", "Raw File Name", "文件名")
_AMOUNT = re.compile(r"^(?:calculated (?:amt|amount|conc\.?)|calc(?:\.|ulated)? amt|计算量|计算浓度)"
                     r"(?: ?[\[(] ?(?P<unit>.*?) ?[\])])?$", re.IGNORECASE)
_PROOF = ("Theoretical Amt", "Theoretical Amount", "Peak Label", "Response Ratio", "ISTD Response", "RT Delta",
          "Actual RT", "理论量")
_AREA = ("Area", "Peak Area", "峰面积")
_UNITS = ("Final Units", "Units", "Amount Units", "Calculated Amt Units", "单位")
_EXTRA = {
    "rt": ("Actual RT", "RT", "Retention Time"), "level": ("Level", "Cal Level"), "expected": ("Theoretical Amt",),
    "dilution": ("Dilution Factor", "Conversion Factor"), "measured_at": ("Acquisition Date", "Injection Time"),
    "position": ("Vial Position", "Vial"), "excluded": ("Excluded",), "difference": ("% Diff", "%Diff"),
}
_ROLES = {
    "": "sample", "unknown": "sample", "specimen": "sample", "sample": "sample", "cal std": "standard",
    "calibrator": "standard", "standard": "standard", "qc std": "qc", "qc": "qc", "chk std": "qc", "control": "qc",
    "quality control": "qc",
    "matrix blank": "blank", "solvent": "blank", "blank": "blank", "negative": "blank", "hydrolysis": "qc",
    "未知": "sample", "校准标样": "standard", "质控": "qc", "空白": "blank",
}
_INTERNAL = frozenset({"internal standard", "istd", "内标"})
_TARGET = re.compile(r"^(?:T\d*|Target.*)?$", re.IGNORECASE)
_YES = frozenset({"true", "yes", "1"})


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _parse_table(table, tally)


def _tables(view: FileView) -> list[Table]:
    found = (table_with(sheet, _COMPOUND, (*_FILE, "Sample Name", "Sample ID"), _PROOF) for sheet in view.sheets)
    return [table for table in found if table is not None and (
        any(_AMOUNT.match(name) for name in table.names) or table.place(*_AREA) is not None)]


def _parse_table(table: Table, tally: Tally) -> None:
    rows = list(table.rows(tally))
    column, unit, quantity = _result_column(table, rows, tally)
    places = {"compound": table.required(*_COMPOUND)} | table.places({
        "file": _FILE, "name": ("Sample Name",), "code": ("Sample ID",), "type": ("Sample Type",),
        "kind": ("Type", "Compound Type"), "label": ("Peak Label",), "unit": _UNITS,
        "flag": ("Flag Details", "Flags", "Flag", "Status"), "excluded": ("Excluded",)})
    extra = table.places(_EXTRA)
    tally.announce(len(rows))
    for row in rows:
        if not _TARGET.match(row.at(places.get("label"))):
            tally.skip(CONFIRMING_ION)
        else:
            tally.emit(_reading(table, row, (column, unit, quantity), places, extra))


def _result_column(table: Table, rows: list[Row], tally: Tally) -> tuple[int, str, str]:
    amount, area = table.matching(_AMOUNT), table.place(*_AREA)
    said = amount is not None and any(any(sign.isdigit() for sign in row.at(amount[0])) for row in rows)
    if amount is not None and (said or area is None):
        return amount[0], amount[1]["unit"] or "", "concentration"
    if area is None:
        raise NothingToImport("NO_RESULT_COLUMN", columns=table.names)
    if amount is not None:
        tally.notice("CONCENTRATION_COLUMN_SAYS_NOTHING", column=table.names[amount[0]])
    return area, "", "area"


def _reading(table: Table, row: Row, result: tuple[int, str, str], places: dict[str, int],
             extra: dict[str, int]) -> Reading:
    column, unit, quantity = result
    text = {word: row.at(place) for word, place in places.items()}
    in_row = text.get("unit", "") if quantity == "concentration" else ""
    value, unit = without_percent(row.at(column), unit or in_row)
    name, code, file = text.get("name", ""), text.get("code", ""), text.get("file", "")
    sample_id = name or code or stem(file)
    kind = text.get("type", "").casefold()
    internal = text.get("kind", "").casefold() in _INTERNAL
    flags = [text.get("flag", ""), "excluded" if text.get("excluded", "").casefold() in _YES else ""]
    kept = beside(row, extra) | ({"datafile": file} if file else {}) | (
        {"alt_id": code} if code and code != sample_id else {})
    return Reading(
        sample_id=sample_id, analyte=collapsed(text["compound"]), value=value, unit=unit,
        flag=" ".join(flag for flag in flags if flag), role="istd" if internal else _ROLES.get(folded(kind), kind),
        quantity=quantity, source=Source(table.sheet.name, row.line, table.names[column]), extra=kept,
    )

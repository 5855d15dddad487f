"""Reads lists of no known maker: a header that names sample, analyte and result, or a sample and elements across.

It is asked only where no maker's own adapter claims the file, and it takes a table by plain words of the trade
alone: a header that leaves one of them out is foreign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import is_formula
from instruments.tools.grid import Row, collapsed, folded, without_percent
from instruments.tools.header_words import english
from instruments.tools.long_table import Table, beside, table_with

_SAMPLE = ("Sample ID", "Sample Name", "SampleName", "SampleID", "Sample No.", "Sample No", "Sample Number",
           "Sample Ident", "Sample Label", "Sample", "Specimen ID", "Injection Name", "Item Name", "Lab No.")
_ANALYTE = ("Analyte", "Analyte Name", "Compound", "Compound Name", "Component", "Component Name", "Peak Name",
            "Parameter", "Test", "Test Name", "Substance", "Ion", "Assay", "Determination", "Element", "Name", "Method")
_ACROSS_FROM = (*_SAMPLE, "Label", "Solution Label", "Name", "Identity")
_QUANTITIES = (
    (re.compile(r"^(?:final|reported|corrected) (?:conc\.?|concentration|result)(?P<unit>.*)$", re.IGNORECASE),
     "concentration"),
    (re.compile(r"^results?(?: value)?(?P<unit>(?: ?[\[(].*[\])])?)$", re.IGNORECASE), "result"),
    (re.compile(r"^(?:calc\.?|calculated) ?(?:conc\.?|concentration|amount)(?P<unit>(?: ?[\[(].*[\])])?)$",
                re.IGNORECASE), "concentration"),
    (re.compile(r"^(?:mean )?conc(?:\.|entration)?(?P<unit>(?: ?[\[(].*[\])])?)$", re.IGNORECASE), "concentration"),
    (re.compile(r"^amount(?P<unit>(?: ?[\[(].*[\])])?)$", re.IGNORECASE), "concentration"),
    (re.compile(r"^value(?P<unit>)$", re.IGNORECASE), "result"),
    (re.compile(r"^(?:peak )?area(?P<unit>)$", re.IGNORECASE), "area"),
)
_UNIT = ("Unit", "Units", "Result Unit", "Result Units", "Conc. Unit", "Conc. Units", "Concentration Units",
         "Concentration Unit", "Amount Units")
_FLAG = ("Flag", "Flags", "Status", "Remark", "Remarks", "Errors", "Qualifier")
_KIND = ("Sample Type", "Type", "Role")
_EXTRA = {
    "rt": ("Retention Time", "RT", "R.Time", "Ret. Time", "RT (min)", "Observed RT (min)"),
    "dilution": ("Dilution Factor", "Dilution", "DF"), "measured_at": ("Date and Time", "Analysis Date", "Date"),
    "datafile": ("Data File", "File Name"), "position": ("Vial", "Position"), "wavelength": ("Wavelength",),
    "replicate": ("Replicate", "Rep"), "absorbance": ("Absorbance",), "comment": ("Comment",), "method": ("Method",),
}
_ROLES = {"": "sample", "sample": "sample", "samp": "sample", "unknown": "sample", "unk": "sample", "blank": "blank",
          "blk": "blank", "standard": "standard", "std": "standard", "cal": "standard", "calibration": "standard",
          "qc": "qc", "quality control": "qc", "control": "qc",
          "duplicate": "duplicate", "dup": "duplicate"}
_SUMMARIES = frozenset({"mean", "average", "sd", "std. dev.", "std dev", "rsd", "%rsd", "rsd %", "minimum", "maximum",
                        "平均值", "标准偏差", "mittelwert", "moyenne", "media"})
_ELEMENT = re.compile(
    r"^(?P<analyte>(?P<formula>[A-Z][A-Za-z0-9]{0,9})(?: ?\d{2,3}(?:[.,]\d{1,4})?(?: ?nm)?)?)"
    r" ?[\[(]?(?P<unit>%|wt ?%|m/m ?%|ppm|ppb|ppt|[mµμun]?g/(?:L|l|kg|g|mL|ml)|mass ?%)[\])]?$")


@dataclass(frozen=True)
class _Long:
    value: int
    unit_text: str
    quantity: str
    sample: int
    analyte: int
    unit: int | None
    flag: int | None
    kind: int | None


def recognise(view: FileView) -> bool:
    return bool(_long(view) or _wide(view))


def parse(view: FileView, tally: Tally) -> None:
    long = _long(view)
    for table in long:
        _tell_long(table, tally)
    for table in [] if long else _wide(view):
        _tell_wide(table, tally)


def _long(view: FileView) -> list[Table]:
    found = (table_with(sheet, _SAMPLE, _ANALYTE) for sheet in view.sheets)
    return [table for table in found if table is not None and _result_column(table) is not None
            and table.place(*_SAMPLE) != table.place(*_ANALYTE)]


def _wide(view: FileView) -> list[Table]:
    found = (table_with(sheet, _ACROSS_FROM) for sheet in view.sheets)
    return [table for table in found if table is not None and _elements(table)]


def _result_column(table: Table) -> tuple[int, str, str] | None:
    """The column of the first quantity that the table has, with the unit in its name."""
    for pattern, quantity in _QUANTITIES:
        found = table.matching(pattern)
        if found is not None:
            return found[0], found[1]["unit"].strip(" []()"), quantity
    return None


def _tell_long(table: Table, tally: Tally) -> None:
    result = _result_column(table)
    assert result is not None  # it was there when the table was chosen
    columns = _Long(*result, table.required(*_SAMPLE), table.required(*_ANALYTE), table.place(*_UNIT),
                    table.place(*_FLAG), table.place(*_KIND))
    extra = table.places(_EXTRA)
    for row in table.rows(tally):
        tally.announce(1)
        if row.at(columns.sample).casefold() in _SUMMARIES:
            tally.skip(SUMMARY_ROW)
            continue
        value, unit = without_percent(row.at(columns.value), columns.unit_text or row.at(columns.unit))
        tally.emit(Reading(
            sample_id=row.at(columns.sample), analyte=collapsed(row.at(columns.analyte)), value=value, unit=unit,
            flag=row.at(columns.flag), role=_role(row.at(columns.kind)), quantity=columns.quantity,
            source=Source(table.sheet.name, row.line, table.names[columns.value]), extra=beside(row, extra)))


def _role(kind: str) -> str:
    return _ROLES.get(folded(kind), kind.casefold())


def _elements(table: Table) -> dict[int, re.Match[str]]:
    """Columns that are an element or a formula with its unit, as ``Pb 220.353 nm ppm`` or ``N [%]``."""
    found = {index: match for index, name in enumerate(table.names) if (match := _ELEMENT.match(english(name)))}
    return {index: match for index, match in found.items() if is_formula(match["formula"])}


def _tell_wide(table: Table, tally: Tally) -> None:
    elements, sample, kind = _elements(table), table.required(*_ACROSS_FROM), table.place(*_KIND)
    if len({table.names[index].casefold() for index in elements}) != len(elements):
        raise corrupt_header(because="COLUMN_TWICE")
    extra = table.places(_EXTRA)
    for row in table.rows(tally):
        tally.announce(len(elements))
        if row.at(sample).casefold() in _SUMMARIES:
            tally.skip(SUMMARY_ROW, len(elements))
            continue
        for index, match in elements.items():
            tally.emit(_across(table, row, index, match, (sample, kind), extra))


def _across(table: Table, row: Row, index: int, match: re.Match[str], who: tuple[int, int | None],
            extra: dict[str, int]) -> Reading:
    value, unit = without_percent(row.at(index), match["unit"])
    return Reading(
        sample_id=row.at(who[0]), analyte=match["analyte"], value=value, unit=unit, flag="",
        role=_role(row.at(who[1])), quantity="concentration",
        source=Source(table.sheet.name, row.line, table.names[index]), extra=beside(row, extra))

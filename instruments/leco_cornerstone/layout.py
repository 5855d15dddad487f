"""Reads lists of combustion results: a name, a mass, and elements or protein in columns that name their unit.

Statistics the software writes under its sets are skipped and counted.
"""

from __future__ import annotations

import re

from instruments.errors import corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row
from instruments.tools.header_words import english
from instruments.tools.named_table import Table, header_line, table_at

_SAMPLE = ("Name", "Sample Name", "Sample ID", "Sample", "ID Code", "名称", "样品名称")
_MASS = ("Mass", "Mass (g)", "Mass g", "Mass (mg)", "Weight", "Weight (g)", "Weight (mg)", "质量", "质量 (g)")
_ANALYTE = re.compile(
    r"^(?P<analyte>Carbon|Sul(?:ph|f)ur|Nitrogen|Oxygen|Hydrogen|Protein|Moisture|Ash|Volatile(?: Matter)?|"
    r"Fixed Carbon|TOC|TIC|[CSNOH]|碳|硫|氮|氧|氢|蛋白质)"
    r"(?: ?[(\[]?(?P<unit>%|wt ?%|ppm|mg/kg)[)\]]?)?(?: ?(?P<basis>[(\[]?(?:dry|as[- ]received|daf)[)\]]?))?$",
    re.IGNORECASE)
_STATISTICS = frozenset({"average", "mean", "std dev", "std. dev.", "standard deviation", "rsd", "%rsd", "% rsd",
                         "minimum", "maximum", "range", "平均值", "标准偏差"})


def recognise(view: FileView) -> bool:
    return bool(_tables(view))


def parse(view: FileView, tally: Tally) -> None:
    for table in _tables(view):
        _tell(table, tally)


def _tables(view: FileView) -> list[Table]:
    tables = [table_at(sheet, at) for sheet in view.sheets
              if (at := header_line(sheet, (_SAMPLE, _MASS))) is not None]
    return [table for table in tables if any(
        (match := _ANALYTE.match(english(name))) and (match["unit"] or len(name) > 1) for name in table.names)]


def _tell(table: Table, tally: Tally) -> None:
    analytes = {index: match for index, name in enumerate(table.names)
                if (match := _ANALYTE.match(english(name)))}
    if len({table.names[index].casefold() for index in analytes}) != len(analytes):
        raise corrupt_header(because="COLUMN_TWICE")
    for row in table.rows(tally):
        tally.announce(len(analytes))
        if table.at(row, *_SAMPLE).casefold() in _STATISTICS and not table.at(row, *_MASS):
            tally.skip(SUMMARY_ROW, len(analytes))
            continue
        for index, match in analytes.items():
            tally.emit(_reading(table, row, index, match))


def _reading(table: Table, row: Row, index: int, match: re.Match[str]) -> Reading:
    extra = {"mass": table.at(row, *_MASS), "method": table.at(row, "Method", "方法"),
             "measured_at": table.at(row, "Analysis Date", "Date", "分析日期"),
             "basis": (match["basis"] or "").strip("()[]"), "comment": table.at(row, "Description", "Comments")}
    return Reading(
        sample_id=table.at(row, *_SAMPLE), analyte=_as_printed(table.names[index], match), value=row.at(index),
        unit=match["unit"] or "", flag="", role="sample", quantity="concentration",
        source=Source(table.sheet.name, row.line, table.names[index]),
        extra={word: text for word, text in extra.items() if text},
    )


def _as_printed(name: str, match: re.Match[str]) -> str:
    """The analyte as the header has it: in another language it is what stands before the unit."""
    if name.startswith(match["analyte"]):
        return match["analyte"]
    return re.sub(r" ?[(\[]?(?:%|wt ?%|ppm|mg/kg)[)\]]?.*$", "", name)

"""Reads every parameter column between the sample's columns and the date; which ones there are, the product decides."""

from __future__ import annotations

from instruments.errors import corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import name_and_unit
from instruments.tools.grid import Row
from instruments.tools.named_table import Table, header_line, table_at

_SAMPLE = ("Sample Id", "Sample ID", "Sample")
_REPETITION = ("Rep #", "Rep", "Rep.")
_PRODUCT = ("Product", "Product Name")
_NEEDED = (_SAMPLE, _REPETITION, _PRODUCT)
_STATISTICS = frozenset({"mean", "sd", "avg", "average", "std", "std. dev."})
_BESIDE = frozenset({"date", "time", "remark", "remarks", "comment", "operator", "job", "job type", "position",
                     *(name.casefold() for names in _NEEDED for name in names)})


def recognise(view: FileView) -> bool:
    return any(header_line(sheet, _NEEDED) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = header_line(sheet, _NEEDED)
        if at is not None:
            _tell(table_at(sheet, at), tally)


def _tell(table: Table, tally: Tally) -> None:
    parameters = [index for index, name in enumerate(table.names) if name and name.casefold() not in _BESIDE]
    if len({table.names[index].casefold() for index in parameters}) != len(parameters):
        raise corrupt_header(because="COLUMN_TWICE")
    for row in table.rows(tally):
        tally.announce(len(parameters))
        if table.at(row, *_REPETITION).casefold() in _STATISTICS:
            tally.skip(SUMMARY_ROW, len(parameters))
            continue
        for index in parameters:
            tally.emit(_reading(table, row, index))


def _reading(table: Table, row: Row, index: int) -> Reading:
    analyte, unit = name_and_unit(table.names[index])
    when = " ".join(text for text in (table.at(row, "Date"), table.at(row, "Time")) if text)
    extra = {"replicate": table.at(row, *_REPETITION), "product": table.at(row, *_PRODUCT), "measured_at": when}
    return Reading(
        sample_id=table.at(row, *_SAMPLE), analyte=analyte, value=row.at(index), unit=unit,
        flag=table.at(row, "Remark", "Remarks"), role="sample", quantity="concentration",
        source=Source(table.sheet.name, row.line, table.names[index]),
        extra={word: text for word, text in extra.items() if text},
    )

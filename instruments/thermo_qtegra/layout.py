"""Reads the result table of a LabBook: analytes such as ``75As (KED)`` or ``Fe 259.940 {131}`` across.

The kind of number stands under each analyte in a second header line, beside it in one line, or in a column
``Category`` of its own. Only average concentrations are reported; deviations and intensities are counted as
skipped where they have rows of their own, and left aside where they have columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, position, without_percent
from instruments.tools.stacked_header import Column, stacked

OTHER_CATEGORY = "OTHER_CATEGORY"
_SAMPLE = ("Label", "Sample Label", "Sample Name", "Identifier", "样品标签", "标签")
_CATEGORY = ("Category", "类别")
_BESIDE = {
    "measured_at": ("Time", "Acquisition Time", "Timestamp", "时间"), "dilution": ("Dilution Factor", "Dilution"),
    "position": ("Rack/Vial", "Vial", "Position"), "comment": ("Comment", "注释"),
    "replicate": ("Main Run", "Run", "MainRuns"),
}
_TYPE = ("Sample Type", "Type", "样品类型")
_STATUS = ("Status", "QC Status", "Evaluation Status")
_ANALYTE = re.compile(
    r"^(?P<analyte>(?:\d{1,3}[A-Z][a-z]?(?: ?\| ?[\w.> -]+)*|[A-Z][a-z]? ?\d{3}\.\d{2,4} ?\{ ?\d+ ?\}"
    r"(?: ?\([^)]*\))?)(?: ?\((?:S-|N-)?[A-Z][A-Za-z0-9 -]*\))?)(?P<rest>(?:$|[ |\[(]).*)$")
_AVERAGE = re.compile(r"^\W*(?:concentration(?: average| mean)?|average concentration|concentration per run|"
                      r"conc\.?(?: average)?|平均浓度|浓度(?:平均值)?)"
                      r"(?: ?[\[(] ?(?P<unit>[^\])]*?) ?[\])])?\W*$", re.IGNORECASE)
_BARE_UNIT = re.compile(r"^\W*[\[(] ?(?P<unit>[^\])]+?) ?[\])]\W*$")
_INTENSITY = re.compile(r"^(?:cps|icps|cts/s|counts|c/s|%|ratio)$", re.IGNORECASE)
_SUMMARIES = frozenset({"average", "mean", "sd", "std. dev.", "rsd", "%rsd"})
_ROLES = {
    "": "sample", "unknown": "sample", "unkn": "sample", "sample": "sample", "std": "standard",
    "standard": "standard", "cal": "standard", "blk": "blank", "blank": "blank", "avg blk": "blank", "qc": "qc",
    "ccv": "qc", "icv": "qc", "ccb": "blank", "icb": "blank", "pb": "blank", "dup": "duplicate",
    "spk": "spiked", "lcs": "qc",
}


@dataclass(frozen=True)
class Layout:
    """Where the table's rows begin, and what its columns say. ``unit`` empty: the row says it, or nothing."""

    names: tuple[str, ...]
    start: int
    width: int
    sample: int
    results: tuple[tuple[int, str, str], ...]
    category: int | None


def recognise(view: FileView) -> bool:
    return any(_analytes_at(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = _analytes_at(sheet)
        if at is not None:
            _parse_sheet(sheet, _layout(sheet, at), tally)


def _analytes_at(sheet: Sheet) -> int | None:
    """The line with analytes in this maker's spelling; it, or the next, names the sample."""
    for index, row in enumerate(sheet.rows[:20]):
        if not any(_spelled(collapsed(text)) for text in row.cells):
            continue
        lines = sheet.rows[index:index + 2]
        if any(position(_names(line), *_SAMPLE) is not None for line in lines):
            return index
    return None


def _spelled(name: str) -> bool:
    """Bare ``75As`` is anybody's; a mode, a plasma order or a word for the kind of number is this maker's."""
    found = _ANALYTE.match(name)
    return found is not None and ("(" in found["analyte"] or "{" in found["analyte"] or "|" in found["analyte"]
                                  or bool(_AVERAGE.match(found["rest"])))


def _names(row: Row) -> tuple[str, ...]:
    return tuple(collapsed(text) for text in row.cells)


def _layout(sheet: Sheet, at: int) -> Layout:
    upper = sheet.rows[at]
    two = position(_names(upper), *_SAMPLE) is None
    if two:
        header = stacked(sheet, at)
        names = tuple(column.name or column.group for column in header.columns)
        results = tuple(found for column in header.columns if (found := _stacked_result(column)))
        width, start = header.width, at + 2
    else:
        names = _names(upper)
        results = tuple(found for index, name in enumerate(names) if (found := _result(index, name)))
        width, start = sheet.width(upper), at + 1
    if not results:
        raise NothingToImport("NO_RESULT_COLUMN", columns=names)
    if len({(analyte, unit) for _, analyte, unit in results}) != len(results):
        raise corrupt_header(line=upper.line, because="COLUMN_TWICE")
    sample = position(names, *_SAMPLE)
    return Layout(names, start, width, 0 if sample is None else sample, results, position(names, *_CATEGORY))


def _stacked_result(column: Column) -> tuple[int, str, str] | None:
    analyte = _ANALYTE.match(column.group)
    kind = _AVERAGE.match(column.name)
    return (column.index, collapsed(analyte["analyte"]), kind["unit"] or "") if analyte and kind else None


def _result(index: int, name: str) -> tuple[int, str, str] | None:
    """A column whose name is an analyte alone, with a unit, or with the word for an average concentration."""
    analyte = _ANALYTE.match(name)
    if analyte is None:
        return None
    rest = analyte["rest"].strip()
    kind = _AVERAGE.match(rest) if rest else None
    bare = _BARE_UNIT.match(rest) if rest else None
    unit = (kind or bare)["unit"] or "" if (kind or bare) is not None else ""  # type: ignore[index]
    if (rest and kind is None and bare is None) or _INTENSITY.match(unit):
        return None
    return index, collapsed(analyte["analyte"]), unit


def _parse_sheet(sheet: Sheet, layout: Layout, tally: Tally) -> None:
    cells = len(layout.results)
    beside = {word: place for word, wanted in _BESIDE.items()
              if (place := position(layout.names, *wanted)) is not None}
    marks = (position(layout.names, *_TYPE), position(layout.names, *_STATUS))
    for row in body(sheet, layout.start, layout.width, tally):
        tally.announce(cells)
        category = _AVERAGE.match(row.at(layout.category)) if layout.category is not None else None
        if layout.category is not None and category is None:
            tally.skip(OTHER_CATEGORY, cells)
        elif row.at(layout.sample).casefold() in _SUMMARIES:
            tally.skip(SUMMARY_ROW, cells)
        else:
            unit = (category["unit"] or "") if category is not None else ""
            for column, analyte, own in layout.results:
                tally.emit(_reading(sheet, layout, row, (column, analyte, own or unit), marks, beside))


def _reading(sheet: Sheet, layout: Layout, row: Row, cell: tuple[int, str, str],
             marks: tuple[int | None, int | None], beside: dict[str, int]) -> Reading:
    column, analyte, unit = cell
    value, unit = without_percent(row.at(column), unit)
    kind = row.at(marks[0]).casefold()
    return Reading(
        sample_id=row.at(layout.sample), analyte=analyte, value=value, unit=unit, flag=row.at(marks[1]),
        role=_ROLES.get(kind, kind), quantity="concentration",
        source=Source(sheet.name, row.line, layout.names[column]),
        extra={word: text for word, place in beside.items() if (text := row.at(place))},
    )

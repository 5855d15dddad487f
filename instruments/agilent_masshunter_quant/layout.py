"""Reads the batch table: ``<compound> Results`` groups over columns such as RT, Area, Final Conc.

One quantity is reported for the whole file: the final concentration where any compound has one, else the
calculated one, else the peak area as a raw response.
"""

from __future__ import annotations

import re

from instruments.agilent_masshunter_quant import compound_table
from instruments.agilent_masshunter_quant.words import role_of_group, role_of_type
from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, without_percent
from instruments.tools.header_words import english, title_in_english
from instruments.tools.stacked_header import Column, StackedHeader, stacked

_SAMPLE = "Sample"
_RESULTS = re.compile(r"^(?P<compound>.+?) Results$")
_QUALIFIER = re.compile(r"^Qualifier\b", re.IGNORECASE)
_ISTD = re.compile(r"\((?:ISTD|IS)\)")
_QUANTITIES = (
    (re.compile(r"^Final Conc\.?(?: ?[\[(] ?(?P<unit>.+?) ?[\])])?$", re.IGNORECASE), "concentration"),
    (re.compile(r"^Calc\. ?Conc\.?(?: ?[\[(] ?(?P<unit>.+?) ?[\])])?$", re.IGNORECASE), "concentration"),
    (re.compile(r"^Area$", re.IGNORECASE), "area"),
    (re.compile(r"^Resp\.?$", re.IGNORECASE), "area"),
)
_BELOW = {"name", "data file", "type", "rt", "area", "resp.", "final conc.", "calc. conc."}
_SUMMARIES = frozenset({"average", "mean", "std. dev.", "sd", "%rsd", "rsd", "minimum", "maximum"})
Chosen = tuple[Column, str, str]


def recognise(view: FileView) -> bool:
    return any(compound_table.is_compound_table(sheet) or _is_upper(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        if compound_table.is_compound_table(sheet):
            compound_table.parse(sheet, tally)
        elif _is_upper(sheet):
            _parse_sheet(sheet, tally)


def _is_upper(sheet: Sheet) -> bool:
    """A first line of titles: ``Sample``, and groups that end in ``Results``."""
    if len(sheet.rows) < 2 or _SAMPLE.casefold() not in sheet.rows[0].names:
        return False
    titles = [title_in_english(collapsed(text)) for text in sheet.rows[0].cells if text]
    return _SAMPLE in titles and any(_RESULTS.match(title) for title in titles)


def _parse_sheet(sheet: Sheet, tally: Tally) -> None:
    if not _is_lower(sheet.rows[1]):
        raise corrupt_header(because="SECOND_HEADER_LINE_MISSING", line=sheet.rows[1].line)
    header = stacked(sheet, 0)
    name = header.required(_SAMPLE, "Name", "Sample Name")
    chosen, quantity = _result_columns(header, tally)
    for row in body(sheet, 2, header.width, tally):
        tally.announce(len(chosen))
        if row.at(name.index).casefold() in _SUMMARIES and not _datafile(header, row):
            tally.skip(SUMMARY_ROW, len(chosen))
            continue
        for column, compound, unit in chosen:
            tally.emit(_reading(sheet, header, row, (column, compound, unit), quantity))


def _is_lower(row: Row) -> bool:
    names = {english(collapsed(text)).casefold() for text in row.cells if text}
    return bool(names & {"name", "sample name"}) and len(names & _BELOW) >= 2


def _result_columns(header: StackedHeader, tally: Tally) -> tuple[list[Chosen], str]:
    compounds = {group: _RESULTS.match(group) for group in header.groups()}
    targets = [(group, found["compound"]) for group, found in compounds.items()
               if found and not _QUALIFIER.match(group)]
    qualifiers = sum(1 for group, found in compounds.items() if found and _QUALIFIER.match(group))
    if qualifiers:
        tally.notice("QUALIFIER_GROUPS_NOT_REPORTED", groups=qualifiers)
    for pattern, quantity in _QUANTITIES:
        chosen = [pick for group, compound in targets if (pick := _pick(header, group, compound, pattern))]
        if chosen:
            left_out = len(targets) - len(chosen)
            if left_out:
                tally.notice("COMPOUNDS_WITHOUT_THIS_COLUMN", column=chosen[0][0].name, compounds=left_out)
            return chosen, quantity
    raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(dict.fromkeys(
        column.name for group, _ in targets for column in header.within(group))))


def _pick(header: StackedHeader, group: str, compound: str, pattern: re.Pattern[str]) -> Chosen | None:
    found = [(column, match) for column in header.within(group) if (match := pattern.match(column.name))]
    if len(found) > 1:
        raise corrupt_header(group=group, column=found[0][0].name, because="COLUMN_TWICE")
    if not found:
        return None
    column, match = found[0]
    return column, compound, match.groupdict().get("unit") or ""


def _datafile(header: StackedHeader, row: Row) -> str:
    column = header.find(_SAMPLE, "Data File")
    return row.at(column.index) if column else ""


def _reading(sheet: Sheet, header: StackedHeader, row: Row, chosen: Chosen, quantity: str) -> Reading:
    column, compound, unit = chosen
    value, unit = without_percent(row.at(column.index), unit)
    name = header.required(_SAMPLE, "Name", "Sample Name")
    return Reading(
        sample_id=row.at(name.index), analyte=compound, value=value,
        unit=unit or _unit_beside(header, column, row), flag=_flag(header, row),
        role="istd" if _ISTD.search(compound) else _role(header, row), quantity=quantity,
        source=Source(sheet.name, row.line, column.printed),
        extra=_extra(header, column, row),
    )


def _unit_beside(header: StackedHeader, column: Column, row: Row) -> str:
    unit = header.find(column.group, "Units", "Unit", "Conc. Units")
    return row.at(unit.index) if unit else ""


def _flag(header: StackedHeader, row: Row) -> str:
    """The nameless columns of the sample group carry the outlier marks; each mark is kept once."""
    marks = (row.at(column.index) for column in header.within(_SAMPLE) if not column.name)
    return " ".join(dict.fromkeys(mark for mark in marks if mark))


def _role(header: StackedHeader, row: Row) -> str:
    kind = header.find(_SAMPLE, "Type", "Sample Type")
    if kind is not None:
        return role_of_type(row.at(kind.index))
    group = header.find(_SAMPLE, "Sample Group")
    return role_of_group(row.at(group.index)) if group else "sample"


def _extra(header: StackedHeader, column: Column, row: Row) -> dict[str, str]:
    beside = {
        "datafile": header.find(_SAMPLE, "Data File"),
        "level": header.find(_SAMPLE, "Level"),
        "dilution": header.find(_SAMPLE, "Dil.", "Dilution"),
        "measured_at": header.find(_SAMPLE, "Acq. Date-Time"),
        "rt": header.find(column.group, "RT"),
        "manual_integration": header.find(column.group, "MI"),
    }
    found = {word: row.at(place.index) for word, place in beside.items() if place is not None}
    return {word: text for word, text in found.items() if text}

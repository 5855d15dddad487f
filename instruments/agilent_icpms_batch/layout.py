"""Reads the batch table: isotope groups over Conc., Conc. RSD, Meas. Conc., CPS.

``Conc.`` is reported: the instrument has multiplied it by ``Total Dil.`` already, and every reading says so.
A time-resolved trace of the same maker is recognised and refused, for it is a curve and not a result.
"""

from __future__ import annotations

import re

from instruments.agilent_icpms_batch.words import role_of
from instruments.errors import NothingToImport, corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, without_percent
from instruments.tools.header_words import english, title_in_english
from instruments.tools.stacked_header import Column, StackedHeader, stacked

_SAMPLE = "Sample"
_ISOTOPE = re.compile(r"^\d{1,3}(?: ?-> ?\d{1,3})? [A-Z][a-z]?\b|^[A-Z][a-z]? ?/ ?\d{1,3}\b")
_ISTD = re.compile(r"\( ?ISTD ?\)")
_CONC = re.compile(r"^Conc\.(?: \[ ?(?P<unit>.*?) ?\])?$")
_MEASURED = re.compile(r"^Meas\. ?Conc\.(?: \[ ?(?P<unit>.*?) ?\])?$")
_SUMMARIES = frozenset({"average", "mean", "sd", "std. dev.", "%rsd", "rsd", "minimum", "maximum"})
_TRACE = re.compile(r"^Intensity Vs Time$", re.IGNORECASE)
_HEADER_WITHIN = 15
Chosen = tuple[Column, str]


def recognise(view: FileView) -> bool:
    return any(_header_at(sheet) is not None or _is_trace(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    tables = [(sheet, at) for sheet in view.sheets if (at := _header_at(sheet)) is not None]
    if not tables:
        raise NothingToImport("RAW_CURVE")
    for sheet in view.sheets:
        if _header_at(sheet) is None:
            tally.notice("SHEET_NOT_READ", sheet=sheet.name)
    for sheet, at in tables:
        _parse_sheet(sheet, at, tally)


def _header_at(sheet: Sheet) -> int | None:
    """Index of the line of titles: ``Sample`` and at least one isotope, near the top."""
    if _SAMPLE.casefold() not in sheet.top_names:
        return None
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        titles = [title_in_english(collapsed(text)) for text in row.cells if text]
        if _SAMPLE in titles and any(_ISOTOPE.match(title) for title in titles):
            return index
    return None


def _is_trace(sheet: Sheet) -> bool:
    top = sheet.rows[:6]
    return (any(_TRACE.match(text) for row in top for text in row.cells)
            and any(row.at(0).startswith("Time [") for row in top))


def _parse_sheet(sheet: Sheet, at: int, tally: Tally) -> None:
    if len(sheet.rows) < at + 2 or not _is_lower(sheet.rows[at + 1]):
        raise corrupt_header(because="SECOND_HEADER_LINE_MISSING", line=sheet.rows[at].line + 1)
    header = stacked(sheet, at)
    name = header.required(_SAMPLE, "Sample Name")
    chosen, applied = _result_columns(header)
    if not applied:
        tally.notice("DILUTION_NOT_APPLIED", column=chosen[0][0].name)
    for row in body(sheet, at + 2, header.width, tally):
        tally.announce(len(chosen))
        if row.at(name.index).casefold() in _SUMMARIES and not _text(header, row, "Data File"):
            tally.skip(SUMMARY_ROW, len(chosen))
            continue
        for column, unit in chosen:
            tally.emit(_reading(sheet, header, row, (column, unit), applied))


def _is_lower(row: Row) -> bool:
    names = {english(collapsed(text)) for text in row.cells if text}
    return bool(names & {"Data File", "Sample Name"}) and any(
        _CONC.match(name) or _MEASURED.match(name) or name in ("CPS", "Mean", "Counts") for name in names)


def _result_columns(header: StackedHeader) -> tuple[list[Chosen], bool]:
    """The concentration of each isotope, and whether the dilution is in it already."""
    isotopes = [group for group in header.groups() if _ISOTOPE.match(group)]
    for pattern, applied in ((_CONC, True), (_MEASURED, False)):
        chosen = [pick for group in isotopes if (pick := _pick(header, group, pattern))]
        if chosen:
            return chosen, applied
    raise NothingToImport("NO_RESULT_COLUMN", columns=tuple(dict.fromkeys(
        column.name for group in isotopes for column in header.within(group))))


def _pick(header: StackedHeader, group: str, pattern: re.Pattern[str]) -> Chosen | None:
    found = [(column, match) for column in header.within(group) if (match := pattern.match(column.name))]
    if len(found) > 1:
        raise corrupt_header(group=group, column=found[0][0].name, because="COLUMN_TWICE")
    return (found[0][0], found[0][1]["unit"] or "") if found else None


def _text(header: StackedHeader, row: Row, name: str) -> str:
    column = header.find(_SAMPLE, name)
    return row.at(column.index) if column else ""


def _reading(sheet: Sheet, header: StackedHeader, row: Row, chosen: Chosen, applied: bool) -> Reading:
    column, unit = chosen
    value, unit = without_percent(row.at(column.index), unit)
    rejected = _text(header, row, "Rjct").casefold() in ("true", "yes", "1", "x")
    return Reading(
        sample_id=_text(header, row, "Sample Name"), analyte=column.group, value=value, unit=unit,
        flag="Rjct" if rejected else "",
        role="istd" if _ISTD.search(column.group) else role_of(_text(header, row, "Type")),
        quantity="concentration", source=Source(sheet.name, row.line, column.printed),
        extra=_extra(header, row, applied),
    )


def _extra(header: StackedHeader, row: Row, applied: bool) -> dict[str, str]:
    beside = {
        "dilution": "Total Dil.", "datafile": "Data File", "measured_at": "Acq. Date-Time", "level": "Level",
        "comment": "Comment", "position": "Vial Number",
    }
    found = {word: _text(header, row, name) for word, name in beside.items()}
    kept = {word: text for word, text in found.items() if text}
    return kept | {"dilution_applied": "yes" if applied else "no"}

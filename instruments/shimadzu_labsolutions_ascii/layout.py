"""Reads runs of titled sections. A run begins with ``[Header]``; one file may hold many.

The table of compounds is reported, the named peaks where there is none. A declared number of compounds that
does not follow means the file was cut. Chromatograms and nameless peaks are no results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from instruments.errors import NothingToImport, corrupt_header, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.shimadzu_labsolutions_ascii import words
from instruments.source import FileView
from instruments.tools.grid import Row, body, collapsed, position, without_percent
from instruments.tools.naming import file_name, is_dashes, is_date, stem
from instruments.tools.sections import Section, sections_of, title_of

NOT_IDENTIFIED = "NOT_IDENTIFIED"
NAMELESS_PEAK = "NAMELESS_PEAK"
_ZERO = re.compile(r"^0+(?:[.,]0*)?$")


@dataclass(frozen=True)
class Run:
    """One injection: its sections, and the maker's fields about its sample."""

    sections: tuple[Section, ...]

    def text(self, word: str) -> str:
        for title in (words.SAMPLE, words.HEADER):
            for section in self.sections:
                if section.title.casefold() in title and (found := section.text(*words.FIELDS[word])):
                    return found
        return ""

    def tables(self) -> tuple[Section, ...]:
        compounds = tuple(section for section in self.sections if words.COMPOUNDS.match(section.title))
        if any(_declared(section) != 0 for section in compounds):
            return compounds
        peaks = tuple(section for section in self.sections if words.PEAKS.match(section.title))
        return peaks or compounds


def recognise(view: FileView) -> bool:
    """``[Header]`` above the first section that can only be this maker's."""
    for sheet in view.sheets:
        titles = [title.casefold() for row in sheet.rows[:400] if (title := title_of(row))]
        if titles and titles[0] in words.HEADER and any(_is_ours(title) for title in titles[1:]):
            return True
    return False


def _is_ours(title: str) -> bool:
    return bool(words.COMPOUNDS.match(title) or words.PEAKS.match(title) or words.CURVES.match(title)
                or title in words.SAMPLE)


def parse(view: FileView, tally: Tally) -> None:
    runs = [run for sheet in view.sheets for run in _runs(sections_of(sheet))]
    tables = [table for run in runs for table in run.tables()]
    if not tables:
        curves = any(words.CURVES.match(section.title) for run in runs for section in run.sections)
        raise NothingToImport("RAW_CURVE" if curves else "NO_RESULT_TABLE")
    by_name = any(is_date(run.text("code")) for run in runs)
    if not any(_names_something(table) for table in tables):
        raise NothingToImport("ONLY_NAMELESS_PEAKS")
    for run in runs:
        for table in run.tables():
            _parse_table(run, table, by_name, tally)


def _runs(sections: tuple[Section, ...]) -> Iterator[Run]:
    starts = [index for index, section in enumerate(sections) if section.title.casefold() in words.HEADER]
    ends = starts[1:] + [len(sections)] * bool(starts)
    for start, end in zip(starts, ends, strict=True):
        yield Run(sections[start:end])


def _declared(table: Section) -> int | None:
    found = table.text(*words.COUNT)
    return int(found) if found.isascii() and found.isdigit() else None


def _parse_table(run: Run, table: Section, by_name: bool, tally: Tally) -> None:
    declared = _declared(table)
    at = _header_at(table)
    if at is None:
        if declared != 0:
            _tell_nameless(table, declared, tally)
        return
    names = tuple(collapsed(text) for text in table.sheet.rows[at].cells)
    columns = _Columns.of(names, table)
    rows = list(body(table.as_sheet(), at + 1, len(names), tally))
    if declared is not None and len(rows) < declared:
        raise cut_short(line=rows[-1].line if rows else table.line, expected=declared, found=len(rows))
    if declared is not None and len(rows) > declared:
        raise corrupt_header(line=rows[declared].line, because="MORE_ROWS_THAN_DECLARED")
    tally.announce(len(rows))
    for row in rows:
        _tell(run, columns, row, by_name, tally)


def _names_something(table: Section) -> bool:
    """A table of compounds names all of its rows; one of peaks may name none."""
    if not words.PEAKS.match(table.title):
        return True
    at = _header_at(table)
    if at is None:
        return False
    name = position(tuple(collapsed(text) for text in table.sheet.rows[at].cells), *words.NAME)
    return any(row.at(name) and not is_dashes(row.at(name)) for row in table.sheet.rows[at + 1:table.end])


def _header_at(table: Section) -> int | None:
    for index in range(table.start, table.end):
        names = tuple(collapsed(text) for text in table.sheet.rows[index].cells)
        if position(names, *words.NAME) is not None and (
                any(words.CONC.match(name) for name in names) or position(names, *words.AREA) is not None):
            return index
    return None


def _tell_nameless(table: Section, declared: int | None, tally: Tally) -> None:
    """Peaks that no column names are counted and left out; any other table without a header is damaged."""
    for index in range(table.start, table.end):
        names = tuple(collapsed(text) for text in table.sheet.rows[index].cells)
        if words.PEAKS.match(table.title) and position(names, *words.AREA) is not None:
            rows = list(body(table.as_sheet(), index + 1, len(names), tally))
            tally.announce(len(rows))
            tally.skip(NAMELESS_PEAK, len(rows))
            return
    last = not table.sheet.ended and table.end == len(table.sheet.rows)
    if len(table.rows) < 2 or last:
        raise cut_short(line=table.line, expected="header line", declared=declared)
    raise corrupt_header(line=table.rows[1].line, column="Name", because="COLUMN_MISSING")


@dataclass(frozen=True)
class _Columns:
    names: tuple[str, ...]
    value: int
    unit_text: str
    quantity: str
    name: int
    unit: int | None
    rt: int | None
    mark: int | None
    mode: int | None
    kind: int | None

    @staticmethod
    def of(names: tuple[str, ...], table: Section) -> _Columns:
        found = [(index, match) for index, name in enumerate(names) if (match := words.CONC.match(name))]
        if len(found) > 1:
            raise corrupt_header(column="Conc.", because="COLUMN_TWICE", line=table.line)
        area = position(names, *words.AREA)
        if not found and area is None:
            raise NothingToImport("NO_RESULT_COLUMN", columns=names)
        value, unit, quantity = (found[0][0], found[0][1]["unit"] or "", "concentration") if found else (
            area if area is not None else 0, "", "area")
        name = position(names, *words.NAME)
        return _Columns(names, value, unit, quantity, 0 if name is None else name,
                        *(position(names, *wanted) for wanted in (
                            words.UNIT, words.RT, words.MARK, words.MODE, words.KIND)))


def _tell(run: Run, columns: _Columns, row: Row, by_name: bool, tally: Tally) -> None:
    analyte = collapsed(row.at(columns.name))
    if not analyte or is_dashes(analyte):
        tally.skip(NAMELESS_PEAK)
        return
    value, unit = without_percent(row.at(columns.value), columns.unit_text or row.at(columns.unit))
    if not value and any(text.casefold() in ("not identified", "未识别", "未鉴定") for text in row.cells):
        tally.skip(NOT_IDENTIFIED)
        return
    sample_id, alternative = _sample(run, by_name)
    mark = row.at(columns.mark)
    tally.emit(Reading(
        sample_id=sample_id, analyte=analyte, value=value, unit=unit, flag="" if is_dashes(mark) else mark,
        role="istd" if words.is_internal_standard(row.at(columns.kind)) else words.role_of(run.text("type")),
        quantity=columns.quantity, source=Source("", row.line, columns.names[columns.value]),
        extra=_extra(run, columns, row, value, alternative),
    ))


def _sample(run: Run, by_name: bool) -> tuple[str, str]:
    """(identifier, the other text). ``Sample ID`` identifies nothing in a file where it holds a date, or where
    it only repeats the calibration level."""
    name, code = run.text("name"), run.text("code")
    level = bool(name) and len(code) < 3 and code == run.text("level")
    meaningful = bool(code) and not is_dashes(code) and not is_date(code) and not (by_name and name) and not level
    if meaningful:
        return code, name if name != code else ""
    return name or stem(run.text("datafile")), code


def _extra(run: Run, columns: _Columns, row: Row, value: str, alternative: str) -> dict[str, str]:
    rt = row.at(columns.rt)
    found = {
        "alt_id": alternative, "datafile": file_name(run.text("datafile")), "rt": rt,
        "mode": row.at(columns.mode), "not_found": "yes" if _ZERO.match(rt) and _ZERO.match(value) else "",
    } | {word: run.text(word) for word in ("level", "dilution", "position", "measured_at", "operator")}
    return {word: text for word, text in found.items() if text}

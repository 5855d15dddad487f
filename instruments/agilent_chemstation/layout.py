"""Reads the printed tables of a report. A report that does not say that it ends was cut.

Peaks with a name and an amount are reported, with an area where the report has no amounts. Peaks without a name
are counted and left out: nobody knows what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from instruments.agilent_chemstation import words
from instruments.errors import FileRefused, NothingToImport, corrupt_header, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.fixed_width import Ruled, ruled_tables
from instruments.tools.grid import collapsed
from instruments.tools.naming import file_name

NAMELESS_PEAK = "NAMELESS_PEAK"
_TOP = 12
_NAMELESS = frozenset({"", "?", "-"})


@dataclass(frozen=True)
class Report:
    """The lines of one report; ``first`` is the number of its first line in the file."""

    lines: list[str]
    first: int
    sample: str
    standards: frozenset[str]
    facts: dict[str, str]


@dataclass(frozen=True)
class Peak:
    line: int
    cells: tuple[str, ...]


def recognise(view: FileView) -> bool:
    """A data file and a sample at the top, above a double rule and the operator."""
    top = view.text.split("\n", _TOP)[:_TOP]
    has_file = any(words.DATA_FILE.match(line) for line in top)
    ruled = any(words.DOUBLE_RULE.match(line) for line in top)
    return ruled and has_file and any(words.SAMPLE.match(line) or words.OPERATOR.match(line) for line in top)


def parse(view: FileView, tally: Tally) -> None:
    reports = list(_reports(view.text.split("\n")))
    tables = named = 0
    for report in reports:
        if not any(words.END.match(line) for line in report.lines):
            raise cut_short(line=report.first + len(report.lines) - 1, expected="*** End of Report ***")
        for table in ruled_tables(report.lines):
            found = _parse_table(report, table, tally)
            tables += found is not None
            named += found or 0
    if not named:
        raise NothingToImport("ONLY_NAMELESS_PEAKS" if tables else "NO_RESULT_TABLE")


def _reports(lines: list[str]) -> Iterator[Report]:
    """A report begins with its data file. Page headings repeat that line, with no double rule below."""
    starts = [index for index, line in enumerate(lines) if words.DATA_FILE.match(line)
              and any(words.DOUBLE_RULE.match(below) for below in lines[index:index + _TOP])]
    ends = [words.END.match(line) is not None for line in lines]
    kept = [start for number, start in enumerate(starts) if number == 0 or any(ends[starts[number - 1]:start])]
    if not kept:
        raise corrupt_header(because="RULE_MISSING", line=1)
    for start, end in zip(kept, [*kept[1:], len(lines)], strict=True):
        part = lines[start:end]
        yield Report(part, start + 1, _first(part, words.SAMPLE, "name"), _standards(part), _facts(part))


def _first(lines: list[str], pattern: re.Pattern[str], group: str) -> str:
    for line in lines:
        found = pattern.match(line)
        if found and found[group].strip():
            return collapsed(found[group])
    return ""


def _standards(lines: list[str]) -> frozenset[str]:
    """The internal standards have a small table of their own, without times."""
    found: set[str] = set()
    for table in ruled_tables(lines):
        name = _place(table, words.NAME)
        if name is None or _place(table, words.TIME) is not None or table.names[0] != "ISTD":
            continue
        for line in lines[table.rule + 1:]:
            if not line.strip():
                break
            found.add(collapsed(table.cells(line)[name]))
    return frozenset(found - _NAMELESS)


def _facts(lines: list[str]) -> dict[str, str]:
    factors = {found["name"].casefold(): found["text"] for line in lines if (found := words.FACTOR.match(line))}
    facts = {
        "datafile": file_name(_first(lines, words.DATA_FILE, "path")),
        "measured_at": _first(lines, words.INJECTED, "text"),
        "multiplier": factors.get("multiplier", factors.get("乘积因子", "")),
        "dilution": factors.get("dilution", factors.get("verdünnung", factors.get("稀释因子", ""))),
    }
    return {word: text for word, text in facts.items() if text}


def _parse_table(report: Report, table: Ruled, tally: Tally) -> int | None:
    """How many peaks of the table have a name; None where the ruled table holds no peaks at all."""
    time, name = _place(table, words.TIME), _place(table, words.NAME)
    amount, area = _place(table, words.AMOUNT), _place(table, words.AREA)
    if time is None or (amount is None and area is None):
        return None
    peaks = _peaks(report, table, name)
    tally.announce(len(peaks))
    if name is None:
        tally.skip(NAMELESS_PEAK, len(peaks))
        return 0
    column = amount if amount is not None else area
    signal = _signal(report, table)
    known = [peak for peak in peaks if collapsed(peak.cells[name]) not in _NAMELESS]
    tally.skip(NAMELESS_PEAK, len(peaks) - len(known))
    for peak in known:
        _tell(report, table, peak, (name, column or 0, time, amount is not None), signal, tally)
    return len(known)


def _place(table: Ruled, wanted: frozenset[str]) -> int | None:
    """The first such column: an area percent follows the area under the same name."""
    found = [index for index, name in enumerate(table.names) if name.casefold() in wanted
             and not table.units[index].startswith("%")]
    if wanted is words.AMOUNT and len(found) > 1:
        raise corrupt_header(column="Amount", because="COLUMN_TWICE")
    return found[0] if found else None


def _peaks(report: Report, table: Ruled, name: int | None) -> list[Peak]:
    found: list[Peak] = []
    for index in range(table.rule + 1, len(report.lines)):
        line = report.lines[index]
        if not line.strip() or words.TOTALS.match(line) or words.DOUBLE_RULE.match(line):
            break
        if table.leans(line):
            raise FileRefused("CORRUPT_ROW", line=report.first + index, cells=len(table.spans) + 1,
                              header=len(table.spans))
        cells = table.cells(line)
        filled = [number for number, text in enumerate(cells) if text]
        if found and name is not None and filled == [name]:
            joined = f"{found[-1].cells[name]} {cells[name]}".strip()
            before = found[-1].cells
            found[-1] = Peak(found[-1].line, (*before[:name], joined, *before[name + 1:]))
            continue
        found.append(Peak(report.first + index, cells))
    return found


def _signal(report: Report, table: Ruled) -> str:
    for line in reversed(report.lines[:table.rule]):
        found = words.SIGNAL.match(line)
        if found:
            return collapsed(found["text"])
    return ""


def _tell(report: Report, table: Ruled, peak: Peak, places: tuple[int, int, int, bool], signal: str,
          tally: Tally) -> None:
    name, column, time, quantified = places
    analyte = collapsed(peak.cells[name])
    kind = _place(table, words.TYPE)
    marks = peak.cells[kind].split() if kind is not None else []
    extra = {"rt": peak.cells[time], "signal": signal, "area": _area(table, peak) if quantified else ""}
    tally.emit(Reading(
        sample_id=report.sample, analyte=analyte, value=peak.cells[column],
        unit=table.units[column].strip("[] ") if quantified else "",
        flag=" ".join(mark for mark in marks if mark != "I"),
        role="istd" if "I" in marks or analyte in report.standards else "sample",
        quantity="concentration" if quantified else "area", source=Source("", peak.line, table.names[column]),
        extra=report.facts | {word: text for word, text in extra.items() if text},
    ))


def _area(table: Ruled, peak: Peak) -> str:
    place = _place(table, words.AREA)
    return peak.cells[place] if place is not None else ""

"""Reads end points and computed results of a PC/LIMS report. Measuring points are the curve, and stay unread.

Sections nest between ``$S`` and ``$E``; a report that does not close every section was cut.
"""

from __future__ import annotations

import re

from instruments.errors import NothingToImport, corrupt_header
from instruments.metrohm_pc_lims.sections import Line, Section, root
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView

UNKNOWN_LAYOUT = "UNKNOWN_LAYOUT"
_OPENS = re.compile(r"\s*\$S PC/LIMS\b")
_VOLUMETRIC = re.compile(r"^(?:DET|MET|SET|KFT|BRC|EP)\b")
_NUMBER = re.compile(r"^[<>]?[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$")
_FINE = re.compile(r"^regul\w* (?:without|ohne|sans|sin)\b", re.IGNORECASE)
_ENDED = re.compile(r"^(?:regul|irregul|abort|stop|manual|error|fehler|abbruch)", re.IGNORECASE)


def recognise(view: FileView) -> bool:
    return _OPENS.match(view.text) is not None


def parse(view: FileView, tally: Tally) -> None:
    report = root(view.text)
    determinations = [section for section in report.walk() if section.named("DETERM")]
    if not determinations:
        raise NothingToImport("NO_DETERMINATION")
    samples = [section for section in report.walk() if section.named("Sample data")]
    if len(samples) != 1 or not samples[0].lines:
        raise corrupt_header(because="SAMPLE_DATA")
    sample = samples[0].lines[0]
    if any(section.named("MPL") for section in report.walk()):
        tally.notice("CURVES_NOT_READ")
    for determination in determinations:
        _tell(determination, sample, tally)


def _tell(determination: Section, sample: Line, tally: Tally) -> None:
    flag, extra = _ending(determination), _about(determination, sample)
    for section in determination.walk():
        if section.named("Results"):
            for line in section.lines:
                _tell_result(line, sample, flag, extra, tally)
    for mode in determination.children:
        for points in (section for section in mode.children if section.named("EP") and mode.named("Mode")):
            _tell_end_points(mode, points, sample, flag, extra, tally)


def _tell_end_points(mode: Section, points: Section, sample: Line, flag: str, extra: dict[str, str],
                     tally: Tally) -> None:
    """The first cell of a line is what was dosed to reach the point, the second what the electrode said there."""
    kind = mode.title.at(2)
    volumetric = _VOLUMETRIC.match(kind) is not None
    for number, line in enumerate(points.lines, start=1):
        tally.announce(1)
        tally.emit(Reading(
            sample_id=sample.at(0), analyte=f"EP{number}", value=line.at(0), unit="mL" if volumetric else "",
            flag=flag, role="sample", quantity="volume" if volumetric else "result",
            source=Source("", line.number, "1"),
            extra=extra | {word: text for word, text in (("mode", kind), ("measured_value", line.at(1))) if text},
        ))


def _tell_result(line: Line, sample: Line, flag: str, extra: dict[str, str], tally: Tally) -> None:
    """A computed result is its name, its value and its unit; a line of another shape is counted, not guessed."""
    tally.announce(1)
    named = line.at(0) and not _NUMBER.match(line.at(0))
    if not named or (line.at(1) and not _NUMBER.match(line.at(1))) or _NUMBER.match(line.at(2)):
        tally.skip(UNKNOWN_LAYOUT)
        return
    tally.emit(Reading(
        sample_id=sample.at(0), analyte=line.at(0), value=line.at(1), unit=line.at(2), flag=flag, role="sample",
        quantity="result", source=Source("", line.number, "2"), extra=extra,
    ))


def _properties(determination: Section) -> Line | None:
    return next((section.lines[0] for section in determination.children if section.named("Props") and section.lines),
                None)


def _ending(determination: Section) -> str:
    """How the determination ended, where that was not as it should."""
    properties = _properties(determination)
    texts = properties.cells if properties else ()
    ended = next((text for text in texts if _ENDED.match(text)), "")
    return "" if _FINE.match(ended) else ended


def _about(determination: Section, sample: Line) -> dict[str, str]:
    properties = _properties(determination)
    size = " ".join(text for text in (sample.at(2), sample.at(3)) if text)
    found = {
        "alt_id": sample.at(1), "sample_size": size, "method": properties.at(0) if properties else "",
        "determination": properties.at(2) if properties else "", "measured_at": properties.at(4) if properties else "",
    }
    return {word: text for word, text in found.items() if text}

"""A run's readings beside its worksheet: what each means, where it belongs, and why it would be left out.

Reckoned anew from what the adapter gave and from how the worksheet stands now; it writes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from instruments.errors import FileRefused
from instruments.reading import Reading
from instruments.tools.marks import marks_of
from lims.domain import crossing, matching, normal, staging
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput
from lims.services.run_bench import Bench, Target
from lims.services.transaction import Transaction

_GROUPED = re.compile("[,'\u2019 \u00a0\u202f]|\\..*\\.")
"""Signs without which a column needs no evidence: its numbers can be read one way only."""
RESULTS = frozenset({"concentration", "result"})
_Judged = dict[tuple[str, str, str | None], str]
"""Problem by the unit of a reading, the unit of the analysis and its limit: asked once a file."""


class Row(NamedTuple):
    """One reading: as printed, what it means, where it belongs. ``kind`` is a word of ``match`` in words.csv."""

    n: int
    reading: Reading
    match: matching.Match
    kind: str
    meaning: normal.Meaning
    problem: str
    proposed: bool
    """Ticked when the page opens: it would be written, or it is the one proposed of several."""


def staged(tx: Transaction, here: Bench, readings: Sequence[Reading]) -> list[Row]:
    """Every reading with its match, its meaning and its problem, numbered from 1 in the order of the file."""
    marks = column_marks(readings)
    quick = not marks
    lone = _lone_names(here, readings)
    judged: _Judged = {}
    rows = []
    for n, reading in enumerate(readings, start=1):
        found = here.index.match(reading.sample_id, reading.analyte)
        if found.position_id is None and reading.sample_id in lone:
            found = matching.Match("qc", position_id=lone[reading.sample_id])
        written = normal.POINT if quick and "decimal" not in reading.extra else _marks(marks, reading)
        meant = normal.meaning(reading.value, reading.flag, reading.extra, written)
        kind = found.kind
        if kind in ("changed", "locked") and _stands(here, found.analysis_id or 0, reading):
            kind = "unchanged"
        elif kind == "no_position" and reading.role in staging.EVIDENCE:
            kind = "evidence"
        problem = _problem(here, reading, meant, found, judged) if kind in ("matched", "changed", "locked") else ""
        rows.append(Row(n, reading, found, kind, meant, problem, kind in ("matched", "qc") and not problem))
    return _with_choices(rows)


def column_marks(readings: Iterable[Reading]) -> dict[tuple[str, str], normal.Marks | None]:
    """The number marks of each column that writes a comma or a space; None where its values contradict each other.

    What a recipe declared stands with the reading itself and needs no evidence.
    """
    texts: dict[tuple[str, str], list[str]] = {}
    for reading in readings:
        texts.setdefault((reading.source.sheet, reading.source.column), []).append(reading.value)
    found: dict[tuple[str, str], normal.Marks | None] = {}
    for key, values in texts.items():
        if not _GROUPED.search("\n".join(values)):
            continue
        try:
            told = marks_of(key[1], values)
            found[key] = normal.Marks(told.decimal, told.group)
        except FileRefused:
            found[key] = None
    return found


def _marks(marks: Mapping[tuple[str, str], normal.Marks | None], reading: Reading) -> normal.Marks:
    if "decimal" in reading.extra:
        return normal.Marks(reading.extra["decimal"], reading.extra.get("group", ""))
    if not marks:
        return normal.POINT
    return marks.get((reading.source.sheet, reading.source.column)) or normal.POINT


def _lone_names(here: Bench, readings: Sequence[Reading]) -> dict[str, int]:
    """Names without a position that the file itself calls the one blank, duplicate … that the worksheet has."""
    names: dict[str, dict[str, None]] = {}
    for reading in readings if here.lone else ():
        kind = staging.QC_OF_ROLE.get(reading.role, "")
        if kind in here.lone and here.index.place(reading.sample_id) is None:
            names.setdefault(kind, {})[reading.sample_id] = None
    return {next(iter(found)): here.lone[kind] for kind, found in names.items() if len(found) == 1}


def _stands(here: Bench, analysis_id: int, reading: Reading) -> bool:
    """Whether the file says again what stands: the same text in the same unit, whatever else the file changed."""
    if analysis_id not in here.stored:
        return False
    value, unit = here.raw.get(analysis_id, (here.stored[analysis_id], ""))
    return staging.same(value, reading.value) and (not unit or not reading.unit or unit == reading.unit)


def _problem(
    here: Bench, reading: Reading, meant: normal.Meaning, found: matching.Match, judged: _Judged
) -> str:
    """Why a matched reading is proposed to be left out; the analyst decides."""
    if reading.quantity not in RESULTS:
        return "NOT_A_CONCENTRATION"
    if normal.leftover(reading.flag):
        return "FLAGGED"
    target = here.targets.get(found.analysis_id or 0)
    if meant.problem:
        word = target is not None and meant.status == "unknown" and target.limit.get("operator") == "OUTCOME"
        return "" if word else meant.problem
    if target is None:
        return ""
    unit = reading.unit
    if meant.status == "numeric" and not reading.value[-1:].isdigit():
        unit = read_entry(meant.as_entry or reading.value).unit or unit
    key = (unit, target.unit, target.limit_text)
    if key not in judged:
        judged[key] = _unit_problem(unit, target)
    return judged[key]


def _unit_problem(unit: str, target: Target) -> str:
    """A file brings no density: a reading that needs one is entered by hand with it."""
    if crossing.wanted(unit or target.unit, target.limit):
        return "READING_OF_ANOTHER_KIND"
    if not unit or not target.unit or unit == target.unit or target.limit.get("operator") == "OUTCOME":
        return ""
    try:
        alike = units.known(unit) is not None and units.known(target.unit) is not None
        return "READING_UNIT" if alike and not units.convertible(unit, target.unit) else ""
    except BadInput:
        return "READING_UNIT"


def _with_choices(rows: list[Row]) -> list[Row]:
    """Several readings of one analysis: one is proposed, and none is written before a person has ticked it."""
    often = Counter(row.match.analysis_id for row in rows)
    if len(often) == len(rows):
        return rows
    several: dict[int, list[Row]] = {}
    for row in rows:
        if row.kind in ("matched", "changed", "unchanged") and often[row.match.analysis_id] > 1:
            several.setdefault(row.match.analysis_id or 0, []).append(row)
    for group in several.values():
        own = [row for row in group if row.match.analysis_id not in {part.analysis_id for part in row.match.parts}]
        fit = [row for row in own if not row.problem]
        if len(own) < 2 or len(fit) < 2:
            continue
        best = staging.proposed([(row.n, row.reading.extra) for row in fit])
        for row in fit:
            if row.kind != "unchanged":
                code = "DILUTION_PROPOSED" if row.n == best else "OTHER_DILUTION"
                rows[row.n - 1] = row._replace(problem=code, proposed=row.n == best)
    return rows

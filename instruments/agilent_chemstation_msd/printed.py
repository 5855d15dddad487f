"""Reads the printed quantitation report: numbered lines of compounds below ``Compound  R.T. QIon Response Conc``.

``N.D.`` and a retention time of zero mean that nothing was found; they stay as printed.
"""

from __future__ import annotations

import re

from instruments.errors import FileRefused, NothingToImport, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.tools.grid import collapsed
from instruments.tools.naming import file_name

_TITLE = re.compile(r"^\s*(?:Quantitation Report|Quantitation Results Report)\b")
_HEADING = re.compile(r"^\s*(?:Internal Standards|Compound)\s+R\.T\.\s+QIon\s+Response\s+Conc(?:\s+Units)?")
_FACT = re.compile(r"^\s*(?P<name>Data File|Acq On|Operator|Sample|Misc|ALS Vial|Vial)\s*:\s*(?P<text>.*?)\s*$")
_GROUP = re.compile(r"^\s*(?P<name>Internal Standards|System Monitoring Compounds|Surrogates?|Target Compounds)\b")
_LINE = re.compile(
    r"^\s*(?P<number>\d+)\)\s*(?P<star>\*?)\s*(?P<name>\S.*?)\s+(?P<rt>\d+\.\d+)\s+(?:(?P<ion>\d+)\s+)?"
    r"(?P<response>\d+m?)\s+(?P<conc>Below Cal|No Calib|Not Calibrated|\S+)(?P<beside>(?:\s.*)?)$")
_NUMBERED = re.compile(r"^\s*\d+\)")
_ROLES = {"internal standards": "istd", "system monitoring compounds": "surrogate", "surrogate": "surrogate",
          "surrogates": "surrogate"}
_UNIT = re.compile(r"^(?:[fpnumµk]?g/(?:[mu]?L|[mk]?g)|pp[tbm]|%|[un]?g|ng)$", re.IGNORECASE)
_TOP = 30


def is_ours(text: str) -> bool:
    top = text.split("\n", _TOP)[:_TOP]
    return any(_TITLE.match(line) for line in top) and any(_FACT.match(line) for line in top)


def parse(text: str, tally: Tally) -> None:
    lines = text.split("\n")
    if not any(_HEADING.match(line) for line in lines):
        raise cut_short(line=len(lines), expected="Compound R.T. QIon Response Conc")
    numbered = [(index, line) for index, line in enumerate(lines) if _NUMBERED.match(line)]
    if not numbered:
        raise NothingToImport("NO_RESULT_CELLS")
    if not text.endswith("\n") and _NUMBERED.match(lines[-1]):
        raise cut_short(line=len(lines), expected="line end")
    tally.announce(len(numbered))
    facts, role = _facts(lines), "sample"
    for index, line in enumerate(lines):
        group = _GROUP.match(line)
        if group:
            role = _ROLES.get(group["name"].casefold(), "sample")
        if _NUMBERED.match(line):
            tally.emit(_reading(line, index + 1, facts, role))


def _facts(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _FACT.match(line)
        if match:
            found.setdefault(match["name"], match["text"])
    return found


def _reading(line: str, number: int, facts: dict[str, str], role: str) -> Reading:
    found = _LINE.match(line)
    if found is None:
        raise FileRefused("CORRUPT_ROW", line=number, cells=len(line.split()), header=6)
    rest = found["beside"].split()
    unit = rest[0] if rest and _UNIT.match(rest[0]) else ""
    marks = [text for text in rest if text in ("#", "d", "m", "Qvalue") or text.startswith("#")]
    if found["response"].endswith("m"):
        marks.insert(0, "m")
    extra = {"rt": found["rt"], "area": found["response"].rstrip("m"), "ion": found["ion"] or "",
             "datafile": file_name(facts.get("Data File", "")), "measured_at": facts.get("Acq On", ""),
             "misc": facts.get("Misc", "")}
    return Reading(
        sample_id=facts.get("Sample", ""), analyte=collapsed(found["name"]), value=found["conc"], unit=unit,
        flag=" ".join(marks), role=role, quantity="concentration", source=Source("", number, "Conc"),
        extra={word: text for word, text in extra.items() if text},
    )

"""The steps of a saved mapping: from the columns of a source to the fields of ours, each a kind of step by its name.

A step is data. Nothing in a mapping is a pattern or a program, and a step it does not know is refused when it is read.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lims.domain.rules.errors import BadInput

Record = dict[str, str]
"""Column of the source, or what a step made -> text."""
Step = Mapping[str, Any]
BECAUSE = frozenset({
    "FIGURE_AND_TEXT", "NO_FIGURE", "NO_OUTCOME", "MASS_OR_VOLUME", "RATIO_OF_LEVELS", "NOT_ONE_FIGURE", "NO_LIMIT_SET",
})  # fmt: skip
"""Why a mapping may say that a row is no limit of ours."""
ROW, FILE = "#row", "#file"
_FIGURE = re.compile(r"(?P<sign>[<>≤≥]?)\s*(?P<figure>[0-9]+(?:[ \u00a0\u202f][0-9]{3})*(?:[.,][0-9]+)?)(?![0-9.,])\s*")
_SIGNS = {"": "LE", "<": "LT", "≤": "LE", ">": "GT", "≥": "GE"}


def holds(when: Mapping[str, Any], record: Record) -> bool:
    """``true``: there is a text; ``false``: there is none; a text or texts: it is (one of) these."""
    for name, wanted in when.items():
        text = record.get(name, "")
        fits = bool(text) is wanted if isinstance(wanted, bool) else text in wanted if isinstance(wanted, list) else (
            text == wanted
        )
        if not fits:
            return False
    return True


def _join(record: Record, step: Step) -> None:
    """Texts that are there, one after another; with ``most``, shortened to so many characters."""
    parts = (" ".join(record.get(name, "").split()) for name in step["from"])
    text = step.get("with", " ").join(filter(None, parts))
    most = step.get("most")
    record[step["to"]] = text if most is None or len(text) <= most else f"{text[: most - 1]}…"


def _table(record: Record, step: Step) -> None:
    """The word of the source by a table; one that is not in it is refused, kept as it is, or left aside."""
    key = "|".join(record.get(name, "") for name in step["from"])
    found = step["words"].get(key)
    if isinstance(found, dict):
        record.update(found)
    elif found is not None:
        record[step["to"]] = found
    elif step.get("else", "refuse") == "refuse":
        raise BadInput(step.get("because", "WORD_UNKNOWN"), field=step.get("to", step["from"][0]), value=key[:80])
    elif step["else"] == "keep":
        record[step["to"]] = key


def _take(record: Record, step: Step) -> None:
    """Fields that are columns of the source, and fields that are always so."""
    record.update({field: record.get(name, "") for field, name in step.get("from", {}).items()})
    record.update(step.get("put", {}))


def _bounds(record: Record, step: Step) -> None:
    """Operator and figures from a lower and an upper bound, each with a mark that may say that it is not included."""
    low, high = record.get(step["low"], ""), record.get(step["high"], "")
    strict = {end: record.get(step[f"{end}_mark"], "") == step["strict"] for end in ("low", "high")}
    if not low and not high:
        raise BadInput("NO_FIGURE", field="value")
    if low and high:
        ends = ";".join(end for end in ("low", "high") if strict[end])
        record.update(operator="RANGE", value=low, value2=high, strict=ends)
    elif high:
        record.update(operator="LT" if strict["high"] else "LE", value=high)
    else:
        record.update(operator="GT" if strict["low"] else "GE", value=low)


def _level(record: Record, step: Step) -> None:
    """``1 250 μg/kg (fat)``: the figure, its operator, and in ``words`` what stands behind it."""
    text = record.get(step["from"], "")
    found = _FIGURE.match(text)
    other = "." if step["decimal"] == "," else ","
    if found is None or other in found["figure"]:
        raise BadInput("NOT_ONE_FIGURE", field="value", value=text[:80])
    figure = re.sub(r"\s", "", found["figure"]).replace(",", ".")
    record.update(operator=_SIGNS[found["sign"]], value=figure)
    record[step["words"]] = " ".join(text[found.end() :].split())


def _number(record: Record, step: Step) -> None:
    """A code from the file and the line: for sources that give their rows none."""
    before = step["before"].get(record[FILE].partition(".")[0])
    if before is None:
        raise BadInput("FILE_NAME_OTHER", field="file", value=record[FILE][:80], wanted=", ".join(step["before"]))
    record[step["to"]] = f"{before}{int(record[ROW]):0{step['digits']}}"


def _name(record: Record, step: Step) -> None:
    """A code from words; where letters are lost or there are too many, six characters tell words apart."""
    text = record.get(step["from"], "")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    code = re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")
    if len(code) > step["most"]:
        digest = hashlib.sha256(text.encode()).hexdigest()[:6].upper()
        code = f"{code[: step['most'] - 7].rstrip('-')}-{digest}"
    record[step["to"]] = f"{step.get('before', '')}{code}" if code else ""


def _refuse(record: Record, step: Step) -> None:
    raise BadInput(step["because"], field=step.get("field", ""), value=record.get(step.get("shows", ""), "")[:80])


Kind = tuple[Callable[[Record, Step], None], Mapping[str, type], Mapping[str, type]]
KINDS: Mapping[str, Kind] = {
    "join": (_join, {"to": str, "from": list}, {"with": str, "most": int}),
    "table": (_table, {"from": list, "words": dict}, {"to": str, "else": str, "because": str}),
    "take": (_take, {}, {"from": dict, "put": dict}),
    "bounds": (_bounds, {"low": str, "low_mark": str, "high": str, "high_mark": str, "strict": str}, {}),
    "level": (_level, {"from": str, "words": str, "decimal": str}, {}),
    "number": (_number, {"to": str, "before": dict, "digits": int}, {}),
    "name": (_name, {"from": str, "to": str, "most": int}, {"before": str}),
    "refuse": (_refuse, {"because": str}, {"field": str, "shows": str}),
}
"""Name -> what it does, what it needs, what it may have beside ``step`` and ``when``."""


def strange(steps: Any) -> str:
    """What of the steps cannot stand, as ``steps[2].from``; empty where all can."""
    if not isinstance(steps, list):
        return "steps"
    for place, step in enumerate(steps):
        where = f"steps[{place}]"
        kind = KINDS.get(str(step.get("step"))) if isinstance(step, dict) else None
        if kind is None:
            return where
        wrong = _strange(step, kind)
        if wrong:
            return f"{where}.{wrong}"
    return ""


def _strange(step: Step, kind: Kind) -> str:
    _, needed, allowed = kind
    types = {**needed, **allowed, "step": str, "when": dict}
    for name in (*needed, *step):
        if name not in step or name not in types or type(step[name]) is not types[name]:
            return name
    if not all(isinstance(text, str) for name in ("from", "before", "put") for text in _texts(step.get(name))):
        return "from"
    if not all(isinstance(one, (str, bool, list)) for one in step.get("when", {}).values()):
        return "when"
    if "because" in step and step["because"] not in BECAUSE:
        return "because"
    if step["step"] == "table":
        return _strange_table(step)
    return "digits" if not 0 <= step.get("digits", 0) <= 12 else "most" if step.get("most", 8) < 8 else ""


def _strange_table(step: Step) -> str:
    if step.get("else", "refuse") not in ("refuse", "keep", "leave"):
        return "else"
    plain = any(isinstance(word, str) for word in step["words"].values()) or step.get("else") == "keep"
    if plain and "to" not in step:
        return "to"
    words = [text for word in step["words"].values() for text in (_texts(word) if isinstance(word, dict) else [word])]
    return "" if all(isinstance(text, str) for text in words) else "words"


def _texts(given: Any) -> Sequence[Any]:
    return list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else []


def made(steps: Sequence[Step]) -> set[str]:
    """Names that the steps may make, beside the headings of the source."""
    names: set[str] = set()
    for step in steps:
        names |= {step[name] for name in ("to", "words") if isinstance(step.get(name), str)}
        names |= set(step.get("put", {})) | (set(step["from"]) if isinstance(step.get("from"), dict) else set())
        if step["step"] in ("bounds", "level"):
            names |= {"operator", "value", "value2", "strict"}
        if step["step"] == "table":
            names |= {name for word in step["words"].values() if isinstance(word, dict) for name in word}
    return names


def iso(text: str, form: str) -> str:
    """The date as the library reads it; one that cannot be read stays, to be refused by its own words."""
    try:
        return datetime.strptime(text, form).date().isoformat() if text else ""
    except ValueError:
        return text

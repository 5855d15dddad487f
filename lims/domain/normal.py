"""What the text of an instrument means: one shared reading of tokens, flags and numbers, for every adapter's output.

The text itself is kept as printed; here is only said what it stands for. No token ever becomes a number, and what is
not understood is a problem of its row. The tokens are rows of instrument_tokens.csv, which a laboratory may extend.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from lims.domain.numbers.entry import read_entry
from lims.domain.rules.workflow import read_table

STATUSES = (
    "numeric", "censored", "not_detected", "no_peak", "below_loq", "over_range", "not_measured", "error",
    "qualitative", "unknown",
)  # fmt: skip
TOKEN_STATUSES = frozenset(STATUSES) - {"numeric", "censored", "qualitative", "unknown"}
_AS_ENTRY = {"not_detected": "ND", "no_peak": "ND", "below_loq": "<LOQ"}
"""How a status is said in the one grammar of results."""
_PROBLEM = {"over_range": "OVER_RANGE", "not_measured": "INSTRUMENT_NOT_MEASURED", "error": "INSTRUMENT_ERROR"}
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-5]?[0-9])?", re.ASCII)
_SIGNS = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}
_YES = frozenset({"yes", "true", "1", "y", "是"})
_WITH_NOTE = re.compile(r"(?P<said>[<>]?=?\s*[-+0-9.,eE]+)\s*\([^()]{1,40}\)\s*")
"""``< 2.00E+1 (1.30)``: the figure in brackets is the software's own limit, told beside the value."""
_CENSORED = re.compile(r"\s*(<=|>=|[<>≤≥])\s*(?P<figure>[-+0-9.,eE]+)\s*")
_LONGEST = 300


class Meaning(NamedTuple):
    """``as_entry``: the text in the grammar of results where that is another than the one printed, else empty.

    ``problem``: why it is no result, by reason code; empty where it is one.
    """

    status: str
    as_entry: str = ""
    problem: str = ""


class Marks(NamedTuple):
    """The decimal mark and the mark of groups in which a column is written."""

    decimal: str = "."
    group: str = ""


NUMBER = Meaning("numeric")
POINT = Marks()
_QUIET = frozenset({
    "n", "ok", "normal", "pass", "passed", "正常", "合格", "bb", "bv", "vb", "vv", "bp", "pb", "vp", "pv",
})  # fmt: skip
"""Flags that ask for nothing: normal (N in ASTM E1394 8.4.9), and how a baseline was drawn without a person's hand."""


def meaning(value: str, flag: str = "", extra: Mapping[str, str] | None = None, marks: Marks = POINT) -> Meaning:
    """What the value says, with the sign beside it and what the file tells of its peak."""
    if _not_found(value, extra):
        return _said("not_detected")
    sign = _SIGNS.get(flag.strip())
    if not sign and marks == POINT and _PLAIN.fullmatch(value):
        return NUMBER
    return _other(value.strip(), sign or "", marks)


def leftover(flag: str) -> str:
    """What the flag says beside a sign: a mark by which the software asks for attention."""
    flag = flag.strip()
    return "" if flag in _SIGNS or flag.casefold() in _QUIET else flag


def _not_found(value: str, extra: Mapping[str, str] | None) -> bool:
    """Software that prints 0.000 for a peak it did not find says so beside it, or by a retention time of zero."""
    if not extra:
        return False
    if "not_found" in extra and extra["not_found"].strip().casefold() in _YES:
        return True
    return not value.strip("0.") and _zero(value) and _zero(extra.get("rt", ""))


def _zero(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not Decimal(text)


@cache
def _said(status: str) -> Meaning:
    return Meaning(status, _AS_ENTRY.get(status, ""), _PROBLEM.get(status, ""))


@lru_cache(maxsize=4096)
def _other(text: str, sign: str, marks: Marks) -> Meaning:
    if not text or len(text) > _LONGEST:
        return Meaning("unknown", "", "NOT_A_READING")
    status = token_status(text)
    if status:
        return _said(status)
    noted = _WITH_NOTE.fullmatch(text)
    said = with_point(noted["said"].strip() if noted else text, marks)
    if sign and said[:1] not in "<>":
        said = f"{sign}{said}"
    bound = _CENSORED.fullmatch(said)
    if bound and _zero(bound["figure"].lstrip("+")):  # below nothing: the limit is the method's own, never zero
        return _said("not_detected") if said.startswith("<") else Meaning("unknown", "", "NOT_A_READING")
    return _entered(said, said if said != text else "")


def _entered(said: str, as_entry: str) -> Meaning:
    entry = read_entry(said)
    if entry.status == "refused":
        note = entry.note.code if entry.note else ""
        return Meaning("unknown", "", note if note == "AMBIGUOUS_NUMBER" else "NOT_A_READING")
    if entry.status in TOKEN_STATUSES:
        return _said(entry.status)
    status = entry.status if entry.status in ("numeric", "censored") else "qualitative"
    return Meaning(status, as_entry)


def with_point(text: str, marks: Marks) -> str:
    """A number in the marks of its column, written with a point and without groups; another text as it is."""
    if marks == POINT or not any(c.isdigit() for c in text):
        return text
    bare = text.replace(marks.group, "") if marks.group else text
    written = bare.replace(marks.decimal, ".") if marks.decimal != "." else bare
    return written if re.fullmatch(r"[<>=≤≥]{0,2}\s*[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", written) else text


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def token_status(text: str) -> str:
    """The status of a token of the table, in whatever case and spacing; empty for any other text."""
    return tokens().get(folded(text), "")


@cache
def tokens() -> Mapping[str, str]:
    """The table as read once; a token that could be a number, or a status that is none, stops the start."""
    found = {}
    for row in read_table("instrument_tokens.csv"):
        if _PLAIN.fullmatch(row["token"]) or row["status"] not in TOKEN_STATUSES:
            raise ValueError(f"instrument_tokens.csv: {row['token']!r} as {row['status']!r}")
        found[folded(row["token"])] = row["status"]
    return found

"""The maker's words: kinds of sample, lines of statistics, and which of two texts identifies a sample."""

from __future__ import annotations

import re

_SUMMARIES = frozenset({"average", "%rsd", "maximum", "minimum", "std. dev."})
_TYPES = {
    "": "sample", "unknown": "sample", "unknown(qa/qc)": "qc", "standard": "standard", "control": "qc",
    "blank": "blank", "unknown(blank)": "blank", "spiked": "spiked", "unspiked": "unspiked",
}
_BLANK = re.compile(r"^(?:blank|blk)[ _-]?\d*$", re.IGNORECASE)
_QC = re.compile(r"^qc[ _-]?\d*$", re.IGNORECASE)
# Day, month and year in any order. Dashes count only after a four-digit year: 1-16-22 may well be a number.
_DATE = re.compile(r"^(?:[0-3]?\d[/.][0-3]?\d[/.](?:\d{2}|\d{4})|(?:19|20)\d{2}[/.-][01]?\d[/.-][0-3]?\d)$")


def is_summary(text: str) -> bool:
    return text.casefold() in _SUMMARIES


def role_of(kind: str, sample_id: str) -> str:
    """The ``Sample Type``; an unknown whose whole name is "Blank" or "QC" is what its name says."""
    word = kind.casefold().partition(":")[2] or kind.casefold()
    role = _TYPES.get(word, "standard" if word.startswith("standard") else word)
    if role != "sample":
        return role
    if _BLANK.match(sample_id):
        return "blank"
    return "qc" if _QC.match(sample_id) else "sample"


def sample_id_of(name: str, code: str, datafile: str) -> tuple[str, str]:
    """(identifier, the other text where it differs). A date or dashes in ``Sample ID`` identify nothing."""
    meaningful = bool(code) and not _DATE.match(code) and not set(code) <= {"-"}
    if meaningful:
        return code, name if name != code else ""
    if name:
        return name, code
    return re.sub(r"\.[A-Za-z]{2,4}$", "", datafile), code

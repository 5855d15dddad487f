"""The maker's words for what a row is. An unknown word is kept, in lower case, never turned into a sample."""

from __future__ import annotations

from instruments.tools.grid import folded

_TYPES = {
    "sample": "sample", "cal": "standard", "calibration": "standard", "standard": "standard",
    "unknown": "sample", "quality control": "qc", "qc": "qc",
    "cc": "qc", "blank": "blank", "doubleblank": "blank", "matrixblank": "blank", "": "sample",
}


def role_of_type(text: str) -> str:
    """The batch table's ``Type`` column."""
    word = folded(text)
    return _TYPES.get(word, word)


def role_of_group(text: str) -> str:
    """``Sample Group`` is the laboratory's own word; it is taken as it stands."""
    return text.casefold() or "sample"

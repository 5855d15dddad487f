"""The maker's words for what a row is. An unknown word is kept, in lower case, never turned into a sample."""

from __future__ import annotations

from instruments.tools.grid import folded

_TYPES = {
    "": "sample", "sample": "sample", "unknown": "sample", "standard": "standard", "blank": "blank",
    "quality control": "qc",
    "calblk": "blank", "blk": "blank", "lrb": "blank", "blkvrfy": "blank", "bkgnd": "blank", "fqblk": "blank",
    "sqblk": "blank",
    "calstd": "standard", "sqstd": "standard", "isostd": "standard", "dilstd": "standard",
    "qcs": "qc", "lfb": "qc", "icv": "qc", "ccv": "qc", "qc1": "qc", "qc2": "qc", "qc3": "qc", "qc4": "qc",
    "qc5": "qc", "driftchk": "qc",
    "dup": "duplicate",
}


def role_of(text: str) -> str:
    """The batch table's ``Type`` column; ``QCS (QC1)`` is read by its first word."""
    word = folded(text)
    return _TYPES.get(word) or _TYPES.get(word.partition(" (")[0], word)

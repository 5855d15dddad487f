"""The maker's words for kinds of sample. ``Analyte`` is a sample; an unknown word is kept, in lower case."""

from __future__ import annotations

_TYPES = {
    "": "sample", "analyte": "sample", "sample": "sample", "unknown": "sample", "standard": "standard",
    "standard bracket end": "standard", "standard bracket start": "standard", "std": "standard", "qc": "qc",
    "blank": "blank", "solvent": "blank", "matrix blank": "blank", "solvent blank": "blank", "spike": "spiked",
    "recovery": "spiked", "duplicate": "duplicate",
}


def role_of(text: str) -> str:
    return _TYPES.get(text.casefold(), text.casefold())


def is_internal_standard(text: str) -> bool:
    return text.casefold() in {"is", "istd", "internal standard", "internal std"}

"""Which section of the laboratory measures by a technique; a technique that none is known for is named as such."""

from __future__ import annotations

import re

SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(words, re.IGNORECASE))
    for code, words in (
        ("MOLECULAR", r"\bpcr\b"),
        ("MICROBIOLOGY", r"plate|culture|\bmpn\b|bioaerosol"),
        ("RADIATION", r"gamma|radiation"),
        ("ELEMENTS", r"\bicp|aas\b|afs\b|xrf"),
        ("CHROMATOGRAPHY", r"\bgc\b|\bhplc|\blc-|\bic\b|-gc-"),
        ("SENSORY", r"sensory"),
        ("INSPECTION", r"document|visual|vehicle"),
        ("PHYSICAL", r"grey scale|calorimetry|closed cup|filter tester|microscopy|xrd|chamber|infrared|sweat"),
        ("WET_CHEMISTRY", r"titration|gravimetry|colorimetry|spectrophotometry|\bise\b|ph electrode|acetylacetone"),
    )
)
"""In the order in which they are asked; the first whose words stand in the technique has it."""
UNKNOWN = "SECTION_UNKNOWN"


def section_of(technique: str) -> str:
    """The code of the section; SECTION_UNKNOWN for a technique that no section is known for (``various``)."""
    return next((code for code, words in SECTIONS if words.search(technique)), UNKNOWN)

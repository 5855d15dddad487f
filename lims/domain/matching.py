"""Which position and which analysis a reading is about: exact or by declared alias, never fuzzy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NO_PEAK = frozenset({"-----", "----", "---", "n.a.", "nf", "n/f", "no peak", "undetermined", "n.d.", "nd"})
"""Tokens with which chromatography software says that it found nothing."""

_ISOTOPE = re.compile(r"^\s*\d{1,3}\s+([A-Z][a-z]?)\b|^\s*([A-Z][a-z]?)\s*\d{0,3}(?:\.\d+)?\s*(?:\(|\[|$)")


@dataclass(frozen=True)
class Place:
    """A position of the worksheet: its number, the names it may be called by, and whether it holds a sample."""

    position_id: int
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """An open analysis at a position, with the names its analyte may be called by."""

    analysis_id: int
    position_id: int
    names: tuple[str, ...]
    has_result: bool
    open: bool
    member: str = ""
    """Of a group: the code of the member that goes by these names; empty: the analyte of the analysis itself."""


@dataclass(frozen=True)
class Name:
    """An analyte by its code, with the words that it goes by."""

    code: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A member of a group that a reading is one of."""

    analysis_id: int
    member: str


@dataclass(frozen=True)
class Match:
    """``matched``, ``changed`` (a result stands there), ``qc``, ``locked``, ``no_position`` or ``no_analyte``.

    A reading of an analyte that is asked for by itself and in groups is a result and a member of each; one that is
    asked for in groups only is at the first of them.
    """

    kind: str
    analysis_id: int | None = None
    position_id: int | None = None
    parts: tuple[Part, ...] = ()


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def names_of_analyte(text: str, aliases: Mapping[str, str]) -> frozenset[str]:
    """Everything the file's word for an analyte may mean: itself, its declared alias, the element of an isotope."""
    names = {folded(text)}
    declared = {folded(key): folded(value) for key, value in aliases.items()}
    alias = declared.get(folded(text))
    if alias:
        return frozenset({*names, alias})
    isotope = _ISOTOPE.match(text)
    element = folded(isotope.group(1) or isotope.group(2)) if isotope else ""
    if element and element not in declared.values():  # where a line is declared for the element, only that line counts
        names.add(element)
    return frozenset(names)


def words_of(code: str, name_en: str, name_zh: str, cas: str = "") -> tuple[str, ...]:
    """What an analyte may be called by in a file without an alias: its code, its names, its CAS number."""
    return tuple(dict.fromkeys(filter(None, (code, name_en, name_zh, name_en.split(",")[0], cas))))


def place_of(text: str, places: Sequence[Place]) -> Place | None:
    wanted = folded(text)
    found = [place for place in places if wanted in {folded(name) for name in place.names if name}]
    return found[0] if len(found) == 1 else None


def match(
    sample_text: str,
    analyte_text: str,
    places: Sequence[Place],
    wanted: Sequence[Wanted],
    aliases: Mapping[str, str],
) -> Match:
    """Where the reading belongs; a name that fits two positions fits none."""
    place = place_of(sample_text, places)
    if place is None:
        return Match("no_position")
    if place.kind != "sample":
        return Match("qc", position_id=place.position_id)
    names = names_of_analyte(analyte_text, aliases)
    found = [w for w in wanted if w.position_id == place.position_id and names & {folded(n) for n in w.names if n}]
    own, parts = [w for w in found if not w.member], [w for w in found if w.member]
    groups = {w.analysis_id for w in parts}
    if len(own) > 1 or not found or len(groups) < len(parts):
        return Match("no_analyte", position_id=place.position_id)
    target = own[0] if own else parts[0]
    kind = "locked" if not target.open else "changed" if target.has_result else "matched"
    placed = tuple(Part(w.analysis_id, w.member) for w in parts)
    return Match(kind, target.analysis_id, place.position_id, placed)


def read_as(value_text: str) -> str:
    """``ND`` where the instrument's token says that nothing was found, else nothing."""
    return "ND" if value_text.strip().casefold() in NO_PEAK else ""

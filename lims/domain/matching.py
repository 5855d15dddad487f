"""Which position and which analysis a reading is about: exact or by declared alias, never fuzzy.

Names that are only near are offered to a person, who may declare one; nothing is matched by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from lims.domain import normal

_ISOTOPE = re.compile(r"^\s*\d{1,3}\s+([A-Z][a-z]?)\b|^\s*([A-Z][a-z]?)\s*\d{0,3}(?:\.\d+)?\s*(?:\(|\[|$)")
_NEAR, _MOST_NEAR = 0.6, 3


@dataclass(frozen=True)
class Place:
    """A position of the worksheet: its number, the names it may be called by, and whether it holds a sample."""

    position_id: int
    kind: str
    names: tuple[str, ...]


class Wanted(NamedTuple):
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


class Match(NamedTuple):
    """``matched``, ``changed`` (a result stands there), ``qc``, ``locked``, ``no_position`` or ``no_analyte``.

    A reading of an analyte that is asked for by itself and in groups is a result and a member of each; one that is
    asked for in groups only is at the first of them.
    """

    kind: str
    analysis_id: int | None = None
    position_id: int | None = None
    parts: tuple[Part, ...] = ()


NOWHERE = Match("no_position")


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def names_of_analyte(text: str, aliases: Mapping[str, str]) -> frozenset[str]:
    """Everything the file's word for an analyte may mean: itself, its declared alias, the element of an isotope."""
    return _meant(text, {folded(key): folded(value) for key, value in aliases.items()})


def _meant(text: str, declared: Mapping[str, str]) -> frozenset[str]:
    names = {folded(text)}
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


class Index:
    """The worksheet by every name that its positions and analytes have; a name is looked up once a file.

    ``extracts`` takes the sample's number out of a longer text, by the pattern declared for the instrument.
    """

    def __init__(
        self, places: Sequence[Place], wanted: Sequence[Wanted], aliases: Mapping[str, str],
        extracts: Callable[[str], str] | None = None,
    ) -> None:
        self._extracts = extracts
        self._declared = {folded(key): folded(value) for key, value in aliases.items()}
        self._places = _by_name(places)
        self._wanted: dict[int, dict[str, list[Wanted]]] = {}
        for one in wanted:
            here = self._wanted.setdefault(one.position_id, {})
            for name in _all_folded(one.names):
                here.setdefault(name, []).append(one)
        self._at: dict[str, Place | None] = {}
        self._called: dict[str, frozenset[str]] = {}

    def place(self, text: str) -> Place | None:
        """The one position of that name, or of the name that the declared pattern finds in it."""
        if text not in self._at:
            found = self._places.get(folded(text))
            if found is None and self._extracts is not None:
                found = self._places.get(folded(self._extracts(text)))
            self._at[text] = found
        return self._at[text]

    def names(self, text: str) -> frozenset[str]:
        if text not in self._called:
            self._called[text] = _meant(text, self._declared)
        return self._called[text]

    def match(self, sample_text: str, analyte_text: str) -> Match:
        """Where the reading belongs; a name that fits two positions fits none."""
        place = self.place(sample_text)
        if place is None:
            return NOWHERE
        return self._matched(place, self.names(analyte_text))

    def _matched(self, place: Place, names: frozenset[str]) -> Match:
        if place.kind != "sample":
            return Match("qc", None, place.position_id)
        here = self._wanted.get(place.position_id, {})
        found: list[Wanted] = []
        for name in names:
            if name in here:
                found = [*found, *here[name]] if found else here[name]
        if len(found) == 1 and not found[0].member:
            return Match(_kind(found[0]), found[0].analysis_id, place.position_id)
        found = list(dict.fromkeys(found))
        own, parts = [w for w in found if not w.member], [w for w in found if w.member]
        groups = {w.analysis_id for w in parts}
        if len(own) > 1 or not found or len(groups) < len(parts):
            return Match("no_analyte", position_id=place.position_id)
        parts.sort(key=lambda one: one.analysis_id)
        target = own[0] if own else parts[0]
        placed = tuple(Part(w.analysis_id, w.member) for w in parts)
        return Match(_kind(target), target.analysis_id, place.position_id, placed)


def _kind(target: Wanted) -> str:
    return "locked" if not target.open else "changed" if target.has_result else "matched"


@lru_cache(maxsize=4096)
def _all_folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(name) for name in names if name)


def _by_name(places: Iterable[Place]) -> dict[str, Place | None]:
    """Position by name; None where two go by it."""
    found: dict[str, Place | None] = {}
    for place in places:
        for name in {folded(name) for name in place.names if name}:
            found[name] = None if name in found else place
    return found


def match(
    sample_text: str, analyte_text: str, places: Sequence[Place], wanted: Sequence[Wanted], aliases: Mapping[str, str]
) -> Match:
    """One reading by itself; many are looked up in one Index."""
    return Index(places, wanted, aliases).match(sample_text, analyte_text)


def near(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of at most three names that look like the text, the nearest first: an offer, never a match."""
    here = folded(text)
    ranked = []
    for name, key in names.items():
        score = SequenceMatcher(None, here, folded(name)).ratio()
        inside = len(folded(name)) > 3 and folded(name) in here
        if score >= _NEAR or inside:
            ranked.append((-max(score, 0.9 if inside else 0), key))
    return tuple(dict.fromkeys(key for _, key in sorted(ranked)))[:_MOST_NEAR]


def read_as(value_text: str) -> str:
    """``ND`` where the instrument's token says that nothing was found, else nothing."""
    found = normal.token_status(value_text)
    return "ND" if found in ("no_peak", "not_detected") else ""

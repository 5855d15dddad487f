"""Names of a run's file that fit nothing on its worksheet, with the nearest that would: an offer to a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lims.domain import matching
from lims.services.run_bench import Bench
from lims.services.run_match import Row

_MOST_OFFERS = 20


@dataclass(frozen=True)
class Offer:
    """A name of the file that fits nothing, with the nearest that would: (key, words) each; a person may declare it."""

    what: str
    text: str
    rows: int
    near: tuple[tuple[str, str], ...]


def offers(here: Bench, rows: Sequence[Row]) -> tuple[Offer, ...]:
    """The commonest names that fit nothing, with what they look like; only a person makes a match of it."""
    samples = Counter(row.reading.sample_id for row in rows if row.kind == "no_position")
    words = Counter(row.reading.analyte for row in rows if row.kind == "no_analyte")
    places = {name: p for p in here.sheet.positions for name in (p.label, p.vial) if name}
    names = {name: str(place.id) for name, place in places.items()}
    names |= {here.samples.get(p.sample_id or 0, ""): str(p.id) for p in here.sheet.positions}
    shown = {str(p.id): p.label for p in here.sheet.positions}
    analytes = {name: row.analyte for row in here.targets.values() for name in (row.analyte, row.analyte_en)}
    titles = {row.analyte: row.analyte_en for row in here.targets.values()}
    found = []
    for text, count in samples.most_common(_MOST_OFFERS):
        near = matching.near(text, names) if text else ()
        if near:
            found.append(Offer("sample", text, count, tuple((key, shown.get(key, key)) for key in near)))
    for text, count in words.most_common(_MOST_OFFERS):
        near = matching.near(text, analytes)
        found.append(Offer("analyte", text, count, tuple((key, titles.get(key, key)) for key in near)))
    return tuple(found)

"""Colony counts: from the plates of one subsample to CFU per gram or millilitre, with every step (GB 4789.2, ISO 7218).

A subsample is written ``1e-2: 232, 244; 1e-3: 33, 35``: each dilution with its plates. It refuses to guess at plates
that cannot be read, and never makes a zero of plates without growth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput

FIGURES = 2
"""Of a reported count (GB 4789.2: two from 100 on, whole numbers below)."""
SPREAD, MANY = "S", "TNTC"
"""A plate overgrown by a spreader, and one with too many colonies to count."""
_LETTERS = {
    "S": SPREAD, "SPR": SPREAD, "SPREADER": SPREAD, "蔓延": SPREAD, "TNTC": MANY, "多不可计": MANY, "MANY": MANY,
}  # fmt: skip
_DILUTION = re.compile(r"(?:1e|10\^?|1×10\^?)[-−](?P<power>[0-9]{1,2})|1[:/](?P<ratio>10{0,9})|(?P<plain>0\.0{0,8}1|1)")
_MOST_DILUTIONS, _MOST_PLATES, _MOST_COLONIES = 8, 12, 99_999
_LONGEST = 200


@dataclass(frozen=True)
class CountRange:
    """From how many colonies on, and up to how many, a plate is counted."""

    low: int = 30
    high: int = 300

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high <= _MOST_COLONIES:
            raise BadInput("PLATE_RANGE_NOT_READABLE", field="plate_range", text=f"{self.low}-{self.high}")

    def holds(self, count: int) -> bool:
        return self.low <= count <= self.high


BACTERIA, FUNGI = CountRange(30, 300), CountRange(15, 150)
USUAL = {"MOULDYEAST": FUNGI}
"""Where a method says nothing; every other organism is counted as bacteria are."""


@dataclass(frozen=True)
class Dilution:
    """The plates of one dilution, 10^-power; letters stand for what cannot be counted."""

    power: int
    plates: tuple[int | str, ...]

    @property
    def factor(self) -> int:
        return int(10**self.power)

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(one for one in self.plates if isinstance(one, int))

    def within(self, kept: CountRange) -> tuple[int, ...]:
        return tuple(one for one in self.counts if kept.holds(one))

    def all_above(self, kept: CountRange) -> bool:
        """Every plate that shows anything has more than can be counted."""
        seen = [one for one in self.plates if one != SPREAD]
        return bool(seen) and all(one == MANY or (isinstance(one, int) and one > kept.high) for one in seen)

    def __str__(self) -> str:
        return f"1e-{self.power}: {', '.join(map(str, self.plates))}"


@dataclass(frozen=True)
class Count:
    """What the plates of one subsample come to; ``rule`` says by which case of the standard."""

    value: Decimal
    qualifier: str
    """``<`` where nothing grew, ``>`` where nothing could be counted for numbers, else empty."""
    rule: str
    steps: tuple[tuple[str, str], ...]
    written: str
    """The plates as they were typed."""

    @property
    def figures(self) -> int:
        """With how many significant figures it is reported: below 100 a whole number, two from there on."""
        return FIGURES if self.value >= 10 else 1

    @property
    def shown(self) -> str:
        """As reported: ``25000``, ``<10``; a half goes up here, as GB 4789.2 7.2 says for counts (四舍五入)."""
        place = Decimal(1).scaleb(self.value.adjusted() - self.figures + 1)
        rounded = (self.value / place).to_integral_value(ROUND_HALF_UP) * place
        return f"{self.qualifier}{plain(Decimal(int(rounded)))}"

    @property
    def worked(self) -> str:
        return self.steps[-1][0]


def count_range(text: str, analyte: str = "") -> CountRange:
    """Of an analyte, as its method says: ``20-200``, or ``15-150; APC: 30-300``. BadInput PLATE_RANGE_NOT_READABLE."""
    said: dict[str, CountRange] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        found = re.fullmatch(r"(?:([A-Z0-9_]{1,40})\s*:\s*)?([0-9]{1,4})\s*[-–~]\s*([0-9]{1,4})", part, re.ASCII)
        if found is None:
            raise BadInput("PLATE_RANGE_NOT_READABLE", field="plate_range", text=part[:40])
        said[found[1] or ""] = CountRange(int(found[2]), int(found[3]))
    return said.get(analyte) or said.get("") or USUAL.get(analyte, BACTERIA)


def plates_from(text: str) -> tuple[Dilution, ...]:
    """Reads one subsample, lowest dilution first. BadInput PLATES_… names the part that cannot be read."""
    parts = [part.strip() for part in text[: _LONGEST + 1].replace("；", ";").replace("：", ":").split(";")]
    if len(text) > _LONGEST or not any(parts):
        raise BadInput("PLATES_NOT_READABLE", field="plates", text=text[:60])
    found = sorted((_dilution(part) for part in parts if part), key=lambda one: one.power)
    powers = [one.power for one in found]
    if len(set(powers)) != len(powers):
        twice = next(one for one in powers if powers.count(one) > 1)
        raise BadInput("PLATES_DILUTION_TWICE", field="plates", dilution=f"1e-{twice}")
    if len(found) > _MOST_DILUTIONS:
        raise BadInput("PLATES_NOT_READABLE", field="plates", text=text[:60])
    return tuple(found)


def _dilution(part: str) -> Dilution:
    head, colon, tail = part.rpartition(":")
    found = _DILUTION.fullmatch(head.strip().replace(" ", "").lower())
    plates = [one for one in re.split(r"[,，\s]+", tail.strip()) if one]
    if not colon or found is None or not 0 < len(plates) <= _MOST_PLATES:
        raise BadInput("PLATES_NOT_READABLE", field="plates", text=part[:60])
    return Dilution(_power(found), tuple(_plate(one, part) for one in plates))


def _power(found: re.Match[str]) -> int:
    if found["power"]:
        return int(found["power"])
    if found["ratio"]:
        return len(found["ratio"]) - 1
    return len(found["plain"].partition(".")[2])


def _plate(text: str, part: str) -> int | str:
    letters = _LETTERS.get(text.upper())
    if letters:
        return letters
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII):
        raise BadInput("PLATES_NOT_READABLE", field="plates", text=part[:60])
    return int(text)


def counted(text: str, kept: CountRange = BACTERIA) -> Count:
    """The count of one subsample, by the cases of GB 4789.2 clause 7, in their order.

    Plates within the range at two successive dilutions: N = ΣC / ((n1 + 0.1 n2) d); at one: their mean times its
    factor. None within: all above, the highest dilution; all below, the lowest; no growth, ``<1`` times the lowest
    factor; else the dilution whose mean is nearest to the range. BadInput PLATES_ALL_SPREAD.
    """
    dilutions = plates_from(text)
    read = tuple(one for one in dilutions if one.counts or MANY in one.plates)
    if not read:
        raise BadInput("PLATES_ALL_SPREAD", field="plates", text=text[:60])
    counting = [one for one in read if one.within(kept)]
    if counting:
        return _weighted(counting, kept, text)
    if all(one.all_above(kept) for one in read):
        return _all_above(read[-1], kept, text)
    below = all(MANY not in one.plates and max(one.counts) < kept.low for one in read)
    if below:
        return _all_below(read, text)
    return _nearest(read, kept, text)


def _weighted(counting: Sequence[Dilution], kept: CountRange, text: str) -> Count:
    """The first dilution with countable plates and the next one down, where that has some as well."""
    first = counting[0]
    second = next((one for one in counting[1:] if one.power == first.power + 1), None)
    own, other = first.within(kept), second.within(kept) if second else ()
    total = sum(own) + sum(other)
    weight = Fraction(len(own)) + Fraction(len(other), 10)
    value = as_decimal(total * first.factor / weight)
    colonies = " + ".join(map(str, (*own, *other)))
    if not other:
        line = f"({colonies}) / {len(own)} × {first.factor}" if len(own) > 1 else f"{colonies} × {first.factor}"
        return _count(value, "ONE_DILUTION", [(line, value)], text)
    share = as_decimal(weight)
    steps = [
        (f"ΣC = {colonies}", Decimal(total)),
        (f"n1 + 0.1 n2 = {len(own)} + 0.1 × {len(other)}", share),
        (f"{total} / ({plain(share)} × 1e-{first.power})", value),
    ]
    return _count(value, "TWO_DILUTIONS", steps, text)


def _all_above(highest: Dilution, kept: CountRange, text: str) -> Count:
    if not highest.counts:
        value = Decimal(kept.high * highest.factor)
        return _count(value, "ALL_ABOVE", [(f"{kept.high} × {highest.factor}", value)], text, ">")
    return _mean(highest, "ALL_ABOVE", text)


def _all_below(read: Sequence[Dilution], text: str) -> Count:
    """The lowest dilution counts; colonies only above it are no count of anything."""
    lowest = read[0]
    if sum(lowest.counts):
        return _mean(lowest, "ALL_BELOW", text)
    if any(sum(one.counts) for one in read):
        raise BadInput("PLATES_CROSSED", field="plates", text=text[:60])
    value = Decimal(lowest.factor)
    return _count(value, "NO_GROWTH", [(f"1 × {lowest.factor}", value)], text, "<")


def _nearest(read: Sequence[Dilution], kept: CountRange, text: str) -> Count:
    def away(one: Dilution) -> Fraction:
        middle = Fraction(sum(one.counts), len(one.counts))
        return min(abs(middle - kept.low), abs(middle - kept.high))

    return _mean(min((one for one in read if one.counts), key=away), "NEAREST", text)


def _mean(one: Dilution, rule: str, text: str) -> Count:
    value = as_decimal(Fraction(sum(one.counts) * one.factor, len(one.counts)))
    line = f"({' + '.join(map(str, one.counts))}) / {len(one.counts)} × {one.factor}"
    return _count(value, rule, [(line if len(one.counts) > 1 else f"{one.counts[0]} × {one.factor}", value)], text)


def _count(
    value: Decimal, rule: str, steps: Sequence[tuple[str, Decimal]], text: str, qualifier: str = ""
) -> Count:
    return Count(value, qualifier, rule, tuple((of, plain(found)) for of, found in steps), text.strip())

"""On what a result is based: as it is, on dry matter, fat, pure alcohol, or a state of coal; and from one to another.

Every basis is a share of the sample, and value times share stays the same (GB/T 483-2007 for coal, Directive 2002/32/EC
for 88 % dry matter, GB 2757 for spirits). It refuses to reckon without the reading that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput

AS_IS, DRY, DRY_88, FAT, ALCOHOL = "AS_IS", "DRY", "DRY_88", "FAT", "ALCOHOL_100"
COAL_AR, COAL_AD, COAL_D, COAL_DAF = "COAL_AR", "COAL_AD", "COAL_D", "COAL_DAF"


@dataclass(frozen=True)
class Basis:
    """One basis: the readings it needs (all in per cent), its share of the sample, and its words."""

    code: str
    family: str
    """Only bases of one family can be converted into each other."""
    needs: tuple[str, ...]
    above: Callable[[Mapping[str, Fraction]], Fraction]
    below: Callable[[Mapping[str, Fraction]], Fraction]
    above_text: str
    below_text: str
    en: str
    zh: str


def _of(number: int) -> Callable[[Mapping[str, Fraction]], Fraction]:
    return lambda _: Fraction(number)


BASES = {
    one.code: one
    for one in (
        Basis(AS_IS, "goods", (), _of(1), _of(1), "", "", "as is", "以原样计"),
        Basis(DRY, "goods", ("moisture",), lambda r: 100 - r["moisture"], _of(100), "(100 - {moisture})", "100",
              "on dry matter", "以干基计"),
        Basis(DRY_88, "goods", ("moisture",), lambda r: 100 - r["moisture"], _of(88), "(100 - {moisture})", "88",
              "on 88 % dry matter", "以干物质含量88 %计"),
        Basis(FAT, "goods", ("fat",), lambda r: r["fat"], _of(100), "{fat}", "100", "on fat", "以脂肪计"),
        Basis(ALCOHOL, "goods", ("strength",), lambda r: r["strength"], _of(100), "{strength}", "100",
              "at 100 % vol alcohol", "以100 %酒精度计"),
        Basis(COAL_AD, "coal", (), _of(1), _of(1), "", "", "air dried (ad)", "空气干燥基（ad）"),
        Basis(COAL_AR, "coal", ("Mar", "Mad"), lambda r: 100 - r["Mad"], lambda r: 100 - r["Mar"], "(100 - {Mad})",
              "(100 - {Mar})", "as received (ar)", "收到基（ar）"),
        Basis(COAL_D, "coal", ("Mad",), lambda r: 100 - r["Mad"], _of(100), "(100 - {Mad})", "100", "dry (d)",
              "干燥基（d）"),
        Basis(COAL_DAF, "coal", ("Mad", "Aad"), lambda r: 100 - r["Mad"] - r["Aad"], _of(100),
              "(100 - {Mad} - {Aad})", "100", "dry, ash-free (daf)", "干燥无灰基（daf）"),
    )
}  # fmt: skip
_SHARES = frozenset({"fat", "strength"})
"""Readings that are divided by: above zero, up to 100. The others are what is taken off: from zero, below 100."""
_WORDS = {
    "wet": AS_IS, "as sold": AS_IS, "as received": AS_IS, "as supplied": AS_IS, "as is": AS_IS, "dry": DRY,
    "88 % dry matter": DRY_88, "fat": FAT, "100 % vol alcohol": ALCOHOL, "dry (Ad)": COAL_D, "dry (St,d)": COAL_D,
}  # fmt: skip


@dataclass(frozen=True)
class Based:
    """A value on a basis with the value it came from, the readings used and the step; both values are kept."""

    value: Decimal
    basis: str
    raw: Decimal
    raw_basis: str
    inputs: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]
    factor: Decimal
    """An uncertainty in the unit of the value is multiplied by the same."""

    @property
    def label_en(self) -> str:
        return BASES[self.basis].en

    @property
    def label_zh(self) -> str:
        return BASES[self.basis].zh


def basis_named(text: str) -> str | None:
    """The basis that a limit's words mean; None where nothing is to be converted by a share (net heat, migration)."""
    return text if text in BASES else _WORDS.get(text.strip())


def needed(source: str, target: str) -> tuple[str, ...]:
    """The readings without which a conversion is refused; none where nothing is converted."""
    start, end = _pair(source, target)
    return () if source == target else tuple(dict.fromkeys((*start.needs, *end.needs)))


def convert(value: Decimal, source: str, target: str, readings: Mapping[str, Decimal]) -> Based:
    """The value on another basis of its family; ``readings`` in per cent, those not needed are left aside.

    BadInput BASIS_..._NEEDED names the missing reading, BASIS_READING_OUT_OF_BOUNDS one that cannot be.
    """
    start, end = _pair(source, target)
    names, ratio = needed(source, target), share(source, target, readings)
    if not names:
        return Based(value, target, value, source, (), (), Decimal(1))
    found = as_decimal(Fraction(value) * ratio)
    given = tuple((name, plain(readings[name])) for name in names)
    steps = ((_line(value, start, end, dict(given)), plain(found)),)
    return Based(found, target, value, source, given, steps, as_decimal(ratio))


def share(source: str, target: str, readings: Mapping[str, Decimal]) -> Fraction:
    """What a value on the one basis is multiplied with to be on the other; BadInput as for ``convert``."""
    start, end = _pair(source, target)
    names = needed(source, target)
    for name in names:
        _check(name, readings.get(name), target)
    used = {name: Fraction(readings[name]) for name in names}
    if not names:
        return Fraction(1)
    if end.above(used) <= 0 or start.above(used) <= 0:
        raise BadInput("BASIS_NOTHING_LEFT", target=target, readings=", ".join(names))
    return start.above(used) / start.below(used) * end.below(used) / end.above(used)


def _pair(source: str, target: str) -> tuple[Basis, Basis]:
    for code in (source, target):
        if code not in BASES:
            raise BadInput("UNKNOWN_CHOICE", field="basis", value=code[:40])
    start, end = BASES[source], BASES[target]
    if start.family != end.family:
        raise BadInput("BASIS_OTHER_FAMILY", source=source, target=target)
    return start, end


def _check(name: str, reading: Decimal | None, target: str) -> None:
    if reading is None:
        raise _missing(name, target)
    share = name in _SHARES
    inside = reading.is_finite() and (0 < reading <= 100 if share else 0 <= reading < 100)
    if not inside:
        bounds = "0 < x ≤ 100" if share else "0 ≤ x < 100"
        raise BadInput("BASIS_READING_OUT_OF_BOUNDS", field=name, value=str(reading), bounds=bounds)


def _missing(name: str, target: str) -> BadInput:
    """A code of its own for each reading that has a name in words; those of coal have a symbol in every language."""
    match name:
        case "moisture":
            return BadInput("BASIS_MOISTURE_NEEDED", field=name, target=target)
        case "fat":
            return BadInput("BASIS_FAT_NEEDED", field=name, target=target)
        case "strength":
            return BadInput("BASIS_STRENGTH_NEEDED", field=name, target=target)
    return BadInput("BASIS_READING_NEEDED", field=name, reading=name, target=target)


def _line(value: Decimal, start: Basis, end: Basis, given: Mapping[str, str]) -> str:
    """``4.6 × 88 / (100 - 8.0)``: the value, what it is multiplied by and what it is divided by, in that order."""
    line = plain(value)
    for sign, text in (("×", start.above_text), ("/", start.below_text), ("×", end.below_text), ("/", end.above_text)):
        if text:
            line += f" {sign} {text.format(**given)}"
    return line

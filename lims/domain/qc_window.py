"""The windows that quality control is judged by: what decision_rules section 8 and GB/T 27404-2008 say, or a plan.

A window is a figure that a laboratory may set for a method; what is done when it is left is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lims.domain.numbers import units
from lims.domain.rules.errors import BadInput


@dataclass(frozen=True)
class Band:
    """Recoveries from ``low`` to ``high`` per cent hold from this level on; ``above`` leaves the level itself out."""

    start: Decimal
    unit: str
    above: bool
    low: Decimal
    high: Decimal

    def reached(self, level: Decimal, unit: str) -> bool:
        start = self.start
        if self.unit and unit:
            if not units.convertible(self.unit, unit):
                return not start
            start = units.convert(start, self.unit, unit)
        return level > start if self.above else level >= start


def _band(start: str, above: bool, low: int, high: int) -> Band:
    return Band(Decimal(start), "mg/kg", above, Decimal(low), Decimal(high))


GB_27404 = (_band("0", False, 60, 120), _band("0.1", False, 80, 110), _band("1", True, 90, 110),
            _band("100", True, 95, 105))  # fmt: skip
"""Recovery by level, GB/T 27404-2008; at 1 and 100 mg/kg the wider window of the two that name it."""


@dataclass(frozen=True)
class Windows:
    """Every window; ``source`` says whose they are: empty for the defaults, else the plan with its version."""

    source: str = ""
    blank_tenth: bool = False
    """A blank at or above the LOQ still holds below a tenth of the lowest sample."""
    recovery: tuple[Band, ...] = GB_27404
    duplicate_percent: Decimal = Decimal(20)
    crm_percent: tuple[Decimal, Decimal] = (Decimal(80), Decimal(120))
    """Of the certified value, where neither side gives an uncertainty."""
    calibration_r: Decimal = Decimal("0.995")
    calibration_levels: int = 5
    back_percent: Decimal = Decimal(20)
    ccv_percent: Decimal = Decimal(15)
    ccv_low_percent: Decimal = Decimal(20)
    ccv_near: Decimal = Decimal(3)
    """Up to so many times the LOQ a continuing check counts as near it."""
    internal_standard: tuple[Decimal, Decimal] = (Decimal(50), Decimal(150))
    rt_minutes: Decimal = Decimal("0.1")
    ion_ratio_percent: Decimal = Decimal(30)

    def recovery_at(self, level: Decimal | None, unit: str) -> Band:
        """The last band whose level is reached; the first where no level is known."""
        held = [band for band in self.recovery if level is not None and band.reached(level, unit)]
        return held[-1] if held else self.recovery[0]


DEFAULTS = Windows()
_POSITIVE = ("duplicate_percent", "calibration_r", "back_percent", "ccv_percent", "ccv_low_percent", "ccv_near",
             "rt_minutes", "ion_ratio_percent")  # fmt: skip
FIELDS = (*_POSITIVE, "blank_tenth", "recovery", "crm_percent", "calibration_levels", "internal_standard")
_FIGURE = r"[0-9]+(?:\.[0-9]+)?"
_RANGE = re.compile(rf"({_FIGURE})\s*[-–~]\s*({_FIGURE})\s*%?")
_BAND = re.compile(rf"({_FIGURE})\s*[-–~]\s*({_FIGURE})\s*%?(?:\s+(from|above)\s+({_FIGURE})\s*(\S+)?)?")


def windows_from(content: Mapping[str, str], source: str, technique: str = "") -> Windows:
    """What a plan sets, over the defaults; an empty field leaves its default. BadInput names the field.

    The coefficient of a calibration is 0.99 for tandem mass spectrometry where the plan does not say.
    """
    found: dict[str, object] = {"source": source}
    if tandem(technique):
        found["calibration_r"] = Decimal("0.99")
    for name in FIELDS:
        text = (content.get(name) or "").strip()
        if text:
            found[name] = _read(name, text)
    return replace(DEFAULTS, **found)  # type: ignore[arg-type]


def tandem(technique: str) -> bool:
    """Whether the words of a technique mean MS/MS."""
    folded = technique.upper().replace(" ", "")
    return any(word in folded for word in ("MS/MS", "MS-MS", "MSMS", "QQQ"))


def _read(name: str, text: str) -> object:
    if name == "blank_tenth":
        if text not in ("Y", "N"):
            raise BadInput("UNKNOWN_CHOICE", field=name, value=text[:20])
        return text == "Y"
    if name == "recovery":
        return _bands(text)
    if name == "calibration_levels":
        if not (text.isascii() and text.isdigit() and 2 <= int(text[:3]) <= 20):
            raise BadInput("NOT_A_NUMBER", field=name, value=text[:20])
        return int(text)
    if name in _POSITIVE:
        return _positive(name, text)
    found = _RANGE.fullmatch(text)
    if found is None:
        raise BadInput("FIELD_NOT_READABLE", field=name)
    return _ends(name, found[1], found[2])


def _positive(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=name, value=text[:20]) from None
    if not value.is_finite() or value <= 0 or (name == "calibration_r" and value > 1):
        raise BadInput("NOT_POSITIVE", field=name, text=text[:20])
    return value


def _ends(name: str, low: str, high: str) -> tuple[Decimal, Decimal]:
    if Decimal(low) >= Decimal(high):
        raise BadInput("RANGE_ENDS", field=name, value=f"{low}-{high}")
    return Decimal(low), Decimal(high)


def _bands(text: str) -> tuple[Band, ...]:
    """``60-120%; 80-110% from 0.1 mg/kg; 90-110% above 1 mg/kg``: the first without a level, the rest rising."""
    bands: list[Band] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _BAND.fullmatch(part)
        if found is None or bool(found[3]) != bool(bands):
            raise BadInput("FIELD_NOT_READABLE", field="recovery")
        low, high = _ends("recovery", found[1], found[2])
        bands.append(Band(Decimal(found[4] or 0), found[5] or "", found[3] == "above", low, high))
    starts = [Fraction(band.start) for band in bands]
    if not bands or starts != sorted(starts):
        raise BadInput("FIELD_NOT_READABLE", field="recovery")
    return tuple(bands)

"""Results of the same sample: may they be averaged, how far do they differ, and how much of a spike is found again.

GB 5009 series (difference in per cent of the mean), ISO 5725-6:1994 5.2 (critical ranges). All values are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers import units
from lims.domain.numbers.declared import PERCENT, Declared, declared
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal, mean, median
from lims.domain.rules.errors import BadInput

MEAN, REPEAT, MEDIAN = "MEAN", "REPEAT", "MEDIAN"
RANGE_FACTORS = {
    2: Fraction("2.8"), 3: Fraction("3.3"), 4: Fraction("3.6"), 5: Fraction("3.9"), 6: Fraction("4.0"),
    7: Fraction("4.2"), 8: Fraction("4.3"), 9: Fraction("4.4"), 10: Fraction("4.5"),
}  # fmt: skip
"""f(n) of ISO 5725-6 table 1: CR0.95(n) = f(n) sigma_r, where r = 2.8 sigma_r."""


@dataclass(frozen=True)
class Allowance:
    """The repeatability limit r of a method: a figure in the results' unit, or a share of their mean in per cent."""

    absolute: Decimal | None = None
    percent: Decimal | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.absolute, self.percent) if one is not None]
        if len(given) != 1:
            raise BadInput("ALLOWANCE_ONE_WAY")
        if not given[0].is_finite() or given[0] <= 0:
            raise BadInput("NOT_POSITIVE", field="allowance", text=str(given[0]))

    def at(self, middle: Fraction) -> Fraction:
        if self.absolute is not None:
            return Fraction(self.absolute)
        assert self.percent is not None
        return Fraction(self.percent) / 100 * abs(middle)


@dataclass(frozen=True)
class Repeatability:
    """What a method declares: one limit, or one from each level on (``20%; 15% from 0.1 mg/kg``)."""

    said: Declared

    def at(self, middle: Decimal, unit: str) -> Allowance:
        """The limit at a mean, in the unit of the results. BadInput INCOMPATIBLE_UNIT, LEVEL_NOT_COVERED."""
        held = [one for one in self.said.figures if _reached(one.start, one.start_unit, middle, unit)]
        if not held:
            lowest = self.said.figures[0]
            raise BadInput("LEVEL_NOT_COVERED", value=plain(middle), lowest=plain(lowest.start), unit=unit)
        figure = held[-1]
        if figure.unit == PERCENT:
            return Allowance(percent=figure.value)
        own = units.convert_difference(figure.value, figure.unit, unit) if figure.unit and unit else figure.value
        return Allowance(absolute=own)


def _reached(start: Decimal, start_unit: str, middle: Decimal, unit: str) -> bool:
    here = units.convert(start, start_unit, unit) if start and start_unit and unit else start
    return here <= middle.copy_abs()


def repeatability_from(text: str) -> Repeatability | None:
    """``10%``, ``0.02 mg/kg``, or levels; None where nothing is declared. BadInput names the field."""
    if not text.strip():
        return None
    said = declared(text, "repeatability")
    if any(one.unit == "log10" for one in said.figures):
        raise BadInput("FIELD_NOT_READABLE", field="repeatability")
    return Repeatability(said)


@dataclass(frozen=True)
class Agreement:
    """What a set of results comes to: the final value where there is one, and the figures it stands on."""

    values: tuple[Decimal, ...]
    difference: Decimal
    """Of two, their absolute difference; of more, their range."""
    allowed: Decimal
    mean: Decimal
    ok: bool
    action: str
    """MEAN, MEDIAN, or REPEAT: two more results are needed."""
    value: Decimal | None
    steps: tuple[tuple[str, str], ...] = ()


def duplicates(a: Decimal, b: Decimal, allowance: Allowance) -> Agreement:
    """|a - b| <= r, or <= p % of the mean: the mean is the result; else the determination is repeated."""
    middle = (Fraction(a) + Fraction(b)) / 2
    difference, allowed = abs(Fraction(a) - Fraction(b)), allowance.at(middle)
    ok = difference <= allowed
    average = as_decimal(middle)
    steps = [
        (f"({plain(a)} + {_signed(b)}) / 2", plain(average)),
        (f"|{plain(a)} - {_signed(b)}|", plain(as_decimal(difference))),
    ]
    if allowance.percent is not None:
        steps.append((f"{plain(allowance.percent)} % × |{plain(average)}|", plain(as_decimal(allowed))))
    return Agreement(
        (a, b), as_decimal(difference), as_decimal(allowed), average, ok, MEAN if ok else REPEAT,
        average if ok else None, tuple(steps),
    )


def several(values: Sequence[Decimal], allowance: Allowance) -> Agreement:
    """Three to ten results after duplicates that disagreed: range <= CR0.95(n) gives the mean, else the median.

    ISO 5725-6 5.2.2: CR0.95(n) = f(n)/2.8 r; with a share of the mean, r is taken at the mean of all.
    """
    if len(values) not in RANGE_FACTORS or len(values) == 2:
        raise BadInput("REPLICATES_OUT_OF_BOUNDS", found=len(values), least=3, most=max(RANGE_FACTORS))
    average, ends = mean(values), (min(values), max(values))
    middle = sum(map(Fraction, values), Fraction(0)) / len(values)
    spread, r, factor = Fraction(ends[1]) - Fraction(ends[0]), allowance.at(middle), RANGE_FACTORS[len(values)]
    critical = r * factor / RANGE_FACTORS[2]
    ok = spread <= critical
    final = average if ok else median(values)
    steps = (
        (f"{plain(ends[1])} - {_signed(ends[0])}", plain(as_decimal(spread))),
        (f"{plain(as_decimal(factor))} / 2.8 × {plain(as_decimal(r))}", plain(as_decimal(critical))),
        ("mean" if ok else "median", plain(final)),
    )
    return Agreement(
        tuple(values), as_decimal(spread), as_decimal(critical), average, ok, MEAN if ok else MEDIAN, final, steps
    )


def relative_difference(a: Decimal, b: Decimal) -> Decimal:
    """RPD = |a - b| / mean x 100, in per cent; BadInput MEAN_IS_ZERO."""
    middle = (Fraction(a) + Fraction(b)) / 2
    if not middle:
        raise BadInput("MEAN_IS_ZERO")
    return as_decimal(abs(Fraction(a) - Fraction(b)) / abs(middle) * 100)


def recovery(spiked: Decimal, unspiked: Decimal, added: Decimal) -> Decimal:
    """(spiked - unspiked) / added in per cent, all three in one unit."""
    if not added.is_finite() or added <= 0:
        raise BadInput("NOT_POSITIVE", field="added", text=str(added))
    return as_decimal((Fraction(spiked) - Fraction(unspiked)) / Fraction(added) * 100)


@dataclass(frozen=True)
class Corrected:
    """A value corrected for recovery beside the one that was found; both are kept and the label is printed."""

    raw: Decimal
    recovery_percent: Decimal
    value: Decimal
    label_en: str
    label_zh: str
    step: tuple[str, str]


def corrected(raw: Decimal, recovery_percent: Decimal) -> Corrected:
    """raw / R. Only where the method or the jurisdiction asks for it, which the caller knows."""
    if not recovery_percent.is_finite() or recovery_percent <= 0:
        raise BadInput("NOT_POSITIVE", field="recovery", text=str(recovery_percent))
    value = as_decimal(Fraction(raw) * 100 / Fraction(recovery_percent))
    shown = plain(recovery_percent)
    return Corrected(
        raw, recovery_percent, value, f"corrected for recovery {shown} %", f"已按回收率 {shown} % 校正",
        (f"{plain(raw)} × 100 / {shown}", plain(value)),
    )


def _signed(value: Decimal) -> str:
    """In the middle of a line, a negative figure stands in brackets."""
    return f"({plain(value)})" if value.is_signed() else plain(value)

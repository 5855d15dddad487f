"""Uncertainty as a method declares it, at a value; and sums of uncertain quantities.

How it is printed (JCGM 100:2008 7.2.6, GB/T 27418-2017): U with two significant figures, the result to the place of
U, each rounded once from its full value to the nearest, half to even. Both texts allow rounding U up as well; to the
nearest is chosen because with two figures it never takes 5 % from U, and because rounding up would make a whole digit
of the endless tail of a quotient (0.0340...01 -> 0.035). Verdicts use the full U in any case. See reported.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal, root
from lims.domain.rules.errors import BadInput

KINDS = ("absolute", "relative", "by_level", "log10", "horwitz")
_POWERS = Context(prec=34, rounding=ROUND_HALF_EVEN)
_HUNDRED = Fraction(100)


@dataclass(frozen=True)
class Expanded:
    """Expanded uncertainty at one value, all in the value's unit; ``below`` and ``above`` differ for log10 only."""

    value: Decimal
    below: Decimal
    above: Decimal
    k: Decimal
    unit: str = ""
    source: str = ""

    @property
    def symmetric(self) -> bool:
        return self.below == self.above

    @property
    def lower(self) -> Decimal:
        return as_decimal(Fraction(self.value) - Fraction(self.below))

    @property
    def upper(self) -> Decimal:
        return as_decimal(Fraction(self.value) + Fraction(self.above))

    @property
    def expanded(self) -> Decimal:
        """U; of an asymmetric interval, its longer side, so that whoever needs one figure is not misled."""
        return max(self.below, self.above)

    @property
    def standard(self) -> Decimal:
        return as_decimal(Fraction(self.expanded) / Fraction(self.k))


@dataclass(frozen=True)
class Level:
    """From this concentration on: a figure in the model's unit, or (``relative``) in per cent of the value."""

    start: Decimal
    figure: Decimal
    relative: bool = False


@dataclass(frozen=True)
class UncertaintyModel:
    """What a method says of its expanded uncertainty U = k u. BadInput for what cannot stand.

    ``figure`` is in ``unit`` for absolute, per cent for relative, a difference of logarithms for log10. An empty unit
    is that of the value. ``source`` says where the figure comes from (validation report, collaborative trial).
    """

    kind: str
    figure: Decimal | None = None
    unit: str = ""
    levels: tuple[Level, ...] = ()
    k: Decimal = Decimal(2)
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput("UNKNOWN_CHOICE", field="uncertainty.kind", value=self.kind[:40])
        if self.kind in ("absolute", "relative", "log10"):
            _positive("uncertainty.figure", self.figure)
        if self.kind == "by_level" and not self.levels:
            raise BadInput("FIELD_NEEDED", field="uncertainty.levels")
        for one in self.levels:
            _positive("uncertainty.levels", one.figure)
        starts = [one.start for one in self.levels]
        if starts != sorted(set(starts)):
            raise BadInput("LEVELS_NOT_RISING", field="uncertainty.levels")
        if self.unit:
            units.canonical(self.unit)
        _positive("uncertainty.k", self.k)

    def at(self, value: Decimal, unit: str = "") -> Expanded:
        """U at the value, in ``unit``, the unit of the value.

        BadInput: LEVEL_NOT_COVERED below the first level, VALUE_NOT_POSITIVE where a logarithm or a power is asked of
        it, INCOMPATIBLE_UNIT across kinds of units.
        """
        if self.kind == "log10":
            return self._by_logarithm(value, unit)
        if self.kind == "relative":
            u = _share_of(value, self.figure)
        elif self.kind == "absolute":
            u = self._in_unit(self.figure, unit)
        elif self.kind == "by_level":
            u = self._by_level(value, unit)
        else:
            u = as_decimal(Fraction(_horwitz(value, unit or self.unit)) * Fraction(self.k))
        return Expanded(value, u, u, self.k, unit or self.unit, self.source)

    def _by_level(self, value: Decimal, unit: str) -> Decimal:
        here = units.convert(value, unit, self.unit) if unit and self.unit else value
        found = [one for one in self.levels if one.start <= here.copy_abs()]
        if not found:
            lowest = plain(self.levels[0].start)
            raise BadInput("LEVEL_NOT_COVERED", value=plain(value), lowest=lowest, unit=self.unit or unit)
        level = found[-1]
        return _share_of(value, level.figure) if level.relative else self._in_unit(level.figure, unit)

    def _by_logarithm(self, value: Decimal, unit: str) -> Expanded:
        """10^(log10 x +/- U): a factor, so it is asymmetric about a count."""
        if value <= 0:
            raise BadInput("VALUE_NOT_POSITIVE", value=plain(value))
        assert self.figure is not None
        factor = Fraction(_POWERS.power(Decimal(10), self.figure))
        below = as_decimal(Fraction(value) * (1 - 1 / factor))
        above = as_decimal(Fraction(value) * (factor - 1))
        return Expanded(value, below, above, self.k, unit or self.unit, self.source)

    def _in_unit(self, figure: Decimal | None, unit: str) -> Decimal:
        assert figure is not None
        return units.convert_difference(figure, self.unit, unit) if unit and self.unit else figure


def _share_of(value: Decimal, percent: Decimal | None) -> Decimal:
    assert percent is not None
    return as_decimal(Fraction(value.copy_abs()) * Fraction(percent) / _HUNDRED)


def _horwitz(value: Decimal, unit: str) -> Decimal:
    """Standard deviation between laboratories at a mass fraction, as Thompson (Analyst 2000, 125, 385) limits it.

    0.22 c below 1.2e-7, 0.02 c^0.8495 up to 0.138, 0.01 c^0.5 above. In the unit of the value.
    """
    if value <= 0:
        raise BadInput("VALUE_NOT_POSITIVE", value=plain(value))
    c = units.convert(value, unit, "kg/kg")
    if c < Decimal("1.2e-7"):
        return as_decimal(Fraction(value) * Fraction("0.22"))
    if c <= Decimal("0.138"):
        sigma = _POWERS.multiply(Decimal("0.02"), _POWERS.power(c, Decimal("0.8495")))
    else:
        sigma = _POWERS.multiply(Decimal("0.01"), _POWERS.sqrt(c))
    return as_decimal(Fraction(sigma) * Fraction(value) / Fraction(c))


def model_from(content: Mapping[str, Any], field: str = "uncertainty") -> UncertaintyModel:
    """Reads the stored texts: kind, figure, unit, k, source, and levels of (start, figure, relative). BadInput."""
    levels = content.get("levels") or ()
    if not isinstance(levels, Sequence) or not all(isinstance(one, Mapping) for one in levels):
        raise BadInput("FIELD_NOT_READABLE", field=f"{field}.levels")
    figure = content.get("figure")
    return UncertaintyModel(
        kind=str(content.get("kind") or ""),
        figure=number_from(figure, f"{field}.figure") if figure not in (None, "") else None,
        unit=str(content.get("unit") or ""),
        levels=tuple(
            Level(
                number_from(one.get("start"), f"{field}.levels.start"),
                number_from(one.get("figure"), f"{field}.levels.figure"),
                one.get("relative") is True,
            )
            for one in levels
        ),
        k=number_from(content.get("k") or "2", f"{field}.k"),
        source=str(content.get("source") or ""),
    )


def number_from(text: Any, field: str) -> Decimal:
    """A stored figure; texts and whole numbers only, since a binary fraction has lost its digits already."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal) or "_" in str(text):
        raise BadInput("NOT_A_NUMBER", field=field, text=str(text)[:40])
    try:
        value = Decimal(str(text).strip())
    except ArithmeticError:
        raise BadInput("NOT_A_NUMBER", field=field, text=str(text)[:40]) from None
    if not value.is_finite() or abs(value.adjusted()) > 60:
        raise BadInput("NOT_A_NUMBER", field=field, text=str(text)[:40])
    return value


def of_sum(
    standards: Sequence[Decimal],
    correlation: Decimal = Decimal(0),
    between: Mapping[tuple[int, int], Decimal] | None = None,
) -> Decimal:
    """Standard uncertainty of a sum: sqrt(sum u_i^2 + 2 sum r_ij u_i u_j) (JCGM 100 5.2.2).

    ``correlation`` holds for every pair, 1 being the cautious setting; ``between`` names pairs that have their own.
    BadInput for coefficients that no quantities can have together.
    """
    own = {tuple(sorted(pair)): r for pair, r in (between or {}).items()}
    for r in (correlation, *own.values()):
        if not -1 <= r <= 1:
            raise BadInput("CORRELATION_OUT_OF_BOUNDS", r=plain(r))
    u = [Fraction(one) for one in standards]
    total = sum((one**2 for one in u), Fraction(0))
    for i in range(len(u)):
        for j in range(i + 1, len(u)):
            total += 2 * Fraction(own.get((i, j), correlation)) * u[i] * u[j]
    if total < 0:
        raise BadInput("CORRELATION_OUT_OF_BOUNDS", r=plain(correlation))
    return root(total)


def _positive(field: str, figure: Decimal | None) -> None:
    if figure is None:
        raise BadInput("FIELD_NEEDED", field=field)
    if not figure.is_finite() or figure <= 0:
        raise BadInput("NOT_POSITIVE", field=field, text=str(figure))

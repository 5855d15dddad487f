"""An uncertainty budget: its components, the combined and the expanded uncertainty, with every step as a line.

JCGM 100:2008 (GUM): 4.3 for the divisors, 5.1.2 and 5.1.6 for combining, G.4 for the degrees of freedom. The inputs are
taken as independent, which the effective degrees of freedom require anyway; of_sum in uncertainty.py knows correlation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers.rounding import plain, round_to, significant
from lims.domain.numbers.statistics import as_decimal, normal_coverage, root, student_t
from lims.domain.numbers.uncertainty import Expanded
from lims.domain.rules.errors import BadInput

_SQUARED_DIVISOR = {"rectangular": 3, "triangular": 6, "u-shaped": 2}
"""The half-width divided by the root of this is the standard uncertainty (GUM 4.3.7, 4.3.9; arcsine distribution)."""
DISTRIBUTIONS = ("normal", *_SQUARED_DIVISOR)
_K_PLACE = Decimal("0.01")
_SHOWN_DIGITS = 7


@dataclass(frozen=True)
class Component:
    """One source of uncertainty, as it is known.

    ``value`` is a standard uncertainty or, with ``k``, one expanded by it (normal); the half-width otherwise. It is in
    the unit of the input and ``sensitivity`` leads from there to the result; where ``relative``, it is in per cent of
    the input and ``sensitivity`` is the power of the input in a product (GUM 5.1.6), 1 for most.
    """

    name: str
    value: Decimal
    distribution: str = "normal"
    k: Decimal | None = None
    sensitivity: Decimal = Decimal(1)
    dof: Decimal | None = None
    """Degrees of freedom; None where they count as infinite."""
    relative: bool = False

    def __post_init__(self) -> None:
        where = f"component.{self.name}"
        if self.distribution not in DISTRIBUTIONS:
            raise BadInput("UNKNOWN_CHOICE", field=f"{where}.distribution", value=self.distribution[:40])
        if self.k is not None and (self.distribution != "normal" or self.k <= 0):
            raise BadInput("COVERAGE_NOT_MEANT", field=f"{where}.k", k=plain(self.k))
        if self.value < 0:
            raise BadInput("NEGATIVE", field=where, text=plain(self.value))
        if self.dof is not None and self.dof < 1:
            raise BadInput("DEGREES_NOT_POSITIVE", dof=plain(self.dof))

    @property
    def squared_divisor(self) -> Fraction:
        if self.distribution == "normal":
            return Fraction(self.k or 1) ** 2
        return Fraction(_SQUARED_DIVISOR[self.distribution])

    @property
    def divisor(self) -> str:
        """As it is written: ``2`` or ``√3``."""
        if self.distribution == "normal":
            return plain(self.k or Decimal(1))
        return f"√{_SQUARED_DIVISOR[self.distribution]}"

    def squared(self, result: Decimal) -> Fraction:
        """The square of its share in the uncertainty of the result, in the result's unit."""
        scale = Fraction(self.sensitivity) * (Fraction(result) / 100 if self.relative else 1)
        return (Fraction(self.value) * scale) ** 2 / self.squared_divisor

    def line(self, result: Decimal) -> str:
        parts = [plain(self.value) if self.divisor == "1" else f"{plain(self.value)} / {self.divisor}"]
        if self.sensitivity != 1:
            parts.append(plain(self.sensitivity.copy_abs()))
        if self.relative:
            parts.append(f"{plain(result.copy_abs())} / 100")
        return " × ".join(parts)


@dataclass(frozen=True)
class Combined:
    """What a budget comes to, with the steps that anyone can follow; lines are (what, how much)."""

    value: Decimal
    unit: str
    u: Decimal
    """Combined standard uncertainty."""
    dof: Decimal | None
    """Effective degrees of freedom; None where they are infinite."""
    k: Decimal
    probability: Decimal
    expanded: Decimal
    shares: tuple[tuple[str, Decimal], ...]
    """Of each component in the combined variance, in per cent."""
    steps: tuple[tuple[str, str], ...]

    def at_value(self, source: str = "") -> Expanded:
        return Expanded(self.value, self.expanded, self.expanded, self.k, self.unit, source)


@dataclass(frozen=True)
class Budget:
    """Components about one result. ``k`` states a coverage factor; without it, it is Student's t at ``probability``."""

    value: Decimal
    components: tuple[Component, ...]
    unit: str = ""
    probability: Decimal = Decimal("0.9545")
    k: Decimal | None = None
    steps: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Lines that belong before the budget's own, such as the calculation of the result."""

    def combined(self) -> Combined:
        """Adds the variances; the coverage factor is rounded to two decimals, as it is printed, before it is used."""
        squares = [one.squared(self.value) for one in self.components]
        total = sum(squares, Fraction(0))
        if not total:
            raise BadInput("NO_COMPONENTS")
        u = root(total)
        dof = self._effective(squares, total)
        k = self.k if self.k is not None else coverage(self.probability, dof)
        if k <= 0:
            raise BadInput("NOT_POSITIVE", field="k", text=plain(k))
        expanded = as_decimal(Fraction(u) * Fraction(k))
        shares = tuple(
            (one.name, as_decimal(square * 100 / total)) for one, square in zip(self.components, squares, strict=True)
        )
        steps = (*self.steps, *self._lines(squares, u, dof, k, expanded))
        return Combined(self.value, self.unit, u, dof, k, self.probability, expanded, shares, steps)

    def _effective(self, squares: list[Fraction], total: Fraction) -> Decimal | None:
        """Welch-Satterthwaite: u^4 / sum(u_i^4 / n_i) (GUM G.2b)."""
        finite = [(square, one.dof) for square, one in zip(squares, self.components, strict=True) if one.dof]
        below = sum((square**2 / Fraction(dof) for square, dof in finite), Fraction(0))
        return as_decimal(total**2 / below) if below else None

    def _lines(
        self, squares: list[Fraction], u: Decimal, dof: Decimal | None, k: Decimal, expanded: Decimal
    ) -> tuple[tuple[str, str], ...]:
        shares = [root(square) for square in squares]
        lines = [
            (f"u({one.name}) = {one.line(self.value)}", _few(share))
            for one, share in zip(self.components, shares, strict=True)
        ]
        lines.append((f"u = √({' + '.join(f'{_few(share)}²' for share in shares)})", _few(u)))
        if dof is not None:
            parts = [
                f"{_few(share)}⁴/{plain(one.dof)}"
                for one, share in zip(self.components, shares, strict=True)
                if one.dof and share
            ]
            lines.append((f"ν = {_few(u)}⁴ / ({' + '.join(parts)})", _few(dof)))
        if self.k is None:
            shown = "∞" if dof is None else str(int(dof))
            lines.append((f"k = t({plain((self.probability * 100).normalize())} %, ν = {shown})", plain(k)))
        lines.append((f"U = {plain(k)} × {_few(u)}", _few(expanded)))
        return tuple(lines)


def coverage(probability: Decimal, dof: Decimal | None) -> Decimal:
    """k with two decimals: Student's t at the effective degrees of freedom, cut to a whole number (GUM G.4.1 note 1).

    95.45 % of a normal distribution gives 2.00.
    """
    found = normal_coverage(probability) if dof is None else student_t(probability, Decimal(int(dof)))
    return round_to(found, _K_PLACE)


def degrees_of_reliability(percent: Decimal) -> Decimal:
    """Of an uncertainty that is itself thought uncertain by so many per cent: 1/2 (u/du)^2 (GUM G.3); 25 % -> 8."""
    if not percent.is_finite() or percent <= 0:
        raise BadInput("NOT_POSITIVE", field="reliability", text=str(percent))
    return as_decimal((100 / Fraction(percent)) ** 2 / 2)


def _few(value: Decimal) -> str:
    """With as many digits as a pocket calculator needs; the budget itself reckons with all of them."""
    if len(value.normalize().as_tuple().digits) <= _SHOWN_DIGITS:
        return plain(value)
    return plain(significant(value, _SHOWN_DIGITS))

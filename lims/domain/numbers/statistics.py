"""Statistics of results: location, spread, straight lines, outliers, and the quantiles they are judged by.

Sums and quotients are exact fractions, roots are Decimal. Binary floats stay within the distributions, whose quantiles
have ten good digits and are used with three or four; no other file of the ground floor holds any.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

KEPT_DIGITS = 34
"""Of a quotient or a root that does not end."""
_KEPT = Context(prec=KEPT_DIGITS, rounding=ROUND_HALF_EVEN)
_WIDE = Context(prec=400, rounding=ROUND_HALF_EVEN)
MAD_TO_DEVIATION = Decimal("1.483")
"""Of a normal distribution: standard deviation over median absolute deviation (ISO 13528:2015 C.2.2)."""


def as_decimal(ratio: Fraction) -> Decimal:
    """A fraction as a decimal: exact where it ends within 400 digits, else with 34 digits, rounded once."""
    denominator = ratio.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    context = _WIDE if denominator == 1 else _KEPT
    value = context.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    return Decimal(plain(value.normalize(_WIDE)))


def root(ratio: Fraction) -> Decimal:
    """The square root of a fraction that is not negative: exact where it is a short decimal, else 34 digits."""
    found = _KEPT.sqrt(_WIDE.divide(Decimal(ratio.numerator), Decimal(ratio.denominator)))
    return Decimal(plain(found.normalize(_KEPT)))


# ---- location and spread ---------------------------------------------------------------------------------------------


def mean(values: Sequence[Decimal]) -> Decimal:
    """The arithmetic mean. BadInput VALUES_TOO_FEW of nothing."""
    _enough(values, 1)
    return as_decimal(_mean(values))


def standard_deviation(values: Sequence[Decimal]) -> Decimal:
    """The sample standard deviation, with n - 1."""
    return root(variance(values))


def variance(values: Sequence[Decimal]) -> Fraction:
    """The sample variance, exactly."""
    _enough(values, 2)
    middle = _mean(values)
    return sum(((Fraction(value) - middle) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def relative_deviation(values: Sequence[Decimal]) -> Decimal:
    """The relative standard deviation in per cent of the mean; BadInput MEAN_IS_ZERO."""
    spread, middle = variance(values), _mean(values)
    if not middle:
        raise BadInput("MEAN_IS_ZERO")
    return root(spread / middle**2 * 10000)


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value; of an even number, the mean of the two in the middle."""
    _enough(values, 1)
    ordered = sorted(values)
    return as_decimal(_mean([ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]]))


def robust_deviation(values: Sequence[Decimal]) -> Decimal:
    """The scaled median absolute deviation from the median (MADe)."""
    middle = median(values)
    away = median([_WIDE.subtract(value, middle).copy_abs() for value in values])
    return Decimal(plain(_WIDE.multiply(away, MAD_TO_DEVIATION)))


def robust_scores(values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """z = (x - median) / MADe of each value; BadInput SPREAD_IS_ZERO where more than half of them are equal."""
    middle, spread = Fraction(median(values)), Fraction(robust_deviation(values))
    if not spread:
        raise BadInput("SPREAD_IS_ZERO")
    return tuple(as_decimal((Fraction(value) - middle) / spread) for value in values)


def _mean(values: Sequence[Decimal]) -> Fraction:
    return sum(map(Fraction, values), Fraction(0)) / len(values)


def _enough(values: Sequence[object], least: int) -> None:
    if len(values) < least:
        raise BadInput("VALUES_TOO_FEW", found=len(values), least=least)


# ---- the straight line of a calibration ------------------------------------------------------------------------------

WEIGHTS: dict[str, Callable[[Fraction], Fraction]] = {
    "1": lambda x: Fraction(1), "1/x": lambda x: 1 / x, "1/x2": lambda x: 1 / x**2,
}


@dataclass(frozen=True)
class Line:
    """y = intercept + slope x by least squares, with the standard deviations of both and of the residuals.

    Of a weighted line ``s_residual`` belongs to the weight 1; ``sum_w``, ``x_mean`` and ``s_xx`` are weighted.
    """

    slope: Decimal
    intercept: Decimal
    s_slope: Decimal
    s_intercept: Decimal
    s_residual: Decimal
    r: Decimal
    """The coefficient of correlation; of a line through the origin, the root of the share that it explains."""
    n: int
    dof: int
    weight: str
    through_origin: bool
    sum_w: Fraction
    x_mean: Fraction
    s_xx: Fraction

    def x_of(self, y: Decimal) -> Decimal:
        """The concentration that a signal stands for; BadInput SLOPE_IS_ZERO."""
        if not self.slope:
            raise BadInput("SLOPE_IS_ZERO")
        return as_decimal((Fraction(y) - Fraction(self.intercept)) / Fraction(self.slope))

    def u_of_x(self, y: Decimal, repeats: int = 1) -> Decimal:
        """Standard uncertainty, from the line alone, of a concentration read from the mean of ``repeats`` signals.

        s/b sqrt(1/(w p) + 1/sum w + (x - mean)^2 / Sxx), as in the Eurachem/CITAC guide QUAM:2012, E.4.
        """
        x = Fraction(self.x_of(y))
        if self.weight != "1" and x <= 0:
            raise BadInput("WEIGHT_NEEDS_POSITIVE", x=plain(as_decimal(x)))
        share = 1 / (WEIGHTS[self.weight](x) * repeats)
        if self.through_origin:
            share += x**2 / self.s_xx
        else:
            share += 1 / self.sum_w + (x - self.x_mean) ** 2 / self.s_xx
        return root(share * (Fraction(self.s_residual) / Fraction(self.slope)) ** 2)


def fit(points: Sequence[tuple[Decimal, Decimal]], weight: str = "1", through_origin: bool = False) -> Line:
    """The least-squares line of (x, y) points, ``weight`` one of ``1``, ``1/x`` and ``1/x2``.

    BadInput for too few points, for levels that are all the same, and for weights of levels not above zero.
    """
    parameters = 1 if through_origin else 2
    _enough(points, parameters + 1)
    if weight != "1" and any(x <= 0 for x, _ in points):
        raise BadInput("WEIGHT_NEEDS_POSITIVE", x=plain(min(x for x, _ in points)))
    rows = [(WEIGHTS[weight](Fraction(x)), Fraction(x), Fraction(y)) for x, y in points]
    sum_w = sum((w for w, _, _ in rows), Fraction(0))
    x_mean = y_mean = Fraction(0)
    if not through_origin:
        x_mean = sum((w * x for w, x, _ in rows), Fraction(0)) / sum_w
        y_mean = sum((w * y for w, _, y in rows), Fraction(0)) / sum_w
    s_xx = sum((w * (x - x_mean) ** 2 for w, x, _ in rows), Fraction(0))
    s_xy = sum((w * (x - x_mean) * (y - y_mean) for w, x, y in rows), Fraction(0))
    s_yy = sum((w * (y - y_mean) ** 2 for w, _, y in rows), Fraction(0))
    if not s_xx:
        raise BadInput("LEVELS_ALL_SAME")
    slope = s_xy / s_xx
    dof = len(rows) - parameters
    residual = (s_yy - slope * s_xy) / dof
    of_intercept = Fraction(0) if through_origin else residual * (1 / sum_w + x_mean**2 / s_xx)
    r = root(s_xy**2 / (s_xx * s_yy)) if s_yy else Decimal(0)
    return Line(
        as_decimal(slope), as_decimal(y_mean - slope * x_mean), root(residual / s_xx), root(of_intercept),
        root(residual), r if slope >= 0 else -r, len(rows), dof, weight, through_origin, sum_w, x_mean, s_xx,
    )


# ---- quantiles -------------------------------------------------------------------------------------------------------

_LARGE = 1000
"""From so many degrees of freedom on, the t distribution is worked out from the normal one by its series in 1/n."""


def normal_cdf(z: Decimal) -> Decimal:
    """Phi(z), good to 15 digits; used for probabilities that are printed with four."""
    return Decimal(repr(0.5 * math.erfc(-float(z) / math.sqrt(2))))


def normal_coverage(probability: Decimal) -> Decimal:
    """k so that the share ``probability`` (0.95) of a normal distribution lies within -k..k."""
    return _shown(NormalDist().inv_cdf(0.5 + float(_share(probability)) / 2))


def student_t(probability: Decimal, dof: Decimal) -> Decimal:
    """t so that the share ``probability`` of Student's distribution lies within -t..t (GUM table G.2)."""
    if dof <= 0:
        raise BadInput("DEGREES_NOT_POSITIVE", dof=plain(dof))
    share, n = float(_share(probability)), float(dof)
    return _shown(_t_by_series(share, n) if n > _LARGE else _t_by_beta(share, n))


def grubbs_critical(n: int, level: Decimal = Decimal("0.05")) -> Decimal:
    """The largest |x - mean| / s that one of ``n`` results may show, both sides tested (ISO 5725-2 table 5)."""
    _enough(range(n), 3)
    t = _t_by_beta(1 - float(_share(level)) / n, n - 2)
    return _shown((n - 1) / math.sqrt(n) * math.sqrt(t * t / (n - 2 + t * t)))


def cochran_critical(laboratories: int, results: int, level: Decimal = Decimal("0.05")) -> Decimal:
    """The largest share that one variance may have in the sum of all, each from ``results`` (ISO 5725-2 table 4)."""
    _enough(range(laboratories), 2)
    _enough(range(results), 2)
    a = (results - 1) / 2
    return _shown(_beta_quantile(1 - float(_share(level)) / laboratories, a, (laboratories - 1) * a))


def grubbs(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The value farthest from the mean, and its distance in standard deviations."""
    spread, middle = variance(values), _mean(values)
    if not spread:
        raise BadInput("SPREAD_IS_ZERO")
    farthest = max(values, key=lambda value: abs(Fraction(value) - middle))
    return farthest, root((Fraction(farthest) - middle) ** 2 / spread)


def cochran(groups: Sequence[Sequence[Decimal]]) -> tuple[int, Decimal]:
    """Which group has the largest variance, and its share in the sum of all; every group has as many results."""
    _enough(groups, 2)
    if len({len(group) for group in groups}) > 1:
        raise BadInput("GROUPS_NOT_EQUAL")
    spreads = [variance(group) for group in groups]
    if not any(spreads):
        raise BadInput("SPREAD_IS_ZERO")
    largest = max(range(len(spreads)), key=lambda place: spreads[place])
    return largest, as_decimal(spreads[largest] / sum(spreads, Fraction(0)))


def _share(probability: Decimal) -> Decimal:
    if not 0 < probability < 1:
        raise BadInput("NOT_A_SHARE", value=plain(probability))
    return probability


def _shown(value: float) -> Decimal:
    return Context(prec=10).create_decimal_from_float(value)


def _t_by_beta(share: float, n: float) -> float:
    """t^2/(n + t^2) follows the beta distribution of 1/2 and n/2."""
    y = _beta_quantile(share, 0.5, n / 2)
    return math.sqrt(n * y / (1 - y))


def _t_by_series(share: float, n: float) -> float:
    """The expansion of t about the normal quantile; the first term left out is of the order n^-4."""
    z = NormalDist().inv_cdf(0.5 + share / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / n + second / n**2 + third / n**3


@lru_cache(maxsize=256)
def _beta_quantile(share: float, a: float, b: float) -> float:
    """x with I_x(a, b) = share, by halving until the two ends meet."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _beta(middle, a, b) < share else (low, middle)
    return middle


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), from the side where its continued fraction is short."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(scale) / a / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)), worked out from its end; two hundred steps are ample up to a thousand degrees."""
    value = 1.0
    for step in range(200, 0, -1):
        m = step // 2
        if step % 2:
            d = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            d = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        value = 1 + d / value
    return value

"""Control charts: frozen limits from a laboratory's own points, and what Westgard's and Nelson's rules say of new ones.

Scores are exact fractions, so that a point on a limit is judged as on it. Where points come from is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers import statistics
from lims.domain.rules.errors import BadInput

LEAST_POINTS = 20
"""Points behind limits that are frozen (ISO 7870-2:2013, 6.2; decision_rules.md section 8)."""
RANGE_ACTION, RANGE_WARNING = Decimal("3.267"), Decimal("2.512")
"""Of the mean range of pairs: D4 for n = 2 (ISO 7870-2), and the warning factor of the Nordic guide (NT TR 569)."""

Score = Fraction | Decimal
Runs = Sequence[object] | None


@dataclass(frozen=True)
class ChartLimits:
    """The centre and the standard deviation of a chart, both in its unit, and how many points they come from."""

    mean: Decimal
    deviation: Decimal
    points: int

    def score(self, value: Decimal) -> Fraction:
        """z = (x - mean) / s."""
        return (Fraction(value) - Fraction(self.mean)) / Fraction(self.deviation)

    def at(self, deviations: int) -> Decimal:
        """The line that many standard deviations from the centre."""
        return statistics.as_decimal(Fraction(self.mean) + deviations * Fraction(self.deviation))


@dataclass(frozen=True)
class Signal:
    """A rule that holds at a point: its name, the point, the points that make it, and whether it rejects."""

    rule: str
    at: int
    points: tuple[int, ...]
    rejects: bool


def limits_from(values: Sequence[Decimal]) -> ChartLimits:
    """Limits to be frozen. BadInput VALUES_TOO_FEW below twenty points, SPREAD_IS_ZERO where all are equal."""
    if len(values) < LEAST_POINTS:
        raise BadInput("VALUES_TOO_FEW", found=len(values), least=LEAST_POINTS)
    spread = statistics.standard_deviation(values)
    if not spread:
        raise BadInput("SPREAD_IS_ZERO")
    return ChartLimits(statistics.mean(values), spread, len(values))


def range_limits(ranges: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """(mean, warning, action) of a chart of the ranges of pairs, absolute or in per cent of their mean."""
    if len(ranges) < LEAST_POINTS:
        raise BadInput("VALUES_TOO_FEW", found=len(ranges), least=LEAST_POINTS)
    middle = statistics.mean(ranges)
    if not middle:
        raise BadInput("SPREAD_IS_ZERO")
    lines = (statistics.as_decimal(Fraction(middle) * Fraction(factor)) for factor in (RANGE_WARNING, RANGE_ACTION))
    return (middle, *lines)  # type: ignore[return-value]


# ---- the rules -------------------------------------------------------------------------------------------------------


def _side(count: int, of: int, beyond: int) -> Callable[[Sequence[Fraction]], bool]:
    """The last point and enough of those before it lie more than ``beyond`` s from the centre on one side."""

    def holds(z: Sequence[Fraction]) -> bool:
        if len(z) < of or abs(z[-1]) <= beyond:
            return False
        sign = 1 if z[-1] > 0 else -1
        return sum(1 for one in z[-of:] if one * sign > beyond) >= count

    return holds


def _trend(z: Sequence[Fraction]) -> bool:
    steps = [b - a for a, b in zip(z[-6:], z[-5:], strict=False)]
    return len(steps) == 5 and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _alternating(z: Sequence[Fraction]) -> bool:
    steps = [b - a for a, b in zip(z[-14:], z[-13:], strict=False)]
    return len(steps) == 13 and all(a * b < 0 for a, b in zip(steps, steps[1:], strict=False))


def _stratified(z: Sequence[Fraction]) -> bool:
    return len(z) >= 15 and all(abs(one) < 1 for one in z[-15:])


def _mixture(z: Sequence[Fraction]) -> bool:
    last = z[-8:]
    return len(last) == 8 and all(abs(one) > 1 for one in last)


Rule = tuple[str, int, bool, Callable[[Sequence[Fraction]], bool]]
WESTGARD: tuple[Rule, ...] = (
    ("1-2s", 1, False, _side(1, 1, 2)),
    ("1-3s", 1, True, _side(1, 1, 3)),
    ("2-2s", 2, True, _side(2, 2, 2)),
    ("R-4s", 2, True, lambda z: len(z) > 1 and abs(z[-1]) > 2 and abs(z[-2]) > 2 and z[-1] * z[-2] < 0),
    ("4-1s", 4, True, _side(4, 4, 1)),
    ("10-x", 10, True, _side(10, 10, 0)),
)
"""Name, points looked at, whether it rejects, the rule (Westgard et al., Clin. Chem. 27 (1981) 493)."""
NELSON: tuple[Rule, ...] = (
    ("1", 1, True, _side(1, 1, 3)),
    ("2", 9, False, _side(9, 9, 0)),
    ("3", 6, False, _trend),
    ("4", 14, False, _alternating),
    ("5", 3, False, _side(2, 3, 2)),
    ("6", 5, False, _side(4, 5, 1)),
    ("7", 15, False, _stratified),
    ("8", 8, False, _mixture),
)
"""The eight tests of Nelson (J. Qual. Technol. 16 (1984) 237; ISO 7870-2:2013, figure 3); the first alone rejects."""
FAMILIES = {"westgard": WESTGARD, "nelson": NELSON}


def signals(scores: Sequence[Score], family: Iterable[Rule], runs: Runs = None) -> tuple[Signal, ...]:
    """Every rule of the family at every point it holds at, in the order of points and rules.

    Where it is known which run a point belongs to, R-4s looks at two points of one run only.
    """
    rules, z = tuple(family), [Fraction(one) for one in scores]
    found: list[Signal] = []
    for at in range(len(z)):
        for name, width, rejects, holds in rules:
            first = max(0, at + 1 - width)
            if name == "R-4s" and runs is not None and at and runs[at] != runs[at - 1]:
                continue
            if holds(z[first : at + 1]):
                found.append(Signal(name, at, tuple(range(first, at + 1)), rejects))
    return tuple(found)


def last(scores: Sequence[Score], family: Iterable[Rule], runs: Runs = None) -> tuple[Signal, ...]:
    """The signals at the newest point; what lies further back than a rule reaches is not looked at."""
    rules = tuple(family)
    reach = max(width for _, width, _, _ in rules)
    start = max(0, len(scores) - reach)
    near = signals(scores[start:], rules, runs[start:] if runs is not None else None)
    newest = len(scores) - 1
    return tuple(
        Signal(one.rule, newest, tuple(start + point for point in one.points), one.rejects)
        for one in near
        if start + one.at == newest
    )

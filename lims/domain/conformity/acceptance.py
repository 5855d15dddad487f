"""A number against a numeric limit by a decision rule: ILAC-G8:09/2019 4.2, JCGM 106:2012 7.3, GB/T 8170-2008 4.3."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from lims.domain.conformity.chance import Chance
from lims.domain.conformity.values import WIDE, Bound, Conformity, DecisionRule, Exact, Limit
from lims.domain.conformity.working import Comparison, Said
from lims.domain.numbers.rounding import round_to

Edges = tuple[Decimal | None, Decimal | None]


def accept(
    x: Decimal, limit: Limit, rule: DecisionRule, expanded: Decimal | None, k: Decimal, exact: Exact | None = None
) -> Conformity:
    """The verdict on ``x`` in the limit's unit; ``expanded`` is U at this value, None where it is not known.

    The rule is a known one. Everything is compared unrounded but for the rounded-value method; where ``x`` or U does
    not end as a decimal, ``exact`` is compared and the decimals are shown.
    """
    low, high = limit.bounds
    name = rule.name
    chance = Chance(x, low and low.value, high and high.value, expanded, k) if expanded else None
    p = chance.value() if chance is not None and name == "PROBABILITY" else None
    if name == "SIMPLE":
        full, edges = x, (low and low.value, high and high.value)
        if rule.comparison == "ROUNDED":
            x = _rounded(full, low, high)
            inside = _rounded_inside(full, low, high)
        else:
            inside = _inside(x, low, high, None) if exact is None else _within(exact.x, limit, Fraction(0))
        verdict = "PASS" if inside else "FAIL"
    elif expanded is None:
        shown = f"{x:f} {limit.unit}".rstrip()
        missing = Said(f"{shown}: uncertainty missing ({name})", f"{shown}：缺少测量不确定度（{name}）")
        return Conformity("INCONCLUSIVE", "UNCERTAINTY_MISSING", x, limit.unit, basis=missing)
    else:
        verdict, edges = _by_rule(x, low, high, rule, expanded, p)
        if exact is not None and p is None:
            verdict, edges = _exactly(exact, limit, rule, x, edges)
    reason = None
    if verdict not in ("PASS", "CONDITIONAL_PASS") and limit.step:
        verdict, reason = "INCONCLUSIVE", "NEXT_TEST_NEEDED"
    basis = Comparison(x, limit, rule, expanded, k, p, edges)
    turning = None if name == "PROBABILITY" else edges
    return Conformity(verdict, reason, x, limit.unit, "", turning, limit.places, chance, basis)


def _inside(x: Decimal, low: Bound | None, high: Bound | None, guard: Decimal | None) -> bool:
    """Within the bounds, drawn in by ``guard`` (pushed out where it is negative); strictness carries over."""
    if high is not None:
        edge = high.value if guard is None else WIDE.subtract(high.value, guard)
        if x > edge or (high.strict and x == edge):
            return False
    if low is not None:
        edge = low.value if guard is None else WIDE.add(low.value, guard)
        if x < edge or (low.strict and x == edge):
            return False
    return True


def _rounded(x: Decimal, low: Bound | None, high: Bound | None) -> Decimal:
    """The value that the rounded-value method compares and shows; of two sides, the one that is nearer."""
    if low is None or high is None:
        return round_to(x, (low or high).place)  # type: ignore[union-attr]
    nearer = low if abs(x - low.value) < abs(x - high.value) else high
    return round_to(x, nearer.place)


def _rounded_inside(x: Decimal, low: Bound | None, high: Bound | None) -> bool:
    """Each side is compared at its own place, each time rounded from the full value."""
    return all(
        _inside(round_to(x, side.place), side if side is low else None, side if side is high else None, None)
        for side in (low, high)
        if side is not None
    )


def _by_rule(
    x: Decimal, low: Bound | None, high: Bound | None, rule: DecisionRule, expanded: Decimal, p: Decimal | None
) -> tuple[str, Edges]:
    if rule.name == "PROBABILITY":
        certain = Decimal(1 if _inside(x, low, high, None) else 0)
        return "PASS" if (certain if p is None else p) >= rule.p_min else "FAIL", (None, None)
    if rule.name == "GUARDED_REJECTION":
        outwards = expanded.copy_negate()
        return "PASS" if _inside(x, low, high, outwards) else "FAIL", _moved(low, high, outwards)
    guard = WIDE.multiply(rule.r, expanded)
    edges = _moved(low, high, guard)
    within = _inside(x, low, high, guard)
    if rule.name == "GUARDED":
        return "PASS" if within else "FAIL", edges
    if _inside(x, low, high, None):
        return "PASS" if within else "CONDITIONAL_PASS", edges
    return "CONDITIONAL_FAIL" if _inside(x, low, high, guard.copy_negate()) else "FAIL", edges


def _exactly(exact: Exact, limit: Limit, rule: DecisionRule, x: Decimal, edges: Edges) -> tuple[str, Edges]:
    """The same in fractions; an edge that the value lies on is shown with the value's own digits."""
    assert exact.expanded is not None
    if rule.name == "PROBABILITY":  # U is zero: what is inside is certain
        certain = 1 if _within(exact.x, limit, Fraction(0)) else 0
        return "PASS" if certain >= rule.p_min else "FAIL", edges
    rejects = rule.name == "GUARDED_REJECTION"
    guard = -exact.expanded if rejects else Fraction(rule.r) * exact.expanded
    low, high = limit.bounds
    ends = (low and Fraction(low.value) + guard, high and Fraction(high.value) - guard)
    shown = [x if end == exact.x and edge != x else edge for end, edge in zip(ends, edges, strict=True)]
    within = _within(exact.x, limit, guard)
    if rule.name != "NON_BINARY":
        return "PASS" if within else "FAIL", (shown[0], shown[1])
    if _within(exact.x, limit, Fraction(0)):
        return "PASS" if within else "CONDITIONAL_PASS", (shown[0], shown[1])
    return "CONDITIONAL_FAIL" if _within(exact.x, limit, -guard) else "FAIL", (shown[0], shown[1])


def _within(x: Fraction, limit: Limit, guard: Fraction) -> bool:
    """As ``_inside``, in fractions."""
    low, high = limit.bounds
    if high is not None:
        edge = Fraction(high.value) - guard
        if x > edge or (high.strict and x == edge):
            return False
    if low is not None:
        edge = Fraction(low.value) + guard
        if x < edge or (low.strict and x == edge):
            return False
    return True


def _moved(low: Bound | None, high: Bound | None, guard: Decimal) -> Edges:
    return low and WIDE.add(low.value, guard), high and WIDE.subtract(high.value, guard)

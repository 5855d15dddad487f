"""A number against a numeric limit by a decision rule: ILAC-G8:09/2019 4.2, JCGM 106:2012 7.3, GB/T 8170-2008 4.3."""

from __future__ import annotations

from decimal import Decimal

from lims.domain.conformity.chance import Chance
from lims.domain.conformity.values import WIDE, Bound, Conformity, DecisionRule, Limit
from lims.domain.conformity.working import Comparison, Said
from lims.domain.numbers.rounding import round_to

Edges = tuple[Decimal | None, Decimal | None]


def accept(x: Decimal, limit: Limit, rule: DecisionRule, expanded: Decimal | None, k: Decimal) -> Conformity:
    """The verdict on ``x`` in the limit's unit; ``expanded`` is U at this value, None where it is not known.

    The rule is a known one. Everything is compared unrounded but for the rounded-value method.
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
            inside = _inside(x, low, high, None)
        verdict = "PASS" if inside else "FAIL"
    elif expanded is None:
        shown = f"{x:f} {limit.unit}".rstrip()
        missing = Said(f"{shown}: uncertainty missing ({name})", f"{shown}：缺少测量不确定度（{name}）")
        return Conformity("INCONCLUSIVE", "UNCERTAINTY_MISSING", x, limit.unit, basis=missing)
    else:
        verdict, edges = _by_rule(x, low, high, rule, expanded, p)
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


def _moved(low: Bound | None, high: Bound | None, guard: Decimal) -> Edges:
    return low and WIDE.add(low.value, guard), high and WIDE.subtract(high.value, guard)

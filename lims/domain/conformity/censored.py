"""A result that is only known to lie below or above a figure, against a limit: what it cannot say stays inconclusive.

It is held against the limit itself under every rule and needs no uncertainty.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from lims.domain.conformity.values import Bound, Conformity, Limit, Measured
from lims.domain.conformity.working import Bounded, Said

REASON_OF = {"not_detected": "LOD_ABOVE_LIMIT", "below": "LOQ_ABOVE_LIMIT", "above": "OVER_RANGE"}


class Reach(NamedTuple):
    """Where the true value may lie: below or above ``figure``, which itself may belong to it."""

    figure: Decimal
    below: bool
    closed: bool
    exact: Fraction | None = None
    """The figure where it does not end as a decimal."""

    @property
    def full(self) -> Fraction:
        return Fraction(self.figure) if self.exact is None else self.exact

    @property
    def qualifier(self) -> str:
        return ("<" if self.below else ">") + ("=" if self.closed else "")


def reach_of(result: Measured) -> Reach | str:
    """The reach of a censored result, or the reason why nothing is known of it."""
    if result.status == "not_detected":
        return "LOD_UNKNOWN" if result.lod is None else Reach(result.lod, True, False)
    if result.status in ("below_loq", "trace"):
        return "LOQ_UNKNOWN" if result.loq is None else Reach(result.loq, True, False)
    if result.status == "over_range" or result.value is None:
        return "OVER_RANGE"
    sign = result.qualifier or ""
    return Reach(result.value, sign.startswith("<"), sign.endswith("="))


def hold(result: Measured, limit: Limit, exact: Fraction | None = None) -> Conformity:
    """PASS where every value it may have conforms, FAIL where none does, else INCONCLUSIVE with the reason.

    ``exact`` is its figure where that does not end as a decimal.
    """
    reach = reach_of(result)
    low, high = limit.bounds
    edges = low and low.value, high and high.value
    if isinstance(reach, str):
        said = Said(f"{result.text or result.status}: {reach}", f"{result.text or result.status}：{reach}")
        return Conformity("INCONCLUSIVE", reach, None, limit.unit, "", edges, limit.places, None, said)
    reach = reach._replace(exact=exact)
    if reach.below:
        verdict = _below(reach, low, high)
        reason = REASON_OF["not_detected" if result.status == "not_detected" else "below"]
    else:
        verdict = _above(reach, low, high)
        reason = REASON_OF["above"]
    if limit.step and verdict == "FAIL":
        verdict, reason = "INCONCLUSIVE", "NEXT_TEST_NEEDED"
    return Conformity(
        verdict, reason if verdict == "INCONCLUSIVE" else None, reach.figure, limit.unit, reach.qualifier, edges,
        limit.places, None, Bounded(result.status, reach.qualifier, reach.figure, limit),
    )


def _below(reach: Reach, low: Bound | None, high: Bound | None) -> str:
    """The value lies anywhere below the figure; no lower bound of zero excludes any of it."""
    x, closed = reach.full, reach.closed
    if low is not None and (low.value != 0 or low.strict or high is None):
        outside = x < Fraction(low.value) or (x == Fraction(low.value) and (not closed or low.strict))
        return "FAIL" if outside else "INCONCLUSIVE"
    assert high is not None
    inside = x < Fraction(high.value) or (x == Fraction(high.value) and not (closed and high.strict))
    return "PASS" if inside else "INCONCLUSIVE"


def _above(reach: Reach, low: Bound | None, high: Bound | None) -> str:
    x, closed = reach.full, reach.closed
    if high is not None:
        outside = x > Fraction(high.value) or (x == Fraction(high.value) and (not closed or high.strict))
        return "FAIL" if outside else "INCONCLUSIVE"
    assert low is not None
    inside = x > Fraction(low.value) or (x == Fraction(low.value) and not (closed and low.strict))
    return "PASS" if inside else "INCONCLUSIVE"


_SAYS = {
    "PASS": ("not detected", "未检出"), "FAIL": ("detected", "检出"), "INCONCLUSIVE": ("to be confirmed", "待确证"),
}


def must_be_absent(result: Measured, limit: Limit) -> Conformity:
    """A banned substance: not detected, ``<…`` and zero pass; between LOD and LOQ the detection must be confirmed."""
    verdict, reason = _absent(result)
    shown = f"{result.qualifier or ''}{result.value:f}" if result.value is not None else result.text or result.status
    unit = f" {result.unit}" if result.unit and result.value is not None else ""
    says, says_zh = _SAYS[verdict]
    said = Said(f"{shown}{unit}: {says} (ND)", f"{shown}{unit}：{says_zh}（ND）")
    return Conformity(
        verdict, reason, result.value, result.unit or limit.unit or None, result.qualifier or "", basis=said
    )


def _absent(result: Measured) -> tuple[str, str | None]:
    status, value = result.status, result.value
    if status in ("not_detected", "below_loq"):
        return "PASS", None
    if status == "trace":
        return "INCONCLUSIVE", "CONFIRM_DETECTION"
    if status == "censored" and (result.qualifier or "").startswith("<"):
        return "PASS", None
    if status == "numeric" and value is not None:
        if value <= 0 or (result.lod is not None and value < result.lod):
            return "PASS", None
        if result.loq is not None and value < result.loq:
            return "INCONCLUSIVE", "CONFIRM_DETECTION"
    return "FAIL", None

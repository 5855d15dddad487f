"""Microbiological plans of two and three classes (ICMSF; GB 4789.1, GB 29921): n results, c marginal, m and M."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from lims.domain.conformity.censored import Reach, reach_of
from lims.domain.conformity.values import Conformity, Limit, Measured
from lims.domain.conformity.working import Plan, Said

GOOD, MARGINAL, BAD = 0, 1, 2
"""At most m; above m; above M. In two classes, above m is marginal and counts against c."""


class Span(NamedTuple):
    """The best and the worst class that a result may belong to, and why they differ."""

    best: int
    worst: int
    reason: str | None = None


def judge_plan(results: Sequence[Measured], limit: Limit) -> Conformity:
    """Results are in the limit's unit. INCONCLUSIVE only where a value that is not known could change the verdict."""
    if len(results) != limit.n:
        found = len(results)
        said = Said(f"{found} results, the plan wants n = {limit.n}", f"{found} 个结果，方案要求 n = {limit.n}")
        return Conformity("INVALID", "N_MISMATCH", None, limit.unit, basis=said)
    m, big = limit.plan
    spans = [_span(result, m, big) for result in results]
    at_best = _verdict([span.best for span in spans], limit.c or 0)
    at_worst = _verdict([span.worst for span in spans], limit.c or 0)
    largest = max((result for result in results if result.value is not None), key=_size, default=None)
    verdict, reason = at_best
    if at_best[0] != at_worst[0]:
        verdict, reason = "INCONCLUSIVE", next(span.reason for span in spans if span.best != span.worst)
    value, sign = (None, "") if largest is None else (largest.value, largest.qualifier or "")
    counts = tuple(
        sum(1 for span in spans if getattr(span, side) >= least) for side in ("best", "worst") for least in (1, 2)
    )
    return Conformity(verdict, reason, value, limit.unit, sign, None, 0, None, Plan(limit, *counts))


def _size(result: Measured) -> tuple[Decimal, bool]:
    return result.value or Decimal(0), (result.qualifier or "").startswith(">")


def _verdict(classes: Sequence[int], c: int) -> tuple[str, str | None]:
    if BAD in classes:
        return "FAIL", "OVER_M"
    return ("FAIL", "OVER_C") if classes.count(MARGINAL) > c else ("PASS", None)


def _span(result: Measured, m: Decimal, big: Decimal | None) -> Span:
    top = MARGINAL if big is None else BAD
    if result.status == "numeric" and result.value is not None:
        one = _class(result.value, m, big)
        return Span(one, one)
    if result.status == "not_detected":
        return Span(GOOD, GOOD)
    if result.status == "qualitative":
        return Span(MARGINAL, top, "OVER_RANGE")
    reach = reach_of(result)
    if isinstance(reach, str):
        return Span(GOOD, top, reach)
    return _reached(reach, m, big, top)


def _reached(reach: Reach, m: Decimal, big: Decimal | None, top: int) -> Span:
    if reach.below:
        return Span(GOOD, _class(reach.figure, m, big), "LOQ_ABOVE_LIMIT")
    lowest = _class(reach.figure, m, big) if reach.closed else _class_above(reach.figure, m, big)
    return Span(lowest, top, "OVER_RANGE")


def _class(x: Decimal, m: Decimal, big: Decimal | None) -> int:
    """x = m is good, x = M is marginal."""
    if x <= m:
        return GOOD
    return BAD if big is not None and x > big else MARGINAL


def _class_above(x: Decimal, m: Decimal, big: Decimal | None) -> int:
    """The best class of a value above ``x``."""
    if x < m:
        return GOOD
    return BAD if big is not None and x >= big else MARGINAL

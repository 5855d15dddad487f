"""How many units of food a microbiological plan wants (ICMSF n, c, m, M; GB 4789.1, GB 29921), single or pooled.

Judging single units is conformity/plans.py; here a plan says what to draw, and pools of units are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lims.domain.portion import Amount, amount
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import PLANS, LimitVersion

POOL_RULE = "POSITIVE_POOL_FAILS"
"""One positive pool counts as a failed plan; which unit of the pool was positive is not asked."""


@dataclass(frozen=True)
class Draw:
    """``n`` units, of each of which ``portion`` is taken; None where neither the limit nor its method says it."""

    limit: str
    n: int
    portion: Amount | None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return () if self.portion else (refusal("PORTION_NOT_STATED", what=self.limit),)

    @property
    def total(self) -> Amount | None:
        return self.portion.times(self.n) if self.portion else None


def units_to_draw(limit: LimitVersion, method_portion: str = "") -> Draw:
    """The units that the plan of a limit wants; the portion of the limit goes before that of the method.

    BadInput where the limit is no plan or its portion is no amount.
    """
    if limit.operator not in PLANS or not limit.n:
        raise BadInput("NOT_A_PLAN", field="operator", value=limit.operator)
    stated = limit.portion.strip() or method_portion.strip()
    return Draw(limit.code, limit.n, amount(stated, "portion") if stated else None)


def units_together(draws: Iterable[Draw]) -> int:
    """Units to draw for several limits of one lot: the same unit serves them all, so the largest plan counts."""
    return max((draw.n for draw in draws), default=0)


@dataclass(frozen=True)
class Pooling:
    """``n`` portions taken together in pools of ``size``; the last pool may be smaller."""

    limit: str
    n: int
    size: int
    portion: str
    rule: str = POOL_RULE

    @property
    def pools(self) -> int:
        return -(-self.n // self.size)

    def stored(self) -> dict[str, Any]:
        """Plain JSON, to be kept with the result that was judged by it."""
        return {
            "rule": self.rule, "limit": self.limit, "n": self.n, "size": self.size, "pools": self.pools,
            "portion": self.portion,
        }


@dataclass(frozen=True)
class PooledVerdict:
    """PASS, FAIL or INVALID with its reason, the count of positive pools, and the pooling it was judged by."""

    verdict: str
    reason: str | None
    positive: int
    tested: int
    pooling: Pooling

    def lines(self) -> tuple[str, str]:
        """The worked line in English and Chinese."""
        rule = self.pooling
        english = f"n = {rule.n}, c = 0, {rule.pools} pools of up to {rule.size} × {rule.portion}"
        chinese = f"n = {rule.n}，c = 0，{rule.pools} 个合并样，每个至多 {rule.size} × {rule.portion}"
        if self.verdict == "INVALID":
            return f"{english}: {self.tested} pools tested", f"{chinese}：检测了 {self.tested} 个合并样"
        return (
            f"{english}: {self.positive} positive; a positive pool counts as a failed plan",
            f"{chinese}：{self.positive} 个阳性；任一合并样阳性即判该方案不合格",
        )


def pooling(limit: LimitVersion, size: int) -> Pooling:
    """How the portions of a plan are pooled.

    Refused where one positive unit would not decide: only a plan of two classes for absence (m = 0) with c = 0 may be
    pooled, because a pool tells neither how many units are positive nor how much is in one.
    """
    draw = units_to_draw(limit)
    if limit.operator != "NCM2" or limit.c != 0 or limit.lowest is not None:
        raise Refused(refusal("POOLING_NOT_ALLOWED", limit=limit.code))
    if type(size) is not int or not 1 <= size <= draw.n:
        raise BadInput("COUNT_OUT_OF_RANGE", field="size", value=str(size)[:40], least=1, most=draw.n)
    if draw.portion is None:
        raise Refused(*draw.refusals)
    return Pooling(limit.code, draw.n, size, str(draw.portion))


def judge_pools(rule: Pooling, detected: Sequence[bool]) -> PooledVerdict:
    """One answer a pool, True where it was found; another number of answers than pools is INVALID."""
    positive = sum(detected)
    if len(detected) != rule.pools:
        return PooledVerdict("INVALID", "N_MISMATCH", positive, len(detected), rule)
    verdict, reason = ("FAIL", "POSITIVE_POOL") if positive else ("PASS", None)
    return PooledVerdict(verdict, reason, positive, len(detected), rule)

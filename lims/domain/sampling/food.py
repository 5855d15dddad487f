"""How many units of food a microbiological plan wants (ICMSF n, c, m, M; GB 4789.1, GB 29921).

Judging single units is conformity/plans.py, units tested together pools.py; here a plan says what to draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lims.domain.portion import Amount, amount
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import PLANS, LimitVersion


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

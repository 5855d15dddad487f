"""What a decision rule risks: the line that goes with every verdict (ISO/IEC 17025 7.8.6.1, ILAC-G8:09/2019).

With U known it is the specific risk of this result, from the probability of conformity; without it, what the rule
risks at worst. A result that no number was compared for (plans, words, censored values) has no such figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from lims.domain.conformity.values import NUMERIC
from lims.domain.conformity.working import Said
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import normal_cdf

_ACCEPTED, _REJECTED = ("PASS", "CONDITIONAL_PASS"), ("FAIL", "CONDITIONAL_FAIL")
_SAYS = {
    "FALSE_ACCEPTANCE": ("risk of false acceptance", "误接受风险"),
    "FALSE_REJECTION": ("risk of false rejection", "误拒绝风险"),
}
_TENTH = Decimal("0.1")
_HUNDRED = Decimal(100)
_K = Decimal(2)


class Risk(NamedTuple):
    """A risk in per cent to one decimal, as it is printed: ``3.9 %``, ``< 0.1 %``; ``at_most``: at worst."""

    kind: str
    percent: str
    at_most: bool = False

    @property
    def said(self) -> Said:
        english, chinese = _SAYS[self.kind]
        if self.at_most:
            return Said(f"{english} up to {self.percent}", f"{chinese}最高 {self.percent}")
        return Said(f"{english} {self.percent}", f"{chinese} {self.percent}")


def specific(verdict: str, p_conform: str | None) -> Risk | None:
    """Of an accepted result, that the true value does not conform; of a rejected one, that it does."""
    if not p_conform:
        return None
    p = Decimal(p_conform)
    if verdict in _ACCEPTED:
        return Risk("FALSE_ACCEPTANCE", _percent(1 - p))
    return Risk("FALSE_REJECTION", _percent(p)) if verdict in _REJECTED else None


def at_worst(rule: Mapping[str, str]) -> tuple[Risk, ...]:
    """What the rule risks for a result that lies where the verdict turns: 1 - Phi(2r) with k = 2, one limit, normal.

    Simple acceptance risks up to one half either way; a guard band keeps one of the two risks small.
    """
    name = rule.get("name", "SIMPLE")
    if name == "PROBABILITY":
        return (Risk("FALSE_ACCEPTANCE", _percent(1 - Decimal(rule.get("p_min", "0.95"))), at_most=True),)
    if name in ("GUARDED", "NON_BINARY"):
        guarded = Risk("FALSE_ACCEPTANCE", _beyond(Decimal(rule.get("r", "1"))), at_most=True)
        return (guarded,)
    if name == "GUARDED_REJECTION":
        return (Risk("FALSE_REJECTION", _beyond(Decimal(1)), at_most=True),)
    half = _percent(Decimal("0.5"))
    return Risk("FALSE_ACCEPTANCE", half, at_most=True), Risk("FALSE_REJECTION", half, at_most=True)


def _beyond(r: Decimal) -> str:
    return _percent(normal_cdf(-r * _K))


def _percent(share: Decimal) -> str:
    """To one decimal; what would read as none or as certain is said as a bound."""
    percent = (share * _HUNDRED).quantize(_TENTH, ROUND_HALF_EVEN)
    if percent < _TENTH:
        return "< 0.1 %"
    if percent > _HUNDRED - _TENTH:
        return "> 99.9 %"
    whole = percent.to_integral_value()
    return f"{whole if whole == percent else percent} %"


def risk_of(
    rule: Mapping[str, str], operator: str, status: str, verdict: str, p_conform: str | None, known: bool
) -> Said:
    """The risk of one result in words; empty where no number was compared or nothing was decided.

    ``known``: U is known; one of zero leaves no risk to speak of.
    """
    one = specific(verdict, p_conform)
    if one is not None:
        return one.said
    if known or operator not in NUMERIC or status not in ("numeric", "list"):
        return Said("", "")
    kind = "FALSE_ACCEPTANCE" if verdict in _ACCEPTED else "FALSE_REJECTION" if verdict in _REJECTED else ""
    worst = next((risk for risk in at_worst(rule) if risk.kind == kind), None)
    return worst.said if worst else Said("", "")


def worst_said(rule: Mapping[str, str]) -> Said:
    """What the rule risks at worst, for the list of rules on a document."""
    said = [risk.said for risk in at_worst(rule)]
    return Said("; ".join(one.english for one in said), "；".join(one.chinese for one in said))


def factors(rule: Mapping[str, str], expanded: str, k: str) -> str:
    """r, U and k as they are printed beside a result: ``r = 1, U = 0.05, k = 2``; r of 0 is simple acceptance."""
    parts = [f"r = {r_of(rule)}"] if r_of(rule) else []
    parts += [f"U = {expanded}", f"k = {k}"] if expanded else []
    return ", ".join(parts)


def r_of(rule: Mapping[str, str]) -> str:
    """The guard band in units of U; for guarded rejection it lies outside the limit; probability has none."""
    name = rule.get("name", "SIMPLE")
    if name in ("GUARDED", "NON_BINARY"):
        return plain(Decimal(rule.get("r", "1")))
    return {"SIMPLE": "0", "GUARDED_REJECTION": "1"}.get(name, "")

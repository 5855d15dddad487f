"""The worked line of a verdict in English and Chinese, with every figure in it, so that anyone can check it by hand."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import NamedTuple

from lims.domain.conformity.values import DecisionRule, Limit, shown
from lims.domain.numbers.rounding import plain

_GOOD = ("PASS", "CONDITIONAL_PASS")
_SIGNS = {"LE": ("≤", ">"), "LT": ("<", "≥"), "GE": ("≥", "<"), "GT": (">", "≤")}
_RULES = {
    "SIMPLE": ("simple acceptance", "简单接受"),
    "GUARDED": ("guarded acceptance", "带保护带接受"),
    "NON_BINARY": ("non-binary statement", "非二元判定"),
    "GUARDED_REJECTION": ("guarded rejection", "带保护带拒绝"),
    "PROBABILITY": ("probability of conformity", "合格概率"),
}
_COMPARISONS = {"FULL": ("full value", "全数值比较"), "ROUNDED": ("rounded value", "修约值比较")}
_BEHIND = {
    "not_detected": ("not detected, LOD", "未检出，检出限"), "below_loq": ("below LOQ", "低于定量限"),
    "trace": ("trace, LOQ", "痕量，定量限"),
}


@cache
def _how(operator: str, comparison: str, rule: str) -> tuple[str, str]:
    """What was asked and how it was compared, in words."""
    value, value_zh = _COMPARISONS[comparison]
    name, name_zh = _RULES[rule]
    return f"{operator}, {value}, {name}", f"{operator}，{value_zh}，{name_zh}"


class Said(NamedTuple):
    """A line that was made where the verdict was."""

    english: str
    chinese: str

    def lines(self, verdict: str) -> tuple[str, str]:
        return self.english, self.chinese


class Comparison(NamedTuple):
    """A number compared with a limit by a rule."""

    x: Decimal
    limit: Limit
    rule: DecisionRule
    expanded: Decimal | None
    k: Decimal
    p: Decimal | None
    edges: tuple[Decimal | None, Decimal | None]

    def lines(self, verdict: str) -> tuple[str, str]:
        english, chinese = _how(self.limit.operator, self.rule.comparison, self.rule.name)
        relation = self._relation()
        if self.expanded is None or self.rule.name == "SIMPLE":
            return f"{relation} ({english})", f"{relation}（{chinese}）"
        figures = self._figures(self.expanded)
        return f"{relation} ({', '.join([english, *figures])})", f"{relation}（{'，'.join([chinese, *figures])}）"

    def _relation(self) -> str:
        """The value, and the edge that it was compared with: that of the rule, or of the limit where it has none."""
        limit, x = self.limit, self.x
        unit = f" {limit.unit}" if limit.unit else ""
        probable = self.rule.name == "PROBABILITY"
        if probable and self.p is not None:
            sign = "≥" if self.p >= self.rule.p_min else "<"
            return f"{x:f}{unit}: P = {self.p:.4f} {sign} {plain(self.rule.p_min)}, {limit.printed}"
        bottom, top = limit.bounds
        low, high = (bottom and bottom.value, top and top.value) if probable else self.edges
        places = limit.places
        if low is not None and high is not None:
            inside = low <= x <= high and not self._on_strict_end(low, high)
            return f"{x:f}{unit} {'∈' if inside else '∉'} {shown(low, places)}..{shown(high, places)}{unit}"
        edge = low if high is None else high
        assert edge is not None
        inside = x < edge if high is not None else x > edge
        if x == edge:
            inside = limit.operator in ("LE", "GE")
        return f"{x:f}{unit} {_SIGNS[limit.operator][0 if inside else 1]} {shown(edge, places)}{unit}"

    def _on_strict_end(self, low: Decimal, high: Decimal) -> bool:
        bottom, top = self.limit.bounds
        at_bottom = bottom is not None and bottom.strict and self.x == low
        return at_bottom or (top is not None and top.strict and self.x == high)

    def _figures(self, expanded: Decimal) -> list[str]:
        told = [f"TL = {self.limit.printed}" if self.limit.operator in ("GE", "GT") else f"TU = {self.limit.printed}"]
        if self.limit.operator == "RANGE":
            told = [self.limit.printed]
        told += [f"U = {plain(expanded)}", f"k = {plain(self.k)}"]
        return [*told, f"r = {plain(self.rule.r)}"] if self.rule.name in ("GUARDED", "NON_BINARY") else told


class Bounded(NamedTuple):
    """A censored result held against the limit itself."""

    status: str
    qualifier: str
    figure: Decimal
    limit: Limit

    def lines(self, verdict: str) -> tuple[str, str]:
        unit = f" {self.limit.unit}" if self.limit.unit else ""
        english, chinese = _BEHIND.get(self.status, (self.qualifier, self.qualifier))
        target = f"{self.limit.operator} {self.limit.printed}{unit}"
        what = {"PASS": ("conforms", "合格"), "FAIL": ("does not conform", "不合格")}
        says, says_zh = what.get(verdict, ("cannot be said", "无法判定"))
        space = "" if english == self.qualifier else " "
        return (
            f"{english}{space}{plain(self.figure)}{unit} against {target}: {says} (censored)",
            f"{chinese}{space}{plain(self.figure)}{unit} 对 {target}：{says_zh}（截尾值）",
        )


class Plan(NamedTuple):
    """Counts of a plan: what is certain, and what may be where a result is not fully known."""

    limit: Limit
    over_m: int
    over_big: int
    may_over_m: int
    may_over_big: int

    def lines(self, verdict: str) -> tuple[str, str]:
        limit = self.limit
        plan = f"n = {limit.n}, c = {limit.c}, m = {limit.m}" + (f", M = {limit.M}" if limit.operator == "NCM3" else "")
        over = _counted(self.over_m, self.may_over_m)
        big = _counted(self.over_big, self.may_over_big)
        three = limit.operator == "NCM3"
        return (
            f"{plan}: {over} above m" + (f", of them {big} above M" if three else ""),
            f"{plan}：{over} 个大于 m" + (f"，其中 {big} 个大于 M" if three else ""),
        )


def _counted(certain: int, possible: int) -> str:
    return str(certain) if certain == possible else f"{certain}..{possible}"


class Sum(NamedTuple):
    """A group taken together: its terms at the bound that was used, and the sum at both."""

    combine: str
    terms: tuple[tuple[str, str], ...]
    low: str
    high: str
    judged: tuple[str, str]
    """The worked lines of the comparison itself."""

    def lines(self, verdict: str) -> tuple[str, str]:
        parts = " + ".join(f"{name} {term}" for name, term in self.terms)
        bounds = self.low if self.low == self.high else f"LB {self.low}, UB {self.high}"
        english, chinese = self.judged
        return f"{self.combine}: {parts} = {bounds}; {english}", f"{self.combine}：{parts} = {bounds}；{chinese}"


class Members(NamedTuple):
    """Members judged one by one."""

    lines_of: tuple[tuple[str, str, str], ...]
    """Name, and its lines."""

    def lines(self, verdict: str) -> tuple[str, str]:
        return (
            "; ".join(f"{name}: {english}" for name, english, _ in self.lines_of),
            "；".join(f"{name}：{chinese}" for name, _, chinese in self.lines_of),
        )

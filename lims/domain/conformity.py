"""Does a result conform to its limit? One comparison by one declared rule, with the line that anyone can check by hand.

Sources: GB/T 8170-2008 clause 4, ILAC-G8:09/2019 4.2, JCGM 106:2012 7.3, ICMSF plans as in GB 4789.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lims.domain.numbers import units
from lims.domain.numbers.rounding import place_of, plain, round_to
from lims.domain.numbers.statistics import normal_cdf
from lims.domain.rules.errors import BadInput

VERDICTS = ("FAIL", "INVALID", "INCONCLUSIVE", "CONDITIONAL_FAIL", "CONDITIONAL_PASS", "PASS")
"""From the worst to the best; NO_LIMIT does not take part."""
RULES = ("SIMPLE", "GUARDED", "NON_BINARY", "GUARDED_REJECTION", "PROBABILITY")
OPERATORS = frozenset({"LE", "LT", "GE", "GT", "RANGE", "ND", "NCM2", "NCM3", "OUTCOME", "INFO_LE"})
_UPPER, _LOWER = frozenset({"LE", "LT"}), frozenset({"GE", "GT"})


@dataclass(frozen=True)
class Limit:
    """A limit with its figures as printed; ``m`` and ``M`` of a plan are in ``unit`` too."""

    operator: str
    value: str | None = None
    value2: str | None = None
    unit: str = ""
    strict: tuple[str, ...] = ()
    n: int | None = None
    c: int | None = None
    m: str | None = None
    M: str | None = None
    step: str = ""


@dataclass(frozen=True)
class DecisionRule:
    name: str = "SIMPLE"
    r: Decimal = Decimal(1)
    p_min: Decimal = Decimal("0.95")
    comparison: str = "FULL"


@dataclass(frozen=True)
class Measured:
    """One result as it was read: its status of the entry grammar, value, unit, and the qualities of its method."""

    status: str
    value: Decimal | None = None
    qualifier: str | None = None
    unit: str = ""
    lod: Decimal | None = None
    loq: Decimal | None = None
    text: str = ""


@dataclass(frozen=True)
class Uncertainty:
    """Expanded uncertainty in the result's unit, or as a share of the compared value in per cent."""

    expanded: Decimal | None = None
    percent: Decimal | None = None
    k: Decimal = Decimal(2)

    def at(self, x: Decimal) -> Decimal | None:
        if self.percent is not None:
            return abs(x) * self.percent / 100
        return self.expanded


@dataclass(frozen=True)
class Conformity:
    """A verdict with its reason, the figures it stands on, and the worked line in both languages."""

    verdict: str
    reason: str | None = None
    compared: str | None = None
    unit: str | None = None
    acceptance_limit: str | None = None
    p_conform: str | None = None
    worked: str = ""
    worked_zh: str = ""


def worst(verdicts: Sequence[str]) -> str:
    """FAIL, INVALID, INCONCLUSIVE, CONDITIONAL_FAIL, CONDITIONAL_PASS, PASS, in this order of gravity."""
    return min((v for v in verdicts if v in VERDICTS), key=VERDICTS.index, default="NO_LIMIT")


def judge(
    results: Sequence[Measured], limit: Limit | None, rule: DecisionRule, uncertainty: Uncertainty | None
) -> Conformity:
    """The verdict on one analysis; several results without a plan are each judged and the worst counts."""
    if limit is None:
        return Conformity("NO_LIMIT", worked="no limit", worked_zh="无限量")
    if not results or any(one.status in ("refused", "not_measured") for one in results):
        return Conformity("INVALID", "NOT_A_RESULT")
    if rule.name not in RULES:
        return Conformity("INVALID", "NO_RULE")
    if rule.comparison == "ROUNDED" and rule.name != "SIMPLE":
        return Conformity("INVALID", "RULE_COMBINATION")
    if limit.operator in ("NCM2", "NCM3"):
        return _plan(results, limit)
    judged = [_one(result, limit, rule, uncertainty) for result in results]
    return min(judged, key=lambda found: (*VERDICTS, "NO_LIMIT").index(found.verdict))


def _one(result: Measured, limit: Limit, rule: DecisionRule, uncertainty: Uncertainty | None) -> Conformity:
    if limit.operator == "OUTCOME":
        return _outcome(result, limit)
    try:
        here = _in_unit(result, limit.unit)
        factor = _same_unit(uncertainty, result, limit.unit)
    except BadInput:
        return Conformity("INVALID", "INCOMPATIBLE_UNIT")
    if limit.operator == "ND":
        return _must_be_absent(here, limit)
    if here.status == "qualitative":
        return Conformity("INVALID", "INCOMPATIBLE_UNIT")
    if limit.operator == "INFO_LE":
        return Conformity("NO_LIMIT", "INFORMATIVE", _shown(here), limit.unit)
    if here.status == "numeric" and here.value is not None:
        return _numeric(here.value, limit, rule, factor)
    return _censored(here, limit)


def _in_unit(result: Measured, unit: str) -> Measured:
    """The result in the limit's unit; one without a unit is in it already."""
    if not result.unit or not unit or result.unit == unit:
        return replace(result, unit=unit)
    if result.value is None:
        if not units.convertible(units.canonical(result.unit), units.canonical(unit)):
            raise BadInput("INCOMPATIBLE_UNIT", source=result.unit, target=unit)
        value = None
    else:
        value = units.convert(result.value, result.unit, unit)
    lod, loq = (None if q is None else units.convert(q, result.unit, unit) for q in (result.lod, result.loq))
    return replace(result, value=value, lod=lod, loq=loq, unit=unit)


def _same_unit(uncertainty: Uncertainty | None, result: Measured, unit: str) -> Uncertainty | None:
    if uncertainty is None or uncertainty.expanded is None or not result.unit or not unit or result.unit == unit:
        return uncertainty
    return replace(uncertainty, expanded=units.convert(uncertainty.expanded, result.unit, unit))


def _shown(result: Measured) -> str | None:
    return None if result.value is None else f"{result.qualifier or ''}{plain(result.value)}"


def _outcome(result: Measured, limit: Limit) -> Conformity:
    text = result.text.strip()
    if not text:
        return Conformity("INVALID", "NOT_A_RESULT")
    good = text.casefold() == (limit.value or "").strip().casefold()
    line = f"{text} {'=' if good else '≠'} {limit.value}"
    return Conformity("PASS" if good else "FAIL", None, text, limit.unit or None, worked=line, worked_zh=line)


# ---- numbers against limits ------------------------------------------------------------------------------------------


def _numeric(x: Decimal, limit: Limit, rule: DecisionRule, uncertainty: Uncertainty | None) -> Conformity:
    if not limit.value:
        return Conformity("INVALID", "NO_LIMIT_VALUE")
    if limit.step == "TOTAL_FIRST":
        return _total_first(x, limit)
    low, high = _bounds(limit)
    if rule.comparison == "ROUNDED":
        x = round_to(x, place_of(Decimal(limit.value)))
    expanded = uncertainty.at(x) if uncertainty is not None else None
    p = _p_conform(x, low, high, expanded, uncertainty.k) if uncertainty and expanded else None
    if rule.name != "SIMPLE" and expanded is None:
        return Conformity("INCONCLUSIVE", "UNCERTAINTY_MISSING", plain(x), limit.unit, worked=f"{plain(x)}: U missing",
                          worked_zh=f"{plain(x)}：缺少不确定度")
    verdict = _by_rule(x, limit, low, high, rule, expanded, p)
    return Conformity(
        verdict, None, plain(x), limit.unit, _acceptance(limit, low, high, rule, expanded),
        None if p is None else f"{p:.4f}", *_worked(x, limit, rule, expanded, verdict),
    )


def _total_first(x: Decimal, limit: Limit) -> Conformity:
    """The total first (GB 2762: As, Hg): at or below the limit of the species it passes, above it the species is asked."""
    within = x <= Decimal(limit.value or "0")
    sign = "≤" if within else ">"
    line = f"{plain(x)} {limit.unit} {sign} {limit.value} {limit.unit} (total first)"
    return Conformity(
        "PASS" if within else "INCONCLUSIVE", None if within else "NEXT_TEST_NEEDED", plain(x), limit.unit,
        limit.value, None, line, line,
    )


def _bounds(limit: Limit) -> tuple[Decimal | None, Decimal | None]:
    value = Decimal(limit.value or "0")
    if limit.operator == "RANGE":
        return value, Decimal(limit.value2 or limit.value or "0")
    return (None, value) if limit.operator in _UPPER else (value, None)


def _inside(x: Decimal, limit: Limit, low: Decimal | None, high: Decimal | None) -> bool:
    """Within the bounds; the strictness is that of the operator, RANGE includes both ends unless one is strict."""
    above_low = low is None or (x > low if limit.operator == "GT" or "low" in limit.strict else x >= low)
    below_high = high is None or (x < high if limit.operator == "LT" or "high" in limit.strict else x <= high)
    return above_low and below_high


def _moved(low: Decimal | None, high: Decimal | None, by: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """The bounds drawn in by ``by`` (a guard band inside), or pushed out when it is negative."""
    return (None if low is None else low + by), (None if high is None else high - by)


def _by_rule(
    x: Decimal, limit: Limit, low: Decimal | None, high: Decimal | None, rule: DecisionRule,
    expanded: Decimal | None, p: Decimal | None,
) -> str:
    inside = _inside(x, limit, low, high)
    if rule.name == "SIMPLE" or expanded is None:
        return "PASS" if inside else "FAIL"
    guard = rule.r * expanded
    if rule.name == "GUARDED":
        return "PASS" if _inside(x, limit, *_moved(low, high, guard)) else "FAIL"
    if rule.name == "GUARDED_REJECTION":
        return "PASS" if _inside(x, limit, *_moved(low, high, -guard)) else "FAIL"
    if rule.name == "NON_BINARY":
        if inside:
            return "PASS" if _inside(x, limit, *_moved(low, high, guard)) else "CONDITIONAL_PASS"
        return "CONDITIONAL_FAIL" if _inside(x, limit, *_moved(low, high, -guard)) else "FAIL"
    certain = Decimal(1) if inside else Decimal(0)
    return "PASS" if (p if p is not None else certain) >= rule.p_min else "FAIL"


def _p_conform(x: Decimal, low: Decimal | None, high: Decimal | None, expanded: Decimal, k: Decimal) -> Decimal:
    """JCGM 106:2012 7.3, normal distribution, no prior: Phi((TU-x)/u) - Phi((TL-x)/u)."""
    u = expanded / k
    upper = Decimal(1) if high is None else normal_cdf((high - x) / u)
    return upper - (Decimal(0) if low is None else normal_cdf((low - x) / u))


def _acceptance(
    limit: Limit, low: Decimal | None, high: Decimal | None, rule: DecisionRule, expanded: Decimal | None
) -> str | None:
    """The value at which the verdict turns; two values for two sides, none for probability."""
    if rule.name == "PROBABILITY":
        return None
    guard = rule.r * (expanded or Decimal(0))
    shift = {"GUARDED": guard, "NON_BINARY": guard, "GUARDED_REJECTION": -guard}.get(rule.name, Decimal(0))
    low, high = _moved(low, high, shift)
    shown = [plain(bound) for bound in (low, high) if bound is not None]
    return "..".join(shown)


_SIGNS = {"LE": ("≤", ">"), "LT": ("<", "≥"), "GE": ("≥", "<"), "GT": (">", "≤")}
_RULE_WORDS = {
    "SIMPLE": ("simple acceptance", "简单接受"),
    "GUARDED": ("guarded acceptance", "带保护带接受"),
    "NON_BINARY": ("non-binary", "非二元判定"),
    "GUARDED_REJECTION": ("guarded rejection", "带保护带拒绝"),
    "PROBABILITY": ("probability of conformity", "合格概率"),
}


def _worked(x: Decimal, limit: Limit, rule: DecisionRule, expanded: Decimal | None, verdict: str) -> tuple[str, str]:
    """The comparison in one line a language, with every figure in it."""
    unit = f" {limit.unit}" if limit.unit else ""
    good = verdict in ("PASS", "CONDITIONAL_PASS")
    if limit.operator == "RANGE":
        relation = f"{plain(x)}{unit} {'∈' if good else '∉'} {limit.value}..{limit.value2}{unit}"
    else:
        inside = _inside(x, limit, *_bounds(limit))
        relation = f"{plain(x)}{unit} {_SIGNS[limit.operator][0 if inside else 1]} {limit.value}{unit}"
    full = ("full value", "全数值") if rule.comparison == "FULL" else ("rounded value", "修约值")
    en, zh = _RULE_WORDS[rule.name]
    guard = "" if rule.name == "SIMPLE" or expanded is None else f", U {plain(expanded)}, r {plain(rule.r)}"
    return (
        f"{relation} ({limit.operator}, {full[0]}, {en}{guard})",
        f"{relation}（{limit.operator}，{full[1]}，{zh}{guard.replace(', ', '，')}）",
    )


# ---- censored results ------------------------------------------------------------------------------------------------


def _censored(result: Measured, limit: Limit) -> Conformity:
    """Held against the limit itself under every rule; a bound beyond the limit says nothing, and never passes."""
    bound, qualifier, trouble = _bound(result)
    if bound is None:
        return Conformity("INCONCLUSIVE", trouble, None, limit.unit, worked=trouble, worked_zh=trouble)
    low, high = _bounds(limit)
    below = qualifier in ("<", "<=")
    verdict, reason = _against_bounds(bound, qualifier, limit, low, high, below)
    if reason == "LOQ_ABOVE_LIMIT" and result.status == "not_detected":
        reason = "LOD_ABOVE_LIMIT"
    shown = f"{qualifier}{plain(bound)}"
    unit = f" {limit.unit}" if limit.unit else ""
    target = limit.value if limit.operator != "RANGE" else f"{limit.value}..{limit.value2}"
    line = f"{shown}{unit} against {limit.operator} {target}{unit}"
    return Conformity(verdict, reason, shown, limit.unit, target, None, line, line.replace("against", "对"))


def _bound(result: Measured) -> tuple[Decimal | None, str, str]:
    """The bound that the text states or that the method's LOD or LOQ gives."""
    if result.status == "not_detected":
        return result.lod, "<", "LOD_UNKNOWN"
    if result.status in ("below_loq", "trace"):
        return result.loq, "<", "LOQ_UNKNOWN"
    if result.status == "over_range" or result.value is None:
        return None, "", "OVER_RANGE"
    return result.value, result.qualifier or "", ""


def _against_bounds(
    bound: Decimal, qualifier: str, limit: Limit, low: Decimal | None, high: Decimal | None, below: bool
) -> tuple[str, str | None]:
    if below:
        if low is not None:
            fails = bound <= low and not (qualifier == "<=" and bound == low and limit.operator != "GT")
            return ("FAIL", None) if fails else ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")
        assert high is not None
        within = bound <= high and not (qualifier == "<=" and bound == high and limit.operator == "LT")
        return ("PASS", None) if within else ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")
    if high is not None:
        fails = bound >= high and not (qualifier == ">=" and bound == high and limit.operator != "LT")
        return ("FAIL", None) if fails else ("INCONCLUSIVE", "OVER_RANGE")
    assert low is not None
    within = bound >= low and not (qualifier == ">=" and bound == low and limit.operator == "GT")
    return ("PASS", None) if within else ("INCONCLUSIVE", "OVER_RANGE")


def _must_be_absent(result: Measured, limit: Limit) -> Conformity:
    """A banned substance: not detected, below a bound and zero pass; between LOD and LOQ it must be confirmed."""
    shown = _shown(result) or result.status
    line = f"{shown} against not detected"

    def answer(verdict: str, reason: str | None = None) -> Conformity:
        return Conformity(verdict, reason, _shown(result), limit.unit or None, None, None, line, f"{shown} 对 不得检出")

    if result.status == "not_detected" or (result.status == "censored" and result.qualifier in ("<", "<=")):
        return answer("PASS")
    if result.status in ("trace", "below_loq"):
        return answer("INCONCLUSIVE", "CONFIRM_DETECTION")
    if result.status == "numeric" and result.value is not None:
        if result.value == 0 or (result.lod is not None and result.value < result.lod):
            return answer("PASS")
        if result.loq is not None and result.value < result.loq:
            return answer("INCONCLUSIVE", "CONFIRM_DETECTION")
    return answer("FAIL")


# ---- microbiological plans -------------------------------------------------------------------------------------------


def _plan(results: Sequence[Measured], limit: Limit) -> Conformity:
    """ICMSF two- and three-class plans: n results, at most c above m, none above M."""
    if limit.n is None or limit.c is None or limit.m is None:
        return Conformity("INVALID", "NO_LIMIT_VALUE")
    if len(results) != limit.n:
        return Conformity("INVALID", "N_MISMATCH", worked=f"{len(results)} results, the plan wants {limit.n}",
                          worked_zh=f"{len(results)} 个结果，方案要求 {limit.n} 个")
    try:
        here = [_in_unit(result, limit.unit) for result in results]
    except BadInput:
        return Conformity("INVALID", "INCOMPATIBLE_UNIT")
    m, big = Decimal(limit.m), Decimal(limit.M) if limit.M else None
    classes = [_class_of(result, m, big) for result in here]
    bad, marginal, unknown = classes.count("bad"), classes.count("marginal"), classes.count("unknown")
    verdict, reason = _plan_verdict(bad, marginal, unknown, limit.c, big is not None)
    largest = max((r.value for r in here if r.value is not None), default=None)
    over = bad + marginal
    en = f"n {limit.n}, c {limit.c}: {over} above m {limit.m}" + (f", {bad} above M {limit.M}" if big is not None else "")
    zh = f"n {limit.n}，c {limit.c}：{over} 个超过 m {limit.m}" + (f"，{bad} 个超过 M {limit.M}" if big is not None else "")
    return Conformity(verdict, reason, None if largest is None else plain(largest), limit.unit, None, None, en, zh)


def _class_of(result: Measured, m: Decimal, big: Decimal | None) -> str:
    """good (at most m), marginal (above m, at most M), bad (above M, or above m in two classes), or unknown."""
    above = "bad" if big is None else "marginal"
    if result.status in ("not_detected", "trace", "below_loq"):
        return "good"
    if result.status == "qualitative":
        return above
    if result.value is None:
        return "unknown"
    if result.status == "censored" and result.qualifier in ("<", "<="):
        return "good" if result.value <= m else "unknown"
    if result.status == "censored":
        if result.value >= (m if big is None else big):
            return "bad"
        return "unknown"
    if result.value <= m:
        return "good"
    return "bad" if big is None or result.value > big else "marginal"


def _plan_verdict(bad: int, marginal: int, unknown: int, c: int, three: bool) -> tuple[str, str | None]:
    if three and bad:
        return "FAIL", "OVER_M"
    if bad + marginal > c:
        return "FAIL", "OVER_C"
    if unknown and (three or bad + marginal + unknown > c):
        return "INCONCLUSIVE", "OVER_RANGE"
    return "PASS", None

"""From results to a verdict: the order in which trouble is named, units, and which comparison is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from lims.domain.conformity.acceptance import accept
from lims.domain.conformity.censored import hold, must_be_absent, reach_of
from lims.domain.conformity.plans import judge_plan
from lims.domain.conformity.values import (
    PLANS,
    SIMPLE,
    Conformity,
    DecisionRule,
    Exact,
    Limit,
    Measured,
    Uncertainty,
    worst_of,
)
from lims.domain.conformity.working import Said
from lims.domain.numbers import units
from lims.domain.rules.errors import BadInput

NO_LIMIT = Conformity("NO_LIMIT", basis=Said("no limit", "无限量"))
INFORMATIVE = Conformity("NO_LIMIT", "INFORMATIVE", basis=Said("informative limit", "仅供参考的限量"))
_UNREAD = frozenset({"refused", "not_measured", "list"})
"""A list is given as its members."""
_TWO = Decimal(2)


def judge(
    results: Sequence[Measured],
    limit: Limit | None,
    rule: DecisionRule | None = None,
    uncertainty: Uncertainty | None = None,
) -> Conformity:
    """The verdict on one analysis; several results without a plan are each judged and the worst counts."""
    if limit is None:
        return NO_LIMIT
    if limit.operator == "INFO_LE":
        return INFORMATIVE
    rule = rule or SIMPLE
    if limit.operator in PLANS:
        return _plan(results, limit, rule)
    if len(results) == 1:
        return judge_one(results[0], limit, rule, uncertainty)
    if not results:
        return invalid("NOT_A_RESULT")
    return worst_of([judge_one(result, limit, rule, uncertainty) for result in results])


def judge_one(
    result: Measured, limit: Limit, rule: DecisionRule, uncertainty: Uncertainty | None
) -> Conformity:
    """One result against a limit that is no plan."""
    status, operator = result.status, limit.operator
    if operator == "INFO_LE":
        return INFORMATIVE
    if operator == "OUTCOME":
        return _outcome(result, limit, rule)
    if status in _UNREAD:
        return invalid("NOT_A_RESULT", result.text)
    if status == "qualitative" and (operator != "ND" or result.word != "DETECTED"):
        return invalid("INCOMPATIBLE_UNIT" if result.word == "DETECTED" else "NOT_A_RESULT", result.text)
    if rule.trouble is not None:
        return invalid(rule.trouble)
    if result.unit and not limit.unit:
        limit = replace(limit, unit=result.unit)
    try:
        if status == "numeric" and operator != "ND" and result.value is not None:
            return _number(result.value, result.unit, limit, rule, uncertainty)
        here = in_unit(result, limit.unit)
        beside(uncertainty, result.unit, limit.unit)  # U of another kind is trouble also where it is not needed
    except BadInput:
        return invalid("INCOMPATIBLE_UNIT", result.text)
    return must_be_absent(here, limit) if operator == "ND" else hold(here, limit, _reach(result, limit.unit))


def _reach(result: Measured, unit: str) -> Fraction | None:
    """The figure behind a censored result where no decimal holds it in the limit's unit."""
    ratio = units.endless(result.unit, unit) if _in_fractions(result.unit, unit) else None
    reach = reach_of(result) if ratio is not None else ""
    return None if isinstance(reach, str) or ratio is None else Fraction(reach.figure) * ratio


def _number(
    value: Decimal, unit: str, limit: Limit, rule: DecisionRule, uncertainty: Uncertainty | None
) -> Conformity:
    exact, typed, given = None, value, uncertainty
    if unit and limit.unit and unit != limit.unit:
        ratio = units.endless(unit, limit.unit)
        value = units.convert(value, unit, limit.unit)
        if ratio is not None:
            exact = Exact(Fraction(typed) * ratio, None)
    if uncertainty is None:
        return accept(value, limit, rule, None, _TWO, exact)
    uncertainty = beside(uncertainty, unit, limit.unit)
    assert uncertainty is not None
    if given is not None and (exact is not None or _in_fractions(given.unit, limit.unit)):
        exact = _exact(Fraction(value) if exact is None else exact.x, given, unit, limit.unit)
    return accept(value, limit, rule, uncertainty.at(value), uncertainty.k, exact)


def _in_fractions(source: str, target: str) -> bool:
    return bool(source and target) and source != target and units.endless(source, target) is not None


def _exact(x: Fraction, given: Uncertainty, unit: str, target: str) -> Exact:
    """The value with its U, as it was given, in fractions of the limit's unit."""
    if given.percent is not None:
        return Exact(x, abs(x) * Fraction(given.percent) / 100)
    return Exact(x, exactly(given.expanded, given.unit or unit, target))


def exactly(expanded: Decimal | None, source: str, target: str) -> Fraction | None:
    """U in another unit, without the end that a decimal would give it."""
    if expanded is None:
        return None
    if not source or not target or source == target:
        return Fraction(expanded)
    ratio = units.endless(source, target)
    return Fraction(units.convert_difference(expanded, source, target)) if ratio is None else Fraction(expanded) * ratio


def _plan(results: Sequence[Measured], limit: Limit, rule: DecisionRule) -> Conformity:
    if any(result.status in _UNREAD or result.word not in (None, "DETECTED") for result in results):
        return invalid("NOT_A_RESULT")
    if rule.trouble is not None:
        return invalid(rule.trouble)
    try:
        here = [in_unit(result, limit.unit) for result in results]
    except BadInput:
        return invalid("INCOMPATIBLE_UNIT")
    return judge_plan(here, limit)


def in_unit(result: Measured, unit: str) -> Measured:
    """The result in the limit's unit; one without a unit is in it already. BadInput across kinds."""
    source = result.unit
    if not source or not unit or source == unit:
        return result
    status, value, qualifier, _, lod, loq, text, word = result
    if value is None and not units.convertible(source, unit):
        raise BadInput("INCOMPATIBLE_UNIT", source=source, target=unit)
    if value is not None:
        value = units.convert(value, source, unit)
    if lod is not None:
        lod = units.convert(lod, source, unit)
    if loq is not None:
        loq = units.convert(loq, source, unit)
    return Measured(status, value, qualifier, unit, lod, loq, text, word)


def beside(uncertainty: Uncertainty | None, source: str, target: str) -> Uncertainty | None:
    """U in the limit's unit; one without a unit is in the result's. BadInput across kinds."""
    if uncertainty is None or uncertainty.expanded is None:
        return uncertainty
    source = uncertainty.unit or source
    if not source or not target or source == target:
        return uncertainty
    return Uncertainty(units.convert_difference(uncertainty.expanded, source, target), None, uncertainty.k, target)


def _outcome(result: Measured, limit: Limit, rule: DecisionRule) -> Conformity:
    """Any text, trimmed and without regard to case, equals the outcome that is wanted, or it fails."""
    text, wanted = result.text.strip(), (limit.value or "").strip()
    if not text:
        return invalid("NOT_A_RESULT")
    if rule.trouble is not None:
        return invalid(rule.trouble)
    good = text.casefold() == wanted.casefold()
    line = f"{text} {'=' if good else '≠'} {wanted}"
    said = Said(f"{line} (OUTCOME)", f"{line}（OUTCOME）")
    return Conformity("PASS" if good else "FAIL", None, None, limit.unit or None, basis=said, word=text)


def invalid(reason: str, text: str = "") -> Conformity:
    shown = f"{text[:60]}: " if text else ""
    return Conformity("INVALID", reason, basis=Said(f"{shown}{reason}", f"{shown}{reason}"))

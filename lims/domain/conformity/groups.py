"""Several analytes under one limit: sums, weighted sums (TEQ), sums of ratios, and limits that hold for each.

Censored members are bounded (LB zero, MB half, UB whole); a verdict that hangs on the bound is never given silently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

from lims.domain.conformity.acceptance import accept
from lims.domain.conformity.censored import reach_of
from lims.domain.conformity.judging import INFORMATIVE, NO_LIMIT, beside, exactly, in_unit, invalid, judge_one
from lims.domain.conformity.values import (
    LOWER,
    NUMERIC,
    SIMPLE,
    UPPER,
    Conformity,
    DecisionRule,
    Exact,
    Limit,
    Measured,
    Uncertainty,
    worst_of,
)
from lims.domain.conformity.working import Members, Said, Sum
from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

COMBINES = ("SUM", "RATIO_SUM", "EACH", "TEQ")
BOUNDS = ("LB", "MB", "UB")
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)
"""Wide enough for every sum of what the grammar reads: forty digits, sixty powers of ten either way."""
_SHOWN = Context(prec=12, rounding=ROUND_HALF_EVEN)
_ROOT = Context(prec=34, rounding=ROUND_HALF_EVEN)
_HALF = Fraction(1, 2)
_HAIR = Fraction(1, 10**9)
_WHOLE = Limit("LE", "1")


class Member(NamedTuple):
    """One analyte of a group: its result, its weight, and its own limit and uncertainty where it has them."""

    measured: Measured
    factor: Decimal = Decimal(1)
    limit: Limit | None = None
    uncertainty: Uncertainty | None = None
    told: str = ""
    """How the factor is written in the worked line; empty: as its figure."""


class GroupVerdict(NamedTuple):
    """The verdict with what only a group has: the sum at each bound, and the members that fail by themselves."""

    conformity: Conformity
    bounds: Mapping[str, Decimal] = {}
    failing: tuple[str, ...] = ()
    uncertainty: Uncertainty | None = None
    """U of the sum, given or from its members'."""


class _Term(NamedTuple):
    """A member's share in the sum, at the lower and at the upper bound."""

    name: str
    low: Fraction
    high: Fraction | None
    trouble: str | None
    """Why there is no upper bound."""
    censored: bool
    shown: str
    places: int
    """Decimals that the share is written with."""
    u: Fraction | None
    """Standard uncertainty of the share; None where a value has none."""
    beyond: bool = False
    """The lower bound itself is not among the values it may have (``>1``)."""


def judge_group(
    members: Mapping[str, Member],
    combine: str,
    limit: Limit | None,
    rule: DecisionRule | None = None,
    uncertainty: Uncertainty | None = None,
    bound: str | None = None,
) -> GroupVerdict:
    """SUM and TEQ take ``limit``, RATIO_SUM and EACH the members' own. Without ``bound``, LB and UB must agree."""
    rule = rule or SIMPLE
    if combine == "EACH":
        return _each(members, limit, rule, uncertainty)
    if combine == "RATIO_SUM":
        counted = {name: member for name, member in members.items() if member.limit is not None}
        if members and not counted:
            return GroupVerdict(NO_LIMIT)
        _only_maxima(counted)
        limit, members = _WHOLE, counted
    if limit is None:
        return GroupVerdict(NO_LIMIT)
    if limit.operator == "INFO_LE":
        return GroupVerdict(INFORMATIVE)
    if limit.operator == "ND":
        return _each({name: member._replace(limit=limit) for name, member in members.items()}, limit, rule, uncertainty)
    trouble = _trouble(members, limit, rule)
    if trouble is not None:
        return GroupVerdict(invalid(trouble))
    try:
        terms = [_term(name, member, limit, combine) for name, member in members.items()]
        uncertainty = beside(uncertainty, limit.unit, limit.unit)
    except BadInput:
        return GroupVerdict(invalid("INCOMPATIBLE_UNIT"))
    return _summed(terms, combine, limit, rule, uncertainty, bound)


def _only_maxima(members: Mapping[str, Member]) -> None:
    """A ratio is taken of what may be there at most; a least amount or a range has none. BadInput names the field."""
    for name, member in members.items():
        if member.limit is not None and member.limit.operator not in UPPER:
            raise BadInput("BAD_LIMIT", field=f"members.{name}.limit.operator", text=member.limit.operator)


def _trouble(members: Mapping[str, Member], limit: Limit, rule: DecisionRule) -> str | None:
    statuses = [member.measured.status for member in members.values()]
    if not statuses or "refused" in statuses or "not_measured" in statuses or "list" in statuses:
        return "NOT_A_RESULT"
    if "qualitative" in statuses or limit.operator not in NUMERIC:
        return "INCOMPATIBLE_UNIT"
    return rule.trouble


# ---- each by itself --------------------------------------------------------------------------------------------------


def _each(
    members: Mapping[str, Member], limit: Limit | None, rule: DecisionRule, uncertainty: Uncertainty | None
) -> GroupVerdict:
    """Any member above its limit fails the group; nothing is added."""
    if not members:
        return GroupVerdict(NO_LIMIT if limit is None else invalid("NOT_A_RESULT"))
    judged = {
        name: judge_one(member.measured, own, rule, member.uncertainty or uncertainty)
        for name, member in members.items()
        if (own := member.limit or limit) is not None
    }
    if not judged:
        return GroupVerdict(NO_LIMIT)
    found = worst_of(list(judged.values()))
    basis = Members(tuple((name, one.worked, one.worked_zh) for name, one in judged.items()))
    return GroupVerdict(
        found._replace(basis=basis), failing=tuple(name for name, one in judged.items() if one.verdict == "FAIL")
    )


# ---- sums ------------------------------------------------------------------------------------------------------------


def _term(name: str, member: Member, limit: Limit, combine: str) -> _Term:
    """The member in the unit of the sum; for ratios, in the unit of its own limit and divided by it."""
    unit, divisor = limit.unit, Fraction(1)
    if combine == "RATIO_SUM":
        assert member.limit is not None
        unit, divisor = member.limit.unit, Fraction(Decimal(member.limit.value or "0"))
        if divisor <= 0:
            raise BadInput("BAD_LIMIT", field="limit", text=member.limit.value)
    here = in_unit(member.measured, unit)
    weight = Fraction(member.factor) / divisor
    shown = f"{here.qualifier or ''}{plain(here.value)}" if here.value is not None else here.text or here.status
    if combine == "RATIO_SUM" and member.limit is not None:
        shown += f"/{member.limit.value}"
    if member.factor != 1:
        shown += f"×{member.told or plain(member.factor)}"
    if here.status == "numeric" and here.value is not None:
        share = _exactly(member.measured.value, member.measured.unit, unit, here.value) * weight
        u = _standard(member, share, unit, weight)
        return _Term(name, share, share, None, False, shown, _places(here.value, weight), u)
    reach = reach_of(here)
    if isinstance(reach, str):
        return _Term(name, Fraction(0), None, reach, True, shown, 0, None)
    whole = reach_of(member.measured)
    assert not isinstance(whole, str)
    share = _exactly(whole.figure, member.measured.unit, unit, reach.figure) * weight
    places = _places(reach.figure, weight)
    if reach.below:
        return _Term(name, Fraction(0), share, None, True, shown, places, None)
    return _Term(name, share, None, "OVER_RANGE", True, shown, places, None, not reach.closed)


def _exactly(figure: Decimal | None, source: str, unit: str, here: Decimal) -> Fraction:
    """The figure in the unit of the sum without the end that a decimal would give it."""
    ratio = units.endless(source, unit) if figure is not None and source and unit and source != unit else None
    return Fraction(here) if ratio is None or figure is None else Fraction(figure) * ratio


def _places(figure: Decimal, weight: Fraction) -> int:
    return max(-int(figure.as_tuple().exponent), 0) if weight == 1 else 0


def _standard(member: Member, share: Fraction, unit: str, weight: Fraction) -> Fraction | None:
    """Of a share; in per cent, of the share itself."""
    known = member.uncertainty
    if known is None:
        return None
    if known.percent is not None:
        return abs(share) * Fraction(known.percent) / 100 / Fraction(known.k)
    expanded = exactly(known.expanded, known.unit or member.measured.unit, unit)
    return None if expanded is None else expanded * weight / Fraction(known.k)


def _summed(
    terms: list[_Term],
    combine: str,
    limit: Limit,
    rule: DecisionRule,
    uncertainty: Uncertainty | None,
    bound: str | None,
) -> GroupVerdict:
    low = sum((term.low for term in terms), Fraction(0))
    missing = next((term.trouble for term in terms if term.high is None), None)
    high = None if missing else sum((term.high for term in terms if term.high is not None), Fraction(0))
    measured = max((term.places for term in terms if not term.censored), default=0)
    bounds = {"LB": _number(low, measured, limit)}
    if high is not None:
        every = max((term.places for term in terms), default=0)
        bounds |= {"MB": _number(low + (high - low) * _HALF, measured, limit), "UB": _number(high, every, limit)}
    squares = None if uncertainty else _squares(terms)
    of_sum = uncertainty if squares is None else _quadrature(squares)
    root = None if squares is None else _root(squares)
    if all(term.censored for term in terms):
        of_sum, rule = None, SIMPLE
    sums = {"LB": low, "MB": low if high is None else low + (high - low) * _HALF, "UB": high or low}

    above = replace(limit, operator="LT") if limit.operator == "LE" and any(term.beyond for term in terms) else limit

    def at(which: str) -> Conformity:
        x, full = bounds[which], sums[which]
        held = above if which == "LB" else limit  # a sum that is certainly more than its lower bound
        if of_sum is None:
            return accept(x, held, rule, None, Decimal(2), Exact(full, None))
        expanded = of_sum.at(x)
        assert expanded is not None
        exact = abs(full) * Fraction(of_sum.percent) / 100 if of_sum.percent is not None else root or Fraction(expanded)
        return accept(x, held, rule, expanded, of_sum.k, Exact(full, exact))

    found = _bounded(at, bounds, missing, limit, bound)
    high_shown = "?" if high is None else plain(bounds["UB"])
    basis = Sum(
        combine, tuple((term.name, term.shown) for term in terms), plain(bounds["LB"]), high_shown,
        (found.worked, found.worked_zh),
    )
    return GroupVerdict(found._replace(basis=basis, unit=limit.unit or None), bounds, (), of_sum)


def _bounded(
    at: object, bounds: Mapping[str, Decimal], missing: str | None, limit: Limit, bound: str | None
) -> Conformity:
    assert callable(at)
    lowest: Conformity = at("LB")
    if missing is not None and not (bound == "LB" and missing != "OVER_RANGE"):
        settled = lowest.verdict == ("FAIL" if limit.operator in UPPER else "PASS" if limit.operator in LOWER else "")
        settled = settled or (lowest.reason == "NEXT_TEST_NEEDED" and limit.operator in UPPER)
        if settled:
            return lowest
        said = Said(f"no upper bound: {missing}", f"没有上界：{missing}")
        return Conformity("INCONCLUSIVE", missing, None, limit.unit, basis=said)
    if bound is not None:
        chosen: Conformity = at(bound)
        return chosen
    highest: Conformity = at("UB")
    if lowest.verdict == highest.verdict:
        return highest
    said = Said(
        f"LB {lowest.verdict}, UB {highest.verdict} against {limit.operator} {limit.printed}",
        f"下界 {lowest.verdict}，上界 {highest.verdict}，对 {limit.operator} {limit.printed}",
    )
    return Conformity(
        "INCONCLUSIVE", "CENSORING_SENSITIVE", None, limit.unit, "", highest.edges, highest.places, None, said
    )


def _number(total: Fraction, places: int, limit: Limit) -> Decimal:
    """The sum as a decimal: exact where it ends, with the zeros its terms show; else with twelve digits (1/3).

    A hair beside the limit it keeps the digits that say on which side it lies.
    """
    denominator = total.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    near = any(abs(total - Fraction(side.value)) < _HAIR for side in limit.bounds if side is not None)
    context = _EXACT if denominator == 1 or near else _SHOWN
    value = Decimal(plain(context.divide(Decimal(total.numerator), Decimal(total.denominator)).normalize(_EXACT)))
    if -int(value.as_tuple().exponent) < places and value:
        return value.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    return value


def _squares(terms: list[_Term]) -> Fraction | None:
    """The variance of the sum from its members', uncorrelated; None unless every measured value has one."""
    shares = [term.u for term in terms if not term.censored]
    if not shares or None in shares:
        return None
    return sum((u * u for u in shares if u is not None), Fraction(0))


def _quadrature(squares: Fraction) -> Uncertainty:
    """U of the sum with k = 2, as it is shown."""
    root = _ROOT.sqrt(_EXACT.divide(Decimal(squares.numerator), Decimal(squares.denominator)))
    return Uncertainty(_ROOT.multiply(root, Decimal(2)).normalize(_ROOT), None, Decimal(2))


def _root(squares: Fraction) -> Fraction | None:
    """U of the sum where the root is a fraction; None where there is no such thing and its digits must do."""
    above, below = math.isqrt(squares.numerator), math.isqrt(squares.denominator)
    exact = above * above == squares.numerator and below * below == squares.denominator
    return Fraction(2 * above, below) if exact else None

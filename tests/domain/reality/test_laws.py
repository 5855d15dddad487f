"""What must hold for any figures: conversions there and back, verdicts that follow the result, printing and reading."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.domain.conformity import RULES, VERDICTS, DecisionRule, Limit, Measured, Uncertainty, judge
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain, round_to
from tests.domain.reality.cases import decimal_of

PAIRS = [
    (a, b) for a, b in itertools.permutations(units.names(), 2)
    if units.convertible(a, b) and units.kind_of(a) not in ("qualitative", "presence_in_portion")
]
QUICK = settings(max_examples=60, deadline=None)
decimals = st.decimals(-10**9, 10**9, allow_nan=False, allow_infinity=False, places=6)
positive = st.decimals(Decimal("0.001"), 10**6, allow_nan=False, allow_infinity=False, places=3)
shares = st.integers(0, 40).map(Decimal)
bands = st.sampled_from([Decimal("0"), Decimal("0.5"), Decimal("0.83"), Decimal("1"), Decimal("2")])
spreads = st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=3)
chances = st.sampled_from([Decimal("0.5"), Decimal("0.9"), Decimal("0.95"), Decimal("0.999")])
intervals = st.sampled_from([Decimal(s) for s in ("0.001", "0.01", "0.1", "0.5", "1", "5", "20", "100", "0.05")])


@given(st.sampled_from(PAIRS), decimals)
@settings(max_examples=400, deadline=None)
def test_a_conversion_there_and_back_gives_the_same_quantity(pair: tuple[str, str], x: Decimal) -> None:
    back = units.convert(units.convert(x, *pair), *reversed(pair))
    assert abs(Fraction(back) - Fraction(x)) <= abs(Fraction(x)) / 10**18


@given(st.sampled_from(PAIRS), decimals, decimals)
@QUICK
def test_a_conversion_keeps_the_order_of_two_quantities(pair: tuple[str, str], x: Decimal, y: Decimal) -> None:
    assert (units.convert(x, *pair) < units.convert(y, *pair)) == (x < y)


def test_the_pairs_are_all_the_units_of_a_kind() -> None:
    assert len(PAIRS) > 350
    assert {unit for pair in PAIRS for unit in pair} >= {"mg/kg", "µg/L", "CFU/g", "kcal/kg", "°C", "mg/cm2", "Bq/kg"}


def verdict(x: Decimal, operator: str, limit: Decimal, rule: DecisionRule, uncertainty: Uncertainty | None) -> int:
    """The better the verdict, the larger the number."""
    return VERDICTS.index(judge([Measured("numeric", x)], Limit(operator, plain(limit)), rule, uncertainty).verdict)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("share", [False, True], ids=["absolute U", "U as a share"])
@given(x=positive, more=positive, limit=positive, up=st.booleans(), strict=st.booleans(), r=bands, p_min=chances,
       spread=spreads, percent=shares)
@QUICK
def test_the_verdict_follows_the_result_under_every_rule(
    name: str, share: bool, x: Decimal, more: Decimal, limit: Decimal, up: bool, strict: bool, r: Decimal,
    p_min: Decimal, spread: Decimal, percent: Decimal,
) -> None:
    """More of a contaminant is never better, more of what is wanted never worse."""
    uncertainty = Uncertainty(percent=percent) if share else Uncertainty(spread)
    operator = ("LT" if strict else "LE") if up else ("GT" if strict else "GE")
    rule = DecisionRule(name, r, p_min)
    less, larger = (verdict(figure, operator, limit, rule, uncertainty) for figure in (x, x + more))
    assert (larger <= less) if up else (larger >= less)


@given(x=positive, more=positive, limit=positive, up=st.booleans())
@QUICK
def test_the_verdict_follows_the_result_where_values_are_rounded_first(
    x: Decimal, more: Decimal, limit: Decimal, up: bool
) -> None:
    rule = DecisionRule(comparison="ROUNDED")
    less, larger = (verdict(figure, "LE" if up else "GE", limit, rule, None) for figure in (x, x + more))
    assert (larger <= less) if up else (larger >= less)


@given(decimals, intervals)
@QUICK
def test_rounding_twice_is_rounding_once_and_moves_by_half_an_interval_at_most(x: Decimal, interval: Decimal) -> None:
    once = round_to(x, interval)
    assert round_to(once, interval) == once
    assert abs(once - x) * 2 <= interval
    assert Fraction(once) / Fraction(interval) == round(Fraction(x) / Fraction(interval)), "between two: the even one"


def printed(digits: str, decimal: str, group: str) -> str:
    """A number as a country prints it, made here from its digits."""
    sign, body = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, fraction = body.partition(".")
    if group:
        whole = f"{int(whole):,}".replace(",", " " if group == "space" else group)
    return f"{sign}{whole}{decimal + fraction if fraction else ''}"


@given(st.integers(-10**14, 10**14), st.integers(0, 8),
       st.sampled_from([(".", ""), (",", ""), (".", ","), (",", "."), (".", "space"), (",", "space")]),
       st.sampled_from(["", "<", "<=", ">", ">="]), st.sampled_from(["", "mg/kg", "µg/kg", "CFU/g", "%"]))
@settings(max_examples=300, deadline=None)
def test_what_is_printed_under_a_declared_locale_is_read_as_the_same_number(
    digits: int, places: int, marks: tuple[str, str], sign: str, unit: str
) -> None:
    shown = f"{Decimal(digits).scaleb(-places):f}"
    text = f"{sign}{printed(shown, *marks)}{' ' + unit if unit else ''}"
    entry = read_entry(text, *marks)
    assert entry.value is not None, (text, entry)
    assert (plain(entry.value), entry.qualifier or "", entry.unit or "") == (shown, sign, unit)


@given(st.integers(-10**12, 10**12), st.integers(0, 8))
@QUICK
def test_what_the_product_prints_it_reads_again_digit_for_digit(digits: int, places: int) -> None:
    shown = plain(Decimal(digits).scaleb(-places))
    entry = read_entry(shown)
    assert entry.value is not None
    assert plain(entry.value) == shown
    assert Fraction(decimal_of(Fraction(shown)) or "nothing") == Fraction(shown)

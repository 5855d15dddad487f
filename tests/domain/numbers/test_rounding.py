"""GB/T 8170: half to even, to an interval, once; and numbers as they are printed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers.rounding import digits_of, place_of, plain, round_to, significant, trimmed
from lims.domain.numbers.statistics import normal_cdf

numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False)
intervals = st.sampled_from(
    [Decimal(text) for text in ("0.001", "0.1", "0.2", "0.5", "1", "2", "5", "20", "1E+2", "1000")]
)


@pytest.mark.parametrize(
    ("x", "interval", "rounded"),
    [
        ("12.1498", "0.1", "12.1"),
        ("1268", "100", "1300"),
        ("1.0502", "0.1", "1.1"),
        ("1.05", "0.1", "1.0"),
        ("0.35", "0.1", "0.4"),
        ("-0.35", "0.1", "-0.4"),
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("15.4546", "1", "15"),
        ("-0.04", "0.1", "0.0"),
        ("0.5", "1", "0"),
        ("1.5", "1", "2"),
        ("2.50000000000000000000000000000000000001", "1", "3"),
    ],
)
def test_half_goes_to_the_even_multiple(x: str, interval: str, rounded: str) -> None:
    assert plain(round_to(Decimal(x), Decimal(interval))) == rounded


@given(numbers, intervals)
def test_rounding_lands_on_a_multiple_not_farther_than_half_an_interval_and_stays_there(
    x: Decimal, interval: Decimal
) -> None:
    rounded = round_to(x, interval)
    assert Fraction(rounded) % Fraction(interval) == 0
    assert abs(Fraction(rounded) - Fraction(x)) <= Fraction(interval) / 2
    assert round_to(rounded, interval) == rounded


@given(numbers, numbers, intervals)
def test_rounding_never_changes_an_order(x: Decimal, y: Decimal, interval: Decimal) -> None:
    low, high = sorted((x, y))
    assert round_to(low, interval) <= round_to(high, interval)


@pytest.mark.parametrize("interval", ["0", "-1"])
def test_an_interval_is_positive(interval: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        round_to(Decimal(1), Decimal(interval))


@pytest.mark.parametrize(
    ("x", "digits", "shown"),
    [("24727", 2, "25000"), ("0.0123456", 3, "0.0123"), ("9.96", 2, "10"), ("0", 3, "0"), ("-1.25", 2, "-1.2")],
)
def test_significant_figures(x: str, digits: int, shown: str) -> None:
    assert plain(significant(Decimal(x), digits)) == shown


def test_digits_places_and_plain_text_follow_what_was_written() -> None:
    assert [plain(place_of(Decimal(text))) for text in ("1.0", "20", "0.05", "2E+3")] == ["0.1", "1", "0.01", "1"]
    assert [digits_of(Decimal(text)) for text in ("0.50", "2.0e3", "100")] == [2, 2, 3]
    assert [plain(Decimal(text)) for text in ("5E+3", "0.50", "5e-3", "-1E-7")] == [
        "5000",
        "0.50",
        "0.005",
        "-0.0000001",
    ]
    assert [plain(trimmed(Decimal(text), 1)) for text in ("0.170", "0.100", "1.00", "5", "2E+1")] == [
        "0.17",
        "0.1",
        "1.0",
        "5",
        "20",
    ]


@given(st.decimals(min_value=-8, max_value=8, places=3, allow_nan=False))
def test_the_normal_distribution_is_symmetric(z: Decimal) -> None:
    assert abs(normal_cdf(z) + normal_cdf(-z) - 1) < Decimal("1e-14")
    assert normal_cdf(Decimal(0)) == Decimal("0.5")

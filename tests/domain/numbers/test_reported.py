"""What is printed for a value: by limit, by figures, by uncertainty; once from the full value, with its mark."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers.reported import by_uncertainty, read_passed_on, reported, round_passed_on
from lims.domain.numbers.rounding import digits_of, plain, round_to
from lims.domain.numbers.uncertainty import UncertaintyModel
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

D = Decimal
numbers = st.decimals(-(10**6), 10**6, places=6, allow_nan=False)
uncertainties = st.decimals("0.000001", 10**5, places=6)


@pytest.mark.parametrize("topic", ["rounding", "no_double_rounding"])
def test_the_vectors_of_gb_t_8170(topic: str) -> None:
    rows = [row for row in table("decision_examples.csv") if row["topic"] == topic]
    assert rows
    for row in rows:
        asked, expected = json.loads(row["input_json"]), json.loads(row["expected_json"])
        interval = D(asked["interval"])
        assert plain(round_to(D(asked["x"]), interval)) == expected["rounded"], row["id"]
        if interval <= 1 and interval.normalize().as_tuple().digits == (1,):
            places = -int(interval.normalize().as_tuple().exponent)
            assert reported(D(asked["x"]), limit_places=places).text == expected["rounded"], row["id"]


@pytest.mark.parametrize(
    ("value", "places", "text", "mark"),
    [
        ("12.1498", 1, "12.1", "+"),
        ("15.4546", 0, "15", "+"),
        ("1.05", 1, "1.0", "+"),
        ("0.35", 1, "0.4", "-"),
        ("-0.35", 1, "-0.4", "-"),
        ("1", 1, "1.0", ""),
        ("0.2", 3, "0.200", ""),
        ("-0.04", 1, "0.0", "+"),
        ("2E+3", 0, "2000", ""),
    ],
)
def test_by_the_places_of_the_limit(value: str, places: int, text: str, mark: str) -> None:
    found = reported(D(value), limit_places=places)
    assert (found.text, found.mark, found.expanded_text, found.rounded_from) == (text, mark, "", D(value))


@pytest.mark.parametrize(
    ("value", "figures", "text"),
    [("24727", 2, "25000"), ("0.2", 3, "0.200"), ("9.96", 2, "10"), ("0.0325", 2, "0.032"), ("100", 3, "100"),
     ("0", 3, "0"), ("99.96", 3, "100"), ("0.09996", 3, "0.100")],
)  # fmt: skip
def test_by_significant_figures(value: str, figures: int, text: str) -> None:
    assert reported(D(value), figures=figures).text == text


@pytest.mark.parametrize(
    ("value", "u", "text", "expanded"),
    [
        ("0.170", "0.034", "0.170", "0.034"),
        ("0.2004", "0.0401", "0.200", "0.040"),
        ("1234.5", "120", "1230", "120"),
        ("9.96", "0.996", "10.0", "1.0"),
        ("5", "0.1", "5.00", "0.10"),
        ("0.004", "0.1", "0.00", "0.10"),
        ("10.057762", "0.02704", "10.058", "0.027"),
        ("100.02147", "0.00035", "100.02147", "0.00035"),
        ("26543", "1250", "26500", "1200"),
    ],
)
def test_by_uncertainty_both_stand_at_one_place(value: str, u: str, text: str, expanded: str) -> None:
    """GUM 7.2.6: 10.057 62 with 27 mohm is 10.058; 7.2.2: 100.021 47 g with 0.35 mg."""
    found = by_uncertainty(D(value), D(u))
    assert (found.text, found.expanded_text) == (text, expanded)


def test_without_any_rule_the_value_stands_as_it_was_found() -> None:
    found = reported(D("0.12340"))
    assert (found.text, found.expanded_text, found.mark) == ("0.12340", "", "")
    assert reported(D("0.1234"), uncertainty=D(0), limit_places=2).text == "0.12"


def test_figures_of_the_method_end_the_value_earlier_never_later_than_its_uncertainty() -> None:
    short = reported(D("0.1704"), uncertainty=D("0.034"), figures=2)
    long = reported(D("0.1704"), uncertainty=D("0.034"), figures=4, limit_places=6)
    assert (short.text, short.expanded_text) == ("0.17", "0.03")
    assert (long.text, long.expanded_text) == ("0.170", "0.034")
    tiny = reported(D("0.17"), uncertainty=D("0.0034"), figures=2)
    assert (tiny.text, tiny.expanded_text) == ("0.17", "0.0034")


def test_a_count_is_printed_with_the_interval_about_it() -> None:
    about = UncertaintyModel("log10", D("0.25")).at(D(24727), "CFU/g")
    found = reported(D(24727), uncertainty=about)
    assert (found.text, found.expanded_text) == ("25000", "14000..44000")


def test_a_model_and_its_figure_print_alike() -> None:
    at = UncertaintyModel("relative", D(20)).at(D("0.2004"), "mg/kg")
    assert reported(D("0.2004"), uncertainty=at) == reported(D("0.2004"), uncertainty=D("0.04008"))


@given(numbers, uncertainties)
def test_a_value_is_off_by_half_a_place_at_most_and_its_u_by_less_than_a_twentieth(value: Decimal, u: Decimal) -> None:
    found = by_uncertainty(value, u)
    shown = D(found.expanded_text)
    assert abs(Fraction(shown) - Fraction(u)) * 20 <= Fraction(u)
    assert digits_of(shown.normalize()) <= 2
    place = Fraction(10) ** (shown.adjusted() - 1)
    assert abs(Fraction(found.figure) - Fraction(value)) * 2 <= place
    assert Fraction(found.figure) % place == 0
    assert "E" not in found.text + found.expanded_text


@given(numbers, st.integers(0, 6))
def test_the_mark_says_on_which_side_the_full_value_lies(value: Decimal, places: int) -> None:
    found = reported(value, limit_places=places)
    side = abs(value) - abs(found.figure)
    assert found.mark == ("+" if side > 0 else "-" if side < 0 else "")
    assert found.text.partition(".")[2] == "" if places == 0 else len(found.text.partition(".")[2]) == places


# ---- a rounded value passed on, GB/T 8170-2008 3.3.2 -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("full", "passed", "rounded"),
    [
        ("15.4546", "15.5(-)", "15"),
        ("-15.4546", "-15.5(-)", "-15"),
        ("16.5203", "16.5(+)", "17"),
        ("-16.5203", "-16.5(+)", "-17"),
        ("17.5000", "17.5", "18"),
        ("16.50", "16.5", "16"),
        ("12.34", "12.3", "12"),
    ],
)
def test_the_table_of_the_standard(full: str, passed: str, rounded: str) -> None:
    found = reported(D(full), limit_places=1)
    assert found.passed_on == passed
    assert plain(round_passed_on(read_passed_on(found.passed_on), D(1))) == rounded


@given(st.decimals(-1000, 1000, places=5), st.integers(1, 4))
def test_rounding_what_was_passed_on_is_rounding_the_full_value(value: Decimal, places: int) -> None:
    passed = read_passed_on(reported(value, limit_places=places).passed_on)
    for interval in ("1", "10", "0.1"):
        if D(interval) > D(1).scaleb(-places):
            assert round_passed_on(passed, D(interval)) == round_to(value, D(interval))


def test_marks_are_read_in_both_scripts_and_nothing_else_is() -> None:
    assert read_passed_on(" 15.5（－） ") == read_passed_on("15.5(-)") == (D("15.5"), "-")
    assert read_passed_on("16.5（+）").mark == "+"
    assert read_passed_on("16.5") == (D("16.5"), "")
    for text in ("15.5(±)", "about 15", "15.5(", "", "1e3(+)"):
        with pytest.raises(BadInput, match="NOT_A_NUMBER"):
            read_passed_on(text)


def test_full_value_comparison_shows_the_mark() -> None:
    """C01: 0.2004 against 0.2 fails by full value, and the printed figure shows why."""
    assert reported(D("0.2004"), limit_places=1).marked == "0.2(+)"
    assert reported(D("0.2"), limit_places=1).marked == "0.2"


def test_figures_are_at_least_one() -> None:
    with pytest.raises(BadInput, match="FIGURES_OUT_OF_BOUNDS"):
        reported(D(1), figures=0)

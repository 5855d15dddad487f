"""Whether what was drawn is enough for the tests, the reserve and the retained part."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.portion import Need, amount, budget, held_for, need_of_method
from lims.domain.rules.errors import BadInput


@pytest.mark.parametrize(("text", "account", "value", "written"), [
    ("25 g", "g", "25", "25 g"),
    ("25g", "g", "25", "25 g"),
    ("0.5 kg", "g", "500", "0.5 kg"),
    ("500 mg", "g", "0.5", "500 mg"),
    ("2 KG", "g", "2000", "2 kg"),
    ("250 mL", "mL", "250", "250 mL"),
    ("250 ml", "mL", "250", "250 mL"),
    ("1.5 L", "mL", "1500", "1.5 L"),
    ("100 uL", "mL", "0.1", "100 uL"),
    ("100 µL", "mL", "0.1", "100 µL"),
    ("100 μL", "mL", "0.1", "100 μL"),
    ("3 pieces", "pcs", "3", "3 pcs"),
    ("3 件", "pcs", "3", "3 pcs"),
    ("500克", "g", "500", "500 g"),
    (" 2 升 ", "mL", "2000", "2 L"),
])
def test_an_amount_is_read_into_its_account(text: str, account: str, value: str, written: str) -> None:
    found = amount(text)
    assert (found.account, found.value, str(found)) == (account, Decimal(value), written)


@pytest.mark.parametrize("text", [
    "", "g", "25", "-5 g", "0 g", "0.000 kg", "1e3 g", "a spoon", "25 g/kg", "2.5 pieces", "25,5 g", "9" * 20 + " g",
    "25 mg/kg", "NaN g",
])
def test_what_is_no_amount_is_bad_input_that_names_its_field(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        amount(text, "drawn")
    assert caught.value.code == "NOT_AN_AMOUNT"
    assert caught.value.params["field"] == "drawn"


@pytest.mark.parametrize("text", ["25 furlong", "7 pH", "3 N", "5 mm", "2 MG", "2 mol"])
def test_a_unit_that_says_no_amount_of_goods_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        amount(text)
    assert caught.value.code == "UNKNOWN_UNIT"


def test_a_sample_that_is_enough_shows_what_is_left() -> None:
    # Tests 25 + 2 × 0.5 = 26 g, the same in reserve, 100 g retained: 152 g of 200 g.
    tests = (Need("GB 4789.4", "25 g"), need_of_method("GB 5009.12", {"portion": "500 mg"}, duplicate=True))
    found = budget((*tests, *held_for(tests, "reserve"), Need("retained", "0.1 kg", "retained")), ["150 g", "0.05 kg"])
    assert found.shortfall == ()
    (row,) = found.rows
    assert row.by_use == (("test", Decimal(26)), ("reserve", Decimal(26)), ("retained", Decimal(100)))
    assert (row.account, row.needed, row.drawn, row.left) == ("g", 152, 200, 48)


def test_a_sample_that_is_short_says_how_much_is_missing() -> None:
    found = budget([Need("GB 4789.4", "25 g", times=60), Need("kept", "0.3 kg", "retained")], ["1.5 kg"])
    (item,) = found.shortfall
    assert item.code == "PORTION_SHORT"
    assert item.params == {"needed": "1800 g", "drawn": "1500 g", "missing": "300 g"}


def test_exactly_enough_is_enough() -> None:
    needs = [Need("a", "0.1 g"), Need("b", "0.2 g")]
    assert budget(needs, ["0.3 g"]).shortfall == ()
    assert budget(needs, ["0.299999 g"]).shortfall[0].params["missing"] == "0.000001 g"


def test_grams_millilitres_and_pieces_are_never_added_together() -> None:
    needs = [Need("a", "25 g"), Need("b", "25 mL"), Need("c", "2 pieces")]
    found = budget(needs, ["1 kg", "3 pieces"])
    accounts = [(row.account, row.needed, row.drawn) for row in found.rows]
    assert accounts == [("g", 25, 1000), ("mL", 25, 0), ("pcs", 2, 3)]
    assert [item.params for item in found.shortfall] == [{"needed": "25 mL", "drawn": "0 mL", "missing": "25 mL"}]


def test_a_duplicate_counts_twice_and_n_units_count_n_times() -> None:
    assert Need("a", "5 g", times=5, duplicate=True).count == 10
    assert budget([Need("a", "5 g", times=5, duplicate=True)], ["50 g"]).rows[0].left == 0


@pytest.mark.parametrize("content", [{}, {"portion": ""}, {"portion": "  "}])
def test_a_method_without_a_portion_is_never_taken_for_nothing(content: dict[str, str]) -> None:
    found = budget([need_of_method("GB 5009.15", content), Need("b", "5 g")], ["10 g"])
    assert [(item.code, item.params["what"]) for item in found.shortfall] == [("PORTION_NOT_STATED", "GB 5009.15")]
    assert found.rows[0].needed == 5


def test_what_was_drawn_but_nobody_needs_still_has_its_row() -> None:
    found = budget([], ["2 pieces"])
    assert [(row.account, row.needed, row.left) for row in found.rows] == [("pcs", 0, 2)]
    assert budget([], []).rows == ()


def test_nothing_drawn_is_short_of_everything() -> None:
    assert budget([Need("a", "1 g")], []).shortfall[0].params == {"needed": "1 g", "drawn": "0 g", "missing": "1 g"}


@pytest.mark.parametrize(("need", "field"), [
    (Need("a", "1 g", "spare"), "use"), (Need("a", "1 g", times=0), "times"), (Need("a", "1 g", times=True), "times"),
    (Need("a", "1 spoonful"), "portion"),
])
def test_a_need_that_cannot_be_is_bad_input(need: Need, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        budget([need], [])
    assert caught.value.params["field"] == field


MASSES = {"mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000)}
WRITTEN = st.tuples(st.decimals("0.000001", "999999999", places=6), st.sampled_from(sorted(MASSES)))


@given(st.lists(st.tuples(WRITTEN, st.integers(1, 60), st.booleans()), max_size=6), st.lists(WRITTEN, max_size=4))
def test_the_budget_is_exact_in_any_order(needs: list[Any], drawn: list[Any]) -> None:
    asked = [Need(str(no), f"{value} {unit}", "test", times, twice)
             for no, ((value, unit), times, twice) in enumerate(needs)]
    texts = [f"{value} {unit}" for value, unit in drawn]
    found = budget(asked, texts)
    assert found.rows == budget(asked[::-1], texts[::-1]).rows
    needed = sum((Fraction(value) * MASSES[unit] * times * (2 if twice else 1)
                  for (value, unit), times, twice in needs), Fraction(0))
    there = sum((Fraction(value) * MASSES[unit] for value, unit in drawn), Fraction(0))
    assert bool(found.shortfall) == (needed > there)
    if found.rows:
        (row,) = found.rows
        assert (Fraction(row.needed), Fraction(row.drawn), Fraction(row.left)) == (needed, there, there - needed)

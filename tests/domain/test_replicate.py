"""Replicates: when two may be averaged, what becomes of four, and how much of a spike is found again."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers.rounding import round_to
from lims.domain.replicate import (
    RANGE_FACTORS,
    Allowance,
    corrected,
    duplicates,
    recovery,
    relative_difference,
    several,
)
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

D = Decimal
positive = st.decimals("0.001", 10**4, places=3)


def number(value: Any) -> Decimal:
    return D(str(value))


def two(asked: dict[str, Any]) -> dict[str, Any]:
    found = duplicates(number(asked["a"]), number(asked["b"]), Allowance(percent=number(asked["r_rel_pct_of_mean"])))
    told = {"abs_diff": found.difference, "limit": found.allowed, "mean": found.mean, "ok": found.ok}
    return told if found.ok else {**told, "action": found.action}


def four(asked: dict[str, Any]) -> dict[str, Any]:
    found = several([number(one) for one in asked["values"]], Allowance(absolute=number(asked["r"])))
    return {"critical": found.allowed, "range": found.difference, "ok": found.ok, "final": found.action,
            "value": found.value}  # fmt: skip


def rpd(asked: dict[str, Any]) -> dict[str, Any]:
    return {"rpd_pct": round_to(relative_difference(number(asked["a"]), number(asked["b"])), D("0.01"))}


def found_again(asked: dict[str, Any]) -> dict[str, Any]:
    return {"recovery_pct": recovery(*(number(asked[name]) for name in ("spiked", "unspiked", "added")))}


def for_recovery(asked: dict[str, Any]) -> dict[str, Any]:
    found = corrected(number(asked["raw"]), number(asked["recovery"]) * 100)
    assert found.raw == number(asked["raw"])
    return {"corrected": found.value, "label": found.label_en.replace("82.00", "82")}


SHOWN = {
    "duplicates": two, "duplicates_4": four, "RPD": rpd, "recovery": found_again, "recovery_correction": for_recovery,
}
ROWS = ("D01", "D02", "D03", "D04", "D05", "D06")


@pytest.mark.parametrize("id", ROWS)
def test_the_vectors_of_the_trade(id: str) -> None:
    row = next(row for row in table("decision_examples.csv") if row["id"] == id)
    found, expected = SHOWN[row["topic"]](json.loads(row["input_json"])), json.loads(row["expected_json"])
    told = {name: number(value) if isinstance(value, float) else value for name, value in expected.items()}
    assert found == told


# ---- two -------------------------------------------------------------------------------------------------------------


def test_exactly_at_the_limit_duplicates_agree() -> None:
    assert duplicates(D("0.9"), D("1.1"), Allowance(percent=D(20))).ok
    assert duplicates(D("1.0"), D("1.3"), Allowance(absolute=D("0.3"))).value == D("1.15")
    found = duplicates(D("0.9"), D("1.1000001"), Allowance(percent=D(20)))
    assert (found.ok, found.action, found.value) == (False, "REPEAT", None)


def test_every_figure_of_a_duplicate_is_in_its_steps() -> None:
    found = duplicates(D("0.182"), D("-0.198"), Allowance(percent=D(20)))
    assert found.steps == (
        ("(0.182 + (-0.198)) / 2", "-0.008"), ("|0.182 - (-0.198)|", "0.38"), ("20 % × |-0.008|", "0.0016"),
    )  # fmt: skip


@given(positive, positive, st.sampled_from(["10", "15", "20"]))
def test_duplicates_agree_whichever_comes_first_and_in_whatever_unit(a: Decimal, b: Decimal, percent: str) -> None:
    allowance = Allowance(percent=D(percent))
    found = duplicates(a, b, allowance)
    assert found.ok == duplicates(b, a, allowance).ok == duplicates(a * 1000, b * 1000, allowance).ok
    assert found.ok == (relative_difference(a, b) <= D(percent))
    assert min(a, b) <= found.mean <= max(a, b)


def test_two_zeros_agree_and_have_no_relative_difference() -> None:
    assert duplicates(D(0), D(0), Allowance(percent=D(10))).ok
    with pytest.raises(BadInput, match="MEAN_IS_ZERO"):
        relative_difference(D(1), D(-1))


@pytest.mark.parametrize(("given_so", "code"), [
    ({}, "ALLOWANCE_ONE_WAY"), ({"absolute": D(1), "percent": D(1)}, "ALLOWANCE_ONE_WAY"),
    ({"percent": D(0)}, "NOT_POSITIVE"), ({"absolute": D(-1)}, "NOT_POSITIVE"), ({"percent": D("NaN")}, "NOT_POSITIVE"),
])
def test_a_repeatability_limit_is_given_one_way(given_so: dict[str, Decimal], code: str) -> None:
    with pytest.raises(BadInput, match=code):
        Allowance(**given_so)


# ---- more than two ---------------------------------------------------------------------------------------------------


def test_four_that_lie_close_enough_give_their_mean() -> None:
    found = several([D(x) for x in ("0.15", "0.19", "0.17", "0.18")], Allowance(absolute=D("0.035")))
    assert (found.ok, found.action, found.value, found.allowed) == (True, "MEAN", D("0.1725"), D("0.045"))
    assert found.steps[1:] == (("3.6 / 2.8 × 0.035", "0.045"), ("mean", "0.1725"))


def test_exactly_at_the_critical_range_they_still_give_their_mean_and_beyond_it_the_median() -> None:
    allowance = Allowance(absolute=D("0.035"))
    assert several([D(x) for x in ("0.150", "0.195", "0.16", "0.18")], allowance).action == "MEAN"
    beyond = several([D(x) for x in ("0.150", "0.196", "0.16", "0.18")], allowance)
    assert (beyond.action, beyond.value, beyond.mean) == ("MEDIAN", D("0.17"), D("0.1715"))


def test_a_share_of_the_mean_is_taken_at_the_mean_of_all_four() -> None:
    found = several([D(1), D(2), D(3), D(4)], Allowance(percent=D(28)))
    assert found.allowed == D("0.9")
    assert (found.action, found.value) == ("MEDIAN", D("2.5"))


@given(st.lists(positive, min_size=3, max_size=10), positive)
def test_mean_or_median_lies_among_the_results(values: list[Decimal], r: Decimal) -> None:
    found = several(values, Allowance(absolute=r))
    assert found.value is not None
    assert min(values) <= found.value <= max(values)
    assert found.ok == (Fraction(found.difference) * 28 <= Fraction(r) * 10 * RANGE_FACTORS[len(values)])
    assert found.action == ("MEAN" if found.ok else "MEDIAN")


@pytest.mark.parametrize("n", [0, 2, 11])
def test_a_critical_range_is_known_for_three_to_ten(n: int) -> None:
    with pytest.raises(BadInput, match="REPLICATES_OUT_OF_BOUNDS"):
        several([D(1)] * n, Allowance(absolute=D(1)))


# ---- recovery --------------------------------------------------------------------------------------------------------


@given(positive, positive, st.decimals(1, 200, places=1))
def test_what_was_lost_comes_back_by_correction(native: Decimal, added: Decimal, percent: Decimal) -> None:
    spiked = native + added * percent / 100
    assert abs(recovery(spiked, native, added) - percent) < D("1e-15")
    assert abs(corrected(added * percent / 100, percent).value - added) < D("1e-15")


def test_a_corrected_value_keeps_what_was_found_and_says_so_in_both_languages() -> None:
    found = corrected(D("0.164"), D("82"))
    assert (found.raw, found.value, found.recovery_percent) == (D("0.164"), D("0.2"), 82)
    assert (found.label_en, found.label_zh) == ("corrected for recovery 82 %", "已按回收率 82 % 校正")
    assert found.step == ("0.164 × 100 / 82", "0.2")


@pytest.mark.parametrize("bad", ["0", "-10", "NaN", "Infinity"])
def test_nothing_is_divided_by_a_recovery_or_an_addition_of_nothing(bad: str) -> None:
    with pytest.raises(BadInput, match="NOT_POSITIVE"):
        corrected(D(1), D(bad))
    with pytest.raises(BadInput, match="NOT_POSITIVE"):
        recovery(D(2), D(1), D(bad))

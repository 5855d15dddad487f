"""The basis of a result, and the analytical correction of toys: converted with the readings given, refused without."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.basis import ALCOHOL, AS_IS, BASES, COAL_AD, COAL_D, DRY, DRY_88, FAT, basis_named, convert, needed
from lims.domain.correction import PERCENT, adjusted
from lims.domain.numbers.rounding import place_of, round_to
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

D = Decimal
VECTORS = {
    "D07": (AS_IS, DRY, "wet", {"moisture": "moisture_pct"}, "dry"),
    "D08": (AS_IS, DRY_88, "wet", {"moisture": "moisture_pct"}, "at_88"),
    "D09": (COAL_AD, COAL_D, "Aad", {"Mad": "Mad"}, "Ad"),
    "D10": (AS_IS, ALCOHOL, "measured_g_L", {"strength": "abv_pct"}, "at_100"),
    "D11": (AS_IS, ALCOHOL, "measured_g_L", {"strength": "abv_pct"}, "at_100"),
    "D20": (AS_IS, FAT, "whole", {"fat": "fat_pct"}, "fat_basis"),
}
READINGS = {"moisture": D("12.5"), "fat": D("4.5"), "strength": D(53), "Mad": D(4), "Mar": D(9), "Aad": D(20)}
PAIRS = [(one, other) for one in BASES for other in BASES if BASES[one].family == BASES[other].family]


def vector(id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = next(row for row in table("decision_examples.csv") if row["id"] == id)
    return json.loads(row["input_json"]), json.loads(row["expected_json"])


@pytest.mark.parametrize("id", VECTORS)
def test_the_vectors_of_the_trade(id: str) -> None:
    source, target, value, readings, shown = VECTORS[id]
    asked, expected = vector(id)
    found = convert(
        D(str(asked[value])), source, target, {name: D(str(asked[field])) for name, field in readings.items()}
    )
    wanted = D(str(expected[shown]))
    assert round_to(found.value, place_of(wanted)) == wanted
    if "verdict" in expected:
        assert expected["verdict"] == ("PASS" if found.value <= D(str(expected["limit"])) else "FAIL")


def test_a_converted_result_carries_its_basis_its_readings_and_the_line_to_check() -> None:
    found = convert(D("4.6"), AS_IS, DRY_88, {"moisture": D("8.0"), "fat": D(3)})
    assert (found.value, found.raw, found.basis, found.raw_basis) == (D("4.4"), D("4.6"), DRY_88, AS_IS)
    assert found.inputs == (("moisture", "8.0"),)
    assert found.steps == (("4.6 × 88 / (100 - 8.0)", "4.4"),)
    assert (found.label_en, found.label_zh) == ("on 88 % dry matter", "以干物质含量88 %计")


@pytest.mark.parametrize(
    ("value", "source", "target", "line"),
    [
        ("0.35", "AS_IS", "DRY", "0.35 × 100 / (100 - 12.5)"),
        ("0.9", "AS_IS", "FAT", "0.9 × 100 / 4.5"),
        ("20", "COAL_AD", "COAL_AR", "20 × (100 - 9) / (100 - 4)"),
        ("0.5", "COAL_AD", "COAL_DAF", "0.5 × 100 / (100 - 4 - 20)"),
        ("1", "DRY", "DRY_88", "1 × (100 - 12.5) / 100 × 88 / (100 - 12.5)"),
    ],
)
def test_the_line_is_the_formula_of_the_standard(value: str, source: str, target: str, line: str) -> None:
    assert convert(D(value), source, target, READINGS).steps[0][0] == line


@pytest.mark.parametrize(
    ("source", "target", "above", "below"),
    [  # GB/T 483-2007, table of conversions, at Mad 4, Mar 9, Aad 20
        ("COAL_AD", "COAL_AR", 91, 96), ("COAL_AD", "COAL_D", 100, 96), ("COAL_AD", "COAL_DAF", 100, 76),
        ("COAL_AR", "COAL_AD", 96, 91), ("COAL_AR", "COAL_D", 100, 91), ("COAL_D", "COAL_AD", 96, 100),
        ("COAL_D", "COAL_AR", 91, 100), ("COAL_DAF", "COAL_AD", 76, 100), ("COAL_D", "COAL_DAF", 96, 76),
    ],
)  # fmt: skip
def test_coal_is_converted_as_in_the_table_of_the_standard(source: str, target: str, above: int, below: int) -> None:
    found = convert(D(1), source, target, READINGS)
    assert abs(Fraction(found.factor) - Fraction(above, below)) < Fraction(1, 10**30)


@given(st.sampled_from(PAIRS), st.decimals(0, 1000, places=4), st.decimals(0, "99.9", places=1))
def test_there_and_back_is_where_one_was(pair: tuple[str, str], value: Decimal, moisture: Decimal) -> None:
    source, target = pair
    readings = {**READINGS, "moisture": moisture}
    there = convert(value, source, target, readings)
    back = convert(there.value, target, source, readings)
    assert abs(Fraction(back.value) - Fraction(value)) <= Fraction(value) / 10**30
    assert there.raw == value


@pytest.mark.parametrize("code", BASES)
def test_on_its_own_basis_a_value_stays_as_it_was_written_and_needs_nothing(code: str) -> None:
    found = convert(D("0.350"), code, code, {})
    assert (str(found.value), found.inputs, found.steps, found.factor) == ("0.350", (), (), 1)
    assert needed(code, code) == ()


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [("AS_IS", "DRY", "BASIS_MOISTURE_NEEDED"), ("DRY", "DRY_88", "BASIS_MOISTURE_NEEDED"),
     ("AS_IS", "FAT", "BASIS_FAT_NEEDED"), ("AS_IS", "ALCOHOL_100", "BASIS_STRENGTH_NEEDED"),
     ("COAL_AD", "COAL_D", "BASIS_READING_NEEDED")],
)  # fmt: skip
def test_without_its_reading_a_conversion_is_refused_by_name(source: str, target: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        convert(D(1), source, target, {})
    assert (refused.value.code, refused.value.params["field"]) == (code, needed(source, target)[0])


@pytest.mark.parametrize("target", [code for code in BASES if BASES[code].needs])
def test_every_reading_that_a_basis_names_is_asked_for(target: str) -> None:
    source = AS_IS if BASES[target].family == "goods" else COAL_AD
    for name in needed(source, target):
        with pytest.raises(BadInput, match="NEEDED"):
            convert(D(1), source, target, {one: READINGS[one] for one in READINGS if one != name})


@pytest.mark.parametrize(
    ("target", "reading", "bad"),
    [(DRY, "moisture", "100"), (DRY, "moisture", "-0.1"), (DRY, "moisture", "120"), (DRY_88, "moisture", "NaN"),
     (FAT, "fat", "0"), (FAT, "fat", "100.1"), (ALCOHOL, "strength", "0"), (ALCOHOL, "strength", "-5")],
)  # fmt: skip
def test_a_reading_that_cannot_be_is_refused(target: str, reading: str, bad: str) -> None:
    with pytest.raises(BadInput) as refused:
        convert(D(1), AS_IS, target, {reading: D(bad)})
    assert refused.value.code == "BASIS_READING_OUT_OF_BOUNDS"
    assert refused.value.params["field"] == reading


def test_nothing_is_left_of_coal_that_is_all_water_and_ash() -> None:
    with pytest.raises(BadInput, match="BASIS_NOTHING_LEFT"):
        convert(D(1), COAL_AD, "COAL_DAF", {"Mad": D(60), "Aad": D(40)})


def test_coal_and_food_have_no_basis_in_common() -> None:
    with pytest.raises(BadInput, match="BASIS_OTHER_FAMILY"):
        convert(D(1), AS_IS, COAL_D, READINGS)
    with pytest.raises(BadInput, match="UNKNOWN_CHOICE"):
        convert(D(1), AS_IS, "BY_FEEL", READINGS)


def test_the_words_of_limits_name_a_basis_or_none() -> None:
    words = {row["basis"] for row in table("limits.csv")}
    named = {word: basis_named(word) for word in words}
    assert (named["88 % dry matter"], named["100 % vol alcohol"], named["dry (Ad)"]) == (DRY_88, ALCOHOL, COAL_D)
    assert named["wet"] == named["as sold"] == AS_IS
    assert (named["as received (Qnet,ar)"], named["migration test"]) == (None, None)
    assert basis_named("DRY") == DRY


# ---- the analytical correction of toys -------------------------------------------------------------------------------


def test_lead_of_120_counts_as_84() -> None:
    asked, expected = vector("D21")
    found = adjusted(asked["element"], D(asked["raw"]))
    assert (found.value, found.raw, found.percent) == (D(str(expected["adjusted"])), 120, asked["correction_pct"])
    assert expected["verdict"] == ("PASS" if found.value <= asked["limit"] else "FAIL")
    assert found.step == ("120 × (100 - 30) / 100", "84")
    assert found.label_zh == "已减去分析校正值 30 %"


def test_the_percentages_are_those_of_the_standard_and_each_element_is_in_the_catalogue() -> None:
    by_percent = {percent: {name for name, one in PERCENT.items() if one == percent} for percent in PERCENT.values()}
    assert by_percent == {
        60: {"SB_MIG", "AS_MIG", "SE_MIG"}, 50: {"HG_MIG"}, 30: {"BA_MIG", "CD_MIG", "CR_MIG", "PB_MIG"},
    }  # fmt: skip
    assert set(PERCENT) == {row["analyte"] for row in table("analytes.csv") if row["analyte"].endswith("_MIG")}


@given(st.sampled_from(sorted(PERCENT)), st.decimals(0, 10**5, places=2))
def test_a_correction_is_a_factor_below_one(element: str, raw: Decimal) -> None:
    found = adjusted(element, raw)
    assert found.value == raw * found.factor
    assert found.value <= raw


def test_what_has_no_correction_is_not_corrected() -> None:
    with pytest.raises(BadInput, match="CORRECTION_UNKNOWN"):
        adjusted("PB", D(120))

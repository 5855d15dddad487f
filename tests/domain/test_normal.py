"""What instruments print is read once for all adapters: no token becomes a number, no number becomes nothing."""

from __future__ import annotations

import pytest

from lims.domain import matching, normal, staging
from lims.domain.normal import Marks, Meaning, meaning

ND = ("no_peak", "not_detected")


@pytest.mark.parametrize("token", sorted(normal.tokens()))
def test_no_token_becomes_a_number_and_none_is_dropped(token: str) -> None:
    said = meaning(token.upper())
    assert said.status in normal.TOKEN_STATUSES
    assert said.as_entry in ("ND", "<LOQ", "")
    assert bool(said.as_entry) != bool(said.problem)
    assert not any(c.isdigit() for c in said.as_entry)


TABLE = {
    ("12.30", ""): Meaning("numeric"),
    ("-0.2", ""): Meaning("numeric"),
    ("0.000", ""): Meaning("numeric"),
    ("12.3", "<"): Meaning("censored", "<12.3"),
    ("12.3", "＞"): Meaning("censored", ">12.3"),
    ("<0.05", ""): Meaning("censored"),
    ("< 2.00E+1 (1.30) ", ""): Meaning("censored", "< 2.00E+1"),
    ("<0.000", ""): Meaning("not_detected", "ND"),
    ("N/F", ""): Meaning("no_peak", "ND"),
    ("-----", ""): Meaning("no_peak", "ND"),
    ("未检出", ""): Meaning("not_detected", "ND"),
    ("Target Not Detected", ""): Meaning("not_detected", "ND"),
    ("Below Cal", ""): Meaning("below_loq", "<LOQ"),
    ("OVRFLW", ""): Meaning("over_range", "", "OVER_RANGE"),
    ("***", ""): Meaning("error", "", "INSTRUMENT_ERROR"),
    ("No Calib", ""): Meaning("error", "", "INSTRUMENT_ERROR"),
    ("n/a", ""): Meaning("not_measured", "", "INSTRUMENT_NOT_MEASURED"),
    ("Positif", ""): Meaning("qualitative"),
    ("1,234", ""): Meaning("unknown", "", "AMBIGUOUS_NUMBER"),
    ("see note 3", ""): Meaning("unknown", "", "NOT_A_READING"),
    ("", ""): Meaning("unknown", "", "NOT_A_READING"),
}


@pytest.mark.parametrize(("value", "flag"), TABLE)
def test_a_text_means_what_it_says(value: str, flag: str) -> None:
    assert meaning(value, flag) == TABLE[value, flag]


def test_zero_without_a_peak_is_not_detected_and_zero_with_one_is_zero() -> None:
    assert meaning("0.000", "", {"not_found": "yes"}).status == "not_detected"
    assert meaning("0.000", "", {"rt": "0.000"}).status == "not_detected"
    assert meaning("0.000", "", {"rt": "4.213"}).status == "numeric"


@pytest.mark.parametrize(
    ("text", "marks", "entry"),
    [
        ("1,5", Marks(","), "1.5"),
        ("1.334.510,69", Marks(",", "."), "1334510.69"),
        ("2,957.00", Marks(".", ","), "2957.00"),
        ("<0,05", Marks(","), "<0.05"),
    ],
)
def test_a_number_is_read_in_the_marks_of_its_column(text: str, marks: Marks, entry: str) -> None:
    assert meaning(text, "", {}, marks).as_entry == entry


def test_of_several_dilutions_the_lowest_in_range_is_proposed() -> None:
    rows = [(1, {"dilution": "1", "outliers": "Above range"}), (2, {"dilution": "100"}), (3, {"dilution": "x5"})]
    assert staging.proposed(rows) == 3
    assert staging.proposed(rows[:1]) == 1


def test_a_near_name_is_offered_and_never_matched() -> None:
    places = (matching.Place(1, "sample", ("26-00-00017",)), matching.Place(2, "sample", ("26-00-00018",)))
    assert matching.match("26-00-00017 x5", "Pb", places, (), {}) == matching.NOWHERE
    assert matching.near("26-00-00017 x5", {"26-00-00017": "1", "26-00-00018": "2"})[0] == "1"
    assert matching.near("quite another", {"26-00-00017": "1"}) == ()

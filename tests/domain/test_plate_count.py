"""Colony counts by GB 4789.2 clause 7: every case, its steps, and the texts that cannot be read."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from lims.domain.numbers.rounding import plain, round_to
from lims.domain.plate_count import BACTERIA, FUNGI, count_range, counted, plates_from
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table


def test_the_vectors_of_the_standard() -> None:
    rows = [row for row in table("decision_examples.csv") if row["topic"] == "plate_count"]
    assert [row["id"] for row in rows] == ["M12"]
    for row in rows:
        asked, expected = json.loads(row["input_json"]), json.loads(row["expected_json"])
        first, power = asked["d1"], int(asked["d1"].rpartition("-")[2])
        text = f"{first}: {', '.join(map(str, asked['C1']))}; 1e-{power + 1}: {', '.join(map(str, asked['C2']))}"
        found = counted(text)
        assert round_to(found.value, D(1)) == expected["N"], row["id"]
        assert D(found.shown) == D(expected["reported"]), row["id"]


def test_every_step_of_the_weighted_count_is_kept() -> None:
    found = counted("1e-2: 232, 244; 1e-3: 33, 35")
    assert found.rule == "TWO_DILUTIONS"
    assert found.steps[:2] == (("ΣC = 232 + 244 + 33 + 35", "544"), ("n1 + 0.1 n2 = 2 + 0.1 × 2", "2.2"))
    assert found.worked == "544 / (2.2 × 1e-2)" and found.steps[2][1].startswith("24727.2727")


@pytest.mark.parametrize(
    ("text", "rule", "value", "shown"),
    [
        ("1e-2: 124, 138; 1e-3: 11, 14", "ONE_DILUTION", "13100", "13000"),
        ("1e-1: 30, 300", "ONE_DILUTION", "1650", "1700"),
        ("1e-1: 28, 34", "ONE_DILUTION", "340", "340"),
        ("1e-1: S, 120", "ONE_DILUTION", "1200", "1200"),
        ("1e-2: TNTC, TNTC; 1e-3: TNTC, TNTC; 1e-4: 442, 420", "ALL_ABOVE", "4310000", "4300000"),
        ("1e-1: TNTC, S; 1e-2: TNTC, 多不可计", "ALL_ABOVE", "30000", ">30000"),
        ("1e-1: 14, 15; 1e-2: 1, 0; 1e-3: 0, 0", "ALL_BELOW", "145", "150"),
        ("1e-1: 0, 1", "ALL_BELOW", "5", "5"),
        ("1: 0, 0; 1e-1: 0, 0", "NO_GROWTH", "1", "<1"),
        ("1e-1: 0, 0; 1e-2: 0, 0", "NO_GROWTH", "10", "<10"),
        ("1e-2: 312, 306; 1e-3: 14, 19", "NEAREST", "30900", "31000"),
        ("1e-2: TNTC, TNTC; 1e-3: 11, 13", "NEAREST", "12000", "12000"),
        ("1e-1: 40, 42; 1e-3: 31, 30", "ONE_DILUTION", "410", "410"),
    ],
)
def test_each_case_has_its_rule(text: str, rule: str, value: str, shown: str) -> None:
    found = counted(text)
    assert (found.rule, plain(found.value), found.shown) == (rule, value, shown)


def test_a_count_below_a_hundred_is_a_whole_number() -> None:
    assert [counted(text).shown for text in ("1: 5, 6", "1: 9, 10", "1: 12, 13")] == ["6", "10", "13"]


def test_yeasts_and_moulds_are_counted_from_fewer() -> None:
    text = "1e-1: 16, 18; 1e-2: 2, 1"
    assert (counted(text).rule, counted(text, FUNGI).rule) == ("ALL_BELOW", "ONE_DILUTION")
    assert counted("1e-1: 160, 180; 1e-2: 20, 22", FUNGI).shown == "2100"
    assert (count_range(""), count_range("15-150")) == (BACTERIA, FUNGI)
    assert (count_range("", "MOULDYEAST"), count_range("10-150", "MOULDYEAST").low) == (FUNGI, 10)
    assert [count_range("15-150; APC: 30-300", one) for one in ("APC", "YEAST")] == [BACTERIA, FUNGI]


def test_dilutions_are_written_as_the_bench_writes_them() -> None:
    for text in ("1e-2: 40, 44", "10^-2: 40 44", "0.01：40，44", "1:100: 40, 44", "10-2:40,44"):
        (one,) = plates_from(text)
        assert (one.power, one.plates) == (2, (40, 44)), text
    assert [one.power for one in plates_from("1e-3: 4; 1e-1: 280")] == [1, 3], "the lowest first"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "PLATES_NOT_READABLE"),
        ("232, 244", "PLATES_NOT_READABLE"),
        ("1e-2:", "PLATES_NOT_READABLE"),
        ("2e-2: 40", "PLATES_NOT_READABLE"),
        ("1e-2: 40.5", "PLATES_NOT_READABLE"),
        ("1e-2: -4", "PLATES_NOT_READABLE"),
        ("1e-2: many of them", "PLATES_NOT_READABLE"),
        ("1e-2: " + "1, " * 200, "PLATES_NOT_READABLE"),
        ("1e-2: 40; 0.01: 44", "PLATES_DILUTION_TWICE"),
        ("1e-1: S, S", "PLATES_ALL_SPREAD"),
        ("1e-1: 0, 0; 1e-2: 0, 3", "PLATES_CROSSED"),
    ],
)
def test_plates_that_cannot_be_read_are_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        counted(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["300-30", "0-30", "many", "30", "-5-30"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        count_range(text)
    assert caught.value.code == "PLATE_RANGE_NOT_READABLE"

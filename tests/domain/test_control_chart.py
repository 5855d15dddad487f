"""Westgard's and Nelson's rules at the newest point, frozen limits, and scores of proficiency tests."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from lims.domain import control_chart, proficiency
from lims.domain.control_chart import NELSON, WESTGARD, last, limits_from, signals
from lims.domain.numbers import statistics
from lims.domain.rules.errors import BadInput
from tests.domain.shared import slice_of, table

D = Decimal
VECTORS = [row for row in table("decision_examples.csv") if row["topic"] == "westgard"]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["id"])
def test_a_vector_gives_its_rules(row: dict[str, str]) -> None:
    scores = [D(str(z)) for z in json.loads(row["input_json"])["z"]]
    said = [one.rule if one.rejects else f"{one.rule}(warning)" for one in last(scores, WESTGARD)]
    assert said == json.loads(row["expected_json"])["rules"]


@pytest.mark.parametrize(
    ("rule", "scores"),
    [
        ("1", "-3.1"),
        ("2", "0.1 0.2 0.1 0.3 0.1 0.2 0.1 0.2 0.1"),
        ("3", "-1.5 -1.4 -0.2 0 0.3 0.9"),
        ("4", "0 1 0 1 0 1 0 1 0 1 0 1 0 1"),
        ("5", "2.1 0 2.1"),
        ("6", "-1.1 -1.2 0.5 -1.3 -1.1"),
        ("7", "0.1 -0.2 0.9 -0.9 0.3 0.2 -0.1 0.4 -0.5 0.6 -0.7 0.1 0.2 -0.3 0.5"),
        ("8", "1.1 -1.2 1.3 -1.1 1.4 1.5 -1.6 1.1"),
    ],
)
def test_each_test_of_nelson_holds_at_its_shortest_row_and_not_one_point_earlier(rule: str, scores: str) -> None:
    z = [D(one) for one in scores.split()]
    assert rule in {one.rule for one in last(z, NELSON)}
    assert rule not in {one.rule for one in signals(z[:-1], NELSON)}


def test_a_point_on_the_line_is_not_beyond_it() -> None:
    assert [one.rule for one in last([D(3)], WESTGARD)] == ["1-2s"]
    assert last([D(2), D(2)], WESTGARD) == ()


def test_two_points_of_different_runs_are_no_range() -> None:
    z = [D("2.1"), D("-2.2")]
    assert "R-4s" in {one.rule for one in last(z, WESTGARD, ["A", "A"])}
    assert "R-4s" not in {one.rule for one in last(z, WESTGARD, ["A", "B"])}


def test_the_newest_point_is_judged_as_the_whole_row_judges_it() -> None:
    z = [D(one) / 10 for one in (3, -5, 12, 13, 14, 15, 21, 22, -23, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 31)]
    for family in (WESTGARD, NELSON):
        for end in range(1, len(z) + 1):
            assert last(z[:end], family) == tuple(one for one in signals(z[:end], family) if one.at == end - 1)


def test_limits_need_twenty_points_and_a_spread() -> None:
    with pytest.raises(BadInput, match="VALUES_TOO_FEW"):
        limits_from([D(1)] * 19)
    with pytest.raises(BadInput, match="SPREAD_IS_ZERO"):
        limits_from([D(1)] * 20)
    found = limits_from([D(9), D(11)] * 10)
    assert (found.mean, found.points) == (D(10), 20)
    assert found.score(D(10)) == 0 and found.at(2) > D("12.05")


def test_a_chart_of_ranges_has_its_lines_at_their_factors() -> None:
    assert control_chart.range_limits([D("0.1"), D("0.3")] * 10) == (D("0.2"), D("0.5024"), D("0.6534"))


@pytest.mark.parametrize(
    ("score", "value", "verdict"),
    [
        (proficiency.z(D("10.4"), D(10), D("0.2")), "2", "satisfactory"),
        (proficiency.z(D("9.58"), D(10), D("0.2")), "-2.1", "questionable"),
        (proficiency.z(D("10.6"), D(10), D("0.2")), "3", "unsatisfactory"),
        (proficiency.z_prime(D("11"), D(10), D("0.3"), D("0.4")), "2", "satisfactory"),
        (proficiency.zeta(D("8.5"), D(10), D("0.3"), D("0.4")), "-3", "unsatisfactory"),
        (proficiency.en(D("10.5"), D(10), D("0.3"), D("0.4")), "1", "satisfactory"),
        (proficiency.en(D("10.51"), D(10), D("0.3"), D("0.4")), "1.02", "unsatisfactory"),
    ],
)
def test_a_score_and_its_meaning(score: proficiency.Score, value: str, verdict: str) -> None:
    assert (score.value, score.verdict) == (D(value), verdict)


def test_nothing_is_scored_against_no_spread() -> None:
    with pytest.raises(BadInput, match="SPREAD_IS_ZERO"):
        proficiency.z(D(1), D(1), D(0))
    with pytest.raises(BadInput, match="NEGATIVE"):
        proficiency.en(D(1), D(1), D(-1), D(1))


def test_laboratories_of_a_real_round_are_scored_against_their_robust_middle() -> None:
    """Arsenic in one reference material: the score of each laboratory is (x - median) / MADe."""
    with slice_of("qc/RMstudy.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    values = [D(row["Arsenic"]) for row in rows if row["Arsenic"] not in ("", "NA")]
    middle, spread = statistics.median(values), statistics.robust_deviation(values)
    scores = [proficiency.z(value, middle, spread) for value in values]
    for one, robust in zip(scores, statistics.robust_scores(values), strict=True):
        assert abs(Fraction(one.value) - Fraction(robust)) < Fraction(1, 10**20)
    assert sum(1 for one in scores if one.verdict == "satisfactory") > len(scores) * 3 // 4

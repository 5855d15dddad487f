"""Sampling by attributes: the tables of the trade cell by cell, acceptance, switching worked by hand, units of food."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.conformity import Limit
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.sampling import pools, switching
from lims.domain.sampling.food import units_to_draw, units_together
from lims.domain.sampling.switching import Change, History, Key, LotOutcome, after, opened, replay, resumed
from lims.domain.sampling.tables import LEVELS, aqls, code_letter, preferred_aql, reduced_size, resolved, tighter_aql
from lims.domain.sampling_plan import Acceptance, accepted_one_step_tighter, judge, plan, with_numbers
from lims.domain.specification import LimitVersion, limit_from
from tests.domain.shared import ROOT, folder, table

LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = st.sampled_from(aqls())
LEVEL = st.sampled_from(LEVELS)
LOTS = st.integers(2, 2_000_000)
SEVERITY = st.sampled_from(["normal", "tightened"])
WORDS = {
    row["code"]: row
    for row in csv.DictReader(
        (ROOT / "lims" / "translations" / "reasons.csv").read_text(encoding="utf-8").splitlines(),
        delimiter="|", quoting=csv.QUOTE_NONE,
    )
}


def shared_rows(name: str) -> list[dict[str, str]]:
    """The table as the trade keeps it, with its arrows resolved there; not the shipped one that is under test."""
    path = folder() / "domain" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set LIMS_SHARED to the folder of shared test data")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


# The tables


@pytest.mark.parametrize("severity", ["normal", "tightened"])
def test_every_cell_is_that_of_the_shared_table(severity: str) -> None:
    rows = shared_rows(f"aql_single_{severity}.csv")
    assert len(rows) == 416
    differ = [
        row for row in rows
        if resolved(row["code_letter"], Decimal(row["aql"]), severity)
        != (row["resolved_letter"], int(row["n"]), int(row["Ac"]), int(row["Re"]))
    ]
    assert differ == []


def test_every_code_letter_is_that_of_the_shared_table_at_both_edges_of_its_lots() -> None:
    rows = shared_rows("aql_code_letters.csv")
    asked = [
        (int(lot), level, row[level])
        for row in rows for level in LEVELS for lot in (row["lot_min"], row["lot_max"] or 10**9)
    ]
    assert len(asked) == 15 * 7 * 2
    assert [(lot, level, letter) for lot, level, letter in asked if code_letter(lot, level) != letter] == []


def test_every_reduced_sample_size_is_that_of_the_shared_table() -> None:
    rows = shared_rows("aql_reduced_sample_sizes.csv")
    assert {row["code_letter"]: int(row["n_reduced"]) for row in rows} == {one: reduced_size(one) for one in LETTERS}


def test_the_vectors_of_the_trade_hold() -> None:
    rows = [row for row in table("decision_examples.csv") if row["topic"] == "aql"]
    assert len(rows) == 6
    for row in rows:
        asked, expected = json.loads(row["input_json"]), json.loads(row["expected_json"])
        found = plan(asked["lot"], asked["level"], asked["aql"], asked["severity"])
        n = asked["lot"] if expected["n"] == "100 %" else expected["n"]
        assert (found.letter, found.n, found.ac, found.re, found.whole_lot, found.resolved) == (
            expected["letter"], n, expected["Ac"], expected["Re"], expected["n"] == "100 %",
            expected.get("resolved", expected["letter"]),
        ), row["id"]


@pytest.mark.parametrize(("lot", "level", "aql", "severity", "expected"), [
    (1200, "II", "2.5", "normal", ("J", 80, 5, 6, False)),
    (1200, "II", "4.0", "normal", ("J", 80, 7, 8, False)),
    (1200, "II", "2.5", "tightened", ("J", 80, 3, 4, False)),
    (20, "II", "1.0", "normal", ("C", 13, 0, 1, False)),
    (10, "II", "1.0", "normal", ("B", 10, 0, 1, True)),
    (500, "S-3", "6.5", "normal", ("D", 8, 1, 2, False)),
    (600000, "III", "0.65", "normal", ("R", 2000, 21, 22, False)),
])
def test_a_lot_has_its_plan(
    lot: int, level: str, aql: str, severity: str, expected: tuple[str, int, int, int, bool]
) -> None:
    found = plan(lot, level, aql, severity)
    assert (found.letter, found.n, found.ac, found.re, found.whole_lot) == expected


@pytest.mark.parametrize(("letter", "aql", "severity", "target"), [
    ("C", "1.0", "normal", ("E", 13, 0, 1)),        # down, over D
    ("F", "1.0", "normal", ("E", 13, 0, 1)),        # up, one line
    ("G", "1.0", "normal", ("H", 50, 1, 2)),        # down to a plan with another Ac
    ("R", "1000", "normal", ("B", 3, 44, 45)),      # up over the whole table
    ("A", "0.010", "normal", ("Q", 1250, 0, 1)),    # down over the whole table
    ("R", "0.025", "tightened", ("S", 3150, 1, 2)),  # a letter that no lot has
    ("R", "0.015", "tightened", ("Q", 1250, 0, 1)),
])
def test_an_arrow_leads_to_n_ac_and_re_of_its_target(
    letter: str, aql: str, severity: str, target: tuple[str, int, int, int]
) -> None:
    assert resolved(letter, Decimal(aql), severity) == target


@pytest.mark.parametrize(("given_aql", "found"), [
    ("2.5", "2.5"), ("2.50", "2.5"), ("4", "4.0"), (Decimal("10.0"), "10"), ("1E+3", "1000"),
])
def test_an_aql_is_found_whatever_its_zeros(given_aql: str | Decimal, found: str) -> None:
    assert str(preferred_aql(given_aql)) == found


@pytest.mark.parametrize(("lot", "level", "aql", "severity", "field"), [
    (1200, "II", "3", "normal", "aql"),
    (1200, "II", "0", "normal", "aql"),
    (1200, "II", "-1.0", "normal", "aql"),
    (1200, "II", "two", "normal", "aql"),
    (1200, "II", "NaN", "normal", "aql"),
    (1200, "II", "sNaN", "normal", "aql"),
    (1200, "II", "Infinity", "normal", "aql"),
    (1200, "IV", "2.5", "normal", "level"),
    (1200, "ii", "2.5", "normal", "level"),
    (1, "II", "2.5", "normal", "lot_size"),
    (0, "II", "2.5", "normal", "lot_size"),
    (-5, "II", "2.5", "normal", "lot_size"),
    (True, "II", "2.5", "normal", "lot_size"),
    (1200, "II", "2.5", "discontinued", "severity"),
])
def test_what_is_not_in_the_tables_is_bad_input_that_names_its_field(
    lot: int, level: str, aql: str, severity: str, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        plan(lot, level, aql, severity)
    assert caught.value.params["field"] == field
    assert caught.value.code in WORDS


def test_the_tables_are_read_only_when_asked() -> None:
    code = (
        "import sys; from lims.domain import sampling_plan; from lims.domain.sampling import food, switching, tables;"
        "assert all(f.cache_info().currsize == 0 for f in (tables._letters, tables._master, tables._reduced));"
        "assert 'pint' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# What must hold for any lot


@given(LOTS, LOTS, LEVEL, AQLS, SEVERITY)
def test_a_larger_lot_is_never_sampled_less(one: int, other: int, level: str, aql: str, severity: str) -> None:
    small, large = (plan(lot, level, aql, severity) for lot in sorted((one, other)))
    assert small.n <= large.n
    assert (small.ac or 0) <= (large.ac or 0)


@given(LOTS, LEVEL, LEVEL)
def test_a_higher_level_never_has_an_earlier_letter(lot: int, one: str, other: str) -> None:
    low, high = sorted((one, other), key=LEVELS.index)
    assert code_letter(lot, low) <= code_letter(lot, high)


@given(LOTS, LEVEL, AQLS, SEVERITY)
def test_the_whole_lot_is_inspected_exactly_where_the_table_asks_for_it(
    lot: int, level: str, aql: str, severity: str
) -> None:
    found = plan(lot, level, aql, severity)
    cell = resolved(found.letter, found.aql, severity)
    assert found.whole_lot == (cell.n >= lot)
    assert found.n == min(lot, cell.n)
    assert found.re == cell.ac + 1


def test_a_looser_aql_never_accepts_a_smaller_share_and_tightening_never_a_larger_one() -> None:
    values = [Decimal(aql) for aql in aqls()]
    for letter in LETTERS:
        for strict, loose in pairwise(values):
            for severity in ("normal", "tightened"):
                low, high = resolved(letter, strict, severity), resolved(letter, loose, severity)
                assert low.ac * high.n <= high.ac * low.n
        for aql in values:
            normal, tight = resolved(letter, aql, "normal"), resolved(letter, aql, "tightened")
            assert tight.ac * normal.n <= normal.ac * tight.n
            assert tight.ac < normal.ac or tight.n >= normal.n


@given(LOTS, LEVEL, AQLS, SEVERITY, st.data())
def test_more_that_fail_never_turn_a_lot_good(lot: int, level: str, aql: str, severity: str, data: Any) -> None:
    found = plan(lot, level, aql, severity)
    one, other = sorted(data.draw(st.tuples(*[st.integers(0, found.n)] * 2)))
    first, second = judge(found, one), judge(found, other)
    assert first.accepted >= second.accepted
    assert judge(found, 0).accepted
    assert first.accepted == (one <= (found.ac or 0)) == (one < (found.re or 0))


@pytest.mark.parametrize(("lot", "n", "whole"), [(12, 12, True), (13, 13, True), (14, 13, False)])
def test_a_sample_as_large_as_the_lot_is_the_lot(lot: int, n: int, whole: bool) -> None:
    found = plan(lot, "II", "1.0")  # B, arrow to E: n = 13
    assert (found.n, found.whole_lot) == (n, whole)


# Acceptance


def test_the_worked_line_tells_every_figure_in_both_languages() -> None:
    english, chinese = judge(plan(1200, "II", "2.5"), 6).lines()
    assert english == (
        "ISO 2859-1, N = 1200, level II, AQL 2.5, normal inspection: letter J, n = 80, Ac = 5, Re = 6; "
        "nonconforming items 6 ≥ Re = 6: not accepted"
    )
    assert chinese == (
        "GB/T 2828.1，N = 1200，检验水平 II，AQL 2.5，正常检验：字码 J，n = 80，Ac = 5，Re = 6；"
        "不合格品 6 ≥ Re = 6：不接收"
    )


def test_the_worked_line_shows_the_arrow_and_the_whole_lot() -> None:
    english, chinese = judge(plan(10, "II", "1.0"), 0).lines()
    assert "letter B → E, n = 10 (100 %), Ac = 0" in english and english.endswith("0 ≤ Ac = 0: accepted")
    assert "字码 B → E，n = 10（全检）" in chinese and chinese.endswith("接收")


def test_above_an_aql_of_ten_nonconformities_are_counted_and_may_outnumber_the_items() -> None:
    found = plan(8, "II", "1000")  # A: n = 2, Ac = 30
    assert judge(found, 30).accepted and not judge(found, 31).accepted
    assert "nonconformities 31" in judge(found, 31).lines()[0]
    with pytest.raises(BadInput) as caught:
        judge(plan(1200, "II", "10"), 81)  # n = 80 items
    assert caught.value.params["field"] == "defectives"


@pytest.mark.parametrize("count", [-1, True, 2.0, "3", 81])
def test_a_count_that_cannot_be_is_refused(count: Any) -> None:
    with pytest.raises(BadInput) as caught:
        judge(plan(1200, "II", "2.5"), count)
    assert caught.value.params["field"] == "defectives"


def test_too_few_items_show_only_that_a_lot_is_not_accepted() -> None:
    found = plan(1200, "II", "2.5")  # n = 80, Ac = 5, Re = 6
    assert not judge(found, 6, inspected=40).accepted
    for failing, inspected in ((5, 79), (0, 81), (6, 81)):
        with pytest.raises(Refused) as caught:
            judge(found, failing, inspected=inspected)
        assert caught.value.code == "SAMPLE_NOT_OF_PLAN"
        assert caught.value.params == {"wanted": 80, "found": inspected}


def test_reduced_inspection_knows_its_sample_size_and_refuses_to_judge() -> None:
    found = plan(1200, "II", "2.5", "reduced")
    assert (found.letter, found.n, found.ac, found.re) == ("J", 32, None, None)
    assert [item.code for item in found.refusals] == ["REDUCED_NUMBERS_NOT_HELD"]
    assert "Ac and Re not held" in found.lines()[0] and "未收录" in found.lines()[1]
    with pytest.raises(Refused) as caught:
        judge(found, 0)
    assert caught.value.refusals == found.refusals


def test_a_reduced_plan_is_judged_by_the_numbers_the_laboratory_enters() -> None:
    found = with_numbers(plan(1200, "II", "2.5", "reduced"), 32, 3, 4)
    assert found.refusals == ()
    assert judge(found, 3).accepted and not judge(found, 4).accepted
    assert with_numbers(plan(20, "II", "2.5", "reduced"), 20, 1, 2).whole_lot


@pytest.mark.parametrize(("n", "ac", "re", "field"), [(0, 0, 1, "n"), (32, -1, 0, "ac"), (32, 1, 3, "re")])
def test_entered_numbers_must_be_a_plan(n: int, ac: int, re: int, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        with_numbers(plan(1200, "II", "2.5", "reduced"), n, ac, re)
    assert caught.value.params["field"] == field


def test_numbers_that_stand_in_the_table_are_not_entered() -> None:
    with pytest.raises(Refused, match="NUMBERS_STAND_IN_TABLE"):
        with_numbers(plan(1200, "II", "2.5"), 80, 9, 10)


def test_one_step_tighter_is_asked_of_the_sample_that_was_drawn() -> None:
    for letter in LETTERS:
        for aql in map(Decimal, aqls()):
            cell = resolved(letter, aql, "normal")
            if cell.ac > 1:
                tighter = resolved(cell.letter, tighter_aql(aql) or aql, "normal")
                assert tighter.letter == cell.letter and 1 <= tighter.ac < cell.ac
    found = plan(1200, "II", "2.5")  # at AQL 1.5 the same 80 have Ac = 3
    assert accepted_one_step_tighter(judge(found, 3)) and not accepted_one_step_tighter(judge(found, 4))
    # F at AQL 100 goes up to E: 13 items, Ac = 21; E at 65 has Ac = 14, while F at 65 would want 20 items.
    up = plan(100, "II", "100")
    assert (up.letter, up.resolved, up.n, up.ac) == ("F", "E", 13, 21)
    assert accepted_one_step_tighter(judge(up, 14)) and not accepted_one_step_tighter(judge(up, 15))


# Switching, worked by hand

KEY = Key("Wei Hong Ceramics", "TABLEWARE", "chipped rim")


def lots(severity: str, counts: str, *, steady: bool = False, agreed: bool = False) -> list[LotOutcome]:
    """Lots of 1200 at level II, AQL 2.5, each with the number of items that failed.

    Normal: n = 80, Ac = 5, and Ac = 3 one step tighter. Tightened: n = 80, Ac = 3. Reduced: 3 as entered.
    """
    return [LotOutcome(f"L{no}", judged(severity, int(count)), steady, agreed)
            for no, count in enumerate(counts.split(), start=1)]


def judged(severity: str, failed: int) -> Acceptance:
    found = plan(1200, "II", "2.5", severity)
    return judge(with_numbers(found, 32, 3, 4) if severity == "reduced" else found, failed)


def severities(history: History, outcomes: list[LotOutcome]) -> list[str]:
    return [step.severity for step in replay(history, outcomes)]


@pytest.mark.parametrize(("counts", "tightened_after"), [
    ("6 6", 2),              # the first two
    ("0 6 0 0 6", 5),        # lots 2 and 5 of five
    ("0 6 0 0 0 6", 6),      # lots 2 and 6: the five from 2 to 6
    ("6 0 0 0 0 6", None),   # lots 1 and 6 are never among five
    ("6 0 0 0 0 6 0 0 0 6", 10),  # lots 6 and 10
    ("0 1 2 3 4 5", None),
])
def test_two_of_five_lots_not_accepted_tighten(counts: str, tightened_after: int | None) -> None:
    steps = replay(opened(KEY), lots("normal", counts))
    changed = [no for no, step in enumerate(steps, start=1) if step.change]
    assert changed == ([tightened_after] if tightened_after else [])
    assert all(step.severity == "normal" for step in steps[:-1])
    if tightened_after:
        assert steps[-1].severity == "tightened"
        assert steps[-1].change and steps[-1].change.reason == "SWITCH_TWO_NOT_ACCEPTED"


def test_a_change_tells_from_where_to_where_and_why() -> None:
    step = replay(opened(KEY), lots("normal", "0 6 0 6"))[-1]
    told = {"failed": 2, "lots": 4, "lot": "L4"}
    assert step == History(KEY, "tightened", change=Change("normal", "tightened", "SWITCH_TWO_NOT_ACCEPTED", told))


@pytest.mark.parametrize(("counts", "normal_after"), [
    ("0 1 2 3 3", 5),
    ("0 0 0 0 4 0 0 0 0 0", 10),  # the fifth lot breaks the row: five more
    ("0 0 0 0", None),
])
def test_five_lots_accepted_in_a_row_lead_back_to_normal(counts: str, normal_after: int | None) -> None:
    found = severities(opened(KEY, "tightened"), lots("tightened", counts))
    assert found == ["tightened"] * (len(found) - 1) + (["normal"] if normal_after else ["tightened"])
    assert normal_after in (None, len(found))


def test_five_lots_not_accepted_under_tightened_inspection_end_sampling() -> None:
    # Not accepted: lots 1, 3, 5, 6 and 11. The row of four accepted (7 to 10) is one short of normal inspection.
    steps = replay(opened(KEY, "tightened"), lots("tightened", "4 0 4 0 4 4 0 0 0 0 4"))
    assert [step.not_accepted for step in steps] == [1, 1, 2, 2, 3, 4, 4, 4, 4, 4, 0]
    last = steps[-1]
    assert last.severity == "discontinued" and last.change
    assert (last.change.reason, last.change.params) == ("SWITCH_DISCONTINUED", {"failed": 5, "lot": "L11"})
    with pytest.raises(Refused) as caught:
        after(last, lots("tightened", "0")[0])
    assert caught.value.code == "SAMPLING_DISCONTINUED"


def test_lots_not_accepted_are_counted_afresh_when_tightened_inspection_begins_again() -> None:
    once = replay(opened(KEY, "tightened"), lots("tightened", "4 4 4 4 0 0 0 0 0"))[-1]
    assert once.severity == "normal"
    again = replay(once, lots("normal", "6 6"))[-1]
    assert (again.severity, again.not_accepted) == ("tightened", 0)
    assert severities(again, lots("tightened", "4 4 4 4 4"))[-2:] == ["tightened", "discontinued"]


def test_sampling_is_resumed_under_tightened_inspection_upon_improvement_and_agreement() -> None:
    stopped = History(KEY, "discontinued")
    for improved, agreed, codes in (
        (False, True, ["NO_IMPROVEMENT_SHOWN"]), (True, False, ["AUTHORITY_NOT_AGREED"]),
        (False, False, ["NO_IMPROVEMENT_SHOWN", "AUTHORITY_NOT_AGREED"]),
    ):
        with pytest.raises(Refused) as caught:
            resumed(stopped, improved, agreed)
        assert [item.code for item in caught.value.refusals] == codes
    found = resumed(stopped, True, True)
    assert found == History(KEY, "tightened", change=Change("discontinued", "tightened", "SWITCH_RESUMED"))
    with pytest.raises(Refused, match="SAMPLING_NOT_DISCONTINUED"):
        resumed(found, True, True)


def test_the_score_of_a_plan_with_ac_of_two_or_more_grows_by_three_where_one_step_tighter_accepts() -> None:
    # Ac = 5, one step tighter 3. Found 0, 3: +3 each. Found 4: accepted, but not one step tighter: back to 0.
    steps = replay(opened(KEY), lots("normal", "0 3 4 1 5 2 2 6 0"))
    assert [step.score for step in steps] == [3, 6, 0, 3, 0, 3, 6, 0, 3]


def test_the_score_of_a_plan_with_ac_of_nought_or_one_grows_by_two_where_the_lot_is_accepted() -> None:
    nought, one = plan(20, "II", "1.0"), plan(100, "II", "2.5")  # n = 13, Ac = 0; n = 20, Ac = 1
    assert (nought.ac, one.ac) == (0, 1)
    outcomes = [LotOutcome(f"L{no}", judge(found, failed)) for no, (found, failed) in enumerate(
        [(nought, 0), (one, 1), (one, 0), (nought, 1), (one, 1)], start=1)]
    assert [step.score for step in replay(opened(KEY), outcomes)] == [2, 4, 6, 0, 2]


def test_reduced_inspection_begins_at_thirty_points_with_steady_production_and_agreement() -> None:
    ten = " ".join("0" * 10)  # ten lots of three points each
    steps = replay(opened(KEY), lots("normal", ten, steady=True, agreed=True))
    assert [step.severity for step in steps] == ["normal"] * 9 + ["reduced"]
    assert steps[-1].change == Change("normal", "reduced", "SWITCH_SCORE_REACHED", {"score": 30, "lot": "L10"})
    assert steps[-1].score == 0
    for steady, agreed in ((True, False), (False, True), (False, False)):
        waiting = replay(opened(KEY), lots("normal", ten, steady=steady, agreed=agreed))[-1]
        assert (waiting.severity, waiting.score) == ("normal", 30)
        later = after(waiting, LotOutcome("L11", judged("normal", 0), True, True))
        assert (later.severity, later.change and later.change.params["score"]) == ("reduced", 33)


@pytest.mark.parametrize(("score", "steady", "agreed", "codes"), [
    (29, True, True, ["SCORE_TOO_LOW"]),
    (30, True, True, []),
    (30, False, True, ["PRODUCTION_NOT_STEADY"]),
    (30, True, False, ["AUTHORITY_NOT_AGREED"]),
    (0, False, False, ["SCORE_TOO_LOW", "PRODUCTION_NOT_STEADY", "AUTHORITY_NOT_AGREED"]),
])
def test_every_reason_against_reduced_inspection_is_told_at_once(
    score: int, steady: bool, agreed: bool, codes: list[str]
) -> None:
    found = switching.refusals_to_reduce(History(KEY, score=score), steady, agreed)
    assert [item.code for item in found] == codes


@pytest.mark.parametrize("severity", ["tightened", "reduced", "discontinued"])
def test_reduced_inspection_follows_only_upon_normal(severity: str) -> None:
    found = switching.refusals_to_reduce(History(KEY, severity, score=99), True, True)
    assert [item.code for item in found] == ["REDUCED_ONLY_FROM_NORMAL"]


@pytest.mark.parametrize(("failed", "steady", "agreed", "reason"), [
    (3, True, True, None),
    (4, True, True, "SWITCH_REDUCED_NOT_ACCEPTED"),
    (0, False, True, "SWITCH_PRODUCTION_IRREGULAR"),
    (0, True, False, "SWITCH_AGREEMENT_WITHDRAWN"),
    (4, False, False, "SWITCH_REDUCED_NOT_ACCEPTED"),
])
def test_reduced_inspection_ends_with_the_first_thing_amiss(
    failed: int, steady: bool, agreed: bool, reason: str | None
) -> None:
    found = after(opened(KEY, "reduced"), LotOutcome("L1", judged("reduced", failed), steady, agreed))
    assert found.severity == ("normal" if reason else "reduced")
    assert (found.change.reason if found.change else None) == reason


def test_a_lot_submitted_again_counts_for_nothing() -> None:
    before = replay(opened(KEY), lots("normal", "6 0"))[-1]
    again = LotOutcome("L1", judged("normal", 6), original=False)
    assert after(before, again) == before


@pytest.mark.parametrize(("due", "used", "code"), [
    ("normal", "tightened", "NORMAL_INSPECTION_DUE"), ("tightened", "normal", "TIGHTENED_INSPECTION_DUE"),
    ("reduced", "normal", "REDUCED_INSPECTION_DUE"),
])
def test_a_lot_is_judged_by_the_severity_that_is_due(due: str, used: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        after(opened(KEY, due), LotOutcome("L1", judged(used, 0)))
    assert (caught.value.code, caught.value.params["lot"]) == (code, "L1")
    assert code in WORDS


def test_a_history_begins_with_a_severity_of_the_standard() -> None:
    assert opened(KEY).severity == "normal"
    with pytest.raises(BadInput):
        opened(KEY, "discontinued")


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.booleans()), max_size=60))
def test_whatever_lots_come_every_change_of_severity_has_its_reason(given_lots: list[tuple[int, bool, bool]]) -> None:
    history = opened(KEY)
    for no, (failed, steady, agreed) in enumerate(given_lots):
        if history.severity == "discontinued":
            history = resumed(history, True, True)
        before = history
        history = after(history, LotOutcome(f"L{no}", judged(history.severity, failed), steady, agreed))
        assert (history.severity != before.severity) == (history.change is not None)
        if history.change:
            change = history.change
            assert (change.before, change.to) == (before.severity, history.severity)
            assert (history.score, history.recent, history.not_accepted) == (0, (), 0)
            for language in ("en", "zh"):
                assert "L" in WORDS[change.reason][language].format_map(dict(change.params))
        if history.severity == "reduced":
            assert steady and agreed and history.recent.count(False) == 0
        assert len(history.recent) <= 5 and history.not_accepted < 5


# Food: n, c, m, M


def a_limit(**other: str) -> LimitVersion:
    content = {
        "jurisdiction": "CN", "product": "INF_FORMULA", "analyte": "SALM", "operator": "NCM2", "unit": "/25 g",
        "n": "60", "c": "0", "m": "0", "portion": "25 g", "standard": "GB 29921-2021", "severity": "SHE",
    }
    return limit_from(1, "L0159", 1, content | other)


def test_every_plan_of_the_catalogue_says_what_to_draw() -> None:
    rows = [row for row in table("limits.csv") if row["operator"] in ("NCM2", "NCM3")]
    assert len(rows) > 30
    for row in rows:
        found = units_to_draw(limit_from(1, row["limit_id"], 1, row))
        assert found.n == int(row["n"])
        assert str(found.portion or "") == row["portion"]
        assert [item.code for item in found.refusals] == ([] if row["portion"] else ["PORTION_NOT_STATED"])


def test_the_portion_of_the_limit_goes_before_that_of_the_method() -> None:
    assert str(units_to_draw(a_limit(), "10 g").portion) == "25 g"
    assert str(units_to_draw(a_limit(), "10 g").total) == "1500 g"
    counted = units_to_draw(a_limit(operator="NCM3", n="5", c="2", m="10", M="100", portion="", unit="CFU/g"), "25 g")
    assert (counted.n, str(counted.total)) == (5, "125 g")


def test_the_same_units_serve_every_limit_of_a_lot() -> None:
    draws = [units_to_draw(a_limit(n=n)) for n in ("5", "60", "3")]
    assert units_together(draws) == 60 and units_together([]) == 0


def test_only_a_plan_says_how_many_units_to_draw() -> None:
    with pytest.raises(BadInput, match="NOT_A_PLAN"):
        units_to_draw(a_limit(operator="LE", value="0.2", unit="mg/kg"))
    with pytest.raises(BadInput) as caught:
        units_to_draw(a_limit(portion="a spoon"))
    assert caught.value.params["field"] == "portion"


def a_plan(n: int = 60, c: int = 0, size: int = 0, **other: str) -> pools.Plan:
    limit = Limit(**{"operator": "NCM2", "unit": "/25 g", "n": n, "c": c, "m": "0", **other})
    return pools.Plan(limit, "L1", "25 g", size)


@pytest.mark.parametrize(("texts", "plan", "units"), [
    (["ND"], a_plan(5), "1-5"), (["ND"] * 4, a_plan(), "1-15 16-30 31-45 46-60"), (["ND"] * 3, a_plan(5), "1-2 3-4 5"),
    (["ND"] * 3, a_plan(5, size=2), "1-2 3-4 5"), (["ND"] * 2, a_plan(5, size=2), "1-2 3-4"),
    (["1,3: ND", "2、4～5：未检出"], a_plan(5), "1,3 2,4-5"),
])  # fmt: skip
def test_units_stand_in_the_pools_as_said_or_are_shared_out(texts: list[str], plan: pools.Plan, units: str) -> None:
    assert " ".join(pool.named for pool in pools.read_pools(texts, plan)) == units


@pytest.mark.parametrize(("plan", "texts", "verdict", "reason"), [
    (a_plan(), ["ND"] * 4, "PASS", None),
    (a_plan(), ["ND", "detected", "ND", "ND"], "FAIL", "POSITIVE_POOL"),
    (a_plan(5), ["1-4: ND"], "INVALID", "N_MISMATCH"),
    (a_plan(5), ["1-6: ND"], "INVALID", "N_MISMATCH"),
    (a_plan(10, size=3), ["ND", "ND"], "INVALID", "N_MISMATCH"),
    (a_plan(10, 1), ["1-5: ND", "6-10: detected"], "INCONCLUSIVE", "POOL_UNITS_SINGLY"),
    (a_plan(10, 1), ["1-5: detected", "6-10: detected"], "FAIL", "POSITIVE_POOL"),
    (a_plan(10, 1), ["1-9: ND", "10: detected"], "PASS", None),
    (a_plan(5), ["<10"], "INCONCLUSIVE", "LOQ_ABOVE_LIMIT"),
])  # fmt: skip
def test_a_plan_is_judged_by_what_its_pools_can_tell(
    plan: pools.Plan, texts: list[str], verdict: str, reason: str | None
) -> None:
    kept = json.loads(json.dumps(pools.worked(texts, plan, "/25 g").as_json(3, "")))
    found = pools.judge_pools(pools.kept_in(kept), plan.limit)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert "test units 6-10 singly" in found.worked or reason != "POOL_UNITS_SINGLY"


@pytest.mark.parametrize(("plan", "texts", "code"), [
    (a_plan(5, 2, m="10"), ["ND"], "POOLING_NOT_ALLOWED"),
    (a_plan(5, 2, operator="NCM3", m="0", M="10"), ["ND"], "POOLING_NOT_ALLOWED"),
    (a_plan(5), ["1-3: ND", "ND"], "POOL_UNITS_NEEDED"), (a_plan(5), ["1-3: ND", "3-5: ND"], "POOL_UNIT_TWICE"),
    (a_plan(5, size=2), ["1-3: ND", "4-5: ND"], "POOL_TOO_LARGE"), (a_plan(5), ["perhaps"], "NOT_A_RESULT"),
    (a_plan(5), ["ND"] * 6, "COUNT_OUT_OF_RANGE"), (a_plan(5), ["0-5: ND"], "POOL_UNITS_NEEDED"),
    (a_plan(5), ["5-1: ND"], "POOL_UNITS_NEEDED"), (a_plan(5), [""], "NOT_A_RESULT"),
])  # fmt: skip
def test_pools_that_cannot_be_are_refused(plan: pools.Plan, texts: list[str], code: str) -> None:
    with pytest.raises(BadInput, match=code) as caught:
        pools.read_pools(texts, plan)
    assert caught.value.params["field"] == "pools"


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(1, 12), st.integers(0, 3))
def test_pools_never_say_another_verdict_than_their_units(units: list[bool], size: int, c: int) -> None:
    shares = [units[start:start + size] for start in range(0, len(units), size)]
    plan = a_plan(len(units), c)
    texts = [f"{1 + i * size}-{i * size + len(share)}: {'detected' if any(share) else 'ND'}"
             for i, share in enumerate(shares)]
    found = pools.judge_pools(pools.read_pools(texts, plan), plan.limit).verdict
    assert found in ("INCONCLUSIVE" if c else "", "FAIL" if sum(units) > c else "PASS")


def test_pools_say_nothing_of_a_limit_that_counts() -> None:
    counted = a_plan(5, 2, m="10").limit
    assert pools.judge_pools(pools.read_pools(["ND"], a_plan(5)), counted)[:2] == ("INVALID", "POOLING_NOT_ALLOWED")

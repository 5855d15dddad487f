"""Instruments: what a check finds and means, when it is due by date and by use, and when an instrument is unfit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lims.domain.equipment import Due, Equipment, standing, unfit
from lims.domain.equipment_check import Point, judged, next_due, outcome, questions_the_past, soon_on
from lims.domain.rules.errors import BadInput

DAY = date(2026, 11, 24)
LATER = date(2027, 6, 1)


@pytest.mark.parametrize(
    ("due", "word"),
    [
        (Due("intermediate", DAY), "soon"),
        (Due("intermediate", DAY - timedelta(days=1)), "past"),
        (Due("intermediate", LATER), "good"),
        (Due("intermediate", DAY + timedelta(days=6), soon_on=DAY + timedelta(days=5)), "good"),
        (Due("intermediate", DAY + timedelta(days=6), soon_on=DAY), "soon"),
        (Due("intermediate", None, "runs", 100, 89), "good"),
        (Due("intermediate", None, "runs", 100, 90), "soon"),
        (Due("intermediate", LATER, "runs", 100, 100), "past"),
        (Due("maintenance"), "good"),
    ],
)
def test_a_check_is_due_by_date_or_by_use_whichever_comes_first(due: Due, word: str) -> None:
    assert due.word(DAY) == word


@pytest.mark.parametrize(
    ("change", "dues", "code"),
    [
        ("", (), None),
        ("MassHunter 5.2 → 5.3", (), "CHECK_NEEDED"),
        ("", (Due("intermediate", DAY - timedelta(days=1)),), "CHECK_PAST"),
        ("", (Due("qualification", LATER, "injections", 50, 50),), "CHECK_USED_UP"),
        ("", (Due("calibration", None, "hours", 10, 12),), "CHECK_USED_UP"),
        ("", (Due("maintenance", DAY - timedelta(days=90)),), None),
    ],
)
def test_an_instrument_whose_check_is_due_is_not_used_and_overdue_maintenance_is_only_shown(
    change: str, dues: tuple[Due, ...], code: str | None
) -> None:
    here = Equipment("AAS-1", "in_service", LATER, check_needed=change, dues=dues)
    found = unfit(here, DAY)
    assert (found.code if found else None) == code
    assert standing(here, DAY) == ("past" if any(due.word(DAY) == "past" for due in dues) else "good")


@pytest.mark.parametrize(
    ("low", "high", "unit", "found", "left", "verdicts"),
    [
        ("99.9", "100.1", "g", "100.1", "", ("pass", "pass")),
        ("99.9", "100.1", "g", "100.11", "", ("fail", "fail")),
        ("99.9", "100.1", "g", "100.2", "100.0", ("fail", "pass")),
        ("0.99", "1.01", "mg/L", "1000 µg/L", "", ("pass", "pass")),
        ("99.9", "100.1", "g", "100.2 g", "100.0 g", ("fail", "pass")),
        ("", "5", "%", "4.99 %", "", ("pass", "pass")),
        ("0.5", "", "", "0.49", "0.50", ("fail", "pass")),
        ("", "", "", "7", "", ("pass", "pass")),
    ],
)
def test_a_point_is_read_by_the_one_grammar_and_its_ends_are_in(
    low: str, high: str, unit: str, found: str, left: str, verdicts: tuple[str, str]
) -> None:
    one = judged(Point("a", low, high, unit, found, left))
    assert (one.found, one.left) == verdicts


@pytest.mark.parametrize(
    ("point", "code"),
    [
        (Point("a", "1", "2", "", "ND"), "NOT_A_NUMBER"),
        (Point("a", "1", "2", "", "<1"), "NOT_A_NUMBER"),
        (Point("a", "2", "1", "", "1.5"), "RANGE_ENDS"),
        (Point("", "1", "2", "", "1.5"), "FIELD_NEEDED"),
        (Point("a", "1", "2"), "FIELD_NEEDED"),
        (Point("a", "1", "2", "mg/L", "1 mg/kg"), "INCOMPATIBLE_UNIT"),
    ],
)
def test_what_is_no_number_of_the_unit_is_never_judged(point: Point, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        judged(point)
    assert caught.value.code == code


GOOD, OFF = Point("a", "1", "2", "", "1.5"), Point("b", "1", "2", "", "3")
MENDED = Point("c", "1", "2", "", "3", "2")


@pytest.mark.parametrize(
    ("points", "said", "word"),
    [
        ((), "pass", "pass"),
        ((), "fail", "fail"),
        ((GOOD,), "", "pass"),
        ((GOOD,), "fail", "fail"),
        ((GOOD, OFF), "", "fail"),
        ((GOOD, OFF), "pass", "fail"),
        ((GOOD, MENDED), "", "adjusted"),
        ((GOOD, MENDED), "pass", "adjusted"),
    ],
)
def test_a_person_may_fail_what_the_numbers_pass_and_never_pass_what_they_fail(
    points: tuple[Point, ...], said: str, word: str
) -> None:
    assert outcome([judged(one) for one in points], said) == word
    assert questions_the_past(word) == (word != "pass")


@pytest.mark.parametrize("said", ["", "perfect"])
def test_without_points_somebody_says_the_outcome(said: str) -> None:
    with pytest.raises(BadInput):
        outcome([], said)


def test_the_next_day_follows_the_plan_and_a_weekly_check_is_not_always_due_soon() -> None:
    assert next_due(DAY, None) is None
    assert next_due(DAY, 365) == DAY + timedelta(days=365)
    assert soon_on(LATER, 365) == LATER - timedelta(days=30)
    assert soon_on(LATER, 7) == LATER - timedelta(days=1)
    assert soon_on(LATER, None) == LATER - timedelta(days=30)
    assert soon_on(None, 7) is None

"""People, instruments and marks on the day: authorised, in calibration, in scope."""

from __future__ import annotations

from datetime import date

import pytest

from lims.domain.accreditation import ScopeLine, marks_for
from lims.domain.competence import Authorisation, not_authorised
from lims.domain.equipment import Equipment, calibration, unfit

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (Authorisation(1, "test", "M1", DAY, None), None),
        (Authorisation(1, "test", "*", DAY, DAY), None),
        (Authorisation(2, "test", "M1", DAY, None), "NOT_AUTHORISED"),
        (Authorisation(1, "review", "M1", DAY, None), "NOT_AUTHORISED"),
        (Authorisation(1, "test", "M2", DAY, None), "NOT_AUTHORISED"),
        (Authorisation(1, "test", "M1", date(2026, 11, 25), None), "AUTHORISATION_NOT_IN_FORCE"),
        (Authorisation(1, "test", "M1", date(2026, 1, 1), date(2026, 11, 23)), "AUTHORISATION_NOT_IN_FORCE"),
    ],
)
def test_a_method_is_done_only_by_who_is_authorised_that_day(grant: Authorisation, code: str | None) -> None:
    refusal = not_authorised([grant], 1, "test", "M1", DAY)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("state", "due", "code"),
    [
        ("in_service", DAY, None),
        ("in_service", date(2026, 11, 23), "CALIBRATION_PAST"),
        ("in_service", None, "CALIBRATION_UNKNOWN"),
        ("out_of_service", DAY, "INSTRUMENT_NOT_IN_SERVICE"),
        ("new", DAY, "INSTRUMENT_NOT_IN_SERVICE"),
    ],
)
def test_an_instrument_out_of_service_or_past_calibration_is_not_used(
    state: str, due: date | None, code: str | None
) -> None:
    refusal = unfit(Equipment("AAS-1", state, due), DAY)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("due", "word"),
    [
        (None, "unknown"),
        (date(2026, 11, 23), "past"),
        (DAY, "soon"),
        (date(2026, 12, 24), "soon"),
        (date(2026, 12, 25), "good"),
    ],
)
def test_due_dates_are_told_apart(due: date | None, word: str) -> None:
    assert calibration(due, DAY) == word


def test_a_mark_stands_only_where_the_scope_names_method_edition_analyte_and_field() -> None:
    lines = [
        ScopeLine("CNAS", "L1", "GRO", "M-2023", "*", DAY, None),
        ScopeLine("CMA", "C1", "*", "M-2023", "CD", DAY, None),
        ScopeLine("CMA", "C1", "GRO", "M-2023", "CD", DAY, None),
    ]
    assert marks_for(lines, "M-2023", "CD", "GRO", DAY) == (("CMA", "C1"), ("CNAS", "L1"))
    assert marks_for(lines, "M-2023", "PB", "GRO", DAY) == (("CNAS", "L1"),)
    assert marks_for(lines, "M-2014", "CD", "GRO", DAY) == ()
    assert marks_for(lines, "M-2023", "CD", "TEX", DAY) == (("CMA", "C1"),)
    assert marks_for(lines, "M-2023", "CD", "GRO", date(2026, 11, 23)) == ()

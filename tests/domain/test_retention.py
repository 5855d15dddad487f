"""Until when a tested sample is proposed to be kept."""

from __future__ import annotations

from datetime import date

import pytest

from lims.domain.retention import kept_until


@pytest.mark.parametrize(
    ("concluded", "verdict", "until"),
    [
        (date(2026, 11, 24), "PASS", date(2027, 2, 24)),
        (date(2026, 11, 24), "FAIL", date(2027, 5, 24)),
        (date(2026, 11, 24), "INCONCLUSIVE", date(2027, 5, 24)),
        (date(2026, 11, 30), "PASS", date(2027, 2, 28)),
        (date(2027, 11, 30), "PASS", date(2028, 2, 29)),
        (date(2026, 8, 31), "FAIL", date(2027, 2, 28)),
        (date(2026, 9, 30), "PASS", date(2026, 12, 30)),
    ],
)
def test_what_conforms_is_kept_three_months_and_all_else_six(concluded: date, verdict: str, until: date) -> None:
    assert kept_until(concluded, verdict) == until

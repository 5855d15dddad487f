"""What an event keeps of a value: what the database will give back, in whatever form it was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from lims.domain.rules.audit import canonical, plain


def test_a_moment_is_kept_in_utc_whatever_zone_it_was_said_in() -> None:
    there = datetime(2026, 11, 24, 0, 0, tzinfo=timezone(timedelta(hours=8)))
    assert plain(there) == plain(there.astimezone(UTC)) == "2026-11-23T16:00:00.000000+00:00"


def test_a_figure_keeps_its_digits_and_a_mapping_its_one_text() -> None:
    assert plain(Decimal("0.0100")) == "0.0100"
    assert canonical({"b": Decimal("1E+2"), "a": (1, None)}) == '{"a":[1,null],"b":"100"}'

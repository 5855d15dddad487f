"""When the quality control of a batch holds."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from lims.domain.batch import Finding, judge
from tests.domain.shared import table

LOQ = Decimal("0.04")


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (Finding("blank", "BLK", "", (("PB", "<0.04"),), LOQ), "good"),
        (Finding("blank", "BLK", "", (("PB", "0.04"),), LOQ), "broken"),
        (Finding("blank", "BLK", "", (), LOQ), "open"),
        (Finding("blank", "BLK", "", (("PB", "ND"),), LOQ, (), ("CD", "PB")), "open"),
        (Finding("blank", "BLK", "", (("PB", "ND"), ("CD", "ND")), LOQ, (), ("CD", "PB")), "good"),
        (Finding("crm", "CRM", "0.12±0.01 mg/kg", (("PB", "0.116"),), LOQ), "good"),
        (Finding("crm", "CRM", "0.12±0.01 mg/kg", (("PB", "0.14"),), LOQ), "broken"),
        (Finding("duplicate", "DUP", "", (("PB", "0.30"),), LOQ, (("PB", "0.31"),)), "good"),
        (Finding("duplicate", "DUP", "", (("PB", "0.20"),), LOQ, (("PB", "0.31"),)), "broken"),
        (Finding("duplicate", "DUP", "", (("PB", "0.20"),), LOQ), "open"),
        (Finding("spike", "SPK", "", (("PB", "82"),), LOQ), "good"),
        (Finding("spike", "SPK", "", (("PB", "40"),), LOQ), "broken"),
    ],
)
def test_a_position_is_good_broken_or_open(finding: Finding, verdict: str) -> None:
    assert judge((finding,)).verdict == verdict


def test_no_quality_control_positions_are_good_and_one_broken_breaks_the_batch() -> None:
    good = Finding("blank", "BLK", "", (("PB", "ND"),), LOQ)
    broken = Finding("spike", "SPK", "", (("PB", "40"),), LOQ)
    assert judge(()).verdict == "good"
    assert judge((good, broken)).verdict == "broken"


def test_the_vectors_of_the_trade() -> None:
    """A blank against its LOQ and a recovery against its window: what is not good holds the batch."""
    rows = [row for row in table("decision_examples.csv") if row["topic"] in ("blank", "recovery_window")]
    assert [row["id"] for row in rows] == ["W08", "W09", "W10"]
    for row in rows:
        asked, expected = json.loads(row["input_json"]), json.loads(row["expected_json"])
        if row["topic"] == "blank":
            finding = Finding("blank", "BLK", "", (("PB", str(asked["blank"])),), Decimal(str(asked["LOQ"])))
        else:
            assert (asked["low"], asked["high"]) == (60, 120), "the window that the product holds by default"
            finding = Finding("spike", "SPK", "", (("PB", str(asked["recovery_pct"])),), LOQ)
        outcome = judge((finding,))
        assert (outcome.verdict == "good") == expected["ok"], row["id"]
        assert (outcome.verdict == "broken") == (expected.get("action") == "HOLD_BATCH"), row["id"]

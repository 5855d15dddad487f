"""When the quality control of a batch holds."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from lims.domain.batch import Finding, judge, judge_each
from lims.domain.injection import identity_from
from lims.domain.qc_window import DEFAULTS
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal
from lims.web.messages import say
from tests.domain.shared import table

D = Decimal
LOQ = D("0.04")


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


TENTH = replace(DEFAULTS, blank_tenth=True)


@pytest.mark.parametrize(
    ("finding", "verdict", "code"),
    [
        (Finding("blank", "B", "", (("PB", "39 ug/kg"),), LOQ, unit="mg/kg"), "good", "QC_BLANK"),
        (Finding("blank", "B", "", (("PB", "41 ug/kg"),), LOQ, unit="mg/kg"), "broken", "QC_BLANK"),
        (Finding("blank", "B", "", (("PB", "0.05 mg/L"),), LOQ, unit="mg/kg"), "broken", "QC_UNITS"),
        (Finding("blank", "B", "", (("PB", "0.05"),), LOQ, unit="mg/kg", windows=TENTH, lowest=(("PB", D("0.51")),)),
         "good", "QC_BLANK_TENTH"),
        (Finding("blank", "B", "", (("PB", "0.05"),), LOQ, unit="mg/kg", windows=TENTH, lowest=(("PB", D("0.50")),)),
         "broken", "QC_BLANK_TENTH"),
        (Finding("blank", "B", "", (("PB", "0.05"),), LOQ, lowest=(("PB", D("9")),)), "broken", "QC_BLANK"),
        (Finding("crm", "C", "0.12±0.03 mg/kg", (("PB", "0.17±0.04 mg/kg"),), LOQ), "good", "QC_CRM"),
        (Finding("crm", "C", "0.12±0.03 mg/kg", (("PB", "0.1701±0.04 mg/kg"),), LOQ), "broken", "QC_CRM"),
        (Finding("crm", "C", "0.12±0.01 mg/kg", (("PB", "125 ug/kg"),), LOQ), "good", "QC_CRM"),
        (Finding("crm", "C", "0.5 mg/kg", (("PB", "0.61 mg/kg"),), LOQ), "broken", "QC_CRM_PERCENT"),
        (Finding("crm", "C", "PB=0.12±0.01 mg/kg; CD=1±0.1 mg/kg", (("CD", "1.1"),), LOQ), "good", "QC_CRM"),
        (Finding("ccv", "V", "1.00 ug/L", (("PB", "1.15 ug/L"),), LOQ), "good", "QC_CCV"),
        (Finding("ccv", "V", "1.00 ug/L", (("PB", "1.151 ug/L"),), LOQ), "broken", "QC_CCV"),
        (Finding("ccv", "V", "0.12 mg/kg", (("PB", "0.144 mg/kg"),), LOQ, unit="mg/kg"), "good", "QC_CCV"),
        (Finding("ccv", "V", "0.13 mg/kg", (("PB", "0.15 mg/kg"),), LOQ, unit="mg/kg"), "broken", "QC_CCV"),
        (Finding("ccv", "V", "1 ug/L", (("PB", "ND"),), LOQ), "broken", "QC_NO_NUMBER"),
        (Finding("spike", "S", "1 mg/kg", (("PB", "79 %"),), LOQ), "broken", "QC_RECOVERY"),
        (Finding("spike", "S", "1 mg/kg", (("PB", "0.92 mg/kg"),), LOQ, (("PB", "0.10 mg/kg"),)), "good",
         "QC_RECOVERY"),
        (Finding("spike", "S", "1 mg/kg", (("PB", "0.92 mg/kg"),), LOQ), "open", "QC_FIRST_MISSING"),
        (Finding("positive_control", "P", "", (("SALM", "detected"),), None), "good", "QC_GROWTH"),
        (Finding("positive_control", "P", "", (("SALM", "ND"),), None), "broken", "QC_GROWTH"),
        (Finding("negative_control", "N", "", (("TPC", "0"),), None), "good", "QC_STERILE"),
        (Finding("negative_control", "N", "", (("TPC", "3"),), None), "broken", "QC_STERILE"),
        (Finding("calibration", "K", "", (("PB", "r=0.9951; levels=6; back=85-110"),), LOQ), "good", "QC_CALIBRATION"),
        (Finding("calibration", "K", "", (("PB", "r=0.9949; levels=6; back=85-110"),), LOQ), "broken",
         "QC_CALIBRATION_R"),
        (Finding("calibration", "K", "", (("PB", "r=0.999; levels=4; back=85-110"),), LOQ), "broken",
         "QC_CALIBRATION_LEVELS"),
        (Finding("calibration", "K", "", (("PB", "r=0.999; levels=5; back=79-110"),), LOQ), "broken",
         "QC_CALIBRATION_BACK"),
        (Finding("calibration", "K", "", (("PB", "0=0; 1=2; 2=4; 4=8; 8=16"),), LOQ), "good", "QC_CALIBRATION"),
        (Finding("calibration", "K", "", (("PB", "1=3.5; 2=4; 4=8; 8=16; 16=32"),), LOQ), "broken",
         "QC_CALIBRATION_BACK"),
        (Finding("sample", "1", "", (("PB", "50"),), LOQ, aspect="internal_standard"), "good", "QC_INTERNAL_STANDARD"),
        (Finding("sample", "1", "", (("PB", "150.1"),), LOQ, aspect="internal_standard"), "broken",
         "QC_INTERNAL_STANDARD"),
        (Finding("sample", "1", "", (("PB", "rt=5.15/5.05; ratio=0.35/0.50"),), LOQ, aspect="identity"), "good",
         "QC_IDENTITY"),
        (Finding("sample", "1", "", (("PB", "rt=5.16/5.05"),), LOQ, aspect="identity"), "broken", "QC_RT"),
        (Finding("sample", "1", "", (("PB", "ratio=0.349/0.50"),), LOQ, aspect="identity"), "broken", "QC_ION_RATIO"),
    ],
)  # fmt: skip
def test_every_row_of_section_8_at_its_edge(finding: Finding, verdict: str, code: str) -> None:
    (outcome,) = judge_each(finding)
    assert (outcome.verdict, outcome.code) == (verdict, code), outcome.finding
    for language in ("en", "zh"):
        assert "{" not in say(Refusal(outcome.code, outcome.params), language) and finding.label in outcome.finding


@pytest.mark.parametrize("text", ["r=0.99", "0.999", "r=2; levels=5", "1=2; 2=3", "1=a; 2=b; 3=c", "r=x; levels=5"])
def test_a_calibration_that_is_none_is_not_guessed(text: str) -> None:
    with pytest.raises(BadInput, match="CALIBRATION_NOT_READABLE"):
        judge((Finding("calibration", "K", "", (("PB", text),), LOQ),))


@pytest.mark.parametrize("text", ["rt=5", "5.02/5.05", "rt=5/0", "rt=a/b", "mass=1/2", ""])
def test_an_identity_that_is_none_is_not_guessed(text: str) -> None:
    with pytest.raises(BadInput, match="IDENTITY_NOT_READABLE"):
        identity_from(text)


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

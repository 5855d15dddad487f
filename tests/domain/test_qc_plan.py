"""Where quality control stands in a run, which positions a broken check holds, and the windows a plan may set."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lims.domain.bracket import Check, Span, span
from lims.domain.qc_plan import Place, QcPlan, place, qc_plan_from
from lims.domain.qc_window import windows_from
from lims.domain.rules.errors import BadInput

D = Decimal


def run(samples: int, **content: str) -> str:
    """The kinds in run order, samples by their number."""
    found = place(qc_plan_from(content), samples)
    return " ".join(str(one.sample) if one.kind == "sample" else f"{one.label}" for one in found)


@pytest.mark.parametrize(
    ("samples", "content", "order"),
    [
        (2, {"blank_every": "20"}, "BLK-1 1 2"),
        (3, {"blank_every": "2", "crm_every": "20", "crm": "GBW 1 mg/kg"}, "BLK-1 CRM-1 1 2 BLK-2 3"),
        (2, {"duplicate_every": "10", "spike_every": "10"}, "1 DUP-1 SPK-1 2"),
        (3, {"ccv_every": "2", "ccv": "STD 1 ug/L"}, "CCV-1 1 2 CCV-2 3 CCV-3"),
        (4, {"ccv_every": "2", "ccv": "STD 1 ug/L"}, "CCV-1 1 2 CCV-2 3 4 CCV-3"),
        (1, {"calibration": "Y", "blank_every": "20", "ccv_every": "10", "ccv": "STD 1 ug/L"},
         "CAL-1 CCV-1 BLK-1 1 CCV-2"),
        (1, {"controls": "positive: ATCC 25922; negative: PCA"}, "POS-1 NEG-1 1"),
    ],
)  # fmt: skip
def test_a_plan_places_every_interval_at_least_once(samples: int, content: dict[str, str], order: str) -> None:
    assert run(samples, **content) == order


def test_a_large_run_has_its_intervals_and_every_sample_once() -> None:
    plan = QcPlan(blank_every=20, duplicate_every=10, spike_every=20, ccv_every=10, ccv=("STD", "1 ug/L"))
    for samples in range(1, 65):
        found = place(plan, samples)
        kinds = [one.kind for one in found]
        assert [one.sample for one in found if one.kind == "sample"] == list(range(1, samples + 1))
        assert (kinds.count("blank"), kinds.count("duplicate")) == (-(-samples // 20), -(-samples // 10))
        checks = [at for at, kind in enumerate(kinds) if kind == "ccv"]
        assert checks[0] == 0 and checks[-1] == len(kinds) - 1
        assert all(b - a - 1 <= 10 for a, b in zip(checks, checks[1:], strict=False))


def test_a_repeat_stands_after_the_sample_it_repeats() -> None:
    assert place(QcPlan(duplicate_every=2), 2) == (
        Place("sample", sample=1), Place("duplicate", "DUP-1", 1), Place("sample", sample=2),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("blank_every", {}),
        ("blank_every", {"blank_every": "often"}),
        ("crm", {"crm_every": "20"}),
        ("ccv", {"ccv_every": "10", "ccv": "STD"}),
        ("controls", {"controls": "ATCC 25922"}),
        ("calibration", {"calibration": "yes"}),
        ("chart_rules", {"blank_every": "1", "chart_rules": "shewhart"}),
        ("recovery", {"blank_every": "1", "recovery": "80-110% from 0.1 mg/kg"}),
        ("recovery", {"blank_every": "1", "recovery": "60-120%; 80-110% from 1 mg/kg; 90-110% from 0.1 mg/kg"}),
        ("internal_standard", {"blank_every": "1", "internal_standard": "150-50"}),
        ("calibration_r", {"blank_every": "1", "calibration_r": "1.2"}),
        ("calibration_levels", {"blank_every": "1", "calibration_levels": "1"}),
        ("ccv_percent", {"blank_every": "1", "ccv_percent": "-3"}),
        ("blank_tenth", {"blank_every": "1", "blank_tenth": "maybe"}),
    ],
)
def test_a_plan_that_cannot_be_read_names_its_field(field: str, content: dict[str, str]) -> None:
    with pytest.raises(BadInput) as error:
        qc_plan_from(content)
    assert error.value.params["field"] == field


@pytest.mark.parametrize(
    ("level", "unit", "window"),
    [
        (None, "", (60, 120)), ("0.0999", "mg/kg", (60, 120)), ("0.1", "mg/kg", (80, 110)), ("1", "mg/kg", (80, 110)),
        ("1.01", "mg/kg", (90, 110)), ("100", "mg/kg", (90, 110)), ("101", "mg/kg", (95, 105)),
        ("150", "ug/kg", (80, 110)), ("5", "mg/L", (60, 120)),
    ],
)  # fmt: skip
def test_recovery_is_judged_by_its_level(level: str | None, unit: str, window: tuple[int, int]) -> None:
    band = windows_from({}, "").recovery_at(D(level) if level else None, unit)
    assert (band.low, band.high) == window


def test_a_plan_sets_windows_of_its_own_and_tandem_mass_spectrometry_its_coefficient() -> None:
    own = windows_from({"recovery": "70-120%; 85-110% above 5 mg/kg", "ccv_percent": "10", "blank_tenth": "Y"}, "P v2")
    assert (own.source, own.ccv_percent, own.blank_tenth, own.duplicate_percent) == ("P v2", 10, True, 20)
    assert own.recovery_at(D(5), "mg/kg").low == 70 and own.recovery_at(D("5.1"), "mg/kg").low == 85
    assert windows_from({}, "", "LC-MS/MS").calibration_r == D("0.99")
    assert windows_from({}, "", "ICP-MS").calibration_r == D("0.995")


G, B, NONE = "good", "broken", "open"


@pytest.mark.parametrize(
    ("said", "at", "held"),
    [
        ((G, B, G), 5, (2, 8)),
        ((B, G, G), 1, (1, 4)),
        ((G, G, B), 9, (6, 10)),
        ((G, B, B), 5, (2, 10)),
        ((G, B, B), 9, (2, 10)),
        ((G, B, NONE), 5, (2, 10)),
        ((NONE, B, G), 5, (1, 8)),
        ((B, B, B), 5, (1, 10)),
    ],
)
def test_a_broken_check_holds_what_lies_between_good_ones(
    said: tuple[str, ...], at: int, held: tuple[int, int]
) -> None:
    """Checks at positions 1, 5 and 9 of ten."""
    checks = [Check(seq, verdict) for seq, verdict in zip((1, 5, 9), said, strict=True)]
    assert span(checks, at, 10) == Span(*held)

"""The validation record of a method: what is missing keeps it from going live, each gap with its own reason."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lims.domain.method import MethodVersion, method_from
from lims.domain.numbers.uncertainty import UncertaintyModel
from lims.domain.rules.errors import BadInput
from lims.domain.validation import RecoveryLevel, gaps, quantitative, record_from, window

D = Decimal
COMPLETE: dict[str, Any] = {
    "unit": "mg/kg", "lod": "0.01", "loq": "0.03", "lowest": "0.03", "highest": "2.0",
    "recoveries": [
        {"level": "0.03", "n": 6, "mean": "85.2", "rsd": "9.1"},
        {"level": "0.2", "n": 6, "mean": "94.0", "rsd": "6.3"},
        {"level": "2.0", "n": 6, "mean": "99.5", "rsd": "3.2"},
    ],
    "uncertainty": {"kind": "relative", "figure": "20", "k": "2", "source": "V-2026-014"},
    "matrices": ["GRO", "FRV"], "performed_by": "Anna", "performed_on": "2026-03-02", "approved_by": "Vera",
    "approved_on": "2026-03-09", "report": "V-2026-014",
}  # fmt: skip


def a_method(**changes: str) -> MethodVersion:
    content = {"title": "Lead in food", "technique": "GFAAS", "analytes": "PB", "categories": "GRO;FRV", "lod": "0.02",
               "lod_unit": "mg/kg", "loq": "0.04", "loq_unit": "mg/kg", "u_rel_pct_k2_typical": "20"}  # fmt: skip
    return method_from(0, "GB 5009.12-2023", 1, {**content, **changes})


def reasons(method: MethodVersion | None = None, **changes: Any) -> list[str]:
    record = record_from({name: text for name, text in {**COMPLETE, **changes}.items() if text is not None})
    return [one.code for one in gaps(record, method or a_method())]


def levels(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The recoveries of the complete record, each with its changes."""
    return [{**one, **change} for one, change in zip(COMPLETE["recoveries"], changes, strict=True)]


def test_a_complete_record_leaves_no_gap() -> None:
    assert reasons() == []
    assert gaps(record_from(json.dumps(COMPLETE)), a_method()) == ()


def test_a_record_is_read_as_frozen_values_with_its_printed_digits() -> None:
    record = record_from(json.dumps({**COMPLETE, "matrices": "GRO; FRV"}))
    assert (str(record.highest), record.loq, record.matrices) == ("2.0", D("0.03"), ("GRO", "FRV"))
    assert record.recoveries[0] == RecoveryLevel(D("0.03"), 6, D("85.2"), D("9.1"))
    assert record.uncertainty == UncertaintyModel("relative", D(20), k=D(2), source="V-2026-014")
    assert (record.performed_by, record.performed_on) == ("Anna", date(2026, 3, 2))


def test_bare_numbers_of_a_json_text_keep_their_digits() -> None:
    assert str(record_from('{"unit": "mg/kg", "lod": 0.010}').lod) == "0.010"


def test_without_any_record_a_method_has_one_gap_that_names_it() -> None:
    found = gaps(None, a_method())
    assert [(one.code, one.params) for one in found] == [("VALIDATION_MISSING", {"method": "GB 5009.12-2023"})]


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        ("lod", ["VALIDATION_FIGURE_MISSING"]),
        ("loq", ["VALIDATION_FIGURE_MISSING"]),
        ("unit", ["VALIDATION_UNIT_MISSING"]),
        ("lowest", ["VALIDATION_RANGE_MISSING"]),
        ("highest", ["VALIDATION_RANGE_MISSING"]),
        ("recoveries", ["VALIDATION_LEVELS_FEW"]),
        ("uncertainty", ["VALIDATION_UNCERTAINTY_MISSING"]),
        ("matrices", ["VALIDATION_MATRIX_MISSING"]),
        ("performed_by", ["VALIDATION_PERFORMED_MISSING"]),
        ("performed_on", ["VALIDATION_PERFORMED_MISSING"]),
        ("approved_by", ["VALIDATION_APPROVED_MISSING"]),
        ("approved_on", ["VALIDATION_APPROVED_MISSING"]),
        ("report", ["VALIDATION_REPORT_MISSING"]),
    ],
)
def test_each_missing_part_is_one_gap(missing: str, codes: list[str]) -> None:
    assert reasons(**{missing: None}) == codes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"loq": "0.05", "lowest": "0.05", "recoveries": levels({"level": "0.05"}, {}, {})},
         ["VALIDATION_LIMIT_WORSE"]),
        ({"lod": "0.03", "loq": "0.02"}, ["VALIDATION_LIMIT_WORSE", "VALIDATION_LOD_ABOVE_LOQ"]),
        ({"unit": "mg/L"}, ["VALIDATION_UNIT_OTHER", "VALIDATION_UNIT_OTHER"]),
        ({"lowest": "2.0", "highest": "2.0", "recoveries": levels({"level": "2"}, {"level": "2.0"}, {})},
         ["VALIDATION_RANGE_EMPTY", "VALIDATION_LEVELS_FEW", "VALIDATION_RECOVERY_OUTSIDE"]),
        ({"lowest": "0.02"}, ["VALIDATION_RANGE_BELOW_LOQ"]),
        ({"recoveries": levels({"mean": "59.9"}, {}, {})}, ["VALIDATION_RECOVERY_OUTSIDE"]),
        ({"recoveries": levels({}, {"mean": "110.1"}, {})}, ["VALIDATION_RECOVERY_OUTSIDE"]),
        ({"recoveries": levels({}, {}, {"n": 5})}, ["VALIDATION_REPLICATES_FEW"]),
        ({"recoveries": levels({}, {}, {"level": "2.1"})}, ["VALIDATION_LEVEL_OUT_OF_RANGE"]),
        ({"recoveries": levels({}, {"level": "0.030"}, {})}, ["VALIDATION_LEVELS_FEW"]),
        ({"uncertainty": {"kind": "relative", "figure": "20"}}, ["VALIDATION_SOURCE_MISSING"]),
        ({"uncertainty": {"kind": "by_level", "source": "V", "levels": [{"start": "0.1", "figure": "0.02"}]}},
         ["LEVEL_NOT_COVERED"]),
        ({"matrices": ["GRO", "MEA"]}, ["VALIDATION_MATRIX_MISSING"]),
        ({"approved_on": "2026-03-01"}, ["VALIDATION_DATES_CROSSED"]),
    ],
)  # fmt: skip
def test_figures_that_are_there_but_not_good_enough_are_gaps(changes: dict[str, Any], codes: list[str]) -> None:
    assert reasons(**changes) == codes


def test_what_is_just_good_enough_leaves_no_gap() -> None:
    at_the_edge = {"loq": "0.04", "lod": "0.02", "lowest": "0.04", "recoveries": levels({"level": "0.04"}, {}, {})}
    assert reasons(**at_the_edge, approved_on="2026-03-02") == []
    assert reasons(**{**at_the_edge, "lod": "0.04"}, method=a_method(lod="0.04")) == []


def test_limits_are_compared_in_the_unit_of_the_method() -> None:
    micro = {"unit": "µg/kg", "lod": "10", "loq": "30", "lowest": "30", "highest": "2000",
             "recoveries": levels({"level": "30"}, {"level": "200"}, {"level": "2000"})}  # fmt: skip
    assert reasons(**micro) == []
    assert reasons(a_method(loq="0.029"), **micro) == ["VALIDATION_LIMIT_WORSE"]


def test_a_method_that_only_looks_needs_no_figures() -> None:
    salmonella = a_method(lod="", lod_unit="", loq="", loq_unit="", u_rel_pct_k2_typical="")
    assert not quantitative(salmonella)
    bare = dict.fromkeys(("lod", "loq", "lowest", "highest", "recoveries", "uncertainty"))
    assert reasons(salmonella, **bare) == []
    assert reasons(salmonella, **bare, unit=None) == []
    assert reasons(salmonella, **bare, approved_by=None) == ["VALIDATION_APPROVED_MISSING"]


@pytest.mark.parametrize(
    ("level", "unit", "bounds"),
    [("0.099", "mg/kg", (60, 120)), ("0.1", "mg/kg", (80, 110)), ("500", "µg/kg", (80, 110)), ("1", "mg/kg", (80, 110)),
     ("100", "mg/kg", (90, 110)), ("0.02", "%", (95, 105)), ("1", "mg/L", None), ("1", "", None)],
)  # fmt: skip
def test_the_window_of_a_recovery_is_that_of_its_level(
    level: str, unit: str, bounds: tuple[int, int] | None
) -> None:
    assert window(D(level), unit) == bounds


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lod": "0"}, "NOT_POSITIVE", "lod"),
        ({"loq": "low"}, "NOT_A_NUMBER", "loq"),
        ({"lod": 0.01}, "NOT_A_NUMBER", "lod"),
        ({"unit": "blobs"}, "UNKNOWN_UNIT", "unit"),
        ({"recoveries": ["85 %"]}, "FIELD_NOT_READABLE", "recoveries.1"),
        ({"recoveries": levels({"n": "2.5"}, {}, {})}, "NOT_POSITIVE", "recoveries.1.n"),
        ({"recoveries": levels({"rsd": "-1"}, {}, {})}, "NEGATIVE", "recoveries.1.rsd"),
        ({"recoveries": levels({"level": "0"}, {}, {})}, "NOT_POSITIVE", "recoveries.1.level"),
        ({"recoveries": levels({"mean": ""}, {}, {})}, "NOT_A_NUMBER", "recoveries.1.mean"),
        ({"uncertainty": "a fifth"}, "FIELD_NOT_READABLE", "uncertainty"),
        ({"matrices": 7}, "FIELD_NOT_READABLE", "matrices"),
        ({"performed_on": "2 March"}, "FIELD_NOT_READABLE", "performed_on"),
    ],
)
def test_a_record_that_cannot_be_read_names_the_field(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        record_from({**COMPLETE, **changes})
    assert (refused.value.code, refused.value.params["field"]) == (code, field)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "NaN"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="FIELD_NOT_READABLE"):
        record_from(text)

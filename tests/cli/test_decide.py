"""``lims decide``: sentence by sentence of the public interface, cases in and verdicts out."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from lims.cli.decide import main

MG = "mg/kg"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, list[Any], str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogateescape"))))
    code = main(["-"])
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines()], said.err


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def asking(**case: Any) -> dict[str, Any]:
        code, answers, errors = run(monkeypatch, capsys, json.dumps({"id": "1", **case}, ensure_ascii=False))
        assert len(answers) == 1
        assert code == (2 if answers[0]["reason"] == "BAD_CASE" else 0), errors
        return answers[0]

    return asking


def limit(operator: str, value: str | None = None, unit: str = MG, **more: Any) -> dict[str, Any]:
    return {"operator": operator, "value": value, "unit": unit, **more}


def text(*texts: str, **beside: str) -> list[dict[str, str]]:
    return [{"text": one, **beside} for one in texts]


def plan(operator: str, n: int, c: int, m: str, M: str | None = None, unit: str = "CFU/g") -> dict[str, Any]:
    return {"operator": operator, "value": None, "unit": unit, "n": n, "c": c, "m": m, "M": M}


def test_the_worked_line_is_the_one_of_the_public_interface(ask: Any) -> None:
    said = ask(results=text("0.21 mg/kg"), uncertainty={"expanded": "0.03", "k": "2"}, limit=limit("LE", "0.2"))
    assert {key: said[key] for key in (
        "id", "verdict", "reason", "compared", "unit", "acceptance_limit", "p_conform", "worked"
    )} == {
        "id": "1", "verdict": "FAIL", "reason": None, "compared": "0.21", "unit": "mg/kg", "acceptance_limit": "0.2",
        "p_conform": "0.2525", "worked": "0.21 mg/kg > 0.2 mg/kg (LE, full value, simple acceptance)",
    }
    assert said["worked_zh"].startswith("0.21 mg/kg > 0.2 mg/kg（LE，全数值")


LE = limit("LE", "0.2")
GE = limit("GE", "5")
U = {"expanded": "0.03", "k": "2"}
ND = limit("ND", None)
NUMBERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("equal passes LE", {"results": text("0.2"), "limit": LE}, {"verdict": "PASS", "p_conform": None}),
    ("equal fails LT", {"results": text("0.2"), "limit": limit("LT", "0.2")}, {"verdict": "FAIL"}),
    ("equal passes GE", {"results": text("5"), "limit": GE}, {"verdict": "PASS"}),
    ("equal fails GT", {"results": text("5"), "limit": limit("GT", "5")}, {"verdict": "FAIL"}),
    ("range has both ends", {"results": text("7.5"), "limit": limit("RANGE", "4.0", "pH", value2="7.5")},
     {"verdict": "PASS", "acceptance_limit": "4.0..7.5"}),
    ("a strict end is outside", {"results": text("7.5"),
     "limit": limit("RANGE", "4.0", "pH", value2="7.5", strict=["high"])}, {"verdict": "FAIL"}),
    ("the other end is still in", {"results": text("4.0"),
     "limit": limit("RANGE", "4.0", "pH", value2="7.5", strict=["high"])}, {"verdict": "PASS"}),
    ("guarded two sides", {"results": text("7.3"), "uncertainty": {"expanded": "0.2", "k": "2"},
     "rule": {"name": "GUARDED"}, "limit": limit("RANGE", "4.0", "pH", value2="7.5")},
     {"verdict": "PASS", "acceptance_limit": "4.2..7.3", "p_conform": "0.9772"}),
    ("a zero is kept", {"results": text("0.20 mg/kg"), "limit": LE}, {"verdict": "PASS", "compared": "0.20"}),
    ("converted values keep their digits", {"results": text("210 µg/kg"), "limit": LE},
     {"verdict": "FAIL", "compared": "0.210", "unit": "mg/kg"}),
    ("exponents keep their digits", {"results": text("2.0e2 ug/kg"), "limit": LE},
     {"verdict": "PASS", "compared": "0.20"}),
    ("ppb beside a mass fraction", {"results": text("210 ppb"), "limit": LE}, {"verdict": "FAIL", "compared": "0.210"}),
    ("ppm beside a concentration", {"results": text("0.3 ppm"), "limit": limit("LE", "0.2", "mg/L")},
     {"verdict": "FAIL", "compared": "0.3"}),
    ("value and unit", {"results": [{"value": "0.20", "qualifier": None, "unit": "mg/kg"}], "limit": LE},
     {"verdict": "PASS", "compared": "0.20"}),
    ("value and sign", {"results": [{"value": "0.05", "qualifier": "<", "unit": "mg/kg"}], "limit": LE},
     {"verdict": "PASS"}),
    ("rounded", {"results": text("0.25"), "limit": LE, "comparison": "ROUNDED"},
     {"verdict": "PASS", "compared": "0.2"}),
    ("rounded to the printed place", {"results": text("1.05"), "limit": limit("LE", "1.0"), "comparison": "ROUNDED"},
     {"verdict": "PASS", "compared": "1.0"}),
    ("full is the default", {"results": text("0.2004"), "limit": LE}, {"verdict": "FAIL"}),
    ("guarded", {"results": text("0.170"), "uncertainty": {"expanded": "20%"}, "rule": {"name": "GUARDED"},
     "limit": LE}, {"verdict": "FAIL", "acceptance_limit": "0.166"}),
    ("guarded below", {"results": text("5.2"), "uncertainty": {"expanded": "0.3"}, "rule": {"name": "GUARDED"},
     "limit": GE}, {"verdict": "FAIL", "acceptance_limit": "5.3"}),
    ("r shortens the guard band", {"results": text("0.18"), "uncertainty": U, "rule": {"name": "GUARDED", "r": "0.5"},
     "limit": LE}, {"verdict": "PASS", "acceptance_limit": "0.185"}),
    ("strictness carries over", {"results": text("0.17"), "uncertainty": U, "rule": {"name": "GUARDED"},
     "limit": limit("LT", "0.2")}, {"verdict": "FAIL", "acceptance_limit": "0.17"}),
    ("guarded rejection", {"results": text("0.23"), "uncertainty": U, "rule": {"name": "GUARDED_REJECTION"},
     "limit": LE}, {"verdict": "PASS", "acceptance_limit": "0.23"}),
    ("guarded rejection, beyond doubt", {"results": text("0.231"), "uncertainty": U,
     "rule": {"name": "GUARDED_REJECTION"}, "limit": LE}, {"verdict": "FAIL"}),
    ("conditional pass", {"results": text("0.18"), "uncertainty": U, "rule": {"name": "NON_BINARY"}, "limit": LE},
     {"verdict": "CONDITIONAL_PASS", "acceptance_limit": "0.17"}),
    ("conditional fail", {"results": text("0.23"), "uncertainty": U, "rule": {"name": "NON_BINARY"}, "limit": LE},
     {"verdict": "CONDITIONAL_FAIL"}),
    ("plain fail", {"results": text("0.2301"), "uncertainty": U, "rule": {"name": "NON_BINARY"}, "limit": LE},
     {"verdict": "FAIL"}),
    ("probability", {"results": text("0.170"), "uncertainty": {"expanded": "0.034"}, "rule": {"name": "PROBABILITY"},
     "limit": LE}, {"verdict": "PASS", "p_conform": "0.9612", "acceptance_limit": None}),
    ("probability too small", {"results": text("0.170"), "uncertainty": {"expanded": "0.034"},
     "rule": {"name": "PROBABILITY", "p_min": "0.97"}, "limit": LE}, {"verdict": "FAIL"}),
    ("U of zero gives no probability", {"results": text("0.2"), "uncertainty": {"expanded": "0"},
     "rule": {"name": "PROBABILITY"}, "limit": LE}, {"verdict": "PASS", "p_conform": None}),
    ("U in the text", {"results": text("0.18 ± 0.03 mg/kg"), "rule": {"name": "GUARDED"}, "limit": LE},
     {"verdict": "FAIL", "acceptance_limit": "0.17"}),
    ("a rule that needs U", {"results": text("0.18"), "rule": {"name": "GUARDED"}, "limit": LE},
     {"verdict": "INCONCLUSIVE", "reason": "UNCERTAINTY_MISSING"}),
    ("total first, below", {"results": text("0.18"), "limit": limit("LE", "0.2", step="TOTAL_FIRST")},
     {"verdict": "PASS"}),
    ("total first, above", {"results": text("0.26"), "limit": limit("LE", "0.2", step="TOTAL_FIRST")},
     {"verdict": "INCONCLUSIVE", "reason": "NEXT_TEST_NEEDED"}),
    ("total first, over range", {"results": text(">0.5"), "limit": limit("LE", "0.2", step="TOTAL_FIRST")},
     {"verdict": "INCONCLUSIVE", "reason": "NEXT_TEST_NEEDED"}),
    ("a rule without a name", {"results": text("0.2"), "limit": LE, "rule": {"name": None}}, {"verdict": "PASS"}),
    ("U in brackets", {"results": text("180 µg/kg (± 30 µg/kg)"), "rule": {"name": "GUARDED"}, "limit": LE},
     {"verdict": "FAIL", "compared": "0.180"}),
    ("less than, in words", {"results": text("小于0.3 mg/kg"), "limit": LE},
     {"verdict": "INCONCLUSIVE", "reason": "LOQ_ABOVE_LIMIT"}),
    ("informative", {"results": text("9"), "limit": limit("INFO_LE", "0.2")},
     {"verdict": "NO_LIMIT", "reason": "INFORMATIVE"}),
    ("the worst of several", {"results": text("0.1", "0.3", "prose"), "limit": LE},
     {"verdict": "FAIL", "compared": "0.3"}),
    ("invalid before inconclusive", {"results": text("<0.5", "prose"), "limit": LE}, {"verdict": "INVALID"}),
    ("a list counts as its members", {"results": text("0.1, 0.3 mg/kg"), "limit": LE}, {"verdict": "FAIL"}),
]


@pytest.mark.parametrize(("case", "expected"), [row[1:] for row in NUMBERS], ids=[row[0] for row in NUMBERS])
def test_numbers_are_judged_by_the_declared_rule(ask: Any, case: dict[str, Any], expected: dict[str, Any]) -> None:
    said = ask(**case)
    assert {key: said[key] for key in expected} == expected


CENSORED: list[tuple[str, str, dict[str, Any], tuple[str, str | None]]] = [
    ("<0.05", "LE 0.2", {}, ("PASS", None)),
    ("<0.2", "LE 0.2", {}, ("PASS", None)),
    ("<=0.2", "LE 0.2", {}, ("PASS", None)),
    ("<0.21", "LE 0.2", {}, ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")),
    ("<0.2", "LT 0.2", {}, ("PASS", None)),
    ("<=0.2", "LT 0.2", {}, ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")),
    (">0.2", "LE 0.2", {}, ("FAIL", None)),
    (">=0.2", "LE 0.2", {}, ("INCONCLUSIVE", "OVER_RANGE")),
    (">=0.2", "LT 0.2", {}, ("FAIL", None)),
    (">0.1", "LE 0.2", {}, ("INCONCLUSIVE", "OVER_RANGE")),
    ("ND", "LE 0.2", {"lod": "0.2"}, ("PASS", None)),
    ("ND", "LE 0.2", {"lod": "0.21"}, ("INCONCLUSIVE", "LOD_ABOVE_LIMIT")),
    ("ND", "LE 0.2", {}, ("INCONCLUSIVE", "LOD_UNKNOWN")),
    ("ND (<0.03)", "LE 0.2", {}, ("PASS", None)),
    ("ND (<0.3)", "LE 0.2", {}, ("INCONCLUSIVE", "LOD_ABOVE_LIMIT")),
    ("BQL", "LE 0.2", {"loq": "0.05"}, ("PASS", None)),
    ("<LOQ", "LE 0.2", {"loq": "0.5"}, ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")),
    ("TR", "LE 0.2", {"loq": "0.05"}, ("PASS", None)),
    ("trace", "LE 0.2", {}, ("INCONCLUSIVE", "LOQ_UNKNOWN")),
    ("TNTC", "LE 0.2", {}, ("INCONCLUSIVE", "OVER_RANGE")),
    ("<5", "GE 5", {}, ("FAIL", None)),
    ("<4", "GT 5", {}, ("FAIL", None)),
    ("<6", "GE 5", {}, ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT")),
    (">5", "GE 5", {}, ("PASS", None)),
    (">5", "GT 5", {}, ("PASS", None)),
    (">4", "GE 5", {}, ("INCONCLUSIVE", "OVER_RANGE")),
    ("ND", "ND", {}, ("PASS", None)),
    ("未检出", "ND", {}, ("PASS", None)),
    ("<0.5", "ND", {}, ("PASS", None)),
    ("<LOQ", "ND", {}, ("PASS", None)),
    ("0", "ND", {}, ("PASS", None)),
    ("0.01", "ND", {"lod": "0.02"}, ("PASS", None)),
    ("0.03", "ND", {"lod": "0.02", "loq": "0.05"}, ("INCONCLUSIVE", "CONFIRM_DETECTION")),
    ("0.05", "ND", {"lod": "0.02", "loq": "0.05"}, ("FAIL", None)),
    ("0.001", "ND", {}, ("FAIL", None)),
    ("TR", "ND", {}, ("INCONCLUSIVE", "CONFIRM_DETECTION")),
    ("detected below LOQ", "ND", {}, ("INCONCLUSIVE", "CONFIRM_DETECTION")),
    ("detected", "ND", {}, ("FAIL", None)),
    (">5", "ND", {}, ("FAIL", None)),
]


@pytest.mark.parametrize("rule", ["SIMPLE", "GUARDED", "PROBABILITY"])
@pytest.mark.parametrize(("typed", "against", "beside", "expected"), CENSORED)
def test_what_is_censored_is_held_against_the_limit_itself_under_every_rule(
    ask: Any, typed: str, against: str, beside: dict[str, str], expected: tuple[str, str | None], rule: str
) -> None:
    operator, _, value = against.partition(" ")
    said = ask(results=text(typed, **beside), limit=limit(operator, value or None), rule={"name": rule})
    assert (said["verdict"], said["reason"]) == expected


TROUBLE: list[tuple[str, dict[str, Any], tuple[str, str | None]]] = [
    ("no limit", {"results": text("prose"), "limit": None}, ("NO_LIMIT", None)),
    ("no limit at all", {"results": text("0.2")}, ("NO_LIMIT", None)),
    ("prose", {"results": text("see comment"), "limit": LE}, ("INVALID", "NOT_A_RESULT")),
    ("prose before the rule", {"results": text("5-10"), "limit": LE, "rule": {"name": "MAGIC"}},
     ("INVALID", "NOT_A_RESULT")),
    ("not measured", {"results": text("N/A"), "limit": LE}, ("INVALID", "NOT_A_RESULT")),
    ("empty", {"results": text(""), "limit": LE}, ("INVALID", "NOT_A_RESULT")),
    ("nothing", {"results": [], "limit": LE}, ("INVALID", "NOT_A_RESULT")),
    ("an ambiguous comma", {"results": text("1,234"), "limit": LE}, ("INVALID", "NOT_A_RESULT")),
    ("detected", {"results": text("detected"), "limit": LE, "rule": {"name": "MAGIC"}},
     ("INVALID", "INCOMPATIBLE_UNIT")),
    ("unknown rule", {"results": text("5 CFU/g"), "limit": LE, "rule": {"name": "MAGIC"}, "comparison": "ROUNDED"},
     ("INVALID", "NO_RULE")),
    ("rounded and guarded", {"results": text("5 CFU/g"), "limit": LE, "uncertainty": U, "rule": {"name": "GUARDED"},
     "comparison": "ROUNDED"}, ("INVALID", "RULE_COMBINATION")),
    ("kinds", {"results": text("5 mg/L"), "limit": LE}, ("INVALID", "INCOMPATIBLE_UNIT")),
    ("MPN is not CFU", {"results": text("5 MPN/g"), "limit": limit("LE", "10", "CFU/g")},
     ("INVALID", "INCOMPATIBLE_UNIT")),
    ("pH is not a concentration", {"results": text("7.0 pH"), "limit": LE}, ("INVALID", "INCOMPATIBLE_UNIT")),
    ("125 g is not 25 g", {"results": text("Detected/125g"), "limit": limit("ND", None, "/25 g")},
     ("INVALID", "INCOMPATIBLE_UNIT")),
    ("the same portion", {"results": text("Detected/125g"), "limit": limit("ND", None, "/125 g")}, ("FAIL", None)),
    ("kinds before the number", {"results": text("5 mg/kg"), "limit": plan("NCM2", 5, 0, "10")},
     ("INVALID", "INCOMPATIBLE_UNIT")),
    ("the number of results", {"results": text("5"), "limit": plan("NCM2", 5, 0, "10")}, ("INVALID", "N_MISMATCH")),
]


@pytest.mark.parametrize(("case", "expected"), [row[1:] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
def test_trouble_is_named_in_its_order(ask: Any, case: dict[str, Any], expected: tuple[str, str | None]) -> None:
    said = ask(**case)
    assert (said["verdict"], said["reason"]) == expected


BAD: dict[str, dict[str, Any]] = {
    "unknown operator": {"results": text("0.2"), "limit": limit("ABOUT", "0.2")},
    "no operator": {"results": text("0.2"), "limit": {"value": "0.2"}},
    "unknown comparison": {"results": text("0.2"), "limit": LE, "comparison": "ABOUT"},
    "unknown combine": {"members": {"A": {"text": "1"}}, "combine": "MEAN", "limit": LE},
    "no combine": {"members": {"A": {"text": "1"}}, "limit": LE},
    "unknown bound": {"members": {"A": {"text": "1"}}, "combine": "SUM", "bound": "XB", "limit": LE},
    "results and members": {"results": text("1"), "members": {"A": {"text": "1"}}, "combine": "SUM", "limit": LE},
    "a sign beside a text": {"results": [{"text": "0.1", "qualifier": "<"}], "limit": LE},
    "digits of another script": {"results": text("0.1"), "limit": limit("LE", "٣")},
    "a number for a limit": {"results": text("0.2"), "limit": {"operator": "LE", "value": 0.2, "unit": MG}},
    "a number for a value": {"results": [{"value": 0.2}], "limit": LE},
    "a number for a text": {"results": [{"text": 1}], "limit": LE},
    "a number for an LOD": {"results": [{"text": "ND", "lod": 0.1}], "limit": LE},
    "a number for U": {"results": text("0.2"), "uncertainty": {"expanded": 0.1}, "limit": LE},
    "a number for k": {"results": text("0.2"), "uncertainty": {"expanded": "0.1", "k": 2}, "limit": LE},
    "a number for r": {"results": text("0.2"), "rule": {"name": "GUARDED", "r": 1}, "limit": LE},
    "a number for m": {"results": text("5"), "limit": plan("NCM2", 1, 0, "5") | {"m": 5}},
    "a number for a factor": {"members": {"A": {"text": "1", "factor": 1}}, "combine": "TEQ", "limit": LE},
    "no figure": {"results": text("0.2"), "limit": limit("LE", "some")},
    "no number at all": {"results": text("0.2"), "limit": limit("LE", "NaN")},
    "underlined digits": {"results": text("0.2"), "limit": limit("LE", "1_0")},
    "k of zero": {"results": text("0.2"), "uncertainty": {"expanded": "0.1", "k": "0"}, "limit": LE},
    "negative U": {"results": text("0.2"), "uncertainty": {"expanded": "-0.1"}, "limit": LE},
    "an unknown sign": {"results": [{"value": "0.2", "qualifier": "~"}], "limit": LE},
    "an upside down range": {"results": text("5"), "limit": limit("RANGE", "7", "pH", value2="4")},
    "a plan without M": {"results": text("5"), "limit": plan("NCM3", 5, 1, "10")},
    "results that are no list": {"results": {"text": "1"}, "limit": LE},
    "a result that is no object": {"results": ["0.2"], "limit": LE},
    "a ratio of a least amount": {"members": {"A": {"text": "1", "limit": limit("GE", "2")}}, "combine": "RATIO_SUM"},
    "a ratio of a range": {
        "members": {"A": {"text": "1", "limit": limit("RANGE", "1", value2="2")}}, "combine": "RATIO_SUM"
    },
    "a ratio of nothing allowed": {"members": {"A": {"text": "1", "limit": limit("LE", "0")}}, "combine": "RATIO_SUM"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_case_is_answered_on_its_line_and_the_rest_goes_on(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps({"id": "good", "results": text("0.1"), "limit": LE})
    bad = json.dumps({"id": "bad", **BAD[name]})
    code, answers, errors = run(monkeypatch, capsys, f"{good}\n{bad}\n{good}\n")
    assert code == 2
    assert {key: answers[1][key] for key in ("id", "verdict", "reason", "line")} == {
        "id": None, "verdict": "INVALID", "reason": "BAD_CASE", "line": 2
    }
    assert [answers[at]["verdict"] for at in (0, 2)] == ["PASS", "PASS"]
    assert "line 2" in errors and "-" in errors


def test_a_ratio_of_what_is_no_maximum_names_the_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {"members": {"A": {"text": "1", "limit": limit("GT", "2")}}, "combine": "RATIO_SUM"}
    code, _, errors = run(monkeypatch, capsys, json.dumps(case) + "\n")
    assert code == 2 and "members.A.limit.operator" in errors


@pytest.mark.parametrize("line", [
    "{", "[]", "1", "null", '"x"', '{"id":1', "\udcff", "[" * 100_000, '{"id": ' + "9" * 5000 + "}",
])
def test_what_is_no_case_never_stops_the_stream(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps({"id": "good", "results": text("0.1"), "limit": LE})
    code, answers, _ = run(monkeypatch, capsys, f"{line}\n{good}")
    assert code == 2
    assert [answer["reason"] for answer in answers] == ["BAD_CASE", None]


PLANS: list[tuple[str, dict[str, Any], list[str], tuple[str, str | None, str | None]]] = [
    ("at m is good", plan("NCM3", 5, 1, "100", "1000"), ["10", "20", "90", "100", "100"], ("PASS", None, "100")),
    ("one marginal", plan("NCM3", 5, 1, "100", "1000"), ["10", "20", "90", "100", "500"], ("PASS", None, "500")),
    ("two marginal", plan("NCM3", 5, 1, "100", "1000"), ["10", "20", "300", "100", "500"], ("FAIL", "OVER_C", "500")),
    ("at M", plan("NCM3", 5, 1, "100", "1000"), ["10", "10", "10", "10", "1000"], ("PASS", None, "1000")),
    ("above M", plan("NCM3", 5, 1, "100", "1000"), ["10", "10", "10", "10", "1001"], ("FAIL", "OVER_M", "1001")),
    ("a list text", plan("NCM3", 5, 1, "100", "1000"), ["<10, 240, <10, 93, <10 CFU/g"], ("PASS", None, "240")),
    ("censored at most m", plan("NCM2", 2, 0, "10"), ["<10", "ND"], ("PASS", None, "10")),
    ("censored above m, it matters", plan("NCM2", 2, 0, "10"), ["<100", "5"],
     ("INCONCLUSIVE", "LOQ_ABOVE_LIMIT", "100")),
    ("censored above m, c allows it", plan("NCM2", 2, 1, "10"), ["<100", "5"], ("PASS", None, "100")),
    ("more than M fails", plan("NCM3", 2, 1, "100", "1000"), [">1000", "5"], ("FAIL", "OVER_M", "1000")),
    ("more than m, two classes", plan("NCM2", 2, 0, "100"), [">100", "5"], ("FAIL", "OVER_C", "100")),
    ("more than m, three classes", plan("NCM3", 2, 1, "100", "1000"), [">100", "5"],
     ("INCONCLUSIVE", "OVER_RANGE", "100")),
    ("too many to count", plan("NCM3", 2, 1, "100", "1000"), ["TNTC", "5"], ("INCONCLUSIVE", "OVER_RANGE", "5")),
    ("decided without it", plan("NCM3", 3, 0, "100", "1000"), ["TNTC", "500", "5"], ("FAIL", "OVER_C", "500")),
    ("detected is above m", plan("NCM2", 2, 0, "0", unit="/25 g"), ["Detected/25g", "ND/25g"],
     ("FAIL", "OVER_C", None)),
    ("detected, and c allows it", plan("NCM2", 2, 1, "0", unit="/25 g"), ["Detected", "ND"], ("PASS", None, None)),
    ("detected in three classes", plan("NCM3", 2, 1, "10", "100"), ["Detected", "5"],
     ("INCONCLUSIVE", "OVER_RANGE", "5")),
    ("absent everywhere", plan("NCM2", 2, 0, "0", unit="/25 g"), ["未检出/25g", "ND"], ("PASS", None, None)),
]


@pytest.mark.parametrize(("limits", "texts", "expected"), [row[1:] for row in PLANS], ids=[row[0] for row in PLANS])
def test_plans_are_inconclusive_only_where_the_missing_value_could_matter(
    ask: Any, limits: dict[str, Any], texts: list[str], expected: tuple[str, str | None, str | None]
) -> None:
    said = ask(results=text(*texts), limit=limits)
    assert (said["verdict"], said["reason"], said["compared"]) == expected
    assert said["acceptance_limit"] is None and said["p_conform"] is None


def members(**texts: str) -> dict[str, Any]:
    """``A="1.2 | 4 | 0.5"``: text, limit, factor."""
    made = {}
    for name, told in texts.items():
        parts = [part.strip() or None for part in told.split("|")] + [None, None]
        made[name] = {"text": parts[0], "limit": parts[1], "factor": parts[2]}
    return made


AFLATOXINS = members(B1="1.2", B2="<0.1", G1="<0.1", G2="ND (<0.03)")
GROUPS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("LB", {"members": AFLATOXINS, "combine": "SUM", "bound": "LB", "limit": limit("LE", "4", "µg/kg")},
     {"verdict": "PASS", "compared": "1.2"}),
    ("MB", {"members": AFLATOXINS, "combine": "SUM", "bound": "MB", "limit": limit("LE", "4", "µg/kg")},
     {"verdict": "PASS", "compared": "1.315"}),
    ("UB", {"members": AFLATOXINS, "combine": "SUM", "bound": "UB", "limit": limit("LE", "1.4", "µg/kg")},
     {"verdict": "FAIL", "compared": "1.43"}),
    ("both agree", {"members": AFLATOXINS, "combine": "SUM", "limit": limit("LE", "4", "µg/kg")},
     {"verdict": "PASS", "compared": "1.43", "reason": None}),
    ("they differ", {"members": AFLATOXINS, "combine": "SUM", "limit": limit("LE", "1.3", "µg/kg")},
     {"verdict": "INCONCLUSIVE", "reason": "CENSORING_SENSITIVE", "compared": None}),
    ("all censored", {"members": members(A="<0.1", B="<0.1", C="<0.1", D="<0.1"), "combine": "SUM",
     "limit": limit("LE", "1", "µg/kg"), "rule": {"name": "GUARDED"}}, {"verdict": "PASS", "compared": "0.4"}),
    ("LOD not known", {"members": members(A="ND", B="1"), "combine": "SUM", "limit": limit("LE", "4", "µg/kg")},
     {"verdict": "INCONCLUSIVE", "reason": "LOD_UNKNOWN"}),
    ("LOD not known, LB asked", {"members": members(A="ND", B="1"), "combine": "SUM", "bound": "LB",
     "limit": limit("LE", "4", "µg/kg")}, {"verdict": "PASS", "compared": "1"}),
    ("LOD not known, failed already", {"members": members(A="ND", B="5"), "combine": "SUM",
     "limit": limit("LE", "4", "µg/kg")}, {"verdict": "FAIL"}),
    ("in the limit's unit", {"members": members(A="0.5 mg/kg", B="300 µg/kg"), "combine": "SUM",
     "limit": limit("LE", "1")},
     {"verdict": "PASS", "compared": "0.800", "unit": "mg/kg"}),
    ("zeros are kept", {"members": members(A="0.10", B="0.10"), "combine": "SUM", "limit": limit("LE", "1")},
     {"verdict": "PASS", "compared": "0.20"}),
    ("residue definition", {"members": members(A="1", B="1 | | 2"), "combine": "SUM", "limit": limit("LE", "2")},
     {"verdict": "FAIL", "compared": "3"}),
    ("TEQ", {"members": members(TCDD="0.5 | | 1", TCDF="1.0 | | 0.1"), "combine": "TEQ",
     "limit": limit("LE", "0.75", "pg/g")}, {"verdict": "PASS", "compared": "0.6"}),
    ("kinds", {"members": members(A="1 mg/L"), "combine": "SUM", "limit": LE},
     {"verdict": "INVALID", "reason": "INCOMPATIBLE_UNIT"}),
    ("prose", {"members": members(A="prose", B="5"), "combine": "SUM", "limit": LE},
     {"verdict": "INVALID", "reason": "NOT_A_RESULT"}),
    ("no limit", {"members": members(A="prose"), "combine": "SUM", "limit": None}, {"verdict": "NO_LIMIT"}),
    ("additives", {"members": members(BENZOIC="0.6 g/kg | 1.0 g/kg", SORBIC="0.5 g/kg | 1.0 g/kg"),
     "combine": "RATIO_SUM"}, {"verdict": "FAIL", "compared": "1.1"}),
    ("thirds add up to one", {"members": members(A="1 | 3", B="1 | 3", C="1 | 3"), "combine": "RATIO_SUM"},
     {"verdict": "PASS", "compared": "1"}),
    ("a ratio in another unit", {"members": members(A="600 mg/kg | 1.0 g/kg"), "combine": "RATIO_SUM"},
     {"verdict": "PASS", "compared": "0.600"}),
    ("censored ratios", {"members": members(A="<0.6 | 1.0", B="0.5 | 1.0"), "combine": "RATIO_SUM"},
     {"verdict": "INCONCLUSIVE", "reason": "CENSORING_SENSITIVE"}),
    ("ratios without limits", {"members": members(A="0.6", B="0.5"), "combine": "RATIO_SUM"}, {"verdict": "NO_LIMIT"}),
    ("each, one fails", {"members": members(A="<5 | 20", B="18.2 | 20", C="25.1 | 20"), "combine": "EACH"},
     {"verdict": "FAIL", "compared": "25.1", "failing": ["C"]}),
    ("each, nothing is added", {"members": members(A="12 | 20", B="12 | 20"), "combine": "EACH"}, {"verdict": "PASS"}),
    ("each without limits", {"members": members(A="12", B="12"), "combine": "EACH"}, {"verdict": "NO_LIMIT"}),
    ("some without a limit", {"members": members(A="12 | 20", B="999"), "combine": "EACH"}, {"verdict": "PASS"}),
    ("quadrature", {"members": {"A": {"text": "0.1", "uncertainty": {"expanded": "0.03"}},
     "B": {"text": "0.2", "uncertainty": {"expanded": "0.04"}}}, "combine": "SUM", "limit": limit("LE", "0.35"),
     "rule": {"name": "GUARDED"}}, {"verdict": "PASS", "acceptance_limit": "0.30"}),
    ("U of the sum wins", {"members": {"A": {"text": "0.1", "uncertainty": {"expanded": "0.03"}}, "B": {"text": "0.2"}},
     "combine": "SUM", "limit": limit("LE", "0.35"), "uncertainty": {"expanded": "0.1"}, "rule": {"name": "GUARDED"}},
     {"verdict": "FAIL", "acceptance_limit": "0.25"}),
    ("a member without U", {"members": {"A": {"text": "0.1", "uncertainty": {"expanded": "0.03"}},
     "B": {"text": "0.2"}}, "combine": "SUM", "limit": limit("LE", "0.35"), "rule": {"name": "GUARDED"}},
     {"verdict": "INCONCLUSIVE", "reason": "UNCERTAINTY_MISSING"}),
]


@pytest.mark.parametrize(("case", "expected"), [row[1:] for row in GROUPS], ids=[row[0] for row in GROUPS])
def test_groups_name_the_bound_they_were_judged_at(ask: Any, case: dict[str, Any], expected: dict[str, Any]) -> None:
    said = ask(**case)
    assert {key: said[key] for key in expected} == expected


@pytest.mark.parametrize(("typed", "verdict"), [
    ("Conforms", "PASS"), ("  conforms ", "PASS"), ("does not conform", "FAIL"), ("any prose", "FAIL"),
    (" ", "INVALID"),
])
def test_an_outcome_is_any_text_compared_without_case(ask: Any, typed: str, verdict: str) -> None:
    assert ask(results=text(typed), limit=limit("OUTCOME", "conforms", "outcome"))["verdict"] == verdict


def test_every_answer_has_the_keys_of_the_interface_and_says_itself_in_both_languages(ask: Any) -> None:
    said = ask(results=text("210 µg/kg"), limit=LE)
    assert list(said)[:8] == [
        "id", "verdict", "reason", "compared", "unit", "acceptance_limit", "p_conform", "worked"
    ]
    assert said["worked"] and said["worked_zh"]


def test_nan_is_no_json_and_never_echoed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers, errors = run(monkeypatch, capsys, '{"id":NaN,"results":[],"limit":null}')
    assert (code, answers[0]["id"], answers[0]["reason"]) == (2, None, "BAD_CASE") and "line 1" in errors


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nowhere/cases.jsonl"]) == 2
    assert "/nowhere/cases.jsonl" in capsys.readouterr().err


def test_cases_come_from_a_file_too(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cases.jsonl").write_bytes(
        b"\xef\xbb\xbf" + json.dumps({"id": 7, "results": text("0.1"), "limit": LE}).encode() + b"\r\n\r\n"
    )
    assert main([str(tmp_path / "cases.jsonl")]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 7

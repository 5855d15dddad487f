"""The product and a second, independent answer agree on random cases; and they would not, were one comparison wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lims.cli.decide import decide
from lims.cli.decision.case import case_of
from lims.domain.conformity import acceptance, censored, chance, groups, plans
from lims.domain.rules.errors import BadInput
from tests.domain import reference_decide as ref
from tests.domain.reality.cases import Case, Cases

SEED = 20_240_611
TOLERANCE = Fraction(1, 10**15)
"""For figures that do not end: a sixth of a ratio, a square root, kilocalories."""


def product(case: Case) -> dict[str, Any]:
    """What ``lims decide`` answers to this line."""
    try:
        return decide(case_of(json.dumps(case, ensure_ascii=False).encode()))
    except BadInput:
        empty = dict.fromkeys(("compared", "acceptance_limit", "p_conform"))
        return {"verdict": "INVALID", "reason": "BAD_CASE", **empty}


def same_number(shown: str | None, expected: Any) -> bool:
    if expected is ref.ANY:
        return True
    if shown is None or expected is None:
        return shown is None and expected is None
    if isinstance(expected, str):
        return shown == expected
    return abs(Fraction(shown) - expected) <= TOLERANCE * max(abs(expected), Fraction(1, 10**12))


def same_edges(shown: str | None, expected: Any) -> bool:
    if expected is ref.ANY:
        return True
    if shown is None or expected is None:
        return shown is None and expected is None
    parts = shown.split("..")
    return len(parts) == len(expected) and all(map(same_number, parts, expected))


def same_chance(shown: str | None, expected: Fraction | None) -> bool:
    if shown is None or expected is None:
        return shown is None and expected is None
    return abs(float(shown) - float(expected)) <= 0.00005 + 1e-9 and len(Decimal(shown).as_tuple().digits) <= 5


def disagreement(case: Case) -> str | None:
    got, wanted = product(case), ref.decide(case)
    if (got["verdict"], got["reason"]) != (wanted.verdict, wanted.reason):
        return f"verdict: {got['verdict']} {got['reason']}, not {wanted.verdict} {wanted.reason}"
    if not same_number(got["compared"], wanted.compared):
        return f"compared: {got['compared']}, not {wanted.compared}"
    if not same_edges(got["acceptance_limit"], wanted.edges):
        return f"acceptance_limit: {got['acceptance_limit']}, not {wanted.edges}"
    if not same_chance(got["p_conform"], wanted.p):
        return f"p_conform: {got['p_conform']}, not {wanted.p}"
    return None


def disagreements(cases: Iterable[Case], most: int = 10) -> list[str]:
    found: list[str] = []
    for case in cases:
        told = disagreement(case)
        if told is not None:
            found.append(f"{told}\n  {json.dumps(case, ensure_ascii=False)}")
            if len(found) == most:
                break
    return found


def test_five_thousand_random_cases_get_the_answer_that_the_contract_gives() -> None:
    assert disagreements(Cases(SEED).take(5_000)) == []


@pytest.mark.long
def test_a_hundred_thousand_random_cases_get_the_answer_that_the_contract_gives() -> None:
    assert disagreements(Cases(SEED + 1).take(100_000)) == []


def test_the_random_cases_meet_every_verdict_and_every_reason_and_often_the_very_edge() -> None:
    cases = list(Cases(SEED).take(5_000))
    answers = [ref.decide(case) for case in cases]
    assert {answer.verdict for answer in answers} == set(ref.GRAVITY)
    reasons = Counter(answer.reason for answer in answers)
    assert set(reasons) == {None, *REASONS}
    assert min(reasons.values()) >= 5
    at_the_edge = sum(isinstance(a.edges, tuple) and a.compared in a.edges for a in answers)
    assert at_the_edge >= 500


REASONS = (
    "BAD_CASE", "INFORMATIVE", "NOT_A_RESULT", "INCOMPATIBLE_UNIT", "NO_RULE", "RULE_COMBINATION", "N_MISMATCH",
    "UNCERTAINTY_MISSING", "LOQ_ABOVE_LIMIT", "LOD_ABOVE_LIMIT", "LOD_UNKNOWN", "LOQ_UNKNOWN", "OVER_RANGE",
    "CONFIRM_DETECTION", "NEXT_TEST_NEEDED", "CENSORING_SENSITIVE", "OVER_M", "OVER_C",
)


# ---- what random cases found, each as the shortest case that shows it ------------------------------------------------

MG = {"operator": "LE", "value": "0.2", "unit": "mg/kg"}


@pytest.mark.parametrize(
    ("case", "verdict", "reason"),
    [
        pytest.param(
            {"results": [{"text": "0.9 mg/kg"}], "limit": MG, "uncertainty": {"expanded": "30 µg/kg"},
             "rule": {"name": "GUARDED_REJECTION"}}, "FAIL", None, id="U in a unit of its own"),
        pytest.param(
            {"results": [{"text": "0.9"}], "limit": MG, "uncertainty": {"expanded": "30 µg/kg"},
             "rule": {"name": "GUARDED_REJECTION"}}, "FAIL", None,
            id="U in a unit of its own, no unit beside the result"),
        pytest.param(
            {"results": [{"text": "0.1 mg/kg"}], "limit": MG, "uncertainty": {"expanded": "1 pH"},
             "rule": {"name": "GUARDED_REJECTION"}}, "INVALID", "INCOMPATIBLE_UNIT", id="U of another kind"),
        pytest.param(
            {"members": {"A": {"text": "0.9 mg/kg"}}, "combine": "SUM", "limit": MG,
             "uncertainty": {"expanded": "30 µg/kg"}, "rule": {"name": "GUARDED_REJECTION"}},
            "FAIL", None, id="U of a sum in a unit of its own"),
        pytest.param(
            {"results": [{"text": "0.1 ± 0.02"}, {"text": "0.2"}], "limit": {"operator": "INFO_LE", "value": "60"}},
            "NO_LIMIT", "INFORMATIVE", id="an informative limit and results with their own U"),
        pytest.param(
            {"members": {"A": {"text": "61"}}, "combine": "EACH", "limit": {"operator": "INFO_LE", "value": "60"}},
            "NO_LIMIT", "INFORMATIVE", id="an informative limit for each member"),
        pytest.param(
            {"members": {"A": {"text": "1.00000000000001 g/kg", "limit": "3 g/kg"},
                         "B": {"text": "2 g/kg", "limit": "3 g/kg"}}, "combine": "RATIO_SUM"},
            "FAIL", None, id="ratios that do not end, a hair above one"),
        pytest.param(
            {"members": {"A": {"text": "3"}, "B": {"text": ">1"}}, "combine": "SUM",
             "limit": {"operator": "LE", "value": "2", "step": "TOTAL_FIRST"}},
            "INCONCLUSIVE", "NEXT_TEST_NEEDED", id="a total that is above already without what is not known"),
        pytest.param(
            {"results": [{"text": "absent; absent"}], "limit": {"operator": "OUTCOME", "value": "absent; absent"}},
            "PASS", None, id="an outcome that looks like two results"),
        pytest.param(
            {"results": [{"text": "0.1"}, {"text": "Detected"}], "limit": MG, "rule": {"name": "BEYOND_DOUBT"}},
            "INVALID", "INCOMPATIBLE_UNIT", id="detected is named before the unknown rule"),
        pytest.param(
            {"results": [{"text": "4.652 kJ/kg"}], "limit": {"operator": "LE", "value": "1", "unit": "kcal/kg"},
             "uncertainty": {"expanded": "10%"}, "rule": {"name": "GUARDED_REJECTION"}},
            "PASS", None, id="less its own share exactly at the limit, in a unit without an end"),
        pytest.param(
            {"members": {"A": {"text": "1 kJ/kg"}, "B": {"text": "3.1868 kJ/kg"}}, "combine": "SUM",
             "limit": {"operator": "LE", "value": "1", "unit": "kcal/kg"}}, "PASS", None,
            id="members without an end whose sum has one"),
    ],
)
def test_a_case_that_was_answered_otherwise_once(case: Case, verdict: str, reason: str | None) -> None:
    try:
        wanted = ref.decide(case)
    except ref.Kinds:  # the reference converts only inside a kind; what the contract says of the rest is written here
        wanted = ref.invalid("INCOMPATIBLE_UNIT")
    assert (wanted.verdict, wanted.reason) == (verdict, reason)
    got = product(case)
    assert (got["verdict"], got["reason"]) == (verdict, reason)


def test_the_second_answer_takes_nothing_from_the_product() -> None:
    source = Path(ref.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE)
    assert set(imported) == {"__future__", "math", "re", "collections.abc", "dataclasses", "fractions", "typing"}


# ---- and it sees errors ----------------------------------------------------------------------------------------------


def ends_never_strict(x: Any, low: Any, high: Any, guard: Any) -> bool:
    return INSIDE(x, low and low._replace(strict=False), high and high._replace(strict=False), guard)


def touching_is_unsure(reach: Any, low: Any, high: Any) -> str:
    return "INCONCLUSIVE" if high is not None and reach.figure == high.value else BELOW(reach, low, high)


def large_m_is_bad(x: Decimal, m: Decimal, big: Decimal | None) -> int:
    return plans.BAD if x == big and x > m else CLASS_OF(x, m, big)


def half_up(x: Decimal, interval: Decimal) -> Decimal:
    return (x / interval).to_integral_value(rounding=ROUND_HALF_UP) * interval


INSIDE, BELOW, CLASS_OF, PHI = acceptance._inside, censored._below, plans._class, chance.normal_cdf
PLANTED = (
    (acceptance, "_inside", ends_never_strict), (acceptance, "round_to", half_up),
    (censored, "_below", touching_is_unsure), (plans, "_class", large_m_is_bad),
    (chance, "normal_cdf", lambda z: 1 - PHI(z)), (groups, "_HALF", Fraction(2, 5)),
)


@pytest.fixture(scope="module")
def agreed() -> list[Case]:
    return [case for case in Cases(SEED).take(1_500) if disagreement(case) is None]


@pytest.mark.parametrize(("module", "name", "wrong"), PLANTED, ids=[name for _, name, _ in PLANTED])
def test_one_wrong_comparison_in_the_product_is_seen(
    module: Any, name: str, wrong: Any, agreed: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, wrong)
    assert disagreements(agreed, most=1)

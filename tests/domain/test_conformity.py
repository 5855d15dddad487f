"""Verdicts: the vectors of the trade, each sentence of the decision interface, and what must hold for any figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.calculation import evaluate
from lims.domain.conformity import (
    RULES,
    VERDICTS,
    Conformity,
    DecisionRule,
    Limit,
    Measured,
    Member,
    Uncertainty,
    judge,
    judge_group,
    worst,
)
from lims.domain.conformity.working import Plan
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain, round_to, significant
from lims.domain.numbers.statistics import normal_cdf
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

WORDS = {"COMPLIANT": "PASS", "NON_COMPLIANT": "FAIL", "PENDING": "INCONCLUSIVE"}
OF_OTHERS = {
    "duplicates": "test_replicate.py",
    "duplicates_4": "test_replicate.py",
    "RPD": "test_replicate.py",
    "blank": "test_batch.py",
    "recovery_window": "test_batch.py",
    "aql": "test_sampling_plan.py",
    "westgard": "test_control_chart.py",
}
"""Topics of the vectors that other parts of the product answer for, and the test that reads them."""


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def measured(text: str, unit: str = "", lod: Any = None, loq: Any = None) -> Measured:
    """A result as the grammar reads it, with the limits of its method."""
    entry = read_entry(text)
    return Measured(
        entry.status,
        entry.value,
        entry.qualifier,
        entry.unit or unit,
        entry.lod if entry.lod is not None else None if lod is None else number(lod),
        entry.loq if entry.loq is not None else None if loq is None else number(loq),
        text,
        entry.word,
    )


def verdict(
    text: str,
    limit: Limit,
    rule: str = "SIMPLE",
    expanded: Any = None,
    *,
    r: Any = 1,
    k: Any = 2,
    lod: Any = None,
    loq: Any = None,
    comparison: str = "FULL",
    p_min: Any = "0.95",
) -> Conformity:
    uncertainty = None if expanded is None else Uncertainty(number(expanded), k=number(k))
    asked = DecisionRule(rule, number(r), number(p_min), comparison)
    return judge([measured(text, lod=lod, loq=loq)], limit, asked, uncertainty)


def said(found: Conformity) -> tuple[str, str | None]:
    return found.verdict, found.reason


# ---- the vectors of the trade ----------------------------------------------------------------------------------------


def rounding(asked: dict[str, Any]) -> dict[str, Any]:
    return {"rounded": plain(round_to(number(asked["x"]), number(asked["interval"])))}


def limit_comparison(asked: dict[str, Any]) -> dict[str, Any]:
    limit = Limit("LE", asked["limit"])
    full, rounded = (verdict(asked["x"], limit, comparison=how) for how in ("FULL", "ROUNDED"))
    return {"FULL": full.verdict, "ROUNDED": rounded.verdict, "rounded": rounded.compared}


def acceptance_upper(asked: dict[str, Any]) -> dict[str, Any]:
    limit = Limit("LE", str(asked["TU"]))
    by = {name: verdict(str(asked["x"]), limit, name, asked["U"], k=asked["k"]) for name in RULES}
    refuse = {"PASS": "COMPLIANT", "FAIL": "NON_COMPLIANT"}
    return {
        "AL_guarded": float(by["GUARDED"].acceptance_limit or "nan"),
        "guarded_accept": by["GUARDED"].verdict,
        "guarded_reject_EU": refuse[by["GUARDED_REJECTION"].verdict],
        "nonbinary": by["NON_BINARY"].verdict,
        "p_conf": float(by["PROBABILITY"].p_conform or "nan"),
        "simple": by["SIMPLE"].verdict,
    }


def acceptance_two_sided(asked: dict[str, Any]) -> dict[str, Any]:
    limit = Limit("RANGE", str(asked["TL"]), str(asked["TU"]), "pH")
    simple, guarded = (
        verdict(str(asked["x"]), limit, name, asked["U"], k=asked["k"]) for name in ("SIMPLE", "GUARDED")
    )
    return {"guarded": guarded.verdict, "p_conf": float(simple.p_conform or "nan"), "simple": simple.verdict}


def guard_band_risk(asked: dict[str, Any]) -> dict[str, Any]:
    return {"max_pfa_at_AL": round(float(1 - normal_cdf(number(asked["k"]) * number(asked["r"]))), 5)}


def eu_pesticide(asked: dict[str, Any]) -> dict[str, Any]:
    share = Uncertainty(percent=number(asked["U_rel_pct"]))
    found = judge([measured(str(asked["x"]))], Limit("LE", str(asked["MRL"])), DecisionRule("GUARDED_REJECTION"), share)
    words = {"PASS": "COMPLIANT", "FAIL": "NON_COMPLIANT"}
    at = share.at(number(asked["x"]))
    assert at is not None
    return {"verdict": words[found.verdict], "x_minus_U": float(number(asked["x"]) - at)}


def sum_censored(asked: dict[str, Any]) -> dict[str, Any]:
    members = {name: Member(measured(text, loq=asked["LOQ"])) for name, text in asked["members"].items()}
    found = judge_group(members, "SUM", Limit("LE", "4"), bound="UB")
    answer: dict[str, Any] = {name: float(value) for name, value in found.bounds.items()}
    if all(one.measured.status != "numeric" for one in members.values()):
        answer["report"] = f"<{plain(found.bounds['UB'])}"
    return answer


def sum_vs_limit(asked: dict[str, Any]) -> dict[str, Any]:
    """LB and UB as a member that is measured and one that is censored."""
    low, high = number(asked["LB"]), number(asked["UB"])
    members = {"A": Member(measured(plain(low))), "B": Member(measured(f"<{plain(high - low)}"))}
    limit = Limit("LE", str(asked["limit"]))
    by = {bound: judge_group(members, "SUM", limit, bound=bound).conformity.verdict for bound in ("LB", "MB", "UB")}
    return by | {"flag": judge_group(members, "SUM", limit).conformity.reason}


def each_member(asked: dict[str, Any]) -> dict[str, Any]:
    limit = Limit("LE", str(asked.pop("reporting_limit")))
    found = judge_group({name: Member(measured(text)) for name, text in asked.items()}, "EACH", limit)
    return {"failing": list(found.failing), "verdict": found.conformity.verdict}


def ratio_sum(asked: dict[str, Any]) -> dict[str, Any]:
    members = {name: Member(measured(str(used)), limit=Limit("LE", str(most))) for name, (used, most) in asked.items()}
    found = judge_group(members, "RATIO_SUM", None)
    return {"ratio_sum": float(found.conformity.compared or "nan"), "verdict": found.conformity.verdict}


def censored(asked: dict[str, Any]) -> dict[str, Any]:
    found = verdict(asked["x"], Limit("LE", str(asked["limit"])), loq=asked["LOQ"])
    return {"verdict": found.verdict} | ({"reason": found.reason} if found.reason else {})


def two_step(asked: dict[str, Any]) -> dict[str, Any]:
    found = verdict(str(asked["total_As"]), Limit("LE", str(asked["limit_iAs"]), step="TOTAL_FIRST"))
    needed = found.reason == "NEXT_TEST_NEEDED"
    return {"need_iAs": needed, "verdict": "PENDING" if needed else found.verdict}


def strict_operator(asked: dict[str, Any]) -> dict[str, Any]:
    return {"verdict": verdict(asked["x"], Limit("LT", str(asked["limit"]))).verdict}


def microbiology(asked: dict[str, Any]) -> dict[str, Any]:
    three = asked["M"] is not None
    limit = Limit(
        "NCM3" if three else "NCM2", n=asked["n"], c=asked["c"], m=str(asked["m"]), M=str(asked["M"]) if three else None
    )
    found = judge([measured(str(value)) for value in asked["values"]], limit)
    if found.verdict == "INVALID":
        return {"verdict": found.verdict, "reason": found.reason}
    counts = found.basis
    assert isinstance(counts, Plan)
    over = {"over_m": counts.over_m} | ({"over_M": counts.over_big} if three else {})
    return over | {"verdict": found.verdict} | ({"reason": "OVER_M"} if found.reason == "OVER_M" else {})


def plate_count(asked: dict[str, Any]) -> dict[str, Any]:
    plates = [*asked["C1"], *asked["C2"]]
    inputs = {
        "total": number(sum(plates)),
        "n1": number(len(asked["C1"])),
        "n2": number(len(asked["C2"])),
        "d": number(asked["d1"]),
    }
    count = evaluate("total / ((n1 + 0.1 * n2) * d)", inputs)
    reported = significant(count, 2)
    return {"N": int(count), "reported": f"{reported.scaleb(-reported.adjusted()).normalize()}e{reported.adjusted()}"}


def unit(asked: dict[str, Any]) -> dict[str, Any]:
    x = number(asked["x"])
    if "density_kg_L" in asked:
        return {"x": round(float(evaluate("x / density", {"x": x, "density": number(asked["density_kg_L"])})), 4)}
    if "S_over_V_dm2_per_kg" in asked:
        return {"x": float(evaluate("x * area", {"x": x, "area": number(asked["S_over_V_dm2_per_kg"])}))}
    try:
        return {"x": float(units.convert(x, asked["from"], asked["to"]))}
    except BadInput as refused:
        assert refused.code == "INCOMPATIBLE_UNIT"
        return {"error": "INCOMPATIBLE_DIMENSION"}


def formula(text: str, answer: str, places: int = 4) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A conversion of basis is a formula of the method; what it gives is one figure."""

    def worked(asked: dict[str, Any]) -> dict[str, Any]:
        inputs = {name: number(value) for name, value in asked.items() if name in text}
        return {answer: float(round_to(evaluate(text, inputs), Decimal(1).scaleb(-places)))}

    return worked


def recovery_correction(asked: dict[str, Any]) -> dict[str, Any]:
    found = formula("raw / recovery", "corrected")(asked)
    return found | {
        "label": f"corrected for recovery {evaluate('recovery * 100', {'recovery': number(asked['recovery'])}):.0f} %"
    }


def alcohol(asked: dict[str, Any]) -> dict[str, Any]:
    at = evaluate("measured_g_L / (abv_pct / 100)", {name: number(value) for name, value in asked.items()})
    found = verdict(plain(at), Limit("LE", "0.6"))
    return {"at_100": float(round_to(at, Decimal("0.0001"))), "limit": 0.6, "verdict": found.verdict}


def toys(asked: dict[str, Any]) -> dict[str, Any]:
    inputs = {"raw": number(asked["raw"]), "correction_pct": number(asked["correction_pct"])}
    adjusted = evaluate("raw * (1 - correction_pct / 100)", inputs)
    return {"adjusted": float(adjusted), "verdict": verdict(plain(adjusted), Limit("LE", str(asked["limit"]))).verdict}


ENGINES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "rounding": rounding,
    "no_double_rounding": rounding,
    "limit_comparison": limit_comparison,
    "acceptance_upper": acceptance_upper,
    "acceptance_two_sided": acceptance_two_sided,
    "guard_band_risk": guard_band_risk,
    "eu_pesticide_50pct": eu_pesticide,
    "sum_censored": sum_censored,
    "sum_vs_limit": sum_vs_limit,
    "each_member": each_member,
    "additive_ratio_sum": ratio_sum,
    "censored_vs_limit": censored,
    "two_step": two_step,
    "strict_operator": strict_operator,
    "microbiology_ncm": microbiology,
    "plate_count": plate_count,
    "unit": unit,
    "alcohol_basis": alcohol,
    "recovery": formula("(spiked - unspiked) / added * 100", "recovery_pct"),
    "recovery_correction": recovery_correction,
    "dry_basis": formula("wet / (1 - moisture_pct / 100)", "dry"),
    "dry_basis_88": formula("wet * ref_dm_pct / (100 - moisture_pct)", "at_88"),
    "coal_basis": formula("Aad * 100 / (100 - Mad)", "Ad"),
    "dilution": formula("(c_ug_L - blank_ug_L) * V_mL * DF / m_g / 1000", "mg_kg"),
    "fat_basis": formula("whole * 100 / fat_pct", "fat_basis"),
    "toy_correction": toys,
}


def test_every_vector_of_the_trade_is_answered_here_or_named_as_another_part_s() -> None:
    rows = table("decision_examples.csv")
    topics = {row["topic"] for row in rows}
    assert topics == set(ENGINES) | set(OF_OTHERS)
    assert len(rows) >= 115
    for topic, file in OF_OTHERS.items():
        source = Path(__file__).with_name(file).read_text(encoding="utf-8")
        assert f'"{topic}"' in source and "decision_examples.csv" in source, topic
    wrong = {}
    for row in rows:
        if row["topic"] in OF_OTHERS:
            continue
        expected, got = json.loads(row["expected_json"]), ENGINES[row["topic"]](json.loads(row["input_json"]))
        if any(got.get(key) != value for key, value in expected.items()):
            wrong[row["id"]] = (expected, got)
    assert wrong == {}


# ---- the sentences of the interface ----------------------------------------------------------------------------------

LE, LT = Limit("LE", "0.2", unit="mg/kg"), Limit("LT", "0.2", unit="mg/kg")
GE, GT = Limit("GE", "0.2", unit="mg/kg"), Limit("GT", "0.2", unit="mg/kg")
PASS, FAIL = ("PASS", None), ("FAIL", None)


def unsure(reason: str) -> tuple[str, str]:
    return "INCONCLUSIVE", reason


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("0.20", LE, PASS),
        ("0.2001", LE, FAIL),
        ("0.20", LT, FAIL),
        ("0.1999", LT, PASS),
        ("0.20", GE, PASS),
        ("0.20", GT, FAIL),
        ("0.1999", GE, FAIL),
        ("0.2001", GT, PASS),
        ("-5", LE, PASS),
        ("<0.2", LE, PASS),
        ("<0.2", LT, PASS),
        ("<0.21", LE, unsure("LOQ_ABOVE_LIMIT")),
        ("<=0.2", LE, PASS),
        ("<=0.2", LT, unsure("LOQ_ABOVE_LIMIT")),
        ("<=0.19", LT, PASS),
        (">0.2", LE, FAIL),
        (">0.2", LT, FAIL),
        (">=0.2", LE, unsure("OVER_RANGE")),
        (">=0.2", LT, FAIL),
        (">=0.21", LE, FAIL),
        (">0.1", LE, unsure("OVER_RANGE")),
        ("<0.2", GE, FAIL),
        ("<0.1", GE, FAIL),
        ("<0.3", GE, unsure("LOQ_ABOVE_LIMIT")),
        (">0.2", GE, PASS),
        (">0.2", GT, PASS),
        (">=0.2", GE, PASS),
        (">=0.2", GT, unsure("OVER_RANGE")),
        (">0.1", GE, unsure("OVER_RANGE")),
        ("<=0.2", GE, unsure("LOQ_ABOVE_LIMIT")),
        ("<=0.2", GT, FAIL),
        ("ND", LE, unsure("LOD_UNKNOWN")),
        ("ND (<0.2)", LE, PASS),
        ("ND (<0.3)", LE, unsure("LOD_ABOVE_LIMIT")),
        ("BQL", LE, unsure("LOQ_UNKNOWN")),
        ("trace", LE, unsure("LOQ_UNKNOWN")),
        ("<LOQ (0.05)", LE, PASS),
        ("<LOQ (0.5)", LE, unsure("LOQ_ABOVE_LIMIT")),
        ("TNTC", LE, unsure("OVER_RANGE")),
        ("prose", LE, ("INVALID", "NOT_A_RESULT")),
        ("", LE, ("INVALID", "NOT_A_RESULT")),
        ("N/A", LE, ("INVALID", "NOT_A_RESULT")),
        ("Detected", LE, ("INVALID", "INCOMPATIBLE_UNIT")),
        ("0.1 mg/L", LE, ("INVALID", "INCOMPATIBLE_UNIT")),
        ("0.1 pH", LE, ("INVALID", "INCOMPATIBLE_UNIT")),
        ("200 µg/kg", LE, PASS),
        ("201 ug/kg", LE, FAIL),
        ("0.2 ppm", LE, PASS),
        ("201 ppb", LE, FAIL),
        ("0.00002 %", LE, PASS),
        ("0.000021 %", LE, FAIL),
    ],
)
def test_a_result_against_a_limit_on_one_side(text: str, limit: Limit, expected: tuple[str, str | None]) -> None:
    assert said(verdict(text, limit)) == expected


@pytest.mark.parametrize(
    ("text", "lod", "loq", "expected"),
    [
        ("ND", None, None, PASS),
        ("<0.5", None, None, PASS),
        ("0", None, None, PASS),
        ("0.00", None, None, PASS),
        ("BQL", None, None, PASS),
        ("0.01", "0.02", "0.05", PASS),
        ("0.02", "0.02", "0.05", unsure("CONFIRM_DETECTION")),
        ("0.05", "0.02", "0.05", FAIL),
        ("0.01", None, None, FAIL),
        ("trace", None, None, unsure("CONFIRM_DETECTION")),
        ("detected below LOQ", None, None, unsure("CONFIRM_DETECTION")),
        ("Detected", None, None, FAIL),
        (">1", None, None, FAIL),
        ("TNTC", None, None, FAIL),
        ("N/A", None, None, ("INVALID", "NOT_A_RESULT")),
        ("1 pH", None, None, ("INVALID", "INCOMPATIBLE_UNIT")),
    ],
)
def test_a_banned_substance(text: str, lod: str | None, loq: str | None, expected: tuple[str, str | None]) -> None:
    assert said(verdict(text, Limit("ND", unit="mg/kg"), lod=lod, loq=loq)) == expected


@pytest.mark.parametrize(
    ("text", "strict", "expected"),
    [
        ("4.0", (), PASS),
        ("7.5", (), PASS),
        ("3.99", (), FAIL),
        ("7.51", (), FAIL),
        ("4.0", ("low",), FAIL),
        ("7.5", ("low",), PASS),
        ("7.5", ("high",), FAIL),
        ("<4.0", (), FAIL),
        ("<4.1", (), unsure("LOQ_ABOVE_LIMIT")),
        (">7.5", (), FAIL),
        (">7", (), unsure("OVER_RANGE")),
    ],
)
def test_a_range_includes_both_ends_unless_one_is_strict(
    text: str, strict: tuple[str, ...], expected: tuple[str, str | None]
) -> None:
    assert said(verdict(text, Limit("RANGE", "4.0", "7.5", "pH", strict))) == expected


def test_a_range_that_begins_at_zero_is_met_by_what_lies_below_its_end() -> None:
    assert said(verdict("<0.5", Limit("RANGE", "0", "10"))) == PASS


@pytest.mark.parametrize(
    ("rule", "limit", "text", "expanded", "expected", "edge"),
    [
        ("GUARDED", GE, "0.22", "0.03", "FAIL", "0.23"),
        ("GUARDED", GE, "0.23", "0.03", "PASS", "0.23"),
        ("GUARDED", GT, "0.23", "0.03", "FAIL", "0.23"),
        ("GUARDED", LT, "0.17", "0.03", "FAIL", "0.17"),
        ("GUARDED_REJECTION", LE, "0.23", "0.03", "PASS", "0.23"),
        ("GUARDED_REJECTION", LT, "0.23", "0.03", "FAIL", "0.23"),
        ("GUARDED_REJECTION", GE, "0.17", "0.03", "PASS", "0.17"),
        ("NON_BINARY", GE, "0.19", "0.03", "CONDITIONAL_FAIL", "0.23"),
        ("NON_BINARY", LT, "0.20", "0.03", "CONDITIONAL_FAIL", "0.17"),
        ("NON_BINARY", LE, "0.23", "0.03", "CONDITIONAL_FAIL", "0.17"),
        ("NON_BINARY", LT, "0.23", "0.03", "FAIL", "0.17"),
        ("SIMPLE", LE, "0.21", "0.03", "FAIL", "0.2"),
        ("GUARDED", LE, "0.2", "0", "PASS", "0.2"),
        ("PROBABILITY", LE, "0.2", "0", "PASS", None),
        ("PROBABILITY", LE, "0.2", "0.03", "FAIL", None),
    ],
)
def test_the_rule_moves_the_edge_and_the_strictness_of_the_operator_stays(
    rule: str, limit: Limit, text: str, expanded: str, expected: str, edge: str | None
) -> None:
    found = verdict(text, limit, rule, expanded)
    assert (found.verdict, found.acceptance_limit) == (expected, edge)


def test_the_length_of_the_guard_band_is_r_times_u() -> None:
    assert verdict("0.185", LE, "GUARDED", "0.03", r="0.5").acceptance_limit == "0.185"
    assert verdict("0.1751", LE, "GUARDED", "0.03", r="0.83").verdict == "PASS"
    assert verdict("0.1752", LE, "GUARDED", "0.03", r="0.83").verdict == "FAIL"


def test_a_range_shows_both_edges_and_keeps_the_zeros_of_the_limit() -> None:
    limit = Limit("RANGE", "4.0", "7.5", "pH")
    assert verdict("7.3", limit, "GUARDED", "0.2").acceptance_limit == "4.2..7.3"
    assert verdict("7.3", limit, "GUARDED", "0.50").acceptance_limit == "4.5..7.0"
    assert verdict("7.3", limit).acceptance_limit == "4.0..7.5"


@pytest.mark.parametrize("rule", [name for name in RULES if name != "SIMPLE"])
def test_a_rule_that_needs_the_uncertainty_says_so_when_it_is_missing(rule: str) -> None:
    assert said(verdict("0.1", LE, rule)) == unsure("UNCERTAINTY_MISSING")
    assert said(verdict("<0.1", LE, rule)) == PASS


def test_probability_is_printed_with_four_decimals_whenever_u_is_known_and_above_zero() -> None:
    assert verdict("0.21", LE, expanded="0.03").p_conform == "0.2525"
    assert verdict("0.21", LE, expanded="0").p_conform is None
    assert verdict("0.21", LE).p_conform is None
    assert verdict("0.21", LE, expanded="0.03", k="3").p_conform == f"{normal_cdf(Decimal(-1)):.4f}"


def test_a_share_is_taken_at_the_compared_value() -> None:
    found = judge([measured("170 µg/kg")], LE, DecisionRule("GUARDED"), Uncertainty(percent=Decimal(20)))
    assert (found.verdict, found.compared, found.acceptance_limit) == ("FAIL", "0.170", "0.166")


def test_an_uncertainty_without_a_unit_is_in_the_result_s_and_moves_with_it() -> None:
    found = judge([measured("170 µg/kg")], LE, DecisionRule("GUARDED"), Uncertainty(Decimal(30)))
    assert (found.verdict, found.acceptance_limit) == ("PASS", "0.17")
    warm = judge(
        [measured("300 K")], Limit("LE", "27", unit="degC"), DecisionRule("GUARDED"), Uncertainty(Decimal("0.1"))
    )
    assert (warm.compared, warm.acceptance_limit) == ("26.85", "26.9")


@pytest.mark.parametrize(
    ("text", "rule", "comparison", "reason"),
    [
        ("0.1", "EU_BEYOND_DOUBT", "FULL", "NO_RULE"),
        ("0.1", "GUARDED", "ROUNDED", "RULE_COMBINATION"),
        ("prose", "MAGIC", "FULL", "NOT_A_RESULT"),
        ("Detected", "MAGIC", "FULL", "INCOMPATIBLE_UNIT"),
        ("1 pH", "MAGIC", "ROUNDED", "NO_RULE"),
        ("1 pH", "GUARDED", "ROUNDED", "RULE_COMBINATION"),
    ],
)
def test_trouble_is_named_in_its_order(text: str, rule: str, comparison: str, reason: str) -> None:
    assert said(verdict(text, LE, rule, "0.01", comparison=comparison)) == ("INVALID", reason)
    assert judge([measured(text)], None, DecisionRule(rule)).verdict == "NO_LIMIT"


def test_a_classification_figure_never_fails() -> None:
    assert said(verdict("99 degC", Limit("INFO_LE", "60", unit="degC"))) == ("NO_LIMIT", "INFORMATIVE")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("conforms", PASS), (" CONFORMS ", PASS), ("N/A", FAIL), ("does not", FAIL), ("  ", ("INVALID", "NOT_A_RESULT"))],
)
def test_an_outcome_equals_the_one_that_is_wanted_or_fails(text: str, expected: tuple[str, str | None]) -> None:
    assert said(verdict(text, Limit("OUTCOME", "CONFORMS", unit="outcome"))) == expected


def test_of_several_results_the_worst_counts() -> None:
    def of(*texts: str) -> tuple[str, str | None]:
        return said(judge([measured(text) for text in texts], LE))

    assert of("0.1", "0.3", "prose") == FAIL
    assert of("0.1", "ND", "prose") == ("INVALID", "NOT_A_RESULT")
    assert of("0.1", "ND") == unsure("LOD_UNKNOWN")
    assert of("0.1", "0.2") == PASS
    assert of() == ("INVALID", "NOT_A_RESULT")


def test_what_has_no_limit_does_not_count_in_a_sample() -> None:
    assert worst(["PASS", "NO_LIMIT", "CONDITIONAL_PASS"]) == "CONDITIONAL_PASS"
    assert worst(["NO_LIMIT"]) == worst([]) == "NO_LIMIT"
    assert worst(VERDICTS) == "FAIL"


# ---- plans -----------------------------------------------------------------------------------------------------------

THREE = Limit("NCM3", n=5, c=1, m="100", M="1000", unit="CFU/g")
TWO = Limit("NCM2", n=5, c=0, m="0", unit="/25 g")
TWO_ALLOWED = Limit("NCM2", n=5, c=1, m="100", unit="CFU/g")


@pytest.mark.parametrize(
    ("texts", "limit", "expected"),
    [
        ("10, 10, 10, 10, 1000", THREE, PASS),
        ("10, 10, 10, 10, 1001", THREE, ("FAIL", "OVER_M")),
        ("10, 10, 300, 10, 500", THREE, ("FAIL", "OVER_C")),
        ("<10, <100, ND, 100, 500", THREE, PASS),
        ("<10, <10, <10, <10, <200", THREE, PASS),
        ("<10, <10, <10, 101, <200", THREE, unsure("LOQ_ABOVE_LIMIT")),
        ("<10, <10, <10, <10, <2000", THREE, unsure("LOQ_ABOVE_LIMIT")),
        (">1000, 1, 1, 1, 1", THREE, ("FAIL", "OVER_M")),
        (">999, 1, 1, 1, 1", THREE, unsure("OVER_RANGE")),
        (">100, 101, 1, 1, 1", THREE, ("FAIL", "OVER_C")),
        ("TNTC, 1, 1, 1, 1", THREE, unsure("OVER_RANGE")),
        ("TNTC, 101, 101, 1, 1", THREE, ("FAIL", "OVER_C")),
        ("TNTC, 1001, 1, 1, 1", THREE, ("FAIL", "OVER_M")),
        ("1, 1, 1, 1", THREE, ("INVALID", "N_MISMATCH")),
        ("BQL, 1, 1, 1, 1", THREE, unsure("LOQ_UNKNOWN")),
        ("BQL, 101, 101, 1, 1", THREE, ("FAIL", "OVER_C")),
        ("1, 1, 1, 1, N/A", THREE, ("INVALID", "NOT_A_RESULT")),
        ("1, 1, 1, 1, 1 MPN/g", THREE, ("INVALID", "INCOMPATIBLE_UNIT")),
        ("ND, ND, ND, ND, ND", TWO, PASS),
        ("ND, ND, Detected, ND, ND", TWO, ("FAIL", "OVER_C")),
        ("0, 0, 0, 0, 1", TWO, ("FAIL", "OVER_C")),
        ("101, 1, 1, 1, 1", TWO_ALLOWED, PASS),
        ("101, >100, 1, 1, 1", TWO_ALLOWED, ("FAIL", "OVER_C")),
        ("101, Detected, 1, 1, 1", TWO_ALLOWED, ("FAIL", "OVER_C")),
        ("TNTC, 1, 1, 1, 1", TWO_ALLOWED, PASS),
        ("TNTC, 101, 1, 1, 1", TWO_ALLOWED, unsure("OVER_RANGE")),
    ],
)
def test_a_plan_counts_what_lies_above_m_and_above_the_large_m(
    texts: str, limit: Limit, expected: tuple[str, str | None]
) -> None:
    entry = read_entry(texts)
    results = [
        Measured(one.status, one.value, one.qualifier, entry.unit or "", text=one.text, word=one.word)
        for one in entry.values
    ]
    found = judge(results, limit)
    assert said(found) == expected


def test_a_plan_shows_its_largest_result_in_the_limit_s_unit() -> None:
    found = judge([measured(text, "CFU/g") for text in ("10", "240", "<10", ">110", "93")], THREE)
    assert (found.compared, found.unit, found.acceptance_limit) == ("240", "CFU/g", None)


# ---- groups ----------------------------------------------------------------------------------------------------------


def group(combine: str, limit: Limit | None, bound: str | None = None, rule: str = "SIMPLE", /, **texts: str) -> Any:
    return judge_group(
        {name: Member(measured(text)) for name, text in texts.items()}, combine, limit, DecisionRule(rule), None, bound
    )


@pytest.mark.parametrize(
    ("limit", "bound", "members", "expected", "compared"),
    [
        ("1.43", None, {"A": "1.2", "B": "<0.1", "C": "<0.1", "D": "ND (<0.03)"}, PASS, "1.43"),
        ("1.42", None, {"A": "1.2", "B": "<0.1", "C": "<0.1", "D": "ND (<0.03)"}, unsure("CENSORING_SENSITIVE"), None),
        ("1.42", "LB", {"A": "1.2", "B": "<0.1", "C": "<0.1", "D": "ND (<0.03)"}, PASS, "1.2"),
        ("1.3", "MB", {"A": "1.2", "B": "<0.1", "C": "<0.1", "D": "ND (<0.03)"}, FAIL, "1.315"),
        ("1.42", "UB", {"A": "1.2", "B": "<0.1", "C": "<0.1", "D": "ND (<0.03)"}, FAIL, "1.43"),
        ("1.1", None, {"A": "1.2", "B": "<0.1"}, FAIL, "1.3"),
        ("2", None, {"A": "1.20", "B": "0.30"}, PASS, "1.50"),
        ("2", None, {"A": "1.2", "B": "ND"}, unsure("LOD_UNKNOWN"), None),
        ("1", None, {"A": "1.2", "B": "ND"}, FAIL, "1.2"),
        ("2", "LB", {"A": "1.2", "B": "ND"}, PASS, "1.2"),
        ("2", "UB", {"A": "1.2", "B": "BQL"}, unsure("LOQ_UNKNOWN"), None),
        ("2", None, {"A": "1.2", "B": ">0.5"}, unsure("OVER_RANGE"), None),
        ("2", None, {"A": "1.2", "B": ">0.9"}, FAIL, "2.1"),
        ("2", None, {"A": "1", "B": ">1"}, FAIL, "2"),
        ("0.4", None, {"A": "<0.1", "B": "<0.3"}, PASS, "0.4"),
        ("2", None, {"A": "Detected"}, ("INVALID", "INCOMPATIBLE_UNIT"), None),
        ("2", None, {"A": "1", "B": "N/A"}, ("INVALID", "NOT_A_RESULT"), None),
        ("2", None, {}, ("INVALID", "NOT_A_RESULT"), None),
        ("2", None, {"A": "1500 µg/kg", "B": "0.5"}, PASS, "2.000"),
        ("2", None, {"A": "1 mg/L"}, ("INVALID", "INCOMPATIBLE_UNIT"), None),
    ],
)
def test_a_sum_is_judged_at_its_bounds(
    limit: str, bound: str | None, members: dict[str, str], expected: tuple[str, str | None], compared: str | None
) -> None:
    found = group("SUM", Limit("LE", limit, unit="mg/kg"), bound, **members).conformity
    assert (said(found), found.compared) == (expected, compared)


def test_a_sum_that_is_all_censored_needs_no_uncertainty_and_one_that_is_measured_does() -> None:
    assert said(group("SUM", LE, None, "GUARDED", A="<0.1", B="<0.1").conformity) == PASS
    assert said(group("SUM", LE, None, "GUARDED", A="0.1", B="<0.01").conformity) == unsure("UNCERTAINTY_MISSING")


def test_the_uncertainties_of_members_combine_in_quadrature_and_that_of_the_sum_wins() -> None:
    members = {
        "A": Member(measured("0.08"), uncertainty=Uncertainty(Decimal("0.03"))),
        "B": Member(measured("0.07"), uncertainty=Uncertainty(Decimal("0.04"))),
    }
    rule = DecisionRule("GUARDED")
    assert judge_group(members, "SUM", LE, rule).conformity.acceptance_limit == "0.15"
    own = judge_group(members, "SUM", LE, rule, Uncertainty(Decimal("0.06"))).conformity
    assert (own.verdict, own.acceptance_limit) == ("FAIL", "0.14")


def test_equivalents_are_weighted() -> None:
    members = {"TCDD": Member(measured("0.5 pg/g")), "OCDD": Member(measured("100 pg/g"), Decimal("0.0003"))}
    found = judge_group(members, "TEQ", Limit("LE", "0.53", unit="pg/g")).conformity
    assert (found.verdict, found.compared) == ("PASS", "0.53")


def test_ratios_that_fill_the_whole_exactly_pass_even_where_none_of_them_ends() -> None:
    sixth = Member(measured("1"), limit=Limit("LE", "6"))
    found = judge_group({str(n): sixth for n in range(6)}, "RATIO_SUM", None).conformity
    assert (found.verdict, found.compared, found.acceptance_limit) == ("PASS", "1", "1")


def test_ratios_are_bounded_where_members_are_censored_and_members_without_a_limit_do_not_count() -> None:
    limit = Limit("LE", "1.0", unit="g/kg")
    members = {
        "A": Member(measured("700 mg/kg"), limit=limit),
        "B": Member(measured("<0.5 g/kg"), limit=limit),
        "C": Member(measured("9 g/kg")),
    }
    assert said(judge_group(members, "RATIO_SUM", None).conformity) == unsure("CENSORING_SENSITIVE")
    assert judge_group({"C": members["C"]}, "RATIO_SUM", None).conformity.verdict == "NO_LIMIT"


def test_each_member_has_its_own_limit() -> None:
    members = {
        "A": Member(measured("25"), limit=Limit("LE", "20")),
        "B": Member(measured("25"), limit=Limit("LE", "30")),
    }
    assert judge_group(members, "EACH", None).failing == ("A",)
    assert judge_group({"A": Member(measured("25"))}, "EACH", None).conformity.verdict == "NO_LIMIT"


# ---- what must hold for any figures ----------------------------------------------------------------------------------

figures = st.decimals(min_value=0, max_value=1000, places=3, allow_nan=False)
spreads = st.decimals(min_value=0, max_value=100, places=3, allow_nan=False)


@given(figures, figures, spreads, st.sampled_from(RULES), figures)
def test_more_of_a_contaminant_never_betters_the_verdict(
    low: Decimal, more: Decimal, expanded: Decimal, rule: str, limit: Decimal
) -> None:
    """VERDICTS go from the worst to the best."""
    at = [verdict(plain(x), Limit("LE", plain(limit)), rule, expanded) for x in (low, low + more)]
    assert VERDICTS.index(at[1].verdict) <= VERDICTS.index(at[0].verdict)


@given(figures, figures, spreads, st.sampled_from(RULES))
def test_a_limit_from_above_is_the_mirror_of_one_from_below(
    x: Decimal, limit: Decimal, expanded: Decimal, rule: str
) -> None:
    above = verdict(plain(x), Limit("LE", plain(limit)), rule, expanded)
    below = verdict(plain(-x), Limit("GE", plain(-limit)), rule, expanded)
    assert (above.verdict, above.p_conform) == (below.verdict, below.p_conform)


@given(figures, figures, spreads)
def test_guarded_acceptance_is_never_milder_and_guarded_rejection_never_harder(
    x: Decimal, limit: Decimal, expanded: Decimal
) -> None:
    by = {name: verdict(plain(x), Limit("LE", plain(limit)), name, expanded).verdict for name in RULES}
    assert not (by["GUARDED"] == "PASS" and by["SIMPLE"] == "FAIL")
    assert not (by["SIMPLE"] == "PASS" and by["GUARDED_REJECTION"] == "FAIL")
    assert (by["NON_BINARY"] in ("PASS", "CONDITIONAL_PASS")) == (by["SIMPLE"] == "PASS")


@given(figures, figures, st.sampled_from(["LE", "LT", "GE", "GT"]), st.sampled_from(["<", "<=", ">", ">="]))
def test_a_censored_result_never_says_more_than_every_value_it_may_have(
    x: Decimal, limit: Decimal, operator: str, sign: str
) -> None:
    against = Limit(operator, plain(limit))
    found = verdict(f"{sign}{plain(x)}", against).verdict
    step = Decimal("0.0001") if sign.startswith(">") else -Decimal("0.0001")
    possible = [x + step, x + 5000 * step, *([x] if sign.endswith("=") else []), limit + step, limit + 2 * step]
    inside = [y for y in possible if (y > x if sign.startswith(">") else y < x) or (y == x and sign.endswith("="))]
    if found in ("PASS", "FAIL"):
        assert {verdict(plain(y), against).verdict for y in inside} == {found}


@given(st.lists(st.integers(0, 2000), min_size=5, max_size=5), st.integers(0, 4))
def test_a_plan_with_more_tolerance_never_fails_what_passed(counts: list[int], c: int) -> None:
    def of(tolerated: int) -> str:
        limit = Limit("NCM3", n=5, c=tolerated, m="100", M="1000")
        return judge([measured(str(count)) for count in counts], limit).verdict

    assert not (of(c) == "PASS" and of(c + 1) == "FAIL")


@pytest.mark.parametrize(
    "found",
    [
        verdict("0.21", LE, expanded="0.03"),
        verdict("0.17", LE, "PROBABILITY", "0.03"),
        verdict("<0.1", LE),
        verdict("ND (<0.1)", GE),
        verdict("1 pH", LE),
        verdict("0.1", Limit("ND", unit="mg/kg")),
        verdict("7.4", Limit("RANGE", "4.0", "7.5"), "NON_BINARY", "0.2"),
        verdict("0.1", LE, "GUARDED"),
    ],
)
def test_every_verdict_has_its_worked_line_in_both_languages(found: Conformity) -> None:
    assert found.worked
    assert found.worked_zh


def test_the_worked_line_can_be_checked_by_hand() -> None:
    assert verdict("0.21 mg/kg", LE).worked == "0.21 mg/kg > 0.2 mg/kg (LE, full value, simple acceptance)"
    assert verdict("0.17 mg/kg", LE, "GUARDED", "0.034").worked_zh == (
        "0.17 mg/kg > 0.166 mg/kg（LE，全数值比较，带保护带接受，TU = 0.2，U = 0.034，k = 2，r = 1）"
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"operator": "FOO"},
        {"operator": "LE"},
        {"operator": "LE", "value": "x"},
        {"operator": "RANGE", "value": "1"},
        {"operator": "RANGE", "value": "2", "value2": "1"},
        {"operator": "NCM3", "n": 5, "c": 1, "m": "1"},
        {"operator": "NCM2", "n": 5, "m": "1"},
        {"operator": "LE", "value": "1", "strict": ("top",)},
        {"operator": "LE", "value": "NaN"},
        {"operator": "OUTCOME", "value": " "},
        {"operator": "LE", "value": "1", "step": "?"},
    ],
)
def test_a_limit_that_says_nothing_is_refused_where_it_is_made(broken: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        Limit(**broken)
    assert refused.value.code == "BAD_LIMIT"


far = st.decimals(allow_nan=False, allow_infinity=False, min_value=0).filter(lambda x: abs(x.adjusted()) < 58)


@given(st.lists(far, min_size=1, max_size=4), st.booleans(), far, spreads, st.sampled_from(RULES))
def test_a_sum_is_exact_however_far_apart_its_members_are(
    values: list[Decimal], first_is_censored: bool, limit: Decimal, expanded: Decimal, rule: str
) -> None:
    members = {
        str(n): Member(Measured("censored" if first_is_censored and not n else "numeric", x, "<"))
        for n, x in enumerate(values)
    }
    found = judge_group(members, "SUM", Limit("LE", plain(limit)), DecisionRule(rule), Uncertainty(expanded), "UB")
    total = sum(map(Fraction, values))
    assert Fraction(found.bounds["UB"]) == total
    assert found.conformity.worked
    if rule == "SIMPLE":
        assert (found.conformity.verdict == "PASS") == (total <= Fraction(limit))
    if rule == "GUARDED" and len(members) > first_is_censored:
        assert (found.conformity.verdict == "PASS") == (total + Fraction(expanded) <= Fraction(limit))

"""What two border authorities decided, decided again by the engine; each disagreement has a cause of a short list."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.domain.reality.published import Row, answer, rows

FINDINGS, LOTS = "border_tw/findings.csv", "border_tw/rows.csv"
CAUSES = {
    "OTHER_ANALYTE_FAILS": "this analyte conforms, another one of the lot fails by itself",
    "SUM_OF_RATIOS": "the additive conforms by itself, the lot fails by the sum of ratios",
    "VALUE_EQUALS_LIMIT": "the published value equals the limit; the authority compared more digits",
    "RISK_ASSESSMENT": "no legal limit: decided by an assessment of risk, the value itself was copied as the limit",
    "OTHER_BASIS": "the value is given on another basis than the limit (on the fat of the food)",
    "NO_LIMIT_FOR_OTHER": "this analyte conforms, another one of the lot was found without any limit set for it",
    "LIMIT_MISREAD": "what stands as the limit in the table is something else in the authority's own text",
}
"""Why the engine may say otherwise than the authority. Closed: a cause that is not here fails the test."""


class Judged(NamedTuple):
    finding: Row
    verdict: str
    reason: str | None
    case: dict[str, Any]


def limit_of(finding: Row) -> dict[str, Any] | None:
    if finding["limit_kind"] == "max":
        return {"operator": "LE", "value": finding["limit_value"], "unit": finding["limit_unit"]}
    if finding["limit_kind"] in ("zero_tolerance", "not_permitted"):
        return {"operator": "ND", "unit": finding["unit"]}
    return None


@pytest.fixture(scope="module")
def judged() -> dict[str, list[Judged]]:
    """Every finding that has a limit, judged; by lot."""
    by_lot: dict[str, list[Judged]] = defaultdict(list)
    for finding in rows(FINDINGS):
        limit = limit_of(finding)
        if limit is not None:
            case = {"results": [{"text": f"{finding['value']} {finding['unit']}"}], "limit": limit}
            found = answer(case)
            by_lot[finding["row_id"]].append(Judged(finding, found["verdict"], found["reason"], case))
    return by_lot


USED, MOST = re.compile(r"以(\w+?)計([0-9.]+) g/kg"), re.compile(r"以(\w+?)計用量為([0-9.]+) g/kg")


def ratio_sum(found: list[Judged], lot: Row) -> dict[str, Any]:
    """The additives of one lot by the sum of their ratios; from the authority's text where the table lost a limit."""
    members = {
        row["analyte_zh"]: {"text": f"{row['value']} g/kg", "limit": f"{row['limit_value']} g/kg"}
        for row in (one.finding for one in found)
        if row["limit_kind"] == "max" and row["unit"] == row["limit_unit"] == "g/kg"
    }
    used, most = dict(USED.findall(lot["detected_text_zh"])), dict(MOST.findall(lot["limit_text_zh"]))
    if len(members) < len(used) and used.keys() == most.keys():
        members = {name: {"text": f"{used[name]} g/kg", "limit": f"{most[name]} g/kg"} for name in used}
    return answer({"members": members, "combine": "RATIO_SUM"}) if len(members) > 1 else {"verdict": "NO_LIMIT"}


def cause(one: Judged, lot: Row, siblings: list[Judged]) -> str:
    """Each cause is shown by the figures or by the authority's own words; ``""`` where none explains it."""
    text, finding = lot["detected_text_zh"] + lot["limit_text_zh"], one.finding
    if misread(finding, lot):
        return "LIMIT_MISREAD"
    if "總和" in text and ratio_sum(siblings, lot)["verdict"] == "FAIL":
        return "SUM_OF_RATIOS"
    if any(other.verdict == "FAIL" for other in siblings):
        return "OTHER_ANALYTE_FAILS"
    if Fraction(finding["value"]) == Fraction(finding["limit_value"]):
        return "RISK_ASSESSMENT" if "風險評估" in text else "VALUE_EQUALS_LIMIT"
    if "推算於油脂中" in text:
        return "OTHER_BASIS"
    return "NO_LIMIT_FOR_OTHER" if "未定容許量" in text else ""


def misread(finding: Row, lot: Row) -> bool:
    """The strength of an acid, a banned substance with its neighbour's limit, a finding in the limit's place."""
    text, name = lot["limit_text_zh"], finding["analyte_zh"]
    of_the_test = finding["limit_unit"] == "%" and f"{Fraction(finding['limit_value'])}%醋酸" in text
    banned = re.search(rf"{re.escape(name)}(、[^，。]*)?為(公告禁用|不得檢出)", text) is not None
    repeated = text == lot["detected_text_zh"] or f"{name}{finding['value']}ppm於" in text
    return of_the_test or banned or repeated


def test_a_refused_lot_is_refused_by_the_engine_or_the_disagreement_has_a_name(
    judged: dict[str, list[Judged]], tmp_path: Path
) -> None:
    lots = {row["row_id"]: row for row in rows(LOTS)}
    agree, causes, table = Counter[str](), Counter[str](), []
    for lot_no, found in judged.items():
        for one in found:
            operator = one.case["limit"]["operator"]
            if one.verdict == "FAIL":
                agree[operator] += 1
                continue
            why = cause(one, lots[lot_no], found)
            causes[why] += 1
            figures = f"{one.case['results'][0]['text']} {operator} {one.case['limit'].get('value', '')}"
            table.append(f"{lot_no} {one.finding['analyte_zh']:<14} {figures:<28} {one.verdict} {why or '?'}")
    written = [f"{count:5} agree ({operator})" for operator, count in agree.items()]
    written += [f"{count:5} {name}: {CAUSES.get(name, '?')}" for name, count in causes.most_common()]
    report = tmp_path / "border_tw.txt"
    report.write_text("\n".join([*written, "", *table]), encoding="utf-8")
    print(report, *written, *table, sep="\n")
    assert set(causes) <= set(CAUSES), "a disagreement has no name"
    assert agree == {"LE": 990, "ND": 761}
    assert causes == {
        "OTHER_ANALYTE_FAILS": 8, "SUM_OF_RATIOS": 10, "VALUE_EQUALS_LIMIT": 1, "RISK_ASSESSMENT": 4,
        "OTHER_BASIS": 1, "NO_LIMIT_FOR_OTHER": 1, "LIMIT_MISREAD": 4,
    }


def test_every_finding_has_its_verdict_and_none_is_unsure(judged: dict[str, list[Judged]]) -> None:
    verdicts = Counter(one.verdict for found in judged.values() for one in found)
    assert verdicts == {"FAIL": 1751, "PASS": 29}
    assert sum(verdicts.values()) == sum(row["limit_kind"] != "" for row in rows(FINDINGS))


def test_the_findings_below_their_limit_are_those_that_the_list_names(judged: dict[str, list[Judged]]) -> None:
    passed = Counter(one.finding["row_id"] for found in judged.values() for one in found if one.verdict == "PASS")
    named = Counter(row["row_id"] for row in rows("border_tw/value_not_above_limit.csv"))
    assert passed - named == {"TW01531": 1}, "132 ppm against 4 %: the strength of the acid it was tested with"
    assert named - passed == {}


def test_additives_fail_by_the_sum_of_their_ratios_where_the_authority_added_them(
    judged: dict[str, list[Judged]]
) -> None:
    named = {r["row_id"] for r in rows("border_tw/value_not_above_limit.csv") if r["why"] == "sum_of_ratios_rule"}
    lots = {row["row_id"]: row for row in rows(LOTS)}
    by_sum = {lot_no: ratio_sum(judged[lot_no], lots[lot_no]) for lot_no in named}
    assert len(by_sum) == 9
    assert {found["verdict"] for found in by_sum.values()} == {"FAIL"}
    only = {lot_no for lot_no in by_sum if all(one.verdict == "PASS" for one in judged[lot_no])}
    assert only == {"TW01672", "TW01795"}, "of the second, the table has only the additive that conforms by itself"
    assert by_sum["TW01672"]["compared"] == "1.50"


def test_a_lot_is_refused_as_a_whole_where_any_of_its_findings_or_their_ratios_fail(
    judged: dict[str, list[Judged]]
) -> None:
    lots = {row["row_id"]: row for row in rows(LOTS)}
    kept = {
        lot_no
        for lot_no, found in judged.items()
        if all(one.verdict != "FAIL" for one in found) and ratio_sum(found, lots[lot_no])["verdict"] != "FAIL"
    }
    assert kept == {
        "TW00380", "TW00925", "TW01561", "TW01568", "TW01620", "TW01791", "TW01963", "TW02016",
    }


# ---- plans of sub-samples --------------------------------------------------------------------------------------------

MOLLUSC = re.compile(r"mussel|oyster|clam|cockle|mollusc", re.IGNORECASE)
PLAN = {"operator": "NCM3", "n": 5, "c": 1, "m": "2.3", "M": "7", "unit": "MPN/g"}
"""E. coli in bivalve molluscs, as in subsample_plans.csv."""


@pytest.mark.parametrize("row", range(4))
def test_a_lot_of_sub_samples_is_decided_as_the_authority_did_and_for_its_reason(row: int) -> None:
    plan = rows("border_au_ifis/subsample_plans.csv")[row]
    found = answer({
        "results": [{"text": f"{plan['results']} {plan['unit']}"}],
        "limit": {
            "operator": "NCM3", "n": int(plan["plan_n"]), "c": int(plan["plan_c"]), "m": plan["plan_m"],
            "M": plan["plan_M"], "unit": plan["unit"],
        },
    })
    over_big = plan["expected_reason"].startswith("1 unit > M")
    assert (found["verdict"], found["reason"]) == (plan["authority"].upper(), "OVER_M" if over_big else "OVER_C")


def test_all_molluscs_that_were_refused_for_their_germs_are_refused_by_the_plan_but_one_without_its_unit() -> None:
    lots = [
        row for row in rows("border_au_ifis/failing_foods.csv")
        if row["test"] == "Escherichia coli" and MOLLUSC.search(row["product"])
    ]
    said = {}
    for lot in lots:
        found = answer({"results": [{"text": lot["result_text"]}], "limit": PLAN})
        print(f"{lot['index']:>4} {lot['result_text']:<36} {found['verdict']} {found['reason']}")
        said[lot["index"]] = found["verdict"], found["reason"]
    assert len(said) == 13
    assert {index: one for index, one in said.items() if one[0] != "FAIL"} == {
        "510": ("INVALID", "INCOMPATIBLE_UNIT"),  # "… 5 and 6/g": per gram, but of what is not said
    }
    assert Counter(said.values())[("FAIL", "OVER_M")] == 10

"""Which analyses an import needs: limits in force, methods able to judge, and gaps that are never silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lims.domain.goods import Product, find_products
from lims.domain.method import MethodVersion, method_from
from lims.domain.narrowing import Situation, stands
from lims.domain.requirement import Analyte, fit, propose
from lims.domain.rules.errors import BadInput
from lims.domain.section import section_of
from lims.domain.specification import LimitVersion, frozen, limit_from, thawed
from lims.services.catalogue import seed_rows

TODAY = date(2026, 11, 24)
RICE = Product("RICE", "GRO", "大米", "Rice", ("1006.30",))
NAMES = {"CD": Analyte("CD", "镉", "Cadmium", "numeric", "mg/kg")}


def a_limit(
    code: str = "L1", valid_from: date | None = None, valid_to: date | None = None, **other: str
) -> LimitVersion:
    content = {
        "jurisdiction": "CN",
        "product": "RICE",
        "analyte": "CD",
        "operator": "LE",
        "value": "0.2",
        "unit": "mg/kg",
        "standard": "GB 2762-2022",
        "severity": "SHE",
        **other,
    }
    return limit_from(1, code, 1, content, valid_from, valid_to)


def a_method(code: str = "GB 5009.15-2023", **other: str) -> MethodVersion:
    content = {
        "title": "Cadmium",
        "technique": "GFAAS",
        "analytes": "CD",
        "categories": "GRO;FOD",
        "loq": "0.003",
        "loq_unit": "mg/kg",
        "demo_cma": "Y",
        **other,
    }
    return method_from(1, code, 1, content)


def needs(limits: list[LimitVersion], methods: list[MethodVersion], on: date = TODAY) -> tuple[list, str]:
    found, gap = propose(RICE, "CN", on, limits, methods, NAMES)
    return list(found), gap


def test_a_limit_in_force_proposes_the_analysis_with_its_names_and_reasons() -> None:
    (found,), gap = needs([a_limit()], [a_method()])
    assert gap == ""
    assert (found.analyte, found.analyte_zh, found.method.code) == ("CD", "镉", "GB 5009.15-2023")
    assert found.why == ("LIMIT_IN_FORCE", "LOQ_FITS")
    assert found.record()["limit"] == "L1"


def test_a_product_without_limits_is_a_gap_and_not_an_empty_answer() -> None:
    assert needs([a_limit(jurisdiction="EU")], [a_method()]) == ([], "NO_LIMITS")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "in_force"),
    [
        (None, None, True),
        (date(2026, 11, 24), None, True),
        (None, date(2026, 11, 24), True),
        (date(2026, 11, 25), None, False),
        (None, date(2026, 11, 23), False),
    ],
)
def test_both_ends_of_the_validity_are_in_force(valid_from: date | None, valid_to: date | None, in_force: bool) -> None:
    assert a_limit(valid_from=valid_from, valid_to=valid_to).in_force(TODAY) is in_force
    assert bool(needs([a_limit(valid_from=valid_from, valid_to=valid_to)], [])[0]) is in_force


def test_a_limit_that_no_method_can_judge_is_still_proposed_and_says_so() -> None:
    (found,), _ = needs([a_limit()], [a_method(analytes="PB"), a_method("X", categories="TEX")])
    assert found.method is None
    assert found.why == ("LIMIT_IN_FORCE", "NO_METHOD")


@pytest.mark.parametrize(
    ("loq", "unit", "how"),
    [
        ("0.1", "mg/kg", "LOQ_FITS"),
        ("0.11", "mg/kg", "LOQ_NEAR_LIMIT"),
        ("0.2", "mg/kg", "LOQ_NEAR_LIMIT"),
        ("0.2001", "mg/kg", "LOQ_ABOVE_LIMIT"),
        ("20", "ug/kg", "LOQ_FITS"),
        ("210", "ug/kg", "LOQ_ABOVE_LIMIT"),
        ("0.1", "mg/L", "LOQ_NOT_COMPARABLE"),
        ("", "", "LOQ_UNKNOWN"),
    ],
)
def test_the_loq_is_held_against_the_limit_in_the_unit_of_the_limit(loq: str, unit: str, how: str) -> None:
    assert fit(a_method(loq=loq, loq_unit=unit), a_limit()) == how


def test_a_method_with_its_loq_above_the_limit_is_proposed_but_blocked() -> None:
    (found,), _ = needs([a_limit(value="0.002")], [a_method()])
    assert found.blocked
    assert found.method is not None


def test_the_best_method_is_chosen_the_same_way_whatever_the_order() -> None:
    poor = a_method("GB 1-2025", loq="0.15")
    unscoped = a_method("GB 2-2025", demo_cma="")
    old, new, foreign = a_method("GB 3-2016"), a_method("GB 4-2023"), a_method("ISO 5:2025")
    for methods in ([poor, unscoped, old, new, foreign], [foreign, new, old, unscoped, poor]):
        (found,), _ = needs([a_limit()], methods)
        assert [one.method for one in found.candidates] == [
            "GB 4-2023",
            "GB 3-2016",
            "ISO 5:2025",
            "GB 2-2025",
            "GB 1-2025",
        ]


PRODUCTS = (
    RICE,
    Product("PADDY", "GRO", "稻谷", "Paddy", ("1006.10",)),
    Product("CEREAL", "GRO", "谷物", "Cereal", ("10",)),
    Product("FISH", "AQU", "鱼", "Fish", ("0302", "0303")),
    Product("TUNA", "AQU", "金枪鱼", "Tuna", ("0302.32",)),
    Product("FISH_HIST", "AQU", "高组胺鱼", "Histamine fish", ("0302",)),
    Product("FOOD_ANY", "FOD", "食品", "Food", ("01-22",)),
    Product("WASTE", "REC", "固废", "Waste", ("any",)),
)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ("RICE", ["RICE"]),
        ("rice", ["RICE"]),
        ("1006.30", ["RICE"]),
        ("1006302000", ["RICE"]),
        ("1001.99", ["CEREAL"]),
        ("1006", ["CEREAL", "PADDY", "RICE"]),
        ("0302.32", ["TUNA"]),
        ("0302.11", ["FISH", "FISH_HIST"]),
        ("2203.00", ["FOOD_ANY"]),
        ("8517.13", []),
        ("any", []),
        ("", []),
    ],
)
def test_an_hs_code_finds_the_longest_heading_and_several_are_not_guessed(wanted: str, codes: list[str]) -> None:
    assert [one.code for one in find_products(wanted, PRODUCTS)] == sorted(codes)


def test_a_frozen_limit_comes_back_as_it_was() -> None:
    limit = a_limit(valid_from=TODAY, operator="RANGE", value="4.0", value2="7.50", strict="low", unit="pH")
    assert thawed(frozen(limit)) == limit
    assert frozen(limit)["value2"] == "7.50"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"operator": "ABOUT"}, "UNKNOWN_CHOICE"),
        ({"value": ""}, "NOT_A_NUMBER"),
        ({"value": "NaN"}, "NOT_A_NUMBER"),
        ({"standard": " "}, "FIELD_NEEDED"),
        ({"severity": ""}, "UNKNOWN_CHOICE"),
        ({"operator": "RANGE", "value2": "0.1"}, "RANGE_ENDS"),
        ({"operator": "NCM2", "m": "0"}, "FIELD_NEEDED"),
        ({"operator": "NCM2", "n": "5", "c": "5", "m": "0"}, "PLAN_C_NOT_BELOW_N"),
        ({"operator": "NCM3", "n": "5", "c": "1", "m": "100", "M": "100"}, "RANGE_ENDS"),
    ],
)
def test_a_limit_that_cannot_be_judged_by_is_refused(other: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        a_limit(**other)
    assert caught.value.code == code


# ---- origin, use, trade mode, parts of the goods ---------------------------------------------------------------------

JP = Situation("JP 日本", "infant food", "general trade")


@pytest.mark.parametrize(
    ("asked", "here", "wanted"),
    [
        ({}, Situation(), "yes"),
        ({"origin": "JP;KR"}, JP, "yes"),
        ({"origin": "!JP"}, JP, "no"),
        ({"origin": "!KR"}, JP, "yes"),
        ({"origin": "KR"}, JP, "no"),
        ({"origin": "JP"}, Situation(), "unknown"),
        ({"intended_use": "Infant food"}, JP, "yes"),
        ({"intended_use": "feed"}, JP, "no"),
        ({"intended_use": "feed"}, Situation("JP"), "unknown"),
        ({"trade_mode": "bonded"}, JP, "no"),
        ({"trade_mode": "bonded"}, Situation("JP", "feed"), "unknown"),
        ({"trade_mode": "bonded", "origin": "KR"}, Situation("JP"), "no"),
    ],
)
def test_a_limit_holds_where_all_that_it_asks_for_is_declared(
    asked: dict[str, str], here: Situation, wanted: str
) -> None:
    assert stands(a_limit(**asked), here) == wanted


def proposed(limits: list[LimitVersion], here: Situation = JP) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(limit, choices, why) of each proposal."""
    found, _ = propose(RICE, "CN", TODAY, limits, [a_method()], NAMES, here)
    return [(one.limit.code if one.limit else "", tuple(c.code for c in one.choices), one.why) for one in found]


def test_the_narrower_limit_goes_before_the_wider_one() -> None:
    wide, narrow, other = a_limit("L1"), a_limit("L2", origin="JP"), a_limit("L3", origin="KR")
    ((limit, choices, why),) = proposed([wide, narrow, other])
    assert (limit, choices, why[0]) == ("L2", (), "LIMIT_IN_FORCE")
    assert proposed([wide, narrow, other], Situation("VN"))[0][0] == "L1"


def test_what_the_declaration_does_not_settle_is_a_choice_with_its_rows_and_never_two_analyses() -> None:
    parts = [a_limit("L1", matrix="husked"), a_limit("L2", matrix="polished", value="0.1")]
    ((limit, choices, why),) = proposed(parts)
    assert (limit, choices, why[:2]) == ("", ("L1", "L2"), ("LIMIT_TO_CHOOSE", "SEVERAL_MATRICES"))
    use = [a_limit("L1"), a_limit("L2", intended_use="infant food", value="0.05")]
    ((limit, choices, why),) = proposed(use, Situation("JP"))
    assert (limit, choices, why[:2]) == ("", ("L1", "L2"), ("LIMIT_TO_CHOOSE", "USE_NOT_DECLARED"))
    (found,), _ = propose(RICE, "CN", TODAY, parts, [a_method()], NAMES)
    assert [one["limit"] for one in found.record()["choices"]] == ["L1", "L2"] and found.frozen_limit() is None


def test_a_limit_that_only_informs_stands_beside_the_one_that_judges() -> None:
    found = proposed([a_limit("L1"), a_limit("L2", operator="INFO_LE")])
    assert [(limit, choices) for limit, choices, _ in found] == [("L1", ()), ("L2", ())]


def test_a_proposal_says_amount_section_and_what_is_not_known() -> None:
    (found,), _ = needs([a_limit()], [a_method(portion="20 g")])
    assert (found.portion, found.section, found.unknown) == ("20 g", "ELEMENTS", ())
    (plan,), _ = needs([a_limit(operator="NCM2", n="5", c="0", m="0", value="", portion="25 g")], [a_method()])
    assert plan.portion == "5 × 25 g"
    (bare,), _ = needs([a_limit()], [a_method(technique="various")])
    assert bare.unknown == ("PORTION_NOT_STATED", "SECTION_UNKNOWN")
    assert replace(found, capable=False).unknown == ("NOBODY_AUTHORISED",)
    (without,), _ = needs([a_limit()], [])
    assert without.unknown == ("NO_METHOD",)


def test_every_technique_of_the_catalogue_has_its_section_or_none_by_a_written_rule() -> None:
    techniques = {row["technique"] for row in seed_rows("methods")}
    assert {one for one in techniques if section_of(one) == "SECTION_UNKNOWN"} == {"various"}


# ---- additives together ----------------------------------------------------------------------------------------------


def test_a_ratio_is_proposed_where_two_members_have_maxima_of_its_standard() -> None:
    additives = {code: Analyte(code, code, code, "numeric", "g/kg") for code in ("BENZOIC", "SORBIC")}
    ratio = Analyte("PRESERV_RATIO", "比", "Ratio", "sum", "ratio", "", "BENZOIC+SORBIC+PROPIONIC", "RATIO_SUM")
    together = a_limit("L9", product="FOOD_ANY", analyte="PRESERV_RATIO", unit="ratio", standard="GB 2760-2024")

    def found(*limits: LimitVersion) -> list[tuple[str, list[str]]]:
        asked, _ = propose(RICE, "CN", TODAY, [*limits, together], [], additives | {"PRESERV_RATIO": ratio})
        return [(one.analyte, [share["limit"] for share in one.record()["shares"]]) for one in asked]

    benzoic = a_limit("L1", analyte="BENZOIC", standard="GB 2760-2014", unit="g/kg")
    sorbic = a_limit("L2", analyte="SORBIC", standard="GB 2760-2024", unit="g/kg")
    assert found(benzoic, sorbic) == [("BENZOIC", []), ("SORBIC", []), ("PRESERV_RATIO", ["L1", "L2"])]
    assert found(benzoic) == [("BENZOIC", [])]
    assert found(benzoic, replace(sorbic, standard="Contract 17")) == [("BENZOIC", []), ("SORBIC", [])]
    assert found(benzoic, replace(sorbic, operator="GE")) == [("BENZOIC", []), ("SORBIC", [])]

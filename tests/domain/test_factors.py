"""Factor sets and how a group is taken together: the values of WHO 2005, members of every sum, and the bound."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lims.domain.combination import combination, members
from lims.domain.factors import FactorSet, factor_set_from
from lims.domain.reference import KINDS
from lims.domain.requirement import Analyte, analyte_from
from lims.domain.residue import residue_from
from lims.domain.rules.errors import BadInput
from lims.domain.specification import LimitVersion, limit_from
from lims.services.catalogue import seed_rows

PUBLISHED = {
    "1": "TCDD2378 PECDD12378",
    "0.3": "PECDF23478",
    "0.1": "HXCDD123478 HXCDD123678 HXCDD123789 TCDF2378 HXCDF123478 HXCDF123678 HXCDF123789 HXCDF234678 PCB126",
    "0.03": "PECDF12378 PCB169",
    "0.01": "HPCDD1234678 HPCDF1234678 HPCDF1234789",
    "0.0003": "OCDD OCDF PCB81",
    "0.0001": "PCB77",
    "0.00003": "PCB105 PCB114 PCB118 PCB123 PCB156 PCB157 PCB167 PCB189",
}
"""Van den Berg et al. 2006, table 1."""


def contents(kind: str) -> dict[str, dict[str, str]]:
    made = KINDS[kind]
    return {
        row[made.key]: {name: row.get(name) or "" for name in made.fields} for row in seed_rows(made.file)
    }


ANALYTES = {code: analyte_from(code, content) for code, content in contents("analyte").items()}
LIMITS = {code: limit_from(0, code, 1, content) for code, content in contents("limit").items()}
RESIDUES = [residue_from(code, content) for code, content in contents("residue_definition").items()]
WHO = factor_set_from("WHO2005", contents("factor_set")["WHO2005"])


def of(analyte: str, jurisdiction: str = "CN") -> dict[str, Decimal]:
    return {one.analyte: one.factor for one in members(ANALYTES[analyte], RESIDUES, WHO, jurisdiction)}


def test_every_factor_is_the_published_one() -> None:
    wanted = {code: Decimal(factor) for factor, codes in PUBLISHED.items() for code in codes.split()}
    assert WHO.factors == wanted and len(wanted) == 29


def test_dioxins_have_17_members_and_with_the_dioxin_like_pcb_29() -> None:
    dioxins, both = of("DIOXIN"), of("DIOXIN_DLPCB")
    assert len(dioxins) == 17 and len(both) == 29 and dioxins.items() <= both.items()
    assert {code for code in both if code not in dioxins} == {code for code in both if code.startswith("PCB")}


@pytest.mark.parametrize("analyte", [one for one in ANALYTES.values() if one.sum_members], ids=lambda one: one.code)
def test_every_member_of_every_sum_is_an_analyte_with_names(analyte: Analyte) -> None:
    found = of(analyte.code)
    assert len(found) > 1 and set(found) <= set(ANALYTES)
    assert all(ANALYTES[code].name_zh and ANALYTES[code].name_en and ANALYTES[code].cas for code in found)


def test_the_azo_amines_are_the_24_of_the_standard() -> None:
    assert list(of("AZO_ANY")) == [f"AZO{n:02}" for n in range(1, 25)]
    assert ANALYTES["AZO22"].shown_by == ("ANILINE", "PPDA")


def bound(**fields: str) -> LimitVersion:
    base = {"jurisdiction": "CN", "product": "P", "analyte": "A", "operator": "LE", "value": "1", "unit": "mg/kg",
            "standard": "S", "severity": "SHE"}  # fmt: skip
    return limit_from(0, "L", 1, base | fields)


SUM = Analyte("A", "甲", "A", "sum", "mg/kg", sum_members="B+C")


@pytest.mark.parametrize(("limit", "analyte", "wanted"), [
    (bound(sum_rule="SUM_LB"), SUM, ("SUM", "LB", "SUM_LB")),
    (bound(sum_rule="SUM_UB"), SUM, ("SUM", "UB", "SUM_UB")),
    (bound(sum_rule="CN_ND_HALF_LOD_OR_CONFIG"), SUM, ("SUM", "MB", "CN_ND_HALF_LOD_OR_CONFIG")),
    (bound(sum_rule="EACH_MEMBER"), SUM, ("EACH", None, "EACH_MEMBER")),
    (bound(), SUM, ("SUM", None, "NO_BOUND_GIVEN")),
    (bound(operator="ND", value=""), SUM, ("EACH", None, "NONE_MAY_BE_DETECTED")),
    (bound(), ANALYTES["AZO_ANY"], ("EACH", None, "ANALYTE_IS_EACH")),
    (bound(sum_rule="SUM_UB"), ANALYTES["DIOXIN"], ("TEQ", "UB", "SUM_UB")),
    (None, ANALYTES["PRESERV_RATIO"], ("RATIO_SUM", None, "NO_BOUND_GIVEN")),
    (None, SUM, ("SUM", None, "NO_BOUND_GIVEN")),
])  # fmt: skip
def test_the_law_says_first_how_members_are_taken_together(
    limit: LimitVersion | None, analyte: Analyte, wanted: tuple[str, str | None, str]
) -> None:
    assert combination(limit, analyte) == wanted


def test_where_the_limit_leaves_it_to_the_laboratory_its_rule_sets_the_bound() -> None:
    left, set_by_law = bound(sum_rule="CN_ND_HALF_LOD_OR_CONFIG"), bound(sum_rule="SUM_LB")
    assert combination(left, SUM, "UB") == ("SUM", "UB", "SET_BY_THE_LABORATORY")
    assert combination(set_by_law, SUM, "UB") == ("SUM", "LB", "SUM_LB")


@pytest.mark.parametrize(("code", "wanted"), [
    ("L0427", ("SUM", "LB")), ("L0460", ("TEQ", "UB")), ("L0295", ("SUM", "LB")), ("L0072", ("SUM", "MB")),
    ("L0220", ("EACH", None)), ("L0265", ("EACH", None)), ("L0114", ("SUM", None)), ("L0142", ("EACH", None)),
])  # fmt: skip
def test_limits_that_ship_say_what_their_law_says(code: str, wanted: tuple[str, str | None]) -> None:
    assert combination(LIMITS[code], ANALYTES[LIMITS[code].analyte])[:2] == wanted


@pytest.mark.parametrize(("factors", "code"), [
    ("", "FIELD_NEEDED"), ("A", "NOT_A_NUMBER"), ("A:x", "NOT_A_NUMBER"), ("A:inf", "NOT_A_NUMBER"),
    ("A:0", "NOT_POSITIVE"), ("A:1;A:2", "MEMBER_TWICE"), (":1", "MEMBER_TWICE"),
])  # fmt: skip
def test_a_set_that_cannot_stand_names_its_field(factors: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        factor_set_from("X", {"name_en": "x", "name_zh": "甲", "factors": factors})
    assert (caught.value.code, caught.value.params["field"]) == (code, "factors")


def test_a_congener_without_a_factor_is_no_zero() -> None:
    with pytest.raises(BadInput) as caught:
        members(ANALYTES["DIOXIN"], (), FactorSet("X", 1, {"TCDD2378": Decimal(1)}), "EU")
    assert (caught.value.code, caught.value.params["member"]) == ("NO_FACTOR", "PECDD12378")
    with pytest.raises(BadInput, match="NO_FACTOR_SET"):
        members(ANALYTES["DIOXIN"], (), None, "EU")

"""Groups on both engines: members as typed, the sum at every bound, the reviewer's choice, and what a result orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.rules.errors import BadInput, Forbidden, Refused
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.certificate import CertificateRow
from lims.services import judging, lookup, members
from lims.services.reading import sample as samples
from lims.services.reading.analysis import AnalysisView
from lims.services.recording import EnterResult
from lims.services.result import Entered
from tests import builders as b
from tests.domain.test_factors import PUBLISHED

ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
AFLATOXINS = {"AFB1": "1.2", "AFB2": "<0.1", "AFG1": "<0.1", "AFG2": "ND (<0.03)"}
"""Vector S01."""
AMINES = {f"AZO{n:02}": "<5" for n in range(1, 25) if n != 22}


def received(lab: b.Laboratory, product: str, jurisdiction: str = "CN") -> tuple[str, str]:
    """Numbers of the request and of its received sample."""
    no = b.lodged(lab, product, jurisdiction=jurisdiction)
    return no, b.received(lab, no)


def analyses(lab: b.Laboratory, sample_no: str) -> dict[str, AnalysisView]:
    with lab.acting(lab.cast.anna) as tx:
        return {one.analyte: one for one in samples.detail(tx, sample_no).analyses}


def on_the_bench(lab: b.Laboratory, sample_no: str, analyte: str) -> AnalysisView:
    one = analyses(lab, sample_no)[analyte]
    b.on_worksheets(lab, sample_no, (one.method,))
    return one


def a_group(lab: b.Laboratory, product: str, analyte: str, jurisdiction: str = "CN") -> int:
    _, sample_no = received(lab, product, jurisdiction)
    return on_the_bench(lab, sample_no, analyte).id


def entered(lab: b.Laboratory, analysis_id: int, typed: Mapping[str, str], **more: Any) -> Entered:
    with lab.acting(lab.cast.anna) as tx:
        return b.result.enter(tx, EnterResult(analysis_id, "", members=typed, **more))


def kept(lab: b.Laboratory, analysis_id: int) -> ResultRow:
    """The newest result, after it was judged again to the same verdict from what is stored."""
    with lab.acting(lab.cast.anna) as tx:
        row = lookup.analysis(tx, analysis_id, lookup.joinedload(AnalysisRow.result))
        assert row.result is not None
        again = judging.judge_stored(row)
        assert (again.verdict, again.reason or "") == (row.result.verdict, row.result.verdict_reason)
        tx.session.expunge(row.result)
        return row.result


def frozen_rule(lab: b.Laboratory, analysis_id: int) -> dict[str, str]:
    with lab.acting(lab.cast.anna) as tx:
        return dict(lookup.analysis(tx, analysis_id).rule)


def refused(lab: b.Laboratory, analysis_id: int, typed: Mapping[str, str]) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        entered(lab, analysis_id, typed)
    return caught.value.code, str(caught.value.params["field"])


# ---- sums ------------------------------------------------------------------------------------------------------------


def test_aflatoxins_in_a_peanut_lot_are_judged_at_the_lower_bound(laboratory: b.Laboratory) -> None:
    """S01 through the bench."""
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    found = entered(laboratory, one, AFLATOXINS, expanded="20%")
    row = kept(laboratory, one)
    assert (found.verdict, found.value, found.qualifier, found.unit) == ("PASS", "1.2", "", "µg/kg")
    assert row.calculation["bounds"] == {"LB": "1.2", "MB": "1.315", "UB": "1.43"}
    assert (row.calculation["combine"], row.calculation["bound"], row.calculation["why"]) == ("SUM", "LB", "SUM_LB")
    assert [(m["code"], m["text"], m["low"], m["high"]) for m in row.calculation["members"]] == [
        ("AFB1", "1.2", "1.2", "1.2"), ("AFB2", "<0.1", "0", "0.1"), ("AFG1", "<0.1", "0", "0.1"),
        ("AFG2", "ND (<0.03)", "0", "0.03"),
    ]  # fmt: skip
    assert row.calculation["members"][3]["lod"] == "0.03" and row.calculation["members"][0]["loq"] == "0.1"
    assert row.text == "AFB1 1.2; AFB2 <0.1; AFG1 <0.1; AFG2 ND (<0.03)"
    assert "SUM: AFB1 1.2 + AFB2 <0.1" in row.conformity["worked"] and row.expanded == Decimal("0.24")


def test_a_sum_of_nothing_found_is_reported_below_its_upper_bound(laboratory: b.Laboratory) -> None:
    """S02: never 0."""
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    found = entered(laboratory, one, dict.fromkeys(AFLATOXINS, "<0.1"))
    row = kept(laboratory, one)
    assert row.calculation["bounds"] == {"LB": "0", "MB": "0.2", "UB": "0.4"}
    assert (found.verdict, found.qualifier, found.value, row.status) == ("PASS", "<", "0.4", "censored")


def test_members_may_be_given_in_other_units_and_with_their_own_u(laboratory: b.Laboratory) -> None:
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    given = {"AFB1": "0.0043 mg/kg ± 0.0004", "AFB2": "0.3 ± 0.3", "AFG1": "<0.1", "AFG2": "ND"}
    found = entered(laboratory, one, given)
    row = kept(laboratory, one)
    assert row.value == Decimal("4.6") and row.expanded == Decimal("0.5"), "U in quadrature: 0.4 and 0.3"
    assert found.verdict == "FAIL", "4.6 - 0.5 is above 4.0"


@ON_SQLITE
def test_members_without_a_u_of_their_own_take_it_from_the_validated_method(laboratory: b.Laboratory) -> None:
    """20 % of each, k = 2, added as squares; a typed one stays, and what is typed for the sum goes before them all."""
    _, sample_no = received(laboratory, "PEANUT", "EU")
    one = on_the_bench(laboratory, sample_no, "AFT")
    b.released_method(laboratory, one.method)
    found = entered(laboratory, one.id, {"AFB1": "3.0", "AFB2": "<0.1", "AFG1": "1.5", "AFG2": "ND"})
    row = kept(laboratory, one.id)
    assert row.expanded is not None and row.expanded.quantize(Decimal("0.0001")) == Decimal("0.6708")
    assert found.verdict == "PASS", "4.5 - 0.67 is not above 4.0"
    assert row.conformity["uncertainty"] == {"source": "method", "name": "VR-2026-014"}
    assert [(m["uncertainty"] or {}).get("expanded") for m in row.calculation["members"]] == ["0.6", None, "0.3", None]
    entered(laboratory, one.id, {"AFB1": "3.0 ± 0.1", "AFB2": "ND", "AFG1": "ND", "AFG2": "ND"}, reason="read again")
    row = kept(laboratory, one.id)
    assert (row.expanded, row.conformity["uncertainty"]["source"]) == (Decimal("0.1"), "typed")
    entered(laboratory, one.id, {**AFLATOXINS, "AFB1": "3.0"}, expanded="10%", reason="from the pool")
    assert kept(laboratory, one.id).expanded == Decimal("0.30")


def test_ddt_is_a_plain_sum_here_and_carbofuran_converts_its_metabolite(laboratory: b.Laboratory) -> None:
    _, sample_no = received(laboratory, "FRESHVEG")
    ddt = on_the_bench(laboratory, sample_no, "DDT").id
    typed = {"PPDDT": "0.021", "OPDDT": "0.010", "PPDDE": "0.013", "PPDDD": "0.011"}
    assert entered(laboratory, ddt, typed).verdict == "FAIL", "0.055 against 0.05"
    assert kept(laboratory, ddt).value == Decimal("0.055")
    one = on_the_bench(laboratory, sample_no, "CARBOFURAN").id
    found = entered(laboratory, one, {"CARBOFURAN_P": "0.011", "CARBOFURAN_3OH": "0.010"})
    row = kept(laboratory, one)
    assert (found.verdict, found.value) == ("FAIL", "0.0203"), "0.011 + 0.00933 against 0.02"
    assert row.calculation["members"][1]["told"] == "221.26/237.25"
    assert row.calculation["sources"] == [{"kind": "residue_definition", "code": "CARBOFURAN", "version": "1"}]
    assert "CARBOFURAN_3OH 0.010×221.26/237.25" in row.conformity["worked"]


def test_dioxins_are_weighted_by_who_2005_and_judged_at_the_upper_bound(laboratory: b.Laboratory) -> None:
    codes = [code for group in PUBLISHED.values() for code in group.split() if not code.startswith("PCB")]
    one = a_group(laboratory, "FISH", "DIOXIN", "EU")
    found = entered(laboratory, one, {**dict.fromkeys(codes, "<0.5"), "TCDD2378": "1.1", "PECDF23478": "2.0"})
    row = kept(laboratory, one)
    # 1.1 + 2.0×0.3 = 1.7; the rest at 0.5: ×(1 + 8×0.1 + 0.03 + 3×0.01 + 2×0.0003) = 0.9303
    assert row.calculation["bounds"]["LB"] == "1.7" and row.calculation["bounds"]["UB"] == "2.6303"
    assert (found.value, found.verdict, row.calculation["bound"]) == ("2.63", "INCONCLUSIVE", "UB")
    assert found.reason == "UNCERTAINTY_MISSING", "beyond doubt needs a U"
    assert entered(laboratory, one, {**dict.fromkeys(codes, "<0.5"), "TCDD2378": "4.1"}, expanded="10%",
                   reason="read again").verdict == "FAIL"  # fmt: skip
    assert row.calculation["sources"] == [{"kind": "factor_set", "code": "WHO2005", "version": "1"}]


def test_phthalates_in_a_toy_are_summed_at_the_lower_bound(laboratory: b.Laboratory) -> None:
    one = a_group(laboratory, "TOY_PLASTIC", "PHT3A")
    assert entered(laboratory, one, {"DBP": "0.05", "BBP": "<0.03", "DEHP": "0.05"}).verdict == "PASS"
    assert kept(laboratory, one).value == Decimal("0.10")
    worse = {"DBP": "0.05", "BBP": "0.03", "DEHP": "500 mg/kg"}
    assert entered(laboratory, one, worse, reason="repeated").verdict == "FAIL"
    assert kept(laboratory, one).value == Decimal("0.13"), "500 mg/kg is 0.05 %"


def test_indicator_pcb_count_half_of_what_was_not_found(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    with laboratory.acting(laboratory.cast.rita) as tx:
        b.request.add_analysis(tx, b.request.AddAnalysis(no, 1, "PCB7", "GB 5009.190-2014", "asked for"))
    sample_no = b.received(laboratory, no)
    one = on_the_bench(laboratory, sample_no, "PCB7").id
    codes = ("PCB28", "PCB52", "PCB101", "PCB118", "PCB138", "PCB153", "PCB180")
    found = entered(laboratory, one, {**dict.fromkeys(codes, "<5"), "PCB28": "4"})
    row = kept(laboratory, one)
    assert row.calculation["bounds"] == {"LB": "4", "MB": "19", "UB": "34"}
    assert (found.value, found.verdict, row.calculation["bound"]) == ("19", "PASS", "MB")
    assert row.calculation["why"] == "SET_BY_THE_LABORATORY"
    line = analyses(laboratory, sample_no)["PCB7"]
    assert "not found counts half in the sum" in line.rule_line and "求和时未检出按一半计" in line.rule_line_zh
    assert frozen_rule(laboratory, one)["nd_in_sums"] == "MB"


# ---- the bound -------------------------------------------------------------------------------------------------------


def sensitive(lab: b.Laboratory) -> int:
    """S03: DDT in vegetables, law names no bound; LB 0.039, UB 0.059 around 0.05."""
    _, sample_no = received(lab, "FRESHVEG")
    one = on_the_bench(lab, sample_no, "DDT").id
    entered(lab, one, {"PPDDT": "0.039", "OPDDT": "<0.01", "PPDDE": "<0.01", "PPDDD": "ND (<0.002)"})
    return one


def test_a_verdict_that_hangs_on_the_bound_waits_for_the_reviewer(laboratory: b.Laboratory) -> None:
    one = sensitive(laboratory)
    row = kept(laboratory, one)
    assert (row.verdict, row.verdict_reason, row.value) == ("INCONCLUSIVE", "CENSORING_SENSITIVE", None)
    assert row.calculation["bounds"] == {"LB": "0.039", "MB": "0.050", "UB": "0.061"}
    with pytest.raises(Refused) as caught:
        b.verified(laboratory, one)
    assert caught.value.code == "BOUND_NOT_SETTLED"
    with laboratory.acting(laboratory.cast.boris) as tx:
        members.settle_bound(tx, one, "UB", "baby food follows")
    row = kept(laboratory, one)
    assert (row.verdict, row.value, row.verdict_reason) == ("FAIL", Decimal("0.061"), "")
    assert row.calculation["settled"]["by"] == "Boris" and row.calculation["settled"]["reason"] == "baby food follows"
    b.verified(laboratory, one)


@ON_SQLITE
def test_the_bound_is_chosen_by_a_reviewer_with_a_reason_and_only_where_it_is_open(laboratory: b.Laboratory) -> None:
    one = sensitive(laboratory)

    def settle(who: str, bound: str = "LB", reason: str = "as in the method") -> None:
        with laboratory.acting(getattr(laboratory.cast, who)) as tx:
            members.settle_bound(tx, one, bound, reason)

    for who in ("anna", "vera", "quentin"):
        with pytest.raises(Forbidden):
            settle(who)
    with pytest.raises(Refused, match="REASON_NEEDED"):
        settle("boris", reason=" ")
    with pytest.raises(BadInput, match="UNKNOWN_CHOICE"):
        settle("boris", bound="XB")
    settle("boris")
    settle("boris", bound="MB", reason="the method counts half")
    assert kept(laboratory, one).value == Decimal("0.050") and kept(laboratory, one).verdict == "PASS"
    entered(laboratory, one, dict.fromkeys(("PPDDT", "OPDDT", "PPDDE", "PPDDD"), "<0.01"), reason="read again")
    assert kept(laboratory, one).calculation["settled"] is None, "a new result is a new question"
    with pytest.raises(Refused, match="BOUND_NOT_OPEN"):
        settle("boris")


# ---- each by itself, ratios, bans ------------------------------------------------------------------------------------


def test_amines_are_judged_one_by_one(laboratory: b.Laboratory) -> None:
    """S04 and S05 with the reporting limit of 20 mg/kg."""
    one = a_group(laboratory, "TEX_A", "AZO_ANY")
    assert entered(laboratory, one, {**AMINES, "AZO02": "12", "AZO18": "12"}).verdict == "PASS"
    found = entered(laboratory, one, {**AMINES, "AZO18": "18.2", "AZO24": "25.1"}, reason="read again")
    row = kept(laboratory, one)
    assert (found.verdict, found.value, row.calculation["failing"]) == ("FAIL", "25.1", ["AZO24"])
    assert "AZO24: 25.1 mg/kg > 20 mg/kg" in row.conformity["worked"]
    entered(laboratory, one, AMINES, reason="another extract")
    row = kept(laboratory, one)
    assert (row.verdict, row.qualifier, row.value) == ("PASS", "<", Decimal("5"))


def test_what_the_method_splits_orders_the_amine_by_its_own_method(laboratory: b.Laboratory) -> None:
    _, sample_no = received(laboratory, "TEX_A")
    one = on_the_bench(laboratory, sample_no, "AZO_ANY").id
    entered(laboratory, one, {**AMINES, "ANILINE": "31"})
    assert "AZO22" not in analyses(laboratory, sample_no), "aniline alone does not show it"
    entered(laboratory, one, {**AMINES, "ANILINE": "31", "PPDA": "22"}, reason="read again")
    ordered = analyses(laboratory, sample_no)["AZO22"]
    assert (ordered.method, ordered.state, ordered.origin) == ("GB/T 23344-2009", "waiting", "ordered")
    b.on_worksheets(laboratory, sample_no, (ordered.method,))
    assert b.entered(laboratory, ordered.id, "18").verdict == "PASS", "against the reporting limit of 20"
    assert b.entered(laboratory, ordered.id, "26", reason="repeated").verdict == "FAIL"


def test_of_a_banned_group_no_member_may_be_detected(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    with laboratory.acting(laboratory.cast.rita) as tx:
        method = next(row["method"] for row in b.catalogue.seed_rows("methods") if "MG_SUM" in row["analytes"])
        b.request.add_analysis(tx, b.request.AddAnalysis(no, 1, "MG_SUM", method, "asked for"))
    one = on_the_bench(laboratory, b.received(laboratory, no), "MG_SUM").id
    assert entered(laboratory, one, {"MG": "ND", "LMG": "ND"}).verdict == "PASS"
    found = entered(laboratory, one, {"MG": "ND", "LMG": "1.3"}, reason="read again")
    assert found.verdict == "FAIL" and kept(laboratory, one).calculation["failing"] == ["LMG"]


# ---- entry -----------------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_a_member_that_is_none_or_missing_is_named(laboratory: b.Laboratory) -> None:
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    assert refused(laboratory, one, {**AFLATOXINS, "AFG2": " "}) == ("MEMBER_MISSING", "members.AFG2")
    assert refused(laboratory, one, {**AFLATOXINS, "DON": "1"}) == ("UNKNOWN_MEMBER", "members.DON")
    assert refused(laboratory, one, {**AFLATOXINS, "AFB1": "1,234"}) == ("AMBIGUOUS_NUMBER", "members.AFB1")
    assert refused(laboratory, one, {**AFLATOXINS, "AFB1": "1; 2"}) == ("NOT_A_RESULT", "members.AFB1")
    assert refused(laboratory, one, {**AFLATOXINS, "AFB1": "-----"}) == ("NOT_A_RESULT", "members.AFB1")
    with laboratory.acting(laboratory.cast.anna) as tx, pytest.raises(BadInput, match="NOT_A_NUMBER"):
        b.result.enter(tx, EnterResult(one, "", members=AFLATOXINS, expanded="much"))
    with laboratory.acting(laboratory.cast.anna) as tx, pytest.raises(BadInput, match="WAYS_SEVERAL"):
        b.result.enter(tx, EnterResult(one, "1.2", members=AFLATOXINS))
    assert entered(laboratory, one, {**AFLATOXINS, "AFB1": "1.2 CFU/g"}).verdict == "INVALID"


@ON_SQLITE
def test_what_is_no_group_takes_no_members(laboratory: b.Laboratory) -> None:
    one = a_group(laboratory, "FISH", "CD")
    assert refused(laboratory, one, {"CD": "0.1"}) == ("NOT_A_GROUP", "members")


@ON_SQLITE
def test_a_sum_may_still_be_typed_as_one_number(laboratory: b.Laboratory) -> None:
    one = a_group(laboratory, "PEANUT", "AFT", "EU")
    assert b.entered(laboratory, one, "1.2", expanded="20%").verdict == "PASS"
    assert kept(laboratory, one).calculation is None


# ---- two steps -------------------------------------------------------------------------------------------------------


def test_total_arsenic_below_the_limit_ends_the_test(laboratory: b.Laboratory) -> None:
    """S09 (rice, 0.2 mg/kg of inorganic arsenic)."""
    _, sample_no = received(laboratory, "RICE")
    first = on_the_bench(laboratory, sample_no, "AS")
    assert "TOTAL_FIRST" in first.why and first.limit_value == "0.2" and "IAS" not in analyses(laboratory, sample_no)
    assert b.entered(laboratory, first.id, "0.18").verdict == "PASS"
    assert "IAS" not in analyses(laboratory, sample_no)


def finished(lab: b.Laboratory, sample_no: str, given: Mapping[str, str]) -> None:
    """Everything of the sample that is not verified yet, at the values given or at a tenth of the limit."""
    open_ones = [one for one in analyses(lab, sample_no).values() if one.state != "verified"]
    waiting = tuple(dict.fromkeys(one.method for one in open_ones if one.state == "waiting"))
    b.on_worksheets(lab, sample_no, waiting)
    for one in open_ones:
        if one.state in ("waiting", "assigned"):
            b.entered(lab, one.id, given.get(one.analyte) or str(Decimal(one.limit_value) / 10))
        b.verified(lab, one.id)


@pytest.mark.parametrize(("second", "verdict"), [("0.15", "PASS"), ("0.21", "FAIL")])
def test_total_arsenic_above_the_limit_orders_the_species(
    laboratory: b.Laboratory, second: str, verdict: str
) -> None:
    """S10, and the second test alone decides."""
    no, sample_no = received(laboratory, "RICE")
    first = on_the_bench(laboratory, sample_no, "AS")
    found = b.entered(laboratory, first.id, "0.26")
    assert (found.verdict, found.reason) == ("INCONCLUSIVE", "NEXT_TEST_NEEDED")
    ordered = analyses(laboratory, sample_no)["IAS"]
    assert (ordered.origin, ordered.state, ordered.limit_value) == ("ordered", "waiting", "0.2")
    b.verified(laboratory, first.id)
    with laboratory.acting(laboratory.cast.anna) as tx:
        assert samples.detail(tx, sample_no).state == "in_test"
    finished(laboratory, sample_no, {"IAS": second})
    assert b.approved(laboratory, sample_no) == verdict
    if verdict == "PASS":
        assert certificate(laboratory, no)["summary"]["en"].startswith("The items tested meet")


@ON_SQLITE
def test_a_second_test_is_ordered_once_and_called_off_when_the_total_was_misread(laboratory: b.Laboratory) -> None:
    _, sample_no = received(laboratory, "RICE")
    first = on_the_bench(laboratory, sample_no, "AS").id
    b.entered(laboratory, first, "0.26")
    ordered = analyses(laboratory, sample_no)["IAS"]
    b.entered(laboratory, first, "0.27", reason="read again")
    assert analyses(laboratory, sample_no)["IAS"].id == ordered.id
    b.entered(laboratory, first, "0.17", reason="dilution")
    assert analyses(laboratory, sample_no)["IAS"].state == "cancelled"
    b.entered(laboratory, first, "0.27", reason="no, it was right")
    with laboratory.acting(laboratory.cast.anna) as tx:
        states = [one.state for one in samples.detail(tx, sample_no).analyses if one.analyte == "IAS"]
    assert states == ["cancelled", "waiting"]


@ON_SQLITE
def test_the_species_may_be_asked_for_at_once(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "RICE")
    with laboratory.acting(laboratory.cast.rita) as tx:
        b.request.add_analysis(tx, b.request.AddAnalysis(no, 1, "IAS", "", "the buyer wants it"))
    one = on_the_bench(laboratory, b.received(laboratory, no), "IAS")
    assert entered(laboratory, one.id, {"AS3": "0.15", "AS5": "0.06"}).verdict == "FAIL"
    assert kept(laboratory, one.id).value == Decimal("0.21")


# ---- other vectors and the document ----------------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize(("product", "jurisdiction", "analyte", "text", "verdict", "reason"), [
    ("FISH", "CN", "CD", "<0.05", "PASS", ""),  # S07
    ("FISH", "CN", "CD", "<0.2", "INCONCLUSIVE", "LOQ_ABOVE_LIMIT"),  # S08
    ("LEA_SKIN_EU", "EU", "CR6", "3", "FAIL", ""),  # S11
])  # fmt: skip
def test_the_other_vectors_of_censored_results(
    laboratory: b.Laboratory, product: str, jurisdiction: str, analyte: str, text: str, verdict: str, reason: str
) -> None:
    one = a_group(laboratory, product, analyte, jurisdiction)
    found = b.entered(laboratory, one, text, expanded="0" if jurisdiction == "EU" else "")
    assert (found.verdict, found.reason) == (verdict, reason)


def certificate(lab: b.Laboratory, request_no: str) -> dict[str, Any]:
    b.decided(lab, f"{request_no}-L1", "RELEASE")
    issued = b.certified(lab, f"{request_no}-L1")
    with lab.acting(lab.cast.chen) as tx:
        stored = tx.session.scalars(select(CertificateRow.content).where(CertificateRow.no == issued.no)).one()
    content: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return content


def test_the_certificate_names_the_bound_and_prints_every_member(laboratory: b.Laboratory) -> None:
    no, sample_no = received(laboratory, "TOY_PLASTIC")
    one = on_the_bench(laboratory, sample_no, "PHT3A")
    entered(laboratory, one.id, {"DBP": "0.02", "BBP": "<0.005", "DEHP": "0.03"})
    finished(laboratory, sample_no, {})
    b.approved(laboratory, sample_no)
    (printed,) = [row for row in certificate(laboratory, no)["rows"] if row["members"]]
    assert printed["result"] == "0.05" and printed["bound"]["en"] == "sum, lower bound (LB 0.05, MB 0.0525, UB 0.055)"
    assert printed["bound"]["zh"].startswith("总和，下界")
    assert [(m["name"]["en"], m["result"], m["unit"]) for m in printed["members"]] == [
        ("Dibutyl phthalate", "0.02", "%"), ("Benzyl butyl phthalate", "<0.005", "%"),
        ("Di(2-ethylhexyl) phthalate", "0.03", "%"),
    ]  # fmt: skip

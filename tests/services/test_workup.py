"""Results worked up at the bench, on both engines: what is kept of each step, what is compared, what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from lims.domain.crossing import Fact
from lims.domain.rules.errors import BadInput, Refused
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.services import judging, lookup, shown
from lims.services.reading import analysis as reading
from lims.services.reading import catalogue as shelves
from lims.services.reading import sample as samples
from lims.services.recording import EnterResult
from lims.services.result import Entered
from tests import builders as b

CADMIUM, STAPH, TOY = "GB 5009.15-2023", "GB 4789.10-2016", "GB 6675.4-2014 (test)"
on_one = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def an_analysis(lab: b.Laboratory, product: str, analyte: str, method: str = "", jurisdiction: str = "CN") -> int:
    """One analysis of a received sample on its worksheet."""
    no = b.lodged(lab, product, jurisdiction=jurisdiction, declaration=f"5301202611{lab.step:08d}")
    sample_no = b.received(lab, no)
    with lab.acting(lab.cast.anna) as tx:
        rows = samples.detail(tx, sample_no).analyses
    one = next(row for row in rows if row.analyte == analyte and method in ("", row.method))
    b.on_worksheets(lab, sample_no, (one.method,))
    return one.id


def entered(lab: b.Laboratory, analysis_id: int, text: str = "", **more: Any) -> Entered:
    with lab.acting(lab.cast.anna) as tx:
        return b.result.enter(tx, EnterResult(analysis_id, text, **more))


def refused(lab: b.Laboratory, analysis_id: int, text: str = "", **more: Any) -> BadInput:
    with pytest.raises(BadInput) as caught:
        entered(lab, analysis_id, text, **more)
    return caught.value


def kept(lab: b.Laboratory, analysis_id: int) -> ResultRow:
    """The result as stored; judged again it comes to the same verdict."""
    with lab.acting(lab.cast.anna) as tx:
        row = lookup.analysis(tx, analysis_id, lookup.joinedload(AnalysisRow.result))
        assert row.result is not None
        again = judging.judge_stored(row)
        assert (again.verdict, again.reason or "") == (row.result.verdict, row.result.verdict_reason)
        tx.session.expunge(row.result)
        return row.result


# ---- repeated readings ----------------------------------------------------------------------------------------------


def test_two_readings_that_agree_give_their_mean_and_are_kept_as_typed(laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%")
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    assert entered(laboratory, one, replicates=("0.0620", "0.064 mg/kg")).verdict == "PASS"
    row = kept(laboratory, one)
    assert row.value == Decimal("0.063") and shown.reported(row) == "0.0630"
    (part,) = row.calculation["parts"]
    assert part["kind"] == "replicates" and part["inputs"] == ["0.0620", "0.064 mg/kg"]
    assert part["worked"] == "(0.0620 + 0.064) / 2" and part["repeatability"] == "10%"
    assert {"of": "|0.0620 - 0.064|", "value": "0.002"} in part["steps"]


def test_readings_too_far_apart_are_refused_with_the_difference_and_the_limit(laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="20%; 10% from 0.05 mg/kg")
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    error = refused(laboratory, one, replicates=("0.060", "0.070"))
    assert error.code == "REPEAT_NEEDED"
    assert (error.params["difference"], error.params["allowed"], error.params["more"]) == ("0.01", "0.0065", 2)
    assert refused(laboratory, one, replicates=("0.060", "0.070", "0.062")).params["more"] == 1
    entered(laboratory, one, replicates=("0.040", "0.046"), submit=False)  # 15 % is allowed below 0.05
    entered(laboratory, one, replicates=("0.060", "0.070", "0.064", "0.062"), reason="two more")
    row = kept(laboratory, one)
    assert row.value == Decimal("0.063") and row.calculation["parts"][0]["action"] == "MEDIAN"


@on_one
def test_what_cannot_be_averaged_is_refused(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    assert refused(laboratory, one, replicates=("1", "1")).code == "NO_REPEATABILITY"
    b.released_method(laboratory, CADMIUM, repeatability="0.02 mg/kg")
    two = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    for given, code in (
        (("0.06",), "REPLICATES_FEW"), (("0.06", "ND"), "REPLICATES_MIXED"), (("0.06", "soon"), "NOT_A_NUMBER"),
        (("0.06 mg/kg", "60 ug/kg"), "SEVERAL_UNITS"),
    ):  # fmt: skip
        assert refused(laboratory, two, replicates=given).code == code
    assert refused(laboratory, two, "0.06", replicates=("0.06", "0.06")).code == "WAYS_SEVERAL"
    entered(laboratory, two, replicates=("60 ug/kg", "79 ug/kg"), submit=False)  # 19 of 20 ug/kg
    assert kept(laboratory, two).unit == "µg/kg"
    entered(laboratory, two, replicates=("ND", "ND"), reason="read again")
    assert kept(laboratory, two).status == "not_detected"


# ---- plates ----------------------------------------------------------------------------------------------------------

PLATES = ("1e-1: 0, 0", "1e-1: 4, 6; 1e-2: 0, 0", "1e-1: 12, 14", "1e-1: 0, 0", "1e-1: 30, 32; 1e-2: 3, 4")


def test_the_plates_of_five_subsamples_are_judged_by_the_plan(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "MEAT_COOKED", "SAUR")
    entered(laboratory, one, plates=PLATES)
    row = kept(laboratory, one)
    assert row.verdict == "FAIL", "two of five above m = 100 where c = 1"
    assert row.status == "list" and shown.reported(row) == "<10, 50, 130, <10, 310"
    part = row.calculation["parts"][0]
    assert part["inputs"] == list(PLATES)
    assert [one["rule"] for one in part["subsamples"]] == [
        "NO_GROWTH", "ALL_BELOW", "ALL_BELOW", "NO_GROWTH", "ONE_DILUTION",
    ]  # fmt: skip
    entered(laboratory, one, plates=(*PLATES[:4], "1e-1: 0, 0"), reason="wrong dish")
    assert kept(laboratory, one).verdict == "PASS"
    entered(laboratory, one, plates=PLATES[:4], reason="one is lost")
    assert (kept(laboratory, one).verdict, kept(laboratory, one).verdict_reason) == ("INVALID", "N_MISMATCH")


@on_one
def test_a_single_count_is_a_number_with_the_weighted_formula(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "COS_GEN", "APC")
    entered(laboratory, one, plates=("1e-2: 232, 244; 1e-3: 33, 35",))
    row = kept(laboratory, one)
    assert (row.verdict, shown.reported(row)) == ("FAIL", "25000")
    assert row.value == Decimal("24727.2727272727") and row.calculation["shown"] == "25000"
    entered(laboratory, one, plates=("1e-1: 0, 0",), reason="again")
    assert (kept(laboratory, one).verdict, shown.reported(kept(laboratory, one))) == ("PASS", "<10")
    assert refused(laboratory, one, plates=("1e-1: S",), reason="again").code == "PLATES_ALL_SPREAD"


@on_one
def test_the_uncertainty_of_a_count_is_a_factor(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "COS_GEN", "APC")
    entered(laboratory, one, plates=("1e-1: 40, 44",), expanded="0.25 log10")
    row = kept(laboratory, one)
    assert shown.uncertainty(row) == "240..750"  # 420 / 10^0.25 and 420 x 10^0.25
    assert row.conformity["uncertainty"]["source"] == "typed"
    assert row.expanded == Decimal(row.conformity["uncertainty"]["above"]), "an upper limit looks at the upper side"


# ---- corrections and bases -------------------------------------------------------------------------------------------


def test_a_result_as_it_was_weighed_is_put_on_the_basis_of_its_limit(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FEED_COMPOUND", "PB")
    entered(laboratory, one, "4.6 ± 0.46", basis="AS_IS", basis_readings={"moisture": "8.0 %"})
    row = kept(laboratory, one)
    assert row.verdict == "PASS" and row.value == Decimal("4.4") and row.expanded == Decimal("0.44")
    assert shown.reported(row) == "4.4" and shown.uncertainty(row) == "0.44"
    (part,) = row.calculation["parts"]
    assert part["worked"] == "4.6 × 88 / (100 - 8.0)" and part["inputs"] == {"moisture": "8.0 %"}
    assert (part["raw"], part["label_en"], part["from"]) == ("4.6", "on 88 % dry matter", "AS_IS")
    assert row.calculation["typed"] == "4.6 ± 0.46"
    assert row.conformity["worked"].endswith("(on 88 % dry matter)")
    assert row.conformity["worked_zh"].endswith("（以干物质含量88 %计）")


@on_one
def test_what_is_below_the_loq_is_converted_too(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FEED_COMPOUND", "PB")
    entered(laboratory, one, "<4.7", basis_readings={"moisture": "8"})
    row = kept(laboratory, one)
    assert (row.qualifier, shown.reported(row), row.verdict) == ("<", "<4.5", "PASS")
    entered(laboratory, one, "<5.5", basis_readings={"moisture": "8"}, reason="again")
    assert kept(laboratory, one).verdict == "INCONCLUSIVE"
    entered(laboratory, one, "ND", basis_readings={"moisture": "8"}, reason="again")
    assert kept(laboratory, one).status == "not_detected"


@on_one
def test_a_basis_without_its_reading_or_its_sense_is_refused(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FEED_COMPOUND", "PB")
    assert refused(laboratory, one, "4.6", basis="AS_IS").code == "BASIS_MOISTURE_NEEDED"
    out = refused(laboratory, one, "4.6", basis_readings={"moisture": "104"})
    assert out.code == "BASIS_READING_OUT_OF_BOUNDS"
    assert refused(laboratory, one, "4.6", basis_readings={"moisture": "wet"}).code == "NOT_A_NUMBER"
    assert refused(laboratory, one, "4.6", basis="COAL_D").code == "BASIS_OTHER_FAMILY"
    assert refused(laboratory, one, "4.6", basis="MOON").code == "UNKNOWN_CHOICE"
    assert refused(laboratory, one, "4.6, 4.7", basis_readings={"moisture": "8"}).code == "CORRECTION_OF_A_LIST"
    left = refused(laboratory, one, "4.6", basis="DRY_88", basis_readings={"moisture": "8"})
    assert left.code == "BASIS_READINGS_LEFT", "a reading that nothing is done with is no silence"
    entered(laboratory, one, "4.6", basis="DRY_88")
    assert kept(laboratory, one).calculation is None, "it was on the basis of the limit already"


@on_one
def test_methanol_is_compared_at_pure_alcohol(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "SPIRIT_GRAIN", "METHANOL")
    entered(laboratory, one, "0.30 g/L", basis_readings={"strength": "53"})
    assert (kept(laboratory, one).verdict, shown.reported(kept(laboratory, one))) == ("PASS", "0.57")
    entered(laboratory, one, "0.30 g/L", basis_readings={"strength": "45"}, reason="strength read again")
    assert (kept(laboratory, one).verdict, shown.reported(kept(laboratory, one))) == ("FAIL", "0.67")


def test_a_recovery_is_divided_by_only_where_the_method_asks(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    assert refused(laboratory, one, "0.05", recovery="82").code == "RECOVERY_NOT_ASKED"
    b.released_method(laboratory, CADMIUM, recovery_correction="asked", repeatability="10%")
    two = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    assert refused(laboratory, two, "0.05").code == "RECOVERY_NEEDED"
    entered(laboratory, two, replicates=("0.0800", "0.0840"), recovery="82 %")
    row = kept(laboratory, two)
    assert row.value == Decimal("0.1") and row.verdict == "PASS" and shown.reported(row) == "0.100"
    assert [part["kind"] for part in row.calculation["parts"]] == ["replicates", "recovery"]
    assert row.calculation["parts"][1]["raw"] == "0.082"
    assert "corrected for recovery 82 %" in row.conformity["worked"]


def test_lead_from_a_toy_is_compared_less_its_analytical_correction(laboratory: b.Laboratory) -> None:
    bare = {"formula": "", "readings": "", "formula_unit": ""}
    b.released_method(laboratory, TOY, analytical_correction="toy", loq="1", loq_unit="mg/kg", **bare)
    one = an_analysis(laboratory, "TOY_COAT", "PB_MIG", TOY)
    entered(laboratory, one, "120 mg/kg", expanded="30%")
    row = kept(laboratory, one)
    assert (row.verdict, row.value, row.expanded) == ("PASS", Decimal("84.0"), Decimal("25.2"))
    assert row.calculation["parts"][0]["raw"] == "120" and shown.uncertainty(row) == "25"


# ---- uncertainty -----------------------------------------------------------------------------------------------------


def test_the_uncertainty_comes_from_the_bench_then_the_method_then_the_rule(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    entered(laboratory, one, "0.050")
    assert kept(laboratory, one).expanded is None, "the planning figure is judged with by nobody"
    b.released_method(laboratory, CADMIUM)
    entered(laboratory, one, "0.050", reason="validated meanwhile")
    row = kept(laboratory, one)
    assert (row.expanded, row.k) == (Decimal("0.01"), Decimal(2)) and shown.uncertainty(row) == "0.010"
    assert row.conformity["uncertainty"] == {"source": "method", "name": "VR-2026-014", "given": False}
    entered(laboratory, one, "0.050", expanded="0.012", k="2.1", reason="own budget")
    row = kept(laboratory, one)
    assert (shown.uncertainty(row), row.k) == ("0.012", Decimal("2.1"))
    assert row.conformity["uncertainty"]["source"] == "typed"
    with laboratory.acting(laboratory.cast.anna) as tx:
        seen = reading.detail(tx, one).analysis.result
        assert seen is not None and (seen.u_source, seen.k) == ("typed", "2.1")


@on_one
def test_a_budget_of_components_can_be_the_source_of_the_model(laboratory: b.Laboratory) -> None:
    with laboratory.acting(laboratory.cast.kate) as tx:
        content = dict(shelves.detail(tx, "method", CADMIUM).versions[0].content)
    record = json.loads(b.validated_method(content)["validation"])
    record.pop("uncertainty")
    record["budget"] = {
        "value": "0.1", "unit": "mg/kg", "k": "2", "source": "UB-7", "components": [
            {"name": "weighing", "value": "0.3", "relative": True},
            {"name": "calibration", "value": "4", "relative": True, "dof": "8"},
            {"name": "volume", "value": "0.6", "distribution": "rectangular", "relative": True},
        ],
    }  # fmt: skip
    b.released_method(laboratory, CADMIUM, validation=json.dumps(record))
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    entered(laboratory, one, "0.050")
    row = kept(laboratory, one)
    assert row.conformity["uncertainty"]["name"] == "UB-7"
    # sqrt(0.3^2 + 4^2 + 0.6^2/3) = 4.0262 % of 0.05, times two
    assert shown.uncertainty(row) == "0.0040" and round(row.expanded or 0, 6) == Decimal("0.004026")
    with laboratory.acting(laboratory.cast.kate) as tx:
        seen = shelves.detail(tx, "method", CADMIUM).versions[0].record
    assert seen is not None and seen.budget is not None
    assert [one.name for one in seen.budget.components] == ["weighing", "calibration", "volume"]
    assert (seen.budget.k, seen.budget.expanded) == ("2", "0.008052")


# ---- release ---------------------------------------------------------------------------------------------------------


def test_no_version_of_a_method_goes_live_without_a_whole_validation_record(laboratory: b.Laboratory) -> None:
    with laboratory.acting(laboratory.cast.kate) as tx:
        seed = shelves.detail(tx, "method", CADMIUM).versions[0]
        content = dict(seed.content)
        assert seed.record is None and seed.in_force, "the seed stays usable, and says that nothing is recorded"
        made = b.catalogue.propose(tx, b.catalogue.ProposeVersion("method", CADMIUM, content, None, None, "newer"))
    with pytest.raises(Refused) as caught, laboratory.acting(laboratory.cast.quentin, "released") as tx:
        b.catalogue.release(tx, made.id)
    assert [why.code for why in caught.value.refusals] == ["VALIDATION_MISSING"]
    with laboratory.acting(laboratory.cast.quentin) as tx:
        verb = next(verb for verb in shelves.detail(tx, "method", CADMIUM).versions[0].verbs if verb.verb == "release")
    assert verb.refusals, "the button says so before it is pressed"
    with laboratory.acting(laboratory.cast.quentin) as tx:
        b.catalogue.reject(tx, made.id, "no record")
    record = json.loads(b.validated_method(content)["validation"]) | {"matrices": "FOD", "approved_by": ""}
    with pytest.raises(Refused) as caught:
        b.released_method(laboratory, CADMIUM, validation=json.dumps(record))
    assert [why.code for why in caught.value.refusals] == ["VALIDATION_MATRIX_MISSING", "VALIDATION_APPROVED_MISSING"]


@on_one
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"repeatability": "about a tenth"}, "FIELD_NOT_READABLE", "repeatability"),
        ({"repeatability": "10%; 20% from 0"}, "LEVELS_NOT_RISING", "repeatability"),
        ({"uncertainty": "0.3 log10 from 4"}, "FIELD_NOT_READABLE", "uncertainty"),
        ({"uncertainty": '{"kind": "relative"}'}, "FIELD_NEEDED", "uncertainty.figure"),
        ({"validation": "{"}, "FIELD_NOT_READABLE", "validation"),
        ({"validation": '{"lod": "low"}'}, "NOT_A_NUMBER", "lod"),
        ({"validation": '{"budget": {"value": "1", "components": []}}'}, "FIELD_NOT_READABLE", "budget.components"),
        ({"recovery_correction": "often"}, "FIELD_NOT_READABLE", "recovery_correction"),
        ({"analytical_correction": "yes"}, "UNKNOWN_CHOICE", "analytical_correction"),
        ({"plate_range": "300-30"}, "PLATE_RANGE_NOT_READABLE", "plate_range"),
        ({"lod": "-1"}, "NOT_POSITIVE", "lod"),
    ],
)
def test_what_a_method_declares_must_be_readable(
    laboratory: b.Laboratory, changes: dict[str, str], code: str, field: str
) -> None:
    with laboratory.acting(laboratory.cast.kate) as tx:
        content = {**dict(shelves.detail(tx, "method", CADMIUM).versions[0].content), **changes}
        with pytest.raises(BadInput) as caught:
            b.catalogue.propose(tx, b.catalogue.ProposeVersion("method", CADMIUM, content, None, None, "why"))
    assert (caught.value.code, caught.value.params["field"]) == (code, field)


def test_a_duplicate_at_the_bench_is_held_to_the_methods_own_limit(laboratory: b.Laboratory) -> None:
    from lims.domain.batch import Finding, judge
    from lims.domain.replicate import repeatability_from

    found = Finding("duplicate", "D1", "", (("CD", "0.115"),), None, (("CD", "0.100"),), unit="mg/kg")
    assert judge((found,)).verdict == "good", "20 % where the method declares nothing"
    strict = Finding(
        "duplicate", "D1", "", (("CD", "0.115"),), None, (("CD", "0.100"),),
        repeatability=repeatability_from("10%"), unit="mg/kg",
    )  # fmt: skip
    outcome = judge((strict,))
    assert outcome.verdict == "broken" and "0.015 > 0.01075" in outcome.finding


# ---- a unit of another kind ------------------------------------------------------------------------------------------


def test_a_result_of_another_kind_is_compared_by_the_fact_that_leads_there_or_refused(
    laboratory: b.Laboratory,
) -> None:
    b.released_method(laboratory, CADMIUM)
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    error = refused(laboratory, one, "0.092 mg/L")
    assert (error.code, error.params["fact"], error.params["field"]) == ("FACT_NEEDED", "density", "facts.density")
    for fact, code in (
        (Fact("0.92", "dm2/kg", source="label"), "FACT_WRONG"), (Fact("light", source="label"), "NOT_A_NUMBER"),
        (Fact("0.92"), "FACT_SOURCE_NEEDED"), (Fact(origin="limit"), "FACT_NOT_STATED"),
        (Fact(origin="analysis", source="1"), "FACT_NOT_MEASURED"), (Fact("1", origin="hearsay"), "UNKNOWN_CHOICE"),
    ):  # fmt: skip
        assert refused(laboratory, one, "0.092 mg/L", facts={"density": fact}).code == code
    label = {"density": Fact("0.92", "kg/L", source="label, 20 °C")}
    assert refused(laboratory, one, "0.092 mg/kg", facts=label).code == "FACT_NOT_NEEDED"
    entered(laboratory, one, "92 ug/L", expanded="4.6", facts=label, submit=False)
    row = kept(laboratory, one)
    assert (row.verdict, row.value, row.unit, row.expanded) == ("PASS", Decimal("0.1"), "mg/kg", Decimal("0.005"))
    (part,) = row.calculation["parts"]
    assert row.calculation["typed"] == "92 ug/L" and part["inputs"] == {"density": "0.92 kg/L"}
    assert (part["raw"], part["from"], part["origin"], part["source"]) == ("92", "µg/L", "typed", "label, 20 °C")
    assert part["steps"][0] == {"of": "0.092 mg/L / 0.92 kg/L", "value": "0.1 mg/kg"}
    assert row.loq == Decimal("0.003"), "the method states it as it is compared"
    entered(laboratory, one, "<9.2 ug/L", facts=label, reason="read again")
    assert (kept(laboratory, one).qualifier, kept(laboratory, one).value) == ("<", Decimal("0.01"))
    with laboratory.acting(laboratory.cast.anna) as tx:
        asks = reading.detail(tx, one).asks.facts
    assert {fact.name for fact in asks} == {"density", "surface_per_mass", "molar_mass"}


def test_the_density_may_be_found_by_another_analysis_of_the_sample(laboratory: b.Laboratory) -> None:
    one = an_analysis(laboratory, "WINE", "SO2")
    with laboratory.acting(laboratory.cast.anna) as tx:
        seen = reading.detail(tx, one)
        other = next(row for row in samples.detail(tx, seen.sample_no).analyses if row.id != one)
        assert [reading_.name for reading_ in seen.readings] == ["V", "V0", "ct", "m"], "by the method, in mg/kg"
        assert (seen.asks.facts[0].name, seen.asks.facts[0].needed, seen.asks.facts[0].choices) == ("density", True, ())
    b.on_worksheets(laboratory, seen.sample_no, (other.method,))
    entered(laboratory, other.id, "0.992 g/mL", submit=False)
    with laboratory.acting(laboratory.cast.anna) as tx:
        (choice,) = reading.detail(tx, one).asks.facts[0].choices
    assert (choice.origin, choice.source, choice.text, choice.unit) == ("analysis", str(other.id), "0.992", "g/mL")
    readings = {"V": "12.50", "V0": "0.10", "ct": "0.0100", "m": "20.0"}
    entered(laboratory, one, inputs=readings, facts={"density": Fact(origin="analysis", source=choice.source)})
    row = kept(laboratory, one)
    assert row.unit == "g/L" and row.verdict == "PASS"
    assert [part["kind"] for part in row.calculation["parts"]] == ["formula", "unit"]
    assert row.calculation["parts"][1]["origin"] == "analysis"
    assert row.calculation["parts"][1]["source"].endswith(f"#{other.id}, 1")


@on_one
def test_the_surface_of_food_contact_is_taken_from_the_limit_only_where_it_says_so(laboratory: b.Laboratory) -> None:
    from lims.domain.crossing import stated, wanted

    limit = {"unit": "mg/kg", "operator": "LE", "basis": "migration test", "note": "", "code": "L1", "standard": "S"}
    need = wanted("mg/dm2", limit)
    assert need is not None and need.name == "surface_per_mass" and stated("surface_per_mass", limit) is None
    found = stated("surface_per_mass", {**limit, "note": "at 6 dm²/kg"})
    assert found == Fact("6", "dm2/kg", "limit", "S L1")
    assert wanted("mg/dm2", {**limit, "operator": "OUTCOME"}) is None and wanted("pH", limit) is None


# ---- determinations from raw readings --------------------------------------------------------------------------------


def test_two_determinations_are_calculated_each_by_itself_and_both_are_kept(laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%")
    one = an_analysis(laboratory, "FISH", "CD", CADMIUM)
    first = {"c": "0.62", "blank": "0", "V": "50", "DF": "1", "m": "0.5000"}
    second = {**first, "c": "0.64"}
    error = refused(laboratory, one, sets=(first, {**first, "c": "0.90"}))
    assert (error.code, error.params["field"]) == ("REPEAT_NEEDED", "sets")
    assert refused(laboratory, one, sets=(first,)).code == "REPLICATES_FEW"
    missing = refused(laboratory, one, sets=(first, {"c": "0.64"}))
    assert (missing.code, missing.params["field"]) == ("FORMULA_INPUT_MISSING", "sets.2.blank")
    assert refused(laboratory, one, inputs=first, sets=(first, second)).code == "WAYS_SEVERAL"
    entered(laboratory, one, sets=(first, second))
    row = kept(laboratory, one)
    assert row.value == Decimal("0.063") and row.verdict == "PASS"
    (part,) = row.calculation["parts"]
    assert [one["inputs"] for one in part["sets"]] == [first, second]
    assert [one["value"] for one in part["sets"]] == ["0.062", "0.064"] == part["inputs"]
    assert part["action"] == "MEAN"

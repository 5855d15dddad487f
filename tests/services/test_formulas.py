"""Results by raw readings on both engines: what is kept, what is compared, what is printed, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lims.demo.steps import passing
from lims.domain.rules.errors import BadInput
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.certificate import CertificateRow
from lims.services import judging, lookup
from lims.services.certificate_content import reported, reported_uncertainty
from lims.services.reading import analysis as reading
from lims.services.reading import catalogue as shelves
from lims.services.reading import sample as samples
from lims.services.recording import EnterResult
from lims.services.result import Entered
from tests import builders as b

CADMIUM, LEAD = "GB 5009.15-2023", "GB 5009.12-2023"
GIVEN = {"c": "12.40", "blank": "0.3", "V": "50", "DF": "1", "m": "0.5012"}


def analyses(lab: b.Laboratory, product: str = "FISH", method: str = CADMIUM) -> int:
    """A received sample with its analyses by the method on a worksheet; the id of the first of them."""
    sample_no = b.received(lab, b.lodged(lab, product))
    b.on_worksheets(lab, sample_no, (method,))
    with lab.acting(lab.cast.anna) as tx:
        return next(one.id for one in samples.detail(tx, sample_no).analyses if one.method == method)


def by_readings(lab: b.Laboratory, analysis_id: int, given: Mapping[str, str], **more: Any) -> Entered:
    with lab.acting(lab.cast.anna) as tx:
        return b.result.enter(tx, EnterResult(analysis_id, "", inputs=given, **more))


def kept(lab: b.Laboratory, analysis_id: int) -> ResultRow:
    with lab.acting(lab.cast.anna) as tx:
        row = lookup.analysis(tx, analysis_id, lookup.joinedload(AnalysisRow.result))
        assert row.result is not None
        tx.session.expunge(row.result)
        return row.result


def refused(lab: b.Laboratory, analysis_id: int, given: Mapping[str, str]) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        by_readings(lab, analysis_id, given)
    return caught.value.code, str(caught.value.params["field"])


def test_readings_are_kept_as_typed_with_their_meaning_and_every_step(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    by_readings(laboratory, one, GIVEN)
    made = kept(laboratory, one).calculation
    assert made["inputs"] == GIVEN
    assert made["worked"] == "(12.40 - 0.3) * 50 * 1 / (0.5012 * 1000)"
    assert made["value"] == "1.20710295291301"
    assert made["steps"][0] == {"of": "c - blank", "value": "12.10"}
    assert made["unit"] == "mg/kg"
    assert made["readings"][0] == {
        "name": "c", "unit": "ug/L", "meaning_en": "concentration read in the test solution",
        "meaning_zh": "试样溶液读数",
    }  # fmt: skip


def test_the_whole_value_is_compared_and_three_figures_are_printed(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    entered = by_readings(laboratory, one, GIVEN, expanded="10%")
    row = kept(laboratory, one)
    assert entered.verdict == "FAIL" and row.value == Decimal("1.20710295291301")
    assert row.conformity["compared"] == "1.20710295291301"
    assert reported(row) == "1.21"
    assert reported_uncertainty(row) == "0.12" and row.expanded == Decimal("0.120710295291301")
    assert "1.21" in row.conformity["worked"] and "1.2071" not in row.conformity["worked"]


def test_no_rounding_hides_that_a_value_is_above_the_limit(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    given = {"c": "10.04", "blank": "0", "V": "10", "DF": "1", "m": "1"}  # 0.1004 mg/kg; the limit of fish is 0.1
    assert by_readings(laboratory, one, given).verdict == "FAIL"
    assert reported(kept(laboratory, one)) == "0.1004", "0.100 would look like a pass"
    assert by_readings(laboratory, one, {**given, "c": "9.996"}, reason="read again").verdict == "PASS"
    assert reported(kept(laboratory, one)) == "0.100", "that conforms as well, so the three figures stand"


def test_what_is_calculated_is_judged_again_to_the_same_verdict(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    by_readings(laboratory, one, {**GIVEN, "c": "1.31", "m": "0.5034"})
    with laboratory.acting(laboratory.cast.anna) as tx:
        row = lookup.analysis(tx, one, lookup.joinedload(AnalysisRow.result))
        assert row.result is not None
        assert judging.judge_stored(row).verdict == row.result.verdict == "FAIL"


def test_the_result_stays_in_the_unit_of_the_formula_whatever_unit_is_said(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    by_readings(laboratory, one, {**GIVEN, "c": "0.42 ug/L", "V": "10"}, unit="ug/kg")
    row = kept(laboratory, one)
    assert row.unit == "mg/kg" and reported(row) == "0.00239"
    by_readings(laboratory, one, {**GIVEN, "c": "0.00042 mg/L", "V": "10"}, reason="unit")
    assert kept(laboratory, one).value == row.value, "a reading in another unit of its kind is converted"


def test_a_result_may_still_be_typed(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    with laboratory.acting(laboratory.cast.anna) as tx:
        b.result.enter(tx, EnterResult(one, "0.050"))
    row = kept(laboratory, one)
    assert row.calculation is None and reported(row) == "0.050"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_reading_that_is_none_is_named(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory)
    assert refused(laboratory, one, {**GIVEN, "c": "ND"}) == ("NOT_A_NUMBER", "inputs.c")
    assert refused(laboratory, one, {**GIVEN, "c": "12,4"}) == ("NOT_A_NUMBER", "inputs.c")
    assert refused(laboratory, one, {**GIVEN, "c": "3 mg/kg"}) == ("INCOMPATIBLE_UNIT", "inputs.c")
    assert refused(laboratory, one, {**GIVEN, "m": "3 mg/kg"}) == ("INCOMPATIBLE_UNIT", "inputs.m")
    assert refused(laboratory, one, {**GIVEN, "m": "0"}) == ("FORMULA_DIVISION_BY_ZERO", "inputs")
    assert refused(laboratory, one, {**GIVEN, "q": "1"}) == ("FORMULA_INPUT_UNKNOWN", "inputs.q")
    assert refused(laboratory, one, {"c": "1"}) == ("FORMULA_INPUT_MISSING", "inputs.blank")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_constant_of_the_method_is_nobodys_reading(laboratory: b.Laboratory) -> None:
    one = analyses(laboratory, "OIL", "GB 5009.229-2016")
    given = {"V": "2.1", "V0": "0.1", "ct": "0.1", "m": "4"}
    with laboratory.acting(laboratory.cast.anna) as tx:
        seen = reading.detail(tx, one)
    assert [r.name for r in seen.constants] == ["M"] and [r.name for r in seen.readings] == list(given)
    assert refused(laboratory, one, {**given, "M": "39"}) == ("FORMULA_INPUT_UNKNOWN", "inputs.M")
    by_readings(laboratory, one, given)
    row = kept(laboratory, one)
    assert row.value == Decimal("2.805") and row.unit == "mg/g"
    assert row.calculation["constants"] == {"M": "56.1"} and "* 56.1 /" in row.calculation["worked"]


def test_a_proposed_formula_with_a_wrong_factor_never_reaches_the_bench(laboratory: b.Laboratory) -> None:
    with laboratory.acting(laboratory.cast.kate) as tx:
        content = dict(shelves.detail(tx, "method", LEAD).versions[0].content)

    def propose(**changes: str) -> Any:
        with laboratory.acting(laboratory.cast.kate) as tx:
            cmd = b.catalogue.ProposeVersion("method", LEAD, {**content, **changes}, date(2026, 1, 1), None, "why")
            return b.catalogue.propose(tx, cmd)

    for changes, code, field in (
        ({"formula": "(c - blank) * V * DF / m"}, "FORMULA_FACTOR_OTHER", "formula"),
        ({"formula": "(c - c0) * V * DF / (m * 1000)"}, "READING_NOT_DECLARED", "formula"),
        ({"formula": "(c - blank"}, "FORMULA_NOT_READABLE", "formula"),
        ({"formula_unit": "mg/L"}, "FORMULA_UNIT_OTHER", "formula_unit"),
        ({"readings": "c:ug/L:read"}, "READING_NOT_READABLE", "readings"),
    ):
        with pytest.raises(BadInput) as caught:
            propose(**changes)
        assert (caught.value.code, caught.value.params["field"]) == (code, field)
    assert propose(formula="(c - blank) * V / 1000 * DF / m", figures="2").number == 2


def test_the_figures_of_the_method_are_those_printed(laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, figures="2")
    one = analyses(laboratory)
    by_readings(laboratory, one, GIVEN)
    assert reported(kept(laboratory, one)) == "1.2"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_certificate_prints_the_declared_figures_of_a_calculated_result(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    with laboratory.acting(laboratory.cast.anna) as tx:
        rows = samples.detail(tx, sample_no).analyses
    b.on_worksheets(laboratory, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        if row.method == CADMIUM:
            by_readings(laboratory, row.id, {**GIVEN, "c": "0.62"}, expanded="15%")
        else:
            b.entered(laboratory, row.id, passing(row))
        b.verified(laboratory, row.id)
    b.approved(laboratory, sample_no)
    b.decided(laboratory, f"{no}-L1", "RELEASE")
    issued = b.certified(laboratory, f"{no}-L1")
    with laboratory.acting(laboratory.cast.chen) as tx:
        stored = tx.session.scalars(select(CertificateRow.content).where(CertificateRow.no == issued.no)).one()
        content = json.loads(stored) if isinstance(stored, str) else stored
    (printed,) = [row for row in content["rows"] if row["method"] == CADMIUM]
    # 0.32 ug/L in 50 mL is 0.016 ug; in 0.5012 g 0.031923... mg/kg; 15 % of it 0.004788...
    assert (printed["result"], printed["uncertainty"]) == ("0.0319", "0.0048")
    assert printed["worked"].startswith("0.0319 mg/kg ≤ 0.1 mg/kg")
    assert "0.03192" not in json.dumps(content)

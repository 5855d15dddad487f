"""Work-up on the pages: fields only where they make sense, every step shown, the method's record readable."""

from __future__ import annotations

import html
import json
import re

import pytest

from lims.services.reading import catalogue as shelves
from lims.services.reading import sample as samples
from tests import builders as b
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
CADMIUM = "GB 5009.15-2023"


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def page_of(lab: b.Laboratory, product: str, analyte: str) -> str:
    """The path of an analysis of a received sample on its worksheet."""
    sample_no = b.received(lab, b.lodged(lab, product))
    with lab.acting(lab.cast.anna) as tx:
        one = next(row for row in samples.detail(tx, sample_no).analyses if row.analyte == analyte)
    b.on_worksheets(lab, sample_no, (one.method,))
    return f"/bench/analyses/{one.id}"


def test_the_fields_of_a_plain_method_stay_plain(at: Door, laboratory: b.Laboratory) -> None:
    page = at.enter("anna").get(page_of(laboratory, "FISH", "CD"))
    for name in ("replicate.1", "plates", "basis", "recovery"):
        assert f'name="{name}"' not in page


def test_repeated_readings_are_given_in_their_own_fields_and_shown_with_their_steps(
    at: Door, laboratory: b.Laboratory
) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%", recovery_correction="asked")
    path = page_of(laboratory, "FISH", "CD")
    anna = at.enter("anna")
    assert anna.get(path).count('name="replicate.') == 4
    far = anna.post(path, 422, **{"replicate.1": "0.060", "replicate.2": "0.070", "recovery": "82"})
    assert "The readings differ by 0.01 mg/kg; 0.0065 mg/kg is allowed." in far
    assert 'value="0.070"' in far, "what was typed is kept"
    anna.post(path, **{"replicate.1": "0.0800", "replicate.2": "0.0840", "recovery": "82"})
    page = html.unescape(anna.get(path))
    assert "(0.0800 + 0.0840) / 2 = 0.082 mg/kg" in page
    assert "0.082 × 100 / 82 = 0.1 mg/kg (corrected for recovery 82 %)" in page
    assert "U 0.020, k = 2: from the method's validation record (VR-2026-014)" in page, "20 % of 0.082, over 0.82"
    chinese = at.enter("anna", "zh").get(path)
    assert "平行测定" in chinese and "已按回收率 82 % 校正" in chinese and "来自方法验证记录" in chinese


def test_plates_are_written_one_subsample_a_line(at: Door, laboratory: b.Laboratory) -> None:
    path = page_of(laboratory, "MEAT_COOKED", "SAUR")
    anna = at.enter("anna")
    assert "Plates, one subsample a line (5)" in anna.get(path)
    bad = anna.post(path, 422, plates="1e-1: 3, 4\nforty")
    assert "“forty”" in bad or "&#34;forty&#34; cannot be read as plates" in bad
    assert "1e-1: 3, 4\nforty</textarea>" in bad
    anna.post(path, plates="1e-1: 0, 0\r\n1e-1: 3, 5\r\n1e-2: 232, 244; 1e-3: 33, 35\r\n1e-1: 0, 0\r\n1e-1: 0, 0\r\n")
    page = anna.get(path)
    assert "&lt;10, 40, 25000, &lt;10, &lt;10" in page
    assert "544 / (2.2 × 1e-2) = 24727.2727272727" in page
    assert "plates in range at two successive dilutions" in page
    assert "两个连续稀释度的平板在适宜范围内" in at.enter("anna", "zh").get(path)


def test_the_basis_is_asked_where_the_limit_has_one(at: Door, laboratory: b.Laboratory) -> None:
    path = page_of(laboratory, "FEED_COMPOUND", "PB")
    anna = at.enter("anna")
    page = anna.get(path)
    assert "on 88 % dry matter" in page and "moisture, %" in page
    assert "The moisture of the sample is needed" in anna.post(path, 422, text="4.6", basis="AS_IS")
    anna.post(path, text="4.6", basis="AS_IS", **{"basis_reading.moisture": "8.0"})
    page = html.unescape(anna.get(path))
    assert "4.6 × 88 / (100 - 8.0) = 4.4 mg/kg (on 88 % dry matter)" in page
    assert "以干物质含量88 %计" in at.enter("anna", "zh").get(path)


def test_the_page_of_a_method_shows_its_record_or_says_that_there_is_none(
    at: Door, laboratory: b.Laboratory
) -> None:
    path = f"/catalogue/item/method/{CADMIUM}"
    kate = at.enter("kate")
    assert "No validation record of this laboratory exists yet" in kate.get(path)
    with laboratory.acting(laboratory.cast.kate) as tx:
        content = dict(shelves.detail(tx, "method", CADMIUM).versions[0].content)
    record = json.loads(b.validated_method(content)["validation"])
    del record["uncertainty"]
    record["budget"] = {
        "value": "0.1", "unit": "mg/kg", "k": "2", "source": "UB-7",
        "components": [{"name": "weighing", "value": "3", "relative": True},
                       {"name": "calibration", "value": "4", "relative": True}],
    }  # fmt: skip
    form = {f"content.{name}": text for name, text in content.items()}
    form |= {"code": CADMIUM, "reason": "validated", "content.repeatability": "10%"}
    form["content.validation"] = '{"lod": "low"}'
    assert 'name="record.lod" type="text" value="low"' in kate.post("/catalogue/propose/method", 422, **form)
    form["content.validation"] = json.dumps(record | {"report": ""})
    kate.post("/catalogue/propose/method", **form)
    page = kate.get(path)
    assert "names no report with the raw figures" in page
    assert "weighing" in page and "U = 0.01" in page and "10 %" in page
    assert "calibration" in page and ">64.0<" in page, "16 of 25 parts of the variance"
    chinese = at.enter("kate", "zh").get(path)
    assert "方法验证记录" in chinese and "不确定度分量表" in chinese and "工作范围" in chinese
    quentin = at.enter("quentin")
    (version,) = re.findall(r"/catalogue/version/(\d+)/reject", quentin.get(path))
    assert f"/catalogue/version/{version}/release" not in quentin.get(path), "the button is grey with its reason"


def test_a_density_is_asked_on_the_page_where_the_cell_says_that_it_is_needed(
    at: Door, laboratory: b.Laboratory
) -> None:
    path = page_of(laboratory, "FISH", "CD")
    anna = at.enter("anna")
    status, answer = anna.cell(f"{path}/cell", text="0.092 mg/L")
    assert (status, answer["code"], answer["fact"]) == (422, "FACT_NEEDED", "density")
    assert "the limit in mg/kg: the density is needed" in answer["messages"][0]
    assert 'value="0.092 mg/L"' in anna.get(answer["page"]), "what was typed in the cell is on the page"
    told = anna.post(path, 422, text="0.092 mg/L")
    assert "the density is needed" in told and "<legend>Density</legend>" in told.split("<details")[0]
    given = {"fact.density": "0.92", "fact_unit.density": "kg/L", "fact_from.density": "typed"}
    assert "Where does the density come from?" in anna.post(path, 422, text="0.092 mg/L", **given)
    anna.post(path, text="0.092 mg/L", **given, **{"fact_source.density": "label"})
    page = html.unescape(anna.get(path))
    assert "0.092 mg/L / 0.92 kg/L = 0.1 mg/kg" in page and "given at the bench: label" in page
    chinese = html.unescape(at.enter("anna", "zh").get(path))
    assert "换算为限量单位所属的量" in chinese and "密度" in chinese


def test_determinations_have_a_column_each_and_both_are_shown(at: Door, laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%")
    path = page_of(laboratory, "FISH", "CD")
    anna = at.enter("anna")
    assert 'name="input2.c"' in anna.get(path) and 'name="input4.m"' in anna.get(path)
    first = {"c": "0.62", "blank": "0", "V": "50", "DF": "1", "m": "0.5000"}
    form = {f"input.{name}": text for name, text in first.items()}
    second = {f"input2.{name}": text for name, text in {**first, "c": "0.64"}.items()}
    far = anna.post(path, 422, **form, **{**second, "input2.c": "0.90"})
    assert "The readings differ by" in far and 'value="0.90"' in far
    anna.post(path, **form, **second, submit="1")
    page = html.unescape(anna.get(path))
    assert "(0.62 - 0) * 50 * 1 / (0.5000 * 1000) = 0.062" in page and "(0.64 - 0)" in page
    assert "(0.062 + 0.064) / 2 = 0.063 mg/kg" in page
    review = html.unescape(at.enter("boris").get("/release/review"))
    assert "c 0.62, blank 0, V 50, DF 1, m 0.5000<br>c 0.64, blank 0" in review
    assert "0.0630" in review and 'title="0.063 mg/kg"' in review


def test_the_validation_record_is_a_form_whose_errors_stand_at_their_fields(
    at: Door, laboratory: b.Laboratory
) -> None:
    kate = at.enter("kate")
    page = kate.get(f"/catalogue/propose/method?code={CADMIUM}")
    assert 'name="record.recoveries.6.rsd"' in page and 'name="content.validation"' not in page
    with laboratory.acting(laboratory.cast.kate) as tx:
        content = dict(shelves.detail(tx, "method", CADMIUM).versions[0].content)
    wanted = json.loads(b.validated_method(content)["validation"])
    form = {f"content.{name}": text for name, text in content.items() if name != "validation"}
    form |= {"code": CADMIUM, "reason": "validated", "record": "1", "record.uncertainty.k": "2"}
    form |= {f"record.{name}": text for name, text in wanted.items() if isinstance(text, str)}
    form |= {f"record.uncertainty.{name}": text for name, text in wanted["uncertainty"].items()}
    for number, row in enumerate(wanted["recoveries"], start=1):
        form |= {f"record.recoveries.{number}.{name}": text for name, text in row.items()}
    wrong = kate.post("/catalogue/propose/method", 422, **{**form, "record.recoveries.2.mean": "most"})
    place = wrong.index('name="record.recoveries.2.mean"')
    assert 'aria-invalid="true"' in wrong[place:place + 300] and 'role="alert"' in wrong[place:place + 700]
    assert wrong.count('aria-invalid="true"') == 1 and 'value="most"' in wrong
    kate.post("/catalogue/propose/method", **form)
    with laboratory.acting(laboratory.cast.kate) as tx:
        kept = dict(shelves.detail(tx, "method", CADMIUM).versions[0].content)
    assert json.loads(kept["validation"]) == wanted, "the shape that is stored stays as it was"
    again = kate.get(f"/catalogue/propose/method?code={CADMIUM}")
    assert 'name="record.report" type="text" value="VR-2026-014"' in again
    assert '<option value="relative" selected>' in again
    assert "分量表" in at.enter("kate", "zh").get(f"/catalogue/propose/method?code={CADMIUM}")

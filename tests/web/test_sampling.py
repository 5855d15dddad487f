"""Sampling at the door of the web: plan and portions on the draw page, inspection, severities and their acts."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from lims.demo.steps import passing
from lims.persistence.certificate import CertificateRow
from lims.services import severity
from lims.services.reading import sample as samples
from lims.services.reading.analysis import AnalysisView
from lims.services.transaction import view
from tests import builders as b
from tests.services import test_sampling as lots
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
RECORD = {"sampler_1": "Igor", "sampler_2": "Olga", "seal_no": "HK-1", "increments": "1"}


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page))


def test_the_draw_page_says_how_many_to_inspect_and_why_by_that_severity(at: Door, laboratory: b.Laboratory) -> None:
    lots.a_run(laboratory, 1, [9, 9])
    lot_no = lots.toys(laboratory, 3)
    page = text(at.enter("igor").get(f"/intake/lots/{lot_no}/draw"))
    assert "tightened" in page and "n = 80" in page and "Ac = 3 · Re = 4 · code letter J" in page
    assert "2 of 2 consecutive lots were not accepted" in page
    page = text(at.enter("igor", "zh").get(f"/intake/lots/{lot_no}/draw"))
    assert "加严" in page and "连续 2 批中 2 批不接收" in page


def test_units_of_food_are_named_and_amounts_are_checked_without_drawing(
    at: Door, laboratory: b.Laboratory
) -> None:
    no = b.lodged(laboratory, "CHEESE")
    path, igor = f"/intake/lots/{no}-L1/draw", at.enter("igor")
    page = text(igor.get(path))
    assert "Draw 5 units" in page and "n = 5 × 25 g" in page and "375 g" in page
    page = igor.post(path, 200, act="check", **RECORD, **{"amount.test": "100", "unit.test": "g"})
    assert "275 g is missing" in text(page) and 'name="shortfall_reason"' in page and 'value="HK-1"' in page
    short = {**RECORD, "act": "record", "amount.test": "0.1", "unit.test": "kg"}
    page = text(igor.post(path, 422, **short))
    assert "Say why less than the methods need is enough" in page and "GB 4789" in page
    led = igor.post(path, **short, shortfall_reason="one box only")
    page = text(igor.get(led))
    assert "one box only" in page and "5 units of food" in page and "275 g is missing" in page
    enough = text(igor.post(path, 200, act="check", **{"amount.test": "900", "unit.test": "g"}))
    assert "is missing" not in enough


def test_an_amount_that_cannot_be_added_up_stops_nothing(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "CHEESE")
    path, igor = f"/intake/lots/{no}-L1/draw", at.enter("igor")
    bags = {"amount.test": "2", "unit.test": "bags"}
    assert "2 bags cannot be added up" in text(igor.post(path, 200, act="check", **bags))
    igor.post(path, **RECORD, **bags)


def test_an_inspection_is_recorded_on_its_page_and_stands_on_the_page_of_the_lot(
    at: Door, laboratory: b.Laboratory
) -> None:
    lot_no = lots.toys(laboratory, 1)
    path, igor = f"/intake/lots/{lot_no}/inspection", at.enter("igor")
    assert 'value="80"' in igor.get(path)
    for bad in ({"inspected": "80"}, {"inspected": "eighty", "defectives": "0"}, {"inspected": "70", "defectives": "0"},
                {"inspected": "80", "defectives": "9" * 30}):
        igor.post(path, 409, **bad)
    igor.post(path, inspected="80", defectives="7")
    page = text(igor.get(path))
    assert "lot not accepted" in page and "7 ≥ Re = 6" in page and "Why it is recorded anew" in page
    igor.post(path, 409, inspected="80", defectives="1")
    igor.post(path, inspected="80", defectives="1", reason="six belong to another lot")
    page = text(at.enter("dana").get(f"/release/lots/{lot_no}"))
    assert "Inspection by pieces" in page and "lot accepted" in page and "1 ≤ Ac = 5" in page
    at.enter("dana").post(path, 403, inspected="80", defectives="1")
    food = b.lodged(laboratory, "FISH")
    assert "not inspected piece by piece" in igor.post(f"/intake/lots/{food}-L1/inspection", 409, inspected="1",
                                                       defectives="0")


def test_quality_sees_every_severity_with_its_history_and_resumes_with_a_reason(
    at: Door, laboratory: b.Laboratory
) -> None:
    quentin = at.enter("quentin")
    assert "No lot has been planned" in quentin.get("/quality/sampling")
    lots.a_run(laboratory, 1, [9] * 7)
    page = quentin.get("/quality/sampling")
    assert "discontinued" in text(page) and "5 lots were not accepted under tightened inspection" in page
    (path,) = set(re.findall(r'action="(/quality/sampling/\d+/resume)"', page))
    quentin.post(path, 409, improved="1", agreed="1", reason=" ")
    assert "has not agreed" in quentin.post(path, 409, improved="1", reason="new tools")
    stopped = lots.toys(laboratory, 9)
    igor = at.enter("igor")
    refusal = igor.post(f"/intake/lots/{stopped}/inspection", 409, inspected="80", defectives="0")
    assert "not accepted by sampling until the producer has improved" in refusal
    igor.post(path, 403, improved="1", agreed="1", reason="mine")
    quentin.post(path, improved="1", agreed="1", reason="new tools, letter 7")
    quentin.post(path, 409, improved="1", agreed="1", reason="again")
    page = text(quentin.get("/quality/sampling"))
    assert "discontinued → tightened · Resumed under tightened inspection" in page and "new tools, letter 7" in page
    assert "No lot" in quentin.get("/quality/sampling?severity=reduced")


def test_quality_agrees_to_reduced_inspection_and_takes_it_back(at: Door, laboratory: b.Laboratory) -> None:
    lots.a_run(laboratory, 1, [0] * 10)
    quentin = at.enter("quentin", "zh")
    path = f"/quality/sampling/{lots.state(laboratory).id}/agree"
    quentin.post(path, 409, agreed="1", steady="1", reason="")
    quentin.post(path, agreed="1", steady="1", reason="第 12 号函")
    assert "已同意 · 生产稳定 第 12 号函" in text(quentin.get("/quality/sampling"))
    lots.a_run(laboratory, 11, [0])
    lot_no = lots.toys(laboratory, 12)
    path, igor = f"/intake/lots/{lot_no}/inspection", at.enter("igor")
    assert 'name="ac"' in igor.get(path)
    igor.post(path, 409, inspected="32", defectives="0")
    igor.post(path, 409, inspected="32", defectives="0", n="32", ac="3", re="5")
    igor.post(path, inspected="32", defectives="0", n="32", ac="3", re="4")
    with laboratory.acting(laboratory.cast.quentin) as tx:
        severity.agree(tx, severity.Agree(lots.state(laboratory).id, False, True, "withdrawn"))
    assert "未同意" in text(quentin.get("/quality/sampling"))


def test_pools_with_their_units_stand_on_review_and_document(at: Door, laboratory: b.Laboratory) -> None:
    lab, no = laboratory, b.lodged(laboratory, "MEAT_COOKED")
    sample_no = b.received(lab, no)
    rows = {one.analyte: one for one in analyses_of(lab, sample_no)}
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(one.method for one in rows.values())))
    anna, path = at.enter("anna"), f"/bench/analyses/{rows['SALM'].id}"
    assert "Pools, one a line (5 units) × 25 g" in text(anna.get(path))
    assert "Unit 3 stands in more than one pool" in anna.post(path, 422, pools="1-3: ND\n3-5: ND")
    anna.post(path, pools="1-4: ND")
    assert "pools of units 1-4, the plan wants n = 5" in text(anna.get(path)) and "invalid" in text(anna.get(path))
    anna.post(path, submit="1", reason="the fifth was in it", pools="1-3: ND\r\n4-5: 未检出")
    page = text(anna.get(path))
    assert "units 4-5 (2 × 25 g): 未检出 negative" in page and "positive units: 0" in page
    for name, one in rows.items():
        if name != "SALM":
            b.entered(lab, one.id, "1-5: ND" if name == "LMONO" else passing(one))
    page = text(at.enter("boris").get("/release/review"))
    assert "ND (1-3), ND (4-5)" in page and "ND (1-5)" in page, "typed as one text it is a pool as well"
    for one in rows.values():
        b.verified(lab, one.id)
    assert b.approved(lab, sample_no) == "PASS"
    b.decided(lab, f"{no}-L1", "RELEASE")
    issued = b.certified(lab, f"{no}-L1")
    with view(lab.place, lab.cast.chen, b.NOW) as tx:
        content = tx.session.scalars(select(CertificateRow.content).where(CertificateRow.no == issued.no)).one()
    printed = next(row for row in content["rows"] if row["analyte"]["en"].startswith("Salmonella"))
    assert [one["name"]["en"] for one in printed["members"]] == [
        "pool 1: units 1-3 (3 × 25 g)", "pool 2: units 4-5 (2 × 25 g)",
    ]  # fmt: skip


def analyses_of(lab: b.Laboratory, sample_no: str) -> tuple[AnalysisView, ...]:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return samples.detail(tx, sample_no).analyses


def test_the_officer_sees_why_a_lot_is_not_released_by_its_inspection(at: Door, laboratory: b.Laboratory) -> None:
    lot_no = lots.toys(laboratory, 1, product=lots.CHILD)
    page = text(at.enter("igor").get(f"/intake/lots/{lot_no}/inspection"))
    assert "critical nonconformity" in page and "AQL 0.10 · IP-JEW_CHILD-CRI v1 · GB/T 2828.1-2012" in page
    lots.through(laboratory, lots.drawn(laboratory, lot_no))
    dana, path = at.enter("dana"), f"/release/lots/{lot_no}"
    page = dana.get(path)
    assert re.search(r'value="RELEASE" required disabled', page)
    assert "is not recorded, so it is not released" in text(page)
    assert "尚未记录，不能放行" in at.enter("dana", "zh").get(path)


def test_the_reserve_is_taken_on_the_page_of_its_sample(at: Door, laboratory: b.Laboratory) -> None:
    first = b.received(laboratory, b.lodged(laboratory, "FISH"))
    rita, path = at.enter("rita"), f"/intake/samples/{first}"
    assert "Take the reserve portion" in rita.get(path) and "Take the reserve" not in at.enter("igor").get(path)
    what = {"portion": f"{first}-2", "reason": "spilled", "temperature": "-18 °C"}
    assert "seal of the reserve portion" in rita.post(f"{path}/reserve", 409, **what, seal_intact="no")
    made = rita.post(f"{path}/reserve", **what, seal_intact="yes")
    page = text(rita.get(made))
    assert f"Made of the reserve portion {first}-2" in page and "taken from the reserve" in page
    assert "has been taken as sample" in text(rita.get(path))

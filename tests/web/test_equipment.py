"""Instruments through their pages: registered, checked with points and papers, booked, looked back at."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from lims.services import worksheet
from tests import builders as b
from tests.builders import Laboratory
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
AT = "/catalogue/instruments/ICPMS-01"


@pytest.fixture
def at(laboratory: Laboratory) -> Door:
    return door(laboratory)


def test_an_instrument_from_its_registration_to_its_look_back(at: Door, laboratory: Laboratory) -> None:
    quentin, anna, boris = at.enter("quentin"), at.enter("anna"), at.enter("boris", "zh")
    sample = b.received(laboratory, b.lodged(laboratory, "FISH"))
    with laboratory.acting(laboratory.cast.anna) as tx:
        cmd = worksheet.MakeWorksheet("GB 5009.12-2023", sample_nos=(sample,), instrument="ICPMS-01")
        analysis_id = worksheet.make(tx, cmd).analysis_ids[0]
    b.entered(laboratory, analysis_id, "0.012 mg/kg")

    led = quentin.post("/catalogue/instruments/new", code="AS-9", name_en="Autosampler", technique="ICP-MS",
                       asset_no="CTC-9", parent="ICPMS-01")  # fmt: skip
    assert "Component of" in quentin.get(led)
    points = {"point_name": ["Pb 208"], "point_low": ["0.9"], "point_high": ["1.1"], "point_unit": ["µg/L"],
              "point_as_found": [""], "point_as_left": [""]}  # fmt: skip
    assert "is not a number" in quentin.post(f"{AT}/plan", 422, kind="intermediate", every_days="often")
    quentin.post(f"{AT}/plan", kind="intermediate", every_days="30", every_uses="", unit_of_use="runs", **points)
    page = anna.get(f"{AT}/checks?kind=intermediate")
    assert 'value="0.9"' in page
    check = {"kind": "intermediate", "on": "2026-11-24", **points}
    assert "point_low" in anna.post(f"{AT}/checks", 422, **{**check, "point_as_found": ["ND"]})
    anna.post(f"{AT}/checks", **{**check, "point_as_found": ["1.3"]})
    page = anna.get(f"{AT}/checks")
    assert "out of service" in page
    paper = {"file": (BytesIO(b"%PDF-1.4 scan"), "scan.pdf")}
    anna.post(f"{AT}/checks/1/papers", **paper)
    (path,) = re.findall(r'href="(/catalogue/evidence/\d+)"', anna.get(f"{AT}/checks"))
    assert anna.get(path) == "%PDF-1.4 scan"
    at.enter("igor").get(path, 403)

    (path,) = re.findall(r'href="(/catalogue/look-backs/\d+)"', boris.get("/catalogue/look-backs"))
    page = boris.get(path)
    assert sample in page
    assert "name=\"result\"" in page
    assert "name=\"result\"" not in anna.get(path)
    assert sample in anna.get(f"{path}.csv")
    assert "必须填写" in boris.post(path, 422, result="1", conclusion="repeat", reason="")
    boris.post(path, result="1", conclusion="repeat", reason="漂移 drift")
    assert "需复测" in boris.get(path)
    assert boris.get("/catalogue/look-backs").count("look-backs/1") == 0
    assert "look-backs/1" in boris.get("/catalogue/look-backs?instrument=ICPMS-01")


def test_bookings_and_the_logbook_are_kept_by_who_works_there(at: Door) -> None:
    anna, boris = at.enter("anna"), at.enter("boris")
    times = {"starts_at": "2126-12-01T08:00", "ends_at": "2126-12-01T12:00", "purpose": "=metals"}
    anna.post(f"{AT}/bookings", **times)
    later = {**times, "starts_at": "2126-12-01T11:59", "ends_at": "2126-12-01T13:00"}
    page = boris.post(f"{AT}/bookings", 422, **later)
    assert "booked by Anna" in page
    assert 'value="2126-12-01T13:00"' in page
    assert "lies in the past" in boris.post(f"{AT}/bookings", 422, **{**times, "starts_at": "2025-12-01T08:00",
                                                                      "ends_at": "2025-12-01T09:00"})  # fmt: skip
    anna.post(f"{AT}/bookings/1/cancel", reason="sample not there")
    boris.post(f"{AT}/bookings", **times)
    boris.post(f"{AT}/logbook", text="torch <replaced>", hours="3")
    assert "torch &lt;replaced&gt;" in anna.get(f"{AT}/logbook")
    at.enter("igor").get(f"{AT}/logbook", 403)


def test_an_authorisation_shows_its_proof_and_when_it_ends(at: Door) -> None:
    quentin = at.enter("quentin")
    grant = {"username": "max", "activity": "test", "over": "GB 5009.12-2023", "valid_from": "2026-01-01",
             "valid_to": "2099-12-31", "evidence": "TR-7"}  # fmt: skip
    quentin.post("/people/authorisations", **grant)
    page = quentin.get("/people/authorisations?username=max")
    assert "Competence of Max" in page
    assert "Quentin" in page
    (number,) = re.findall(r"/people/authorisations/(\d+)/papers", page)
    quentin.post(f"/people/authorisations/{number}/papers", file=(BytesIO(b"witnessed"), "witness.pdf"))
    assert "witness.pdf" in at.enter("anna").get("/people/authorisations?method=GB 5009.12-2023")
    assert "TR-7" not in quentin.get("/people/authorisations?within=30")
    assert quentin.post(f"/people/authorisations/{number}/end", 422, last_day="2025-12-31", reason="left")
    quentin.post(f"/people/authorisations/{number}/end", last_day="2026-01-31", reason="left")
    assert "TR-7" in quentin.get("/people/authorisations?within=ended")

"""The inbox and the weighing page, without script: what waits is laid on a worksheet, a weight is kept or refused."""

from __future__ import annotations

import re

import pytest

from lims.jobs import receiving
from lims.services.spool import Deliver
from lims.services.transaction import view
from tests import builders as b
from tests.receiving import bench
from tests.web.people import Door, door


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def test_what_fits_no_worksheet_is_laid_on_the_one_that_a_person_chooses(
    at: Door, laboratory: b.Laboratory
) -> None:
    owner = bench.an_instrument(laboratory).id
    sheet, _ = bench.a_worksheet(laboratory)
    for sample in ("ELSEWHERE-1", "ELSEWHERE-2"):
        receiving.keep(laboratory.place, owner, Deliver("IA-01", "folder", f"<b>{sample}", bench.message(sample)))
    receiving.stage_waiting(laboratory.place)
    anna = at.enter("anna")
    page = anna.get("/bench/inbox")
    assert "No open worksheet of IA-01 has a sample of this file (ELSEWHERE-1)" in page
    assert "&lt;b&gt;ELSEWHERE-1" in page
    assert anna.client.get("/bench/inbox/1/file").data == bench.message("ELSEWHERE-1")
    anna.post("/bench/inbox/1/stage", 409)
    anna.post("/bench/inbox/1/stage", worksheet=sheet)
    anna.post("/bench/inbox/2/retry")
    anna.post("/bench/inbox/2/refuse", 409, reason="")
    anna.post("/bench/inbox/2/refuse", reason="sent by mistake")
    assert "Nothing needs a person" in anna.get("/bench/inbox")
    assert [row.state for row in bench.deliveries(laboratory)] == ["staged", "refused"]
    at.enter("max").get("/bench/inbox", 403)


def test_a_weight_is_kept_as_received_and_stands_where_the_result_is_entered(
    at: Door, laboratory: b.Laboratory
) -> None:
    bench.an_instrument(laboratory, "B12", technique="balance", working_range="0.02 g - 220 g", serial_no="SN1")
    bench.an_instrument(laboratory)
    sheet, _ = bench.a_worksheet(laboratory)
    anna = at.enter("anna")
    page = anna.get(f"/bench/weighing?worksheet={sheet}")
    position = re.findall(r'<option value="(\d+)" selected>', page)[0]
    told = {"worksheet": sheet, "instrument": "B12", "position": position, "symbol": "m", "protocol": "sics"}
    for more, words in (
        ({"text": "2.0014"}, "is no value with a unit"),
        ({"text": "0.0051 g"}, "below the minimum weight"),
        ({"text": "250 g"}, "outside the working range"),
        ({"text": "x", "line": "S D     2.0014 g"}, "had not come to rest"),
        ({"text": "x", "line": "S S     2.0014 g", "serial_no": "SN2"}, "its serial number is SN2"),
    ):
        assert words in anna.post("/bench/weighing", 422, **told, **more)
    anna.post("/bench/weighing", **told, text="9", line="S S     2.0014 g", serial_no="SN1", tare="12.5003 g")
    page = anna.get(f"/bench/weighing?worksheet={sheet}")
    assert "m = 2.0014 g" in page
    assert "S S     2.0014 g" in page
    analysis = re.findall(r'href="(/bench/analyses/\d+)"', anna.get(f"/bench/worksheets/{sheet}"))[0]
    assert "m from balance B12: 2.0014 g" in anna.get(analysis)


def test_a_weight_of_the_agent_is_taken_once(at: Door, laboratory: b.Laboratory) -> None:
    from lims.services import device, weighing

    owner = bench.an_instrument(laboratory, "B12", technique="balance").id
    bench.an_instrument(laboratory)
    sheet, _ = bench.a_worksheet(laboratory)
    with laboratory.acting(device.receiver(owner, "B12", "serial")) as tx:
        weighing.take(tx, weighing.TakeWeight("B12", "+    2.0014 g ", "sbi", "agent"))
    anna = at.enter("anna")
    page = anna.get(f"/bench/weighing?worksheet={sheet}")
    position = re.findall(r'<option value="(\d+)" selected>', page)[0]
    anna.post("/bench/weighing/1/assign", worksheet=sheet, position=position)
    assert "taken for a position already" in anna.post("/bench/weighing/1/assign", 409, position=position)
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        from lims.services.reading import weighing as reading_weighing

        assert [one.text for one in reading_weighing.bench(tx, sheet).places[0].weighings] == ["+    2.0014 g "]

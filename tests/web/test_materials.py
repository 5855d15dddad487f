"""Materials at the door of the web: receive, prepare, scan on the worksheet, withdraw, and the label."""

from __future__ import annotations

import io
import re

import pytest

from tests import builders as b
from tests.services.test_material import defined, in_use, on_sheet
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
ROOM = "/bench/materials"


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_lot_goes_from_the_counter_through_a_solution_onto_a_worksheet(at: Door, laboratory: b.Laboratory) -> None:
    defined(laboratory)
    no, analysis_id = on_sheet(laboratory)
    rita, anna, quentin = at.enter("rita"), at.enter("anna"), at.enter("quentin")
    lot = {"material": "GBW08619", "lot_no": "B7", "certificate_no": "C-7", "expiry": "2099-01-01", "quantity": "50",
           "unit": "mL", "barcode": "stock-77", "values": "PB 1000 ± 4 mg/L\n"}  # fmt: skip
    page = rita.post(f"{ROOM}/receive", 422, **{**lot, "values": "PB 1000 ± 4"})
    assert "the value of PB needs its unit" in said(page) and 'value="stock-77"' in page
    paper = (io.BytesIO(b"%PDF-1.7 certificate"), "certificate 7.pdf")
    stock = rita.post(f"{ROOM}/receive", **lot, file=paper)
    assert stock.endswith("/STOCK-77")
    page = rita.get(stock)
    assert "certificate 7.pdf" in page and "/withdraw" not in page and "1000 ± 4 mg/L" in page
    (paper_path,) = re.findall(r'href="([^"]+/papers/\d+)"', page)
    assert rita.client.get(paper_path).data == b"%PDF-1.7 certificate"
    scan = f"/bench/worksheets/{no}/materials"
    assert "opening of lot STOCK-77 has not been recorded" in said(anna.post(scan, 409, no="STOCK-77"))
    anna.post(f"{stock}/open", version=re.findall(r'name="version" value="(\d+)"', anna.get(stock))[0])
    rows = {"part": ["stock-77", ""], "taken": ["1", ""], "taken_unit": ["mL", "mL"], "taken_tolerance": ["", ""]}
    page = anna.post(f"{ROOM}/prepare", 200, more="1", **rows)
    assert "PB 1000 ± 4 mg/L" in said(page), "Enter only looks up"
    solution = {"material": "WS-PB-10", "final": "100", "final_unit": "mL", "final_tolerance": "", **rows}
    made = anna.post(f"{ROOM}/prepare", **solution)
    barcode = made.rpartition("/")[2]
    assert "10.000 ± 0.040 mg/L" in anna.get(made)
    anna.post(scan, no=barcode)
    page = anna.get(f"/bench/worksheets/{no}")
    assert barcode in page and "data-scan-home" in page
    assert "STOCK-77" in anna.get(f"/bench/analyses/{analysis_id}") and "1.000" not in page
    assert anna.post("/bench/worksheets/" + no + "/materials", no=re.findall(r"\d\d-\d\d-\d{5}", page)[0]).startswith(
        "/find?q="
    ), "the label of a sample opens it, as a scan anywhere does"
    anna.get(f"/find?q={barcode}", 302)
    anna.post(f"{stock}/withdraw", 403, reason="recalled")
    page = said(quentin.get(quentin.post(f"{stock}/withdraw", reason="recalled by its producer")))
    assert no in page and "recalled by its producer" in page
    assert "was made from STOCK-77, which was withdrawn" in said(anna.get(made))
    (strike,) = re.findall(r'action="([^"]+/strike)"', anna.get(f"/bench/worksheets/{no}"))
    anna.post(strike, reason="withdrawn")
    assert barcode not in anna.get(f"/bench/worksheets/{no}")


def test_the_list_is_filtered_and_the_label_is_drawn(at: Door, laboratory: b.Laboratory) -> None:
    defined(laboratory)
    acid = in_use(laboratory, "HNO3", barcode="ACID-0001")
    stock = in_use(laboratory, "GBW08619", "1000 ± 4 mg/L", barcode="STOCK-01")
    anna = at.enter("anna")
    for asked, shown in (("kind=crm", [stock]), ("q=acid", [acid]), ("state=expired", []), ("", [stock, acid])):
        page = anna.get(f"{ROOM}?{asked}")
        assert re.findall(r"/materials/lots/([A-Z0-9-]+)\"", page) == shown, asked
    label = anna.client.get(f"{ROOM}/lots/{stock}/label.pdf?size=large")
    assert label.data.startswith(b"%PDF") and label.mimetype == "application/pdf"
    at.enter("kate").post(f"{ROOM}/kinds", code="H2O2", name_zh="过氧化氢", kind="reagent", open_days="90")
    assert "过氧化氢" in anna.get(f"{ROOM}/kinds")
    at.enter("ivo").get(ROOM, 403)

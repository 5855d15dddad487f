"""The intake room in the browser's language: lodge, accept, draw, receive; everything without JavaScript."""

from __future__ import annotations

import io
import re

import pytest

from tests import builders as b
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

CONSIGNMENT = {
    "declaration_no": "530120261100044187",
    "jurisdiction": "CN",
    "port": "HAK",
    "importer": "IMP",
    "producer": "PRO",
    "origin": "EC",
    "lines": "1",
    "product.1": "FISH",
    "goods_en.1": "Frozen fish",
    "quantity.1": "24000",
    "unit.1": "kg",
    "lots.1": "PP-1=12000; PP-2=12000",
}


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def lodged(at: Door) -> str:
    return at.enter("igor").post("/intake/requests/new", **CONSIGNMENT)


def test_a_lodged_request_shows_its_lots_and_why_each_analysis_is_proposed(at: Door) -> None:
    page = at.enter("rita").get(lodged(at))
    assert "PP-1" in page and "PP-2" in page
    assert page.count("limit in force; LOQ fits") >= 2
    assert "Accept the request" in page


def test_add_a_line_gives_a_row_more_and_keeps_what_was_typed(at: Door) -> None:
    page = at.enter("igor").post("/intake/requests/new", 200, add_line="1", **CONSIGNMENT)
    assert 'name="quantity.2"' in page
    assert 'value="530120261100044187"' in page


def test_a_refused_lodging_keeps_what_was_typed_and_says_why(at: Door) -> None:
    page = at.enter("igor").post("/intake/requests/new", 422, **{**CONSIGNMENT, "quantity.1": "a lot"})
    assert 'role="alert"' in page
    assert 'value="a lot"' in page
    assert "<title>Error:" in page


def test_a_gap_is_flagged_and_accepted_only_with_a_reason(at: Door) -> None:
    rita = at.enter("rita")
    path = at.enter("igor").post("/intake/requests/new", **{**CONSIGNMENT, "product.1": "", "hs_code.1": "9999.99"})
    assert "Gap in line 1" in rita.get(path)
    rita.post(path + "/accept", 409)
    rita.post(path + "/accept", **{"gap.1": "appearance only"})
    assert "appearance only" in rita.get(path)


def test_the_laboratory_asks_and_the_inspector_answers(at: Door) -> None:
    path, rita, igor = lodged(at), at.enter("rita"), at.enter("igor")
    rita.post(path + "/ask", question="Which species?")
    assert "Which species?" in igor.get(path)
    igor.post(path + "/answer", answer="Merluccius")
    assert "Accept the request" in rita.get(path)


def test_an_analysis_is_added_and_removed_with_a_reason(at: Door) -> None:
    path, rita = lodged(at), at.enter("rita")
    rita.post(path + "/analyses", lot="1", analyte="HG", reason="alert of last week")
    page = rita.get(path)
    assert "alert of last week" in page
    first = re.findall(r"/analyses/(\d+)/cancel", page)[0]
    rita.post(f"{path}/analyses/{first}/cancel", 409, reason="")
    rita.post(f"{path}/analyses/{first}/cancel", reason="not for this size")


def test_what_holds_for_the_whole_category_is_offered_and_joins_with_its_standard_as_the_reason(at: Door) -> None:
    where = lodged(at)
    rita = at.enter("rita")
    assert "MARA announcement No. 250 (2019) prohibited list" in rita.get(where)
    ban = {"lot": "1", "analyte": "AOZ", "reason": "MARA announcement No. 250 (2019) prohibited list"}
    rita.post(where + "/analyses", **ban)
    page = rita.get(where)
    assert "added: MARA announcement No. 250 (2019)" in " ".join(page.split())
    assert page.count('value="AOZ"') == 1  # offered for the other lot still


def test_a_sample_is_drawn_labelled_and_received_by_one_scan(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    igor, rita = at.enter("igor"), at.enter("rita")
    record = {"sampler_1": "Igor", "seal_no": "HK-1", "increments": "5", "portion.reserve": "1", "amount.test": "500"}
    assert "TWO_SAMPLERS" not in igor.post(f"/intake/lots/{no}-L1/draw", 422, sampler_2="Igor", **record)
    path = igor.post(f"/intake/lots/{no}-L1/draw", sampler_2="Olga", **record)
    sample_no = path.rsplit("/", 1)[1]
    labels = rita.client.get(f"{path}/labels.pdf")
    assert labels.data.startswith(b"%PDF") and labels.mimetype == "application/pdf"
    assert sample_no in rita.get("/intake/receive")
    rita.post("/intake/receive", no=f"{sample_no}-1", condition="accepted", temperature="-18 °C", seal_intact="yes")
    page = rita.get("/intake/receive")
    assert re.search(rf'class="live".*{sample_no}', page)
    assert 'value="-18 °C"' in page, "the settings beside the box stay for the next scan"
    assert "nothing" not in rita.get(f"/find?q={sample_no}", 302)


def test_an_unknown_scan_is_said_so_and_stays_in_the_box(at: Door) -> None:
    page = at.enter("rita").post("/intake/receive", 422, no="26-11-99999")
    assert 'value="26-11-99999"' in page and 'role="alert"' in page


def test_a_broken_sample_is_rejected_with_its_reason(at: Door, laboratory: b.Laboratory) -> None:
    no, rita = b.lodged(laboratory, "FISH"), at.enter("rita")
    with laboratory.acting(laboratory.cast.igor) as tx:
        drawn = b.sample.draw(tx, b.sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-2"))
    rita.post(f"/intake/samples/{drawn.no}/reject", reason_code="damaged", reason="carton crushed")
    assert "rejected" in rita.get(f"/intake/samples/{drawn.no}")


def test_a_paper_is_attached_and_handed_out_as_a_download_only(at: Door) -> None:
    path, igor = lodged(at), at.enter("igor")
    file = (io.BytesIO(b"<script>alert(1)</script>"), "发票 invoice.html")
    answer = igor.client.post(path + "/papers", data={"csrf_token": igor.token, "file": file})
    assert answer.status_code == 303
    link = re.findall(r"/intake/papers/\d+", igor.get(path))[0]
    got = igor.client.get(link)
    assert got.data == b"<script>alert(1)</script>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.mimetype == "application/octet-stream"


def test_an_analyst_sees_the_sample_blind_and_the_request_not_at_all(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    anna = at.enter("anna")
    page = anna.get(f"/intake/samples/{sample_no}")
    assert "Fish" in page
    for secret in ("Hainan", "海南", no, "530120261100044187", "Frozen peeled shrimp", "Olga"):
        assert secret not in page
    anna.get(f"/intake/requests/{no}", 404)
    anna.get(f"/release/lots/{no}-L1", 404)
    anna.get("/release/lots", 404)
    anna.get("/find?q=530120261100044187", 404)


def test_a_form_without_its_token_is_refused(at: Door) -> None:
    igor = at.enter("igor")
    igor.token = "forged"
    igor.post("/intake/requests/new", 400, **CONSIGNMENT)

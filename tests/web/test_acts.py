"""The acts beside the main job at the door of the web: pausing, handing over, retaining, holding, another round."""

from __future__ import annotations

import re

import pytest

from lims.services import lot, sample
from tests import builders as b
from tests.flows.test_second_round import PROOF, failing, treated
from tests.web.people import PASSWORD, Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def version(page: str) -> str:
    return re.findall(r'name="version" value="(\d+)"', page)[0]


def drawn(lab: b.Laboratory) -> tuple[str, str]:
    no = b.lodged(lab, "FISH")
    with lab.acting(lab.cast.igor) as tx:
        return no, sample.draw(tx, sample.DrawSample(f"{no}-L1", "Igor", "Olga", "HK-1")).no


def test_a_pause_is_told_with_its_reason_and_takes_the_way_to_draw_off_the_page(
    at: Door, laboratory: b.Laboratory
) -> None:
    no = b.lodged(laboratory, "FISH")
    path, rita, igor = f"/intake/requests/{no}", at.enter("rita"), at.enter("igor")
    assert f"/intake/lots/{no}-L1/draw" in igor.get(path)
    rita.post(path + "/pause", 409, reason=" ")
    rita.post(path + "/pause", reason="the importer owes the contract")
    page = igor.get(path)
    assert "the importer owes the contract" in page and f"/intake/lots/{no}-L1/draw" not in page
    record = {"sampler_1": "Igor", "sampler_2": "Olga", "seal_no": "HK-2", "increments": "1"}
    assert "is paused" in igor.post(f"/intake/lots/{no}-L1/draw", 422, **record)
    igor.post(path + "/resume", 403)
    rita.post(path + "/resume")
    igor.post(f"/intake/lots/{no}-L1/draw", **record)


def test_a_pause_from_an_old_page_is_refused_and_does_nothing(at: Door, laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH")
    path, rita = f"/intake/requests/{no}", at.enter("rita")
    old = version(rita.get(path))
    rita.post(path + "/pause", reason="first", version=old)
    rita.post(path + "/resume")
    page = rita.post(path + "/pause", 409, reason="second", version=old)
    assert "Nothing was done" in page and "second" not in re.sub(r'value="[^"]*"', "", page)
    assert version(page) != old, "the page of the refusal is the one to act from"
    rita.post(path + "/pause", reason="third", version=version(page))
    assert "third" in rita.get(path)


def test_a_sample_is_handed_over_once_and_its_custody_is_shown(at: Door, laboratory: b.Laboratory) -> None:
    _, sample_no = drawn(laboratory)
    path, igor = f"/intake/samples/{sample_no}", at.enter("igor")
    seen = version(igor.get(path))
    igor.post(path + "/dispatch", 409, to=" ", version=seen)
    hand_over = {"to": "courier Wang", "seal_intact": "no", "temperature": "-18.5 °C", "version": seen}
    igor.post(path + "/dispatch", **hand_over)
    page = igor.post(path + "/dispatch", 409, **hand_over)
    assert "Nothing was done" in page
    assert page.count("courier Wang</td>") == 1 and "broken" in page and "-18.5 °C" in page and "transport" in page
    assert path + "/dispatch" not in at.enter("rita").get(path), "who may not hand over is offered nothing"


def test_an_approved_sample_is_retained_with_a_day_that_its_verdict_proposes(
    at: Door, laboratory: b.Laboratory
) -> None:
    _, _, sample_no = failing(laboratory)
    path, rita = f"/intake/samples/{sample_no}", at.enter("rita")
    page = rita.get(path)
    (proposed,) = re.findall(r'name="until" type="date" value="([^"]+)"', page)
    assert proposed == "2027-05-24", "six months for one that does not conform"
    rita.post(path + "/retain", 409, place="", until="2099-05-24")
    assert "lies in the past" in rita.post(path + "/retain", 409, place="R-12-3", until="2020-01-01")
    rita.post(path + "/retain", 409, place="R-12-3", until="soon")
    rita.post(path + "/retain", place="R-12-3", until="2099-05-24", version=version(page))
    rita.post(path + "/retain", 409, place="R-99", until="2099-05-24", version=version(page))
    page = rita.get(path)
    assert "R-12-3" in page and "R-99" not in page and "retained" in page and "2099-05-24" in page


def test_a_lot_is_held_by_its_own_button(at: Door, laboratory: b.Laboratory) -> None:
    _, lot_no, _ = failing(laboratory)
    path, dana = f"/release/lots/{lot_no}", at.enter("dana")
    seen = version(dana.get(path))
    dana.post(path + "/hold", 409, reason="", version=seen)
    dana.post(path + "/hold", reason="second opinion", version=seen)
    dana.post(path + "/hold", 409, reason="second opinion", version=seen)
    page = dana.get(path)
    assert "held" in page and 'name="disposition"' not in page
    dana.post(path + "/unhold", reason="given", version=version(page))
    at.enter("chen").post(path + "/hold", 403, reason="x")


def test_a_double_click_decides_once(at: Door, laboratory: b.Laboratory) -> None:
    _, lot_no, _ = failing(laboratory)
    path, dana = f"/release/lots/{lot_no}", at.enter("dana")
    decision = {"disposition": "TECHNICAL_TREATMENT", "reason": "to be refined", "version": version(dana.get(path))}
    dana.post(path + "/decide", **decision)
    dana.post(path + "/decide", 409, **decision)
    dana.post(path + "/decide", 409, disposition="RETURN", reason="without a version")
    assert "Versions of the decision" not in dana.get(path)


def test_deciding_anew_says_what_it_makes_and_what_it_supersedes(at: Door, laboratory: b.Laboratory) -> None:
    _, lot_no, _, failed = treated(laboratory)
    path, dana, chen = f"/release/lots/{lot_no}", at.enter("dana"), at.enter("chen")
    page = dana.get(path)
    form = re.search(r'action="[^"]*/redecide".*?</form>', page, re.S)
    assert form and "This makes version 2" in form[0] and failed in form[0] and "HOLD" not in form[0]
    anew = {"disposition": "RETURN", "reason": "the importer chose to return it", "version": version(form[0])}
    dana.post(path + "/redecide", **anew)
    dana.post(path + "/redecide", 409, **anew)
    page = dana.get(path)
    assert "Versions of the decision" in page and page.count('<span class="muted">Version ') == 2
    chen.post(path + "/redecide", 403, **anew)
    new = chen.post(path + "/certify", password=PASSWORD, meaning="I issue this document")
    assert failed in chen.get(new) and "superseded" in chen.get(f"/release/certificates/{failed}")


def test_another_round_is_offered_after_the_proof_and_its_page_keeps_the_first(
    at: Door, laboratory: b.Laboratory
) -> None:
    no, lot_no, sample_no, failed = treated(laboratory)
    path, dana, igor = f"/release/lots/{lot_no}", at.enter("dana"), at.enter("igor")
    seen = version(dana.get(path))
    dana.post(path + "/reinspect", version=seen)
    dana.post(path + "/reinspect", 409, version=seen)
    dana.post(path + "/reinspect", 409)
    page = dana.get(path)
    assert page.count("round 2") == 1 and "Round 1" in page and PROOF in page and sample_no in page and failed in page
    page = igor.get(f"/intake/requests/{no}")
    assert f"/intake/lots/{lot_no}/draw" in page and sample_no not in page
    record = {"sampler_1": "Igor", "sampler_2": "Olga", "seal_no": "HK-2", "increments": "1"}
    second = igor.post(f"/intake/lots/{lot_no}/draw", **record)
    assert "round 2" in igor.get(second) and sample_no not in second


def test_without_a_treatment_the_button_is_grey_and_says_why(at: Door, laboratory: b.Laboratory) -> None:
    _, lot_no, _ = failing(laboratory)
    b.decided(laboratory, lot_no, "RETURN", "chosen")
    b.certified(laboratory, lot_no)
    with laboratory.acting(laboratory.cast.dana) as tx:
        lot.prove(tx, lot_no, "exit record 118")
    dana = at.enter("dana")
    page = dana.get(f"/release/lots/{lot_no}")
    assert "was not decided for treatment" in page and "/reinspect" not in page
    assert "was not decided" in dana.post(f"/release/lots/{lot_no}/reinspect", 409)


def test_the_quality_room_leads_from_the_trail_to_the_batches_and_back(at: Door) -> None:
    quentin = at.enter("quentin")
    for path in ("/quality/trail", "/quality/batches"):
        page = quentin.get(path)
        assert 'href="/quality/batches"' in page and 'href="/quality/trail"' in page
        assert re.search(r'<a href="/quality/" class="on"', page)
    assert 'href="/quality/"' in at.enter("anna").get("/")

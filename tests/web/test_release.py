"""The release room: verify, approve, decide, issue, withdraw; each by the person whose duty it is."""

from __future__ import annotations

import re

import pytest

from tests import builders as b
from tests.web.people import PASSWORD, Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def entered(lab: b.Laboratory, cadmium: str = "0.001", **more: str) -> tuple[str, str, list[int]]:
    """A lot with every result submitted: its number, its sample, its analyses."""
    no = b.lodged(lab, "FISH", **more)
    sample_no = b.received(lab, no)
    with b.transaction(lab.place, lab.cast.rita, b.NOW, "look") as tx:
        rows = [(a.id, a.method, a.analyte) for a in _analyses(tx, sample_no)]
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(method for _, method, _ in rows)))
    for analysis_id, _, analyte in rows:
        b.entered(lab, analysis_id, cadmium if analyte == "CD" else "0.001")
    return f"{no}-L1", sample_no, [row[0] for row in rows]


def _analyses(tx: object, sample_no: str) -> tuple:
    from lims.services.reading import sample

    return sample.detail(tx, sample_no).analyses  # type: ignore[arg-type]


def approved(lab: b.Laboratory, cadmium: str = "0.001") -> tuple[str, str]:
    lot_no, sample_no, ids = entered(lab, cadmium)
    for analysis_id in ids:
        b.verified(lab, analysis_id)
    b.approved(lab, sample_no)
    return lot_no, sample_no


def test_clean_results_are_ticked_and_exceptions_come_first_unticked(at: Door, laboratory: b.Laboratory) -> None:
    _, _, ids = entered(laboratory, "0.62 ± 0.05")
    boris = at.enter("boris")
    page = boris.get("/release/review")
    boxes = re.findall(r'name="analysis" value="(\d+)"[^>]*?( checked)?>', page)
    assert boxes[0][1] == "" and all(checked for _, checked in boxes[1:])
    boris.post("/release/review/verify", 409)
    boris.post("/release/review/verify", analysis=[value for value, _ in boxes])
    assert "Nothing waits" in boris.get("/release/review")
    assert len(ids) == len(boxes)


def test_a_result_goes_back_to_the_analyst_with_a_reason(at: Door, laboratory: b.Laboratory) -> None:
    _, _, ids = entered(laboratory)
    boris = at.enter("boris")
    boris.post(f"/release/review/{ids[0]}/return", 409, reason="")
    boris.post(f"/release/review/{ids[0]}/return", reason="dilution not noted")
    boris.post(f"/release/review/{ids[1]}/retest", reason="duplicate differs")
    assert boris.get("/release/review").count('name="analysis"') == len(ids) - 2


def test_approving_asks_for_the_password_again(at: Door, laboratory: b.Laboratory) -> None:
    _, sample_no, ids = entered(laboratory)
    for analysis_id in ids:
        b.verified(laboratory, analysis_id)
    vera = at.enter("vera")
    assert sample_no in vera.get("/release/samples")
    path = f"/release/samples/{sample_no}"
    page = vera.post(path, 409, password="guess", meaning="I approve")
    assert 'role="alert"' in page and "guess" not in page
    vera.post(path, password=PASSWORD, meaning="I approve these results")
    assert "approved" in vera.get(f"/intake/samples/{sample_no}")


def test_the_decision_page_offers_what_the_table_offers_and_draws_the_comparison(
    at: Door, laboratory: b.Laboratory
) -> None:
    lot_no, _ = approved(laboratory, "0.62 ± 0.05")
    dana = at.enter("dana")
    path = f"/release/lots/{lot_no}"
    page = dana.get(path)
    offered = re.findall(r'name="disposition" value="(\w+)"', page)
    assert offered == ["RETURN", "DESTROY", "HOLD"]
    assert "FOOD-SHE" in page and 'class="scale fail"' in page and "style=" not in page
    dana.post(path + "/decide", 409, disposition="RETURN", reason="")
    dana.post(path + "/decide", disposition="RETURN", reason="cadmium above the limit")
    assert "cadmium above the limit" in dana.get(path)


def test_who_approved_the_lot_sees_no_form_to_decide_it(at: Door, laboratory: b.Laboratory) -> None:
    lot_no, _ = approved(laboratory)
    vera = at.enter("vera")
    assert 'name="disposition"' not in vera.get(f"/release/lots/{lot_no}")
    vera.post(f"/release/lots/{lot_no}/decide", 403, disposition="RELEASE", reason="x")


def test_a_held_lot_is_decided_after_the_hold_is_lifted(at: Door, laboratory: b.Laboratory) -> None:
    lot_no, _ = approved(laboratory, "<0.5")
    dana = at.enter("dana")
    path = f"/release/lots/{lot_no}"
    dana.post(path + "/decide", disposition="HOLD", reason="retest asked")
    assert "held" in dana.get(path)
    dana.post(path + "/unhold", reason="retest done")


def test_a_document_is_issued_by_signing_and_withdrawn_by_two_people(at: Door, laboratory: b.Laboratory) -> None:
    lot_no, _ = approved(laboratory)
    b.decided(laboratory, lot_no, "RELEASE")
    chen, quentin = at.enter("chen"), at.enter("quentin")
    assert lot_no in chen.get("/release/certify")
    chen.post(f"/release/lots/{lot_no}/certify", 409, password="guess", meaning="I issue")
    path = chen.post(f"/release/lots/{lot_no}/certify", password=PASSWORD, meaning="I issue this document")
    assert chen.client.get(path + ".pdf").data.startswith(b"%PDF")
    chen.post(path + "/ask-withdrawal", reason="wrong mark")
    assert "disabled" in chen.get(path), "who asked does not withdraw"
    chen.post(path + "/withdraw", 409, reason="wrong mark", password=PASSWORD, meaning="I withdraw")
    quentin.post(path + "/withdraw", reason="wrong mark", password=PASSWORD, meaning="I withdraw")
    assert "withdrawn" in quentin.get(path)


def test_a_held_batch_is_released_by_quality_with_a_reason(at: Door, laboratory: b.Laboratory) -> None:
    sample_no = b.received(laboratory, b.lodged(laboratory, "FISH"))
    with laboratory.acting(laboratory.cast.anna) as tx:
        made = b.worksheet.make(tx, b.worksheet.MakeWorksheet("GB 5009.15-2023", sample_nos=(sample_no,), blanks=1))
    anna, quentin = at.enter("anna"), at.enter("quentin")
    url = re.findall(r"/bench/positions/\d+/cell", anna.get(f"/bench/worksheets/{made.no}"))[0]
    anna.cell(url, text="0.5", analyte="CD", worksheet=made.no)
    assert made.no in quentin.get("/quality/batches")
    anna.post(f"/quality/batches/{made.no}/release", 403, reason="fine")
    quentin.post(f"/quality/batches/{made.no}/release", reason="blank contaminated after the run")
    assert made.no not in quentin.get("/quality/batches")


def test_the_trail_tells_who_did_what_and_whether_the_chain_holds(at: Door, laboratory: b.Laboratory) -> None:
    lot_no, _ = approved(laboratory)
    quentin = at.enter("quentin")
    page = quentin.get(f"/quality/trail?no={lot_no}&verify=1")
    assert "chain intact" in page and "in_test" in page and "reported" in page
    at.enter("igor").get("/quality/trail", 403)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("max", "/intake/requests"),
        ("max", "/bench/"),
        ("anna", "/release/review"),
        ("igor", "/release/samples"),
        ("boris", "/release/certify"),
        ("dana", "/intake/receive"),
    ],
)
def test_a_page_of_another_duty_is_closed(at: Door, who: str, path: str) -> None:
    at.enter(who).get(path, 403)

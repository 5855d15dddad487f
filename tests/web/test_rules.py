"""Decision rules and dispositions on the pages and over HTTP: the contract's rule, the table, what was established."""

from __future__ import annotations

import pytest

from tests import builders as b
from tests.api.client import an_api, lodging, ok, refused
from tests.services.test_dispositions import a_failing_lot
from tests.web.people import Door, door
from tests.web.test_intake import CONSIGNMENT

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
CODEX = {**CONSIGNMENT, "jurisdiction": "CODEX", "product.1": "RICE"}


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


def test_a_request_is_lodged_with_the_rule_of_its_contract(at: Door) -> None:
    igor = at.enter("igor")
    assert "guarded acceptance (G8_GUARDED)" in igor.get("/intake/requests/new")
    path = igor.post("/intake/requests/new", **CODEX, contract_rule="G8_GUARDED", contract_reason="agreement 2026-14")
    page = at.enter("rita").get(path)
    assert "G8_GUARDED · agreement 2026-14" in page and "guard band" in page


def test_a_contract_rule_without_its_reason_comes_back_as_it_was_chosen(at: Door) -> None:
    page = at.enter("igor").post("/intake/requests/new", 422, **CODEX, contract_rule="G8_GUARDED")
    assert '<option value="G8_GUARDED" selected>' in page


def test_the_contract_rule_over_http(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    api = an_api(laboratory, monkeypatch)
    body = {**lodging("D-77"), "contract_rule": {"code": "G8_SIMPLE", "reason": "agreement"}}
    shown = ok(api.igor.post("/inspection-requests", body), 201)
    assert (shown["contract_rule"], shown["contract_reason"]) == ("G8_SIMPLE", "agreement")
    unknown = {**lodging("D-78"), "contract_rule": {"code": "LENIENT", "reason": "agreement"}}
    refused(api.igor.post("/inspection-requests", unknown), 422, "UNKNOWN_DECISION_RULE")


def test_the_page_of_the_table_shows_ground_document_and_deadline(at: Door) -> None:
    page = at.enter("kate").get("/catalogue/list/disposition_rule")
    for text in ("Reg. (EU) 2017/625 Arts. 66, 69", "CHED part II decision", "60 d or shorter", "no rule matched"):
        assert text in page


def test_the_officer_says_what_was_established_and_the_row_for_it_is_offered(
    at: Door, laboratory: b.Laboratory
) -> None:
    lot_no = a_failing_lot(laboratory, "ANIMAL_OR_PLANT_PRODUCT")
    dana = at.enter("dana")
    page = dana.get(f"/release/lots/{lot_no}")
    assert "an effective treatment exists" in page and 'value="DISINFEST_TREATMENT"' not in page
    page = dana.get(f"/release/lots/{lot_no}?finding=EFFECTIVE_TREATMENT_EXISTS")
    assert 'value="DISINFEST_TREATMENT"' in page and "quarantine treatment notice" in page
    fields = {"disposition": "DISINFEST_TREATMENT", "reason": "fumigation"}
    dana.post(f"/release/lots/{lot_no}/decide", 409, **fields, finding="made up")
    dana.post(f"/release/lots/{lot_no}/decide", **fields, finding="EFFECTIVE_TREATMENT_EXISTS")
    page = dana.get(f"/release/lots/{lot_no}")
    assert "QUAR-TREAT" in page and "Animal and Plant Quarantine Law Arts. 16(2), 17, 19" in page
    assert "risk of false rejection" in page

"""The main job over HTTP, each step by the person whose duty it is, to a certificate that verifies."""

from __future__ import annotations

from typing import Any

import pytest

from reports.signing import verify
from tests.api.client import Api, an_api, lodging, ok, refused, signature
from tests.builders import Laboratory


@pytest.fixture
def api(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Api:
    return an_api(laboratory, monkeypatch)


def received(api: Api, declaration: str) -> tuple[str, str, str]:
    """Lodged, accepted, drawn and received: (request, lot, sample)."""
    request = ok(api.igor.post("/inspection-requests", lodging(declaration)), 201)
    (lot,) = request["lots"]
    assert lot["analyses"] and all(one["method"] and one["limit"] for one in lot["analyses"])
    assert request["lines"][0]["gap"] == ""
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    drawn = {"lot": lot["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-55012", "plan": "5 of 60"}
    sample = ok(api.igor.post("/samples", drawn), 201)
    there = ok(api.rita.post(f"/samples/{sample['no']}/receive", {"temperature": "-18.2 °C"}))
    assert {one["state"] for one in there["analyses"]} == {"waiting"}
    return request["no"], lot["no"], sample["no"]


def measured(api: Api, sample_no: str, texts: dict[str, dict[str, Any]]) -> None:
    """Every analysis on a worksheet, entered by Anna, verified by Boris."""
    waiting = ok(api.rita.get(f"/samples/{sample_no}"))["analyses"]
    for method in sorted({one["method"] for one in waiting}):
        sheet = ok(api.anna.post("/worksheets", {"method": method, "samples": [sample_no]}), 201)
        assert [p["label"] for p in sheet["positions"]] == [sample_no]
    done = []
    for one in waiting:
        body = texts.get(one["analyte"], {"text": "0.001"})
        done.append(ok(api.anna.put(f"/analyses/{one['id']}/result", body)))
    assert {one["state"] for one in done} == {"submitted"}
    states = [ok(api.boris.post(f"/results/{one['result_id']}/verify"))["sample_state"] for one in done]
    assert states[-1] == "tested"


def test_the_whole_job_over_http_to_a_certificate_that_verifies(api: Api) -> None:
    request_no, lot_no, sample_no = received(api, "D-1")
    measured(api, sample_no, {})
    approved = ok(api.vera.post(f"/samples/{sample_no}/approve", signature("I approve the report")))
    assert (approved["state"], approved["verdict"], approved["lot_state"]) == ("approved", "PASS", "reported")
    choice = {"lots": [{"lot": lot_no, "disposition": "RELEASE", "reason": "every result conforms"}]}
    (decided,) = ok(api.dana.post(f"/inspection-requests/{request_no}/decide", choice))["lots"]
    assert decided == {"lot": lot_no, "state": "decided", "disposition": "RELEASE", "rule": "PASS", "verdict": "PASS"}
    issued = ok(api.chen.post("/certificates", {"lot": lot_no, **signature("I issue")}), 201)
    assert (issued["kind"], issued["state"], issued["lot_state"]) == ("PASS", "issued", "disposed")
    assert ok(api.rita.get(f"/inspection-requests/{request_no}"))["state"] == "closed"
    paper = api.chen.get(f"/certificates/{issued['no']}.pdf")
    assert paper.content_type == "application/pdf"
    found = verify(paper.data, [(api.lab.place.home / "keys" / "laboratory.pem").read_bytes()])
    assert (found.status, found.sha256) == ("VALID", issued["digest"])
    assert found.content == ok(api.chen.get(f"/certificates/{issued['no']}"))["content"]
    public = api.http.get(f"/api/v1/verify/{issued['no']}?c={issued['verify_code']}")
    assert (ok(public)["state"], ok(public)["digest"]) == ("issued", issued["digest"])
    refused(api.http.get(f"/api/v1/verify/{issued['no']}?c=wrong"), 404, "CERTIFICATE_UNKNOWN")


def test_a_failing_lot_is_returned_with_its_own_document_and_closed_on_proof(api: Api) -> None:
    request_no, lot_no, sample_no = received(api, "D-2")
    measured(api, sample_no, {"CD": {"text": "0.62 mg/kg", "expanded": "0.05", "k": "2"}})
    assert ok(api.vera.post(f"/samples/{sample_no}/approve", signature()))["verdict"] == "FAIL"
    decide = f"/inspection-requests/{request_no}/decide"
    release = {"lots": [{"lot": lot_no, "disposition": "RELEASE", "reason": "x"}]}
    assert "RETURN" in refused(api.dana.post(decide, release), 422, "CHOICE_NOT_OFFERED")["params"]["offered"]
    back = {"lots": [{"lot": lot_no, "disposition": "RETURN", "reason": "cadmium above the limit"}]}
    assert ok(api.dana.post(decide, back))["lots"][0]["rule"] == "FOOD-SHE"
    issued = ok(api.chen.post("/certificates", {"lot": lot_no, **signature("I issue")}), 201)
    assert (issued["kind"], issued["lot_state"]) == ("RETURN", "certified")
    (row,) = [row for row in issued["content"]["rows"] if row["verdict"] == "FAIL"]
    assert row["result"] == "0.62"
    refused(api.dana.post(f"/lots/{lot_no}/close"), 422, "PROOF_NEEDED")
    ok(api.dana.post(f"/lots/{lot_no}/prove", {"proof": "exit record 118"}))
    assert ok(api.dana.post(f"/lots/{lot_no}/close"))["state"] == "disposed"
    assert ok(api.chen.post(f"/inspection-requests/{request_no}/close"))["state"] == "closed"


def test_a_held_lot_answers_held(api: Api) -> None:
    request_no, lot_no, sample_no = received(api, "D-3")
    measured(api, sample_no, {"CD": {"text": "<0.5"}})
    assert ok(api.vera.post(f"/samples/{sample_no}/approve", signature()))["verdict"] == "INCONCLUSIVE"
    hold = {"lots": [{"lot": lot_no, "disposition": "HOLD", "reason": "retest"}]}
    assert ok(api.dana.post(f"/inspection-requests/{request_no}/decide", hold))["lots"][0]["state"] == "held"

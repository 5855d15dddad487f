"""An instrument's file over HTTP: previewed, accepted, results linked to the bytes; the same file twice is one run."""

from __future__ import annotations

import hashlib
from datetime import date

from lims.domain.rules.actor import SYSTEM
from lims.services import transition
from lims.services.transaction import transaction
from tests.api.client import Api, lodging, ok, refused
from tests.builders import an_instrument
from tests.cast import NOW


def on_worksheet(api: Api) -> tuple[str, str, str]:
    """(worksheet, sample, analyte) with an instrument whose files are two-dimensional lists."""
    with transaction(api.lab.place, SYSTEM, NOW, "builder") as tx:
        row = an_instrument("LIST-1", "lab_two_dimensional", date(2027, 1, 1))
        transition.install(tx, row, "in_service", "builder")
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    body = {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    sample = ok(api.igor.post("/samples", body), 201)["no"]
    analysis = ok(api.rita.post(f"/samples/{sample}/receive"))["analyses"][0]
    sheet = {"method": analysis["method"], "samples": [sample], "instrument": "LIST-1", "blanks": 1}
    return ok(api.anna.post("/worksheets", sheet), 201)["no"], sample, analysis["analyte"]


def test_a_file_becomes_results_by_way_of_its_preview(api: Api) -> None:
    sheet, sample, analyte = on_worksheet(api)
    content = f",{analyte},end\n{sample},0.0210,\nBLK-1,ND,\n26-00-00000,7,\nend,,\n".encode()
    run = ok(api.anna.upload("/runs", content, "list.csv", worksheet=sheet), 201)
    assert run["digest"] == hashlib.sha256(content).hexdigest()
    assert [(row["match"], row["value_text"]) for row in run["rows"]] == [
        ("matched", "0.0210"), ("qc", "ND"), ("no_position", "7"),
    ]  # fmt: skip
    assert run["counts"]["matched"] == 1
    again = ok(api.anna.upload("/runs", content, "other-name.csv", worksheet=sheet), 201)
    assert again["no"] == run["no"]
    accepted = ok(api.anna.post(f"/runs/{run['id']}/accept", {"rows": None}))
    assert (accepted["written"], accepted["left"], accepted["state"]) == (1, 0, "accepted")
    (position, blank) = ok(api.anna.get(f"/worksheets/{sheet}"))["positions"]
    (result,) = position["analyses"]
    assert (result["result"]["reported"], result["result"]["text"]) == ("0.0210", "0.0210")
    assert ok(api.anna.get(f"/runs/{run['no']}"))["rows"][0]["accepted"]
    refused(api.anna.post(f"/runs/{run['id']}/accept", {"rows": [3]}), 422, "ROWS_NOT_MATCHED")
    reversed_ = ok(api.anna.post(f"/runs/{run['id']}/reverse", {"reason": "wrong curve"}))
    assert reversed_["state"] == "reversed"
    assert blank["kind"] == "blank"


def test_a_file_that_is_none_keeps_its_problem_and_a_form_its_fields(api: Api) -> None:
    sheet, _, _ = on_worksheet(api)
    run = ok(api.anna.upload("/runs", b"\x00\x01nonsense", "x.bin", worksheet=sheet), 201)
    assert (run["state"], bool(run["problem"]), run["rows"]) == ("received", True, [])
    refused(api.anna.upload("/runs", b"", "x.csv", worksheet=sheet), 422, "FILE_EMPTY")
    refused(api.anna.upload("/runs", b"a", "x.csv", worksheet=sheet, colour="red"), 422, "BODY_INVALID")
    refused(api.anna.upload("/runs", b"a", "x.csv"), 422, "BODY_INVALID")
    refused(api.anna.post("/runs", {"worksheet": sheet}), 422, "FIELD_NEEDED")
    refused(api.boris.upload("/runs", b"a", "x.csv", worksheet=sheet), 403, "NO_RIGHT")


def test_a_quality_control_finding_is_kept_and_judged(api: Api) -> None:
    sheet, _, analyte = on_worksheet(api)
    blank = ok(api.anna.get(f"/worksheets/{sheet}"))["positions"][1]
    path = f"/positions/{blank['id']}/qc/{analyte}"
    assert ok(api.anna.put(path, {"text": "9 mg/kg"}))["text"] == "9 mg/kg"
    held = ok(api.anna.get(f"/worksheets/{sheet}"))
    assert held["batch_state"] == "held"
    refused(api.quentin.post(f"/worksheets/{sheet}/release", {"reason": "  "}), 422, "REASON_NEEDED")
    assert ok(api.quentin.post(f"/worksheets/{sheet}/release", {"reason": "explained"}))["batch_state"] == "released"
    assert ok(api.anna.put(f"/positions/{blank['id']}/vial", {"vial": "A1"})) == {"id": blank["id"], "vial": "A1"}

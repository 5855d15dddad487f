"""Work-up over HTTP: what may be given beside a result, and the steps read back with it."""

from __future__ import annotations

import pytest

from tests import builders as b
from tests.api.client import Api, lodging, ok, refused

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
CADMIUM = "GB 5009.15-2023"


def test_repeated_readings_are_averaged_and_read_back_step_by_step(api: Api, laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%", recovery_correction="82%")
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    body = {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    sample = ok(api.igor.post("/samples", body), 201)["no"]
    rows = ok(api.rita.post(f"/samples/{sample}/receive"))["analyses"]
    one = next(row for row in rows if row["method"] == CADMIUM)
    ok(api.anna.post("/worksheets", {"method": CADMIUM, "samples": [sample]}), 201)
    path = f"/analyses/{one['id']}"
    seen = ok(api.anna.get(path))
    asks = {"repeatability": "10%", "plates": 0, "recovery": "82%", "bases": [], "basis_readings": []}
    assert {name: seen["asks"][name] for name in asks} == asks
    match = {"If-Match": f'"{seen["version"]}"'}
    far, dry = {"replicates": ["0.060", "0.070"]}, {"text": "0.06", "basis": "DRY"}
    refused(api.anna.put(f"{path}/result", far, headers=match), 422, "REPEAT_NEEDED")
    refused(api.anna.put(f"{path}/result", dry, headers=match), 422, "BASIS_MOISTURE_NEEDED")
    ok(api.anna.put(f"{path}/result", {"replicates": ["0.0800", "0.0840"]}, headers=match))
    result = ok(api.anna.get(path))["analysis"]["result"]
    assert result["reported"] == "0.100" and result["u_source"] == "method"
    assert [part["kind"] for part in result["parts"]] == ["replicates", "recovery"]
    assert result["parts"][0]["inputs"] == ["0.0800", "0.0840"]
    assert result["parts"][1]["worked"] == "0.082 × 100 / 82"

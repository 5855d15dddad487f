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


def test_a_density_and_two_determinations_are_given_over_http(api: Api, laboratory: b.Laboratory) -> None:
    b.released_method(laboratory, CADMIUM, repeatability="10%")
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    body = {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    sample = ok(api.igor.post("/samples", body), 201)["no"]
    rows = ok(api.rita.post(f"/samples/{sample}/receive"))["analyses"]
    one = next(row for row in rows if row["method"] == CADMIUM)
    ok(api.anna.post("/worksheets", {"method": CADMIUM, "samples": [sample]}), 201)
    path = f"/analyses/{one['id']}"
    facts = {one["name"]: one for one in ok(api.anna.get(path))["asks"]["facts"]}
    assert facts["density"]["unit"] == "kg/L" and "mg/L" in facts["density"]["sources"]
    put = api.anna.put
    match = {"If-Match": f'"{ok(api.anna.get(path))["version"]}"'}
    refused(put(f"{path}/result", {"text": "0.092 mg/L"}, headers=match), 422, "FACT_NEEDED")
    density = {"density": {"text": "0.92", "source": "label"}}
    ok(put(f"{path}/result", {"text": "0.092 mg/L", "facts": density, "submit": False}, headers=match))
    seen = ok(api.anna.get(path))
    assert seen["analysis"]["result"]["parts"][0]["source"] == "label"
    sets = [{"c": c, "blank": "0", "V": "50", "DF": "1", "m": "0.5000"} for c in ("0.62", "0.64")]
    again = {"If-Match": f'"{seen["version"]}"'}
    ok(put(f"{path}/result", {"sets": sets, "reason": "by readings"}, headers=again))
    result = ok(api.anna.get(path))["analysis"]["result"]
    assert result["reported"] == "0.0630" and [one["inputs"] for one in result["parts"][0]["sets"]] == sets
    assert result["typed"][1] == "c 0.64, blank 0, V 50, DF 1, m 0.5000"

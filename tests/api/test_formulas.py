"""Raw readings over HTTP: what is asked by name, and the calculation read back with the result."""

from __future__ import annotations

import pytest

from tests.api.client import Api, lodging, ok, refused

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_readings_are_asked_for_by_name_and_read_back_with_their_calculation(api: Api) -> None:
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    body = {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    sample = ok(api.igor.post("/samples", body), 201)["no"]
    rows = ok(api.rita.post(f"/samples/{sample}/receive"))["analyses"]
    one = next(row for row in rows if row["method"] == "GB 5009.15-2023")
    ok(api.anna.post("/worksheets", {"method": one["method"], "samples": [sample]}), 201)
    path = f"/analyses/{one['id']}"
    seen = ok(api.anna.get(path))
    assert seen["formula"] == "(c - blank) * V * DF / (m * 1000)" and seen["formula_unit"] == "mg/kg"
    assert [(r["name"], r["unit"]) for r in seen["readings"]][0] == ("c", "ug/L") and seen["constants"] == []
    inputs = {"c": "12.40", "blank": "0.3", "V": "50", "DF": "1", "m": "0.5012"}
    match = {"If-Match": f'"{seen["version"]}"'}
    refused(api.anna.put(f"{path}/result", {"inputs": {"c": "1"}}, headers=match), 422, "FORMULA_INPUT_MISSING")
    entered = ok(api.anna.put(f"{path}/result", {"inputs": inputs}, headers=match))
    assert (entered["value"], entered["unit"], entered["verdict"]) == ("1.20710295291301", "mg/kg", "FAIL")
    result = ok(api.anna.get(path))["analysis"]["result"]
    assert result["reported"] == "1.21" and result["calculation"]["inputs"] == inputs
    assert result["calculation"]["worked"] == "(12.40 - 0.3) * 50 * 1 / (0.5012 * 1000)"

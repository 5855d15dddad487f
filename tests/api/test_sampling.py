"""Sampling over HTTP on both engines: the plan of a lot, what was found by it, and portions that are too small."""

from __future__ import annotations

import pytest

from tests.api.client import Api, lodging, ok, refused
from tests.services.test_sampling import product_of

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def a_lot(api: Api, product: str, quantity: str = "1200", unit: str = "pcs", n: int = 1) -> str:
    asked = lodging(f"5301202613{n:08d}", product)
    line = {**asked["lines"][0], "quantity": quantity, "unit": unit, "packages": "40 cartons", "lots": []}
    no = ok(api.igor.post("/inspection-requests", {**asked, "lines": [line]}), 201)["no"]
    ok(api.rita.post(f"/inspection-requests/{no}/accept", {}))
    return f"{no}-L1"


def test_a_lot_is_planned_inspected_and_judged(api: Api) -> None:
    lot_no = a_lot(api, product_of("TOY"))
    plan = ok(api.igor.get(f"/lots/{lot_no}/sampling-plan"))
    (pieces,) = plan["pieces"]
    assert (pieces["severity"], pieces["letter"], pieces["n"], pieces["ac"], pieces["re"]) == ("normal", "J", 80, 5, 6)
    assert (pieces["aql"], pieces["lot_size"], plan["units"], plan["inspections"]) == ("2.5", 1200, 0, [])
    assert plan["plan"].startswith("ISO 2859-1, N = 1200") and plan["plan_zh"].startswith("GB/T 2828.1，N = 1200")
    found = {"inspected": 80, "defectives": 6}
    refused(api.dana.post(f"/lots/{lot_no}/inspections", found), 403, "NO_RIGHT")
    (judged,) = ok(api.igor.post(f"/lots/{lot_no}/inspections", found), 201)["inspections"]
    assert judged["worked"].endswith("nonconforming items 6 ≥ Re = 6: not accepted")
    assert judged["accepted"] is False and judged["counted"] is False
    refused(api.igor.post(f"/lots/{lot_no}/inspections", found), 422, "ALREADY_INSPECTED")
    corrected = ok(api.igor.post(f"/lots/{lot_no}/inspections", {**found, "defectives": 1, "reason": "miscount"}), 201)
    assert corrected["inspections"][0]["accepted"] is True


@ONE_ENGINE
def test_a_count_that_does_not_fit_is_refused_by_its_field(api: Api) -> None:
    path = f"/lots/{a_lot(api, product_of('TOY'))}/inspections"
    refused(api.igor.post(path, {"inspected": 80, "defectives": 81}), 422, "COUNT_OUT_OF_RANGE")
    refused(api.igor.post(path, {"inspected": 79, "defectives": 0}), 422, "SAMPLE_NOT_OF_PLAN")
    refused(api.igor.post(path, {"inspected": 80, "defectives": 0, "characteristic": "COLOUR"}), 422, "UNKNOWN_CHOICE")
    refused(api.igor.post(path, {"inspected": 80, "defectives": 0, "n": 80}), 422, "FIELD_NEEDED")
    refused(api.igor.post(path, {"inspected": "80", "defectives": 0}), 422, "BODY_INVALID")
    refused(api.igor.post("/lots/RQ-1-L1/inspections", {"inspected": 1, "defectives": 0}), 404, "NOT_FOUND")
    refused(api.anna.get(path.replace("inspections", "sampling-plan")), 404, "NOT_FOUND")


@ONE_ENGINE
def test_goods_declared_by_weight_are_counted_by_their_packages(api: Api) -> None:
    plan = ok(api.igor.get(f"/lots/{a_lot(api, product_of('TOY'), '900', 'kg')}/sampling-plan"))
    assert [(one["lot_size"], one["letter"], one["source"]) for one in plan["pieces"]] == [(40, "D", "TOY v1")]


def test_a_portion_too_small_over_http_needs_its_reason(api: Api) -> None:
    lot_no = a_lot(api, "CHEESE", "2000", "kg")
    plan = ok(api.igor.get(f"/lots/{lot_no}/sampling-plan"))
    assert (plan["pieces"], plan["units"]) == ([], 5) and {one["portion"] for one in plan["draws"]} >= {"25 g"}
    body = {"lot": lot_no, "samplers": ["Igor", "Olga"], "seal_no": "HK-1",
            "portions": [{"use": "test", "amount": "60", "unit": "g"}]}
    problem = refused(api.igor.post("/samples", body), 422, "TEST_PORTION_SHORT")
    assert "SHORTFALL_REASON_NEEDED" in str(problem)
    seen = ok(api.igor.post("/samples", {**body, "shortfall_reason": "one wheel only"}), 201)
    assert seen["record"]["reason"] == "one wheel only" and "5 units of food" in seen["record"]["plan"]
    assert seen["plan"].count("n 5") == len(plan["draws"])
    ok(api.igor.post("/samples", {**body, "portions": []}), 201)


@ONE_ENGINE
def test_pools_and_the_reserve_over_http(api: Api) -> None:
    lot_no = a_lot(api, "CHEESE", "2000", "kg")
    body = {"lot": lot_no, "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    first = ok(api.igor.post("/samples", body), 201)["no"]
    ok(api.rita.post(f"/samples/{first}/receive", {}))
    take = {"portion": f"{first}-2", "reason": "spilled"}
    refused(api.anna.post(f"/samples/{first}/take-reserve", take), 403, "NO_RIGHT")
    made = ok(api.rita.post(f"/samples/{first}/take-reserve", take), 201)
    assert (made["state"], made["from_portion"]) == ("received", f"{first}-2")
    refused(api.rita.post(f"/samples/{first}/take-reserve", take), 422, "RESERVE_TAKEN")
    one = next(row for row in made["analyses"] if row["analyte"] == "SALM")
    ok(api.anna.post("/worksheets", {"method": one["method"], "samples": [made["no"]]}), 201)
    path = f"/analyses/{one['id']}"
    asks = ok(api.anna.get(path))["asks"]
    assert (asks["pools"], asks["pool_portion"]) == (5, "25 g")
    refused(api.anna.put(f"{path}/result", {"pools": ["ND"], "text": "ND"}), 422, "WAYS_SEVERAL")
    kept = ok(api.anna.put(f"{path}/result", {"pools": ["detected"]}))
    assert (kept["verdict"], kept["worked"]) == (
        "FAIL", "n = 5, c = 0, m = 0; pools of units 1-5; positive units: 1..5, more than c = 0"
    )
    (newest,) = ok(api.anna.get(f"{path}/results"))
    assert newest["parts"][0]["pools"] == [{"units": "1-5", "size": 5, "text": "detected", "answer": "positive"}]

"""Instruments over HTTP: what is due is asked for, a check is recorded, a failed one takes the instrument out."""

from __future__ import annotations

import pytest

from tests.api.client import Api, ok

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_a_check_is_planned_recorded_and_takes_the_instrument_out_when_it_fails(api: Api) -> None:
    plan = {"kind": "intermediate", "every_days": 30, "every_uses": 200, "unit": "runs"}
    planned = ok(api.quentin.post("/instruments/ICPMS-01/plan", plan))
    assert [(one["kind"], one["used"], one["every"]) for one in planned["dues"]] == [("intermediate", 0, 200)]
    point = {"name": "m/z 133", "low": "132.9", "high": "133.1", "as_found": "132.95"}
    check = {"kind": "intermediate", "on": "2026-11-24", "points": [point]}
    assert ok(api.anna.post("/instruments/ICPMS-01/checks", check), 201)["outcome"] == "pass"
    failed = {**check, "points": [{**point, "as_found": "134"}]}
    assert ok(api.anna.post("/instruments/ICPMS-01/checks", failed), 201)["state"] == "out_of_service"
    outcomes = [one["outcome"] for one in ok(api.anna.get("/instruments/ICPMS-01/checks"))["items"]]
    assert outcomes == ["fail", "pass"]
    assert [one["code"] for one in ok(api.anna.get("/instruments?due=out_of_service"))["items"]] == ["ICPMS-01"]
    assert ok(api.anna.get("/instruments?due=past"))["items"] == []
    times = {"starts_at": "2126-12-01T08:00:00+08:00", "ends_at": "2126-12-01T12:00:00+08:00", "purpose": "metals"}
    assert "INSTRUMENT_NOT_IN_SERVICE" in api.anna.post("/instruments/ICPMS-01/bookings", times).text

"""Who may not, what is not taken, and how it is said: problems with stable codes, every reason at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.client import PASSWORD, Api, Caller, lodging, ok, refused, signature


@pytest.fixture
def waiting(api: Api) -> tuple[Api, str, dict[str, Any]]:
    """A received sample whose first analysis stands on Anna's worksheet: (api, sample, analysis)."""
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    ok(api.rita.post(f"/inspection-requests/{request['no']}/accept"))
    body = {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}
    sample = ok(api.igor.post("/samples", body), 201)["no"]
    analysis = ok(api.rita.post(f"/samples/{sample}/receive"))["analyses"][0]
    ok(api.anna.post("/worksheets", {"method": analysis["method"], "analyses": [analysis["id"]]}), 201)
    return api, sample, analysis


def test_without_a_token_or_with_a_wrong_one_nothing_is_said(api: Api) -> None:
    for token in ("", "lims_wrong"):
        problem = refused(Caller(api, token).get("/inspection-requests"), 401, "NOT_SIGNED_IN")
        assert problem["detail"]
    answer = api.http.get("/api/v1/samples")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_cookie_counts_for_nothing_here(api: Api) -> None:
    with api.http.session_transaction() as session:
        session["user"], session["proof"] = 1, "uniq-igor"
    assert api.http.get("/api/v1/inspection-requests").status_code == 401


def test_an_expired_token_is_none(api: Api) -> None:
    assert api.token("igor", "*", days=1).get("/inspection-requests").status_code == 200
    with api.lab.acting(api.lab.cast.ada) as tx:
        from lims.services import account

        old = account.new_token(tx, account.by_name(tx, "igor"), ("*",), days=-1)
    refused(Caller(api, old).get("/inspection-requests"), 401, "NOT_SIGNED_IN")


def test_max_may_do_nothing(api: Api) -> None:
    for answer in (api.max.get("/samples"), api.max.post("/inspection-requests", lodging())):
        assert refused(answer, 403, "NO_RIGHT")["params"]["action"]


def test_a_token_does_no_more_than_its_scopes(api: Api) -> None:
    narrow = api.token("igor", "request:lodge")
    assert ok(narrow.post("/inspection-requests", lodging()), 201)["lots"]
    refused(narrow.get("/inspection-requests"), 403, "NOT_IN_SCOPE")
    refused(narrow.post("/samples", {"lot": "x", "samplers": ["a", "b"], "seal_no": "1"}), 403, "NOT_IN_SCOPE")
    assert api.token("igor", "request").get("/inspection-requests").status_code == 200
    assert api.token("max", "*").get("/samples").status_code == 403


def test_a_token_alone_never_signs(waiting: tuple[Api, str, dict[str, Any]]) -> None:
    api, sample, _ = waiting
    path = f"/samples/{sample}/approve"
    assert refused(api.vera.post(path), 422, "BODY_INVALID")["errors"][0]["field"] == "signature"
    assert refused(api.vera.post(path, {"signature": {"password": PASSWORD}}), 422, "BODY_INVALID")
    refused(api.vera.post(path, signature(meaning="  ")), 422, "FIELD_NEEDED")
    problem = refused(api.vera.post(path, signature(password="wrong wrong wrong")), 401, "WRONG_PROOF")
    assert "wrong wrong" not in json.dumps(problem)
    refused(api.vera.post(path, signature()), 422, "NOT_IN_THIS_STATE")


def test_a_wrong_password_is_slowed_down_after_a_few(waiting: tuple[Api, str, dict[str, Any]]) -> None:
    api, sample, _ = waiting
    answers = [api.vera.post(f"/samples/{sample}/approve", signature(password="guess")) for _ in range(8)]
    slowed = next(answer for answer in answers if answer.status_code == 429)
    assert refused(slowed, 429, "TOO_MANY_TRIES") and int(slowed.headers["Retry-After"]) >= 1


def test_a_result_is_not_verified_by_its_analyst_nor_a_text_taken_that_is_none(
    waiting: tuple[Api, str, dict[str, Any]],
) -> None:
    api, _, analysis = waiting
    path = f"/analyses/{analysis['id']}/result"
    refused(api.anna.put(path, {"text": "1,234 mg/kg"}), 422, "AMBIGUOUS_NUMBER")
    refused(api.anna.put(path, {"text": "0.1 kg/m2/day"}), 422, "UNKNOWN_UNIT")
    refused(api.boris.put(path, {"text": "0.1"}), 403, "NO_RIGHT")
    entered = ok(api.anna.put(path, {"text": "0.1"}))
    assert (entered["value"], entered["unit"]) == ("0.1", "mg/kg")
    refused(api.anna.post(f"/results/{entered['result_id']}/verify"), 403, "NO_RIGHT")
    problem = refused(api.anna.put(path, {"text": "0.2"}), 422, "REASON_NEEDED")
    assert [one["code"] for one in problem["refusals"]] == ["REASON_NEEDED"]
    ok(api.anna.put(path, {"text": "0.20", "reason": "misread"}))
    refused(api.boris.post(f"/results/{entered['result_id']}/verify"), 409, "STALE")


def test_a_stale_writer_is_told_of_both_values(waiting: tuple[Api, str, dict[str, Any]]) -> None:
    api, _, analysis = waiting
    path = f"/analyses/{analysis['id']}"
    seen = api.anna.get(path)
    etag = seen.headers["ETag"]
    assert etag == f'"{ok(seen)["version"]}"'
    first = api.anna.put(path + "/result", {"text": "0.12", "submit": False}, headers={"If-Match": etag})
    assert ok(first)["state"] == "entered" and first.headers["ETag"] != etag
    stale = api.anna.put(path + "/result", {"text": "0.15", "submit": False}, headers={"If-Match": etag})
    problem = refused(stale, 412, "STALE")
    assert (problem["params"]["theirs"], problem["params"]["yours"]) == ("0.12", "0.15")
    assert stale.headers["ETag"] == first.headers["ETag"]
    refused(api.anna.put(path + "/result", {"text": "1"}, headers={"If-Match": "abc"}), 422, "NOT_AN_ETAG")
    newest = {"If-Match": first.headers["ETag"]}
    assert ok(api.anna.put(path + "/result", {"text": "0.15"}, headers=newest))["state"] == "submitted"
    assert [one["text"] for one in ok(api.anna.get(path + "/results"))] == ["0.15", "0.12"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": 0.62}, "text"),
        ({"text": "0.62", "expanded": 0.05}, "expanded"),
        ({"text": "0.62", "k": 2}, "k"),
        ({"text": "0.62", "inputs": {"A": 1.5}}, "inputs.A"),
        ({"text": "0.62", "submit": "yes"}, "submit"),
        ({"text": "0.62", "verdict": "PASS"}, "verdict"),
        (["0.62"], ""),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_measured_values_are_strings_and_unknown_fields_are_refused(api: Api, body: Any, field: str) -> None:
    problem = refused(api.anna.put("/analyses/1/result", body), 422, "BODY_INVALID")
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_cannot_be_read_or_found_is_a_problem_too(api: Api) -> None:
    answer = api.http.post(
        "/api/v1/samples", data="{", headers={"Authorization": f"Bearer {api.tokens['igor']}"},
        content_type="application/json",
    )  # fmt: skip
    refused(answer, 400, "NOT_JSON")
    answer = api.http.post(
        "/api/v1/samples", data="a=b", headers={"Authorization": f"Bearer {api.tokens['igor']}"},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    refused(answer, 415, "HTTP_415")
    refused(api.igor.get("/nothing/here"), 404, "HTTP_404")
    wrong = api.igor.put("/samples", {})
    assert refused(wrong, 405, "HTTP_405") and wrong.headers["Allow"] == "GET, POST"
    refused(api.rita.get("/samples/26-11-99999"), 404, "NOT_FOUND")
    refused(api.anna.put("/analyses/99999999999999999999/result", {"text": "1"}), 404, "HTTP_404")
    refused(api.igor.get("/samples?limit=0"), 422, "BODY_INVALID")
    refused(api.igor.get("/samples?colour=red"), 422, "BODY_INVALID")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_words_are_in_the_caller_s_language_and_codes_are_not(api: Api) -> None:
    zh = api.max.get("/samples", headers={"Accept-Language": "zh-CN"}).get_json()
    en = api.max.get("/samples", headers={"Accept-Language": "en"}).get_json()
    assert zh["code"] == en["code"] == "NO_RIGHT"
    assert zh["detail"] != en["detail"] and en["detail"].isascii()


def test_an_inspector_lodges_for_his_own_port_only(api: Api) -> None:
    refused(api.igor.post("/inspection-requests", {**lodging(), "port": "SHA"}), 403, "NOT_YOUR_PORT")


def test_an_analyst_never_learns_whose_goods_they_are(waiting: tuple[Api, str, dict[str, Any]]) -> None:
    api, sample, analysis = waiting
    request = ok(api.rita.get("/inspection-requests"))["items"][0]["no"]
    for path in (
        "/samples", f"/samples/{sample}", f"/analyses/{analysis['id']}", "/worksheets", "/inspection-requests",
    ):  # fmt: skip
        shown = api.anna.get(path).get_data(as_text=True)
        assert not any(word in shown for word in ("海南", "Hainan", "Pesquera", "OOLU", request)), path
    for path in (f"/inspection-requests/{request}", f"/lots/{request}-L1", "/organisations", "/certificates"):
        assert api.anna.get(path).status_code in (403, 404), path

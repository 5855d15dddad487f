"""The same call twice: done once, answered alike; another call under its key, or another person's, is no repetition."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.app import create_app, throwaway_secret
from lims.persistence.idempotency import IdempotencyRow
from lims.persistence.request import RequestRow
from lims.persistence.sample import SampleRow
from tests.api.client import Api, Caller, lodging, ok, refused, signature

KEY = {"Idempotency-Key": "call-1"}


def count(api: Api, row: type) -> int:
    with Session(api.lab.place.engine) as session:
        return int(session.scalar(select(func.count()).select_from(row)) or 0)


def drawn(api: Api, headers: dict[str, str] | None = None, seal: str = "HK-1") -> object:
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    api.rita.post(f"/inspection-requests/{request['no']}/accept")
    return {"lot": request["lots"][0]["no"], "samplers": ["Igor", "Olga"], "seal_no": seal}


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(api: Api) -> None:
    body = drawn(api)
    first = api.igor.post("/samples", body, headers=KEY)
    second = api.igor.post("/samples", body, headers=KEY)
    assert ok(first, 201) == ok(second, 201)
    assert first.headers["ETag"] == second.headers["ETag"]
    assert count(api, SampleRow) == 1
    assert ok(api.igor.post("/samples", body), 201)["no"] != first.get_json()["no"]


def test_a_key_is_good_for_one_call_only_and_for_its_own_person(api: Api) -> None:
    body = drawn(api)
    ok(api.igor.post("/samples", body, headers=KEY), 201)
    refused(api.igor.post("/samples", {**body, "seal_no": "HK-2"}, headers=KEY), 422, "KEY_USED_FOR_ANOTHER_CALL")
    refused(api.igor.post("/inspection-requests", lodging("D-9"), headers=KEY), 422, "KEY_USED_FOR_ANOTHER_CALL")
    ok(api.rita.post("/samples", {**body, "seal_no": "HK-3"}, headers=KEY), 201)
    refused(api.rita.post("/samples", body, headers={"Idempotency-Key": "k" * 201}), 422, "KEY_UNUSABLE")


def test_a_refused_call_keeps_no_answer(api: Api) -> None:
    body = drawn(api)
    refused(api.igor.post("/samples", {**body, "samplers": ["Igor", "Igor"]}, headers=KEY), 422, "TWO_SAMPLERS")
    ok(api.igor.post("/samples", body, headers=KEY), 201)


def test_a_declaration_is_lodged_once_whatever_the_key(api: Api) -> None:
    first = ok(api.igor.post("/inspection-requests", lodging("D-1"), headers=KEY), 201)
    again = ok(api.igor.post("/inspection-requests", lodging("D-1"), headers={"Idempotency-Key": "call-2"}), 201)
    assert first["no"] == again["no"]
    assert count(api, RequestRow) == 1


def test_the_password_is_asked_again_and_never_kept(api: Api) -> None:
    body = {**signature(), "reason": "x"}
    assert api.chen.post("/certificates/HK0/withdraw", body, headers=KEY).status_code == 404
    wrong = signature(password="no such password")
    refused(api.chen.post("/certificates", {"lot": "L", **wrong}, headers=KEY), 401, "WRONG_PROOF")
    assert count(api, IdempotencyRow) == 0


@pytest.mark.parametrize("round_", range(3))
def test_calls_at_the_same_moment_are_done_once(api: Api, round_: int) -> None:
    body = drawn(api)
    app = create_app(api.lab.place, throwaway_secret(), testing=True)

    def call(_n: int) -> tuple[int, str]:
        one = Api(api.lab, app.test_client(), api.tokens)
        answer = Caller(one, api.tokens["igor"]).post("/samples", body, headers=KEY)
        return answer.status_code, answer.get_json().get("no", "")

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(call, range(4)))
    assert len(answers) == 1 and next(iter(answers))[0] == 201
    assert count(api, SampleRow) == 1

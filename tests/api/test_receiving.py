"""A device's token delivers files and weights of its own instrument over HTTP, once each, and opens nothing else."""

from __future__ import annotations

import hashlib

import pytest

from lims.services import device
from tests.api.client import Api, Caller, ok, refused
from tests.receiving import bench

WEIGHT = {"text": "S S     2.0014 g", "protocol": "sics"}


@pytest.fixture
def agent(api: Api) -> Caller:
    bench.an_instrument(api.lab, "B12", technique="balance", working_range="0.02 g - 220 g")
    with api.lab.acting(api.lab.cast.quentin) as tx:
        return Caller(api, device.new_token(tx, "B12", "bench 3"))


def test_a_file_is_kept_when_it_is_answered_and_the_same_bytes_are_one(api: Api, agent: Caller) -> None:
    said = ok(agent.upload("/instruments/B12/imports", b"abc", "a.txt"), 201)
    assert (said["state"], said["new"], said["digest"]) == ("waiting", True, hashlib.sha256(b"abc").hexdigest())
    again = ok(agent.upload("/instruments/B12/imports", b"abc", "b.txt"), 201)
    assert (again["id"], again["new"]) == (said["id"], False)
    assert api.lab.place.files.get(said["digest"]) == b"abc"
    assert [row.peer for row in bench.deliveries(api.lab)] == ["B12 (bench 3)"]


def test_a_weight_sent_twice_under_its_key_is_one(agent: Caller) -> None:
    key = {"Idempotency-Key": "20261124-1"}
    first = ok(agent.post("/instruments/B12/weights", WEIGHT, headers=key), 201)
    assert ok(agent.post("/instruments/B12/weights", WEIGHT, headers=key), 201) == first
    assert (first["value"], first["unit"]) == ("2.0014", "g")
    moving = {**WEIGHT, "text": "S D     2.0014 g"}
    refused(agent.post("/instruments/B12/weights", moving), 422, "WEIGHT_NOT_STABLE")
    refused(agent.post("/instruments/B12/weights", {**WEIGHT, "taken_at": "2036-01-01T00:00:00Z"}), 422, "WEIGHED_WHEN")


def test_the_token_opens_nothing_else_and_nothing_once_it_is_revoked(api: Api, agent: Caller) -> None:
    refused(agent.post("/instruments/ICPMS-01/weights", WEIGHT), 403, "NOT_THIS_INSTRUMENT")
    for path in ("/instruments", "/runs/RUN-1", "/worksheets", "/instruments/B12"):
        refused(agent.get(path), 403, "NOT_IN_SCOPE")
    with api.lab.acting(api.lab.cast.quentin) as tx:
        device.revoke_token(tx, agent.token[len(device.MARK) : len(device.MARK) + 8], "sold")
    assert agent.post("/instruments/B12/weights", WEIGHT).status_code == 401

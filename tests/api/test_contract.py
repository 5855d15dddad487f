"""The contract says what the routes do: every operation, every body with an example that it takes itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lims.api import openapi
from lims.api.operation import OPERATIONS
from lims.domain.rules.permissions import matrix
from lims.web.access import MARK
from tests.api.client import Api, lodging, ok

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
CHAIN = {
    ("POST", "/inspection-requests"), ("POST", "/inspection-requests/{no}/accept"), ("POST", "/samples"),
    ("POST", "/samples/{no}/receive"), ("POST", "/worksheets"), ("POST", "/runs"), ("POST", "/runs/{id}/accept"),
    ("PUT", "/analyses/{id}/result"), ("POST", "/results/{id}/verify"), ("POST", "/samples/{no}/approve"),
    ("POST", "/inspection-requests/{no}/decide"), ("POST", "/certificates"), ("GET", "/certificates/{no}.pdf"),
    ("GET", "/certificates/{no}"),
}  # fmt: skip


@pytest.fixture
def contract(api: Api) -> dict[str, Any]:
    answer = api.http.get("/api/v1/openapi.json")
    assert answer.content_type == "application/json"
    return json.loads(answer.data)


@ONE_ENGINE
def test_the_contract_names_every_route_and_the_whole_main_job(api: Api, contract: dict[str, Any]) -> None:
    assert contract["openapi"] == "3.1.0"
    named = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in contract["paths"].items()
        for method in methods
    }
    assert named >= CHAIN
    assert len(named) == len(OPERATIONS)
    rules = [rule for rule in api.http.application.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(rules) == len(OPERATIONS) + 2


@ONE_ENGINE
def test_every_reference_of_the_contract_leads_somewhere(contract: dict[str, Any]) -> None:
    def references(tree: Any) -> set[str]:
        if isinstance(tree, dict):
            own = {tree["$ref"]} if isinstance(tree.get("$ref"), str) else set()
            return own.union(*map(references, tree.values()))
        return set().union(*map(references, tree)) if isinstance(tree, list) else set()

    known = {f"#/components/schemas/{name}" for name in contract["components"]["schemas"]}
    assert references(contract) <= known


@ONE_ENGINE
def test_every_body_has_an_example_that_it_takes(contract: dict[str, Any]) -> None:
    bodies = [one for one in OPERATIONS if one.body is not None]
    assert len(bodies) > 30
    for one in bodies:
        described = contract["paths"]["/api/v1" + one.path][one.method.lower()]["requestBody"]
        (content,) = described["content"].values()
        assert one.body is not None
        one.body.model_validate_json(json.dumps(content["example"]))
        if one.body.model_fields:
            assert content["example"], one.name


@ONE_ENGINE
def test_the_example_of_lodging_works_as_it_stands(api: Api) -> None:
    (lodge,) = [one for one in OPERATIONS if one.name == "request_lodge"]
    request = ok(api.igor.post("/inspection-requests", dict(lodge.example)), 201)
    assert request["lots"][0]["analyses"]


@ONE_ENGINE
def test_every_route_names_a_right_of_the_matrix(api: Api) -> None:
    for one in OPERATIONS:
        mark = getattr(api.http.application.view_functions[f"api.{one.name}"], MARK)
        assert mark == one.right
        assert mark in {*matrix(), "public", "signed_in"}


@ONE_ENGINE
def test_each_answer_is_what_its_schema_says(api: Api) -> None:
    request = ok(api.igor.post("/inspection-requests", lodging()), 201)
    schema = openapi.document()["components"]["schemas"]["RequestAnswer"]
    assert set(request) == set(schema["properties"]) == set(schema["required"])

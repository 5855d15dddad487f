"""Whatever is sent, by anybody with every right, is answered as the contract says and never with a fault."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM
from lims.persistence.account import RoleRow
from lims.services import account, trail_check
from lims.services.transaction import transaction, view
from tests.api.client import Api, lodging, ok
from tests.cast import NOW

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.long
def test_no_call_makes_a_fault_or_an_answer_outside_the_contract(api: Api) -> None:
    with transaction(api.lab.place, SYSTEM, NOW, "rights") as tx:
        rita = account.by_name(tx, "rita")
        rita.roles = list(tx.session.scalars(select(RoleRow)))
        tx.record(rita, "set_roles")
    ok(api.rita.post("/inspection-requests", lodging()), 201)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.http.application)
    calls = sum(_tried(api, one.ok()) for one in schema.get_all_operations())
    assert calls > 500
    with view(api.lab.place, SYSTEM, NOW) as tx:
        assert trail_check.check(tx).bad is None


def _tried(api: Api, operation: Any) -> int:
    calls = 0

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        nonlocal calls
        calls += 1
        answer = case.call(headers={"Authorization": f"Bearer {api.tokens['rita']}"})
        case.validate_response(answer, checks=CHECKS)

    run()
    return calls

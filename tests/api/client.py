"""The cast calling over HTTP: each with a token and a password of their own, on the laboratory of a test."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lims.app import create_app, throwaway_secret
from lims.domain.rules.actor import SYSTEM
from lims.persistence.account import UserRow
from lims.services import account
from lims.services.transaction import transaction
from lims.web import unit
from tests.builders import Laboratory
from tests.cast import NOW, ROLES_OF

PASSWORD = "a quiet lighthouse 47"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Api:
    """``api.igor.post("/samples", {...})`` answers the response; ``api.ok(...)`` insists on success."""

    lab: Laboratory
    http: FlaskClient
    tokens: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Caller:
        if name not in ROLES_OF:
            raise AttributeError(name)
        return Caller(self, self.tokens[name])

    def token(self, name: str, *scopes: str, days: int | None = None) -> Caller:
        with transaction(self.lab.place, SYSTEM, NOW, "token") as tx:
            return Caller(self, account.new_token(tx, account.by_name(tx, name), scopes, days))


@dataclass(frozen=True)
class Caller:
    api: Api
    token: str

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self._call("POST", path, json=body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self._call("PUT", path, json=body, **more)

    def upload(self, path: str, content: bytes, name: str, **fields: str) -> TestResponse:
        return self._call("POST", path, data={**fields, "file": (io.BytesIO(content), name)})

    def _call(self, method: str, path: str, json: Any = None, headers: Any = None, **more: Any) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if json is not None:
            more["json"] = json
        return self.api.http.open("/api/v1" + path, method=method, headers=sent, **more)


def an_api(lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The application on the laboratory, with the clock of the cast going on by a second at each look."""
    ticks = iter(range(1, 10**6))
    monkeypatch.setattr(unit, "now", lambda: NOW + timedelta(minutes=5, seconds=next(ticks)))
    with transaction(lab.place, SYSTEM, NOW, "passwords") as tx:
        for row in tx.session.scalars(select(UserRow)):
            row.password = HASH
            tx.record(row, "change_password")
        tokens = {name: account.new_token(tx, account.by_name(tx, name), ("*",)) for name in ROLES_OF}
    app = create_app(lab.place, throwaway_secret(), testing=True)
    return Api(lab, app.test_client(), tokens)


def ok(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def refused(answer: TestResponse, status: int, code: str) -> Any:
    problem = answer.get_json()
    assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["status"] == status
    return problem


def signature(meaning: str = "I sign for it", password: str = PASSWORD) -> dict[str, Any]:
    return {"signature": {"password": password, "meaning": meaning}}


def lodging(declaration: str = "530120261100044187", product: str = "FISH", **more: Any) -> dict[str, Any]:
    line = {
        "hs_code": "", "product": product, "goods_zh": "冻鱼", "goods_en": "Frozen fish", "quantity": "24000",
        "unit": "kg", "packages": "1200", "lots": [{"mark": "PP-1", "quantity": "24000", "unit": "kg"}],
    }  # fmt: skip
    return {
        "declaration_no": declaration, "jurisdiction": "CN", "port": "HAK", "importer": "IMP", "producer": "PRO",
        "origin": "EC", "transport": {"containers": "OOLU 418733 5"}, "lines": [line], **more,
    }  # fmt: skip

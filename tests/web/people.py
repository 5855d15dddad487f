"""The cast at the door of the web: everybody gets a password, signs in through the form and posts with the token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from lims.app import create_app
from lims.persistence.account import UserRow
from tests.builders import Laboratory

PASSWORD = "drift-ebb-harbour-lantern"


@cache
def cheap_hash() -> str:
    """A hash that costs little to check: tests sign in often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def give_passwords(lab: Laboratory) -> None:
    with Session(lab.place.engine) as session:
        session.execute(update(UserRow).values(password=cheap_hash()))
        session.commit()


class Clock:
    """The web's clock, moved by the test; it starts in the middle of an interval of the second factor."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 3, 0, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **by: int) -> None:
        self.moment += timedelta(**by)


@dataclass
class Person:
    """One person at one browser."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, status: int = 200, **more: Any) -> str:
        answer = self.client.get(path, **more)
        assert answer.status_code == status, f"{path}: {answer.status_code} {_problem(answer.text)}"
        return str(answer.text)

    def post(self, path: str, status: int = 303, **fields: Any) -> str:
        """Sends a form with its token; answers where it led, or the page of a refusal."""
        answer = self.client.post(path, data={"csrf_token": self.token, **fields})
        assert answer.status_code == status, f"{path}: {answer.status_code} {_problem(answer.text)}"
        return answer.headers.get("Location", "") or str(answer.text)

    def cell(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(path, json=body, headers={"X-CSRFToken": self.token, "Accept": "application/json"})
        return answer.status_code, answer.get_json()


def _problem(page: str) -> str:
    found = re.search(r'class="problem".*?</div>', page, re.S)
    return re.sub(r"<[^>]+>|\s+", " ", found[0] if found else page[:600])


def token_of(page: str) -> str:
    return re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]


@dataclass
class Door:
    """The application over a laboratory, with a client for each person who comes in."""

    app: Any

    def enter(self, name: str, language: str = "en") -> Person:
        client = self.app.test_client()
        page = client.get("/sign-in").text
        fields = {"csrf_token": token_of(page), "username": name, "password": PASSWORD}
        answer = client.post("/sign-in", data=fields)
        assert answer.status_code == 303, _problem(answer.text)
        person = Person(client, token_of(client.get("/").text))
        person.post("/language", language=language, next="/")
        return person


def door(lab: Laboratory) -> Door:
    give_passwords(lab)
    return Door(create_app(lab.place, "s" * 40, testing=True))

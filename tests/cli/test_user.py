"""``lims user``: what it changes for people stands in the trail with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lims import cli, installation
from lims.persistence.trail import EventRow
from tests.builders import Laboratory

Heard = pytest.CaptureFixture[str]


@pytest.fixture
def lab(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Laboratory:
    """The laboratory as an installation that commands find by LIMS_HOME."""
    home = laboratory.place.home
    installation.create(home, {"laboratory": "HK"})
    monkeypatch.setenv("LIMS_HOME", str(home))
    monkeypatch.setenv("LIMS_DATABASE_URL", laboratory.place.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LC_ALL", "C")
    return laboratory


def told(heard: Heard, *words: str, code: int = 0) -> list[dict[str, Any]]:
    heard.readouterr()
    assert cli.main(["user", *words]) == code, heard.readouterr().err
    return [json.loads(line) for line in heard.readouterr().out.splitlines()]


def last(lab: Laboratory, username: str) -> EventRow:
    with Session(lab.place.engine) as session:
        query = select(EventRow).where(EventRow.object_type == "user", EventRow.object_no == username)
        return session.scalars(query.order_by(EventRow.seq.desc())).first()  # type: ignore[return-value]


def test_roles_are_set_with_a_reason_that_stands_in_the_trail(lab: Laboratory, capsys: Heard) -> None:
    (answer,) = told(capsys, "roles", "anna", "--set", "reviewer,analyst", "--reason", "examined in May")
    assert answer == {"name": "anna", "roles": ["analyst", "reviewer"]}
    event = last(lab, "anna")
    assert (event.verb, event.reason, event.actor_name) == ("set_roles", "examined in May", "system")
    assert (event.before, event.after) == ({"roles": ["analyst"]}, {"roles": ["analyst", "reviewer"]})
    assert told(capsys, "roles", "anna", "--set", "", "--reason", "left") == [{"name": "anna", "roles": []}]


@pytest.mark.parametrize(("words", "code"), [
    (("roles", "anna", "--set", "king", "--reason", "x"), "UNKNOWN_ROLE"),
    (("roles", "anna", "--set", "analyst", "--reason", "x"), "SAME_ROLES"),
    (("roles", "nobody", "--set", "analyst", "--reason", "x"), "NOT_FOUND"),
    (("add", "a/b", "--roles", "analyst"), "NOT_A_USERNAME"),
])  # fmt: skip
def test_what_is_refused_changes_nothing(lab: Laboratory, capsys: Heard, words: tuple[str, ...], code: str) -> None:
    before = told(capsys, "list")
    assert cli.main(["user", *words]) == 2
    assert f"[{code}]" in capsys.readouterr().err
    assert told(capsys, "list") == before


def test_roles_are_not_set_without_a_reason(lab: Laboratory, capsys: Heard) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["user", "roles", "anna", "--set", "quality"])
    assert stopped.value.code == 2
    assert last(lab, "anna").verb == "add"


def test_closing_reopening_and_inviting_are_events(lab: Laboratory, capsys: Heard) -> None:
    told(capsys, "close", "anna", "--reason", "left the laboratory")
    assert (last(lab, "anna").verb, last(lab, "anna").reason) == ("close", "left the laboratory")
    assert cli.main(["user", "invite", "anna"]) == 2
    assert "[ACCOUNT_CLOSED]" in capsys.readouterr().err
    told(capsys, "reopen", "anna")
    (answer,) = told(capsys, "invite", "anna")
    assert last(lab, "anna").verb == "invite"
    assert Path(answer["invitation"]).name not in json.dumps([last(lab, "anna").before, last(lab, "anna").after])

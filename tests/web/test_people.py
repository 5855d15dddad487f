"""The people room: the administrator's accounts, and everybody's own."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.persistence.account import UserRow
from lims.persistence.trail import EventRow
from tests.builders import Laboratory
from tests.web.people import PASSWORD, Door, Person, door, token_of

NEW_PASSWORD = "pewter-cloud-anvil-moss-17"


@pytest.fixture
def at(laboratory: Laboratory) -> Door:
    return door(laboratory)


def verbs(lab: Laboratory, username: str) -> list[str]:
    with Session(lab.place.engine) as session:
        query = select(EventRow.verb).where(EventRow.object_type == "user", EventRow.object_no == username)
        return list(session.scalars(query.order_by(EventRow.seq)))


def link_in(page: str) -> str:
    return re.findall(r'value="http://[^"]*(/invitation/[\w-]+)"', page)[0]


def enter(at: Door, username: str, password: str) -> tuple[int, Person]:
    client = at.app.test_client()
    fields = {"csrf_token": token_of(client.get("/sign-in").text), "username": username, "password": password}
    answer = client.post("/sign-in", data=fields)
    return answer.status_code, Person(client, token_of(client.get("/sign-in").text))


def test_a_person_is_invited_and_the_link_is_shown_once(at: Door, laboratory: Laboratory) -> None:
    ada = at.enter("ada")
    page = ada.post("/people/new", 200, username="mei", name_zh="梅", name_en="Mei", roles=["analyst", "reviewer"],
                    language="zh")
    path = link_in(page)
    for other in ("/people/", "/people/accounts/mei"):
        assert "/invitation/" not in ada.get(other)
    assert "invited" in ada.get("/people/accounts/mei")
    client = at.app.test_client()
    token = token_of(client.get(path).text)
    assert client.post(path, data={"csrf_token": token, "password": NEW_PASSWORD}).status_code == 303
    assert "梅 Mei" in client.get("/").text
    assert verbs(laboratory, "mei") == ["add", "invite", "accept_invitation", "sign_in"]


def test_a_taken_name_keeps_what_was_typed(at: Door) -> None:
    page = at.enter("ada").post("/people/new", 409, username="Anna", name_en="Another", roles="quality")
    assert "There is a person with the user name Anna already." in page
    assert 'value="Another"' in page
    assert re.search(r'value="quality" checked', page)


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Change the roles", "analyst", "open", "Close the account")),
    ("zh", ("更改角色", "检验员", "可登录", "关闭账号")),
])
def test_the_administrator_sees_everybody_with_roles_and_state(at: Door, language: str, words: tuple[str, ...]) -> None:
    ada = at.enter("ada", language)
    listing = ada.get("/people/")
    for name in ("anna", "quentin", "max"):
        assert f'/people/accounts/{name}"' in listing
    page = ada.get("/people/accounts/anna")
    for word in words:
        assert word in page


def test_roles_are_changed_with_a_reason_and_hold_at_once(at: Door, laboratory: Laboratory) -> None:
    ada, anna = at.enter("ada"), at.enter("anna")
    assert anna.client.get("/people/").status_code == 403
    assert "must be filled in" in ada.post("/people/accounts/anna/roles", 422, roles="administrator", reason="")
    ada.post("/people/accounts/anna/roles", roles=["administrator", "analyst"], reason="stands in for Ada")
    assert anna.client.get("/people/").status_code == 200
    assert verbs(laboratory, "anna")[-1] == "set_roles"
    ada.post("/people/accounts/anna/roles", roles=[], reason="Ada is back")
    assert anna.client.get("/people/").status_code == 403


def test_the_administrators_own_account_is_another_administrators_matter(at: Door, laboratory: Laboratory) -> None:
    ada = at.enter("ada")
    assert 'name="roles"' not in ada.get("/people/accounts/ada")
    for act, fields in (("roles", {"roles": "quality", "reason": "x"}), ("close", {"reason": "x"}), ("invite", {}),
                        ("factor", {"reason": "x"})):
        assert "own" in ada.post(f"/people/accounts/ada/{act}", 403, **fields)
    assert set(verbs(laboratory, "ada")) <= {"add", "sign_in", "set_language"}


def test_a_closed_person_is_out_at_once_and_comes_back_when_reopened(at: Door) -> None:
    ada, anna = at.enter("ada"), at.enter("anna")
    ada.post("/people/accounts/anna/close", reason="left the laboratory")
    assert anna.client.get("/").status_code == 303
    assert enter(at, "anna", PASSWORD)[0] == 403
    assert "The account is closed" in ada.post("/people/accounts/anna/invite", 422)
    assert "Reopen the account" in ada.get("/people/accounts/anna")
    ada.post("/people/accounts/anna/reopen", reason="came back")
    assert enter(at, "anna", PASSWORD)[0] == 303


def test_nobody_else_opens_an_account_of_another(at: Door) -> None:
    for name in ("anna", "quentin", "kate"):
        person = at.enter(name)
        assert person.client.get("/people/accounts/rita").status_code == 403
        person.post("/people/accounts/rita/roles", 403, roles="quality", reason="x")
    at.enter("ada").get("/people/accounts/nobody", 404)


def test_my_password_is_changed_by_my_password_and_ends_my_other_sessions(at: Door, laboratory: Laboratory) -> None:
    here, elsewhere = at.enter("anna"), at.enter("anna")
    change = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert "wrong" in here.post("/people/me/password", 403, current="not it", **change)
    assert "differ" in here.post("/people/me/password", 422, current=PASSWORD, password=NEW_PASSWORD, again="x")
    assert "easy to guess" in here.post("/people/me/password", 422, current=PASSWORD, password="password1234",
                                        again="password1234")
    here.post("/people/me/password", current=PASSWORD, **change)
    assert "Your password was changed" in here.get("/people/me?done=password")
    assert elsewhere.client.get("/").status_code == 303
    assert enter(at, "anna", PASSWORD)[0] == 403
    assert enter(at, "anna", NEW_PASSWORD)[0] == 303
    assert {"refuse_proof", "change_password"} <= set(verbs(laboratory, "anna"))


def test_i_sign_out_everywhere(at: Door, laboratory: Laboratory) -> None:
    here, elsewhere = at.enter("anna"), at.enter("anna")
    page = here.get("/people/me")
    assert (page.count("this browser"), page.count("another browser")) == (1, 1)
    here.post("/people/me/sign-out")
    assert here.client.get("/").status_code == 303
    assert elsewhere.client.get("/").status_code == 303
    assert verbs(laboratory, "anna")[-1] == "sign_out_everywhere"


def test_a_wrong_try_of_a_known_person_is_an_event_and_of_an_unknown_one_is_none(
    at: Door, laboratory: Laboratory
) -> None:
    assert enter(at, "anna", "my-secret-in-the-wrong-field")[0] == 403
    assert enter(at, "my-secret-in-the-wrong-field", "x")[0] == 403
    with Session(laboratory.place.engine) as session:
        found = session.scalars(select(EventRow).where(EventRow.verb == "refuse_proof")).all()
        assert [(row.object_no, row.reason, row.actor_name) for row in found] == [("anna", "127.0.0.1", "system")]
        assert session.scalar(select(UserRow.last_login_at).where(UserRow.username == "anna")) is None

"""Coming in and going out: proofs, invitations, sessions that can be ended, tries that are slowed, foreign forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.app import create_app
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Forbidden
from lims.persistence.account import InvitationRow, SignInFailureRow, UserRow, UserSessionRow
from lims.services import account, housekeeping, proof
from lims.services.transaction import transaction
from lims.web import unit
from tests.builders import Laboratory
from tests.web.people import PASSWORD, Door, door, token_of

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
NEW_PASSWORD = "pewter-cloud-anvil-moss-17"


class Clock:
    """The web's clock, moved by the test."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def later(self, **by: int) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(unit, "now", clock)
    return clock


@pytest.fixture
def at(laboratory: Laboratory) -> Door:
    return door(laboratory)


def stranger(at: Door) -> FlaskClient:
    client: FlaskClient = at.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def with_cookie(at: Door, value: str) -> FlaskClient:
    client = stranger(at)
    client.set_cookie("lims_session", value)
    return client


def tries(client: FlaskClient, username: str, password: str, address: str = "10.0.0.1") -> Any:
    token = token_of(client.get("/sign-in").text)
    fields = {"csrf_token": token, "username": username, "password": password}
    return client.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": address})


def is_in(client: FlaskClient) -> bool:
    return bool(client.get("/").status_code == 200)


def counted(lab: Laboratory, row: type) -> int:
    with Session(lab.place.engine) as session:
        return int(session.scalar(select(func.count()).select_from(row)) or 0)


def acting(lab: Laboratory, act: Callable[[Any], Any], moment: datetime | None = None) -> Any:
    with transaction(lab.place, SYSTEM, moment or datetime.now(UTC), "test") as tx:
        return act(tx)


def test_a_page_sends_a_stranger_to_the_sign_in_and_on_to_the_page_afterwards(at: Door) -> None:
    client = stranger(at)
    answer = client.get("/catalogue/?kind=method")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/catalogue/?kind%3Dmethod")
    token = token_of(client.get(answer.headers["Location"]).text)
    fields = {"csrf_token": token, "username": "kate", "password": PASSWORD}
    assert client.post(answer.headers["Location"], data=fields).headers["Location"] == "/catalogue/?kind=method"


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x", ""])
def test_the_way_back_never_leaves_the_site(at: Door, target: str) -> None:
    client = stranger(at)
    token = token_of(client.get("/sign-in").text)
    fields = {"csrf_token": token, "username": "kate", "password": PASSWORD}
    answer = client.post("/sign-in", query_string={"next": target}, data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_wrong_password_an_unknown_name_and_an_inactive_person_get_the_same_answer(
    at: Door, laboratory: Laboratory
) -> None:
    acting(laboratory, lambda tx: account.set_active(tx, account.by_name(tx, "max"), False))
    pages = set()
    for username, password in (("anna", "wrong"), ("nobody", "wrong"), ("max", PASSWORD)):
        answer = tries(stranger(at), username, password)
        assert answer.status_code == 403
        page = re.sub(r'((?:csrf[-_]token|once)"[^>]*?(?:content|value)=")[^"]*', r"\1", answer.text)
        pages.add(page.replace(f'value="{username}"', 'value=""'))
    assert len(pages) == 1


def test_the_typed_name_is_kept_and_the_typed_password_is_not(at: Door) -> None:
    page = tries(stranger(at), "an<na", "wrong-password-typed").text
    assert 'value="an&lt;na"' in page
    assert "wrong-password-typed" not in page


def test_an_unknown_name_costs_a_whole_hash(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    real = proof.hasher()

    class Counting:
        def hash(self, text: str) -> str:
            worked.append("hash")
            return str(real.hash(text))

    monkeypatch.setattr(proof, "hasher", Counting)
    with pytest.raises(Forbidden, match="WRONG_PROOF"):
        acting(laboratory, lambda tx: proof.judge(tx, "nobody", "x"))
    assert worked == ["hash"]


def test_the_sixth_wrong_try_of_an_account_must_wait_and_the_wait_grows(at: Door, clock: Clock) -> None:
    client = stranger(at)
    assert [tries(client, "anna", "wrong").status_code for _ in range(6)] == [403] * 5 + [429]
    waits = []
    for _ in range(8):
        found = re.search(r"Wait (\d+) seconds", tries(client, "anna", "wrong").text)
        assert found is not None
        waits.append(int(found[1]))
        clock.later(seconds=waits[-1])
        assert tries(client, "anna", "wrong").status_code == 403
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60], "growing, and never a lock"


def test_waiting_lets_the_right_person_in_and_others_are_not_slowed(at: Door, clock: Clock) -> None:
    client = stranger(at)
    for _ in range(5):
        tries(client, "anna", "wrong")
    assert tries(client, "anna", PASSWORD).status_code == 429
    assert tries(stranger(at), "boris", PASSWORD).status_code == 303
    clock.later(seconds=2)
    assert tries(client, "anna", PASSWORD).status_code == 303


def test_one_address_that_tries_many_names_is_slowed_too(at: Door, clock: Clock) -> None:
    client = stranger(at)
    given = [tries(client, f"name-{number}", "wrong", "10.9.9.9").status_code for number in range(31)]
    assert given == [403] * 30 + [429]
    assert tries(client, "boris", PASSWORD, "10.0.0.7").status_code == 303


def test_a_try_is_counted_before_it_is_judged_and_taken_back_when_it_was_good(
    at: Door, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    judge = proof.judge

    def watching(tx: Any, username: str, password: str) -> UserRow:
        seen.append(counted(laboratory, SignInFailureRow))
        return judge(tx, username, password)

    monkeypatch.setattr(proof, "judge", watching)
    assert tries(stranger(at), "anna", PASSWORD).status_code == 303
    assert seen == [1]
    assert counted(laboratory, SignInFailureRow) == 0


def test_the_slow_hash_does_not_hold_the_databases_write_lock(
    at: Door, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = proof.judge

    def writing_meanwhile(tx: Any, username: str, password: str) -> UserRow:
        acting(laboratory, lambda other: account.set_active(other, account.by_name(other, "max"), False))
        return judge(tx, username, password)

    monkeypatch.setattr(proof, "judge", writing_meanwhile)
    assert tries(stranger(at), "anna", PASSWORD).status_code == 303


def test_a_signing_act_counts_wrong_passwords_as_the_sign_in_does(at: Door, laboratory: Laboratory) -> None:
    vera = laboratory.cast.vera
    with at.app.test_request_context("/"):
        g.actor = vera
        assert unit.signature(PASSWORD, "approved").user_id == vera.id
        for _ in range(5):
            with pytest.raises(Forbidden, match="WRONG_PROOF"):
                unit.signature("wrong", "approved")
        with pytest.raises(proof.TooManyTries):
            unit.signature(PASSWORD, "approved")
    assert tries(stranger(at), "vera", PASSWORD).status_code == 429


def test_each_sign_in_gets_a_session_of_its_own_and_ends_the_one_before(at: Door) -> None:
    client = stranger(at)
    tries(client, "anna", PASSWORD)
    first = client.get_cookie("lims_session")
    assert first is not None
    assert is_in(with_cookie(at, first.value))
    tries(client, "boris", PASSWORD)
    assert "Boris" in client.get("/").text
    assert not is_in(with_cookie(at, first.value))


def test_a_cookie_kept_from_before_the_sign_out_opens_nothing(at: Door) -> None:
    anna, elsewhere = at.enter("anna"), at.enter("anna")
    kept = anna.client.get_cookie("lims_session")
    assert kept is not None and is_in(with_cookie(at, kept.value))
    anna.post("/sign-out")
    assert not is_in(with_cookie(at, kept.value))
    assert is_in(elsewhere.client), "another browser of the same person goes on"


def test_whoever_is_closed_out_is_out_with_the_next_request(at: Door, laboratory: Laboratory) -> None:
    anna = at.enter("anna")
    acting(laboratory, lambda tx: account.set_active(tx, account.by_name(tx, "anna"), False))
    assert not is_in(anna.client)
    acting(laboratory, lambda tx: account.set_active(tx, account.by_name(tx, "anna"), True))
    assert not is_in(anna.client), "the old session stays ended"


def test_a_session_ends_after_thirty_idle_minutes_and_says_so(at: Door, clock: Clock) -> None:
    anna = at.enter("anna")
    clock.later(minutes=29)
    assert is_in(anna.client)
    clock.later(minutes=31)
    assert not is_in(anna.client)
    assert "Your session has ended" in anna.get("/sign-in")
    assert "Your session has ended" not in anna.get("/sign-in"), "said once"


def test_a_busy_session_ends_after_twelve_hours(at: Door, clock: Clock) -> None:
    anna = at.enter("anna")
    for _ in range(25):
        clock.later(minutes=28)
        assert is_in(anna.client)
    clock.later(minutes=21)
    assert not is_in(anna.client)


def test_an_invitation_opens_the_account_once(at: Door, laboratory: Laboratory) -> None:
    anna = at.enter("anna")
    secret = acting(laboratory, lambda tx: account.invite(tx, laboratory.cast.anna.id))
    client = stranger(at)
    path = f"/invitation/{secret}"
    token = token_of(client.get(path).text)
    weak = client.post(path, data={"csrf_token": token, "password": "password1234"})
    assert weak.status_code == 422 and "easy to guess" in weak.text
    assert client.post(path, data={"csrf_token": token, "password": NEW_PASSWORD}).status_code == 303
    assert is_in(client)
    assert not is_in(anna.client), "sessions opened with the old password are ended"
    other = stranger(at)
    again = other.post(path, data={"csrf_token": token_of(other.get(path).text), "password": NEW_PASSWORD + "x"})
    assert again.status_code == 404
    assert tries(stranger(at), "anna", NEW_PASSWORD).status_code == 303


def test_an_invitation_expires_and_its_secret_is_not_stored(at: Door, laboratory: Laboratory) -> None:
    moment = datetime.now(UTC) - timedelta(hours=account.INVITATION_HOURS, minutes=1)
    secret = acting(laboratory, lambda tx: account.invite(tx, laboratory.cast.anna.id), moment)
    client = stranger(at)
    path = f"/invitation/{secret}"
    late = client.post(path, data={"csrf_token": token_of(client.get(path).text), "password": NEW_PASSWORD})
    assert late.status_code == 404 and "has expired" in late.text
    with Session(laboratory.place.engine) as session:
        assert secret not in [row.digest for row in session.scalars(select(InvitationRow))]


@pytest.mark.parametrize("password", ["short", "anna-anna-anna", "qwertyuiop1234", "a" * 300])
def test_guessable_passwords_are_refused(laboratory: Laboratory, password: str) -> None:
    secret = acting(laboratory, lambda tx: account.invite(tx, laboratory.cast.anna.id))
    with pytest.raises(Exception, match="PASSWORD_"):
        acting(laboratory, lambda tx: account.accept_invitation(tx, secret, password))


def test_what_is_swept_is_old_and_never_a_session_that_goes_on(at: Door, laboratory: Laboratory) -> None:
    tries(stranger(at), "anna", "wrong")
    anna = at.enter("anna")
    assert set(acting(laboratory, housekeeping.sweep).values()) == {0}
    assert is_in(anna.client)
    later = datetime.now(UTC) + timedelta(days=91)
    swept = acting(laboratory, housekeeping.sweep, later)
    assert (swept["user_session"], swept["sign_in_failure"]) == (1, 1)
    assert counted(laboratory, UserSessionRow) == 0


def test_the_language_is_switched_on_any_page_and_stays_with_the_person(at: Door) -> None:
    client = stranger(at)
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/language", data={"csrf_token": token, "language": "zh", "next": "/sign-in"})
    assert answer.headers["Location"] == "/sign-in"
    page = client.get("/sign-in").text
    assert '<html lang="zh-Hans">' in page and "登录" in page
    anna = at.enter("anna", "zh")
    anna.post("/sign-out")
    fresh = stranger(at)
    tries(fresh, "anna", PASSWORD)
    assert '<html lang="zh-Hans">' in fresh.get("/").text


def test_a_form_without_its_token_changes_nothing_and_says_why(at: Door) -> None:
    anna, other = at.enter("anna"), at.enter("boris")
    answer = anna.client.post("/sign-out")
    assert answer.status_code == 400 and "Go back, reload it" in answer.text
    assert anna.client.post("/sign-out", data={"csrf_token": other.token}).status_code == 400
    assert is_in(anna.client)


def test_a_form_sent_by_another_site_is_refused_even_with_a_good_token(at: Door) -> None:
    anna = at.enter("anna")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert anna.client.post("/sign-out", data={"csrf_token": anna.token}, headers=foreign).status_code == 403
    assert is_in(anna.client)


def test_hidden_characters_are_refused_in_every_form(at: Door) -> None:
    assert tries(stranger(at), "an\0na", "x").status_code == 422
    assert stranger(at).get("/sign-in?next=%00").status_code == 422


@pytest.mark.parametrize(("url", "secure"), [("https://lims.example.org", True), ("http://127.0.0.1:8000", False)])
def test_the_cookie_is_kept_from_scripts_and_from_plain_http_where_there_is_https(
    laboratory: Laboratory, url: str, secure: bool
) -> None:
    app = create_app(replace(laboratory.place, public_url=url), "s" * 40, testing=True)
    answer = app.test_client().get("/sign-in", base_url=url)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == secure
    assert ("Strict-Transport-Security" in answer.headers) == secure


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_the_application_does_not_start_with_a_short_secret(laboratory: Laboratory, secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        create_app(laboratory.place, secret)

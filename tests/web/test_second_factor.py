"""The second factor at the door: set up by its owner, asked after the password, never twice with one code."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import NotFound
from lims.persistence.account import RecoveryCodeRow, UserRow
from lims.persistence.trail import EventRow
from lims.services import account, second_factor, trail_check
from lims.services.transaction import transaction, view
from lims.web import unit
from tests.builders import Laboratory
from tests.web.people import PASSWORD, Clock, Door, Person, door, token_of

NEW_PASSWORD = "pewter-cloud-anvil-moss-17"
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(unit, "now", clock)
    return clock


@pytest.fixture
def at(laboratory: Laboratory, clock: Clock) -> Door:
    return door(laboratory)


def code_of(secret: str, moment: datetime) -> str:
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(moment.timestamp())).decode()


def secret_on(page: str) -> str:
    return re.sub(r"\s", "", re.findall(r'<p class="mono">([A-Z2-7 ]+)</p>', page)[0])


def enrolled(at: Door, clock: Clock, name: str = "anna") -> tuple[Person, str, list[str]]:
    """The person with a second factor set up, its secret and the recovery codes."""
    person = at.enter(name)
    secret = secret_on(person.get("/people/me/factor"))
    page = person.post("/people/me/factor", 200, code=code_of(secret, clock()), current=PASSWORD)
    clock.later(seconds=30)
    return person, secret, re.findall(r"<li>([a-z2-7-]{19})</li>", page)


def password_given(at: Door, name: str = "anna", password: str = PASSWORD) -> FlaskClient:
    client: FlaskClient = at.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    token = token_of(client.get("/sign-in").text)
    answer = client.post("/sign-in?next=/people/me", data={"csrf_token": token, "username": name, "password": password})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/code")
    return client


def gives(client: FlaskClient, code: str) -> int:
    page = client.get("/sign-in/code")
    token = token_of((page if page.status_code == 200 else client.get("/sign-in")).text)
    return int(client.post("/sign-in/code", data={"csrf_token": token, "code": code}).status_code)


def is_in(client: FlaskClient) -> bool:
    return bool(client.get("/").status_code == 200)


@pytest.mark.parametrize(("seconds", "code"), [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
])
def test_codes_are_those_of_the_standard(laboratory: Laboratory, seconds: int, code: str) -> None:
    """The last six digits of the values in RFC 6238, appendix B."""
    with transaction(laboratory.place, SYSTEM, datetime.fromtimestamp(seconds, UTC), "rfc") as tx:
        assert second_factor._step(RFC_SECRET, code, tx) == seconds // 30
        assert second_factor._step(RFC_SECRET, code[::-1] if code != code[::-1] else "000000", tx) is None


def test_the_sign_in_asks_for_the_code_after_the_password(at: Door, clock: Clock) -> None:
    _, secret, codes = enrolled(at, clock)
    assert len(set(codes)) == 10
    client = password_given(at)
    assert not is_in(client)
    assert client.get("/people/me").headers["Location"].startswith("/sign-in")
    assert gives(client, "000000" if code_of(secret, clock()) != "000000" else "111111") == 403
    assert not is_in(client)
    assert gives(client, code_of(secret, clock())) == 303
    assert is_in(client)


def test_a_code_counts_once_even_within_its_interval(at: Door, clock: Clock) -> None:
    _, secret, _ = enrolled(at, clock)
    code = code_of(secret, clock())
    assert gives(password_given(at), code) == 303
    again = password_given(at)
    assert gives(again, code) == 403
    assert not is_in(again)
    clock.later(seconds=30)
    assert gives(again, code) == 403, "the drift does not bring it back"
    assert gives(again, code_of(secret, clock())) == 303


@pytest.mark.parametrize(("seconds", "status"), [(-60, 403), (-30, 303), (0, 303), (30, 303), (60, 403)])
def test_a_clock_may_be_one_interval_off(at: Door, clock: Clock, seconds: int, status: int) -> None:
    _, secret, _ = enrolled(at, clock)
    clock.later(minutes=10)
    assert gives(password_given(at), code_of(secret, clock() + timedelta(seconds=seconds))) == status


def test_a_recovery_code_opens_once_and_only_its_digest_is_kept(at: Door, laboratory: Laboratory, clock: Clock) -> None:
    _, _, codes = enrolled(at, clock)
    client = password_given(at)
    assert gives(client, codes[3].upper()) == 303
    assert "recovery codes left: 9" in client.get("/people/me").text
    assert gives(password_given(at), codes[3]) == 403
    assert gives(password_given(at), codes[4].replace("-", "")) == 303
    with Session(laboratory.place.engine) as session:
        kept = list(session.scalars(select(RecoveryCodeRow.digest)))
    assert len(kept) == 10 and all(len(one) == 64 for one in kept)


def test_recovery_codes_of_another_open_nothing(at: Door, clock: Clock) -> None:
    _, _, theirs = enrolled(at, clock, "boris")
    enrolled(at, clock)
    assert gives(password_given(at), theirs[0]) == 403


def test_wrong_codes_are_slowed_as_wrong_passwords_are(at: Door, clock: Clock) -> None:
    _, secret, _ = enrolled(at, clock)
    client = password_given(at)
    assert [gives(client, "12345") for _ in range(6)] == [403] * 5 + [429]
    assert gives(client, code_of(secret, clock())) == 429
    clock.later(seconds=30)
    assert gives(client, code_of(secret, clock())) == 303


def test_the_second_step_does_not_wait_longer_than_five_minutes(at: Door, clock: Clock) -> None:
    _, secret, _ = enrolled(at, clock)
    client = password_given(at)
    clock.later(seconds=301)
    answer = client.get("/sign-in/code")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    gives(client, code_of(secret, clock()))
    assert not is_in(client)


def test_the_second_step_opens_nothing_without_the_first_nor_after_another_password(
    at: Door, laboratory: Laboratory, clock: Clock
) -> None:
    person, secret, _ = enrolled(at, clock)
    stranger: FlaskClient = at.app.test_client()
    gives(stranger, code_of(secret, clock()))
    assert not is_in(stranger)
    waiting = password_given(at)
    person.post("/people/me/password", current=PASSWORD, password=NEW_PASSWORD, again=NEW_PASSWORD)
    gives(waiting, code_of(secret, clock()))
    assert not is_in(waiting)


def test_an_invitation_for_a_lost_password_still_asks_for_the_code(
    at: Door, laboratory: Laboratory, clock: Clock
) -> None:
    _, secret, _ = enrolled(at, clock)
    with transaction(laboratory.place, laboratory.cast.ada, clock(), "test") as tx:
        link = f"/invitation/{account.invite(tx, laboratory.cast.anna.id)}"
    client: FlaskClient = at.app.test_client()
    token = token_of(client.get(link).text)
    answer = client.post(link, data={"csrf_token": token, "password": NEW_PASSWORD})
    assert answer.headers["Location"] == "/sign-in/code"
    assert not is_in(client)
    assert gives(client, code_of(secret, clock())) == 303


def test_it_is_set_up_only_with_a_good_code_and_the_password(at: Door, laboratory: Laboratory, clock: Clock) -> None:
    anna = at.enter("anna")
    secret = secret_on(anna.get("/people/me/factor"))
    anna.post("/people/me/factor", 403, code="12345", current=PASSWORD)
    page = anna.post("/people/me/factor", 403, code=code_of(secret, clock()), current="not it")
    assert secret_on(page) == secret, "the device need not be set up again"
    assert 'viewBox="0 0' in page
    with Session(laboratory.place.engine) as session:
        assert session.scalars(select(UserRow.totp_sealed).where(UserRow.username == "anna")).one() is None
    anna.post("/people/me/factor", 200, code=code_of(secret, clock()), current=PASSWORD)
    assert anna.client.get("/people/me/factor").headers["Location"] == "/people/me"


def test_the_secret_is_stored_encrypted_for_its_owner_and_told_by_no_event(
    at: Door, laboratory: Laboratory, clock: Clock
) -> None:
    _, secret, codes = enrolled(at, clock)
    with Session(laboratory.place.engine) as session:
        sealed = session.scalars(select(UserRow.totp_sealed).where(UserRow.username == "anna")).one()
        whole = " ".join(str(row) for row in session.execute(text("SELECT before, after, reason FROM event")))
        query = select(EventRow).where(EventRow.object_no == "anna").order_by(EventRow.seq.desc())
        last = session.scalars(query).first()
    assert sealed and secret not in sealed
    for hidden in (secret, sealed, *codes):
        assert hidden not in whole
    assert last is not None and (last.verb, set(last.after)) == ("enrol_factor", {"totp_since"})
    key = laboratory.place.home / "keys" / "seal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    boris = laboratory.cast.boris
    with pytest.raises(NotFound, match="SEAL_BROKEN"), transaction(laboratory.place, boris, clock(), "theft") as tx:
        second_factor.enrol(tx, sealed, code_of(secret, clock()))


def test_its_owner_takes_it_off_with_password_and_code(at: Door, clock: Clock) -> None:
    anna, secret, _ = enrolled(at, clock)
    anna.post("/people/me/factor/remove", 403, current=PASSWORD, code="12345")
    anna.post("/people/me/factor/remove", 403, current="not it", code=code_of(secret, clock()))
    anna.post("/people/me/factor/remove", current=PASSWORD, code=code_of(secret, clock()))
    at.enter("anna")


def test_an_administrator_takes_it_off_with_a_reason(at: Door, laboratory: Laboratory, clock: Clock) -> None:
    enrolled(at, clock)
    ada = at.enter("ada")
    ada.post("/people/accounts/anna/factor", 422, reason=" ")
    ada.post("/people/accounts/anna/factor", reason="lost her phone")
    ada.post("/people/accounts/anna/factor", 404, reason="again")
    at.enter("anna")
    with Session(laboratory.place.engine) as session:
        found = session.scalars(select(EventRow).where(EventRow.verb == "reset_factor")).one()
        assert (found.object_no, found.actor_name, found.reason) == ("anna", "Ada", "lost her phone")
        assert session.scalars(select(RecoveryCodeRow)).all() == []
    with view(laboratory.place, SYSTEM, clock()) as tx:
        assert trail_check.check(tx).bad is None


def test_signing_acts_go_on_with_the_password_alone(at: Door, laboratory: Laboratory, clock: Clock) -> None:
    enrolled(at, clock, "vera")
    with at.app.test_request_context("/"):
        g.actor = laboratory.cast.vera
        assert unit.signature(PASSWORD, "approved").user_id == laboratory.cast.vera.id

"""Changes of accounts are events of the trail, and nothing that proves an identity stands in any event."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import BadInput, Conflict, Forbidden
from lims.persistence.account import RoleRow, UserRoleRow, UserRow
from lims.persistence.base import Audited, Base
from lims.persistence.trail import EventRow, UnrecordedChange
from lims.services import account, proof, second_factor, trail_check
from lims.services.transaction import transaction, view
from tests.builders import Laboratory
from tests.cast import NOW

PASSWORD, OTHER = "pewter-cloud-anvil-moss-17", "quartz-lagoon-ember-saddle-42"
PROVING = re.compile(r"password|digest|secret|uniquifier|sealed|totp_step|recovery")
EVIDENCE = {
    ("attachment", "digest"), ("certificate", "digest"), ("report", "digest"), ("run", "digest"),
    ("run", "read_digest"), ("spool", "digest"),
}  # fmt: skip
"""Digests of papers and files: they prove what was kept, and belong into the trail."""


def audited() -> list[type[Any]]:
    return [one.class_ for one in Base.registry.mappers if issubclass(one.class_, Audited)]


def events(lab: Laboratory, username: str) -> list[EventRow]:
    with Session(lab.place.engine) as session:
        query = select(EventRow).where(EventRow.object_type == "user", EventRow.object_no == username)
        return list(session.scalars(query.order_by(EventRow.seq)))


def acting(lab: Laboratory, actor: Actor, act: Any) -> Any:
    lab.step += 1
    with transaction(lab.place, actor, NOW + timedelta(minutes=lab.step), "test") as tx:
        return act(tx)


def by(username: str, act: Any) -> Any:
    return lambda tx: act(tx, account.by_name(tx, username))


def test_what_proves_an_identity_is_declared_never_to_be_recorded() -> None:
    silent = {(kind.__tablename__, name) for kind in audited() for name in kind.never_recorded}
    there = {(kind.__tablename__, column.name) for kind in audited() for column in kind.__table__.columns}
    assert silent <= there
    proving = {(table, name) for table, name in there if PROVING.search(name)}
    assert proving - EVIDENCE <= silent
    assert {("user", "password"), ("user", "totp_sealed"), ("token", "digest")} <= silent


def test_no_event_of_a_whole_life_of_an_account_tells_a_secret(laboratory: Laboratory) -> None:
    lab, ada = laboratory, laboratory.cast.ada
    link = acting(lab, ada, lambda tx: account.invite(tx, account.add_user(tx, account.NewUser("new", ())).id))
    new = acting(lab, SYSTEM, lambda tx: account.invited(tx, link))
    acting(lab, new, lambda tx: account.accept_invitation(tx, link, PASSWORD))
    key = acting(lab, new, lambda tx: proof.open_session(tx, new.id, "10.0.0.1"))
    acting(lab, new, lambda tx: account.change_password(tx, OTHER))
    token = acting(lab, SYSTEM, lambda tx: account.new_token(tx, account.by_name(tx, "new"), ("*",)))
    sealed = acting(lab, new, second_factor.draft)
    with Session(lab.place.engine) as session:
        row = session.scalars(select(UserRow).where(UserRow.username == "new")).one()
        secrets = [row.password, row.fs_uniquifier, proof.digest(token), proof.digest(link), proof.digest(key)]
        told = [(event.object_type, key) for event in session.scalars(select(EventRow))
                for key in (*event.before, *event.after) if PROVING.search(key)]
        whole = " ".join(str(value) for value in session.execute(text("SELECT before, after, reason FROM event")))
    assert set(told) <= EVIDENCE
    for secret in (*secrets, PASSWORD, OTHER, token, link, key, sealed):
        assert secret and secret not in whole


def test_each_change_of_an_account_is_an_event_with_who_when_and_where(laboratory: Laboratory) -> None:
    lab, ada = laboratory, laboratory.cast.ada
    acting(lab, ada, lambda tx: account.add_user(tx, account.NewUser("new", ("analyst",))))
    link = acting(lab, ada, by("new", lambda tx, row: account.invite(tx, row.id)))
    new = acting(lab, SYSTEM, lambda tx: account.invited(tx, link))
    acting(lab, new, lambda tx: account.accept_invitation(tx, link, PASSWORD))
    key = acting(lab, new, lambda tx: proof.open_session(tx, new.id, "10.0.0.1"))
    acting(lab, new, lambda tx: proof.end_session(tx, key))
    acting(lab, new, lambda tx: proof.end_session(tx, key))
    begun = acting(lab, SYSTEM, lambda tx: proof.begin(tx, "new", "10.0.0.2"))
    acting(lab, SYSTEM, lambda tx: proof.refused(tx, begun, new.id, "10.0.0.2"))
    acting(lab, ada, by("new", lambda tx, row: account.set_roles(tx, row, ("reviewer", "analyst"), "promoted")))
    acting(lab, new, lambda tx: proof.open_session(tx, new.id))
    acting(lab, new, proof.sign_out_everywhere)
    acting(lab, new, proof.sign_out_everywhere)
    acting(lab, ada, by("new", lambda tx, row: account.set_active(tx, row, False, "left")))
    acting(lab, ada, by("new", lambda tx, row: account.set_active(tx, row, True, "came back")))
    told = [(event.verb, event.actor_name, event.reason) for event in events(lab, "new")]
    assert told == [
        ("add", "Ada", ""),
        ("invite", "Ada", ""),
        ("accept_invitation", "new", ""),
        ("sign_in", "new", "10.0.0.1"),
        ("sign_out", "new", ""),
        ("refuse_proof", "system", "10.0.0.2"),
        ("set_roles", "Ada", "promoted"),
        ("sign_in", "new", ""),
        ("sign_out_everywhere", "new", ""),
        ("close", "Ada", "left"),
        ("reopen", "Ada", "came back"),
    ]
    with view(lab.place, SYSTEM, NOW) as tx:
        assert trail_check.check(tx).bad is None


def test_the_event_of_a_change_of_roles_tells_them_before_and_after(laboratory: Laboratory) -> None:
    lab = laboratory
    roles = ("reviewer", "quality")
    acting(lab, lab.cast.ada, by("anna", lambda tx, row: account.set_roles(tx, row, roles, "new post")))
    last = events(lab, "anna")[-1]
    assert (last.before, last.after) == ({"roles": ["analyst"]}, {"roles": ["quality", "reviewer"]})
    assert events(lab, "anna")[0].after["roles"] == ["analyst"]


def test_roles_given_behind_the_trails_back_are_found(laboratory: Laboratory) -> None:
    lab = laboratory
    with lab.place.engine.begin() as connection:
        role = connection.scalar(select(RoleRow.id).where(RoleRow.name == "signatory"))
        connection.execute(insert(UserRoleRow).values(user_id=lab.cast.max.id, role_id=role))
    with view(lab.place, SYSTEM, NOW) as tx:
        bad = trail_check.check(tx).bad
    assert bad is not None and (bad.object_no, bad.problem, bad.columns) == ("max", "ROW_CHANGED", ("roles",))
    with lab.place.engine.begin() as connection:
        connection.execute(delete(UserRoleRow).where(UserRoleRow.user_id == lab.cast.max.id))
    with view(lab.place, SYSTEM, NOW) as tx:
        assert trail_check.check(tx).bad is None


@pytest.mark.parametrize("change", ["password", "roles", "active"])
def test_a_change_that_nobody_records_is_not_written(laboratory: Laboratory, change: str) -> None:
    def silently(tx: Any) -> None:
        row = account.by_name(tx, "anna")
        setattr(row, change, [] if change == "roles" else None if change == "password" else False)
        if change == "password":
            row.password = "x"

    with pytest.raises(UnrecordedChange):
        acting(laboratory, SYSTEM, silently)


def test_a_password_set_after_the_record_of_another_act_is_not_written(laboratory: Laboratory) -> None:
    def late(tx: Any) -> None:
        row = account.by_name(tx, "anna")
        tx.record(row, "invite")
        row.password = "x"

    with pytest.raises(UnrecordedChange):
        acting(laboratory, SYSTEM, late)


def test_an_administrator_changes_nothing_of_their_own_account(laboratory: Laboratory) -> None:
    ada = laboratory.cast.ada
    for act, code in (
        (lambda tx, row: account.set_roles(tx, row, ("administrator", "signatory"), "x"), "OWN_ROLES"),
        (lambda tx, row: account.set_active(tx, row, False, "x"), "OWN_ACCOUNT"),
        (lambda tx, row: account.invite(tx, row.id), "OWN_ACCOUNT"),
        (lambda tx, row: second_factor.reset(tx, "ada", "x"), "OWN_ACCOUNT"),
    ):
        with pytest.raises(Forbidden, match=code):
            acting(laboratory, ada, by("ada", act))


@pytest.mark.parametrize("name", ["anna", "quentin", "kate", "max"])
def test_only_who_may_manage_people_does(laboratory: Laboratory, name: str) -> None:
    actor = getattr(laboratory.cast, name)
    for act in (
        lambda tx, row: account.set_roles(tx, row, ("quality",), "x"),
        lambda tx, row: account.set_active(tx, row, False, "x"),
        lambda tx, row: account.invite(tx, row.id),
        lambda tx, row: account.add_user(tx, account.NewUser("new", ())),
        lambda tx, row: second_factor.reset(tx, "rita", "x"),
    ):
        with pytest.raises(Forbidden, match="NO_RIGHT"):
            acting(laboratory, actor, by("rita", act))


def test_roles_change_with_a_reason_only_and_never_into_the_same(laboratory: Laboratory) -> None:
    for roles, reason, code in ((("quality",), " ", "FIELD_NEEDED"), (("analyst",), "x", "SAME_ROLES"),
                                (("king",), "x", "UNKNOWN_ROLE")):
        with pytest.raises(BadInput, match=code):
            acting(laboratory, laboratory.cast.ada,
                   by("anna", lambda tx, row, r=roles, w=reason: account.set_roles(tx, row, r, w)))


def test_a_user_name_is_taken_in_whatever_letters(laboratory: Laboratory) -> None:
    with pytest.raises(Conflict, match="USERNAME_TAKEN"):
        acting(laboratory, laboratory.cast.ada, lambda tx: account.add_user(tx, account.NewUser("ANNA", ())))


def test_a_new_invitation_ends_the_one_before(laboratory: Laboratory) -> None:
    first, second = (acting(laboratory, laboratory.cast.ada, by("anna", lambda tx, row: account.invite(tx, row.id)))
                     for _ in range(2))
    with pytest.raises(Exception, match="INVITATION_UNKNOWN"):
        acting(laboratory, laboratory.cast.anna, lambda tx: account.accept_invitation(tx, first, PASSWORD))
    acting(laboratory, laboratory.cast.anna, lambda tx: account.accept_invitation(tx, second, PASSWORD))


def test_one_person_may_sign_in_from_many_places_at_once(laboratory: Laboratory) -> None:
    anna = laboratory.cast.anna

    def enter(number: int) -> None:
        with transaction(laboratory.place, anna, NOW + timedelta(seconds=number), "x") as tx:
            proof.open_session(tx, anna.id, f"10.0.0.{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(enter, range(12)))
    assert [event.verb for event in events(laboratory, "anna")].count("sign_in") == 12

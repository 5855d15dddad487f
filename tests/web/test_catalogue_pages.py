"""The catalogue room through its pages: found in either language, changed by one and released by another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lims.app import create_app, throwaway_secret
from lims.domain.rules.actor import SYSTEM
from lims.persistence.account import UserRow
from lims.services import account, facts
from lims.services.reading import catalogue as shelves
from lims.services.transaction import transaction, view
from lims.web.catalogue.labels import NAMELESS
from tests.builders import Laboratory
from tests.cast import NOW

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PASSWORD = "seven grey seals on ice"
PAGES = (
    "/catalogue/", "/catalogue/?q=1006.30", "/catalogue/?q=nothing-of-the-kind", "/catalogue/list/limit",
    "/catalogue/list/method?q=GB/T", "/catalogue/item/limit/L0024", "/catalogue/item/method/GB/T 5713-2013",
    "/catalogue/item/method/IEC 62321-4 / -7", "/catalogue/organisations", "/catalogue/organisations/IMP",
    "/catalogue/instruments", "/catalogue/instruments/ICPMS-01", "/catalogue/scope", "/people/authorisations",
)  # fmt: skip


@pytest.fixture
def app(laboratory: Laboratory) -> Iterator[Flask]:
    made = create_app(laboratory.place, throwaway_secret(), testing=True)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made


def at_the_desk(app: Flask, laboratory: Laboratory, name: str, language: str = "en") -> FlaskClient:
    """A browser in which the person of the cast has signed in with the password of these tests."""
    with transaction(laboratory.place, SYSTEM, NOW, "password") as tx:
        row = account.by_name(tx, name)
        row.password = account._hasher().hash(PASSWORD)
        tx.record(row, "change_password")
    client = app.test_client()
    client.post("/language", data={"language": language})
    assert client.post("/sign-in", data={"username": name, "password": PASSWORD}).status_code == 303
    return client


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_room_opens_for_anybody_signed_in(app: Flask, laboratory: Laboratory, language: str) -> None:
    client = at_the_desk(app, laboratory, "max", language)
    for page in PAGES:
        assert client.get(page).status_code == 200, page


def test_nobody_sees_the_catalogue_without_signing_in(app: Flask, laboratory: Laboratory) -> None:
    for page in PAGES:
        assert app.test_client().get(page).status_code == 303, page


def test_who_may_not_propose_is_told_so(app: Flask, laboratory: Laboratory) -> None:
    client = at_the_desk(app, laboratory, "max")
    assert client.get("/catalogue/propose/limit").status_code == 403
    assert client.post("/catalogue/propose/limit", data={"code": "L0024"}).status_code == 403


def test_a_change_is_typed_by_one_and_signed_by_another(app: Flask, laboratory: Laboratory) -> None:
    kate = at_the_desk(app, laboratory, "kate")
    with view(laboratory.place, SYSTEM, NOW) as tx:
        content = dict(shelves.detail(tx, "limit", "L0024").versions[0].content)
    form = {f"content.{name}": text for name, text in content.items()}
    form |= {"code": "L0024", "content.value": "0.15", "reason": "new edition", "valid_from": "2027-13-01"}
    answer = kate.post("/catalogue/propose/limit", data=form)
    assert answer.status_code == 422
    assert 'value="0.15"' in answer.text
    assert 'value="2027-13-01"' in answer.text
    assert kate.post("/catalogue/propose/limit", data={**form, "valid_from": "2027-01-01"}).status_code == 303
    with view(laboratory.place, SYSTEM, NOW) as tx:
        waiting = shelves.detail(tx, "limit", "L0024").versions[0]
    release = f"/catalogue/version/{waiting.id}/release"
    assert kate.post(release, data={"password": PASSWORD, "meaning": "checked"}).status_code == 403
    quentin = at_the_desk(app, laboratory, "quentin")
    assert "<del>0.2</del>" in quentin.get("/catalogue/item/limit/L0024").text
    assert quentin.post(release, data={"password": "wrong", "meaning": "checked"}).status_code == 403
    assert quentin.post(release, data={"password": PASSWORD, "meaning": "checked"}).status_code == 303
    with view(laboratory.place, SYSTEM, NOW) as tx:
        assert facts.limit(tx, "L0024", waiting.valid_from).value == "0.15"


def test_an_instrument_past_its_calibration_is_told_by_glyph_and_word(app: Flask, laboratory: Laboratory) -> None:
    quentin = at_the_desk(app, laboratory, "quentin")
    form = {"kind": "calibration", "on": "2026-03-03", "due": "2026-04-01", "certificate_no": "C-1", "outcome": "pass"}
    assert quentin.post("/catalogue/instruments/ICPMS-01/checks", data=form).status_code == 303
    text = quentin.get("/catalogue/instruments?due=past").text
    assert '<span aria-hidden="true">▲</span> past due' in text
    assert '<span aria-hidden="true">▲</span>\npast calibration' in quentin.get("/catalogue/instruments/ICPMS-01").text


def test_nobody_grants_their_own_competence_at_the_page(app: Flask, laboratory: Laboratory) -> None:
    quentin = at_the_desk(app, laboratory, "quentin")
    form = {"username": "quentin", "activity": "test", "over": "*", "valid_from": "2026-11-01", "evidence": "TR-1"}
    assert quentin.post("/people/authorisations", data=form).status_code == 422
    assert quentin.post("/people/authorisations", data={**form, "username": "max"}).status_code == 303
    with view(laboratory.place, SYSTEM, NOW) as tx:
        row = tx.session.query(UserRow).filter_by(username="max").one()
        assert facts.may_test(tx, row.id, "GB 5009.15-2023", tx.today) is None


def test_the_counter_adds_an_organisation_and_a_stale_form_is_refused(app: Flask, laboratory: Laboratory) -> None:
    rita = at_the_desk(app, laboratory, "rita")
    form = {"code": "IMP-9", "kind": "importer", "name_zh": "九号", "country": "CN"}
    assert rita.post("/catalogue/organisations/new", data=form).status_code == 303
    change = {**form, "name_en": "Nine", "version": "1", "reason": "name known"}
    assert rita.post("/catalogue/organisations/IMP-9", data=change).status_code == 303
    assert rita.post("/catalogue/organisations/IMP-9", data={**change, "name_en": "Neun"}).status_code == 409


def test_a_line_is_added_to_the_scope(app: Flask, laboratory: Laboratory) -> None:
    kate = at_the_desk(app, laboratory, "kate")
    form = {"mark": "CMA", "registration_no": "R-1", "category": "GRO", "method": "GB 5009.15-2023", "analyte": "*"}
    assert kate.post("/catalogue/scope", data=form).status_code == 422
    assert kate.post("/catalogue/scope", data={**form, "valid_from": "2026-01-01"}).status_code == 303
    with view(laboratory.place, SYSTEM, NOW) as tx:
        assert ("CMA", "R-1") in facts.marks(tx, "GB 5009.15-2023", "CD", "GRO", tx.today)


def test_every_field_has_a_name_in_the_readers_language(engine_name: str) -> None:
    assert NAMELESS == []

"""The door of every route: a declared right, headers on each answer, and nothing that reading changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import MetaData, select
from werkzeug.routing import Rule

from lims.app import HEADERS, create_app
from lims.domain.rules.permissions import matrix
from lims.persistence import schema
from lims.persistence.account import SignInFailureRow, UserSessionRow
from lims.persistence.tables import metadata
from lims.services import account
from lims.services.transaction import transaction
from lims.web.access import MARK, check, needs, public, signed_in
from tests import builders as b
from tests.builders import Laboratory
from tests.cast import ROLES_OF
from tests.web.people import Door, door

# One engine: doors do not differ by database.
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PUBLIC_PAGES = {
    "/healthz", "/readyz", "/metrics", "/sign-in", "/sign-in/code", "/invitation/<secret>", "/language", "/verify",
    "/verify/<no>", "/static/<path:filename>",
}  # fmt: skip
NOT_EXCITING = {SignInFailureRow.__table__.name, UserSessionRow.__table__.name}


@pytest.fixture
def at(laboratory: Laboratory) -> Door:
    return door(laboratory)


def pages(at: Door, method: str) -> Iterator[Rule]:
    """The routes of pages; those of the API have a contract and tests of their own."""
    for rule in at.app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            yield rule


def path_of(rule: Rule) -> str:
    return re.sub(r"<int:\w+>", "1", re.sub(r"<(path:|string:)?\w+>", "x", rule.rule))


def right_of(at: Door, rule: Rule) -> str:
    return str(getattr(at.app.view_functions[rule.endpoint], MARK, "public"))


def test_every_route_declares_a_right_of_the_written_matrix(at: Door) -> None:
    for rule in at.app.url_map.iter_rules():
        if rule.endpoint != "static":
            assert right_of(at, rule) in {*matrix(), "public", "signed_in"}, rule.rule


def test_a_route_without_a_declared_right_stops_the_application_from_starting(at: Door) -> None:
    at.app._got_first_request = False
    at.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    with pytest.raises(RuntimeError, match="/forgotten"):
        check(at.app)


def test_a_right_that_the_matrix_does_not_know_cannot_be_named(engine_name: str) -> None:
    with pytest.raises(LookupError, match="no such right"):
        needs("moon:land")


def test_the_pages_for_everybody_are_exactly_these(at: Door) -> None:
    open_to_all = {rule.rule for rule in at.app.url_map.iter_rules()
                   if not rule.rule.startswith("/api/") and right_of(at, rule) == "public"}
    assert open_to_all == PUBLIC_PAGES


@pytest.mark.parametrize("mark", [public, signed_in, needs("sample:receive")])
def test_each_declaration_can_be_read_from_the_view(engine_name: str, mark: Any) -> None:
    assert isinstance(getattr(mark(lambda: ""), MARK), str)


def test_a_stranger_is_sent_to_the_sign_in_from_every_other_page(at: Door) -> None:
    client = at.app.test_client()
    asked = 0
    for rule in pages(at, "GET"):
        if right_of(at, rule) == "public":
            continue
        answer = client.get(path_of(rule))
        assert (answer.status_code, answer.headers["Location"][:9]) == (303, "/sign-in?"), rule.rule
        asked += 1
    assert asked > 25


def test_nothing_is_done_for_a_stranger_or_without_the_forms_token(at: Door, laboratory: Laboratory) -> None:
    anna = at.enter("anna")
    before = everything(laboratory)
    for rule in pages(at, "POST"):
        assert at.app.test_client().post(path_of(rule)).status_code in (400, 403), rule.rule
        assert anna.client.post(path_of(rule)).status_code == 400, rule.rule
    assert everything(laboratory) == before


def test_who_has_no_right_is_refused_with_the_reason_on_every_page(at: Door, laboratory: Laboratory) -> None:
    """Max holds no role: each page that names a right answers him 403, each act as well."""
    nobody = at.enter("max")
    before = everything(laboratory)
    refused = 0
    for method in ("GET", "POST"):
        for rule in pages(at, method):
            if right_of(at, rule) not in matrix():
                continue
            fields = {"data": {"csrf_token": nobody.token}} if method == "POST" else {}
            answer = nobody.client.open(path_of(rule), method=method, **fields)
            assert answer.status_code == 403, f"{method} {rule.rule}"
            assert "do not give you the right" in answer.text
            refused += 1
    assert refused > 40
    assert everything(laboratory) == before


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_turns_reading_into_writing(at: Door, header: str) -> None:
    anna = at.enter("anna")
    assert anna.client.get("/sign-out", headers={header: "POST"}).status_code == 405
    assert anna.client.get("/").status_code == 200


def everything(lab: Laboratory) -> dict[str, str]:
    """A digest of each table, but for what counts sign-ins."""
    told = {}
    with lab.place.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in NOT_EXCITING:
                continue
            query = select(*[column for column in table.columns if column.name not in ("last_login_at", "language")])
            rows = sorted(repr(tuple(row)) for row in connection.execute(query))
            told[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return told


def test_reading_changes_nothing_whoever_reads(at: Door, laboratory: Laboratory) -> None:
    sample_no = b.received(laboratory, b.lodged(laboratory, "FISH"))
    people = [at.enter(name) for name in ROLES_OF]
    before, sessions = everything(laboratory), rows_of(laboratory, UserSessionRow.metadata, "user_session")
    for person in people:
        for rule in pages(at, "GET"):
            if rule.endpoint in ("static", "sign_in.form"):
                continue
            for method in ("GET", "HEAD"):
                answer = person.client.open(path_of(rule).replace("/x", f"/{sample_no}"), method=method)
                assert answer.status_code in (200, 302, 303, 403, 404, 409, 422), f"{rule.rule}: {answer.status_code}"
    assert everything(laboratory) == before
    assert rows_of(laboratory, UserSessionRow.metadata, "user_session") == sessions


def rows_of(lab: Laboratory, tables: MetaData, name: str) -> list[tuple[Any, ...]]:
    with lab.place.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(tables.tables[name]))]


@pytest.mark.parametrize("path", [
    "/", "/sign-in", "/healthz", "/readyz", "/no-such-page", "/verify/none?c=x", "/static/lims.css",
    "/static/no-such-file", "/sign-in?next=%00", "/api/v1/openapi.json", "/api/v1/samples", "/api/v1/nothing",
])  # fmt: skip
def test_every_answer_carries_the_headers_of_the_house(at: Door, path: str) -> None:
    answer = at.app.test_client().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    assert ("no-store" in answer.headers.get("Cache-Control", "")) != path.startswith("/static/lims")


def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline(engine_name: str) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy


def test_no_page_has_a_script_or_a_style_of_its_own(at: Door, laboratory: Laboratory) -> None:
    b.received(laboratory, b.lodged(laboratory, "FISH"))
    kate = at.enter("kate")
    seen = 0
    for name in ("rita", "anna", "boris", "dana", "kate"):
        person = kate if name == "kate" else at.enter(name)
        for rule in pages(at, "GET"):
            answer = person.client.get(path_of(rule)) if "<" not in rule.rule else None
            if answer is None or answer.mimetype != "text/html":
                continue
            assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)", answer.text), rule.rule
            seen += 1
    assert seen > 40


def test_an_error_page_says_what_was_kept_and_gives_a_reference(at: Door) -> None:
    page = at.enter("anna").get("/no-such-page", 404)
    assert "Not found" in page and "Nothing was changed by this" in page
    assert re.search(r'Reference <span class="mono">[0-9a-f]{16}<', page)


def test_a_fault_is_told_without_its_values(at: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_tx: Any) -> None:
        raise RuntimeError("the password is hunter2")

    anna = at.enter("anna")
    monkeypatch.setattr("lims.web.home.books.tasks", broken)
    page = anna.get("/", 500)
    assert "Something failed on our side" in page and "hunter2" not in page


def test_the_watchers_get_their_answers(at: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    client = at.app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready"}

    def no_database(_engine: Any) -> str:
        raise OSError("no database")

    monkeypatch.setattr(schema, "gap", no_database)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})


def test_the_figures_are_for_this_machine_or_for_a_token_of_their_scope(at: Door, laboratory: Laboratory) -> None:
    client = at.app.test_client()
    client.get("/healthz")
    told = client.get("/metrics").text
    assert 'lims_requests_total{endpoint="health.alive",method="GET",status="200"} 1' in told
    assert 'lims_request_seconds_total{endpoint="health.alive"} 0.' in told
    with transaction(laboratory.place, laboratory.cast.ada, laboratory.now, "test") as tx:
        ada = account.by_name(tx, "ada")
        tokens = {scope: account.new_token(tx, ada, (scope,)) for scope in ("metrics", "sample")}
    elsewhere = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    assert client.get("/metrics", **elsewhere).status_code == 404
    for scope, status in (("metrics", 200), ("sample", 404)):
        headers = {"Authorization": f"Bearer {tokens[scope]}"}
        assert client.get("/metrics", headers=headers, **elsewhere).status_code == status
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}, **elsewhere).status_code == 404


def test_the_first_page_counts_what_each_role_has_to_do(at: Door, laboratory: Laboratory) -> None:
    def first(name: str) -> list[tuple[int, str]]:
        page = at.enter(name).get("/")
        found = re.findall(r'href="([^"]+)"><span class="n">(\d+)</span>', page)
        return [(int(count), path) for path, count in found]

    assert first("rita") == [(0, "/intake/requests?state=lodged"), (0, "/intake/receive")]
    b.lodged(laboratory, "FISH")
    waiting = {path: count for count, path in first("rita") + first("anna") + first("igor")}
    assert sum(waiting.values()) >= 1
    assert first("max") == []


def test_every_way_on_the_first_page_leads_to_a_page_that_its_reader_may_open(at: Door) -> None:
    opened = 0
    for name in ROLES_OF:
        person = at.enter(name)
        for path in re.findall(r'(?:<li class="\w+">|nav[^>]*>\s*)<a href="([^"]+)"', person.get("/")):
            assert person.client.get(path).status_code in (200, 303), f"{name}: {path}"
            opened += 1
    assert opened > 15


def test_the_application_starts_with_every_room(laboratory: Laboratory) -> None:
    app = create_app(laboratory.place, "s" * 40)
    assert {"sign_in", "home", "health", "intake", "bench", "release", "catalogue", "api"} <= set(app.blueprints)

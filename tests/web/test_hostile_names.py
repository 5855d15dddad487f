"""Every field of every form of every page is given what breaks programs: never a fault, never a page that runs it.

The forms are found by walking the pages as each person of the cast, over a laboratory with an object at every stage.
"""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException

from lims.app import create_app
from lims.domain.reference import KINDS
from lims.domain.rules.permissions import matrix
from lims.persistence.session import make_engine
from lims.persistence.tables import metadata
from lims.services import catalogue, certificate, lot, request, result, worksheet
from lims.services.transaction import Installation
from lims.web.access import MARK
from tests import builders as b
from tests.cast import ROLES_OF
from tests.engines import Templates
from tests.faults import stages
from tests.web.hostile import TYPED, VALUES, Field, Form, forms_of, live_in, messages, shows
from tests.web.people import PASSWORD, Door, Person, door, token_of

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
FILLED = {
    "reason": "as agreed", "question": "which lot?", "answer": "the first", "password": PASSWORD, "code": "NEW-1",
    "on": "2026-11-20", "due": "2027-11-20", "valid_from": "2026-11-24", "last_day": "2026-12-24", "analyte": "CD",
    "declaration_no": "530120261199999999", "product.1": "FISH", "goods_zh.1": "鱼", "quantity.1": "100",
    "port": "HAK", "importer": "IMP", "sampler_1": "Igor", "sampler_2": "Olga", "seal_no": "HK-9", "text": "0.02",
    "evidence": "record 7", "proof": "exit record", "no": "26-11-00001", "method": "GB 5009.12-2023", "over": "*",
    "username": "boris", "registration_no": "L0001", "name_zh": "新", "name_en": "New", "country": "CN",
    "checks": "all well",
}  # fmt: skip
"""What a person would type into fields that stand empty."""
UNCOUNTED = frozenset({"sign_in_failure", "user_session", "event", "duty", "counter"})
SECRET = frozenset({"code"})
"""Of a second factor: never shown again, as no password is."""
LEFT_ALONE = frozenset({"csrf_token"})
ITS_OWN = ("sign_in.leave", "sign_in.enter")
"""Each ends the session of whoever is asked to test it; the fields of signing in are tried by strangers below."""
ALWAYS = ("script", "long", "digits")
CHOSEN = ("script", "nul", "surrogate", "long", "digits", "superscript", "number")
"""For fields that nobody types into."""


@cache
def routes(method: str = "POST") -> tuple[str, ...]:
    """Endpoints of the pages that take a form."""
    nowhere = Installation(make_engine("sqlite://"), Path("/nonexistent"), ZoneInfo("Asia/Shanghai"))
    rules = create_app(nowhere, "s" * 40).url_map.iter_rules()
    return tuple(sorted({rule.endpoint for rule in rules
                         if method in (rule.methods or ()) and not rule.rule.startswith("/api/")}))


@dataclass(frozen=True)
class Found:
    """A form with who may send it and from where."""

    who: str
    path: str
    to: str
    form: Form

    @property
    def where(self) -> str:
        return f"{self.who} on {self.path}: {self.form.method} {self.form.action}"


@dataclass
class Site:
    """The laboratory at its door, with everybody inside, and the way back to how it was."""

    lab: b.Laboratory
    at: Door
    saved: Path
    people: dict[str, Person] = field(default_factory=dict)
    forms: list[Found] = field(default_factory=list)
    """The forms that were found, one for each route and set of fields."""
    cookies: dict[str, Any] = field(default_factory=dict)

    def enter_all(self) -> None:
        """Everybody signs in, reading Chinese, so that a message in English shows itself."""
        self.people = {name: self.at.enter(name, "zh") for name, roles in ROLES_OF.items() if roles}
        self.people["nobody"] = Person(self.at.app.test_client())
        self.people["nobody"].token = _token(self.people["nobody"].get("/sign-in"))
        self.people["nobody"].post("/language", language="zh", next="/")

    def save(self) -> None:
        self.lab.place.engine.dispose()
        shutil.copyfile(self._file, self.saved)
        self.cookies = {name: person.client.get_cookie("lims_session") for name, person in self.people.items()}

    def restore(self) -> None:
        self.lab.place.engine.dispose()
        for end in ("-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.copyfile(self.saved, self._file)
        for name, cookie in self.cookies.items():
            if cookie is not None:  # some acts end a session
                self.people[name].client.set_cookie("lims_session", cookie.value)

    @property
    def _file(self) -> Path:
        return Path(str(self.lab.place.engine.url.database))

    def may(self, who: str, endpoint: str) -> bool:
        right = getattr(self.at.app.view_functions[endpoint], MARK)
        return right not in matrix() or bool({one.role for one in matrix()[right]} & set(ROLES_OF.get(who, ())))

    def walk(self) -> None:
        adapter, kept = self.at.app.url_map.bind("localhost"), dict[tuple[str, ...], Found]()
        for who in self.people:
            for path, page in visited(self, who):
                for form in forms_of(page.partition("<main")[2] or page, path):
                    try:
                        to = str(adapter.match(form.action.partition("?")[0], method="POST")[0])
                    except HTTPException:
                        continue
                    names = sorted({re.sub(r"\d+", "n", one.name) for one in form.fields})
                    if form.method == "post" and self.may(who, to):
                        kept.setdefault((to, *names), Found(who, path, to, form))
        self.forms = list(kept.values())


def _token(page: str) -> str:
    return re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]


MOST, FEW = 20, {"bench.analysis_page": 5, "catalogue.item": 2, "catalogue.propose_form": 3, "catalogue.listing": 1}
"""Pages of one route that are opened for one person: as many as there are stages, fewer where all are alike."""


def visited(site: Site, name: str) -> Iterator[tuple[str, str]]:
    """(path, page) of what the person comes to by following links from the first page and the lists."""
    client, adapter = site.people[name].client, site.at.app.url_map.bind("localhost")
    waiting = ["/", *(rule.rule for rule in site.at.app.url_map.iter_rules()
                      if "GET" in (rule.methods or ()) and "<" not in rule.rule and not rule.rule.startswith("/api/"))]
    seen, alike = set(waiting), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        try:
            endpoint = str(adapter.match(path.partition("?")[0], method="GET")[0])
        except HTTPException:
            continue
        if alike[endpoint] >= FEW.get(endpoint, MOST):
            continue
        answer = client.get(path)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        alike[endpoint] += 1
        yield path, answer.text
        for link in re.findall(r'href="(/[^"#]*)"', answer.text):
            link = link.replace("&amp;", "&")
            if link not in seen and not re.search(r"\.pdf|^/static|[?&](state|after|kind)=", link):
                seen.add(link)
                waiting.append(link)


def a_full_house(lab: b.Laboratory) -> None:
    """One object at each stage of the main job, and the things around it."""
    cast = lab.cast
    for n, accept in ((1, False), (2, False), (3, True)):
        b.lodged(lab, "FISH", declaration=f"5301202611{n:08d}", accept=accept)
    with lab.acting(cast.rita) as tx:
        request.ask(tx, _request_no(lab, 2), "which lot?")
    stages.drawn(lab, stages.declared(lab, 4))
    b.received(lab, stages.declared(lab, 5))
    ids = stages.assigned(lab, b.received(lab, stages.declared(lab, 6)))
    with lab.acting(cast.anna) as tx:
        result.enter(tx, result.EnterResult(ids[0], "0.02", submit=False))
    stages.submitted(lab, b.received(lab, stages.declared(lab, 7)))
    stages.tested(lab, b.received(lab, stages.declared(lab, 8)))
    stages.reported(lab, 9)
    held = stages.reported(lab, 10)
    with lab.acting(cast.dana) as tx:
        lot.decide(tx, lot.DecideLot(held, "HOLD", "retest"))
    stages.decided(lab, 11)
    refused = failing(lab, 12)
    b.certified(lab, refused)
    issued, asked = (b.certified(lab, stages.decided(lab, n)).no for n in (13, 14))
    with lab.acting(cast.chen) as tx:
        certificate.ask_withdrawal(tx, asked, "wrong mark")
    assert issued != asked
    stages.parsed(lab)
    a_held_batch(lab, b.received(lab, stages.declared(lab, 16)))
    with lab.acting(cast.kate) as tx:
        row = next(iter(catalogue.seed_rows("units")))
        content = {name: row.get(name, "") for name in KINDS["unit"].fields}
        catalogue.propose(tx, catalogue.ProposeVersion("unit", "zz", content, b.NOW.date(), None, "new"))


def _request_no(lab: b.Laboratory, n: int) -> str:
    table = metadata.tables["request"]
    with lab.place.engine.connect() as connection:
        return str(connection.scalar(select(table.c.no).where(table.c.declaration_no == f"5301202611{n:08d}")))


def failing(lab: b.Laboratory, n: int) -> str:
    """A lot returned for cadmium."""
    no = stages.declared(lab, n)
    sample_no = b.received(lab, no)
    rows = stages.analyses(lab, sample_no)
    for row, analysis_id in zip(rows, stages.assigned(lab, sample_no), strict=True):
        b.entered(lab, analysis_id, "0.62 ± 0.05 mg/kg" if row.analyte == "CD" else "0.001")
        b.verified(lab, analysis_id)
    b.approved(lab, sample_no)
    b.decided(lab, f"{no}-L1", "RETURN", "cadmium")
    return f"{no}-L1"


def a_held_batch(lab: b.Laboratory, sample_no: str) -> None:
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(
            tx, worksheet.MakeWorksheet("GB 5009.15-2023", sample_nos=(sample_no,), blanks=1)
        )
    table = metadata.tables["position"]
    sheets = metadata.tables["worksheet"]
    with lab.place.engine.connect() as connection:
        position = connection.scalar(
            select(table.c.id).join(sheets, sheets.c.id == table.c.worksheet_id)
            .where(sheets.c.no == made.no, table.c.kind == "blank")
        )
    with lab.acting(lab.cast.anna) as tx:
        result.enter_qc(tx, position, "CD", "0.5")


@pytest.fixture(scope="module")
def site(sqlite_templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("hostile")
    with sqlite_templates.fresh_laboratory(home / "home") as lab:
        a_full_house(lab)
        found = Site(lab, door(lab), home / "saved.db")
        found.enter_all()
        found.walk()
        assert len(found.forms) > 35, "the walk no longer finds the forms"
        found.save()
        yield found


def filled(form: Form) -> dict[str, str | bytes]:
    """The form as a person would send it."""
    data: dict[str, str | bytes] = {}
    pressed = False
    for one in form.fields:
        if one.kind == "submit":
            if not pressed:
                data[one.name], pressed = one.value, True
        elif one.kind == "unticked radio":
            data.setdefault(one.name, one.value)
        elif one.kind not in ("unticked checkbox", "file"):
            data[one.name] = one.value or FILLED.get(one.name, "")
    return data


def send(site: Site, found: Found, data: dict[str, Any]) -> Any:
    """The answer; texts are sent as bytes, so that what is no text can be sent too."""
    person = site.people[found.who]
    data = {**data, "csrf_token": person.token}
    if found.form.multipart:
        return person.client.post(found.form.action, data=data)
    return person.client.post(found.form.action, data=urlencode(data), content_type="application/x-www-form-urlencoded")


def counts(site: Site) -> dict[str, int]:
    tables = [table for table in metadata.sorted_tables if table.name not in UNCOUNTED]
    query = select(*[select(func.count()).select_from(table).scalar_subquery() for table in tables])
    with site.lab.place.engine.connect() as connection:
        return dict(zip([table.name for table in tables], connection.execute(query).one(), strict=True))


def targets(form: Form) -> list[Field]:
    kinds = (*TYPED, "unticked checkbox", "unticked radio", "submit")
    once = {one.name: one for one in form.fields if one.kind in kinds and one.name not in LEFT_ALONE}
    return list({re.sub(r"\d+", "n", name): one for name, one in once.items()}.values())


def typed_into(one: Field) -> bool:
    kinds = ("text", "textarea", "number", "date", "datetime-local", "search", "email", "tel")
    return one.name not in SECRET and one.kind in kinds


def values_for(one: Field) -> tuple[str, ...]:
    """What always breaks something, and some of the rest in turn, so that every value comes to many fields."""
    rest = [name for name in VALUES if name not in ALWAYS]
    at = crc32(one.name.encode())
    if typed_into(one):
        return (*ALWAYS, *(rest[(at + n * 5) % len(rest)] for n in range(3)))
    return (ALWAYS[at % 3], CHOSEN[at % len(CHOSEN)])


def attacked(found: Found) -> Iterator[tuple[Field, str, dict[str, Any]]]:
    """(field, name of the value, the whole form) for each field in turn, everything else as a person would fill it."""
    for one in targets(found.form):
        for name in values_for(one):
            value: Any = VALUES[name]
            if one.kind == "file":
                title = value.decode("utf-8", "replace") if isinstance(value, bytes) else value[:300]
                value = (io.BytesIO(b"a,b\n1,2\n"), title.replace("\0", ""))
            yield one, name, {**filled(found.form), one.name: value}


@dataclass
class Told:
    """What went wrong at one route, by the law that it breaks."""

    faults: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    sent: int = 0


_told: dict[str, Told] = {}


def told(site: Site, endpoint: str) -> Told:
    if endpoint not in _told:
        _told[endpoint] = Told()
        for found in (one for one in site.forms if one.to == endpoint):
            attack(site, found, _told[endpoint])
    return _told[endpoint]


def attack(site: Site, found: Found, kept: Told) -> None:
    before = counts(site)
    last, plain = stages.last_event(site.lab), send(site, found, filled(found.form))
    whole = set(stages.grown(before, counts(site))) if plain.status_code == 303 else None
    site.restore()
    for one, name, data in attacked(found):
        answer, mark = send(site, found, data), f"{found.where} {one.name}={name}"
        kept.sent += 1
        if answer.status_code >= 500:
            kept.faults.append(mark)
            site.restore()
            continue
        if answer.status_code in (200, 303):
            grown = stages.grown(before, counts(site))
            if any(n < 0 for n in grown.values()) or (whole is not None and not set(grown) <= whole):
                kept.half.append(f"{mark}: {grown}")
            site.restore()
            continue
        judge_refusal(site, one, name, answer, kept, mark)
        if stages.last_event(site.lab) != last:
            kept.half.append(f"{mark}: refused and done all the same")
            site.restore()


def judge_refusal(site: Site, one: Field, name: str, answer: Any, kept: Told, mark: str) -> None:
    """A refusal says why in the reader's language, runs nothing, and gives back what was typed."""
    value, page = VALUES[name], answer.text
    said = list(messages(page))
    if not said or not all(re.search(r"[\u4e00-\u9fff]", line) for line in said):
        kept.silent.append(f"{mark}: {answer.status_code} {said}")
    kept.live += [f"{mark}: {what}" for what in live_in(page)]
    if "Set-Cookie: lims_session=x" in str(answer.headers):
        kept.live.append(f"{mark}: a header of the sender's own")
    if typed_into(one) and isinstance(value, str) and "\0" not in value and not shows(page, value):
        kept.lost.append(f"{mark}: {answer.status_code} {said}")


@pytest.mark.parametrize("endpoint", [name for name in routes() if name not in ITS_OWN])
class TestEveryField:
    def test_is_never_a_fault_nor_half_done(self, site: Site, endpoint: str, engine_name: str) -> None:
        found = told(site, endpoint)
        assert (found.faults, found.half) == ([], [])

    def test_is_refused_in_the_readers_words(self, site: Site, endpoint: str, engine_name: str) -> None:
        found = told(site, endpoint)
        assert (found.silent, found.live) == ([], [])

    def test_sent_twice_is_done_once(self, site: Site, endpoint: str, engine_name: str) -> None:
        """The second of two clicks changes nothing or says why."""
        again = []
        for found in (one for one in site.forms if one.to == endpoint):
            if send(site, found, filled(found.form)).status_code == 303:
                once = counts(site)
                second = send(site, found, filled(found.form))
                grown = stages.grown(once, counts(site))
                if grown or second.status_code >= 500:
                    again.append(f"{found.where}: {second.status_code} {grown}")
            site.restore()
        assert again == []

    def test_is_given_back_as_it_was_typed(self, site: Site, endpoint: str, engine_name: str) -> None:
        assert told(site, endpoint).lost == []


def test_a_stranger_signs_in_with_nothing_hostile(site: Site, engine_name: str) -> None:
    faults = []
    for name, value in VALUES.items():
        client = site.at.app.test_client()
        form = {"csrf_token": token_of(client.get("/sign-in").text), "username": value, "password": value}
        answer = client.post("/sign-in", data=urlencode(form), content_type="application/x-www-form-urlencoded")
        if not 400 <= answer.status_code < 500 or list(live_in(answer.text)):
            faults.append(f"{name}: {answer.status_code}")
    site.restore()
    assert faults == []


def test_what_was_taken_in_is_shown_and_never_run(site: Site, engine_name: str) -> None:
    """Markup in whatever field takes it, kept in the laboratory; then every page is opened again."""
    taken = sum(planted(site, found, name) for found in site.forms for name in ("script", "attribute", "template"))
    assert taken > 20
    broken = [f"{who} on {path}: {what}" for who in site.people
              for path, page in visited(site, who) for what in live_in(page)]  # fmt: skip
    intact = stages.intact(site.lab)
    site.restore()
    assert broken == []
    assert intact


def planted(site: Site, found: Found, name: str) -> bool:
    """The value in every field that takes it; whether the form was taken in at last."""
    data = filled(found.form)
    for one in targets(found.form):
        if typed_into(one) and one.kind in ("text", "textarea"):
            data[one.name] = VALUES[name]
    if send(site, found, data).status_code == 303:
        return True
    return any(
        send(site, found, {**filled(found.form), one.name: VALUES[name]}).status_code == 303
        for one in targets(found.form)
        if typed_into(one) and one.kind in ("text", "textarea")
    )


HUGE = (2**31, 2**63, 10**30)


@pytest.mark.parametrize("endpoint", sorted({*routes("GET"), *routes()} - {"static", *ITS_OWN}))
def test_an_address_that_nobody_would_type_is_no_fault(site: Site, endpoint: str, engine_name: str) -> None:
    """Ids beyond what a database keeps, markup and steps upwards in the address and behind it, ids in the form."""
    faults = []
    for rule in site.at.app.url_map.iter_rules(endpoint):
        for who in ("rita", "boris", "quentin", "anna"):
            for path in addresses(rule.rule):
                faults += asked(site, who, path, rule.methods or set())
    site.restore()
    assert faults == []


def addresses(rule: str) -> Iterator[str]:
    query = urlencode(dict.fromkeys(("q", "state", "after", "kind", "no", "method", "c"), VALUES["attribute"]))
    for huge in HUGE if "<int:" in rule else (1,):
        numbered = re.sub(r"<int:\w+>", str(huge), rule)
        for text in ("%3Cscript%3Ealert(1)%3C/script%3E", "%2e%2e%2f%2e%2e", "%ED%A0%80") if "<" in numbered else ("",):
            yield re.sub(r"<[^>]+>", text, numbered) + f"?{query}"


def asked(site: Site, who: str, path: str, methods: set[str]) -> Iterator[str]:
    person = site.people[who]
    form = {"csrf_token": person.token, "analysis": HUGE[1], "row": HUGE[2], "version": "²", "some": "1", "reason": "x"}
    for method in sorted(methods & {"GET", "POST"}):
        answer = person.client.open(path, method=method, **({"data": form} if method == "POST" else {}))
        if answer.status_code >= 500:
            yield f"{who}: {method} {path}: {answer.status_code}"
        if answer.mimetype == "text/html":
            yield from (f"{who}: {method} {path}: {what}" for what in live_in(answer.text))

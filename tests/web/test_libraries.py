"""Libraries at the page: a table read and checked, put up by one, foreseen and released by another."""

from __future__ import annotations

import io
import json
import re

import pytest

from lims.jobs import here
from lims.services import facts, library_file
from lims.services import job as jobs
from lims.services.reading import catalogue as shelves
from lims.services.transaction import view
from tests import builders as b
from tests.builders import Laboratory
from tests.web.people import PASSWORD, Person, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
HEAD = "Nr;Land;Ware;Stoff;Wert;Einheit;Norm;Folgen\n"
GOOD = "L0024;CN;RICE;CD;0,15;mg/kg;GB 2762-2027;SHE\nKR-CD;KR;RICE;CD;0,1;mg/kg;MFDS;SHE\n"
BAD = "KR-PB;KR;RICE;PB;=1+1;mg/kg;MFDS;SHE\nKR-AS;KR;RICE;NO_SUCH;1;mg/kg;MFDS;SHE\n"
MAPPING = {
    "columns": {
        "limit_id": "Nr", "jurisdiction": "Land", "product": "Ware", "analyte": "Stoff", "value": "Wert",
        "unit": "Einheit", "standard": "Norm", "severity": "Folgen",
    },
    "always": {"operator": "LE", "basis": "wet"}, "delimiter": ";", "decimal": ",",
}  # fmt: skip


def send(person: Person, text: str, status: int = 303, **fields: str) -> str:
    given = {"kind": "limit", "recipe": "", "typed": json.dumps(MAPPING), **fields}
    return person.post("/catalogue/libraries", status, file=(io.BytesIO(text.encode()), "limits 2027.csv"), **given)


def test_a_table_is_looked_at_put_up_foreseen_and_released_by_another(laboratory: Laboratory) -> None:
    b.lodged(laboratory, "RICE")
    at = door(laboratory)
    kate, quentin = at.enter("kate"), at.enter("quentin", "zh")
    preview = send(kate, HEAD + GOOD + BAD, source="New limits")
    page = kate.get(preview)
    assert "4 rows" in page and "2 to add" in page and "2 refused" in page
    assert re.search(r"<td>Analyte</td><td>[^<]*NO_SUCH", page)
    told = kate.client.get(f"{preview}/refused.csv")
    assert told.mimetype == "text/csv" and "'=" not in told.text.splitlines()[0]
    assert [line.split(",")[:3] for line in told.text.splitlines()[1:]] == [
        ["4", "KR-PB", "value"], ["5", "KR-AS", "analyte"],
    ]  # fmt: skip
    once = re.findall(r'name="once" value="([^"]+)"', page)[-2]
    batch = kate.post(preview, once=once)
    assert kate.post(preview, 409, once=once)
    assert "New limits" in kate.post(preview, 422)
    assert "never the" not in kate.get(batch) and 'action="/catalogue/libraries/release"' not in kate.get(batch)
    kate.post("/catalogue/libraries/release", 403, name="New limits", password=PASSWORD, meaning="checked")
    seen = quentin.get(batch)
    assert "变更影响" in seen and "≤ 0.15 mg/kg" in seen and "未采样" in seen
    assert "New limits" in quentin.get("/catalogue/") and "New limits" in quentin.get("/catalogue/libraries")
    assert "L0024" in quentin.get("/catalogue/changes?library=New+limits&days=30")
    quentin.post("/catalogue/libraries/release", name="New limits", password=PASSWORD, meaning="checked")
    with view(laboratory.place, laboratory.cast.kate, laboratory.now) as tx:
        assert shelves.detail(tx, "limit", "KR-CD").versions[0].state == "released"
    quentin.get(batch, 404)


def test_a_mapping_is_saved_by_one_released_by_another_and_chosen_by_its_name(laboratory: Laboratory) -> None:
    at = door(laboratory)
    kate, quentin = at.enter("kate"), at.enter("quentin")
    preview = send(kate, HEAD + GOOD)
    fields = {"code": "DE", "name_en": "German table", "name_zh": "德国表格", "reason": "their columns"}
    assert kate.post(f"{preview}/mapping", **fields).endswith("/catalogue/item/table_recipe/DE")
    assert "German table" not in kate.get("/catalogue/libraries")
    with view(laboratory.place, laboratory.cast.kate, laboratory.now) as tx:
        version = shelves.detail(tx, "table_recipe", "DE").versions[0].id
    quentin.post(f"/catalogue/version/{version}/release", password=PASSWORD, meaning="checked")
    assert '<option value="DE"' in kate.get("/catalogue/libraries")
    assert "2 to add" in kate.get(send(kate, HEAD + GOOD, typed="", recipe="DE"))
    assert "cannot be read" in send(kate, HEAD + GOOD, 422, typed="[]")
    assert "Column Nr is missing" in send(kate, "a;b\n1;2\n", 422)
    kate.get(f"/catalogue/libraries/preview/{'0' * 64}", 404)
    assert send(at.enter("anna"), HEAD + GOOD, 403)


def test_a_long_table_goes_up_in_the_background(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_file, "AT_ONCE", 1)
    sent: list[int] = []
    monkeypatch.setattr(here, "send", lambda _place, job_id: sent.append(job_id))
    kate = door(laboratory).enter("kate")
    assert kate.post(send(kate, HEAD + GOOD)) == "/jobs/1"
    from lims.jobs.work import work

    assert work(laboratory.place, sent[0])
    assert "limits 2027" in kate.get("/jobs/1")
    with view(laboratory.place, laboratory.cast.kate, laboratory.now) as tx:
        assert jobs.unfinished(tx) == []
        assert shelves.detail(tx, "limit", "L0024").versions[0].state == "proposed"
        assert facts.limit(tx, "L0024", tx.today).value == "0.2"


def test_the_pages_of_a_version_and_of_a_result_tell_what_another_limit_would_say(laboratory: Laboratory) -> None:
    lab = laboratory
    sample_no = b.received(lab, b.lodged(lab, "RICE"))
    at = door(lab)
    anna, kate = at.enter("anna"), at.enter("kate")
    found = re.findall(r"/bench/analyses/(\d+)", anna.get(f"/intake/samples/{sample_no}"))
    page = anna.get(f"/bench/analyses/{found[1]}/jurisdictions")
    assert "CODEX" in page and "No result yet" in page and "Reg. (EU) 2023/915" in page
    with view(lab.place, lab.cast.kate, lab.now) as tx:
        content = dict(shelves.detail(tx, "limit", "L0024").versions[0].content)
    form = {f"content.{name}": text for name, text in content.items()}
    item = kate.post("/catalogue/propose/limit", code="L0024", reason="new", **{**form, "content.value": "0.15"})
    assert "What would change" in kate.get(item) and sample_no in kate.get(item)
    assert "What would change" not in anna.get(item)
    anna.get("/catalogue/changes?library=x", 403)
    kate.get("/catalogue/changes", 404)

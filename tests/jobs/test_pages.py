"""Long work at the doors: several files, several documents on one signature, progress, stopping, and one's own only."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from lims.jobs import here, work
from tests import builders as b
from tests.api.client import an_api, ok
from tests.jobs import orders as o
from tests.web.people import PASSWORD, Door, Person, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def at(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(work, "BREATH", 0)
    yield door(laboratory)
    here.rest(laboratory.place)


def uploaded(person: Person, sheet: str, *contents: bytes) -> str:
    files = [(io.BytesIO(one), f"run-{n}.csv") for n, one in enumerate(contents, 1)]
    return person.post(f"/bench/worksheets/{sheet}/import", file=files)


def number_of(path: str) -> int:
    found = re.fullmatch(r"/jobs/(\d+)", path)
    assert found, path
    return int(found[1])


def test_several_files_are_a_job_and_one_file_is_shown_at_once(at: Door, laboratory: b.Laboratory) -> None:
    sheet, anna = o.a_sheet(laboratory), at.enter("anna")
    assert " multiple " in anna.get(f"/bench/worksheets/{sheet}/import")
    assert "/bench/runs/" in uploaded(anna, sheet, o.a_table(0))
    path = uploaded(anna, sheet, o.a_table(1), o.a_table(2), b"")
    page = anna.get(path)
    assert '<progress value="0" max="3"' in page and 'http-equiv="refresh"' in page and "waits" in page
    work.work(laboratory.place, number_of(path))
    page = anna.get(path)
    assert '<progress value="3" max="3"' in page and 'http-equiv="refresh"' not in page and "jobs.js" not in page
    assert "3 of 3 · 1 not done" in page
    links = re.findall(r'href="(/bench/runs/[^"]+)"', page)
    assert len(links) == 2
    assert "run-1.csv" in anna.get(links[0])
    assert "The file is empty" in page or "empty" in page
    anna.post("/language", language="zh", next="/")
    assert "读取仪器文件" in anna.get("/jobs/") and "空" in anna.get(path)


def test_progress_is_told_to_the_script_of_the_page(at: Door, laboratory: b.Laboratory) -> None:
    sheet, anna = o.a_sheet(laboratory), at.enter("anna")
    path = uploaded(anna, sheet, o.a_table(1), o.a_table(2))
    asked = anna.client.get(f"{path}/progress")
    assert asked.get_json() == {"status": "queued", "done": 0, "total": 2, "refused": 0, "open": True}
    work.work(laboratory.place, number_of(path))
    asked = anna.client.get(f"{path}/progress")
    assert asked.get_json() == {"status": "done", "done": 2, "total": 2, "refused": 0, "open": False}


def test_a_job_is_stopped_from_its_page(at: Door, laboratory: b.Laboratory) -> None:
    sheet, anna = o.a_sheet(laboratory), at.enter("anna")
    path = uploaded(anna, sheet, o.a_table(1), o.a_table(2))
    assert anna.post(f"{path}/cancel") == path
    page = anna.get(path)
    assert "stopped" in page and "not begun" in page and "Anna" in page
    assert "nothing left to stop" in anna.post(f"{path}/cancel", 409)


def test_strangers_and_colleagues_do_not_see_it(at: Door, laboratory: b.Laboratory) -> None:
    sheet, anna = o.a_sheet(laboratory), at.enter("anna")
    path = uploaded(anna, sheet, o.a_table(1), o.a_table(2))
    stranger = at.app.test_client()
    for below in ("", "/progress"):
        assert stranger.get(path + below).headers["Location"].startswith("/sign-in")
        for name in ("boris", "ada"):
            at.enter(name).get(path + below, 404)
    at.enter("boris").post(f"{path}/cancel", 404)
    assert path not in at.enter("boris").get("/jobs/")
    assert f'href="{path}"' in anna.get("/jobs/")


def test_one_signature_issues_several_documents(at: Door, laboratory: b.Laboratory) -> None:
    lots = o.decided_lots(laboratory, 2)
    chen = at.enter("chen")
    assert "/release/certify/together" in chen.get("/release/certify")
    page = chen.get("/release/certify/together")
    assert re.findall(r'name="lot" value="([^"]+)"', page) == lots[::-1]
    order = "/release/certify/together"
    assert "at least one" in chen.post(order, 409, password=PASSWORD, meaning="I issue")
    page = chen.post(order, 409, password="guess", meaning="I issue", lot=lots)
    assert page.count(" checked") == 2 and "guess" not in page
    path = chen.post(order, password=PASSWORD, meaning="I issue these two", lot=lots)
    work.work(laboratory.place, number_of(path))
    page = chen.get(path)
    assert "I issue these two" in page
    papers = re.findall(r'href="(/release/certificates/[^"]+)"', page)
    assert len(papers) == 2
    for one in papers:
        chen.get(one)
    assert "No decided lot waits" in chen.get("/release/certify")


def test_the_password_is_kept_nowhere(at: Door, laboratory: b.Laboratory) -> None:
    lots = o.decided_lots(laboratory, 1)
    path = at.enter("chen").post("/release/certify/together", password=PASSWORD, meaning="I issue", lot=lots)
    work.work(laboratory.place, number_of(path))
    laboratory.place.engine.dispose()
    for file in laboratory.place.home.rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


def test_who_has_no_right_orders_nothing(at: Door, laboratory: b.Laboratory) -> None:
    sheet = o.a_sheet(laboratory)
    rita = at.enter("rita")
    rita.post(f"/bench/worksheets/{sheet}/import", 403)
    rita.get("/release/certify/together", 403)
    rita.post("/release/certify/together", 403, password=PASSWORD, meaning="x", lot=["x"])
    assert "You have ordered no long work" in rita.get("/jobs/")


def test_the_api_tells_ones_own_jobs(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    api = an_api(laboratory, monkeypatch)
    job_id = o.files_ordered(laboratory, [o.a_table(0), b""])
    work.work(laboratory.place, job_id)
    listed = ok(api.anna.get("/jobs"))
    assert [(one["id"], one["status"], one["refused"]) for one in listed["items"]] == [(job_id, "done", 1)]
    told = ok(api.anna.get(f"/jobs/{job_id}"))
    assert [(one["name"], one["ok"], one["made"]) for one in told["outcomes"]] == [
        ("run-1.csv", True, "run"), ("run-2.csv", False, ""),
    ]  # fmt: skip
    assert told["outcomes"][1]["reasons"][0]["code"] == "FILE_EMPTY"
    assert ok(api.boris.get("/jobs"))["items"] == []
    assert api.boris.get(f"/jobs/{job_id}").status_code == 404

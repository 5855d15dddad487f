"""The bench room: worksheets, the cell that keeps or refuses what was typed, calculation, instrument files."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import builders as b
from tests.web.people import Door, Person, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
METHOD = "GB 5009.15-2023"
"""Cadmium."""


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


@pytest.fixture
def sheet(at: Door, laboratory: b.Laboratory) -> tuple[Person, str]:
    """Anna with a worksheet of one fish sample, its blank and a duplicate; the path of its grid."""
    b.received(laboratory, b.lodged(laboratory, "FISH"))
    anna = at.enter("anna")
    form = anna.get(f"/bench/worksheets/new?method={METHOD}")
    chosen = re.findall(r'name="analysis" value="(\d+)"', form)
    path = anna.post("/bench/worksheets/new", method=METHOD, analysis=chosen, blanks="1", instrument="ICPMS-01")
    return anna, path


def cell(page: str) -> tuple[str, int]:
    found = re.search(r'data-url="(/bench/analyses/\d+/cell)" data-version="(\d+)"', page)
    assert found
    return found[1], int(found[2])


def test_the_waiting_work_is_listed_by_method_and_says_nothing_of_the_importer(
    at: Door, laboratory: b.Laboratory
) -> None:
    b.received(laboratory, b.lodged(laboratory, "FISH"))
    page = at.enter("anna").get("/bench/")
    assert METHOD in page
    assert "Hainan" not in page


def test_an_instrument_past_its_calibration_is_refused_with_the_day(at: Door, laboratory: b.Laboratory) -> None:
    b.received(laboratory, b.lodged(laboratory, "FISH"))
    with laboratory.acting(b.SYSTEM) as tx:
        b.transition.install(tx, b.an_instrument("OLD-1", due=b.date(2025, 1, 1)), "in_service", "builder")
    anna = at.enter("anna")
    form = anna.get(f"/bench/worksheets/new?method={METHOD}")
    assert re.search(r'value="OLD-1" disabled', form)
    chosen = re.findall(r'name="analysis" value="(\d+)"', form)
    page = anna.post("/bench/worksheets/new", 422, method=METHOD, analysis=chosen, instrument="OLD-1")
    assert "2025-01-01" in page


def test_the_grid_shows_positions_in_run_order_with_the_limit_beside_the_cell(sheet: tuple[Person, str]) -> None:
    page = sheet[0].get(sheet[1])
    assert page.index("26-11-00001") < page.index("QC BLK-1")
    assert re.search(r'class="lim">≤ 0\.1<', page)
    assert "Hainan" not in page and "Frozen peeled shrimp" not in page


def test_a_cell_is_kept_as_typed_and_answers_its_verdict_in_words(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    status, answer = anna.cell(url, text="0.62 ± 0.05", version=version)
    assert status == 200
    expected: dict[str, Any] = {"kept": True, "state": "entered", "verdict": "FAIL", "verdict_word": "does not conform"}
    assert expected.items() <= answer.items()
    page = anna.get(path)
    assert 'value="0.62 ± 0.05"' in page
    assert re.search(r'class="cell fail".*?▲', page, re.S)


def test_an_ambiguous_number_is_refused_with_its_two_readings_and_changes_nothing(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    status, answer = anna.cell(url, text="1,234", version=version)
    assert (status, answer["kept"], answer["choices"], answer["text"]) == (422, False, ["1.234", "1234"], "1,234")
    assert cell(anna.get(path))[1] == version


@pytest.mark.parametrize("text", ["abc", "5-10", "", "0.1.2", "12 apples"])
def test_a_text_that_is_no_result_comes_back_unaltered_with_a_reason(sheet: tuple[Person, str], text: str) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    status, answer = anna.cell(url, text=text, version=version)
    assert status == 422
    assert (answer["kept"], answer["text"]) == (False, text)
    assert answer["messages"][0]


def test_the_second_writer_of_a_cell_is_told_of_the_first(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    assert anna.cell(url, text="0.12", version=version)[0] == 200
    status, answer = anna.cell(url, text="0.15", version=version)
    assert (status, answer["theirs"]) == (409, "0.12")
    assert anna.cell(url, text="0.15", version=answer["version"])[0] == 200


def test_a_submitted_result_is_corrected_only_with_a_reason(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    anna.cell(url, text="0.12", version=version)
    anna.post(path + "/submit")
    version = cell(anna.get(path))[1]
    status, answer = anna.cell(url, text="0.13", version=version)
    assert (status, answer["code"]) == (422, "REASON_NEEDED")
    assert anna.cell(url, text="0.13", version=version, reason="entry correction")[0] == 200
    history = anna.get(url.removesuffix("/cell"))
    assert "0.12" in history and "0.13" in history


def test_a_cell_without_its_token_changes_nothing(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, version = cell(anna.get(path))
    anna.token = "forged"
    assert anna.cell(url, text="0.1", version=version)[0] == 400
    assert cell(anna.get(path))[1] == version


def test_quality_control_is_entered_in_the_grid_and_judged_with_its_batch(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    url, analyte = re.findall(r'data-url="(/bench/positions/\d+/cell)" data-analyte="(\w+)"', anna.get(path))[0]
    number = path.rsplit("/", 1)[1]
    status, answer = anna.cell(url, text="0.5", analyte=analyte, worksheet=number)
    assert (status, answer["batch"]) == (200, "held")
    assert "BLK-1" in answer["finding"]


def test_a_single_result_is_entered_and_submitted_without_the_grid(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    page = cell(anna.get(path))[0].removesuffix("/cell")
    version = re.findall(r'name="version" value="(\d+)"', anna.get(page))[0]
    kept = anna.post(page, 422, text="1,234", version=version, submit="1")
    assert 'value="1,234"' in kept, "what was typed stays in the field"
    anna.post(page, text="0.03", expanded="20%", version=version, submit="1")
    shown = anna.get(page)
    assert "to verify" in shown and "0.006" in shown


def test_a_reviewer_reads_the_grid_but_has_no_cell_to_write_into(sheet: tuple[Person, str], at: Door) -> None:
    page = at.enter("boris").get(sheet[1])
    assert "data-url" not in page and 'data-editable="no"' in page


def test_the_sheet_prints_blind(sheet: tuple[Person, str]) -> None:
    answer = sheet[0].client.get(sheet[1] + "/sheet.pdf")
    assert answer.data.startswith(b"%PDF")


def test_a_file_that_cannot_be_read_is_kept_and_writes_nothing(sheet: tuple[Person, str]) -> None:
    import io

    anna, path = sheet
    assert 'type="file"' in anna.get(path + "/import")
    file = (io.BytesIO(b"\x00\x01 not a run"), "noise.csv")
    answer = anna.client.post(path + "/import", data={"csrf_token": anna.token, "file": file})
    assert answer.status_code == 303
    page = anna.get(answer.headers["Location"])
    assert "no result was written" in page
    anna.post(answer.headers["Location"] + "/refuse", reason="wrong file")

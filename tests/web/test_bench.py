"""The bench room: worksheets, the cell that keeps or refuses what was typed, calculation, instrument files."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from tests import builders as b
from tests.web.people import Door, Person, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
METHOD = "GB 5009.15-2023"
"""Cadmium."""
TABLE = b",Cadmium,Zinc,end\r\nV-1,0.0421,7,\r\nBLK-1,<0.003,8,\r\nend,,,\r\n"


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
        b.transition.install(tx, b.an_instrument("OLD-1", due=date(2025, 1, 1)), "in_service", "builder")
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


def test_a_result_is_calculated_from_its_raw_readings_by_the_formula_of_the_method(
    at: Door, laboratory: b.Laboratory
) -> None:
    b.released_method(
        laboratory, METHOD, formula="(c - c0) * v / (m * 1000)",
        readings="c:ug/L:read:读数;c0:ug/L:blank:空白;v:mL:volume:体积;m:g:portion:称样量",
    )
    sample_no = b.received(laboratory, b.lodged(laboratory, "FISH"))
    made = b.on_worksheets(laboratory, sample_no, (METHOD,))
    anna = at.enter("anna")
    path = cell(anna.get(f"/bench/worksheets/{made[0]}"))[0].removesuffix("/cell")
    readings = {"input.c": "5.20", "input.c0": "0.20", "input.v": "10"}
    page = anna.post(path, 422, **readings)
    assert 'value="5.20"' in page, "a missing reading loses none of the others"
    anna.post(path, **readings, **{"input.m": "1", "submit": "1"})
    page = anna.get(path)
    assert "(5.20 - 0.20) * 10 / (1 * 1000) = 0.05" in page and "c0 = 0.20" in page


def test_a_reviewer_reads_the_grid_but_has_no_cell_to_write_into(sheet: tuple[Person, str], at: Door) -> None:
    page = at.enter("boris").get(sheet[1])
    assert "data-url" not in page and 'data-editable="no"' in page


def test_the_sheet_prints_blind(sheet: tuple[Person, str]) -> None:
    answer = sheet[0].client.get(sheet[1] + "/sheet.pdf")
    assert answer.data.startswith(b"%PDF")


def test_an_instrument_file_is_previewed_accepted_and_taken_back(at: Door, laboratory: b.Laboratory) -> None:
    with laboratory.acting(b.SYSTEM) as tx:
        instrument = b.an_instrument("INST-X", "lab_two_dimensional", date(2027, 1, 1))
        instrument.aliases = {"Cadmium": "CD"}
        b.transition.install(tx, instrument, "in_service", "builder")
    sample_no = b.received(laboratory, b.lodged(laboratory, "FISH"))
    with laboratory.acting(laboratory.cast.anna) as tx:
        cmd = b.worksheet.MakeWorksheet(METHOD, sample_nos=(sample_no,), instrument="INST-X", blanks=1)
        made = b.worksheet.make(tx, cmd)
    anna, path = at.enter("anna"), f"/bench/worksheets/{made.no}"
    field = re.findall(r'name="(vial\.\d+)"', anna.get(path + "/import"))[0]
    anna.post(path + "/vials", **{field: "V-1"})
    file = (io.BytesIO(TABLE), "run <b>1</b>.csv")
    answer = anna.client.post(path + "/import", data={"csrf_token": anna.token, "file": file})
    run = answer.headers["Location"]
    page = anna.get(run)
    assert "matched" in page and "0.0421" in page and "run &lt;b&gt;1" in page
    assert 'value="0.0421"' not in anna.get(path), "a preview writes nothing"
    anna.post(run + "/accept")
    grid = anna.get(path)
    assert 'value="0.0421"' in grid
    assert 'value="&lt;0.003"' in grid, "the blank of the file stands in the blank of the grid"
    anna.post(run + "/reverse", 409, reason="")
    anna.post(run + "/reverse", reason="wrong calibration")
    assert 'value="0.0421"' not in anna.get(path)


def test_a_file_that_cannot_be_read_is_kept_and_writes_nothing(sheet: tuple[Person, str]) -> None:
    anna, path = sheet
    assert 'type="file"' in anna.get(path + "/import")
    file = (io.BytesIO(b"\x00\x01 not a run"), "noise.csv")
    answer = anna.client.post(path + "/import", data={"csrf_token": anna.token, "file": file})
    assert answer.status_code == 303
    page = anna.get(answer.headers["Location"])
    assert "no result was written" in page
    anna.post(answer.headers["Location"] + "/refuse", reason="wrong file")

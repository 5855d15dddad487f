"""The wizard of recipes at the page: a file becomes a recipe, somebody else releases it, and it reads a run."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM
from lims.persistence.instrument import InstrumentRow
from lims.services import run, transition, worksheet
from lims.services.reading import run as runs
from lims.services.transaction import transaction, view
from lims.web import unit
from tests import builders as b
from tests.builders import Laboratory
from tests.web.people import PASSWORD, Person, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
SHARED = Path(os.environ.get("LIMS_SHARED") or Path(__file__).resolve().parents[3] / "shared")
FILES = SHARED / "instruments" / "files"
CORPUS = (
    ("senaite.core/ArenaRPR.csv", "rows", 26),
    ("wateas/20200713_ICPMS_FoliarSprays.xlsx", "wide2", 321),
    ("senaite.core/LCMS-8050.txt", "blocks", 486),
)
LIST = "Lab no,Analyte,Result,Unit\n{no},Pb,{value},mg/kg\n{no},Cd,0.01,mg/kg\n"
NAMING = {"name_en": "Our list", "name_zh": "结果清单", "reason": "a new export"}


@pytest.fixture(autouse=True)
def laboratory_time(monkeypatch: pytest.MonkeyPatch, laboratory: Laboratory) -> None:
    """What is released at the page is in force for the runs that the test brings in."""
    monkeypatch.setattr(unit, "now", lambda: laboratory.now)


def upload(person: Person, name: str, content: bytes, status: int = 303, **fields: str) -> str:
    return person.post("/catalogue/recipes/new", status, file=(io.BytesIO(content), name), **fields)


def fields_of(page: str) -> dict[str, str]:
    """The form of a step as a browser without script would send it."""
    form = page[page.index('id="recipe"'): page.index("</form>", page.index('id="recipe"'))]
    found = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form)}
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form, re.S):
        chosen = re.findall(r'value="([^"]*)" selected', inside)
        found[name] = unescape(chosen[0]) if chosen else ""
    for name in re.findall(r'type="checkbox" name="([^"]+)" value="1">', form):
        del found[name]
    found["layout"] = unescape(re.findall(r'name="layout"[^>]*>(.*?)</textarea>', form, re.S)[0])
    return {name: text for name, text in found.items() if name not in ("csrf_token", "once")}


def counted(page: str) -> tuple[int, int]:
    """Cells with a result, and readings."""
    found = re.findall(r"<b>(\d+)</b>", page[page.index('id="outcome"'):])
    return (int(found[0]), int(found[1])) if found else (0, 0)


def proposed(kate: Person, name: str, content: bytes, code: str, **fields: str) -> str:
    """Uploaded and put up as it was proposed; the page of the version."""
    step = upload(kate, name, content)
    return kate.post(f"{step}/propose", **{**fields_of(kate.get(step)), **NAMING, "code": code, **fields})


def released(quentin: Person, page: str) -> None:
    version = page.rpartition("/")[2]
    quentin.post(f"/catalogue/version/{version}/release", password=PASSWORD, meaning="checked")


def on_a_worksheet(lab: Laboratory, adapter: str) -> tuple[str, str]:
    """A worksheet with an instrument that is registered with the recipe; (worksheet, sample)."""
    with transaction(lab.place, SYSTEM, b.NOW, "builder") as tx:
        instrument = b.an_instrument("INST-X", adapter)
        instrument.aliases = {"Pb": "PB"}
        transition.install(tx, instrument, "in_service", "builder")
    sample = b.received(lab, b.lodged(lab, "FISH"))
    with lab.acting(lab.cast.anna) as tx:
        cmd = worksheet.MakeWorksheet("GB 5009.12-2023", sample_nos=(sample,), instrument="INST-X")
        return worksheet.make(tx, cmd).no, sample


def brought_in(lab: Laboratory, sheet: str, name: str, content: bytes) -> runs.RunView:
    with lab.acting(lab.cast.anna) as tx:
        no = run.preview(tx, run.ReceiveRun(sheet, name, content)).no
    with view(lab.place, lab.cast.anna, lab.now) as tx:
        return runs.detail(tx, no)


@pytest.mark.skipif(not FILES.exists(), reason=f"not run: no instrument files in {FILES}")
def test_three_real_files_become_released_recipes_that_read_a_run(laboratory: Laboratory) -> None:
    at = door(laboratory)
    kate, quentin = at.enter("kate"), at.enter("quentin", "zh")
    sheet, _ = on_a_worksheet(laboratory, "")
    for name, kind, readings in CORPUS:
        content, code = (FILES / name).read_bytes(), f"our_{kind}"
        step = upload(kate, name, content)
        page = kate.get(step)
        assert f'value="{kind}" selected' in page and "Why it was proposed so" in page
        assert counted(page)[1] == readings
        form = {**fields_of(page), **NAMING, "code": code}
        shown = kate.post(f"{step}/propose", **form)
        assert shown.startswith("/catalogue/recipes/version/")
        kate.post(f"/catalogue/version/{shown.rpartition('/')[2]}/release", 403, password=PASSWORD, meaning="mine")
        assert "我已核对" in quentin.get(shown)
        released(quentin, shown)
        with laboratory.acting(SYSTEM) as tx:
            instrument = tx.session.scalars(select(InstrumentRow).where(InstrumentRow.code == "INST-X")).one()
            instrument.adapter = f"recipe:{code}"
            tx.record(instrument, "edit")
        seen = brought_in(laboratory, sheet, name, content)
        assert (seen.state, seen.adapter, len(seen.readings)) == ("parsed", f"recipe:{code}", readings)
    assert "our_wide2" in kate.get("/catalogue/recipes") and "draft" not in kate.get("/catalogue/recipes")


def test_a_field_is_changed_and_the_outcome_and_the_json_follow(laboratory: Laboratory) -> None:
    kate = door(laboratory).enter("kate")
    first = upload(kate, "list.csv", LIST.format(no="S1", value="0.5").encode())
    assert counted(kate.get(first)) == (2, 2)
    form = fields_of(kate.get(first))
    second = kate.post(first, **{**form, "f.unit": "µg/L", "f.columns.unit": ""})
    assert second != first and "µg/L" in kate.get(second) and "µg/L" not in kate.get(first)
    typed = json.loads(form["layout"]) | {"skip_rows": [{"column": "Analyte", "equals": ["Pb"], "reason": "NOT_OURS"}]}
    form = fields_of(kate.get(second))
    third = kate.get(kate.post(second, **{**form, "layout": json.dumps(typed)}))
    assert counted(third) == (2, 1) and "NOT_OURS" in third
    assert "list.csv" in kate.get("/catalogue/recipes")
    answer = kate.post(second, 422, **{**form, "layout": "[]"})
    assert "cannot be read: layout" in answer and "[]" in answer
    wrong = kate.get(kate.post(second, **{**form, "f.columns.value": "Reslt"}))
    assert "Column Reslt is missing; nearest: Result" in wrong
    kate.post(f"{second}/propose", 422, **{**form, **NAMING, "code": "Not Good"})
    plate = kate.get(kate.post(second, **{**form, "recipe": "plate"}))
    assert 'name="f.plate.wells"' in plate


def test_a_hostile_or_empty_file_and_others_are_refused(laboratory: Laboratory) -> None:
    at = door(laboratory)
    kate = at.enter("kate")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 30_000_000)
    assert 'class="problem"' in upload(kate, "a.xlsx", bomb.getvalue(), 422)
    assert 'class="problem"' in upload(kate, "a.xlsx", b"PK\x03\x04 no workbook", 422)
    assert 'class="problem"' in upload(kate, "a.csv", b"", 422)
    page = kate.get(upload(kate, '<script>x.csv', b'Sample,"<script>alert(1)</script>"\nA,1\nB,2\n'))
    assert "<script>alert" not in page and "<script>x" not in page
    kate.get(f"/catalogue/recipes/steps/{'0' * 64}", 404)
    anna = at.enter("anna")
    upload(anna, "a.csv", b"Sample,Pb\nA,1\n", 403)
    anna.get("/catalogue/recipes/new", 403)
    assert "Make a recipe" not in anna.get("/catalogue/recipes")


def test_a_renamed_column_stops_the_import_and_opens_the_wizard_at_the_recipe(laboratory: Laboratory) -> None:
    lab, at = laboratory, door(laboratory)
    kate, quentin, anna = at.enter("kate"), at.enter("quentin"), at.enter("anna")
    released(quentin, proposed(kate, "list.csv", LIST.format(no="S1", value="0.5").encode(), "our_list"))
    sheet, sample = on_a_worksheet(lab, "recipe:our_list")
    good = brought_in(lab, sheet, "1.csv", LIST.format(no=sample, value="0.5").encode())
    assert good.problem == "", good.notices
    assert [(one.value_text, one.match) for one in good.readings if one.analyte_text == "Pb"] == [("0.5", "matched")]
    renamed = LIST.format(no=sample, value="0.7").replace("Result", "Result (corr.)").encode()
    stopped = brought_in(lab, sheet, "2.csv", renamed)
    assert (stopped.state, stopped.problem, stopped.readings) == ("received", "COLUMN_MISSING", ())
    page = anna.get(f"/bench/runs/{stopped.no}")
    assert "Column Result is missing; nearest: Result (corr.)" in page
    assert stopped.no in kate.get("/catalogue/recipes")
    step = kate.post("/catalogue/recipes/new", run=stopped.no)
    page = kate.get(step)
    assert "Result (corr.)" in page and 'value="our_list"' in page
    form = {**fields_of(page), "f.columns.value": "Result (corr.)"}
    step = kate.post(step, **form)
    assert counted(kate.get(step)) == (2, 2)
    dry = kate.get(f"{step}/dry-run")
    assert "could not be read then" in dry and "cannot be read" in dry
    shown = kate.post(f"{step}/propose", **{**fields_of(kate.get(step)), "reason": "renamed in version 2"})
    assert "columns.value" in quentin.get(shown) and "<ins>Result (corr.)</ins>" in quentin.get(shown)
    released(quentin, shown)
    assert [one.adapter_version for one in _versions(lab)] == ["1", "1"]
    read = brought_in(lab, sheet, "2.csv", renamed)
    assert (read.no, read.problem, [one.adapter_version for one in _versions(lab)]) == (stopped.no, "", ["1", "2"])
    assert stopped.no not in kate.get("/catalogue/recipes")
    exported = json.loads(kate.get(f"{shown}/recipe.json"))
    assert (exported["key"], exported["version"], exported["columns"]["value"]) == ("our_list", "2", "Result (corr.)")
    again = upload(kate, "2.csv", renamed, document=(io.BytesIO(json.dumps(exported).encode()), "our_list.json"))
    page = kate.get(again)
    assert counted(page) == (2, 2), re.findall(r'class="problem".*?</div>', page, re.S)


def _versions(lab: Laboratory) -> list[run.RunRow]:
    with view(lab.place, lab.cast.anna, lab.now) as tx:
        return list(tx.session.scalars(select(run.RunRow).order_by(run.RunRow.id)))

"""Recipes as items of the catalogue: what reads a file on the day, old runs keep their version, four eyes, dry runs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from instruments.errors import RecipeError
from lims.domain.recipe import Document, differences, document_from, written
from lims.domain.reference import KINDS
from lims.domain.rules.errors import BadInput, Forbidden, LimsError, Refused
from lims.persistence.run import RunRow
from lims.services import catalogue, recipe, recipe_draft, recipe_trial, run
from lims.services.catalogue import ProposeVersion
from lims.services.recipe_draft import BeginDraft
from lims.services.transaction import view
from tests.builders import Laboratory
from tests.web.test_recipes import LIST, on_a_worksheet

LAYOUT: Document = {
    "recipe": "rows", "columns": {"sample": "Lab no", "analyte": "Analyte", "value": "Result", "unit": "Unit"},
}  # fmt: skip
NAMES = {"name_en": "Our list", "name_zh": "结果清单"}


def up(lab: Laboratory, layout: Document, code: str = "our_list") -> int:
    with lab.acting(lab.cast.kate) as tx:
        cmd = ProposeVersion("recipe", code, {**NAMES, "layout": written(layout)}, None, None, "the export changed")
        return catalogue.propose(tx, cmd).id


def in_force(lab: Laboratory, layout: Document) -> None:
    version = up(lab, layout)
    with lab.acting(lab.cast.quentin, "checked") as tx:
        catalogue.release(tx, version)


def bring_in(lab: Laboratory, sheet: str, text: str) -> str:
    with lab.acting(lab.cast.anna) as tx:
        return run.preview(tx, run.ReceiveRun(sheet, "list.csv", text.encode())).no


def test_an_old_run_keeps_the_version_that_read_it(laboratory: Laboratory) -> None:
    lab = laboratory
    in_force(lab, LAYOUT)
    sheet, sample = on_a_worksheet(lab, "recipe:our_list")
    first = bring_in(lab, sheet, LIST.format(no=sample, value="0.5"))
    lab.now += timedelta(days=1)
    in_force(lab, {**LAYOUT, "columns": {**LAYOUT["columns"], "value": "Result (corr.)"}})
    text = LIST.format(no=sample, value="0.7")
    stopped, second = bring_in(lab, sheet, text), bring_in(lab, sheet, text.replace("Result", "Result (corr.)"))
    with view(lab.place, lab.cast.anna, lab.now) as tx:
        rows = {row.no: row for row in tx.session.query(RunRow)}
        told = [(rows[no].adapter, rows[no].adapter_version, rows[no].problem) for no in (first, stopped, second)]
        assert told == [("recipe:our_list", "1", ""), ("recipe:our_list", "2", "COLUMN_MISSING"),
                        ("recipe:our_list", "2", "")]  # fmt: skip
        old, new = recipe.reader_of(tx, rows[first]), recipe.reader_for(tx, "recipe:our_list")
        assert (old.version, new.version) == ("1", "2")
        assert json.loads(old.document or b"")["columns"]["value"] == "Result"
        trials = recipe_trial.trials(tx, new.document or b"", adapter="recipe:our_list")
        assert [(one.run_no, one.verdict) for one in trials] == [
            (second, "same"), (stopped, "refused_again"), (first, "refused"),
        ]  # fmt: skip
        swapped = {**LAYOUT, "columns": {**LAYOUT["columns"], "unit": "Analyte"}}
        other = recipe.document_bytes(swapped, "another", 1)
        (trial,) = [one for one in recipe_trial.trials(tx, other, instrument="INST-X") if one.run_no == first]
        assert (trial.verdict, trial.then, trial.now, trial.differing) == ("differs", 2, 2, 2)
        assert trial.gone[0][3] == "mg/kg" and trial.came[0][3] == "Pb"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_recipe_is_released_by_another_and_only_one_that_the_reader_understands(laboratory: Laboratory) -> None:
    lab = laboratory
    with view(lab.place, lab.cast.anna, lab.now) as tx, pytest.raises(Refused):
        recipe.reader_for(tx, "recipe:our_list")
    for wrong in ({}, {"recipe": "rows", "columns": {}}, {**LAYOUT, "colums": 1}):
        with pytest.raises(RecipeError):
            up(lab, wrong)
    for code in ("Our List", "x", "x" * 60):
        with pytest.raises(BadInput):
            up(lab, LAYOUT, code)
    version = up(lab, LAYOUT)
    with pytest.raises(Refused, match="DUTIES_APART"), lab.acting(lab.cast.kate, "mine") as tx:
        catalogue.release(tx, version)
    with view(lab.place, lab.cast.anna, lab.now) as tx, pytest.raises(Refused):
        recipe.reader_for(tx, "recipe:our_list")
    with lab.acting(lab.cast.quentin, "checked") as tx:
        catalogue.release(tx, version)
    with lab.acting(lab.cast.quentin) as tx:
        catalogue.retire(tx, version, tx.today, "replaced")
    lab.now += timedelta(days=2)
    with view(lab.place, lab.cast.anna, lab.now) as tx, pytest.raises(BadInput):
        recipe.check_registered(tx, "recipe:our_list", "")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_draft_keeps_every_step_and_is_its_authors(laboratory: Laboratory) -> None:
    lab = laboratory
    cmd = BeginDraft("list.csv", LIST.format(no="S1", value="0.5").encode(), "ICPMS-01")
    with lab.acting(lab.cast.kate) as tx:
        first = recipe_draft.keep(tx, recipe_draft.prepare(tx, cmd))
        seen = recipe_draft.step(tx, first)
        second = recipe_draft.keep(tx, recipe_draft.replace(seen, code="our_list"))
        assert recipe_draft.step(tx, first).code == "" and recipe_draft.step(tx, second).code == "our_list"
        assert [(one.title, one.step) for one in recipe_draft.drafts(tx)] == [("our_list", second)]
        assert len(recipe_draft.outcome(tx, seen).parsed.readings) == 2  # type: ignore[union-attr]
        started = recipe_draft.prepare(tx, recipe_draft.replace(cmd, start="shipped:seal_aq2"))
        assert started.document["recipe"] == "rows" and recipe_draft.outcome(tx, started).error is not None
        foreign = tx.place.files.put(b'{"mark": "another"}')
        with pytest.raises(LimsError):
            recipe_draft.step(tx, foreign)
    with lab.acting(lab.cast.anna) as tx, pytest.raises(Forbidden):
        recipe_draft.step(tx, second)
    with lab.acting(lab.cast.kate) as tx:
        recipe_draft.drop(tx, seen.draft)
        assert recipe_draft.drafts(tx) == ()


def test_two_documents_differ_field_by_field() -> None:
    after = {**LAYOUT, "columns": {**LAYOUT["columns"], "value": "C"}, "skip_rows": [{"equals": ["a", "b"]}]}
    del after["columns"]["unit"]
    told = [(one.field, one.before, one.after) for one in differences({**LAYOUT, "version": "1"}, after)]
    assert told == [
        ("columns.value", "Result", "C"), ("skip_rows[1].equals", "", '["a", "b"]'), ("columns.unit", "Unit", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 5000, '{"a":' * 40 + "1" + "}" * 40, '"x"'])
def test_a_text_that_is_no_object_of_json_is_no_recipe(text: str) -> None:
    with pytest.raises(BadInput, match="RECIPE_NOT_READABLE"):
        document_from(text)
    with pytest.raises(BadInput):
        KINDS["recipe"].check("our_list", {**NAMES, "layout": text})

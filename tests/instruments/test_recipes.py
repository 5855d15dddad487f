"""Recipes: what they read, how they name a missing column, and which words they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from instruments.errors import FileRefused, RecipeError
from instruments.recipes.shelf import adapter_from, shipped
from instruments.registry import everyone, read, read_by_recipe
from tests.instruments.examples import says

ROWS: dict[str, Any] = {
    "key": "bench_titrator", "version": "1.0", "recipe": "rows",
    "columns": {"sample": "Sample", "analyte": "Test", "value": "Result", "unit": {"right_of": "Result"},
                "role": "Kind", "flag": "Mark"},
    "extra": {"dilution": "Dil."}, "roles": {"U": "sample", "K": "qc"},
    "skip_rows": [{"column": "Sample", "equals": ["Mean", "%RSD"], "reason": "SUMMARY_ROW"}],
}
ROWS_FILE = (b"Titrator 7;;;;;;\nSample;Test;Kind;Result;;Dil.;Mark\nT-1;pH;U;6,80;;1;\nT-1;Acid;U;N.D.;g/L;10;!\n"
             b"T-2;Acid;K;;g/L;1;\nMean;Acid;;1,1;g/L;;\n")
WIDE: dict[str, Any] = {
    "key": "oven", "version": "1.0", "recipe": "wide", "columns": {"sample": "No."}, "quantity": "result",
    "analytes": ["Ash", {"column": "H2O", "analyte": "Moisture", "unit": "%"}],
}


def document(fields: dict[str, Any], /, **changes: Any) -> bytes:
    return json.dumps(fields | changes).encode()


def test_a_rows_recipe_reads_one_result_a_row() -> None:
    parsed = read_by_recipe(ROWS_FILE, document(ROWS))
    assert says(parsed) == [("T-1", "pH", "6,80", "", "", "sample"), ("T-1", "Acid", "N.D.", "g/L", "!", "sample")]
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1, "SUMMARY_ROW": 1}
    assert parsed.result_cells == 4
    assert parsed.readings[1].extra == {"dilution": "10"}


def test_a_wide_recipe_reads_analytes_across() -> None:
    parsed = read_by_recipe(b"No.,H2O,Ash\nT-1,7.10,0.5\nT-2,,<0.1\n", document(WIDE))
    assert says(parsed) == [("T-1", "Ash", "0.5", "", "", "sample"), ("T-1", "Moisture", "7.10", "%", "", "sample"),
                            ("T-2", "Ash", "<0.1", "", "", "sample")]
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1}


def test_a_missing_column_is_named_with_what_comes_nearest() -> None:
    with pytest.raises(FileRefused) as refused:
        read_by_recipe(ROWS_FILE.replace(b"Result", b"Results"), document(ROWS))
    assert refused.value.code == "COLUMN_MISSING"
    assert (refused.value.params["column"], refused.value.params["nearest"]) == ("Result", "Results")


def test_a_column_that_stands_twice_is_never_chosen_between() -> None:
    with pytest.raises(FileRefused) as refused:
        read_by_recipe(ROWS_FILE.replace(b"Dil.", b"Result"), document(ROWS, extra={}))
    assert refused.value.code == "CORRUPT_HEADER"


@pytest.mark.parametrize(("changes", "field"), [
    ({"recipe": "grid"}, "recipe"), ({"key": "../x"}, "key"), ({"columns": {"sample": "A"}}, "columns.analyte"),
    ({"columns": "A"}, "columns"), ({"surprise": 1}, "recipe.surprise"), ({"version": ""}, "version"),
    ({"skip_rows": [{"column": "A", "equals": "x", "reason": "r"}]}, "skip_rows[0].equals"),
    ({"analytes": ["A"]}, "analytes"), ({"quantity": 7}, "quantity"),
])
def test_a_wrong_field_of_a_recipe_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RecipeError) as wrong:
        adapter_from(document(ROWS, **changes))
    assert wrong.value.params["field"] == field


@pytest.mark.parametrize("noise", [b"", b"[", b"\xff", b"7", b"[" * 100_000, b"{}"])
def test_what_is_no_recipe_is_refused(noise: bytes) -> None:
    with pytest.raises(RecipeError):
        adapter_from(noise)


def test_shipped_recipes_have_keys_of_their_own() -> None:
    keys = [adapter.key for adapter in everyone()]
    assert len(set(keys)) == len(keys)
    assert {adapter.kind for adapter in shipped()} == {"recipe"}


def test_a_shipped_recipe_recognises_its_file_with_columns_in_any_order() -> None:
    parsed = read(b"Units (Samp),Time,Reported Conc (Calib),Analyte Name,Sample ID\nmg/kg,1:00,0.111,Ag 107,X-1\n")
    assert parsed.adapter == "perkinelmer_winlab32"
    assert says(parsed) == [("X-1", "Ag 107", "0.111", "mg/kg", "", "sample")]

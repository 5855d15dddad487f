"""Each kind of recipe on a small hand-written file: what it says, what it counts, and what stops it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from instruments.errors import FileRefused, RecipeError
from instruments.reading import Parsed
from instruments.recipes.shelf import adapter_from
from instruments.registry import read_by_recipe
from tests.instruments.examples import ICPMS_ROWS, says, workbook

WIDE2: dict[str, Any] = {
    "version": 3, "recipe": "wide2",
    "file": {"types": ["xlsx", "csv"], "encoding": ["utf-8-sig", "utf-16", "gb18030", "cp1252"],
             "sheet": {"name": "Sheet1", "or_header_marker": "Sample Name"}},
    "number": {"decimal": ".", "group": ""}, "date": {"format": "%Y-%m-%d %H:%M:%S", "tz": "lab"},
    "header": {"rows": 2, "fill": "right", "starts_at": {"find": "Data File"}},
    "columns": {"sample": "Sample Name", "role": "Type", "datafile": "Data File",
                "dilution": {"column": "Total Dil.", "applied": True}, "reject_if": {"Rjct": "True"}},
    "analytes": {"group_regex": r"^(?P<mass>\d+)\s+(?P<analyte>[A-Z][a-z]?)\s+\[ (?P<mode>.*?) \]",
                 "exclude_regex": "ISTD", "value_column_regex": r"^Conc\. \[ (?P<unit>.*?) \]$"},
    "roles": {"Sample": "sample", "CalBlk|CalStd": "standard", "BLK|LRB": "blank", "DUP": "duplicate"},
    "skip_rows": [{"column": "Sample Name", "regex": "^(Average|%RSD|Mean|Sd|Calibration Curves)$",
                   "reason": "summary row"}],
    "tokens": {"<0.000": {"state": "censored", "limit_from": "method_lod"}, "OR": "over_range"},
}
BLOCKS: dict[str, Any] = {
    "key": "oil_lab", "version": "1", "recipe": "blocks",
    "block": {"key": {"gives": "sample", "label": "Sample"}, "also": {"operator": {"label": "Operator"}},
              "ends_at": {"label": "Total"}},
    "columns": {"analyte": "Peak", "value": "Amount", "unit": "Unit"},
}
BLOCKS_FILE = """\
Fatty acids
Sample: Oil-1;;;
Operator;Anna;;
Peak;RT;Amount;Unit
C16:0;4,1;10,25;%
C18:1;5,2;ND;%
Total;;10,25;
Sample: Oil-2;;;
Peak;RT;Amount;Unit
C16:0;4,1;;%
C18:1;5,2;61,5;%
"""
SECTIONS: dict[str, Any] = {
    "key": "pulse", "version": "1", "recipe": "sections",
    "sections": {"begins": "Run", "about": {"sample": {"section": "Run", "key": "Sample"},
                                            "operator": {"section": "Run", "key": "User"}},
                 "results": [{"section": "Result", "key": "pH"},
                             {"section": "Result", "key": "EC", "analyte": "Conductivity", "unit": "µS/cm"}]},
}
SECTIONS_FILE = """\
[Run]
Sample = W-1
User = Anna
[Result]
pH = 7.02
EC = 812
[Run]
Sample = W-2
User = Anna
[Result]
pH = error
EC =
"""
TABLE_SECTIONS: dict[str, Any] = {
    "key": "qpcr", "version": "1", "recipe": "sections",
    "sections": {"table": "Results", "about": {"operator": {"section": "Setup", "key": "User"}}},
    "columns": {"sample": "Sample Name", "analyte": "Target", "value": "CT", "position": "Well"}, "quantity": "Ct",
}
TABLE_SECTIONS_FILE = ("[Setup]\nUser\tAnna\n\n[Results]\nWell\tSample Name\tTarget\tCT\nA1\tS-1\tRoundup\t23.456\n"
                       "A2\tS-2\tRoundup\tUndetermined\n")
TRANSPOSED: dict[str, Any] = {
    "key": "crosswise", "version": "1", "recipe": "transposed",
    "transposed": {"analyte": "Element", "unit": "Unit", "ignore": ["Line nm"],
                   "lines": {"role": "Kind", "dilution": "Dil."}, "skip": {"Sum": "SUMMARY_ROW"}},
    "roles": {"U": "sample", "B": "blank"},
}
TRANSPOSED_FILE = ("Element,Line nm,Unit,S-1,S-2,BLK\nKind,,,U,U,B\nDil.,,,10,1,1\nPb,220.3,mg/kg,0.12,<0.05,0.00\n"
                   "Cd,214.4,mg/kg,N.D.,0.010,\nSum,,,0.12,0.01,0\n")
PLATE: dict[str, Any] = {
    "key": "elisa", "version": "1", "recipe": "plate", "quantity": "absorbance",
    "plate": {"wells": 96, "layout": {"title": "Layout"}, "values": [{"title": "OD 450", "analyte": "Aflatoxin B1"}],
              "empty": ["-"], "sample_regex": r"^(?P<role>STD|SPL|BLK)[: ](?P<sample>.+)$"},
    "roles": {"STD": "standard", "SPL": "sample", "BLK": "blank"}, "tokens": {"OVRFLW": "over_range"},
}
FORM: dict[str, Any] = {
    "key": "ash_form", "version": "1", "recipe": "cells", "quantity": "result",
    "cells": {"anchors": [{"at": "A1", "text": "Ash, ISO 1171"}], "sample": {"at": "B2"},
              "results": [{"at": "B4", "analyte": "Ash", "unit": "%"},
                          {"at": "B5", "analyte": {"at": "A5"}, "unit": {"at": "C5"}}],
              "extra": {"operator": {"at": "B3"}}},
}
FORM_ROWS: list[list[object]] = [["Ash, ISO 1171"], ["Sample", "COAL-3"], ["Analyst", "Anna"], ["Ash", 12.5],
                                 ["Moisture", "n.d.", "g"]]
POSITIONAL: dict[str, Any] = {
    "key": "cs_line", "version": "1", "recipe": "positional", "columns": {"sample": 1, "operator": 2},
    "analytes": [{"column": 3, "analyte": "C", "unit": "%"}, {"column": 4, "analyte": "S", "unit": "%"}],
    "width": {"least": 4}, "shape": {"1": "text", "3": "number", "4": r"^([0-9.]+|-+)$"},
    "role_patterns": [{"regex": "^(?:QC|kontrole)", "role": "qc"}],
}
POSITIONAL_FILE = "BOG-1\tAnna\t70.25\t1.20\nQC 7\tAnna\t\t----\n"


def plate_file() -> str:
    names = [[f"SPL:S-{row * 12 + column}" for column in range(12)] for row in range(8)]
    names[0][:3] = ["STD:1", "BLK:1", "-"]
    ods = [[f"{row}.{column:03}" for column in range(12)] for row in range(8)]
    ods[7][11] = "OVRFLW"
    return "".join(_grid(title, cells) for title, cells in (("Layout", names), ("OD 450", ods), ("OD 620", ods)))


def _grid(title: str, cells: list[list[str]]) -> str:
    head = title + "\n" + "\t" + "\t".join(str(n) for n in range(1, 13)) + "\n"
    return head + "".join(f"{letter}\t" + "\t".join(row) + "\n" for letter, row in zip("ABCDEFGH", cells, strict=True))


KINDS: dict[str, tuple[dict[str, Any], bytes]] = {
    "wide2": (WIDE2, workbook(ICPMS_ROWS)),
    "blocks": (BLOCKS, BLOCKS_FILE.encode()),
    "sections": (SECTIONS, SECTIONS_FILE.encode()),
    "sections with a table": (TABLE_SECTIONS, TABLE_SECTIONS_FILE.encode()),
    "transposed": (TRANSPOSED, TRANSPOSED_FILE.encode()),
    "plate": (PLATE, plate_file().encode()),
    "cells": (FORM, workbook(FORM_ROWS)),
    "positional": (POSITIONAL, POSITIONAL_FILE.encode()),
}


def by(recipe: dict[str, Any], data: bytes | str, **changes: Any) -> Parsed:
    content = data.encode() if isinstance(data, str) else data
    return read_by_recipe(content, json.dumps(recipe | changes).encode())


def stopped(recipe: dict[str, Any], data: bytes | str, **changes: Any) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        by(recipe, data, **changes)
    return refused.value


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_cell_is_emitted_or_skipped_with_a_reason(kind: str) -> None:
    parsed = by(*KINDS[kind])
    assert parsed.result_cells == len(parsed.readings) + sum(count for _, count in parsed.skipped)


def test_two_header_lines_say_the_analyte_its_unit_and_that_the_dilution_is_in_it() -> None:
    parsed = by(WIDE2, KINDS["wide2"][1])
    assert says(parsed) == [
        ("Blank", "As", "0", "ug/l", "", "standard"), ("Blank", "Pb", "<0.000", "ug/l", "", "standard"),
        ("Std 10", "As", "10.25", "ug/l", "", "standard"), ("Std 10", "Pb", "9.5", "ug/l", "", "standard"),
        ("TEA-7", "As", "12.5", "ug/l", "", "sample"), ("TEA-7", "As", "12.75", "ug/l", "Rjct", "duplicate"),
        ("TEA-7", "Pb", "OR", "ug/l", "Rjct", "duplicate")]
    tea = parsed.readings[4]
    assert tea.extra == {"datafile": "003.d", "dilution": "50", "dilution_applied": "yes", "mass": "75",
                         "mode": "He Gas"}
    assert tea.source.column == "75 As [ He Gas ] / Conc. [ ug/l ]"
    assert parsed.readings[1].extra["state"] == "censored"
    assert parsed.readings[1].extra["limit_from"] == "method_lod"


def test_a_renamed_value_column_of_one_group_stops_the_import_with_its_nearest_candidates() -> None:
    rows = [list(row) for row in ICPMS_ROWS]
    rows[1][6] = "Conc. [ ppb as read ]"
    strict = WIDE2 | {"analytes": {**WIDE2["analytes"], "value_column_regex": r"^Conc\. \[ (?P<unit>ug/l) \]$"}}
    refused = stopped(strict, workbook(rows))
    assert refused.code == "COLUMN_MISSING"
    assert refused.params["column"] == "75 As [ He Gas ] / Conc. [ ug/l ]"
    assert refused.params["nearest"] in ("Conc. [ ppb as read ]", "Meas. Conc. [ ug/l ]")
    assert "Conc. [ ppb as read ]" in refused.params["near"]


def test_a_third_header_line_may_hold_the_units() -> None:
    recipe = {"version": "1", "recipe": "wide2", "header": {"rows": 3, "unit_row": 3}, "columns": {"sample": "No."},
              "analytes": {"group_regex": "^(Pb|Cd)", "value_column": "Mean"}}
    parsed = by(recipe, ",Pb,,Cd,\nNo.,Mean,SD,Mean,SD\n,mg/kg,,ug/kg,\nS-1,0.12,0.01,ND,\n")
    assert says(parsed) == [("S-1", "Pb", "0.12", "mg/kg", "", "sample"), ("S-1", "Cd", "ND", "ug/kg", "", "sample")]


def test_blocks_take_their_sample_from_the_key_line() -> None:
    parsed = by(BLOCKS, BLOCKS_FILE)
    assert says(parsed) == [("Oil-1", "C16:0", "10,25", "%", "", "sample"), ("Oil-1", "C18:1", "ND", "%", "", "sample"),
                            ("Oil-2", "C18:1", "61,5", "%", "", "sample")]
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1}
    assert parsed.readings[0].extra == {"operator": "Anna", "decimal": ","}
    assert parsed.readings[2].source.line == 11


def test_a_block_without_its_table_stops_the_import() -> None:
    refused = stopped(BLOCKS, BLOCKS_FILE.replace(
        "Amount;Unit\nC16:0;4,1;;", "Amounts;Unit\nC16:0;4,1;;"))
    assert refused.code == "COLUMN_MISSING"
    assert (refused.params["column"], refused.params["nearest"]) == ("Amount", "Amounts")


def test_sections_give_results_line_by_line_for_each_sample() -> None:
    parsed = by(SECTIONS, SECTIONS_FILE)
    assert says(parsed) == [("W-1", "pH", "7.02", "", "", "sample"),
                            ("W-1", "Conductivity", "812", "µS/cm", "", "sample"),
                            ("W-2", "pH", "error", "", "", "sample")]
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1}
    assert [reading.source.line for reading in parsed.readings] == [5, 6, 11]


def test_a_word_missing_from_a_section_stops_the_import() -> None:
    refused = stopped(SECTIONS, SECTIONS_FILE.replace("pH = error", "pH1 = error"))
    assert (refused.code, refused.params["column"], refused.params["nearest"]) == ("COLUMN_MISSING", "pH", "pH1")


def test_a_section_may_hold_a_table() -> None:
    parsed = by(TABLE_SECTIONS, TABLE_SECTIONS_FILE)
    assert [row[:3] for row in says(parsed)] == [("S-1", "Roundup", "23.456"), ("S-2", "Roundup", "Undetermined")]
    assert parsed.readings[0].extra == {"position": "A1", "operator": "Anna"}
    refused = stopped(TABLE_SECTIONS, TABLE_SECTIONS_FILE.replace("[Results]", "[Result]"))
    assert (refused.code, refused.params["nearest"]) == ("SECTION_MISSING", "Result")


def test_transposed_tables_have_their_samples_across() -> None:
    parsed = by(TRANSPOSED, TRANSPOSED_FILE)
    assert says(parsed) == [
        ("S-1", "Pb", "0.12", "mg/kg", "", "sample"), ("S-2", "Pb", "<0.05", "mg/kg", "", "sample"),
        ("BLK", "Pb", "0.00", "mg/kg", "", "blank"), ("S-1", "Cd", "N.D.", "mg/kg", "", "sample"),
        ("S-2", "Cd", "0.010", "mg/kg", "", "sample")]
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1, "SUMMARY_ROW": 3}
    assert parsed.readings[0].extra == {"dilution": "10"}


def test_a_plate_takes_its_samples_from_the_layout_grid() -> None:
    parsed = by(PLATE, plate_file())
    assert says(parsed)[:2] == [("1", "Aflatoxin B1", "0.000", "", "", "standard"),
                                ("1", "Aflatoxin B1", "0.001", "", "", "blank")]
    assert dict(parsed.skipped) == {"NO_SAMPLE_IN_WELL": 1}
    last = parsed.readings[-1]
    assert (last.sample_id, last.value, last.extra) == ("S-95", "OVRFLW", {"well": "H12", "state": "over_range"})
    assert "GRID_NOT_READ" in {notice.code for notice in parsed.notices}


def test_a_plate_cut_in_its_grid_is_refused() -> None:
    last = plate_file().split("OD 620")[0].rstrip()
    assert stopped(PLATE, last[: last.rindex("H\t")]).code == "GRID_INCOMPLETE"
    assert stopped(PLATE, last[: last.rindex("\t")]).code == "CUT_SHORT"
    assert stopped(PLATE, plate_file().replace("Layout", "Map")).code == "GRID_MISSING"


def test_a_form_is_read_by_address_and_proved_by_its_anchors() -> None:
    parsed = by(FORM, workbook(FORM_ROWS))
    assert says(parsed) == [("COAL-3", "Ash", "12.5", "%", "", "sample"),
                            ("COAL-3", "Moisture", "n.d.", "g", "", "sample")]
    assert (parsed.readings[0].source.line, parsed.readings[0].source.column) == (4, "B4")
    refused = stopped(FORM, workbook([["Ash, ISO 1172"], *FORM_ROWS[1:]]))
    assert (refused.code, refused.params["address"], refused.params["found"]) == (
        "CELL_NOT_AS_EXPECTED", "A1", "Ash, ISO 1172")


def test_lines_without_a_header_are_read_by_number_and_must_have_their_shape() -> None:
    parsed = by(POSITIONAL, POSITIONAL_FILE)
    assert says(parsed) == [("BOG-1", "C", "70.25", "%", "", "sample"), ("BOG-1", "S", "1.20", "%", "", "sample"),
                            ("QC 7", "S", "----", "%", "", "qc")]
    assert parsed.readings[0].source.column == "3"
    refused = stopped(POSITIONAL, POSITIONAL_FILE.replace("1.20", "Anna").replace("----", "1.0"))
    assert (refused.code, refused.params["line"], refused.params["column"]) == ("NOT_THE_DECLARED_SHAPE", 1, 4)


@pytest.mark.parametrize(("values", "code"), [
    (["1,5", "2.5"], "MIXED_NUMBER_MARKS"), (["1.234,5", "1,234.5"], "MIXED_NUMBER_MARKS"),
    (["1,234", "7"], "AMBIGUOUS_NUMBER_MARKS"), (["1,2,3"], "NUMBER_MARKS"), (["1.5.2020", "2"], "NUMBER_MARKS"),
])
def test_a_column_whose_marks_contradict_each_other_is_refused(values: list[str], code: str) -> None:
    assert stopped(SIMPLE, simple_file(values)).code == code


@pytest.mark.parametrize(("values", "decimal", "group"), [
    (["1,5", "1.234"], ",", "."), (["1.5", "1,234"], ".", ","), (["1.234.567", "2"], ",", "."),
    (["1,234,567"], ".", ","),
    (["1'234.5"], ".", "'"), (["<0,05", "ND", "12"], ",", None),
])
def test_a_column_proves_its_marks_by_all_its_values(values: list[str], decimal: str, group: str | None) -> None:
    first = by(SIMPLE, simple_file(values)).readings[0]
    assert (first.value, first.extra.get("decimal", "."), first.extra.get("group")) == (values[0], decimal, group)


def test_declared_marks_refuse_a_file_written_otherwise() -> None:
    assert by(SIMPLE, simple_file(["1,234", "7"]), number={"decimal": ".", "group": ","}).readings[0].value == "1,234"
    assert stopped(SIMPLE, simple_file(["0,25"]), number={"decimal": "."}).code == "NUMBER_MARKS"
    assert stopped(SIMPLE, simple_file(["0.25"]), number={"decimal": ","}).code == "NUMBER_MARKS"


SIMPLE: dict[str, Any] = {"version": "1", "recipe": "wide", "columns": {"sample": "No."}, "analytes": ["Pb"]}


def simple_file(values: list[str]) -> str:
    return "No.;Pb\n" + "".join(f"S-{n};{value}\n" for n, value in enumerate(values))


def test_wide_columns_may_be_found_by_a_pattern_that_holds_the_unit() -> None:
    recipe = SIMPLE | {"analytes": {"regex": r"^(?P<analyte>[A-Z][a-z]?) \[(?P<unit>.+)\]$", "exclude_regex": "^Rh"}}
    parsed = by(recipe, "No.;Pb [mg/kg];Rh [cps];Cd [ug/kg];Note\nS-1;0.1;9;2.0;x\n")
    assert says(parsed) == [("S-1", "Pb", "0.1", "mg/kg", "", "sample"), ("S-1", "Cd", "2.0", "ug/kg", "", "sample")]


def test_a_header_that_is_repeated_is_counted_and_left_out() -> None:
    parsed = by(SIMPLE, "No.;Pb\nS-1;0.1\nNo.;Pb\nS-2;0.2\n")
    assert [reading.value for reading in parsed.readings] == ["0.1", "0.2"]
    assert dict(parsed.skipped) == {"HEADER_REPEATED": 1}


def test_sample_numbers_may_be_drawn_out_of_a_longer_text() -> None:
    parsed = by(SIMPLE, "No.;Pb\nBOG 651 (IND) - 16;0.1\n", sample_regex=r"^(?P<sample>BOG \d+)")
    assert (parsed.readings[0].sample_id, parsed.readings[0].extra["sample_text"]) == ("BOG 651", "BOG 651 (IND) - 16")


def test_moments_are_understood_only_as_declared() -> None:
    recipe = SIMPLE | {"columns": {"sample": "No.", "measured_at": "When"}, "date": {"format": "%d/%m/%Y %H:%M"}}
    parsed = by(recipe, "No.;Pb;When\nS-1;0.1;03/04/2024 10:00\nS-2;0.2;2024-04-03\n")
    assert parsed.readings[0].extra["measured_at_iso"] == "2024-04-03T10:00:00"
    assert "measured_at_iso" not in parsed.readings[1].extra
    assert "DATE_NOT_AS_DECLARED" in {notice.code for notice in parsed.notices}


@pytest.mark.parametrize(("recipe", "changes", "field"), [
    (WIDE2, {"header": {"rows": 4}}, "header.rows"), (WIDE2, {"analytes": {"value_column_regex": "("}},
                                                      "analytes.value_column_regex"),
    (WIDE2, {"tokens": {"x": "zero"}}, "tokens.x"), (WIDE2, {"number": {"decimal": ";"}}, "number.decimal"),
    (WIDE2, {"file": {"types": ["exe"]}}, "file.types"), (WIDE2, {"date": {"format": "today"}}, "date.format"),
    (BLOCKS, {"block": {"key": {"gives": "unit", "label": "x"}}}, "block.key.gives"),
    (SECTIONS, {"sections": {"about": {}, "results": []}}, "sections.results"),
    (TRANSPOSED, {"transposed": {"analyte": 3}}, "transposed.analyte"),
    (PLATE, {"plate": {"wells": 97}}, "plate.wells"),
    (FORM, {"cells": {"anchors": [{"at": "1A", "text": "x"}]}}, "cells.anchors[0].at"),
    (FORM, {"cells": {"anchors": []}}, "cells.anchors"), (POSITIONAL, {"shape": {"x": "number"}}, "shape.x"),
    (POSITIONAL, {"columns": {"sample": "Name"}}, "columns"), (POSITIONAL, {"width": {}}, "width.least"),
    (SIMPLE, {"skip_rows": [{"column": "No.", "regex": "(a+)+$", "reason": "x"}]}, "skip_rows[0].regex"),
    (SIMPLE, {"sample_regex": "(?P<sample>.*)(?=x)"}, "sample_regex"), (SIMPLE, {"sample_regex": "^x"}, "sample_regex"),
    (SIMPLE, {"sample_regex": "(?P<sample>a)" + "b" * 200}, "sample_regex"),
    (SIMPLE, {"sample_regex": r"(?P<sample>a)\1"}, "sample_regex"), (SIMPLE, {"version": 0}, "version"),
])
def test_a_wrong_field_is_named(recipe: dict[str, Any], changes: dict[str, Any], field: str) -> None:
    with pytest.raises(RecipeError) as wrong:
        adapter_from(json.dumps(recipe | changes).encode())
    assert wrong.value.params["field"] == field


def test_a_pattern_that_takes_long_is_stopped() -> None:
    slow = "a*" * 8 + "b"
    refused = stopped(SIMPLE, "No.;Pb\n" + "a" * 300 + ";1\n",
                      skip_rows=[{"column": "No.", "regex": slow, "reason": "x"}])
    assert (refused.code, refused.params["field"]) == ("PATTERN_TOO_SLOW", "skip_rows[0].regex")

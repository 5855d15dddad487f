"""A recipe proposed for an unknown file: what is seen, why, and that the file is then read by it."""

from __future__ import annotations

import json

import pytest

from instruments.errors import FileRefused
from instruments.reading import Parsed
from instruments.recipes.headings import SAMPLE as SAMPLE_WORDS
from instruments.recipes.headings import is_called, split_unit
from instruments.recipes.proposing import Proposal, propose
from instruments.registry import read_by_recipe
from tests.instruments.corpus import expected, real
from tests.instruments.examples import ICPMS_ROWS, says, workbook
from tests.instruments.test_recipe_kinds import BLOCKS_FILE, TABLE_SECTIONS_FILE, plate_file


def reads(proposal: Proposal, data: bytes) -> Parsed:
    assert proposal.reads
    return read_by_recipe(data, json.dumps(proposal.recipe).encode())


def codes(proposal: Proposal) -> set[str]:
    return {reason.code for reason in proposal.reasons}


ROWS = (b"Run of 3 May;;;;\nLab no.;Parameter;Result;Unit;RT\nT-1;Pb;0,120;mg/kg;4,1\nT-1;Cd;n.d.;mg/kg;4,2\n"
        b"Mean;Pb;0,1;;\n")
WIDE = ("序号\t样品编号\tPb (mg/kg)\tCd, ug/kg\t称样量\n"
        "1\t2024-001\t0.12\t<5\t0.5012\n2\t2024-002\t未检出\t7.5\t0.4998\n")


def test_one_result_a_row_is_seen_by_its_headings() -> None:
    proposal = propose(ROWS)
    assert proposal.recipe["recipe"] == "rows"
    assert proposal.recipe["number"] == {"decimal": ",", "group": ""}
    assert proposal.line == 2
    parsed = reads(proposal, ROWS)
    assert says(parsed) == [("T-1", "Pb", "0,120", "mg/kg", "", "sample"), ("T-1", "Cd", "n.d.", "mg/kg", "", "sample")]
    assert dict(parsed.skipped) == {"SUMMARY_ROW": 1}
    assert {"PROPOSED_HEADER", "PROPOSED_ROWS", "PROPOSED_DECIMAL_COMMA", "PROPOSED_TOKEN"} <= codes(proposal)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_analytes_across_give_their_units_from_the_headings(encoding: str) -> None:
    data = WIDE.encode(encoding)
    parsed = reads(propose(data), data)
    assert [row[:4] for row in says(parsed)] == [
        ("2024-001", "Pb", "0.12", "mg/kg"), ("2024-001", "Cd", "<5", "ug/kg"),
        ("2024-002", "Pb", "未检出", "mg/kg"), ("2024-002", "Cd", "7.5", "ug/kg")]
    assert parsed.readings[2].extra["state"] == "not_detected"


def test_known_sample_numbers_find_the_column_that_no_heading_names() -> None:
    data = b"A,B,Pb,Cd\nx1,T-9,0.1,0.2\nx2,T-8,0.3,0.4\n"
    assert propose(data).recipe["columns"]["sample"] == "A"
    proposal = propose(data, ["T-8", "T-9"])
    assert proposal.recipe["columns"]["sample"] == "B"
    assert "PROPOSED_ID_BY_NUMBERS" in codes(proposal)


def test_sample_numbers_in_the_header_make_the_table_transposed() -> None:
    data = b"Element,Unit,T-8,T-9\nPb,mg/kg,0.1,ND\nCd,mg/kg,0.3,0.4\n"
    parsed = reads(propose(data, ["T-8", "T-9"]), data)
    assert says(parsed)[:2] == [("T-8", "Pb", "0.1", "mg/kg", "", "sample"), ("T-9", "Pb", "ND", "mg/kg", "", "sample")]
    assert propose(data).recipe["recipe"] == "transposed"


def test_two_header_lines_are_seen_by_names_that_repeat() -> None:
    data = workbook(ICPMS_ROWS)
    proposal = propose(data)
    assert (proposal.recipe["recipe"], proposal.recipe["analytes"]["exclude_regex"]) == ("wide2", "ISTD")
    assert {reading.unit for reading in reads(proposal, data).readings} == {"ug/l"}


def test_a_line_of_units_under_the_header_is_seen() -> None:
    data = b"Sample,Pb,Cd\n,mg/kg,ug/kg\nT-1,0.1,5\nT-2,0.2,6\n"
    assert says(reads(propose(data), data))[:2] == [("T-1", "Pb", "0.1", "mg/kg", "", "sample"),
                                                    ("T-1", "Cd", "5", "ug/kg", "", "sample")]


def test_repeated_tables_make_blocks() -> None:
    data = BLOCKS_FILE.replace("Operator;Anna;;\n", "").replace("Sample: Oil-1;;;", "Sample;Oil-1;;").replace(
        "Sample: Oil-2;;;", "Sample;Oil-2;;").encode()
    proposal = propose(data)
    assert (proposal.recipe["recipe"], proposal.recipe["block"]["key"]) == (
        "blocks", {"gives": "sample", "label": "Sample"})
    assert "Oil-2" in {reading.sample_id for reading in reads(proposal, data).readings}


def test_sections_and_plates_are_seen_by_their_form() -> None:
    proposal = propose(TABLE_SECTIONS_FILE.encode())
    assert proposal.recipe["sections"]["table"] == "Results"
    assert [reading.value for reading in reads(proposal, TABLE_SECTIONS_FILE.encode()).readings] == [
        "23.456", "Undetermined"]
    plate = propose(plate_file().encode())
    assert (plate.recipe["plate"]["layout"], plate.recipe["plate"]["wells"]) == ({"title": "Layout"}, 96)
    assert reads(plate, plate_file().encode()).readings


def test_lines_without_a_header_are_proposed_by_number() -> None:
    data = b"T-1\tAnna\t70.25\t1.20\nT-2\tAnna\t71.00\t1.21\n"
    proposal = propose(data)
    assert proposal.recipe["recipe"] == "positional"
    assert len(reads(proposal, data).readings) == 4


def test_marks_that_cannot_be_told_are_left_to_the_author() -> None:
    proposal = propose(b"Sample;Pb\nT-1;1,234\nT-2;2,345\n")
    assert "number" not in proposal.recipe
    assert "PROPOSED_MARKS_DOUBTFUL" in codes(proposal)


@pytest.mark.parametrize("data", [b"hello world\n", b"a,b\nc,d\n", b"1\n"])
def test_a_file_without_a_table_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        propose(data)
    assert refused.value.code == "NO_TABLE_FOUND"


@pytest.mark.parametrize("name", [
    "MSOrganiser/SciExTestData.txt", "senaite.core/13-12-12 ENVASS BH REST ANIONS.csv", "senaite.core/4357.csv",
    "senaite.core/ft120.csv", "senaite.core/metlerToledoDL55.xlsx", "senaite.instruments/winlab32.csv",
    "wateas/20200713_ICPMS_FoliarSprays.xlsx",
])
def test_for_a_plain_real_export_the_proposal_reads_every_expected_row(name: str) -> None:
    data, wanted = real(name), expected(name)
    parsed = reads(propose(data, [row["sample_id"] for row in wanted[:3]]), data)
    said = {(reading.sample_id, reading.analyte, reading.value) for reading in parsed.readings}
    assert {(row["sample_id"], row["analyte"], row["value"]) for row in wanted} <= said


@pytest.mark.parametrize(("heading", "name", "unit"), [
    ("Pb [mg/kg]", "Pb", "mg/kg"), ("Cd（ug/L）", "Cd", "ug/L"), ("Ash, %", "Ash", "%"),
    ("Moisture %", "Moisture", "%"),
    ("Conc. [ ug/l ]", "Conc.", "ug/l"),
    ("Rep #", "Rep #", ""), ("Type [x]", "Type [x]", ""),
])
def test_a_unit_is_drawn_out_of_a_heading_only_where_it_is_one(heading: str, name: str, unit: str) -> None:
    assert split_unit(heading) == (name, unit)


def test_headings_are_called_by_their_own_words() -> None:
    assert is_called("Sample ID:", SAMPLE_WORDS) == 0
    assert is_called("Sample weight", SAMPLE_WORDS) is None

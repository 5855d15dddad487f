"""Each format by a hand-written file: what it says, shuffled, renamed, re-encoded, cut and spoiled."""

from __future__ import annotations

import random

import pytest

from instruments.errors import FileRefused
from instruments.reading import Parsed
from instruments.registry import read
from tests.instruments.examples import (
    EXAMPLES,
    ICPMS_ROWS,
    ICPMS_SAYS,
    LABSOLUTIONS,
    MASSHUNTER,
    MASSHUNTER_SAYS,
    TWO_DIMENSIONAL,
    TWO_DIMENSIONAL_SAYS,
    VISIONLITE,
    VISIONLITE_SAYS,
    comma_separated,
    doubtful_lines,
    says,
    workbook,
)

KEYS = list(EXAMPLES)
TEXTS = [key for key in KEYS if not EXAMPLES[key][0].startswith(b"PK")]


def refusal_of(data: bytes, key: str | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(data, key)
    return refused.value


def skipped(parsed: Parsed) -> dict[str, int]:
    return dict(parsed.skipped)


def notices(parsed: Parsed) -> set[str]:
    return {notice.code for notice in parsed.notices}


@pytest.mark.parametrize("key", KEYS)
def test_a_hand_written_file_says_what_it_says(key: str) -> None:
    data, wanted = EXAMPLES[key]
    parsed = read(data)
    assert parsed.adapter == key
    assert says(parsed) == wanted
    assert parsed.result_cells == len(parsed.readings) + sum(skipped(parsed).values())


@pytest.mark.parametrize("key", KEYS)
def test_no_other_adapter_may_read_it(key: str) -> None:
    for other in KEYS:
        if other != key:
            assert refusal_of(EXAMPLES[key][0], other).code == "NOT_THIS_ADAPTER"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"])
@pytest.mark.parametrize("key", TEXTS)
def test_encoding_does_not_change_the_readings(key: str, encoding: str) -> None:
    text = EXAMPLES[key][0].decode().replace("S-1", "Größe-1").replace("R-1", "Größe-1")
    assert read(text.encode(encoding)).readings == read(text.encode()).readings


@pytest.mark.parametrize("key", TEXTS)
def test_chinese_sample_names_are_read_from_gb18030(key: str) -> None:
    text = EXAMPLES[key][0].decode()
    for name in ("S-1", "R-1", "TEA-7", "1-16-001"):
        text = text.replace(name, "绿茶样品")
    parsed = read(text.encode("gb18030"))
    assert parsed.encoding == "gb18030"
    assert "绿茶样品" in {reading.sample_id for reading in parsed.readings}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("key", TEXTS)
def test_line_ends_do_not_change_the_readings(key: str, end: str) -> None:
    data = EXAMPLES[key][0]
    assert read(data.decode().replace("\n", end).encode()).readings == read(data).readings


@pytest.mark.parametrize("key", TEXTS)
def test_cut_at_any_byte_nothing_false_is_said(key: str) -> None:
    data, wanted = EXAMPLES[key]
    for cut in range(len(data)):
        try:
            parsed = read(data[:cut])
        except FileRefused:
            continue
        doubtful = doubtful_lines(parsed)
        sure = [row for row, reading in zip(says(parsed), parsed.readings, strict=True)
                if reading.source.line not in doubtful]
        assert sure == wanted[: len(sure)]


@pytest.mark.parametrize("key", KEYS)
def test_flipped_bytes_never_break_the_reader(key: str) -> None:
    dice = random.Random(7)
    for _ in range(60):
        data = bytearray(EXAMPLES[key][0])
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            parsed = read(bytes(data))
        except FileRefused:
            continue
        assert parsed.result_cells == len(parsed.readings) + sum(skipped(parsed).values())


def shuffled(text: str, delimiter: str = ",", order: list[int] | None = None) -> bytes:
    rows = [line.split(delimiter) for line in text.splitlines()]
    places = order or list(range(len(rows[0])))
    if order is None:
        random.Random(3).shuffle(places)
    return "".join(delimiter.join(row[i] for i in places) + "\n" for row in rows).encode()


def test_visionlite_reads_the_same_with_its_columns_in_any_order() -> None:
    assert says(read(shuffled(VISIONLITE))) == VISIONLITE_SAYS


def test_the_two_dimensional_list_reads_the_same_with_its_columns_in_any_order() -> None:
    for order in ([3, 1, 0, 2], [1, 2, 3, 0], [0, 3, 2, 1]):
        moved = shuffled(TWO_DIMENSIONAL, order=order)
        assert sorted(says(read(moved))) == sorted(TWO_DIMENSIONAL_SAYS)


def test_labsolutions_reads_the_same_with_its_columns_in_any_order() -> None:
    lines = []
    for line in LABSOLUTIONS.splitlines():
        cells = line.split("\t")
        if len(cells) > 2:
            cells = [cells[i] for i in (0, 7, 3, 9, 2, 1, 8, 6, 4, 5)]
        lines.append("\t".join(cells))
    again = read(("\n".join(lines) + "\n").encode())
    assert says(again) == says(read(LABSOLUTIONS.encode()))


def test_masshunter_reads_the_same_with_groups_and_columns_moved() -> None:
    rows = [line.split(",") for line in MASSHUNTER.splitlines()]
    filled = []
    for title in rows[0]:
        filled.append(title or filled[-1])
    order = [11, 12, 8, 6, 7, 9, 10, 3, 2, 0, 1, 5, 4]
    moved = [[filled[i] for i in order], *([row[i] for i in order] for row in rows[1:])]
    assert says(read(comma_separated(moved))) == MASSHUNTER_SAYS


def test_icpms_reads_the_same_as_text_and_with_columns_moved() -> None:
    assert says(read(comma_separated(ICPMS_ROWS))) == ICPMS_SAYS
    order = [5, 4, 3, 2, 1, 0, 7, 6, 9, 8, 10]
    filled: list[object] = []
    for title in ICPMS_ROWS[0]:
        filled.append(title or filled[-1])
    moved = [[filled[i] for i in order], *([row[i] for i in order] for row in ICPMS_ROWS[1:])]
    assert says(read(workbook(moved, title="Batch"))) == ICPMS_SAYS


def test_icpms_says_that_the_dilution_is_in_the_value_already() -> None:
    tea = next(r for r in read(workbook(ICPMS_ROWS)).readings if r.sample_id == "TEA-7")
    assert (tea.extra["dilution"], tea.extra["dilution_applied"]) == ("50", "yes")


def test_icpms_counts_reports_only_give_no_results() -> None:
    rows = [[cell if not str(cell).startswith(("Conc", "Meas")) else "CPS RSD" for cell in row]
            for row in ICPMS_ROWS]
    refused = refusal_of(workbook(rows))
    assert (refused.code, refused.params["because"]) == ("NO_RESULTS", "NO_RESULT_COLUMN")


def test_a_time_resolved_trace_is_recognised_and_refused() -> None:
    trace = ("C:\\DATA\\001SMPL.d\nIntensity Vs Time,CPS\nAcquired : 2021\n"
             "Time [Sec],Li7 -> 7,Mg24 -> 24\n2.9,0.00,20.00\n5.9,0.00,40.00\n")
    refused = refusal_of(trace.encode())
    assert (refused.code, refused.params["because"]) == ("NO_RESULTS", "RAW_CURVE")
    assert refused.adapter == "agilent_icpms_batch"


def test_masshunter_without_its_second_header_line_is_corrupt() -> None:
    lines = MASSHUNTER.splitlines(keepends=True)
    assert refusal_of("".join([lines[0], *lines[2:]]).encode()).code == "CORRUPT_HEADER"


def test_masshunter_reports_areas_where_no_concentration_is_exported() -> None:
    parsed = read(MASSHUNTER.replace("Final Conc.", "Height").encode())
    assert {reading.quantity for reading in parsed.readings} == {"area"}
    assert {reading.role for reading in parsed.readings if "ISTD" in reading.analyte} == {"istd"}
    assert not any("Qualifier" in reading.analyte for reading in parsed.readings)


def test_an_empty_result_cell_is_counted_and_not_read_as_zero() -> None:
    assert skipped(read(MASSHUNTER.encode())) == {"EMPTY_CELL": 1}
    assert skipped(read(VISIONLITE.encode())) == {"EMPTY_CELL": 1}


def test_labsolutions_statistics_are_skipped_and_counted() -> None:
    assert skipped(read(LABSOLUTIONS.encode())) == {"SUMMARY_ROW": 4}


def test_labsolutions_keeps_the_date_in_sample_id_as_the_other_name() -> None:
    oil = next(r for r in read(LABSOLUTIONS.encode()).readings if r.sample_id == "Palm oil")
    assert oil.extra["alt_id"] == "10/11/18"


def test_labsolutions_cut_after_a_whole_line_is_still_noticed() -> None:
    lines = LABSOLUTIONS.splitlines(keepends=True)
    assert refusal_of("".join(lines[:-3]).encode()).code == "CUT_SHORT"


def test_visionlite_fixed_lists_report_the_absorbance_once() -> None:
    parsed = read("Sample name\tA260\tResult\nHpv 1\t1.41361\t1.41361\n".encode("utf-16"))
    assert says(parsed) == [("Hpv 1", "A260", "1.41361", "", "", "sample")]
    assert skipped(parsed) == {"REPEATS_ABSORBANCE": 1}


def test_visionlite_fixed_lists_report_a_computed_result_that_differs() -> None:
    parsed = read(b"Sample name\tA260\tA280\tResult\nHpv 1\t1.4\t0.7\t2.0\n")
    assert [(r.analyte, r.value, r.quantity) for r in parsed.readings] == [
        ("A260", "1.4", "absorbance"), ("A280", "0.7", "absorbance"), ("Result", "2.0", "result")]


def test_visionlite_refuses_a_decimal_comma_in_comma_separated_text() -> None:
    spoiled = VISIONLITE.replace("2.23503296", "2,23503296")
    assert refusal_of(spoiled.encode()).code == "CORRUPT_ROW"


def test_visionlite_with_semicolons_and_decimal_commas_is_read_as_printed() -> None:
    text = VISIONLITE.replace(",", ";").replace(".", ",")
    assert [r.value for r in read(text.encode()).readings] == ["2,23503296", "-0,0900"]


def test_a_visionlite_scan_is_a_curve_and_not_a_result() -> None:
    scan = b"Tea,01/02/2024 10:00,SN1,Anna\nnm,A\n200.0,0.1\n201.0,0.2\n"
    assert refusal_of(scan).params["because"] == "RAW_CURVE"


def test_the_two_dimensional_list_without_its_end_was_cut() -> None:
    assert refusal_of(TWO_DIMENSIONAL.replace("end,,,\n", "").encode()).code == "CUT_SHORT"


def test_a_column_that_stands_twice_is_never_chosen_between() -> None:
    twice = TWO_DIMENSIONAL.replace("Ca [mg/kg]", "Mg")
    assert refusal_of(twice.encode()).code == "CORRUPT_HEADER"
    rows = [line.split(",") for line in MASSHUNTER.splitlines()]
    rows[1][7] = "Final Conc."
    assert refusal_of(comma_separated(rows)).code == "CORRUPT_HEADER"


def test_a_row_without_a_sample_is_read_and_reported() -> None:
    parsed = read(VISIONLITE.replace("TEA-7", "").encode())
    assert "ROW_WITHOUT_SAMPLE" in notices(parsed)


def test_a_last_line_without_an_end_is_reported() -> None:
    assert "LAST_LINE_WITHOUT_END" in notices(read(VISIONLITE.rstrip("\n").encode()))

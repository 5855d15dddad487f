"""What is particular to PCR, plates, XRF, titrators, combustion and analyser messages."""

from __future__ import annotations

import random
import re

import pytest

from instruments.errors import FileRefused
from instruments.reading import Parsed
from instruments.registry import candidates, read
from instruments.source import view_of
from instruments.tools.astm_frames import checksum
from tests.instruments import examples_bench as bench
from tests.instruments.corpus import names, real
from tests.instruments.examples import says

TABLES = {
    "appbio_quantstudio": (bench.QUANTSTUDIO, "\t"), "biorad_cfx": (bench.CFX, ","), "agilent_gen5": (bench.GEN5, "\t"),
    "plate_grid": (bench.PLATE, "\t"), "thermo_qubit4": (bench.QUBIT, ","), "bruker_geoquant": (bench.GEOQUANT, ","),
    "rigaku_supermini": (bench.RIGAKU, ","), "mettler_dl": (bench.METTLER, ","), "foss_winescan": (bench.WINESCAN, ","),
    "thermo_arena_list": (bench.ARENA_LIST, ","), "handheld_xrf": (bench.HANDHELD, ","),
    "leco_cornerstone": (bench.LECO, ","), "thermo_genesys": (bench.GENESYS, ","),
}


def refusal_of(data: bytes, key: str | None = None) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(data, key)
    return refused.value


def notices(parsed: Parsed) -> set[str]:
    return {notice.code for notice in parsed.notices}


def shuffled(text: str, delimiter: str, seed: int) -> bytes:
    rows = [line.split(delimiter) for line in text.splitlines()]
    width = max(len(row) for row in rows)
    order = list(range(width))
    random.Random(seed).shuffle(order)
    filled = (row + [""] * (width - len(row)) for row in rows)
    return "".join(delimiter.join(row[place] for place in order) + "\n" for row in filled).encode()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("key", TABLES)
def test_columns_in_any_order_read_the_same(key: str, seed: int) -> None:
    text, delimiter = TABLES[key]
    if key == "rigaku_supermini":
        text = text.replace(",#,", ",,")  # a mark without a name belongs to the column on its left
    assert sorted(row[:4] for row in says(read(shuffled(text, delimiter, seed)))) == sorted(
        row[:4] for row in says(read(text.encode())))


@pytest.mark.parametrize("key", [key for key, (_, delimiter) in TABLES.items() if delimiter == ","])
def test_semicolons_and_decimal_commas_are_read_as_printed(key: str) -> None:
    text = TABLES[key][0]
    local = re.sub(r"(?<=\d)\.(?=\d)", ",", text.replace(",", ";")).encode()
    wanted = [reading.value.replace(".", ",") for reading in read(text.encode()).readings]
    assert [reading.value.replace(".", ",") for reading in read(local, key).readings] == wanted


@pytest.mark.parametrize("name", names())
def test_a_real_export_is_claimed_by_at_most_one(name: str) -> None:
    assert len(candidates(view_of(real(name)))) <= 1


def framed(text: str, end: bytes = b"\x03", size: int = 0) -> bytes:
    """The records as one frame each, or as a stream of frames of that size."""
    records = [line + "\r" for line in text.splitlines()]
    whole = "".join(records)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)] if size else records
    stream = b"\x05"
    for number, piece in enumerate(pieces, start=1):
        last = number == len(pieces) or not size
        body = f"{number % 8}{piece}".encode() + (end if last else b"\x17")
        stream += b"\x02" + body + checksum(body).encode() + b"\r\n"
    return stream + b"\x04"


@pytest.mark.parametrize("end", [b"\x03", b"\x17"])
def test_framed_messages_say_what_unframed_ones_say(end: bytes) -> None:
    assert says(read(framed(bench.ASTM, end))) == bench.ASTM_SAYS


@pytest.mark.parametrize("size", [7, 60, 240])
def test_records_split_over_frames_are_joined(size: int) -> None:
    assert says(read(framed(bench.ASTM, size=size))) == bench.ASTM_SAYS


def test_a_frame_sent_twice_counts_once() -> None:
    stream = framed(bench.ASTM)
    third = stream.split(b"\x02")[3]
    parsed = read(stream.replace(b"\x02" + third, b"\x02" + third + b"\x02" + third))
    assert says(parsed) == bench.ASTM_SAYS
    assert "FRAME_SENT_TWICE" in notices(parsed)


def test_a_lost_frame_and_a_damaged_frame_are_refused() -> None:
    stream = framed(bench.ASTM)
    third = stream.split(b"\x02")[3]
    assert refusal_of(stream.replace(b"\x02" + third, b"")).code == "FRAME_LOST"
    assert refusal_of(stream.replace(b"40.13", b"41.13")).code == "BAD_CHECKSUM"
    assert refusal_of(stream.replace(b"\x02" + third, third)).code == "BROKEN_MESSAGE"


def test_a_framed_message_cut_anywhere_is_refused() -> None:
    stream = framed(bench.ASTM)
    for cut in range(len(stream) - 3):
        assert refusal_of(stream[:cut]).code in {"EMPTY_FILE", "NOT_RECOGNISED", "CUT_SHORT", "BROKEN_MESSAGE",
                                                 "BAD_CHECKSUM", "CORRUPT_HEADER"}


def test_control_signs_written_out_as_words_are_understood() -> None:
    stream = framed(bench.ASTM).decode("latin-1")
    for sign, word in (("\x02", "<STX>"), ("\x03", "<ETX>"), ("\x05", "<ENQ>"), ("\x04", "<EOT>")):
        stream = stream.replace(sign, word)
    assert says(read(stream.encode())) == bench.ASTM_SAYS


def test_delimiters_are_those_the_header_declares() -> None:
    text = bench.ASTM.replace("H|\\^&", "H|@^\\").replace("^^^HIS\\^^^OCH", "^^^HIS@^^^OCH")
    assert says(read(text.encode())) == bench.ASTM_SAYS
    doubled = bench.ASTM.replace("H|\\^&", "H|\\\\^&")
    assert says(read(doubled.encode())) == bench.ASTM_SAYS


def test_escapes_are_resolved_and_numbers_told_from_verdicts() -> None:
    text = bench.ASTM.replace("R|2|^^^OCH|Negative", "R|2|^^^OCH|a&F&b&S&c")
    assert read(text.encode()).readings[1].value == "a|b^c"


@pytest.mark.parametrize(("order", "sample"), [
    ("O|1|11625^CL-PL-24-0370         ^1^^004||^^^HIS", "CL-PL-24-0370"),
    ("O|1||^^                    27^M|^^^HIS", "27"),
    ("O|1|TEA-7^^6||^^^HIS", "TEA-7"),
    ("O|1||660^0090", "PAT-9"),
])
def test_the_sample_may_stand_in_any_component(order: str, sample: str) -> None:
    text = f"H|\\^&\nP|1|PAT-9\n{order}\nR|1|^^^HIS|1.0\nL|1|N\n"
    assert read(text.encode()).readings[0].sample_id == sample


@pytest.mark.parametrize(("sent", "value", "flag"), [
    ("-1^0.345", "0.345", "-1"), ("1^OVRFLW", "OVRFLW", "1"), ("Positive^<20", "<20", "Positive"),
    ("Positive^high", "Positive", "high"), ("5.4", "5.4", ""), ("^27.1", "27.1", ""), ("NEGATIVE^", "NEGATIVE", ""),
])
def test_a_verdict_beside_a_value_is_a_mark_and_never_the_value(sent: str, value: str, flag: str) -> None:
    reading = read(f"H|\\^&\nO|1|X||^^^A\nR|1|^^^A|{sent}\nL|1|N\n".encode()).readings[0]
    assert (reading.value, reading.flag) == (value, flag)


def test_a_control_run_is_told_by_the_header_or_the_descriptor() -> None:
    text = "H|\\^&||||||||||{}\nO|1|X||^^^A|||||||||||{}\nR|1|^^^A|1.0\nL|1|N\n"
    assert [read(text.format(*words).encode()).readings[0].role
            for words in (("Q", ""), ("P", "CTRL^^LOW"), ("P", "Serum"))] == ["qc", "qc", "sample"]


def test_signals_behind_a_target_are_counted_and_not_reported() -> None:
    text = ("H|@^\\|X\nO|1|TEA-7||^^^GMO\nR|1|^GMO^^P35S^Screen^4^P35S^|DETECTED^|||||F\n"
            "R|2|^GMO^^P35S^^^P35S^Ct|^27.1|||\nR|3|^GMO^^TNOS^Screen^4^TNOS^|^|||||F\nL|1|N\n")
    parsed = read(text.encode())
    assert says(parsed) == [("TEA-7", "P35S", "DETECTED", "", "", "sample")]
    assert parsed.readings[0].quantity == "qualitative"
    assert dict(parsed.skipped) == {"COMPLEMENTARY_RESULT": 1, "EMPTY_CELL": 1}


def test_orders_without_results_are_nothing_to_import() -> None:
    refused = refusal_of(b"H|\\^&\nO|1|TEA-7||^^^HIS\nL|1|N\n")
    assert (refused.code, refused.params["because"]) == ("NO_RESULTS", "NO_RESULT_RECORDS")


def test_vidas_checks_its_own_checksum() -> None:
    body = b"\x1emtrsl|\x1eciTEA-7|\x1ertLMO2|\x1eqlPositive|\x1eqn0.85|\x1d"
    message = b"\x02" + body + checksum(body).lower().encode() + b"\n"
    assert says(read(message)) == [("TEA-7", "LMO2", "0.85", "", "Positive", "sample")]
    assert refusal_of(message.replace(b"0.85", b"0.95")).code == "BAD_CHECKSUM"
    assert refusal_of(message[:-5]).code == "CUT_SHORT"


def test_quantstudio_curves_alone_are_refused() -> None:
    curves = bench.QUANTSTUDIO.partition("[Results]")[0]
    assert refusal_of(curves.encode()).params["because"] == "RAW_CURVE"


def test_quantstudio_ends_its_table_where_notes_or_sections_begin() -> None:
    text = bench.QUANTSTUDIO + "\nAnalysis Type = Singleplex\nReference Sample = Liver\n[Raw Data]\nWell\tCycle\n1\t1\n"
    assert says(read(text.encode())) == bench.QUANTSTUDIO_SAYS


def test_quantstudio_takes_a_column_printed_twice_only_where_both_agree() -> None:
    lines = bench.QUANTSTUDIO.splitlines()
    at = lines.index("[Results]") + 1
    twice = [line + "\t" + line.split("\t")[4] if number >= at else line for number, line in enumerate(lines)]
    assert says(read(("\n".join(twice) + "\n").encode())) == bench.QUANTSTUDIO_SAYS
    twice[-1] = twice[-1] + "x"
    assert refusal_of(("\n".join(twice) + "\n").encode()).code == "CORRUPT_HEADER"


def test_a_cycle_column_spelled_with_a_cyrillic_letter_is_found() -> None:
    text = "Well\tSample Name\tTarget Name\tTask\tC\u0442\nA1\tTEA-7\tP35S\tUNKNOWN\t27.1\n"
    assert says(read(text.encode())) == [("TEA-7", "P35S", "27.1", "", "", "sample")]


def test_cfx_curves_and_melt_peaks_are_no_results() -> None:
    assert refusal_of(b",Cycle,A1,A2,A3,A4\n,1,0.1,0.2,0.1,0.2\n").params["because"] == "RAW_CURVE"
    melt = b",Well,Fluor,Content,Sample,Melt Temperature\n,A01,SYBR,Unkn,TEA-7,82.5\n"
    assert refusal_of(melt).params["because"] == "NO_RESULT_COLUMN"


def test_gen5_reads_several_readings_of_a_well_and_skips_the_layout() -> None:
    text = bench.GEN5.replace("B\tSTD1", "\t\t1\t1\t1\tConc/Dil\nB\tSTD1").replace(
        "B\t1.000", "\t7\t8\t9\t10\t[Concentration]\nB\t1.000")
    parsed = read(text.encode())
    assert [(r.sample_id, r.value, r.quantity) for r in parsed.readings if r.analyte == "[Concentration]"] == [
        ("BLK", "7", "concentration"), ("TEA-7", "8", "concentration"), ("SPL2", "9", "concentration"),
        ("SPL3", "10", "concentration")]
    assert len(parsed.readings) == len(bench.GEN5_SAYS) + 4


def test_gen5_kinetics_are_curves() -> None:
    head = bench.GEN5.partition("Layout")[0]
    text = head + "abs450\nTime\tT\tA1\tA2\tA3\tA4\n0:00:00\t25\t0.1\t0.2\t0.3\t0.4\n"
    assert refusal_of(text.encode()).params["because"] == "RAW_CURVE"


def test_a_genesys_scan_is_a_curve() -> None:
    scan = b"Scan,Scan_1.csv\nMode,ABS\nwavelength(nm) , ABS , %T\n325.0,2.385,0.41\n"
    assert refusal_of(scan).params["because"] == "RAW_CURVE"


def test_qubit_units_that_nothing_can_tell_apart_are_refused() -> None:
    rows = [line.split(",") for line in bench.QUBIT.splitlines()]
    order = [0, 1, 2, 3, 4, 6, 5, 7, 8, 9]
    moved = "\n".join(",".join(row[place] for place in order) for row in rows if row[4] != "106") + "\n"
    assert refusal_of(moved.encode()).params["because"] == "UNITS_NOT_BESIDE_THEIR_VALUES"


def test_qubit_units_that_changed_places_are_told_by_the_figures() -> None:
    rows = [line.split(",") for line in bench.QUBIT.splitlines()]
    order = [0, 1, 2, 3, 4, 7, 6, 5, 8, 9]
    swapped = "\n".join(",".join(row[place] for place in order) for row in rows) + "\n"
    assert {reading.unit for reading in read(swapped.encode()).readings} == {"ng/uL"}


def test_the_first_qubits_name_no_assay() -> None:
    text = ("Sample Id,Specimen Type,Date,Reading,Unit,Concentration,Unit,Remark\n"
            "TEA-7,,2025/11/02,0.15,ug/ml,10.85,ng/ul,\nTEA-8,,2025/11/02,0.06,ug/ml,< 0.5,ng/ul,Poor\n")
    assert says(read(text.encode())) == [("TEA-7", "Concentration", "10.85", "ng/ul", "", "sample"),
                                         ("TEA-8", "Concentration", "< 0.5", "ng/ul", "Poor", "sample")]


def test_the_omnian_list_says_how_many_results_it_holds() -> None:
    assert says(read(bench.OMNIAN_LIST.encode())) == bench.OMNIAN_LIST_SAYS
    lines = bench.OMNIAN_LIST.splitlines(keepends=True)
    assert refusal_of("".join(lines[:-1]).encode()).code == "CUT_SHORT"
    assert refusal_of("".join([*lines, lines[-1]]).encode()).code == "CORRUPT_ROW"


def test_the_short_omnian_print_takes_its_unit_from_the_line_below() -> None:
    text = ("PANalytical\nQuantification of sample TEA-7,\nResult status:,\n,Element,Conc.\n,,(%)\n1,Al,\"0,21\"\n"
            "2,Pb,\"0,0012\"\n")
    assert says(read(text.encode())) == [("TEA-7", "Al", "0,21", "%", "", "sample"),
                                         ("TEA-7", "Pb", "0,0012", "%", "", "sample")]


def test_two_omnian_prints_in_one_file_keep_their_samples_apart() -> None:
    second = bench.OMNIAN.replace("TEA-7", "TEA-8")
    assert [reading.sample_id for reading in read((bench.OMNIAN + second).encode()).readings] == [
        "TEA-7", "TEA-7", "TEA-8", "TEA-8"]


def test_statistics_are_told_from_a_sample_of_the_same_name() -> None:
    parsed = read(bench.RIGAKU.encode())
    assert {reading.sample_id for reading in parsed.readings} == {"TEA-7", "Average"}
    assert dict(parsed.skipped) == {"SUMMARY_ROW": 4}


@pytest.mark.parametrize(("name", "sample"), [
    ("DU-0001.csv", "DU-0001"), ("C:\\data\\DU-0001-123456789.csv", "DU-0001"), ("DU-0001-234987347.xlsx", "DU-0001"),
    ("run/DU.0001.csv", "DU.0001"), ("", ""),
])
def test_a_sample_named_by_the_file_alone_comes_from_its_name(name: str, sample: str) -> None:
    lines = [line.partition(",")[2] for line in bench.GEOQUANT.splitlines()]
    parsed = read(("\n".join(lines) + "\n").encode(), name=name)
    assert {reading.sample_id for reading in parsed.readings} == {sample}
    assert ("SAMPLE_FROM_FILE_NAME" in notices(parsed)) == bool(sample)


def test_the_files_name_is_not_looked_at_where_the_file_names_the_sample() -> None:
    parsed = read(bench.GEOQUANT.encode(), name="OTHER.csv")
    assert says(parsed) == bench.GEOQUANT_SAYS


def test_a_list_without_a_header_is_refused_where_its_columns_moved() -> None:
    rows = [line.split("\t") for line in bench.ELTRA.splitlines()]
    moved = "\n".join("\t".join([*row[:2], row[9], row[6], *row[4:]]) for row in rows) + "\n"
    assert refusal_of(moved.encode()).code == "RESULT_NOT_CONFIRMED"


def test_one_spoiled_cell_of_a_list_without_a_header_leaves_the_others() -> None:
    parsed = read(bench.ELTRA.replace("\t0.1802\tI", "\tERR\tI").encode())
    assert [reading.value for reading in parsed.readings] == ["0.109", "0.0168", "1.3E-14", "ERR"]
    assert "RESULT_NOT_CONFIRMED" in notices(parsed)


def test_a_determination_that_did_not_end_as_it_should_is_flagged() -> None:
    text = bench.METROHM.replace("Regular without errors", "Irregular stop")
    assert {reading.flag for reading in read(text.encode()).readings} == {"Irregular stop"}
    parsed = read(bench.METROHM.encode())
    assert parsed.readings[1].extra["sample_size"] == "5.0113 g"
    assert dict(parsed.skipped) == {"UNKNOWN_LAYOUT": 1}
    assert "CURVES_NOT_READ" in notices(parsed)


@pytest.mark.parametrize("header", [
    "Reading,Mode,Fe,Fe +/-,As,As +/-,Units", "Index,Type,Sample,Fe,Fe Error,As,As Error,Units",
    "File #,ID,Fe (ppm),Fe Err,As (ppm),As Err", "样品编号,As Concentration,As Error1s,Fe Concentration,Fe Error1s",
])
def test_handheld_lists_of_several_makers_are_told_by_elements_and_errors(header: str) -> None:
    columns = header.split(",")
    cells = ["7" if "E" in name or "+/-" in name else "<LOD" if name.startswith(("As", "Fe")) else "TEA-7"
             for name in columns]
    parsed = read(f"{header}\n{','.join(cells)}\n".encode())
    assert parsed.adapter == "handheld_xrf"
    assert {(reading.analyte, reading.value) for reading in parsed.readings} == {("Fe", "<LOD"), ("As", "<LOD")}


@pytest.mark.parametrize("text", [
    "<LOD,1\n<LOD,2\n", "<>\t1\t2\t3\nA\t1\t2\t3\n", "H,,,,\n1,2,3,4,5\n", "H;;;;\n1;2;3;4;5\n",
])
def test_a_table_is_not_taken_for_markup_or_a_message(text: str) -> None:
    assert len(view_of(text.encode()).sheets) == 1


@pytest.mark.parametrize("text", [
    "<?xml version='1.0'?><a/>", "<QUANDATASET ><x/>", "H|\\^&|||\n", "1H|\\\\^&|x\n", "\x02x\x03"])
def test_markup_and_messages_are_kept_whole(text: str) -> None:
    view = view_of(text.encode())
    assert (view.sheets, view.text) == ((), text)


def test_a_very_long_capture_is_read_in_time_and_a_cell_without_end_is_refused() -> None:
    many = framed("H|\\^&\nO|1|TEA-7||^^^A\n" + "R|1|^^^A|1.0\n" * 20_000 + "L|1|N\n")
    assert len(read(many).readings) == 20_000
    assert refusal_of(b"\x021H|\\^&" + b"x" * 5_000_000).code == "CUT_SHORT"

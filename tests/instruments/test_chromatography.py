"""What is peculiar to each chromatography format: its marks, its other shapes, and what it refuses."""

from __future__ import annotations

import io
import random

import openpyxl
import pytest

from instruments.errors import FileRefused
from instruments.reading import Parsed
from instruments.registry import candidates, read
from instruments.source import view_of
from tests.instruments.examples import says, workbook
from tests.instruments.examples_chromatography import (
    CHEMSTATION,
    GCMS_BROWSER,
    GCMS_BROWSER_SAYS,
    LABSOLUTIONS_ASCII,
    LABSOLUTIONS_ASCII_SAYS,
    MSD_PRINTED,
    MSD_PRINTED_SAYS,
    SCIEX,
    SCIEX_SAYS,
    TARGETLYNX,
    TARGETLYNX_SAYS,
    TARGETLYNX_XML,
    TRACEFINDER,
    TRACEFINDER_SAYS,
    XCALIBUR,
    tabbed,
)


def refusal_of(text: str) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(text.encode())
    return refused.value


def because(text: str) -> tuple[str, object]:
    refused = refusal_of(text)
    return refused.code, refused.params.get("because")


def skipped(parsed: Parsed) -> dict[str, int]:
    return dict(parsed.skipped)


def notices(parsed: Parsed) -> set[str]:
    return {notice.code for notice in parsed.notices}


def shuffled_where(text: str, wide: int, delimiter: str = "\t", seed: int = 4) -> bytes:
    """The same with the columns of every line moved that has at least so many cells."""
    order: dict[int, list[int]] = {}
    lines = []
    for line in text.splitlines():
        cells = line.split(delimiter)
        if len(cells) >= wide:
            places = order.setdefault(len(cells), random.Random(seed).sample(range(len(cells)), len(cells)))
            cells = [cells[place] for place in places]
        lines.append(delimiter.join(cells) + "\n")
    return "".join(lines).encode()


@pytest.mark.parametrize(("text", "wide", "delimiter", "wanted"), [
    (LABSOLUTIONS_ASCII, 6, "\t", LABSOLUTIONS_ASCII_SAYS), (TARGETLYNX, 8, "\t", TARGETLYNX_SAYS),
    (SCIEX, 8, "\t", SCIEX_SAYS), (TRACEFINDER, 11, ",", TRACEFINDER_SAYS),
])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_columns_in_any_order_say_the_same(text: str, wide: int, delimiter: str, wanted: object, seed: int) -> None:
    assert says(read(shuffled_where(text, wide, delimiter, seed))) == wanted


def test_a_compound_that_was_not_found_is_marked_beside_its_printed_zero() -> None:
    zero = next(r for r in read(LABSOLUTIONS_ASCII.encode()).readings if r.value == "0.000")
    assert (zero.extra["not_found"], zero.extra["rt"]) == ("yes", "0.000")


def test_a_compound_table_that_is_shorter_than_declared_was_cut() -> None:
    assert refusal_of(LABSOLUTIONS_ASCII.replace("# of IDs\t2", "# of IDs\t3")).code == "CUT_SHORT"


def test_a_date_in_one_sample_id_makes_the_names_the_identifiers_of_the_whole_file() -> None:
    dated = LABSOLUTIONS_ASCII.replace("Sample ID\tTEA-7", "Sample ID\t10/11/18")
    parsed = read(dated.encode())
    assert {r.sample_id for r in parsed.readings} == {"Green tea", "Anions"}
    assert parsed.readings[0].extra["alt_id"] == "10/11/18"


def test_compounds_that_were_not_identified_are_skipped_and_counted() -> None:
    lost = LABSOLUTIONS_ASCII.replace("2;Chloride;0.000;0;0.000;mg/L".replace(";", "\t"),
                                      "2\tChloride\tNot Identified\t\t\t")
    assert skipped(read(lost.encode())) == {"NOT_IDENTIFIED": 1}


PEAKS = tabbed("[Header]", "Application Name;LabSolutions", "", "[Sample Information]", "Sample ID;TEA-7", "",
               "[Peak Table(Detector A-Ch1)]", "# of Peaks;2", "Peak#;R.Time;Area;Conc.;Name;Mark",
               "1;2.4;1452;0.48;Caffeine;M", "2;4.1;987;;;")


def test_named_peaks_are_read_where_there_is_no_table_of_compounds() -> None:
    parsed = read(PEAKS.encode())
    assert says(parsed) == [("TEA-7", "Caffeine", "0.48", "", "M", "sample")]
    assert skipped(parsed) == {"NAMELESS_PEAK": 1}


def test_nameless_peaks_and_chromatograms_are_no_results() -> None:
    assert because(PEAKS.replace("Caffeine", "")) == ("NO_RESULTS", "ONLY_NAMELESS_PEAKS")
    assert because(PEAKS.replace("\tName\t", "\tArea%\t")) == ("NO_RESULTS", "ONLY_NAMELESS_PEAKS")
    curve = tabbed("[Header]", "Application Name;LabSolutions", "[Sample Information]", "Sample ID;TEA-7",
                   "[LC Chromatogram(Detector A-Ch1)]", "R.Time (min);Intensity", "0.0;4.8", "0.1;4.9")
    assert because(curve) == ("NO_RESULTS", "RAW_CURVE")


def test_the_browser_table_is_refused_where_its_columns_were_moved() -> None:
    for seed in range(12):
        data = shuffled_where(GCMS_BROWSER, 13, "\t", seed)
        with pytest.raises(FileRefused):
            read(data)


def test_one_spoiled_cell_of_the_browser_table_leaves_the_other_rows() -> None:
    parsed = read(GCMS_BROWSER.replace("-0.063", "#4?").encode())
    assert [r.value for r in parsed.readings] == ["---", "1.25", "#4?", "<0.01"]
    assert len(parsed.readings) == len(GCMS_BROWSER_SAYS)
    assert "ODD_ROW" in notices(parsed)


def test_targetlynx_reports_areas_where_nothing_was_quantified() -> None:
    plain = TARGETLYNX.replace("\t0.104\t", "\t\t").replace("\t0.498\t", "\t\t").replace("\t1.000\t", "\t\t")
    assert {(r.quantity, r.value) for r in read(plain.encode()).readings} >= {("area", "1200"), ("area", "9100")}


def test_targetlynx_by_sample_has_the_compounds_in_its_rows() -> None:
    by_sample = tabbed("Quantify Sample Summary Report", "", "Printed Tue Jan 07 17:28:50 2020", "",
                       "Sample Name:  TEA-7", "", ";Name;Type;RT;Area;ng/mL", "1;Diuron;Analyte;4.1;1200;0.104",
                       "2;Linuron;Analyte;;;", "", "Sample Name:  QC 1", "", ";Name;Type;RT;Area;ng/mL",
                       "1;Diuron;QC;4.1;1190;0.103", "2;Linuron;QC;5.0;70;0.010")
    assert says(read(by_sample.encode())) == [
        ("TEA-7", "Diuron", "0.104", "ng/mL", "", "sample"), ("QC 1", "Diuron", "0.103", "ng/mL", "", "qc"),
        ("QC 1", "Linuron", "0.010", "ng/mL", "", "qc")]


def test_targetlynx_xml_never_turns_an_uncalculated_concentration_into_zero() -> None:
    parsed = read(TARGETLYNX_XML.encode())
    assert says(parsed) == [("TEA-7", "Diuron", "0.1040", "", "bb", "sample")]
    assert skipped(parsed) == {"NO_PEAK": 1, "NOT_CALCULATED": 1}
    assert (parsed.readings[0].source.line, parsed.readings[0].extra["alt_id"]) == (4, "run_01")
    areas = read(TARGETLYNX_XML.replace('analconc="0.1040" conccalc="RF"', 'analconc="0.0" conccalc="NaN"').encode())
    assert [(r.sample_id, r.value, r.quantity, r.role) for r in areas.readings] == [
        ("TEA-7", "1200.0", "area", "sample"), ("run_02", "0.0", "area", "blank")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"])
def test_targetlynx_xml_reads_the_same_in_any_encoding(encoding: str) -> None:
    text = TARGETLYNX_XML.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert says(read(text.encode(encoding))) == says(read(TARGETLYNX_XML.encode()))


def test_targetlynx_xml_cut_anywhere_is_refused() -> None:
    data = TARGETLYNX_XML.rstrip().encode()
    for cut in range(1, len(data), 7):
        with pytest.raises(FileRefused):
            read(data[:cut])


@pytest.mark.parametrize(("xml", "code"), [
    ('<!DOCTYPE a [<!ENTITY e "x">]><QUANDATASET>&e;</QUANDATASET>', "XML_DECLARES_ENTITIES"),
    ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><QUANDATASET/>', "XML_DECLARES_ENTITIES"),
    ("<QUANDATASET>&e;</QUANDATASET>", "BROKEN_XML"),
    ("<QUANDATASET>" + "<a>" * 200 + "</a>" * 200 + "</QUANDATASET>", "TOO_LARGE"),
    ("<QUANDATASET><SAMPLE></QUANDATASET>", "BROKEN_XML"),
    ("<QUANDATASET><SAMPLE/></QUANDATASET>", "NO_RESULTS"),
])
def test_harmful_and_broken_xml_is_refused(xml: str, code: str) -> None:
    assert refusal_of(xml).code == code


def test_foreign_xml_is_recognised_by_nobody() -> None:
    assert candidates(view_of(b'<?xml version="1.0"?><html><QUANDATASET/></html>')) == ()


def test_sciex_reports_areas_where_no_concentration_was_calculated() -> None:
    nothing = SCIEX.replace("0.104", "N/A").replace("\t0.5\t", "\tN/A\t").replace("< 0", "N/A")
    parsed = read(nothing.encode())
    assert [r.value for r in parsed.readings] == ["1200.5", "9000", "N/A", "5000", "1100"]
    assert "CONCENTRATION_COLUMN_SAYS_NOTHING" in notices(parsed)


def test_analyst_puts_the_unit_into_the_name_of_its_column() -> None:
    analyst = tabbed("Peak Name: Diuron", "", "Sample Name;Sample Type;Analyte Peak Name;Analyte Peak Area (counts);"
                     "Calculated Concentration (ng/mL)", "TEA-7;Unknown;Diuron;0;No Peak",
                     "TEA-8;Unknown;Diuron;1200;0.104")
    assert says(read(analyst.encode())) == [("TEA-7", "Diuron", "No Peak", "ng/mL", "", "sample"),
                                            ("TEA-8", "Diuron", "0.104", "ng/mL", "", "sample")]


def test_xcalibur_reads_every_component_of_a_workbook() -> None:
    book = openpyxl.Workbook()
    for number, name in enumerate(("Diuron", "Linuron")):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = name[:3]
        for line in XCALIBUR.replace("Diuron", name).splitlines():
            sheet.append([cell or None for cell in line.split("\t")])
    book.create_sheet("mdlCalcs")["A1"] = "MDL"
    stream = io.BytesIO()
    book.save(stream)
    parsed = read(stream.getvalue())
    assert [(r.analyte, r.source.sheet) for r in parsed.readings] == [("Diuron", "Diu")] * 3 + [("Linuron", "Lin")] * 3
    assert "SHEET_NOT_READ" in notices(parsed)


def test_tracefinder_reports_areas_where_no_amount_was_calculated() -> None:
    lines = [line.split(",") for line in TRACEFINDER.splitlines()]
    for cells in lines[1:]:
        cells[8] = "N/A"
    parsed = read("".join(",".join(cells) + "\n" for cells in lines).encode())
    assert {(r.quantity, r.unit) for r in parsed.readings} == {("area", "")}
    assert skipped(parsed) == {"CONFIRMING_ION": 1}


def test_a_chemstation_report_that_does_not_end_was_cut() -> None:
    assert refusal_of(CHEMSTATION.replace("*** End of Report ***", "")).code == "CUT_SHORT"


def test_a_chemstation_cell_that_runs_over_its_edge_is_refused() -> None:
    assert refusal_of(CHEMSTATION.replace("  53.12000 ", "1153.120001")).code == "CORRUPT_ROW"


def test_a_chemstation_report_of_nameless_peaks_holds_no_results() -> None:
    nameless = CHEMSTATION
    for name in ("Methanol", "Ethyl", "acetate"):
        nameless = nameless.replace(name, "")
    head, _, rest = nameless.rpartition("Butanol")
    assert because(head + rest) == ("NO_RESULTS", "ONLY_NAMELESS_PEAKS")


def test_chemstation_reports_one_after_the_other_keep_their_samples() -> None:
    twice = CHEMSTATION + CHEMSTATION.replace("TEA-7", "TEA-8")
    assert [r.sample_id for r in read(twice.encode()).readings] == ["TEA-7"] * 3 + ["TEA-8"] * 3


def test_chemstation_in_chinese_with_signs_of_double_width() -> None:
    chinese = (CHEMSTATION.replace("Sample Name", "样品名称").replace("Acq. Operator  ", "操作者")
               .replace("    Methanol", "    甲醇").replace("RetTime  Type", "保留时间 类型")
               .replace("Amount   Grp   Name\n [min]", "含量     Grp   名称\n [min]"))
    parsed = read(chinese.encode("gb18030"))
    assert parsed.encoding == "gb18030"
    assert says(parsed)[0] == ("TEA-7", "甲醇", "53.12000", "mg/l", "MF", "sample")


def test_the_printed_quantitation_report_says_the_same_kind_of_thing() -> None:
    parsed = read(MSD_PRINTED.encode())
    assert (parsed.adapter, says(parsed)) == ("agilent_chemstation_msd", MSD_PRINTED_SAYS)


def test_masshunter_compound_tables_have_their_samples_across() -> None:
    table = ("Compound Method,,Sample,,Compound Results,,Qualifier 1 Results,Sample,,Compound Results,\n"
             "Name,Transition,Data File,Type,RT,Area,Area,Data File,Type,RT,Area\n"
             "Diuron,233 -> 72,TEA-7.d,Sample,4.1,1200,300,c3.d,Cal,4.1,5000\n"
             "Linuron,249 -> 160,,,,,,,,5.0,70\n")
    parsed = read(table.encode())
    assert says(parsed) == [("TEA-7", "Diuron", "1200", "", "", "sample"), ("c3", "Diuron", "5000", "", "", "standard"),
                            ("c3", "Linuron", "70", "", "", "standard")]
    assert skipped(parsed) == {"EMPTY_CELL": 1}


def test_text_formats_read_the_same_from_a_workbook() -> None:
    for text, wanted in ((LABSOLUTIONS_ASCII, LABSOLUTIONS_ASCII_SAYS), (TARGETLYNX, TARGETLYNX_SAYS),
                         (SCIEX, SCIEX_SAYS)):
        rows = [[cell or None for cell in line.split("\t")] for line in text.splitlines()]
        assert says(read(workbook(rows))) == wanted


def test_a_sheet_without_blocks_beside_one_with_them_is_left_alone() -> None:
    for text, wanted in ((LABSOLUTIONS_ASCII, LABSOLUTIONS_ASCII_SAYS), (TARGETLYNX, TARGETLYNX_SAYS)):
        book = openpyxl.Workbook()
        book.active["A1"] = "Notes"
        sheet = book.create_sheet("Export")
        for line in text.splitlines():
            sheet.append([cell or None for cell in line.split("\t")])
        stream = io.BytesIO()
        book.save(stream)
        assert says(read(stream.getvalue())) == wanted

"""Hand-written files of the five formats, small enough to read, with what they must say."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable
from pathlib import Path

import openpyxl

from instruments.reading import Parsed

ICPMS_ROWS: list[list[object]] = [
    ["Sample", None, None, None, None, None, "75  As  [ He Gas ] ", None, "208  Pb  [ No Gas ] ", None,
     "103  Rh ( ISTD )  [ He Gas ] "],
    ["", "Rjct", "Data File", "Type", "Sample Name", "Total Dil.", "Conc. [ ug/l ]", "Meas. Conc. [ ug/l ]",
     "Conc. [ ug/l ]", "Meas. Conc. [ ug/l ]", "CPS"],
    [None, False, "001.d", "CalBlk", "Blank", 1, 0, 0, "<0.000", "<0.000", 1000.5],
    [None, False, "002.d", "CalStd", "Std 10", 1, 10.25, 10.25, 9.5, 9.5, 1001],
    [None, False, "003.d", "Sample", "TEA-7", 50, 12.5, 0.25, None, None, 999],
    [None, True, "004.d", "DUP", "TEA-7", 50, 12.75, 0.255, "OR", "OR", 998],
]
ICPMS_SAYS = [
    ("Blank", "75 As [ He Gas ]", "0", "ug/l", "", "blank"),
    ("Blank", "208 Pb [ No Gas ]", "<0.000", "ug/l", "", "blank"),
    ("Std 10", "75 As [ He Gas ]", "10.25", "ug/l", "", "standard"),
    ("Std 10", "208 Pb [ No Gas ]", "9.5", "ug/l", "", "standard"),
    ("TEA-7", "75 As [ He Gas ]", "12.5", "ug/l", "", "sample"),
    ("TEA-7", "75 As [ He Gas ]", "12.75", "ug/l", "Rjct", "duplicate"),
    ("TEA-7", "208 Pb [ No Gas ]", "OR", "ug/l", "Rjct", "duplicate"),
]

MASSHUNTER = """\
Sample,,,,,,Diuron Results,,,Qualifier (233.0 -> 46.0) Results,,Diuron-d6 (ISTD) Results,
,,Name,Data File,Type,Level,RT,Area,Final Conc.,RT,Area,RT,Area
,,S-1,s1.d,Sample,,4.1,1200,0.104,4.1,300,4.0,9000
!,!,S-2,s2.d,Sample,,4.2,,,4.2,1,4.0,9100
,,Mid,c3.d,Cal,3,4.1,5000,0.5000,4.1,1200,4.0,9050
!,,QC-1,q1.d,QC,,4.1,5100,ND,4.1,1210,4.0,9060
"""
MASSHUNTER_SAYS = [
    ("S-1", "Diuron", "0.104", "", "", "sample"),
    ("Mid", "Diuron", "0.5000", "", "", "standard"),
    ("QC-1", "Diuron", "ND", "", "!", "qc"),
]

LABSOLUTIONS = "\n".join(
    line
    for number, (name, first, second) in enumerate(
        [("Aflatoxin B1", "0.120", "-----"), ("Aflatoxin G2", "0.000", "1.50")], start=1)
    for line in (
        f"ID#\t{number}",
        f"Name\t{name}",
        "\tData Filename\tSample Name\tSample ID\tSample Type\tRet. Time\tArea\tConc.\tMark\tVial#",
        f"1\trun_001.lcd\tNuts\t1-16-001\tUnknown\t3.5\t6031\t{first}\tM\t104",
        f"2\trun_002.lcd\tPalm oil\t10/11/18\tUnknown\t-----\t-----\t{second}\t\t105",
        "3\trun_003.lcd\tQC\tQC\tUnknown(QA/QC)\t3.5\t6000\t0.1\t\t103",
        "\tAverage\t\t\t\t3.5\t6015\t0.11\t\t",
        "\t%RSD\t\t\t\t0.1\t0.3\t9.0\t\t",
        "",
    )
) + "\n"
LABSOLUTIONS_SAYS = [
    ("1-16-001", "Aflatoxin B1", "0.120", "", "M", "sample"),
    ("Palm oil", "Aflatoxin B1", "-----", "", "", "sample"),
    ("QC", "Aflatoxin B1", "0.1", "", "", "qc"),
    ("1-16-001", "Aflatoxin G2", "0.000", "", "M", "sample"),
    ("Palm oil", "Aflatoxin G2", "1.50", "", "", "sample"),
    ("QC", "Aflatoxin G2", "0.1", "", "", "qc"),
]

VISIONLITE = """\
Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error
TEA-7,10,0.02505,2.23503296,
TEA-8,1,3.9,,Out of range
TEA-9,1,-0.001,-0.0900,below
"""
VISIONLITE_SAYS = [
    ("TEA-7", "Concentration", "2.23503296", "mg/L", "", "sample"),
    ("TEA-9", "Concentration", "-0.0900", "mg/L", "below", "sample"),
]

TWO_DIMENSIONAL = """\
,Mg,Ca [mg/kg],end
R-1,2.50,-----,
R-2,ND,<0.1,
R-3,,0,
end,,,
"""
TWO_DIMENSIONAL_SAYS = [
    ("R-1", "Mg", "2.50", "", "", "sample"),
    ("R-1", "Ca [mg/kg]", "-----", "", "", "sample"),
    ("R-2", "Mg", "ND", "", "", "sample"),
    ("R-2", "Ca [mg/kg]", "<0.1", "", "", "sample"),
    ("R-3", "Ca [mg/kg]", "0", "", "", "sample"),
]


def workbook(rows: Iterable[Iterable[object]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def comma_separated(rows: Iterable[Iterable[object]]) -> bytes:
    lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "".join(line + "\r\n" for line in lines).encode()


def says(parsed: Parsed) -> list[tuple[str, str, str, str, str, str]]:
    return [(r.sample_id, r.analyte, r.value, r.unit, r.flag, r.role) for r in parsed.readings]


def doubtful_lines(parsed: Parsed) -> set[int]:
    """Lines whose last value may have been cut, as the notices say."""
    return {notice.params["line"] for notice in parsed.notices if notice.code == "LAST_LINE_WITHOUT_END"}


EXAMPLES = {
    "agilent_icpms_batch": (workbook(ICPMS_ROWS), ICPMS_SAYS),
    "agilent_masshunter_quant": (MASSHUNTER.encode(), MASSHUNTER_SAYS),
    "shimadzu_labsolutions_quant": (LABSOLUTIONS.encode(), LABSOLUTIONS_SAYS),
    "thermo_visionlite": (VISIONLITE.encode(), VISIONLITE_SAYS),
    "lab_two_dimensional": (TWO_DIMENSIONAL.encode(), TWO_DIMENSIONAL_SAYS),
}
# Every module beside this one that is called examples_<room> adds its own.
for _module in sorted(Path(__file__).parent.glob("examples_*.py")):
    EXAMPLES |= importlib.import_module(f"{__package__}.{_module.stem}").EXAMPLES

"""What is peculiar to each format of the element spectrometers: its units, its other shapes, what it refuses."""

from __future__ import annotations

import io
import random

import openpyxl
import pytest

from instruments.errors import FileRefused
from instruments.reading import Parsed
from instruments.registry import read
from tests.instruments.examples import says, workbook
from tests.instruments.examples_elements import (
    ICPE,
    ICPE_SAYS,
    QTEGRA,
    QTEGRA_SAYS,
    SYNGISTIX,
    SYNGISTIX_SAYS,
    VARIAN,
    VARIAN_SAYS,
    WINLAB,
    WINLAB_SAYS,
)


def refusal_of(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return refused.value


def notices(parsed: Parsed) -> set[str]:
    return {notice.code for notice in parsed.notices}


def shuffled(text: str, delimiter: str = ",", seed: int = 3) -> bytes:
    rows = [line.split(delimiter) for line in text.splitlines()]
    order = random.Random(seed).sample(range(len(rows[0])), len(rows[0]))
    return "".join(delimiter.join(row[place] for place in order) + "\n" for row in rows).encode()


def book_of(sheets: dict[str, str]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        sheet = book.create_sheet(title)
        for line in text.splitlines():
            sheet.append([cell or None for cell in line.split(",")])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("text", "wanted"), [(WINLAB, WINLAB_SAYS), (QTEGRA, QTEGRA_SAYS)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_columns_in_any_order_say_the_same(text: str, wanted: object, seed: int) -> None:
    assert sorted(says(read(shuffled(text, seed=seed)))) == sorted(wanted)  # type: ignore[call-overload]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_syngistix_says_the_same_with_its_columns_in_any_order(seed: int) -> None:
    assert sorted(says(read(shuffled(SYNGISTIX, seed=seed)))) == sorted(SYNGISTIX_SAYS)


def test_icpe_rows_whose_columns_were_moved_are_refused() -> None:
    for seed in range(12):
        with pytest.raises(FileRefused):
            read(shuffled(ICPE, "\t", seed))


def test_one_spoiled_icpe_cell_leaves_the_other_rows() -> None:
    for spoilt in ("22.9", "193.759", "ppb"):
        parsed = read(ICPE.replace(spoilt, "#?", 1).encode())
        assert len(parsed.readings) == len(ICPE_SAYS)


def test_icpe_calibration_rows_have_no_mean_and_are_no_readings() -> None:
    parsed = read(ICPE.encode())
    assert dict(parsed.skipped) == {"EMPTY_CELL": 1}
    assert parsed.readings[0].extra["replicates"] == "22.5 23.4"


def test_varian_units_that_were_moved_apart_are_not_guessed() -> None:
    rows = [line.split(",") for line in VARIAN.splitlines()]
    moved = [[row[i] for i in (5, 7, 0, 1, 2, 3, 4, 6, 8, 9)] for row in rows]
    assert refusal_of("".join(",".join(row) + "\n" for row in moved).encode()).code == "CORRUPT_HEADER"
    alike = "".join(",".join(row) + "\n" for row in moved).replace("mg/kg", "mg/L")
    assert [(r.value, r.unit) for r in read(alike.encode()).readings] == [
        (row[2], "mg/L") for row in VARIAN_SAYS]


def test_varian_without_corrected_concentrations_says_that_no_dilution_is_in_them() -> None:
    rows = [line.split(",") for line in VARIAN.splitlines()]
    parsed = read("".join(",".join(row[:6] + row[8:]) + "\n" for row in rows).encode())
    assert [r.value for r in parsed.readings] == ["0", "-0.01", "-", "0.51"]
    assert {r.extra["dilution_applied"] for r in parsed.readings} == {"no"}
    assert "DILUTION_NOT_APPLIED" in notices(parsed)


def test_varian_replicates_may_run_beyond_the_header_of_a_workbook() -> None:
    rows: list[list[object]] = [[*line.split(","), *(["Replicates"] if not number else ["40.1", None, "39.9"])]
                                for number, line in enumerate(VARIAN.splitlines())]
    assert says(read(workbook(rows))) == VARIAN_SAYS


def test_syngistix_reads_the_sheet_of_concentrations_alone() -> None:
    intensities = SYNGISTIX.replace("ug/L", "cps")
    book = book_of({"Raw Intensities": intensities, "Concentrations": SYNGISTIX,
                    "Unfactored Concentrations": SYNGISTIX.replace("0.111", "9.999")})
    parsed = read(book)
    assert says(parsed) == SYNGISTIX_SAYS
    assert {r.source.sheet for r in parsed.readings} == {"Concentrations"}
    refused = refusal_of(intensities.encode())
    assert (refused.code, refused.params["because"]) == ("NO_RESULTS", "ONLY_INTENSITIES")


def test_syngistix_does_not_choose_between_sheets_that_are_called_otherwise() -> None:
    book = book_of({"Sheet1": SYNGISTIX, "Sheet2": SYNGISTIX})
    assert refusal_of(book).code == "CORRUPT_HEADER"


def test_winlab_prefers_the_concentration_in_the_sample() -> None:
    assert {r.extra["dilution_applied"] for r in read(WINLAB.encode()).readings} == {"yes"}
    only_solution = WINLAB.replace("Reported Conc (Samp)", "Remark").replace("Sample Units", "Units (Calib)")
    parsed = read(only_solution.encode())
    assert [r.value for r in parsed.readings] == ["0.0496", "0.0001"]
    assert "DILUTION_NOT_APPLIED" in notices(parsed)


@pytest.mark.parametrize("text", [
    # Analytes over the kinds of number, two lines deep.
    ",,75As (KED),,208Pb (KED),\nLabel,Sample Type,Concentration average [ppb],Concentration RSD,"
    "Concentration average [ppb],Concentration RSD\nTEA-7,UNKNOWN,0.111,2.1,<LOD,\nCCV 1,QC,9.95,1,10.1,1\n",
    # One line, the kind of number behind the analyte.
    "Label,Sample Type,75As (KED) Concentration average [ppb],208Pb (KED) Concentration average [ppb]\n"
    "TEA-7,UNKNOWN,0.111,<LOD\nCCV 1,QC,9.95,10.1\n",
    # One line, only the unit behind the analyte.
    "Label,Sample Type,75As (KED) [ppb],208Pb (KED) [ppb]\nTEA-7,UNKNOWN,0.111,<LOD\nCCV 1,QC,9.95,10.1\n",
])
def test_qtegra_tables_of_three_shapes_say_the_same(text: str) -> None:
    assert says(read(text.encode())) == QTEGRA_SAYS


def test_qtegra_optical_lines_are_analytes_too() -> None:
    text = "Sample Name,Sample Type,Fe 259.940 {131} (Axial) [mg/L]\nTEA-7,Unknown,0.5\n"
    assert says(read(text.encode())) == [("TEA-7", "Fe 259.940 {131} (Axial)", "0.5", "mg/L", "", "sample")]


def test_qtegra_intensities_are_no_results() -> None:
    text = "Label,Sample Type,75As (KED) [cps]\nTEA-7,UNKNOWN,1200\n"
    refused = refusal_of(text.encode())
    assert (refused.code, refused.params["because"]) == ("NO_RESULTS", "NO_RESULT_COLUMN")

"""Files made to harm: bombs, entities, macros, nested and damaged containers, endless cells."""

from __future__ import annotations

import io
import zipfile

import pytest

from instruments.errors import FileRefused
from instruments.registry import read
from instruments.tools import grid
from tests.instruments.examples import ICPMS_ROWS, workbook


def code_of(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(data)
    return refused.value.code


def with_member(name: str, content: bytes) -> bytes:
    """The ICP-MS example with one member added or replaced."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(workbook(ICPMS_ROWS)))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        target.writestr(name, content)
    return stream.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    assert code_of(with_member("xl/media/zeros.bin", bytes(8 * 1024 * 1024))) == "TOO_LARGE"


def test_a_container_of_very_many_members_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for number in range(1_001):
            target.writestr(f"xl/{number}.bin", b"")
    assert code_of(stream.getvalue()) == "TOO_LARGE"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(encoding: str) -> None:
    xml = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst><si><t>&e;</t></si></sst>'
    assert code_of(with_member("xl/sharedStrings.xml", xml.encode(encoding))) == "XML_DECLARES_ENTITIES"


def test_a_workbook_with_macros_is_refused() -> None:
    assert code_of(with_member("xl/vbaProject.bin", b"macro")) == "MACROS"


def test_a_container_in_a_container_is_refused() -> None:
    assert code_of(with_member("xl/embeddings/inner.xlsx", b"PK")) == "NESTED_CONTAINER"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("../../readme.txt", "hello")
    assert code_of(stream.getvalue()) == "NOT_A_WORKBOOK"


def test_a_workbook_cut_anywhere_is_refused() -> None:
    data = workbook(ICPMS_ROWS)
    for cut in range(4, len(data), 97):
        assert code_of(data[:cut]) == "CORRUPT_WORKBOOK"


def test_an_old_workbook_of_noise_is_refused() -> None:
    noise = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8
    assert code_of(noise) == "CORRUPT_WORKBOOK"


def test_a_workbook_that_claims_a_million_rows_is_refused() -> None:
    xml = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
           '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>')
    assert code_of(with_member("xl/worksheets/sheet1.xml", xml.encode())) == "TOO_LARGE"


def test_an_endless_cell_and_an_endless_row_are_refused() -> None:
    assert code_of(b"a,b\n" + b"x" * (grid.MAX_CELL + 1) + b",2\n") == "TOO_LARGE"
    assert code_of(b"a" + b",b" * grid.MAX_COLUMNS + b"\n") == "TOO_LARGE"


def test_a_formula_in_text_is_only_text() -> None:
    data = (b"Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error\n"
            b"=cmd|' /C calc'!A0,1,0.1,2.0,\n")
    assert read(data).readings[0].sample_id == "=cmd|' /C calc'!A0"

"""From bytes to cells: encodings, line ends, delimiters, quoting, and workbooks."""

from __future__ import annotations

import io

import openpyxl
import pytest

from instruments.errors import FileRefused
from instruments.source import view_of
from tests.instruments.examples import workbook


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in view_of(data).sheets[0].rows]


def code_of(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        view_of(data)
    return refused.value.code


@pytest.mark.parametrize(("data", "encoding"), [
    ("a,µ\n1,2\n".encode(), "utf-8"),
    ("a,µ\n1,2\n".encode("utf-8-sig"), "utf-8"),
    ("a,µ\n1,2\n".encode("utf-16"), "utf-16"),
    (b"\xfe\xff" + "a,µ\n1,2\n".encode("utf-16-be"), "utf-16"),
    ("a,µ\n1,2\n".encode("cp1252"), "cp1252"),
    ("a,µ\n1,2\n".encode("gb18030"), "gb18030"),
])
def test_the_encoding_is_found_in_the_bytes(data: bytes, encoding: str) -> None:
    view = view_of(data)
    assert view.encoding == encoding
    assert cells(data) == [("a", "µ"), ("1", "2")]


@pytest.mark.parametrize("word", ["Größe", "Bösiger", "créée", "µg/L", "5 °C ± 1"])
def test_western_accents_are_not_taken_for_chinese(word: str) -> None:
    assert cells(f"x,{word}\n1,2\n".encode("cp1252"))[0] == ("x", word)


@pytest.mark.parametrize("word", ["铅", "未检出", "浓度(mg/kg)", "样品编号A1", "℃"])
def test_chinese_is_not_taken_for_western_accents(word: str) -> None:
    assert cells(f"x,{word}\n1,2\n".encode("gb18030"))[0] == ("x", word)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
def test_lines_are_counted_as_a_reader_sees_them(end: str) -> None:
    rows = view_of(f"a,b{end}{end}1,2{end}".encode()).sheets[0].rows
    assert [(row.line, row.cells) for row in rows] == [(1, ("a", "b")), (3, ("1", "2"))]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', 'sep = ";"', "SEP=;"])
def test_a_declared_separator_is_obeyed_and_keeps_its_line(first: str) -> None:
    rows = view_of(f"{first}\na;b,c\n1;2,5\n".encode()).sheets[0].rows
    assert [(row.line, row.cells) for row in rows] == [(2, ("a", "b,c")), (3, ("1", "2,5"))]


@pytest.mark.parametrize(("text", "first"), [
    ("a;b;c\n1,5;2,5;3,5\n1,6;2,6;3,6\n", ("a", "b", "c")),
    ("a\tb\n\"1,334\"\t2\n", ("a", "b")),
    ("a,b,c\n1;2,3,4\n", ("a", "b", "c")),
    ("a|b\n1|2\n", ("a", "b")),
])
def test_the_delimiter_is_found_by_evidence(text: str, first: tuple[str, ...]) -> None:
    assert cells(text.encode())[0] == first


def test_a_stray_quotation_mark_never_swallows_lines() -> None:
    assert code_of(b'a,b\n1,"2\n3,4\n5,6\n') == "BROKEN_QUOTES"
    assert code_of(b'a,b\n1,"2\n3,4\n5,6"\n') == "BROKEN_QUOTES"


@pytest.mark.parametrize(("data", "code"), [
    (b"", "EMPTY_FILE"), (b" \r\n ", "EMPTY_FILE"), (b"a,b\x00\n1,2\n", "NOT_TEXT"),
    (b"\xff\xfea\x00b", "NOT_TEXT"), (b"\xef\xbb\xbfa,\xff\n", "NOT_TEXT"), (bytes(range(256)), "NOT_TEXT"),
])
def test_what_is_not_text_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_workbook_is_told_by_its_bytes_and_numbers_keep_their_stored_digits() -> None:
    view = view_of(workbook([["x", 0.1, 2, 1e-7, True, None]]))
    assert view.encoding == "xlsx"
    assert view.sheets[0].rows[0].cells == ("x", "0.1", "2", "1e-07", "True")


def test_a_percent_cell_says_what_the_sheet_shows() -> None:
    book = openpyxl.Workbook()
    book.active.append([0.0027, 0.5, 0.125])
    for cell, shape in zip(book.active[1], ("0.00%", "0%", "0.0%"), strict=True):
        cell.number_format = shape
    stream = io.BytesIO()
    book.save(stream)
    assert view_of(stream.getvalue()).sheets[0].rows[0].cells == ("0.27%", "50%", "12.5%")


def test_a_formula_nobody_has_calculated_refuses_the_workbook() -> None:
    assert code_of(workbook([["x", "=1+1"]])) == "FORMULA_WITHOUT_VALUE"

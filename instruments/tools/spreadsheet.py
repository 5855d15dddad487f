"""Workbooks into sheets of printed cells; the one room of the instruments where numbers are binary floats.

A stored number becomes the shortest text that names it; a cell formatted as a percentage becomes what the
reader of the sheet sees. Nothing is executed, no external link is followed.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import python_calamine

from instruments.errors import FileRefused, too_large
from instruments.tools.grid import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Row, Sheet
from instruments.tools.zip_limits import inspect_zip

_PERCENT_FORMAT = re.compile(r"0(?:\.(?P<places>0+))?%")
_FORMULA = re.compile(rb"<(?:x:)?f[ >/]")
MAX_CELLS = 5_000_000
Notices = tuple[tuple[str, str], ...]


def sheets_of_xlsx(data: bytes) -> tuple[tuple[Sheet, ...], Notices]:
    """Values as stored. Formulas give their stored result; one without a stored result refuses the file."""
    members = inspect_zip(data)
    if not any(name.lower().startswith("xl/") for name in members):
        raise FileRefused("NOT_A_WORKBOOK")
    if any(name.lower().endswith("vbaproject.bin") for name in members):
        raise FileRefused("MACROS")
    sheets = _openpyxl_sheets(data, values=True)
    if not _has_formulas(data, members):
        return sheets, ()
    _refuse_formulas_without_value(sheets, _openpyxl_sheets(data, values=False))
    return sheets, (("FORMULA_CELLS_READ_AS_STORED", ""),)


def sheets_of_xls(data: bytes) -> tuple[Sheet, ...]:
    """Binary workbooks of the older kind, values only: macros and formulas are not seen at all."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return tuple(_old_sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
                     for name in book.sheet_names)
    except FileRefused:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the reading library does not derive from Exception
        raise FileRefused("CORRUPT_WORKBOOK", kind="xls") from error


def _openpyxl_sheets(data: bytes, values: bool) -> tuple[Sheet, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values,
                                          keep_links=False)
            try:
                return tuple(Sheet(sheet.title, tuple(_rows(sheet))) for sheet in book.worksheets)
            finally:
                book.close()
    except FileRefused:
        raise
    except Exception as error:  # a damaged workbook breaks the library in many ways; all mean the same
        raise FileRefused("CORRUPT_WORKBOOK", kind="xlsx") from error


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file claims about its size is not believed
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > MAX_ROWS:
            raise too_large("rows", number, MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise too_large("columns", len(row), MAX_COLUMNS)
        cells += len(row)
        if cells > MAX_CELLS:
            raise too_large("cells", cells, MAX_CELLS)
        texts = tuple(printed(cell.value, getattr(cell, "number_format", "") or "") for cell in row)
        if any(texts):
            yield Row(number, texts)


def _old_sheet(name: str, rows: list[list[Any]]) -> Sheet:
    if len(rows) > MAX_ROWS:
        raise too_large("rows", len(rows), MAX_ROWS)
    if rows and len(rows[0]) > MAX_COLUMNS:
        raise too_large("columns", len(rows[0]), MAX_COLUMNS)
    texts = (Row(number, tuple(printed(value, "") for value in row))
             for number, row in enumerate(rows, start=1))
    return Sheet(name, tuple(row for row in texts if not row.blank))


def printed(value: Any, number_format: str) -> str:
    """The text of a stored cell: numbers by their shortest name, percentages as the sheet shows them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return _printed_number(value, number_format)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    text = str(value).strip()
    if len(text) > MAX_CELL:
        raise too_large("characters in a cell", len(text), MAX_CELL)
    return text


def _printed_number(value: int | float, number_format: str) -> str:
    percent = _PERCENT_FORMAT.search(number_format)
    if percent is None:
        # The older workbooks store every number as binary: a whole one is shown without a fraction.
        whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else str(value)
    places = Decimal(1).scaleb(-len(percent["places"] or ""))
    shown = (Decimal(repr(value)) * 100).quantize(places, rounding=ROUND_HALF_UP)
    return f"{shown}%"


def _has_formulas(data: bytes, members: tuple[str, ...]) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(_FORMULA.search(archive.read(name)) for name in members
                   if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml"))


def _refuse_formulas_without_value(values: tuple[Sheet, ...], formulas: tuple[Sheet, ...]) -> None:
    known = {(sheet.name, row.line): row for sheet in values for row in sheet.rows}
    for sheet in formulas:
        for row in sheet.rows:
            for index, text in enumerate(row.cells):
                stored = known.get((sheet.name, row.line))
                if text.startswith("=") and (stored is None or not stored.at(index)):
                    raise FileRefused("FORMULA_WITHOUT_VALUE", sheet=sheet.name, line=row.line,
                                      column=index + 1)

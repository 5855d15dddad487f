"""The cells of a table as it stands in a file: CSV, the same under gzip, or the first sheet of a workbook.

It knows nothing of limits.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Sequence
from io import StringIO

from lims.domain.rules.errors import BadInput

LARGEST = 256 * 1024 * 1024
"""Bytes that a packed table may unpack to."""
Line = tuple[int, Sequence[str]]
"""A row with its number as a spreadsheet counts it, the first being 1."""


def lines_of(raw: bytes, encoding: str, delimiter: str) -> Iterator[Line]:
    """Raises BadInput for what is no table."""
    if raw[:4] == b"PK\x03\x04":
        return _workbook(raw)
    return _text(_unpacked(raw) if raw[:2] == b"\x1f\x8b" else raw, encoding, delimiter)


def _unpacked(raw: bytes) -> bytes:
    packed = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = packed.decompress(raw, LARGEST)
    except zlib.error:
        raise BadInput("TABLE_NOT_READABLE", field="file") from None
    if not packed.eof:
        raise BadInput("TABLE_NOT_READABLE", field="file")
    return text


def _text(raw: bytes, encoding: str, delimiter: str) -> Iterator[Line]:
    try:
        text = raw.decode(encoding)
        yield from enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), 1)
    except (UnicodeDecodeError, LookupError):
        raise BadInput("ENCODING_OTHER", field="encoding", value=encoding) from None
    except csv.Error:
        raise BadInput("TABLE_NOT_READABLE", field="file") from None


def _workbook(raw: bytes) -> Iterator[Line]:
    """The first sheet; a date without a time of day is a date."""
    from instruments.tools.spreadsheet import sheets_of_xlsx  # brings the spreadsheet library, which few need

    sheets, _ = sheets_of_xlsx(raw)
    for row in sheets[0].rows if sheets else ():
        yield row.line, tuple(cell.removesuffix(" 00:00:00") for cell in row.cells)

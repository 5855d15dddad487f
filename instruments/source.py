"""The stored bytes of an instrument file, seen as sheets of printed cells.

It trusts bytes, not names: what starts like a zip or an OLE container is opened as a workbook, everything
else must decode strictly as text. It knows no instrument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import FileRefused, too_large
from instruments.tools.decoding import decode
from instruments.tools.delimited import sheet_of_text
from instruments.tools.grid import Sheet

MAX_BYTES = 50 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Markup, framed messages, messages that open with a header record, and reports of nested sections.
_NO_TABLE = re.compile(r"""\s*(?:<(?:[?!]|[A-Za-z][\w:.-]*[\s/>])
                              |[\x02\x04-\x06\x0b\x15\x1e]
                              |[0-7]?H([^\w\s",;])(?!\1)[^\w\s",;]{2,4}(?:\1|\n)
                              |\$S\ )""", re.VERBOSE)


@dataclass(frozen=True)
class FileView:
    """``encoding`` names the text encoding found, or the container (``xlsx``, ``xls``) of a workbook.

    ``text`` is the whole decoded text with plain newlines, empty for a workbook. A text that is no table at
    all (markup, framed messages) has no sheets.
    """

    encoding: str
    sheets: tuple[Sheet, ...]
    notices: tuple[tuple[str, str], ...] = ()
    text: str = ""


def view_of(data: bytes) -> FileView:
    """Open the bytes; raises FileRefused when they are too many, damaged, hostile or neither kind."""
    if len(data) > MAX_BYTES:
        raise too_large("bytes", len(data), MAX_BYTES)
    if not data.strip():
        raise FileRefused("EMPTY_FILE")
    if data.startswith(_ZIP):
        from instruments.tools.spreadsheet import sheets_of_xlsx

        sheets, notices = sheets_of_xlsx(data)
        return FileView("xlsx", sheets, notices)
    if data.startswith(_OLE):
        from instruments.tools.spreadsheet import sheets_of_xls

        return FileView("xls", sheets_of_xls(data))
    text, encoding, notices = decode(data)
    sheets = () if _NO_TABLE.match(text) else (sheet_of_text(text),)
    return FileView(encoding, sheets, notices, text)

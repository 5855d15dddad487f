"""From bytes to text: strictly, over a fixed list of encodings, decided by evidence in the bytes.

GB18030 accepts almost any Western text by swallowing the letter after each accented one, so it is
believed only where its multi-byte signs look like Chinese and not like accented letters between ASCII.
"""

from __future__ import annotations

import codecs
import re

from instruments.errors import FileRefused

_FOUR = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_RUN = re.compile(rb"(?P<before>[A-Za-z]?)(?P<run>[\x80-\xff]+)(?=(?P<after>[A-Za-z]?))")
_C1 = re.compile("[\x80-\x9f]")
Decoded = tuple[str, str, tuple[tuple[str, str], ...]]


def decode(data: bytes) -> Decoded:
    """(text with plain newlines, encoding, notices). The whole file is decoded, never only its head."""
    text, encoding = _decode(data)
    if "\x00" in text:
        raise FileRefused("NOT_TEXT", because="NUL")
    notices = () if encoding in ("utf-8", "utf-16") else (("ENCODING_BY_EVIDENCE", encoding),)
    return plain_newlines(text), encoding, notices


def plain_newlines(text: str) -> str:
    """CR, CR LF and CR CR LF all end one line."""
    if "\r\r" in text:
        return re.sub(r"\r{1,2}\n|\r", "\n", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _decode(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16"), "utf-16"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is not None and not (_implausible(text) and _looks_chinese(data)):
        return text, "utf-8"
    if data.startswith(codecs.BOM_UTF8):
        raise FileRefused("NOT_TEXT", because="BROKEN_UTF_8")
    for encoding in ("gb18030", "cp1252", "latin-1"):
        if encoding == "gb18030" and not _looks_chinese(data):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "latin-1" and _C1.search(text):
            continue
        return text, encoding
    raise FileRefused("NOT_TEXT", because="NO_ENCODING_FITS")


def _implausible(text: str) -> bool:
    """Is every sign beyond ASCII a rare Latin letter or loose accent? Lone Chinese signs look like those."""
    if text.isascii():
        return False
    beyond = [sign for sign in text if sign > "\x7f"]
    return bool(beyond) and all("\u0180" <= sign <= "\u036f" for sign in beyond)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("NOT_TEXT", because="BROKEN_" + encoding.upper().replace("-", "_")) from error


def _looks_chinese(data: bytes) -> bool:
    """Do seven in ten of the high bytes stand as the signs of GB18030 do?

    Fours have digits in second and fourth place. Other signs are even runs; a run of just two between
    letters is a word like "Größe" with two accented letters side by side, unless its first byte is a sign
    that is no letter in the Western sets (the accented letters of GB18030 itself begin so).
    """
    fours = len(_FOUR.findall(data)) * 2
    chinese = western = 0
    for found in _RUN.finditer(_FOUR.sub(b" ", data)):
        length = len(found["run"])
        inside_a_word = length == 2 and found["before"] and found["after"] and found["run"][0] > 0xA9
        if length % 2 or inside_a_word or min(found["run"]) < 0xA1:
            western += length
        else:
            chinese += length
    return (fours + chinese) * 10 >= (fours + chinese + western) * 7

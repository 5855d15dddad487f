"""From a captured ASTM E1381 stream to the records it carries, each with the line it began in.

It checks what the link layer promises (frame numbers, checksums, an end to every frame) and forgives what
captures lack: frames, checksums, the signs of the session. It knows no record but by its first letter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from instruments.errors import FileRefused, cut_short, too_large
from instruments.tools.grid import MAX_ROWS

STX, ETX, EOT, ENQ, ACK, NAK, ETB = "\x02", "\x03", "\x04", "\x05", "\x06", "\x15", "\x17"
_FRAME = re.compile(r"\x02(?P<body>[^\x02\x03\x17]*)(?P<end>[\x03\x17])(?P<sum>[0-9A-Fa-f]{2}(?![\w|]))?")
_WRITTEN_OUT = {"<STX>": STX, "<ETX>": ETX, "<EOT>": EOT, "<ENQ>": ENQ, "<ACK>": ACK, "<NAK>": NAK, "<ETB>": ETB,
                "<CR>": "\n", "<LF>": ""}
_SESSION = re.compile(r"[\x03\x04\x05\x06\x15\x17]")
_ENCODINGS = ("utf-8", "cp1252", "latin-1", "gb18030")


@dataclass(frozen=True)
class Record:
    line: int
    text: str


@dataclass(frozen=True)
class Capture:
    records: tuple[Record, ...]
    notices: tuple[str, ...]


def records_of(text: str) -> Capture:
    """The records of a capture with plain newlines.

    Raises FileRefused: BAD_CHECKSUM, FRAME_LOST, BROKEN_MESSAGE or CUT_SHORT.
    """
    text = _as_sent(text)
    capture = _framed(text) if STX in text else _unframed(text)
    if len(capture.records) > MAX_ROWS:
        raise too_large("rows", len(capture.records), MAX_ROWS)
    return capture


def checksum(body: bytes) -> str:
    """Two hexadecimal digits over everything after STX up to and with ETX or ETB (E1381, 6.3.3)."""
    return f"{sum(body) % 256:02X}"


def _as_sent(text: str) -> str:
    """Logs often write the control signs out as words; those are turned back."""
    if "<STX>" in text or "<ENQ>" in text:
        text = re.sub(r"(<CR>)(<LF>)?\n|(<LF>)\n", "\n", text)
        for word, sign in _WRITTEN_OUT.items():
            text = text.replace(word, sign)
    return text


def _unframed(text: str) -> Capture:
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        plain = _SESSION.sub("", line).strip()
        if plain:
            records.append(Record(number, re.sub(r"^[0-7](?=[A-Z]\W)", "", plain)))
    return Capture(tuple(records), ("NOT_FRAMED",))


def _framed(text: str) -> Capture:
    joined: list[str] = []
    places: list[tuple[int, int]] = []
    length, end, expected, previous = 0, 0, None, ""
    notices: dict[str, None] = {}
    sums = set()
    ends = line_ends(text)
    for frame in _FRAME.finditer(text):
        line = bisect_right(ends, frame.start()) + 1
        between = text[end : frame.start()]
        _refuse_strays(between, line)
        end = frame.end()
        sums.add(frame["sum"] is not None)
        if frame["sum"] and not sum_fits(frame["body"] + frame["end"], frame["sum"]):
            raise FileRefused("BAD_CHECKSUM", line=line)
        number, body = _numbered(frame["body"])
        if frame["body"] == previous and number is not None:
            notices["FRAME_SENT_TWICE"] = None
            continue
        starts_anew = ENQ in between or _starts_a_message(body)
        if number is not None and expected not in (None, number) and not starts_anew:
            raise FileRefused("FRAME_LOST", line=line)
        expected, previous = None if number is None else (number + 1) % 8, frame["body"]
        if frame["end"] == ETX and not body.endswith("\n"):
            body += "\n"
        places.append((length, frame.start("body")))
        joined.append(body)
        length += len(body)
    _refuse_strays(text[end:], bisect_right(ends, end - 1) + 1)
    if len(sums) > 1:
        raise FileRefused("BAD_CHECKSUM", line=1)
    if sums == {False}:
        notices["NO_CHECKSUMS"] = None
    return Capture(_cut_into_records("".join(joined), places, ends), tuple(notices))


def _refuse_strays(between: str, line: int) -> None:
    """A frame whose start was lost would stand between the others as plain text."""
    if STX in between:
        raise cut_short(line=line)
    if len(_SESSION.sub("", between).strip()) > 2:
        raise FileRefused("BROKEN_MESSAGE", line=line)


def _numbered(body: str) -> tuple[int | None, str]:
    return (int(body[0]), body[1:]) if body[:1].isdigit() else (None, body)


def _starts_a_message(body: str) -> bool:
    return re.match(r"H[^\w\s][^\w\s]{3}", body) is not None


def sum_fits(body: str, sent: str) -> bool:
    """The bytes are gone, so every way they may have been written is tried; for plain ASCII all are one."""
    for written in {body.replace("\n", "\r"), body.replace("\n", "\r\n"), body}:
        for encoding in _ENCODINGS:
            try:
                if checksum(written.encode(encoding)) == sent.upper():
                    return True
            except UnicodeEncodeError:
                continue
    return False


def line_ends(text: str) -> list[int]:
    """Where its lines end; the number of them before a place is the place's line, counted from 0."""
    return [found.start() for found in re.finditer("\n", text)]


def _cut_into_records(joined: str, places: list[tuple[int, int]], ends: list[int]) -> tuple[Record, ...]:
    starts = [start for start, _ in places]
    records, at = [], 0
    for piece in joined.split("\n"):
        if piece.strip():
            start, origin = places[bisect_right(starts, at) - 1]
            records.append(Record(bisect_right(ends, origin + at - start - 1) + 1, piece.strip()))
        at += len(piece) + 1
    return tuple(records)

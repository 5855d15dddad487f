"""Reads VIDAS messages: ``mtrsl`` opens a result; ``qn`` is its number, ``ql`` its verdict in words.

A message ends with a mark and its checksum, or plainly with ETX; one without either was cut. The tags may come
in any order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from instruments.errors import FileRefused, NothingToImport, cut_short
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.astm_frames import line_ends, sum_fits

RESULT = "rsl"
_MESSAGE = re.compile(r"\x02(?P<body>[^\x02\x03\x1d]*(?:\x1d(?P<sum>[0-9A-Fa-f]{2})\x03?|\x03))")
_OPENS = re.compile(r"[\s\x05]*\x02\x1e?mt[a-z]{3}\|")
_SESSION = re.compile(r"[\x03-\x06\x15]")


@dataclass(frozen=True)
class Field:
    tag: str
    text: str


def recognise(view: FileView) -> bool:
    return _OPENS.match(view.text) is not None


def parse(view: FileView, tally: Tally) -> None:
    end = 0
    results = 0
    ends = line_ends(view.text)
    for message in _MESSAGE.finditer(view.text):
        _refuse_strays(view.text[end : message.start()], bisect_right(ends, message.start()) + 1)
        end = message.end()
        body, mark, _ = message["body"].partition("\x1d")
        if not mark:
            tally.notice("NO_CHECKSUMS")
        elif not sum_fits(body + mark, message["sum"]):
            raise FileRefused("BAD_CHECKSUM", line=bisect_right(ends, message.start()) + 1)
        fields = _fields(body)
        if fields and fields[0].text == RESULT:
            results += 1
            _tell(fields, bisect_right(ends, message.start()) + 1, tally)
    _refuse_strays(view.text[end:], bisect_right(ends, end - 1) + 1)
    if not results:
        raise NothingToImport("NO_RESULT_RECORDS")


def _refuse_strays(between: str, line: int) -> None:
    if "\x02" in between:
        raise cut_short(line=line)
    if _SESSION.sub("", between).strip():
        raise FileRefused("BROKEN_MESSAGE", line=line)


def _fields(body: str) -> list[Field]:
    parts = (part.strip("\x1e\n ") for part in body.strip("\x03").split("|"))
    return [Field(part[:2], part[2:].strip()) for part in parts if part]


def _tell(fields: list[Field], line: int, tally: Tally) -> None:
    """One result a message. Where no number is sent the verdict itself is the value."""
    said: dict[str, str] = {}
    for field in fields:
        if field.tag in said and said[field.tag] != field.text:
            raise FileRefused("BROKEN_MESSAGE", line=line)
        said[field.tag] = field.text
    number, verdict = said.get("qn", ""), said.get("ql", "")
    tally.announce(1)
    tally.emit(Reading(
        sample_id=said.get("ci", "") or said.get("si", "") or said.get("pi", ""), analyte=said.get("rt", ""),
        value=number or verdict, unit=said.get("qu", ""), flag=verdict if number else "", role="sample",
        quantity="result" if number else "qualitative", source=Source("", line, "qn" if number else "ql"),
        extra={word: text for word, text in _beside(said).items() if text},
    ))


def _beside(said: dict[str, str]) -> dict[str, str]:
    when = " ".join(part for part in (said.get("td", ""), said.get("tt", "")) if part)
    return {"assay": said.get("rn", ""), "measured_at": when, "patient": said.get("pi", ""),
            "specimen": said.get("si", "")}

"""Messages of E1394: from a header record to its terminator, with the delimiters the header declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from instruments.errors import FileRefused, corrupt_header, cut_short
from instruments.tools.astm_frames import Record

_KNOWN = frozenset("HPOCRMQSL")


@dataclass(frozen=True)
class Delimiters:
    field: str
    repeat: str
    component: str
    escape: str

    def fields(self, text: str) -> list[str]:
        return text.split(self.field)

    def at(self, fields: list[str], number: int) -> str:
        """Field ``number`` as the standard counts (the record's letter is 1), as sent."""
        return fields[number - 1].strip() if number <= len(fields) else ""

    def repeats(self, text: str) -> list[str]:
        return text.split(self.repeat)

    def components(self, text: str) -> list[str]:
        return [self.plain(part) for part in text.split(self.component)] if text else []

    def plain(self, text: str) -> str:
        """The text with its escapes resolved; an escape the standard does not name stays as sent."""
        signs = {"F": self.field, "S": self.component, "R": self.repeat, "E": self.escape}
        if self.escape in text:
            mark = re.escape(self.escape)
            text = re.sub(f"{mark}([FSRE]){mark}", lambda found: signs[found[1]], text)
        return text.strip()


@dataclass(frozen=True)
class Message:
    delimiters: Delimiters
    sender: str
    quality: bool
    records: tuple[Record, ...]


def messages(records: Iterable[Record]) -> Iterator[Message]:
    """Every message, complete. CUT_SHORT where the terminator is missing, BROKEN_MESSAGE for a foreign line."""
    header: Record | None = None
    held: list[Record] = []
    for record in records:
        if header is None or record.text[:1] == "H":
            if header is not None:
                raise cut_short(line=record.line)
            delimiters = _delimiters(record)
            header, held = record, []
            continue
        kind, _, _ = record.text.partition(delimiters.field)
        if kind not in _KNOWN:
            raise FileRefused("BROKEN_MESSAGE", line=record.line)
        if kind == "L":
            yield _message(header, delimiters, held)
            header = None
            continue
        held.append(record)
    if header is not None:
        raise cut_short(line=header.line)


def _delimiters(record: Record) -> Delimiters:
    """Field 2 of the header. Some captures were written with every backslash twice; both then mean one."""
    found = re.match(r"H([^\w\s])((\\)\\|[^\w\s])([^\w\s])([^\w\s])(?=\1|$)", record.text)
    if found is None or len({found[1], found[2], found[4], found[5]}) != 4:
        raise corrupt_header(because="DELIMITERS", line=record.line)
    return Delimiters(found[1], found[2], found[4], found[5])


def _message(header: Record, delimiters: Delimiters, held: list[Record]) -> Message:
    """Field 5 of the header names the sender, its first two components maker and model; field 12 is Q for control."""
    fields = delimiters.fields(header.text)
    sender = delimiters.components(delimiters.at(fields, 5))
    return Message(delimiters, " ".join(part for part in sender[:2] if part), delimiters.at(fields, 12) == "Q",
                   tuple(held))

"""Reads the R records of E1394 messages under the O record they follow; other records give context only.

The message declares its own delimiters. The specimen may stand in any component of its field; which makers
use which is not told by the standard, so all components are kept beside the one chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.astm_e1394.message import Delimiters, Message, messages
from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.astm_frames import Record, records_of

COMPLEMENTARY = "COMPLEMENTARY_RESULT"
NOT_A_VALUE = "NOT_A_VALUE"
_HEADER = re.compile(r"\s*(?:\x02|\x05|<STX>|<ENQ>|[\x04\x06\x15\s])*[0-7]?H([^\w\s\",;])(?!\1)[^\w\s\",;]{3}")
_NUMBER = re.compile(r"^[<>≤≥]{0,2}=?\s*[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?\s*$")
_INDEX = frozenset({"-1", "0", "1"})
_CONTROL = re.compile(r"(?:CTRL|CONTROL|QC)\b")
_PICTURE = re.compile(r"\.(?:png|jpe?g|bmp|gif)$|stream/|base64", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d]")
_FIXED_WIDTH = 10
_LONGEST = 400


@dataclass(frozen=True)
class Order:
    """What the last O record said; ``specimen`` and ``other`` are its two specimen fields, whole."""

    sample: str = ""
    specimen: str = ""
    other: str = ""
    role: str = "sample"


def recognise(view: FileView) -> bool:
    return _HEADER.match(view.text) is not None


def parse(view: FileView, tally: Tally) -> None:
    capture = records_of(view.text)
    for code in capture.notices:
        tally.notice(code)
    results = 0
    for message in messages(capture.records):
        results += _tell(message, tally)
    if not results:
        raise NothingToImport("NO_RESULT_RECORDS")


def _tell(message: Message, tally: Tally) -> int:
    order, patient, results = Order(), "", 0
    for record in message.records:
        fields = message.delimiters.fields(record.text)
        if fields[0] == "P":
            patient = _patient(message.delimiters, fields)
            order = Order(patient)
        elif fields[0] == "O":
            order = _order(message, fields, patient)
        elif fields[0] == "R":
            results += 1
            tally.announce(1)
            _tell_result(message, record, fields, order, tally)
        elif fields[0] == "M":
            tally.notice("MAKERS_RECORDS_NOT_READ")
    return results


def _patient(delimiters: Delimiters, fields: list[str]) -> str:
    """The practice's or else the laboratory's number; analysers without a sample number ask for it there."""
    return delimiters.plain(delimiters.at(fields, 3)) or delimiters.plain(delimiters.at(fields, 4))


def _order(message: Message, fields: list[str], patient: str) -> Order:
    delimiters = message.delimiters
    specimen, other = (fields[number] if number < len(fields) else "" for number in (2, 3))
    sample = (_identifier(specimen.split(delimiters.component)) or _padded(other.split(delimiters.component))
              or patient or _identifier(other.split(delimiters.component)))
    kind = delimiters.at(fields, 16).upper()
    quality = (message.quality or "Q" in (delimiters.at(fields, 12), delimiters.at(fields, 11))
               or _CONTROL.match(kind) is not None)
    return Order(delimiters.plain(sample), delimiters.plain(specimen), delimiters.plain(other),
                 "qc" if quality else "sample")


def _padded(components: list[str]) -> str:
    """A component filled up with blanks to a fixed width is where the maker keeps the number people typed."""
    return next((text.strip() for text in components
                 if text.strip() and len(text) >= _FIXED_WIDTH and text != text.strip()), "")


def _identifier(components: list[str]) -> str:
    """The padded component; else the first there is, but for a bare rack or tube number before something longer."""
    there = [text.strip() for text in components if text.strip()]
    if not there:
        return ""
    longest = max(there, key=len)
    bare = len(there[0]) <= 2 and there[0].isdigit() and len(longest) > 4
    return _padded(components) or (longest if bare else there[0])


def _tell_result(message: Message, record: Record, fields: list[str], order: Order, tally: Tally) -> None:
    delimiters = message.delimiters
    test = delimiters.components(delimiters.at(fields, 3))
    if _is_complementary(test):
        tally.skip(COMPLEMENTARY)
        return
    value, marks = _value(delimiters.components(delimiters.at(fields, 4)))
    if len(value) > _LONGEST or _PICTURE.search(value):
        tally.skip(NOT_A_VALUE)
        return
    flags = [*marks, *(delimiters.plain(mark) for mark in delimiters.repeats(delimiters.at(fields, 7)))]
    tally.emit(Reading(
        sample_id=order.sample, analyte=_analyte(test), value=value,
        unit=delimiters.plain(delimiters.at(fields, 5)),
        flag=" ".join(flag for flag in flags if flag), role=order.role,
        quantity="result" if _NUMBER.match(value) else "qualitative",
        source=Source("", record.line, "4"), extra=_extra(message, fields, test, order),
    ))


def _value(components: list[str]) -> tuple[str, list[str]]:
    """The value and the words beside it: a verdict before a number, or its index before anything, is a mark."""
    there = [text for text in components if text]
    if len(there) > 1 and (there[0] in _INDEX or (_NUMBER.match(there[1]) and not _NUMBER.match(there[0]))):
        return there[1], there[:1]
    if len(there) > 1 and not _NUMBER.match(there[0]):
        return there[0], there[1:2]
    return (there[0] if there else ""), []


def _names_target(test: list[str]) -> bool:
    """Does the test name its panel in the second component, its assay in the fifth and its target in the seventh?"""
    return len(test) in (7, 8) and bool(test[1]) and not test[0] and not test[2]


def _is_complementary(test: list[str]) -> bool:
    """Signals behind a reported result: a target's without an assay of its own, or a light count of kind ``P``."""
    return (_names_target(test) and not test[4]) or (len(test) >= 11 and test[10] == "P")


def _analyte(test: list[str]) -> str:
    """The maker's code stands from the fourth component on; where it is only digits, a name behind it is better."""
    if _names_target(test):
        return test[6]
    if len(test) >= 6 and test[3].isdigit() and _WORD.match(test[4]):
        return test[4]
    there = [text for text in (*test[3:], *test[:3]) if text]
    return there[0] if there else ""


def _extra(message: Message, fields: list[str], test: list[str], order: Order) -> dict[str, str]:
    delimiters = message.delimiters
    found = {
        "test_code": delimiters.at(fields, 3),
        "assay": test[4] if _names_target(test) else "",
        "specimen": order.specimen if order.specimen != order.sample else "",
        "specimen_position": order.other,
        "value_text": delimiters.at(fields, 4) if len(delimiters.components(delimiters.at(fields, 4))) > 1 else "",
        "reference_range": delimiters.plain(delimiters.at(fields, 6)),
        "status": delimiters.at(fields, 9),
        "operator": delimiters.plain(delimiters.at(fields, 11)),
        "measured_at": delimiters.at(fields, 13) or delimiters.at(fields, 12),
        "sender": message.sender,
    }
    return {word: text for word, text in found.items() if text}

"""What the digits of a number say under declared marks, or by evidence where none is declared.

``1,234`` is one number in one country and another in the next: without a declaration it is refused, with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

MOST_DIGITS = 40
FARTHEST = 60
"""The largest power of ten that a typed number may reach; beyond it, a slip of the keyboard is likelier."""

NUMBER = r"[+-]?(?:[0-9][0-9.,']*|[.,][0-9]+)"
"""What may be the digits of a number; whether they are one is decided here."""
SPACED = r"[+-]?(?:[0-9](?:[0-9.,']|(?<=[0-9]) (?=[0-9]))*|[.,][0-9]+)"
"""The same where a space is declared as the mark of groups."""

_PLAIN = re.compile(r"[0-9]+")
_POINTED = re.compile(r"[0-9]+\.[0-9]*|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([.,' ])[0-9]{3})(?:\1[0-9]{3})*")
_EITHER_WAY = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class Note(NamedTuple):
    """What the reader should know about a reading: a code with parameters."""

    code: str
    params: Mapping[str, Any] = {}


class Unreadable(Exception):
    """These digits are no number under these marks; carries the note that says why. It never leaves the grammar."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.note = Note(code, params)


class Marks(NamedTuple):
    """The declared decimal mark (None: by evidence) and the declared mark of groups ("" for none)."""

    decimal: str | None
    group: str


_POINT = Marks(".", "")
_CLEAR = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_ZEROS_BEFORE = re.compile("0[0-9]")


class Digits(NamedTuple):
    value: Decimal
    reread: bool
    """The text shows other marks than the value: the reader is told how it was read."""


def read_digits(mantissa: str, power: int | None, marks: Marks) -> Digits:
    """The number in ``mantissa`` (with its sign), times ten to ``power`` where an exponent was written."""
    if power is None and marks == _POINT and len(mantissa) <= MOST_DIGITS and _CLEAR.fullmatch(mantissa):
        return Digits(Decimal(mantissa), False)
    sign, body = (mantissa[0], mantissa[1:]) if mantissa[:1] in "+-" else ("", mantissa)
    body = body.strip()
    if len(body) > MOST_DIGITS:
        raise Unreadable("TOO_MANY_DIGITS", most=MOST_DIGITS)
    settled = _settled(body, marks, power is not None)
    value = Decimal(f"-{settled}" if sign == "-" else settled)
    if power is not None:
        if abs(power) > FARTHEST:
            raise Unreadable("OUT_OF_BOUNDS", most=FARTHEST)
        value = value.scaleb(power)
    return Digits(value, settled not in (body, f"0{body}") or _ZEROS_BEFORE.match(settled) is not None)


def _settled(body: str, marks: Marks, exact: bool) -> str:
    """The digits with a point as decimal mark and no groups."""
    if _PLAIN.fullmatch(body):
        return body
    if marks.decimal is None and not marks.group:
        return _by_evidence(body, exact)
    decimal = marks.decimal or ("," if marks.group == "." else "." if marks.group == "," else None)
    if decimal is None:
        return _by_evidence(_ungrouped(body, marks.group), exact)
    whole, mark, fraction = body.partition(decimal)
    if marks.group and marks.group in whole:
        whole = _ungrouped(whole, marks.group)
    if not re.fullmatch("[0-9]*", whole) or not re.fullmatch("[0-9]*", fraction) or not whole + fraction:
        raise _undeclared(body, decimal)
    return f"{whole or '0'}{'.' if mark else ''}{fraction}"


def _ungrouped(whole: str, group: str) -> str:
    """Digits without the declared mark of groups, which must stand after every third digit or not at all."""
    head = re.match(r"[0-9 ']+", whole) if group == " " else None
    grouped = head[0].strip() if head else whole
    if group in grouped:
        found = _GROUPED.fullmatch(grouped)
        if not found or found[1] != group:
            raise Unreadable("BAD_GROUPING", text=whole)
    return grouped.replace(group, "") + (whole[head.end():] if head else "")


def _undeclared(body: str, decimal: str) -> Unreadable:
    """A mark that the declaration does not allow; where it could still be read two ways, both are offered."""
    other = "," if decimal == "." else "."
    if _EITHER_WAY.fullmatch(body):
        return _ambiguous(body)
    if " " in body and body[-1].isdigit():
        return Unreadable("AMBIGUOUS_NUMBER", text=body, one=body.replace(" ", ""), two="; ".join(body.split()))
    if other not in body:
        return Unreadable("NOT_A_NUMBER", text=body)
    return Unreadable("MARK_NOT_DECLARED", text=body, mark=other)


def _ambiguous(body: str) -> Unreadable:
    return Unreadable(
        "AMBIGUOUS_NUMBER", text=body, one=re.sub("[.,]", ".", body), two=re.sub("[.,]", "", body)
    )


def _by_evidence(body: str, exact: bool) -> str:
    """No mark declared: two marks settle each other, three digits behind one are ambiguous, else it is decimal."""
    marks = [mark for mark in body if mark in ".,"]
    if not marks:
        return _only_digits(body)
    if len(set(marks)) == 2:
        last = marks[-1]
        whole, _, fraction = body.rpartition(last)
        if last in whole:
            raise Unreadable("NOT_A_NUMBER", text=body)
        return f"{_ungrouped(whole, marks[0])}.{_only_digits(fraction)}"
    if len(marks) > 1:
        return _ungrouped(body, marks[0])
    if _EITHER_WAY.fullmatch(body) and not exact:
        raise _ambiguous(body)
    pointed = body.replace(",", ".")
    if not _POINTED.fullmatch(pointed) or body.endswith(","):
        raise Unreadable("NOT_A_NUMBER", text=body)
    return f"0{pointed}" if pointed.startswith(".") else pointed


def _only_digits(body: str) -> str:
    if not _PLAIN.fullmatch(body):
        raise Unreadable("NOT_A_NUMBER", text=body)
    return body


"""Which sign is the decimal mark of a column and which groups its thousands: by declaration, or by all its values.

It looks at texts that are numbers in form and leaves every other text alone; it never changes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from instruments.errors import FileRefused

_NUMBER = re.compile(r"[<>≤≥=~]{0,2}\s*[+\-−]?(?P<digits>[0-9](?:[0-9.,'’ \u00a0\u202f]*[0-9])?)(?:[eE][+\-]?[0-9]+)?")
_GROUPS = "'’ \u00a0\u202f"


@dataclass(frozen=True)
class Marks:
    """``group`` is empty where no thousands are grouped."""

    decimal: str = "."
    group: str = ""


POINT = Marks()


def digits_of(text: str) -> str | None:
    """The digits and marks of a text that is a number in form, without sign, qualifier and exponent."""
    if text.isdigit():
        return text
    found = _NUMBER.fullmatch(text.strip())
    return found["digits"] if found else None


def fits(digits: str, marks: Marks) -> bool:
    """Do the marks stand as declared: groups of three, at most one decimal mark, behind the groups?"""
    whole, mark, rest = digits.partition(marks.decimal)
    if mark and not rest.isdigit():
        return False
    if whole.isdigit():
        return True
    groups = whole.split(marks.group) if marks.group else [whole]
    return all(group.isdigit() for group in groups) and 1 <= len(groups[0]) <= 3 and all(
        len(group) == 3 for group in groups[1:])


def marks_of(column: str, texts: Iterable[str], declared: Marks | None = None) -> Marks:
    """The marks of one column; FileRefused where its values contradict each other, the declaration, or say nothing."""
    numbers = [(text, digits) for text in texts if (digits := digits_of(text)) is not None]
    marks = declared if declared is not None else _by_evidence(column, numbers)
    for text, digits in numbers:
        if not digits.isdigit() and not fits(digits, marks):
            raise FileRefused("NUMBER_MARKS", column=column, text=text[:80], decimal=marks.decimal)
    return marks


def _by_evidence(column: str, numbers: list[tuple[str, str]]) -> Marks:
    """Votes of every value; the same sign voted for both uses, or two decimal marks, are refused."""
    decimals: dict[str, str] = {}
    groups: dict[str, str] = {}
    doubtful = ""
    for text, digits in numbers:
        if digits.isdigit():
            continue
        decimal, group = _vote(digits)
        if decimal:
            decimals.setdefault(decimal, text)
        if group:
            groups.setdefault(group, text)
        if not decimal and not group and "," in digits:
            doubtful = text
    if len(decimals) > 1 or len(groups) > 1 or set(decimals) & set(groups):
        texts = list(dict.fromkeys([*decimals.values(), *groups.values()]))
        raise FileRefused("MIXED_NUMBER_MARKS", column=column, texts=", ".join(text[:40] for text in texts[:3]))
    if doubtful and not decimals and "," not in groups:
        raise FileRefused("AMBIGUOUS_NUMBER_MARKS", column=column, text=doubtful[:80])
    decimal = next(iter(decimals), "," if "." in groups else ".")
    return Marks(decimal, next(iter(groups), _other(decimal, numbers)))


def _vote(digits: str) -> tuple[str, str]:
    """(decimal, group) that the value proves; two empty texts for 1,234 and 1.234, which prove nothing."""
    group = next((sign for sign in _GROUPS if sign in digits), "")
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = max(digits.rfind("."), digits.rfind(","))
        return digits[last], "," if digits[last] == "." else "."
    if points + commas == 0:
        return "", group
    mark = "." if points else ","
    if points + commas > 1:
        return "", mark
    whole, _, rest = digits.partition(mark)
    proves = bool(group) or len(rest) != 3 or len(whole) > 3 or whole.startswith("0")
    return (mark, group) if proves else ("", group)


def _other(decimal: str, numbers: list[tuple[str, str]]) -> str:
    """With a proven decimal mark, the other sign can only have grouped thousands."""
    other = "," if decimal == "." else "."
    return other if any(other in digits for _, digits in numbers) else ""

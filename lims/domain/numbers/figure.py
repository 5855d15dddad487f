"""One number in a text: its qualifier and power of ten, its unit, and the uncertainty that is said with it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.marks import NUMBER, SPACED, Marks, Note, Unreadable, read_digits
from lims.domain.numbers.rounding import plain

NEEDS_CONTEXT = {unit: Note("KIND_NEEDS_CONTEXT", {"unit": unit}) for unit in units.RELATIVE}


@cache
def _body_pattern(number: str) -> re.Pattern[str]:
    power = r"(?:(?:[eE]|\s*[x×*]\s*10\s*\^\s*)(?P<power>[+-]?[0-9]{1,9})|\s*(?P<lost>[x×*]\s*10[+-]?[0-9]*))?"
    return re.compile(
        rf"(?P<q><=|>=|=<|=>|<|>)?\s*(?P<open>\()?\s*(?:10\^(?P<bare>[+-]?[0-9]{{1,9}})|(?P<number>{number})(?![0-9]){power})"
        rf"\s*(?P<rest>.*)", re.DOTALL,
    )


_THREE_MORE, _UP_TO_THREE = re.compile(r"[0-9]{3}(?![0-9])"), re.compile("[0-9]{1,3}")
_QUALIFIERS = {"=<": "<=", "=>": ">="}


def number(clean: str, marks: Marks) -> Entry:
    found = _body_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean)
    if found is None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    if found["lost"]:
        raise Unreadable("LOST_EXPONENT", text=clean[:80])
    power = found["power"] or found["bare"]
    if power and len(power) > 4:
        raise Unreadable("OUT_OF_BOUNDS", text=clean[:80])
    rest = found["rest"].strip()
    if marks.group != " " and _THREE_MORE.match(rest) and _UP_TO_THREE.fullmatch(found["number"] or ""):
        raise _spaced(found["number"], rest)
    mantissa = "1" if found["bare"] else found["number"]
    read = read_digits(mantissa, int(power) if power else None, marks)
    tail = _tail(rest, bool(found["open"]), read.value, marks)
    qualifier = _QUALIFIERS.get(found["q"], found["q"])
    if qualifier and tail.expanded is not None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    note = tail.note or NEEDS_CONTEXT.get(tail.unit or "")
    if read.reread or tail.reread:
        unit = f" {tail.unit}" if tail.unit else ""
        note = Note("READ_AS", {"read": f"{qualifier or ''}{plain(read.value)}{tail.shown}{unit}"})
    return Entry(
        clean, "censored" if qualifier else "numeric", qualifier, read.value, None, tail.unit, tail.expanded,
        tail.percent, (), note, None, None, tail.coverage,
    )


def _spaced(number: str, rest: str) -> Unreadable:
    """``2 400``: one number with a space in it, or two results."""
    digits = re.match(r"[0-9]{3}(?: [0-9]{3})*", rest)
    behind = digits[0] if digits else ""
    return Unreadable(
        "AMBIGUOUS_NUMBER", text=f"{number} {behind}", one=number + behind.replace(" ", ""),
        two="; ".join([number, *behind.split()]),
    )


class _Tail(NamedTuple):
    """What follows the digits: a unit, an expanded uncertainty, its coverage factor."""

    unit: str | None = None
    expanded: Decimal | None = None
    percent: bool = False
    coverage: Decimal | None = None
    reread: bool = False
    note: Note | None = None

    @property
    def shown(self) -> str:
        return "" if self.expanded is None else f" ± {plain(self.expanded)}{' %' if self.percent else ''}"


_PLUS_MINUS = re.compile(
    rf"(?P<before>.*?)\s*(?:±|\+/-|\+-)\s*(?P<number>{NUMBER})(?:[eE](?P<power>[+-]?[0-9]{{1,3}}))?\s*(?P<behind>.*?)"
    r"\s*(?:[(,;]\s*k\s*=\s*(?P<k>[0-9]+(?:\.[0-9]+)?)\s*\)?(?:\s*(?P<last>[^()]*))?)?", re.IGNORECASE | re.DOTALL,
)


def _tail(rest: str, opened: bool, value: Decimal, marks: Marks) -> _Tail:
    if not rest and not opened:
        return _Tail()
    found = _PLUS_MINUS.fullmatch(rest)
    if found is None:
        if opened:
            raise Unreadable("NOT_A_RESULT", text=rest[:80])
        return _Tail(_unit(rest))
    read = read_digits(found["number"], int(found["power"]) if found["power"] else None, marks)
    if read.value < 0:
        raise Unreadable("NOT_A_RESULT", text=rest[:80])
    coverage = Decimal(found["k"]) if found["k"] else None
    before, behind = found["before"].strip(), " ".join(filter(None, (found["behind"], (found["last"] or "").strip())))
    if opened:
        inside, closed, outside = behind.partition(")")
        if not closed or (inside.strip() and outside.strip()):
            raise Unreadable("NOT_A_RESULT", text=rest[:80])
        return _Tail(_unit(inside + outside), read.value, False, coverage, read.reread)
    return _unbracketed(before, behind.strip(), read.value, coverage, read.reread)


def _unbracketed(before: str, behind: str, expanded: Decimal, coverage: Decimal | None, reread: bool) -> _Tail:
    """``0.62 ± 0.05 mg/kg``, ``0.62 mg/kg ± 8 %``: a per cent sign right behind U is a share of the value.

    With per cent as the unit of the value itself (``58 % ± 2 %``) it is that unit.
    """
    share = behind.startswith("%") and units.known(before) != "%" if before else behind.startswith("%")
    if not share:
        named = {_unit(part) for part in (before, behind) if part}
        if len(named) > 1:
            raise Unreadable("SEVERAL_UNITS", units=", ".join(sorted(str(name) for name in named)))
        return _Tail(next(iter(named), None), expanded, False, coverage, reread)
    unit = _unit(before or behind[1:].strip()) if before or behind[1:].strip() else None
    said = Note("SHARE_OF_VALUE", {"percent": plain(expanded)}) if unit is None else None
    return _Tail(unit, expanded, True, coverage, reread, said)


def _unit(text: str) -> str | None:
    if not text.strip():
        return None
    name = units.known(text.strip())
    if name is None:
        raise Unreadable("UNKNOWN_UNIT" if not text[:1].isdigit() else "NOT_A_RESULT", unit=text.strip()[:40])
    return name

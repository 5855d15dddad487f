"""One number in a text: its qualifier and power of ten, its unit, and the uncertainty that is said with it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.marks import FARTHEST, NUMBER, SPACED, Marks, Note, Unreadable, read_digits
from lims.domain.numbers.rounding import plain

NEEDS_CONTEXT = {unit: Note("KIND_NEEDS_CONTEXT", {"unit": unit}) for unit in units.RELATIVE}

_TIMES_TEN = r"[xX×*·⋅]\s*10\s*"
_LONGEST_POWER = 4


@cache
def _body_pattern(number: str) -> re.Pattern[str]:
    power = rf"(?:(?:[eE]|\s*{_TIMES_TEN}\^\s*)(?P<power>[+-]?[0-9]{{1,9}})|\s*(?P<lost>{_TIMES_TEN}[+-]?[0-9]*))?"
    return re.compile(
        rf"(?P<q>< ?=|> ?=|=<|=>|<|>)?\s*(?P<open>\()?\s*"
        rf"(?:10\^(?P<bare>[+-]?[0-9]{{1,9}})|(?P<number>{number})(?![0-9]){power})\s*(?P<rest>.*)",
        re.DOTALL,
    )


_THREE_MORE, _UP_TO_THREE = re.compile(r"[0-9]{3}(?![0-9])"), re.compile("[0-9]{1,3}")
_QUALIFIERS = {"=<": "<=", "=>": ">=", "< =": "<=", "> =": ">="}


def number(clean: str, marks: Marks) -> Entry:
    found = _body_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean)
    if found is None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    if found["lost"]:
        raise Unreadable("LOST_EXPONENT", text=clean[:80])
    power = found["power"] or found["bare"]
    if power and len(power) > _LONGEST_POWER:
        raise Unreadable("OUT_OF_BOUNDS", text=clean[:80])
    rest = found["rest"].strip()
    if marks.group != " " and _THREE_MORE.match(rest) and _UP_TO_THREE.fullmatch(found["number"] or ""):
        raise _spaced(found["number"], rest)
    mantissa = "1" if found["bare"] else found["number"]
    read = read_digits(mantissa, int(power) if power else None, marks)
    qualifier = _QUALIFIERS.get(found["q"], found["q"])
    named = _NAMED_LIMIT.fullmatch(rest) if qualifier in ("<", "<=") else None
    tail = _tail(named["unit"] if named else rest, bool(found["open"]), read.value, bool(power), marks)
    if qualifier and tail.expanded is not None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    value = read.value.scaleb(tail.power) if tail.power else read.value
    note = tail.note or NEEDS_CONTEXT.get(tail.unit or "")
    if read.reread or tail.reread or named:
        unit = f" {tail.unit}" if tail.unit else ""
        note = Note("READ_AS", {"read": f"{qualifier or ''}{plain(value)}{tail.shown}{unit}"})
    return Entry(
        clean, "censored" if qualifier else "numeric", qualifier, value, None, tail.unit, tail.expanded,
        tail.percent, (), note, None, None, tail.coverage,
    )


_NAMED_LIMIT = re.compile(
    r"(?P<unit>.*?)\s*"
    r"(?:\((?:lod|loq|ld|lq|mdl|mql|rl|nd|n\.d\.|bql|bloq|not detected|未检出|未檢出|检出限|定量限)\)|\bnd)",
    re.IGNORECASE | re.DOTALL,
)
"""``<0.01 (LOQ)``, ``<0.01 mg/kg ND``: what the figure is called changes nothing in it."""


def _spaced(number: str, rest: str) -> Unreadable:
    """``2 400``: one number with a space in it, or two results."""
    digits = re.match(r"[0-9]{3}(?: [0-9]{3})*(?:[.,][0-9]+)?", rest)
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
    power: int = 0
    """A power of ten behind the brackets, meant for the value and for U."""

    @property
    def shown(self) -> str:
        return "" if self.expanded is None else f" ± {plain(self.expanded)}{' %' if self.percent else ''}"


_SIGN = r"(?:±|\+/-|\+-)"


@cache
def _spread_pattern(number: str) -> re.Pattern[str]:
    sure = r"(?:\s*[,;]?\s*(?:p\s*=\s*)?[0-9]+(?:\.[0-9]+)?\s*%)?"
    return re.compile(
        rf"(?P<before>.*?)\s*{_SIGN}\s*(?P<number>{number})(?<![ ,])(?:(?:[eE]|\s*(?P<times>{_TIMES_TEN}\^)\s*)"
        rf"(?P<power>[+-]?[0-9]{{1,3}}))?\s*(?P<behind>.*?)"
        rf"\s*(?:[(,;\s]\s*k\s*=\s*(?P<k>[0-9]+(?:[.,][0-9]+)?){sure}\s*\)?(?:\s*(?P<last>[^()]*))?)?",
        re.IGNORECASE | re.DOTALL,
    )


_BRACKETED = re.compile(
    rf"(?P<before>[^()\[\]]*)[(\[]\s*(?P<spread>{_SIGN}[^()\[\]]*)[)\]](?P<after>.*)", re.DOTALL
)
_BY_LETTER = re.compile(
    r"(?P<before>[^()]*?)\s*(?:,|;|(?P<open>\()|(?<=\s))\s*U\s*[=:]\s*(?P<spread>[0-9].*)", re.DOTALL
)


def _with_sign(rest: str) -> str:
    """``mg/kg (± 0.03)`` and ``mg/kg, U = 0.03`` in the form with a bare sign."""
    found = _BRACKETED.fullmatch(rest)
    if found is not None:
        return f"{found['before']} {found['spread'].strip()} {found['after'].strip()}".strip()
    found = _BY_LETTER.fullmatch(f" {rest}")
    if found is None:
        return rest
    spread = found["spread"]
    if found["open"] and spread.endswith(")") and spread.count("(") < spread.count(")"):
        spread = spread[:-1]
    return f"{found['before'].strip()} ± {spread}"


def _tail(rest: str, opened: bool, value: Decimal, powered: bool, marks: Marks) -> _Tail:
    if not rest and not opened:
        return _Tail()
    pattern = _spread_pattern(SPACED if marks.group == " " else NUMBER)
    if opened or rest[0] == "±":
        found = pattern.fullmatch(rest)
    else:
        found = None if units.known(rest) else pattern.fullmatch(_with_sign(rest))
    if found is None:
        if opened:
            raise Unreadable("NOT_A_RESULT", text=rest[:80])
        return _Tail(_unit(rest))
    if found["times"] and not powered:  # 2.1 ± 0.3 × 10^3: the power may be meant for both
        raise Unreadable("NOT_A_RESULT", text=rest[:80])
    read = read_digits(found["number"], int(found["power"]) if found["power"] else None, marks)
    if read.value < 0:
        raise Unreadable("NOT_A_RESULT", text=rest[:80])
    coverage = Decimal(found["k"].replace(",", ".")) if found["k"] else None
    before, behind = found["before"].strip(), " ".join(filter(None, (found["behind"], (found["last"] or "").strip())))
    if opened:
        return _in_brackets(before, behind, read.value, coverage, read.reread)
    return _unbracketed(before, behind.strip(), read.value, coverage, read.reread)


_POWER_BEHIND = re.compile(rf"{_TIMES_TEN}\^\s*(?P<power>[+-]?[0-9]{{1,2}})(?![0-9])\s*(?P<unit>.*)", re.DOTALL)


def _in_brackets(before: str, behind: str, expanded: Decimal, coverage: Decimal | None, reread: bool) -> _Tail:
    """``(0.62 ± 0.05) mg/kg``, ``(2.1 ± 0.3) × 10^3 CFU/g``: the unit and the power belong to both."""
    inside, closed, outside = behind.partition(")")
    found = _POWER_BEHIND.fullmatch(outside.strip())
    power = int(found["power"]) if found else 0
    named = {_unit(part) for part in (before, inside, found["unit"] if found else outside) if part.strip()}
    if not closed or len(named) > 1 or abs(power) > FARTHEST:
        raise Unreadable("NOT_A_RESULT", text=behind[:80])
    return _Tail(next(iter(named), None), expanded.scaleb(power), False, coverage, reread or bool(found), power=power)


def _unbracketed(before: str, behind: str, expanded: Decimal, coverage: Decimal | None, reread: bool) -> _Tail:
    """``0.62 ± 0.05 mg/kg``, ``0.62 mg/kg ± 8 %``: a per cent sign right behind U is a share of the value.

    With per cent as the unit of the value itself (``58 % ± 2 %``) it is that unit, and so are the longer units that
    begin with the sign (``12.5 ± 0.2 % vol``). U in another unit of the same kind comes out in that of the value.
    """
    longer = behind != "%" and units.known(behind) is not None
    share = behind.startswith("%") and not longer and (not before or units.known(before) != "%")
    if not share:
        named = [name for name in (_unit(part) for part in (before, behind) if part) if name]
        if len(set(named)) > 1:
            if not units.convertible(named[1], named[0]):
                raise Unreadable("SEVERAL_UNITS", units=", ".join(sorted(named)))
            expanded, reread = units.convert_difference(expanded, named[1], named[0]), True
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

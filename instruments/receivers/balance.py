"""What balances and pH meters say on a serial line: a stable value with its unit, or the reason why it is none.

MT-SICS and Sartorius SBI as their makers print them, and the plain lines of pH meters. The digits stay as printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lims.domain.rules.refusal import Refusal, refusal

PROTOCOLS = ("sics", "sbi", "ph")
UNITS = frozenset({"g", "mg", "kg", "ug", "t"})
_NUMBER = r"[-+]?\s*\d+(?:\.\d+)?"
_SICS = re.compile(rf"S(?:I|IR|R)?\s+(?P<state>[SD])\s+(?P<value>{_NUMBER})\s*(?P<unit>\S*)")
_SICS_TROUBLE = {"I": "BALANCE_BUSY", "+": "BALANCE_OVERLOAD", "-": "BALANCE_UNDERLOAD"}
_SICS_ERROR = re.compile(r"E[STL]|S\s+L")
_SICS_SERIAL = re.compile(r'I4\s+A\s+"(?P<serial>[^"]{1,60})"')
_SBI = re.compile(rf"(?P<value>{_NUMBER})\s*(?P<unit>[A-Za-zµ]*)")
_SBI_TROUBLE = (
    (re.compile(r"H(?:igh)?|OL|[-+]?\s*9{6,}", re.IGNORECASE), "BALANCE_OVERLOAD"),
    (re.compile(r"L(?:ow)?|UL", re.IGNORECASE), "BALANCE_UNDERLOAD"),
    (re.compile(r"(?:Stat|Cal|OFF|APP\.?|Err).*", re.IGNORECASE), "BALANCE_ERROR"),
)
_SBI_WIDTHS = (14, 20)
"""Characters of a line of 16 or 22 without its CR LF; the longer begins with six that name the value."""
_PH = re.compile(r"(?:pH\s*[:=]?\s*(?P<after>-?\d{1,2}\.\d+)|(?P<before>-?\d{1,2}\.\d+)\s*pH)\b", re.IGNORECASE)
_PH_STABLE = frozenset({"s", "stable", "ready", "ar", "ep", "end", "*"})
_PH_MOVING = frozenset({"u", "d", "unstable", "drift", "drifting", "measuring", "wait", "???"})


@dataclass(frozen=True)
class Stable:
    """A value that had come to rest, with the line as it was received."""

    value: str
    unit: str
    text: str
    serial: str = ""


def read(line: str, protocol: str) -> Stable | Refusal:
    """The value of one whole line, or why it is none."""
    reader = {"sics": _sics, "sbi": _sbi, "ph": _ph}.get(protocol)
    if reader is None:
        return refusal("BALANCE_PROTOCOL_UNKNOWN", protocol=protocol[:20])
    return reader(line.rstrip("\r\n"))


def serial_of(line: str) -> str:
    """The serial number in the answer to I4; empty for any other line."""
    found = _SICS_SERIAL.match(line.strip())
    return found["serial"] if found else ""


def _sics(line: str) -> Stable | Refusal:
    plain = line.strip()
    found = _SICS.fullmatch(plain)
    if found is None:
        if _SICS_ERROR.fullmatch(plain):
            return refusal("BALANCE_ERROR", text=plain)
        trouble = re.fullmatch(r"S(?:I|IR|R)?\s+([I+-])", plain)
        return refusal(_SICS_TROUBLE[trouble[1]]) if trouble else _no_weight(line)
    if found["state"] == "D":
        return refusal("WEIGHT_NOT_STABLE", text=plain)
    return _stable(found["value"], found["unit"], line)


def _sbi(line: str) -> Stable | Refusal:
    if len(line) not in _SBI_WIDTHS:
        return _no_weight(line)
    body = line[-14:].strip()
    for trouble, code in _SBI_TROUBLE:
        if trouble.fullmatch(body):
            return refusal(code, text=body) if code == "BALANCE_ERROR" else refusal(code)
    found = _SBI.fullmatch(body)
    if found is None:
        return _no_weight(line)
    if not found["unit"]:
        return refusal("WEIGHT_NOT_STABLE", text=body)
    return _stable(found["value"], found["unit"], line)


def _ph(line: str) -> Stable | Refusal:
    found = _PH.findall(line)
    if len(found) != 1:
        return refusal("NO_PH", text=line.strip()[:80])
    marks = {word.casefold() for word in re.split(r"[\s,;|]+", line) if word}
    if marks & _PH_MOVING or not marks & _PH_STABLE:
        return refusal("PH_NOT_STABLE", text=line.strip()[:80])
    return Stable(found[0][0] or found[0][1], "pH", line)


def _stable(value: str, unit: str, line: str) -> Stable | Refusal:
    plain = unit.replace("µ", "u")
    if plain not in UNITS:
        return refusal("WEIGHT_UNIT_UNKNOWN", unit=unit[:10])
    return Stable(value.replace(" ", "").lstrip("+"), plain, line)


def _no_weight(line: str) -> Refusal:
    return refusal("NO_WEIGHT", text=line.strip()[:80])

"""The only door to pint: the laboratory's curated units, their spellings and their kinds.

A unit that is not in lab_units.txt is refused, and no conversion ever leaves its kind: mg/kg, ppm and % look alike to
a units library, pH reads as picohenry, and CFU is not MPN.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from lims.domain.rules.errors import BadInput

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


class _Unit(NamedTuple):
    name: str
    kind: str
    factor: Decimal
    offset: Decimal


RELATIVE = {"ppm": "ppm (m/m)", "ppb": "ppb (m/m)", "ppt": "ppt (m/m)"}
"""Units whose kind only the context knows: a mass fraction, unless the limit is a mass concentration."""
_BY_VOLUME = {"ppm": "mg/L", "ppb": "µg/L", "ppt": "ng/L"}


@cache
def _units() -> dict[str, _Unit]:
    text = files(__package__).joinpath("lab_units.txt").read_text(encoding="utf-8")
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if "|" in line and line[0] != "#"]
    return {name: _Unit(name, kind, Decimal(factor), Decimal(offset)) for name, kind, factor, offset in rows}


_SAME = str.maketrans({"μ": "µ", "／": "/", "％": "%", "（": "(", "）": ")", "²": "2", "³": "3", "·": "*", "℃": "C", "　": " "})


def _key(text: str) -> str:
    """Spellings of one unit have one key: case of the letters that carry no meaning, micro signs, spaces, ``mcg``."""
    text = text.translate(_SAME).strip()
    text = re.sub(r"\s+", " ", text).replace(" / ", "/").replace("/ ", "/").replace(" /", "/")
    text = re.sub(r"(?i)(?<![A-Za-z])(?:ug|mcg|µg)(?![A-Za-z])", "µg", text)
    text = re.sub(r"(?<![A-Za-z])ul(?![A-Za-z])", "µL", text)
    text = text.replace("kgs", "kg").replace("°", "").replace("uGy", "µGy").replace("uS/", "µS/")
    return text.casefold()


@cache
def _by_key() -> dict[str, str]:
    spellings = {_key(name): name for name in _units()}
    spellings.update({_key(alias): name for alias, name in _ALIASES.items()})
    return spellings


_ALIASES = {
    "g/100g": "g/100 g", "mg/100g": "mg/100 g", "cfu/100ml": "CFU/100 mL", "cfu/250ml": "CFU/250 mL",
    "mpn/100g": "MPN/100 g", "mpn/100ml": "MPN/100 mL", "/25g": "/25 g", "/25ml": "/25 mL", "/10g": "/10 g",
    "/100g": "/100 g", "/1g": "/g", "/1 g": "/g", "degC": "°C", "C": "°C", "°C": "°C", "% (m/m)": "%",
    "%vol": "% vol", "% v/v": "% vol", "%(v/v)": "% vol", "vol %": "% vol", "pH": "pH", "ph units": "pH",
    "mg.kg-1": "mg/kg", "mg kg-1": "mg/kg", "cfu/ml": "CFU/mL", "mpn/ml": "MPN/mL", "mg/litre": "mg/L",
    "g/100ml": "g/dL", "g/100 ml": "g/dL", "ug/cm2/week": "ug/(cm2*week)", "mg/100ml": "mg/100 mL",
    "毫克/千克": "mg/kg", "微克/千克": "µg/kg", "ppm(m/m)": "ppm (m/m)",
}


def canonical(text: str) -> str:
    """The one spelling of a unit (``ug/kg``, ``μg/kg``, ``mcg/kg`` -> ``µg/kg``); BadInput UNKNOWN_UNIT otherwise."""
    key = _key(text)
    if key in RELATIVE:
        return key
    found = _by_key().get(key)
    if found is None or len(text) > 40:
        raise BadInput("UNKNOWN_UNIT", field="unit", unit=text[:40])
    return found


def known(text: str) -> str | None:
    """As ``canonical``, but None for what is no unit."""
    if len(text) > 40:
        return None
    key = _key(text)
    return key if key in RELATIVE else _by_key().get(key)


def kind_of(unit: str) -> str:
    """The kind (dimension) of a unit, as units.csv names it."""
    return _units()[_resolved(canonical(unit), "")].kind


def _resolved(unit: str, beside: str) -> str:
    """ppm and ppb take the kind of the unit they are compared with."""
    if unit not in RELATIVE:
        return unit
    if beside and beside not in RELATIVE and _units()[beside].kind == "mass_concentration":
        return _BY_VOLUME[unit]
    return RELATIVE[unit]


@cache
def _ratio(source: str, target: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """(numerator, denominator, offset) for a conversion inside one kind, asked of pint once a pair; None across kinds."""
    one, other = _units()[_resolved(source, target)], _units()[_resolved(target, source)]
    registry = _registry()
    if not registry.is_compatible_with(_ident(one.name), _ident(other.name)):
        return None
    return one.factor, other.factor, _EXACT.divide(one.offset - other.offset, other.factor)


@cache
def _registry() -> Any:
    """A pint registry that knows only the laboratory's units, in Decimal."""
    import pint

    registry = pint.UnitRegistry(None, non_int_type=Decimal, cache_folder=None)
    for kind in sorted({unit.kind for unit in _units().values()}):
        registry.define(f"base_{kind} = [{kind}]")
    for unit in _units().values():
        registry.define(f"{_ident(unit.name)} = {unit.factor} * base_{unit.kind}")
    return registry


def _ident(name: str) -> str:
    """A name that pint can parse; the position in the list keeps it unique."""
    return f"unit_{list(_units()).index(name)}"


def convertible(source: str, target: str) -> bool:
    return source == target or _ratio(source, target) is not None


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """The same quantity in another unit of its kind: exact, with the significant digits it was written with.

    210 µg/kg -> 0.210 mg/kg. Raises BadInput INCOMPATIBLE_UNIT across kinds.
    """
    source, target = canonical(source), canonical(target)
    if source == target:
        return value
    ratio = _ratio(source, target)
    if ratio is None:
        raise BadInput("INCOMPATIBLE_UNIT", source=source, target=target)
    above, below, offset = ratio
    exact = _EXACT.divide(_EXACT.multiply(value, above), below)
    if offset:
        return _EXACT.add(exact, offset)
    return _with_digits(exact, len(value.as_tuple().digits)) if value else exact * 0


def _with_digits(exact: Decimal, digits: int) -> Decimal:
    """Shows at least ``digits`` significant digits, and never drops one that carries value."""
    shortest = exact.normalize(_EXACT)
    missing = digits - len(shortest.as_tuple().digits)
    if missing <= 0:
        return Decimal(format(shortest, "f"))
    exponent = shortest.as_tuple().exponent
    shown = shortest.quantize(Decimal(1).scaleb(int(exponent) - missing), context=_EXACT)
    return Decimal(format(shown, "f"))

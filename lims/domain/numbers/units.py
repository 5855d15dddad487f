"""The only door to pint: the laboratory's curated units, their spellings and their kinds.

A unit that is not in lab_units.txt is refused, and no conversion leaves its kind: to a units library mg/kg, ppm and %
look alike, and nothing but the kind keeps absence in 25 g from becoming absence in 100 g.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from lims.domain.rules.errors import BadInput

_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
_LONGEST = 40
_ENDLESS, _SHOWN = 100, 20
"""A quotient with more digits than the first does not end (MJ -> kcal); the second is what is kept of it."""
_ABSOLUTE_ZERO = {"°C": Decimal("273.15")}
"""Where the scale of a temperature begins, in kelvin."""

RELATIVE = frozenset({"ppm", "ppb", "ppt"})
"""Units whose kind only the context knows: parts by mass, or mass in volume beside a mass concentration."""
_RELATIVE_TO: dict[str, dict[str, str]] = {
    "mass_fraction": {"ppm": "ppm (m/m)", "ppb": "ppb (m/m)", "ppt": "ppt (m/m)"},
    "mass_concentration": {"ppm": "mg/L", "ppb": "µg/L", "ppt": "ng/L"},
}


class _Unit(NamedTuple):
    name: str
    kind: str
    measure: str
    """What it is in the definitions that pint reads."""


@cache
def _lines() -> tuple[str, ...]:
    text = files(__package__).joinpath("lab_units.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def _table() -> tuple[dict[str, _Unit], dict[str, str], dict[str, str]]:
    """Units by name; names by their spelling with its case; names by their spelling whatever its case."""
    by_name, exact, loose = {}, {}, {}
    for line in _lines():
        if "|" not in line:
            continue
        name, kind, measure, spellings = (part.strip() for part in line.split("|"))
        by_name[name] = _Unit(name, kind, measure)
        case_matters = spellings.startswith("!")
        for spelling in (name, *filter(None, spellings.lstrip("! ").split(";"))):
            exact[_folded(spelling)] = name
            if not case_matters:
                loose[_folded(spelling).casefold()] = name
    return by_name, exact, loose


_LETTERS = str.maketrans({
    "μ": "u", "µ": "u", "／": "/", "％": "%", "（": "(", "）": ")", "²": "2", "³": "3", "⁻": "-", "¹": "1", "·": "*",
    "⋅": "*", "•": "*", "×": "*", "℃": "°C", "℉": "°F", "㎎": "mg", "㎏": "kg", "㎍": "ug", "㎖": "mL", "㎕": "uL",
    "㎡": "m2", "㎥": "m3", "㎤": "cm3", "㎠": "cm2", "ℓ": "L", "^": "", "−": "-",
})
_SPACES = re.compile(r"\s+")
_INVERSE = re.compile(r"[.* ]?([A-Za-z]+[23]?)-1(?![0-9])")
_PER = re.compile(r"(?<=[a-z])per(?=[0-9a-z])", re.IGNORECASE)
_PORTION = re.compile(r"(?:/|per|in)(?P<size>[0-9]+(?:\.[0-9]+)?)(?P<of>g|ml)", re.IGNORECASE)


def _folded(text: str) -> str:
    """Spellings of one unit fold to one key: micro signs, powers, spaces, ``mcg`` and ``kg-1`` say the same."""
    text = text.translate(_LETTERS)
    if "-1" in text:
        text = _INVERSE.sub(r"/\1", text.strip())
    return _SPACES.sub("", text).replace("mcg", "ug")


@lru_cache(maxsize=4096)
def known(text: str) -> str | None:
    """The one spelling of a unit, or None for what is no unit of the laboratory."""
    if len(text) > _LONGEST:
        return None
    folded = _folded(text)
    relative = folded.casefold().replace(".", "")  # p.p.m.
    if relative in RELATIVE:
        return relative
    found = _listed(folded) or _listed(_PER.sub("/", folded))
    if found is not None:
        return found
    portion = _PORTION.fullmatch(folded)
    if portion is None:
        return None
    return f"/{portion['size']} {'g' if portion['of'].lower() == 'g' else 'mL'}"


def _listed(folded: str) -> str | None:
    _, exact, loose = _table()
    return exact.get(folded) or loose.get(folded.casefold())


def canonical(text: str) -> str:
    """The one spelling of a unit (``ug/kg``, ``μg/kg``, ``mcg/kg`` -> ``µg/kg``); BadInput UNKNOWN_UNIT otherwise."""
    found = known(text)
    if found is None:
        raise BadInput("UNKNOWN_UNIT", field="unit", unit=text[:_LONGEST])
    return found


@cache
def names() -> tuple[str, ...]:
    """Every curated unit in its one spelling, in the order of the list."""
    return tuple(_table()[0])


def kind_of(unit: str) -> str:
    """The kind (dimension) of a unit, as units.csv names it; ppm, ppb and ppt count as mass fractions here."""
    return _kind(canonical(unit))


def _kind(name: str) -> str:
    if name in RELATIVE:
        return "mass_fraction"
    unit = _table()[0].get(name)
    return unit.kind if unit else f"presence_in_portion_{name[1:].split()[0]}"


def convertible(source: str, target: str) -> bool:
    """Whether both are of one kind; BadInput UNKNOWN_UNIT for what is no unit."""
    return source == target or _path(source, target) is not None


class _Steps(NamedTuple):
    """From one unit to another: a shift of the decimal point where that is all, else a ratio; an offset for scales."""

    shift: int | None
    above: Decimal
    below: Decimal
    offset: Decimal


@lru_cache(maxsize=4096)
def _path(source: str, target: str) -> _Steps | None:
    """The steps between two units as people write them."""
    return _steps(canonical(source), canonical(target))


@cache
def _steps(source: str, target: str) -> _Steps | None:
    """How to convert, asked of pint once a pair; None across kinds."""
    source, target = _beside(source, target), _beside(target, source)
    if _kind(source) != _kind(target):
        return None
    above, below = _measure(source), _measure(target)
    offset = _ABSOLUTE_ZERO.get(source, Decimal(0)) - _ABSOLUTE_ZERO.get(target, Decimal(0))
    ratio = _EXACT.divide(above, below).normalize(_EXACT)
    shift = int(ratio.as_tuple().exponent) if ratio.as_tuple().digits == (1,) else None
    return _Steps(shift, above, below, offset)


def _beside(name: str, other: str) -> str:
    """ppm, ppb and ppt take the kind of the unit beside them; per cent is by volume beside ``% vol``."""
    if name in RELATIVE:
        kind = "mass_fraction" if other in RELATIVE else _kind(other)
        return _RELATIVE_TO.get(kind, _RELATIVE_TO["mass_fraction"])[name]
    return "% vol" if name == "%" and other == "% vol" else name


@cache
def _measure(name: str) -> Decimal:
    """The size of a unit in pint's root units, exactly."""
    unit = _table()[0].get(name)
    if unit is None:
        return Decimal(1)
    registry = _registry()
    size = (registry.Quantity(Decimal(1)) * registry.parse_expression(unit.measure)).to_root_units().magnitude
    if not isinstance(size, Decimal):
        raise TypeError(f"{name} is not exact in lab_units.txt: {size!r}")
    return size


@cache
def _registry() -> Any:
    """A pint registry that knows only the laboratory's definitions, in Decimal; loaded when the first pair is asked."""
    import pint

    registry: Any = pint.UnitRegistry(None, non_int_type=Decimal, cache_folder=None)
    registry.load_definitions([line for line in _lines() if "|" not in line])
    return registry


_COMPOSED = re.compile(r"(1|[A-Za-z]+[23]?)([*/][A-Za-z]+[23]?)*")
_DIGIT_AFTER = re.compile(r"(?<=[A-Za-z])([23])")


def amount(value: Decimal, unit: str) -> Any:
    """A number of units as a quantity to reckon with, for the units of a formula; never to convert a result with.

    The unit is a curated one or composed of the definitions: ``mL``, ``g/mol``, ``cm2``, ``1/s``, ``1``. BadInput
    UNKNOWN_UNIT for anything else.
    """
    registry = _registry()
    name = known(unit)
    if name is not None:
        unit_of = _table()[0].get(name)
        text = unit_of.measure if unit_of else "1"
    else:
        text = _composed(unit)
    return (registry.Quantity(value) * registry.parse_expression(text)).to_root_units()


def _composed(unit: str) -> str:
    """A unit that is not in the list but made of its definitions, in pint's notation."""
    text = _folded(unit)
    parts = re.split(r"[*/]", text)
    if not _COMPOSED.fullmatch(text) or any(part not in _registry() for part in map(_without_power, parts)):
        raise BadInput("UNKNOWN_UNIT", field="unit", unit=unit[:_LONGEST])
    return _DIGIT_AFTER.sub(r"**\1", text)


def _without_power(part: str) -> str:
    return "g" if part == "1" else part.rstrip("23")


def number_of(quantity: Any, unit: str) -> Decimal | None:
    """How many of the unit a quantity is; None where it is of another dimension."""
    one = amount(Decimal(1), unit)
    ratio = quantity / one
    if not ratio.dimensionless:
        return None
    return Decimal(ratio.to_root_units().magnitude)


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """The same quantity in another unit of its kind: exact, with the significant digits it was written with.

    210 µg/kg -> 0.210 mg/kg. Raises BadInput INCOMPATIBLE_UNIT across kinds, UNKNOWN_UNIT for what is no unit.
    """
    if source == target:
        return value
    steps = _path(source, target)
    if steps is None:
        raise BadInput("INCOMPATIBLE_UNIT", source=source, target=target)
    if steps.offset:
        return _EXACT.add(value, steps.offset)
    if steps.shift is not None:
        return value.scaleb(steps.shift, _EXACT)
    return _as_written(_EXACT.divide(_EXACT.multiply(value, steps.above), steps.below), value)


@lru_cache(maxsize=4096)
def endless(source: str, target: str) -> Fraction | None:
    """The ratio of two units that no decimal holds (kJ -> kcal), to compare with; None where ``convert`` is exact."""
    steps = _path(source, target)
    if steps is None or steps.offset or steps.shift is not None:
        return None
    ratio = Fraction(steps.above) / Fraction(steps.below)
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return None if rest == 1 else ratio


def convert_difference(value: Decimal, source: str, target: str) -> Decimal:
    """An interval, such as an uncertainty: the beginning of a temperature scale plays no part in it."""
    if source == target:
        return value
    steps = _path(source, target)
    if steps is not None and steps.offset:
        return value
    return convert(value, source, target)


def _as_written(exact: Decimal, value: Decimal) -> Decimal:
    """Shows as many significant digits as ``value`` was written with, and never drops one that carries value."""
    shortest = exact.normalize(_EXACT)
    if len(shortest.as_tuple().digits) > _ENDLESS:
        return _EXACT.quantize(shortest, Decimal(1).scaleb(shortest.adjusted() - _SHOWN))
    missing = len(value.as_tuple().digits) - len(shortest.as_tuple().digits)
    if missing <= 0 or not shortest:
        return shortest
    return shortest.quantize(Decimal(1).scaleb(int(shortest.as_tuple().exponent) - missing), context=_EXACT)

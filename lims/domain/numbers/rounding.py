"""Rounding by GB/T 8170-2008 clause 3: half to even, to an interval, from the full value, once."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)


def round_to(x: Decimal, interval: Decimal) -> Decimal:
    """``x`` to the nearest multiple of ``interval`` (1, 0.1, 0.5, 20 …); exactly between, to the even multiple."""
    if interval <= 0:
        raise ValueError("the rounding interval must be positive")
    multiple = _EXACT.divide(x, interval).to_integral_value(rounding=ROUND_HALF_EVEN)
    return _EXACT.multiply(multiple, interval)


def place_of(text_value: Decimal) -> Decimal:
    """The interval of the last digit a number is written with: ``1.0`` -> 0.1, ``20`` -> 1."""
    exponent = text_value.as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), 0))


def significant(x: Decimal, digits: int) -> Decimal:
    """``x`` to ``digits`` significant figures, half to even."""
    if not x:
        return x
    return round_to(x, Decimal(1).scaleb(x.adjusted() - digits + 1))


def plain(value: Decimal) -> str:
    """The number without an exponent, every digit kept: ``5E+3`` -> ``5000``, ``0.50`` -> ``0.50``."""
    return format(value, "f")

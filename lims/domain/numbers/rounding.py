"""Rounding by GB/T 8170-2008 clause 3: half to even, to an interval, from the full value, once."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

_EXACT = Context(prec=250, rounding=ROUND_HALF_EVEN)


def round_to(x: Decimal, interval: Decimal) -> Decimal:
    """``x`` to the nearest multiple of ``interval`` (1, 0.1, 0.5, 20 …); exactly between, to the even multiple.

    The zeros up to the place of the interval are kept: 0.1 to 0.01 is 0.10 (GB/T 8170-2008 3.2).
    """
    if interval <= 0:
        raise ValueError("the rounding interval must be positive")
    multiple = _EXACT.divide(x, interval).to_integral_value(rounding=ROUND_HALF_EVEN)
    rounded = _EXACT.plus(_EXACT.multiply(multiple, interval))
    short = int(rounded.as_tuple().exponent) > int(interval.as_tuple().exponent)
    return _EXACT.quantize(rounded, interval) if short else rounded


def place_of(value: Decimal) -> Decimal:
    """The interval of the last digit a number is written with: ``1.0`` -> 0.1, ``20`` -> 1."""
    return Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))


def significant(x: Decimal, digits: int) -> Decimal:
    """``x`` to ``digits`` significant figures, half to even; the even multiple is sought once, in the full value."""
    if not x:
        return x
    rounded = round_to(x, Decimal(1).scaleb(x.adjusted() - digits + 1))
    return rounded if rounded.adjusted() == x.adjusted() else _EXACT.quantize(
        rounded, Decimal(1).scaleb(rounded.adjusted() - digits + 1)
    )


def digits_of(value: Decimal) -> int:
    """How many significant digits a number is written with: ``0.50`` -> 2, ``2.0E+3`` -> 2."""
    return len(value.as_tuple().digits)


def plain(value: Decimal) -> str:
    """The number without an exponent, every digit kept: ``5E+3`` -> ``5000``, ``0.50`` -> ``0.50``."""
    return format(value, "f")


def trimmed(value: Decimal, places: int) -> Decimal:
    """Without trailing zeros beyond ``places`` decimals: a product shows zeros that nobody wrote."""
    exponent = int(value.as_tuple().exponent)
    if exponent >= -places:
        return value
    shortest = value.normalize(_EXACT)
    return shortest if int(shortest.as_tuple().exponent) <= -places else _EXACT.quantize(
        shortest, Decimal(1).scaleb(-places)
    )

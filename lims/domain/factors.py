"""Sets of weights by which the members of a weighted sum count, such as the toxic equivalency factors of a TEQ.

One version of a set is whole: it names every analyte it weighs. It knows no results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lims.domain.method import listed
from lims.domain.rules.errors import BadInput

_MOST = 100


@dataclass(frozen=True)
class FactorSet:
    """One version of a set: analyte -> factor, with its digits as printed."""

    code: str
    version: int
    factors: Mapping[str, Decimal]


def factor_set_from(code: str, content: Mapping[str, str], version: int = 1) -> FactorSet:
    """Reads the stored fields of a set; raises BadInput naming the field that cannot stand."""
    for name in ("name_en", "name_zh", "factors"):
        if not (content.get(name) or "").strip():
            raise BadInput("FIELD_NEEDED", field=name)
    found: dict[str, Decimal] = {}
    for analyte, factor in pairs(content["factors"], "factors"):
        if factor is None:
            raise BadInput("NOT_A_NUMBER", field="factors", value=analyte)
        found[analyte] = factor
    return FactorSet(code, version, found)


def pairs(text: str, field: str) -> tuple[tuple[str, Decimal | None], ...]:
    """``CODE:number`` separated by semicolons; None for a code alone. A code stands once, a number is above zero."""
    parts = listed(text)
    if len(parts) > _MOST:
        raise BadInput("TOO_MANY_MEMBERS", field=field, most=_MOST)
    found: dict[str, Decimal | None] = {}
    for part in parts:
        code, colon, figure = (piece.strip() for piece in part.partition(":"))
        if not code or code in found:
            raise BadInput("MEMBER_TWICE", field=field, member=code or part[:40])
        found[code] = _positive(figure, field) if colon else None
    return tuple(found.items())


def positive(text: str, field: str) -> Decimal:
    """A number above zero of a size that can be a mass or a factor."""
    return _positive(text.strip(), field)


def _positive(text: str, field: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=field, value=text[:60]) from None
    if not number.is_finite() or "_" in text:
        raise BadInput("NOT_A_NUMBER", field=field, value=text[:60])
    if number <= 0 or abs(number.adjusted()) > 20:
        raise BadInput("NOT_POSITIVE", field=field, value=text[:60])
    return number

"""What is printed for a value: one function for certificate, grid and export, so that they never differ.

It rounds once, from the full value (GB/T 8170-2008 3.2 and 3.3), and says on which side of the printed figure the full
value lies, because a receiver must not round a rounded figure again.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

from lims.domain.numbers.rounding import plain, round_to, significant
from lims.domain.numbers.uncertainty import Expanded
from lims.domain.rules.errors import BadInput

_EXACT = Context(prec=250, rounding=ROUND_HALF_EVEN)
U_FIGURES = 2
"""Significant figures of a printed uncertainty (JCGM 100:2008 7.2.6)."""
COUNT_FIGURES = 2
"""Of a count whose uncertainty is a factor (GB 4789.2: two)."""
_MARKED = re.compile(r"(?P<figure>[+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:\((?P<mark>[+-])\)|[（](?P<wide>[+＋\-－])[）])?")


class Printed(NamedTuple):
    """The text of a value, that of its uncertainty ("" without one), and the full value it was rounded from, once."""

    text: str
    expanded_text: str
    rounded_from: Decimal
    mark: str = ""
    """``+``: the full value is larger in size than the text says; ``-``: smaller; empty: it is exactly that."""

    @property
    def figure(self) -> Decimal:
        return Decimal(self.text)

    @property
    def marked(self) -> str:
        """With the mark, for a comparison by full value (GB/T 8170-2008 4.3.2): ``0.2(+)``."""
        return f"{self.text}({self.mark})" if self.mark else self.text

    @property
    def passed_on(self) -> str:
        """For somebody who will round it: the mark stands only behind a last digit of 5 (3.3.2): ``15.5(-)``."""
        return self.marked if self.text.rstrip("0").rstrip(".").endswith("5") else self.text


def reported(
    value: Decimal,
    *,
    uncertainty: Expanded | Decimal | None = None,
    limit_places: int | None = None,
    figures: int | None = None,
) -> Printed:
    """What is printed for ``value`` and for its U.

    With U, value and U stand at one place: that of the second figure of U or, where the method asks for ``figures``
    and they end earlier, there. Without U the figures decide, else the places of the limit; else it is printed as it
    stands. A U that is nothing at that place keeps its two figures.
    """
    if figures is not None and figures < 1:
        raise BadInput("FIGURES_OUT_OF_BOUNDS", field="figures", text=str(figures))
    if isinstance(uncertainty, Expanded) and not uncertainty.symmetric:
        return _with_interval(value, uncertainty, figures)
    expanded = uncertainty.expanded if isinstance(uncertainty, Expanded) else uncertainty
    if not expanded:
        return _printed(value, _without_u(value, limit_places, figures), "")
    own = _place(expanded, U_FIGURES)
    place = max(own, _place(value, figures)) if figures and value else own
    shown = _at(expanded, place)
    return _printed(value, _at(value, place), plain(shown if shown else _at(expanded, own)))


def by_uncertainty(value: Decimal, expanded: Decimal) -> Printed:
    """U with two significant figures and the value to the same place."""
    return reported(value, uncertainty=expanded)


def _without_u(value: Decimal, limit_places: int | None, figures: int | None) -> Decimal:
    """Zero has no significant figures and is left as it stands."""
    if figures is not None:
        return _at(value, _place(value, figures)) if value else value
    return value if limit_places is None else _at(value, Decimal(1).scaleb(-limit_places))


def _place(value: Decimal, figures: int) -> Decimal:
    """The interval of the last of so many figures of a value; a carry moves it: 9.96 has two at 1, as 10."""
    rounded = significant(value, figures)
    return Decimal(1).scaleb(rounded.adjusted() - figures + 1)


def _at(value: Decimal, place: Decimal) -> Decimal:
    """Rounded to a power of ten, with the zeros that belong to it."""
    rounded = round_to(value, place)
    return rounded.quantize(place, context=_EXACT) if place < 1 else rounded


def _with_interval(value: Decimal, uncertainty: Expanded, figures: int | None) -> Printed:
    """A count and the interval about it: 25000 (16000..40000); each end is rounded from its own full value."""
    kept = figures or COUNT_FIGURES
    ends = (_at(end, _place(end, kept)) for end in (uncertainty.lower, uncertainty.upper))
    return _printed(value, _at(value, _place(value, kept)), "..".join(map(plain, ends)))


def _printed(value: Decimal, rounded: Decimal, expanded_text: str) -> Printed:
    size, shown = value.copy_abs(), rounded.copy_abs()
    mark = "+" if size > shown else "-" if size < shown else ""
    text = plain(rounded if rounded else rounded.copy_abs())
    return Printed(text, expanded_text, value, mark)


class PassedOn(NamedTuple):
    """A figure of another laboratory with its mark, as it was read."""

    figure: Decimal
    mark: str = ""


def read_passed_on(text: str) -> PassedOn:
    """``15.5(-)`` -> 15.5 with its mark; BadInput NOT_A_NUMBER otherwise."""
    found = _MARKED.fullmatch(text.strip())
    if found is None:
        raise BadInput("NOT_A_NUMBER", field="value", text=text[:40])
    mark = found["mark"] or {"＋": "+", "－": "-"}.get(found["wide"] or "", found["wide"] or "")
    return PassedOn(Decimal(found["figure"]), mark)


def round_passed_on(given: PassedOn, interval: Decimal) -> Decimal:
    """A figure that was rounded before, to a wider interval: its mark settles a tie (GB/T 8170-2008 3.3.2).

    15.5(-) to 1 -> 15; 16.5(+) -> 17; 17.5 without a mark -> 18, half to even.
    """
    if not given.mark:
        return round_to(given.figure, interval)
    away = Decimal(1).scaleb(int(given.figure.as_tuple().exponent) - 3)
    sign = -1 if given.figure.is_signed() else 1
    moved = given.figure + (away if given.mark == "+" else -away) * sign
    return round_to(moved, interval)

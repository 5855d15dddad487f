"""The expanded uncertainty of a result and where it comes from: typed, the method's validated model, or the rule.

The planning figure of a method is never among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lims.domain.conformity import Uncertainty
from lims.domain.method import MethodVersion
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.numbers.uncertainty import UncertaintyModel
from lims.domain.rules.errors import BadInput
from lims.domain.validation import validated_model
from lims.domain.workup import Work
from lims.persistence.analysis import AnalysisRow

TYPED, METHOD, RULE = "typed", "method", "rule"
_LOGARITHM = re.compile(r"(?P<figure>[0-9]+(?:\.[0-9]+)?)\s*(?:log10|log|lg)", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """U in the unit of the result with its source; of a count, how far it reaches below and above."""

    expanded: Decimal
    k: Decimal
    source: str
    name: str = ""
    below: Decimal | None = None
    above: Decimal | None = None
    given: bool = False
    """Whether the figure was given as it stands, so that its digits are kept."""

    @property
    def judged(self) -> Uncertainty:
        return Uncertainty(expanded=self.expanded, k=self.k)

    def as_json(self) -> dict[str, Any]:
        ends = {name: plain(end) for name, end in (("below", self.below), ("above", self.above)) if end is not None}
        return {"source": self.source, "name": self.name, "given": self.given, **ends}


def known(row: AnalysisRow, method: MethodVersion | None, expanded: str, k: str, work: Work) -> Known | None:
    """The first that there is; only a number has one. ``expanded`` and ``k`` are what was typed beside the result."""
    found = work.found
    return _typed(row, expanded, k, work) or _of_the_method(row, method, found, work) or _of_the_rule(row, work.entry)


def of_member(row: AnalysisRow, method: MethodVersion | None, entry: Entry, unit: str) -> Known | None:
    """U of one member of a group by the method's validated model; None where its own was typed with it."""
    if entry.expanded is not None:
        return None
    return _of_the_method(row, method, entry, Work(entry, unit, 0))


def _typed(row: AnalysisRow, expanded: str, k_text: str, work: Work) -> Known | None:
    """From its own field (``0.05``, ``20%``, ``0.25 log10``) or from the text (``0.62 ± 0.05``); k is 2 unless said."""
    found, text = work.found, expanded.strip()
    k = _number(k_text, "k") if k_text.strip() else found.coverage or Decimal(2)
    in_logarithms = _LOGARITHM.fullmatch(text)
    if in_logarithms:
        figure = _number(in_logarithms["figure"], "expanded")
        if not figure or found.status != "numeric" or found.value is None:
            return None
        return _from_model(row, UncertaintyModel("log10", figure, k=k), found, work, TYPED)
    if text:
        percent, figure = text.endswith("%"), _number(text.removesuffix("%"), "expanded")
    elif found.expanded is not None:
        percent, figure = found.expanded_percent, found.expanded
    else:
        return None
    if not percent:
        return Known(_times(figure, work.factor), k, TYPED, given=work.factor == 1 and not work.parts)
    if not found.value:
        return None
    return Known(_times(found.value.copy_abs() * figure / 100, work.factor), k, TYPED)


def _of_the_method(row: AnalysisRow, method: MethodVersion | None, found: Entry, work: Work) -> Known | None:
    """At the value as it was found; below the levels that were validated there is none."""
    model = validated_model(method) if method is not None else None
    if model is None or found.status != "numeric" or found.value is None:
        return None
    try:
        return _from_model(row, model, found, work, METHOD)
    except BadInput as trouble:
        if trouble.code == "INCOMPATIBLE_UNIT" and work.crossed != 1:  # validated in the limit's kind
            return _of_the_method(row, method, *_as_compared(found, work))
        if trouble.code in ("LEVEL_NOT_COVERED", "VALUE_NOT_POSITIVE", "INCOMPATIBLE_UNIT"):
            return None
        raise


def _as_compared(found: Entry, work: Work) -> tuple[Entry, Work]:
    """The same result as though it had been read in the kind of unit that it is compared in."""
    assert found.value is not None
    there = found._replace(value=_times(found.value, work.crossed), unit=work.unit)
    return there, replace(work, found_unit="", factor=work.factor / work.crossed, crossed=Fraction(1))


def _from_model(row: AnalysisRow, model: UncertaintyModel, found: Entry, work: Work, source: str) -> Known:
    assert found.value is not None
    u = model.at(found.value, work.unit_found)
    below, above = _times(u.below, work.factor), _times(u.above, work.factor)
    if u.symmetric:
        return Known(above, u.k, source, model.source)
    return Known(_side(row, below, above), u.k, source, model.source, below, above)


def _side(row: AnalysisRow, below: Decimal, above: Decimal) -> Decimal:
    """The side of the interval that the comparison looks at; the longer where it looks at both."""
    operator = (row.limit or {}).get("operator", "")
    rejects = ((row.rule or {}).get("name") or "") == "GUARDED_REJECTION"
    if operator in ("LE", "LT"):
        return below if rejects else above
    if operator in ("GE", "GT"):
        return above if rejects else below
    return max(below, above)


def _of_the_rule(row: AnalysisRow, entry: Entry) -> Known | None:
    """The U that the rule itself brings (EU pesticides: 50 %, SANTE/11312) where nothing else gives one."""
    share = (row.rule or {}).get("expanded", "")
    if not share.endswith("%") or entry.value is None or entry.status != "numeric":
        return None
    return Known(entry.value.copy_abs() * Decimal(share[:-1]) / 100, Decimal(2), RULE, share)


def _times(figure: Decimal, factor: Fraction) -> Decimal:
    return figure if factor == 1 else as_decimal(Fraction(figure) * factor)


def _number(text: str, name: str) -> Decimal:
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise BadInput("NOT_A_NUMBER", field=name, text=text[:60])
    return entry.value

"""A stored result as it is printed, the same on grid, page and document: its value and its U."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lims.domain.method import FIGURES
from lims.domain.numbers import reported as numbers
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.uncertainty import Expanded
from lims.services import judging


def reported(result: Any) -> str:
    """The result: its own digits, censored ones with their sign, a list with all its members.

    What was reckoned is printed to the figures kept with it, half to even, once (GB/T 8170 3.2).
    """
    if (result.calculation or {}).get("kind") == "group":
        return str(result.calculation["shown_as"])
    if judging.is_group(result.calculation):
        return str(result.calculation["shown_as"])
    if (result.calculation or {}).get("shown"):
        return str(result.calculation["shown"])
    if result.status == "list" and result.values:
        return ", ".join(map(_member, result.values))
    if result.status == "not_detected":
        return "ND"
    if result.status == "qualitative" or result.value is None:
        return str(result.text)
    if not result.calculation:
        return f"{result.qualifier}{plain(result.value)}"
    figures = result.calculation.get("figures") or FIGURES
    return f"{result.qualifier}{numbers.reported(result.value, figures=figures).text}"


def _member(member: dict[str, Any]) -> str:
    return str(member.get("shown") or f"{member['qualifier']}{member['value'] or 'ND'}")


def uncertainty(result: Any) -> str:
    """U: as it was given; with two figures where it was reckoned (GUM 7.2.6); of a count, the interval it makes."""
    if result.expanded is None:
        return ""
    kept = (result.conformity or {}).get("uncertainty") or {}
    if kept.get("below") and kept.get("above"):
        interval = Expanded(result.value, Decimal(kept["below"]), Decimal(kept["above"]), result.k or Decimal(2))
        return numbers.reported(result.value, uncertainty=interval).expanded_text
    if kept.get("given", not result.calculation):
        return plain(result.expanded)
    return numbers.reported(result.expanded, figures=numbers.U_FIGURES).text

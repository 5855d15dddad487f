"""What a group comes to: its sum at every bound, each member's share, and the value and sign that are reported.

Everything follows from what is kept of the members; the verdict is conformity's, what is kept is made in members.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lims.domain.conformity import GroupVerdict
from lims.domain.conformity.censored import reach_of
from lims.domain.conformity.judging import in_unit
from lims.domain.conformity.values import NUMERIC
from lims.domain.method import FIGURES
from lims.domain.numbers.rounding import plain as printed
from lims.domain.numbers.rounding import significant
from lims.domain.rules.errors import BadInput
from lims.persistence.analysis import AnalysisRow
from lims.services import judging

SENSITIVE = "CENSORING_SENSITIVE"
_MOST_FIGURES = 12


def judged(row: AnalysisRow, kept: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from the members and the bound: value, verdict, and the sum at every bound."""
    found = judging.judge_kept(row, kept)
    kept = kept | {
        "bounds": {which: printed(x) for which, x in found.bounds.items()},
        "failing": list(found.failing),
        "members": [one | _share(one, kept) for one in kept["members"]],
    }
    qualifier, value = _reported(kept, found, _edges(row, found))
    censored = all(one["status"] != "numeric" for one in kept["members"])
    kept["shown_as"] = f"{qualifier}{printed(value)}" if value is not None else _both(kept)
    u = found.uncertainty.at(value) if found.uncertainty and value is not None and not qualifier else None
    source = {"uncertainty": _source(kept)} if u is not None else {}
    return {
        "text": "; ".join(f"{one['code']} {one['text']}" for one in kept["members"]),
        "status": "censored" if censored else "numeric",
        "qualifier": qualifier,
        "value": value,
        "unit": "" if kept["combine"] == "RATIO_SUM" else kept["unit"],
        "expanded": u,
        "k": found.uncertainty.k if found.uncertainty and u is not None else None,
        "calculation": kept,
        "verdict": found.conformity.verdict,
        "verdict_reason": found.conformity.reason or "",
        "conformity": judging.stored(found.conformity, row.rule) | source,
    }


def _source(kept: Mapping[str, Any]) -> dict[str, str]:
    """Where U of the sum comes from: its own, else its members'; one that was typed among them makes it typed."""
    if kept["uncertainty"]:
        return {"source": kept["uncertainty"].get("source") or "typed", "name": ""}
    models = [one.get("uncertainty") for one in kept["members"] if one["status"] == "numeric"]
    if models and all(one and one["source"] == "method" for one in models):
        return {"source": "method", "name": ", ".join(dict.fromkeys(one["name"] for one in models if one["name"]))}
    return {"source": "typed", "name": ""}


def _share(one: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, str | None]:
    """What the member adds at the lower and at the upper bound, in the unit of the sum (of a ratio: its share)."""
    if kept["combine"] == "EACH":
        return {"low": None, "high": None}
    member = judging.member_of(one)
    try:
        here = in_unit(member.measured, (one["limit"] or {}).get("unit") or kept["unit"])
    except BadInput:
        return {"low": None, "high": None}
    weight = Fraction(member.factor)
    if kept["combine"] == "RATIO_SUM":
        if not one["limit"]:
            return {"low": None, "high": None}
        weight /= Fraction(Decimal(one["limit"]["value"]))
    if here.status == "numeric" and here.value is not None:
        low = high = _few(Fraction(here.value) * weight)
        return {"low": low, "high": high}
    reach = reach_of(here)
    if isinstance(reach, str):
        return {"low": "0", "high": None}
    share = _few(Fraction(reach.figure) * weight)
    return {"low": "0", "high": share} if reach.below else {"low": share, "high": None}


def _few(share: Fraction) -> str:
    value = Decimal(share.numerator) / Decimal(share.denominator)
    return printed(significant(value, _MOST_FIGURES).normalize())


def _edges(row: AnalysisRow, found: GroupVerdict) -> list[Decimal]:
    """The figures that no rounding may carry the reported value across."""
    limit = judging.limit_of(row.limit)
    figures = [side.value for side in limit.bounds if side] if limit and limit.operator in NUMERIC else []
    return [*figures, *(edge for edge in found.conformity.edges or () if edge is not None)]


def _reported(kept: Mapping[str, Any], found: GroupVerdict, edges: list[Decimal]) -> tuple[str, Decimal | None]:
    """Sign and value that are reported: the sum at its bound; of members judged each by itself, the highest."""
    if kept["combine"] == "EACH":
        return _highest(kept)
    if found.conformity.reason == SENSITIVE or not found.bounds:
        return "", None
    nothing_found = all(one["status"] != "numeric" for one in kept["members"])
    if nothing_found:
        return ("<", _as_shown(found.bounds["UB"], kept, edges)) if found.bounds.get("UB") else ("", None)
    which = (kept["settled"] or kept)["bound"] or "UB"
    value = found.bounds.get(which)
    return "", None if value is None else _as_shown(value, kept, edges)


def _as_shown(value: Decimal, kept: Mapping[str, Any], edges: list[Decimal]) -> Decimal:
    """A plain sum as it adds up; a converted or weighted one to as few figures as say the same about the limit."""
    plain_sum = kept["combine"] == "SUM" and all(one["factor"] == "1" for one in kept["members"])
    if plain_sum:
        return value
    for figures in range(FIGURES, _MOST_FIGURES + 1):
        shown = significant(value, figures)
        if all((shown > edge, shown < edge) == (value > edge, value < edge) for edge in edges):
            return shown
    return value


def _highest(kept: Mapping[str, Any]) -> tuple[str, Decimal | None]:
    """The highest member that was found, else the highest figure that all lie below."""
    found, below = [], []
    for one in kept["members"]:
        try:
            here = in_unit(judging.member_of(one).measured, kept["unit"])
        except BadInput:
            return "", None
        if here.status == "numeric" and here.value is not None:
            found.append(here.value)
        elif not isinstance(reach := reach_of(here), str) and reach.below:
            below.append(reach.figure)
    if found:
        return "", max(found)
    return ("<", max(below)) if len(below) == len(kept["members"]) else ("", None)


def _both(kept: Mapping[str, Any]) -> str:
    if kept["combine"] == "EACH":
        return "ND" if all(one["status"] == "not_detected" for one in kept["members"]) else "–"
    bounds = kept["bounds"]
    return " – ".join(bounds[which] for which in ("LB", "UB") if which in bounds) or "–"

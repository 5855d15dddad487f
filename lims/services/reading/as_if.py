"""One result judged as if another limit held: by the engine that judges every result, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, cast

from lims.domain import basis
from lims.domain.combination import combination
from lims.domain.conformity import Conformity, Uncertainty
from lims.domain.method import MethodVersion
from lims.domain.numbers.rounding import plain
from lims.domain.requirement import Analyte
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import thawed
from lims.domain.validation import validated_model
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.services import judging
from lims.services.uncertain import METHOD, RULE, TYPED

Frozen = Mapping[str, Any]
_TENTH = Decimal("0.1")
_MOST = Decimal(100_000)


class Found(NamedTuple):
    """A verdict, or why there is none; ``margin`` says in per cent how far inside (+) or outside (-) it is."""

    verdict: str
    why: Refusal | None = None
    margin: str = ""
    conformity: Conformity | None = None
    uncertainty: Uncertainty | None = None


@dataclass(frozen=True)
class _Judged:
    """What the engine reads of an analysis."""

    limit: Frozen | None
    rule: Frozen | None
    result: ResultRow


def as_if(result: ResultRow, own: Frozen | None, limit: Frozen, rule: Frozen | None, analyte: Analyte | None) -> Found:
    """The result, made for its ``own`` limit, held against another. ``analyte`` is what was measured."""
    trouble = _incomparable(result, own, limit, analyte)
    if trouble is not None:
        return Found("", trouble)
    row = cast(AnalysisRow, _Judged(limit, rule, result))
    uncertainty = uncertainty_under(result, limit, rule)
    try:
        if judging.is_group(result.calculation):
            found = judging.judge_kept(row, _kept(result, limit, rule, analyte)).conformity
        else:
            measured = judging.measured_from(judging.reread(result), result.unit, result.lod, result.loq)
            pooled = judging.judge_pooled(row, result.calculation)
            found = pooled or judging.judge_entry(row, measured, uncertainty)
    except BadInput as error:
        return Found("", Refusal(error.code, error.params))
    if found.verdict == "INVALID":
        return Found("", _invalid(found, result, limit))
    return Found(found.verdict, None, _margin(result, found), found, uncertainty)


def as_method(row: AnalysisRow, method: MethodVersion) -> Found:
    """The result against its own limit, had the method these limits of detection and this uncertainty.

    What the method's formula or corrections made is not reckoned anew: that needs the bench's own work.
    """
    result = row.result
    assert result is not None
    if result.calculation and not judging.is_group(result.calculation):
        return Found("", refusal("WORKED_UP_BY_METHOD"))
    lod, loq = judging.lod_loq(method, result.unit)
    limit, rule = row.limit or {}, row.rule or (row.requirement or {}).get("rule")
    uncertainty = _of_method(result, method, limit, rule)
    judged = cast(AnalysisRow, _Judged(row.limit, rule, result))
    try:
        if judging.is_group(result.calculation):
            found = judging.judge_kept(judged, _members_by(result, method)).conformity
        else:
            measured = judging.measured_from(judging.reread(result), result.unit, lod, loq)
            found = judging.judge_entry(judged, measured, uncertainty)
    except BadInput as error:
        return Found("", Refusal(error.code, error.params))
    if found.verdict == "INVALID":
        return Found("", _invalid(found, result, limit))
    return Found(found.verdict, None, _margin(result, found), found, uncertainty)


def _of_method(result: ResultRow, method: MethodVersion, limit: Frozen, rule: Frozen | None) -> Uncertainty | None:
    """U by the method's validated model, unless it was typed; below its levels there is none of the method's own."""
    kept = (result.conformity or {}).get("uncertainty") or {}
    model = validated_model(method)
    if kept.get("source") == TYPED or model is None or result.value is None or result.status != "numeric":
        return uncertainty_under(result, limit, rule) if kept.get("source") != METHOD else None
    try:
        u = model.at(result.value, result.unit)
    except BadInput:
        return None
    ends = {} if u.symmetric else {"below": plain(u.below), "above": plain(u.above)}
    return Uncertainty(_side(u.above, ends, limit, rule), k=u.k)


def _members_by(result: ResultRow, method: MethodVersion) -> dict[str, Any]:
    kept: dict[str, Any] = dict(result.calculation)
    members = []
    for one in kept["members"]:
        lod, loq = (plain(figure) if figure is not None else "" for figure in judging.lod_loq(method, one["unit"]))
        members.append({**one, "lod": lod, "loq": loq})
    return {**kept, "members": members}


def _margin(result: ResultRow, found: Conformity) -> str:
    """None for a result that is only known to be below or above something."""
    counted = result.status == "numeric" and not result.qualifier or judging.is_group(result.calculation)
    return margin(found) if counted and not found.qualifier else ""


def margin(found: Conformity) -> str:
    """From the value to where the verdict turns, in per cent of that edge; empty where no number is compared."""
    if found.value is None or found.edges is None:
        return ""
    low, high = found.edges
    gaps = [edge - found.value if at else found.value - edge for at, edge in enumerate((low, high)) if edge is not None]
    edges = [edge for edge in (low, high) if edge is not None]
    shares = [gap * 100 / edge.copy_abs() for gap, edge in zip(gaps, edges, strict=True) if edge]
    if not shares:
        return ""
    nearest = min(shares)
    if nearest.copy_abs() > _MOST:
        return ""
    shown = nearest.quantize(_TENTH)
    return f"{shown:+f} %" if shown else "0.0 %"


def uncertainty_under(result: ResultRow, limit: Frozen, rule: Frozen | None) -> Uncertainty | None:
    """U as it was kept; one that a rule brought goes with that rule, and another rule may bring its own."""
    kept = (result.conformity or {}).get("uncertainty") or {}
    if result.expanded is not None and kept.get("source") != RULE:
        return Uncertainty(_side(result.expanded, kept, limit, rule), k=result.k or Decimal(2))
    share = (rule or {}).get("expanded") or ""
    if not share.endswith("%") or result.value is None or result.status != "numeric":
        return None
    return Uncertainty(result.value.copy_abs() * Decimal(share[:-1]) / 100, k=Decimal(2))


def _side(expanded: Decimal, kept: Mapping[str, str], limit: Frozen, rule: Frozen | None) -> Decimal:
    """Of a count, U reaches otherwise below than above: the side that this limit and rule look at."""
    if not kept.get("below") or not kept.get("above"):
        return expanded
    below, above = Decimal(kept["below"]), Decimal(kept["above"])
    rejects = (rule or {}).get("name") == "GUARDED_REJECTION"
    if limit["operator"] in ("LE", "LT"):
        return below if rejects else above
    if limit["operator"] in ("GE", "GT"):
        return above if rejects else below
    return max(below, above)


def _kept(result: ResultRow, limit: Frozen, rule: Frozen | None, analyte: Analyte | None) -> dict[str, Any]:
    """The members with the bound that this limit asks for, and U of the sum under this rule."""
    kept = dict(result.calculation)
    asked = combination(thawed(limit), analyte, (rule or {}).get("nd_in_sums") or "") if analyte is not None else None
    if asked is not None and not kept.get("settled"):
        kept["bound"] = asked.bound
    share = (rule or {}).get("expanded") or ""
    if not kept.get("uncertainty") and share.endswith("%"):
        kept["uncertainty"] = {"expanded": "", "percent": share[:-1], "k": "2"}
    return kept


def _incomparable(result: ResultRow, own: Frozen | None, limit: Frozen, analyte: Analyte | None) -> Refusal | None:
    """Why the result says nothing about the limit, before any figure is looked at."""
    measured = analyte.code if analyte is not None else limit["analyte"]
    if measured not in (limit["analyte"], limit.get("first")):
        return refusal("MEASURED_OTHERWISE", analyte=limit["analyte"], measured=measured)
    mine, theirs = (basis.basis_named(str((one or {}).get("basis") or "")) or basis.AS_IS for one in (own, limit))
    if mine != theirs:
        return refusal("BASIS_DIFFERS", basis=limit.get("basis") or "-", other=(own or {}).get("basis") or "-")
    if analyte is not None and judging.is_group(result.calculation):
        combine = combination(thawed(limit), analyte).combine
        if combine != result.calculation["combine"]:
            return refusal("MEMBERS_TAKEN_OTHERWISE", asked=combine, done=result.calculation["combine"])
    return None


def _invalid(found: Conformity, result: ResultRow, limit: Frozen) -> Refusal:
    if found.reason == "INCOMPATIBLE_UNIT":
        return refusal("INCOMPATIBLE_UNIT", source=result.unit or "-", target=limit.get("unit") or "-")
    if found.reason == "NOT_A_RESULT":
        return refusal("NOT_A_RESULT", text=result.text[:60])
    return Refusal(found.reason or "NOT_A_RESULT", {})

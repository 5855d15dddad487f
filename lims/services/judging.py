"""From stored rows to the values that conformity judges, and back to what is stored; decides nothing itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lims.domain.conformity import (
    Conformity,
    DecisionRule,
    GroupVerdict,
    Limit,
    Measured,
    Member,
    Uncertainty,
    judge,
    judge_group,
)
from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain as printed
from lims.domain.numbers.rounding import round_to
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput
from lims.domain.sampling import pools
from lims.persistence.analysis import AnalysisRow, ResultRow


def limit_of(frozen: dict[str, Any] | None) -> Limit | None:
    """The limit as it was frozen on the analysis; its figures are text and stay so.

    A banned substance with a reporting limit is compared with that figure; a total that is measured first only passes.
    """
    if not frozen:
        return None
    reporting = _REPORTING_LIMIT.fullmatch(frozen.get("nd_rule") or "") if frozen["operator"] == "ND" else None
    return Limit(
        operator="LE" if reporting else frozen["operator"],
        value=reporting[1] if reporting else frozen.get("value") or None,
        value2=frozen.get("value2") or None,
        unit=frozen.get("unit") or "",
        n=_whole(frozen.get("n")),
        c=_whole(frozen.get("c")),
        m=frozen.get("m") or None,
        M=frozen.get("M") or None,
        strict=tuple(frozen.get("strict") or ()),
        step="TOTAL_FIRST" if frozen.get("first") else "",
        decimals=_whole(frozen.get("decimals")),
    )


def figures_of(frozen: Mapping[str, Any] | None, value: Decimal, unit: str, otherwise: int) -> int:
    """Figures that a value is reported to: down to the decimals that its limit asks for, where it is in its unit."""
    decimals = _whole(frozen.get("decimals")) if frozen and frozen.get("unit") == unit else None
    if decimals is None or not value:
        return otherwise
    place = Decimal(1).scaleb(-decimals)
    return max(round_to(value, place).adjusted() + 1 + decimals, 1)


_REPORTING_LIMIT = re.compile(r"LIMIT_IS_REPORTING_LIMIT_([0-9.]+)")


def _whole(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def rule_of(frozen: dict[str, Any] | None) -> DecisionRule:
    """The rule frozen at acceptance; without one, simple acceptance by full value (GB/T 8170 4.3.1)."""
    frozen = frozen or {}
    return DecisionRule(
        name=frozen.get("name", "SIMPLE"),
        r=Decimal(frozen.get("r", "1")),
        p_min=Decimal(frozen.get("p_min", "0.95")),
        comparison=frozen.get("comparison", "FULL"),
    )


def lod_loq(method: MethodVersion | None, unit: str) -> tuple[Decimal | None, Decimal | None]:
    """The method's LOD and LOQ in the unit of the result (an empty unit: in their own); None where not comparable."""
    if method is None:
        return None, None
    return _in_unit(method.lod, method.lod_unit, unit), _in_unit(method.loq, method.loq_unit, unit)


def _in_unit(text: str, source: str, target: str) -> Decimal | None:
    if not text:
        return None
    if not target or not source or source == target:
        return Decimal(text)
    try:
        return units.convert(Decimal(text), source, target)
    except BadInput:
        return None


def measured_from(entry: Entry, unit: str, lod: Decimal | None, loq: Decimal | None) -> tuple[Measured, ...]:
    """The measured values in an entry: one, or the members of a list."""
    if entry.status == "list":
        return tuple(
            Measured(
                status=member.status,
                value=member.value,
                qualifier=member.qualifier,
                unit=entry.unit or unit,
                lod=lod,
                loq=loq,
            )
            for member in entry.values
        )
    return (
        Measured(
            status=entry.status,
            value=entry.value,
            qualifier=entry.qualifier,
            unit=entry.unit or unit,
            lod=entry.lod or lod,
            loq=loq,
            text=entry.text,
        ),
    )


def judge_entry(analysis: AnalysisRow, measured: tuple[Measured, ...], uncertainty: Uncertainty | None) -> Conformity:
    return judge(measured, limit_of(analysis.limit), rule_of(analysis.rule), uncertainty)


def judge_stored(analysis: AnalysisRow) -> Conformity:
    """Judge again from what is stored, as the decision and the certificate do before they rely on a verdict."""
    result: ResultRow = analysis.result  # type: ignore[assignment]
    if is_group(result.calculation):
        return judge_kept(analysis, result.calculation).conformity
    pooled = judge_pooled(analysis, result.calculation)
    if pooled is not None:
        return pooled
    known = result.expanded is not None  # a U of zero is a U
    uncertainty = Uncertainty(expanded=result.expanded, k=result.k or Decimal(2)) if known else None
    return judge_entry(analysis, measured_from(reread(result), result.unit, result.lod, result.loq), uncertainty)


def judge_pooled(analysis: AnalysisRow, kept: Mapping[str, Any] | None) -> Conformity | None:
    """Units tested together, judged from the pools that are kept with the result; None where there are none."""
    found, limit = pools.kept_in(kept), limit_of(analysis.limit)
    return pools.judge_pools(found, limit) if found and limit is not None else None


def pools_of(kept: Mapping[str, Any] | None) -> tuple[pools.Pool, ...]:
    return pools.kept_in(kept)


def pool_plan(analysis: AnalysisRow, method: MethodVersion | None) -> pools.Plan:
    """The plan of an analysis as pools are held against it. BadInput POOLING_NOT_ALLOWED without a limit."""
    limit, frozen = limit_of(analysis.limit), analysis.limit or {}
    if limit is None:
        raise BadInput("POOLING_NOT_ALLOWED", field=pools.KIND, limit="-")
    size = pools.pool_size(method.pool_size if method else "")
    return pools.Plan(limit, str(frozen.get("code") or "-"), str(frozen.get("portion") or ""), size)


def is_group(calculation: Mapping[str, Any] | None) -> bool:
    """Whether what is kept with a result is its members."""
    return (calculation or {}).get("kind") == "group"


def judge_kept(analysis: AnalysisRow, kept: Mapping[str, Any]) -> GroupVerdict:
    """A group judged from what is kept of it: texts as typed, factors, limits, and the bound, chosen or given."""
    limit = limit_of(analysis.limit)
    group = {one["code"]: member_of(one) for one in kept["members"]}
    rule, uncertainty = rule_of(analysis.rule), uncertainty_of(kept.get("uncertainty"))
    bound = (kept.get("settled") or kept)["bound"]
    found = judge_group(group, kept["combine"], limit, rule, uncertainty, bound)
    if found.bounds or kept["combine"] == "EACH" or found.conformity.verdict == "INVALID":
        return found
    unjudged = judge_group(group, kept["combine"], Limit("LE", "1", unit=kept["unit"]), rule, uncertainty, bound)
    return found._replace(bounds=unjudged.bounds, uncertainty=unjudged.uncertainty)  # a sum that no limit asks for


def member_of(one: Mapping[str, Any]) -> Member:
    entry = read_entry(one["text"])
    (measured,) = measured_from(entry, one["unit"], _decimal(one["lod"]), _decimal(one["loq"]))
    kept = one.get("uncertainty")
    uncertainty = Uncertainty(_decimal(kept["expanded"]), None, Decimal(kept["k"])) if kept else None
    if entry.expanded is not None:
        share = entry.expanded if entry.expanded_percent else None
        uncertainty = Uncertainty(None if share is not None else entry.expanded, share)
    return Member(measured, Decimal(one["factor"]), limit_of(one["limit"]), uncertainty, one["told"])


def uncertainty_of(kept: Mapping[str, Any] | None) -> Uncertainty | None:
    if not kept:
        return None
    return Uncertainty(_decimal(kept["expanded"]), _decimal(kept["percent"]), Decimal(kept["k"]))


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def reread(result: ResultRow) -> Entry:
    """The stored text read anew; a calculated result is read from its stored value."""
    if result.status == "not_detected":
        return read_entry("ND")
    if result.calculation and result.value is not None:
        return read_entry(f"{result.qualifier}{printed(result.value)}")
    if result.status == "qualitative":
        return Entry(result.text, "qualitative", word=result.text.strip())
    return read_entry(result.text)


def stored(conformity: Conformity, rule: dict[str, Any] | None) -> dict[str, Any]:
    """What is kept beside the result so that anyone can check the comparison by hand."""
    return plain(
        {
            "compared": conformity.compared,
            "unit": conformity.unit,
            "acceptance_limit": conformity.acceptance_limit,
            "p_conform": conformity.p_conform,
            "worked": conformity.worked,
            "worked_zh": conformity.worked_zh,
            "rule": rule or {"name": "SIMPLE"},
        }
    )

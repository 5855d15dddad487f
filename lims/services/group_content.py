"""A group as documents and pages say it: by which bound its sum stands, and each member with what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lims.domain.numbers.rounding import plain, significant
from lims.domain.sampling.pools import Pool
from lims.persistence.analysis import AnalysisRow
from lims.services import judging
from reports.certificate.content import Member, Pair

SUMS = {
    "SUM": Pair("总和", "sum"),
    "TEQ": Pair("毒性当量之和", "toxic equivalents"),
    "RATIO_SUM": Pair("占各自最大值比例之和", "sum of the shares of their maxima"),
}
BOUNDS = {"LB": Pair("下界", "lower bound"), "MB": Pair("中界", "middle bound"), "UB": Pair("上界", "upper bound")}
EACH = Pair("逐项判定，所报为最高单项", "each member by itself; the highest is reported")
BOTH = Pair("上界；下界判定相同", "upper bound; the lower one gives the same verdict")
OPEN = Pair("上下界判定不同", "the bounds give different verdicts")
CHOSEN = Pair("由审核人选定", "chosen by the reviewer")
TOTAL_FIRST = Pair("先测总量；限量为其形态的限量", "the total measured first; the limit is that of the species")
_FIGURES = 6


def bound_of(analysis: AnalysisRow) -> Pair:
    """What stands under the reported value; empty for a result that is neither a group nor a first step."""
    result = analysis.result
    if result is None:
        return Pair()
    kept = result.calculation
    if not judging.is_group(kept):
        return TOTAL_FIRST if (analysis.limit or {}).get("first") else Pair()
    if kept["combine"] == "EACH":
        return EACH
    said, figures = SUMS[kept["combine"]], _figures(kept["bounds"])
    bound = _bound(kept, result.verdict_reason)
    return Pair(f"{said.zh}，{bound.zh}（{figures}）", f"{said.en}, {bound.en} ({figures})")


def _bound(kept: Mapping[str, Any], reason: str) -> Pair:
    if kept["settled"]:
        named = BOUNDS[kept["settled"]["bound"]]
        return Pair(f"{named.zh}，{CHOSEN.zh}", f"{named.en}, {CHOSEN.en}")
    if kept["bound"]:
        return BOUNDS[kept["bound"]]
    return OPEN if reason == "CENSORING_SENSITIVE" else BOTH


def _figures(bounds: Mapping[str, str]) -> str:
    return ", ".join(f"{which} {short(bounds[which])}" for which in ("LB", "MB", "UB") if which in bounds)


def short(figure: str) -> str:
    """Six figures of what has more; the whole of it stands in the worked line."""
    value = Decimal(figure)
    return plain(significant(value, _FIGURES)) if len(value.as_tuple().digits) > _FIGURES else figure


def members_of(analysis: AnalysisRow) -> tuple[Member, ...]:
    """The members and what was measured beside them, as typed; of units tested together, each pool."""
    if analysis.result is not None and (found := judging.pools_of(analysis.result.calculation)):
        portion = str((analysis.limit or {}).get("portion") or "")
        return tuple(_pool(number, one, portion) for number, one in enumerate(found, start=1))
    if analysis.result is None or not judging.is_group(analysis.result.calculation):
        return ()
    kept = analysis.result.calculation
    return tuple(_member(one, one["code"] in kept["failing"]) for one in (*kept["members"], *kept["shown"]))


def _member(one: Mapping[str, Any], fails: bool) -> Member:
    limit = one["limit"] or {}
    return Member(
        name=Pair(one["zh"], one["en"]),
        result=_as_printed(one),
        unit=one["unit"],
        factor=one["told"],
        limit=f"{limit['value']} {limit.get('unit', '')}".strip() if limit.get("value") else "",
        lod=one["lod"],
        loq=one["loq"],
        fails=fails,
    )


def _pool(number: int, one: Pool, portion: str) -> Member:
    size = f"{len(one.units)} × {portion}" if portion else str(len(one.units))
    name = Pair(f"合并样 {number}：单位 {one.named}（{size}）", f"pool {number}: units {one.named} ({size})")
    return Member(name=name, result="ND" if one.entry.status == "not_detected" else one.text)


def _as_printed(one: Mapping[str, Any]) -> str:
    """The number with its sign, without the unit and the U that stand beside it."""
    if one["status"] == "not_detected":
        return "ND"
    return f"{one['qualifier']}{one['value']}" if one["value"] is not None else str(one["text"])

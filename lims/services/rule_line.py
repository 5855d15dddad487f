"""The decision rule of a result as documents and pages say it: its name, r, U, k and its risk (17025 7.8.6.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lims.domain.conformity.risk import factors, r_of, risk_of, worst_said
from lims.domain.decision_rule import WITHOUT_ANY
from lims.domain.numbers.rounding import plain as printed
from lims.persistence.analysis import AnalysisRow
from lims.services import shown
from reports.certificate.content import DecisionRule, Pair

JUDGED = frozenset({"PASS", "FAIL", "INCONCLUSIVE", "CONDITIONAL_PASS", "CONDITIONAL_FAIL"})
_BEFORE_THE_TABLE = {
    "SIMPLE": Pair(WITHOUT_ANY["name_zh"], WITHOUT_ANY["name_en"]),
    "GUARDED": Pair("带保护带的接受", "guarded acceptance"),
    "NON_BINARY": Pair("非二元判定", "non-binary statement"),
    "GUARDED_REJECTION": Pair("带保护带的拒绝", "guarded rejection"),
    "PROBABILITY": Pair("合格概率", "probability of conformity"),
}
"""Names for a rule that was frozen without its own."""


def rule_of(analysis: AnalysisRow) -> Mapping[str, str]:
    """The rule that the result was judged by: as it was frozen, else the one that is proposed, else the default."""
    rule: Mapping[str, str] = analysis.rule or (analysis.requirement or {}).get("rule") or WITHOUT_ANY
    return rule


def name_of(rule: Mapping[str, str]) -> Pair:
    known = _BEFORE_THE_TABLE[rule.get("name", "SIMPLE")]
    return Pair(rule.get("name_zh") or known.zh, rule.get("name_en") or known.en)


def code_of(rule: Mapping[str, str]) -> str:
    """``EU_DEFAULT v1``; the default that no row of the catalogue says goes by its name."""
    return f"{rule['code']} v{rule['version']}" if rule.get("code") else rule.get("name", "SIMPLE")


def uncertainty(result: Any) -> str:
    """U as it is printed on every page and document."""
    return shown.uncertainty(result)


def coverage(result: Any) -> str:
    return printed(result.k) if result.expanded is not None and result.k is not None else ""


def risk(analysis: AnalysisRow) -> Pair:
    """The specific risk of the result, or what its rule risks at worst; empty where nothing was decided by a number."""
    result = analysis.result
    if result is None or result.verdict not in JUDGED:
        return Pair()
    kept = result.conformity or {}
    said = risk_of(
        rule_of(analysis), (analysis.limit or {}).get("operator", ""), result.status, result.verdict,
        kept.get("p_conform"), result.expanded is not None,
    )  # fmt: skip
    return Pair(said.chinese, said.english)


def line(analysis: AnalysisRow) -> Pair:
    """The whole line of one result in each language; empty without a limit."""
    if not analysis.limit:
        return Pair()
    rule, result = rule_of(analysis), analysis.result
    name = name_of(rule)
    told = factors(rule, uncertainty(result), coverage(result)) if result is not None else factors(rule, "", "")
    at_risk, sums = risk(analysis), _nd_in_sums(analysis)
    source = " ".join(filter(None, (rule.get("source", ""), rule.get("clause", ""))))
    return Pair(
        "；".join(filter(None, (f"{name.zh}（{source}）" if source else name.zh, told, sums.zh, at_risk.zh))),
        "; ".join(filter(None, (f"{name.en} ({source})" if source else name.en, told, sums.en, at_risk.en))),
    )


_ND_COUNTS = {
    "LB": Pair("求和时未检出按 0 计", "not found counts 0 in the sum"),
    "MB": Pair("求和时未检出按一半计", "not found counts half in the sum"),
    "UB": Pair("求和时未检出按定量限（检出限）计", "not found counts whole in the sum"),
}


def _nd_in_sums(analysis: AnalysisRow) -> Pair:
    """The bound of a sum that the limit leaves to the laboratory; empty where the law or the reviewer sets it."""
    kept = (analysis.result.calculation if analysis.result is not None else None) or {}
    set_here = kept.get("why") == "SET_BY_THE_LABORATORY" and not kept.get("settled")
    return _ND_COUNTS[kept["bound"]] if set_here else Pair()


def rules_of(analyses: Sequence[AnalysisRow]) -> tuple[DecisionRule, ...]:
    """Every decision rule used, once, with its r, its k and what it risks at worst (7.8.6.1, 7.8.6.2 c).

    Rules of the catalogue that say the same are one line with all their codes.
    """
    found: dict[DecisionRule, tuple[dict[str, None], dict[str, Decimal]]] = {}
    for one in analyses:
        if one.limit:
            rule = rule_of(one)
            codes, ks = found.setdefault(_said(rule), ({}, {}))
            codes[code_of(rule)] = None
            if one.result is not None and coverage(one.result):
                ks[coverage(one.result)] = one.result.k or Decimal(2)
    return tuple(
        replace(said, code=", ".join(codes), k=", ".join(sorted(ks, key=ks.__getitem__)))
        for said, (codes, ks) in found.items()
    )


def _said(rule: Mapping[str, str]) -> DecisionRule:
    name, worst = name_of(rule), worst_said(rule)
    source = " ".join(filter(None, (rule.get("source", ""), rule.get("clause", ""))))
    sentence = Pair(f"{name.zh}（{source}）", f"{name.en} ({source})") if source else name
    return DecisionRule("", sentence, r_of(rule), "", Pair(worst.chinese, worst.english))

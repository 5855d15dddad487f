"""What is to become of a lot: the decision table, first match by priority; without a match the lot is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COMPOSITE: Mapping[str, tuple[str, ...]] = {
    "RETURN_OR_DESTROY": ("RETURN", "DESTROY"),
    "DETAIN_AND_REFUSE": ("DESTROY", "REDISPATCH", "SPECIAL_TREATMENT", "OTHER_USE"),
    "DETAIN": ("TESTIMONY", "RECONDITION", "EXPORT", "DESTROY"),
    "REFUSE": ("EXPORT", "DESTROY"),
}
"""Dispositions that name several; the officer chooses one of them."""


@dataclass(frozen=True)
class Facts:
    """What the table is asked with; ``state`` is NONE, TREATED_RETEST_PASS, REINSPECTION_PENDING …"""

    jurisdiction: str
    goods_class: str
    verdict: str
    worst_severity: str
    state: str = "NONE"


@dataclass(frozen=True)
class Proposal:
    """The row that matched, the choices it offers (HOLD is always one), and its ground."""

    rule_id: str
    disposition: str
    choices: tuple[str, ...]
    document: str
    deadline: str
    legal_basis: str


FAIL_SAFE = Proposal("DEFAULT", "HOLD", ("HOLD",), "none", "none", "no rule matched")


def propose(rules: Iterable[Mapping[str, str]], asked: Facts) -> Proposal:
    """The first row that matches, by priority; the fail-safe is to hold, never to release."""
    for row in sorted(rules, key=lambda rule: int(rule["priority"])):
        if _matches(row, asked):
            return _proposal(row)
    return FAIL_SAFE


def _matches(row: Mapping[str, str], asked: Facts) -> bool:
    severity = "SHE" if asked.worst_severity == "OTHER_OR_SHE" else asked.worst_severity
    return all(
        row[column] in ("ANY", value)
        for column, value in (
            ("jurisdiction", asked.jurisdiction),
            ("goods_class", asked.goods_class),
            ("verdict", asked.verdict),
            ("worst_severity", severity),
            ("state", asked.state),
        )
    )


def _proposal(row: Mapping[str, str]) -> Proposal:
    listed = tuple(filter(None, (row.get("allowed_choices") or "").split(";")))
    choices = listed or COMPOSITE.get(row["disposition"], (row["disposition"],))
    offered = tuple(dict.fromkeys((*choices, "HOLD")))
    return Proposal(
        row["rule_id"], row["disposition"], offered, row["document"], row["deadline"], row["legal_basis"]
    )

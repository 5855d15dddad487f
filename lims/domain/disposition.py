"""What is to become of a lot: the decision table, first match by priority; without a match the lot is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lims.domain.rules.errors import BadInput

COMPOSITE: Mapping[str, tuple[str, ...]] = {
    "RETURN_OR_DESTROY": ("RETURN", "DESTROY"),
    "DETAIN_AND_REFUSE": ("DESTROY", "REDISPATCH", "SPECIAL_TREATMENT", "OTHER_USE"),
    "DETAIN": ("TESTIMONY", "RECONDITION", "EXPORT", "DESTROY"),
    "REFUSE": ("EXPORT", "DESTROY"),
    "AS_GENERAL_OR_REFER": ("AS_GENERAL", "REFER"),
}
"""Dispositions that name several; the officer chooses one of them."""
AS_GENERAL = "AS_GENERAL"
"""No disposition by itself: the rows of general goods say which (Implementing Regulations Art. 20)."""


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
"""The last row of the table; it has one version for ever."""
_LAST = 99
_SILENT = frozenset({"ANY", "NONE", ""})
"""States that say nothing of what was done to the goods."""


KNOWN_STATES = frozenset({"ANY", "NONE", "RISK_MONITORING_SAMPLE", "TREATED_RETEST_PASS", "TREATMENT_FAILED_OR_LATE"})
"""States that the laboratory knows by itself: from the purpose of the request and from the rounds of the lot."""


def findings(rules: Iterable[Mapping[str, str]], asked: Facts) -> tuple[str, ...]:
    """The states that a person must establish before these rows apply: is there an effective treatment? which class?"""
    ordered = sorted(rules, key=lambda rule: int(rule["priority"]))
    found = [row["state"] for row in ordered if _matches(row, replace(asked, state=row["state"]))]
    return tuple(dict.fromkeys(state for state in found if state not in KNOWN_STATES))


def check(row: Mapping[str, str]) -> None:
    """What no version of a row may be: behind the fail-safe row, or a release of goods that did not conform.

    Only what passed, or passed after a treatment, is released; an open verdict never is (GACC Decree 249).
    """
    if int(row["priority"]) >= _LAST and row["disposition"] != FAIL_SAFE.disposition:
        raise BadInput("NOT_BEHIND_THE_LAST_ROW", field="priority", value=row["priority"])
    offered = {row["disposition"], *(row.get("allowed_choices") or "").split(";")}
    if "RELEASE" in offered and row["verdict"] != "PASS" and (row["verdict"] != "FAIL" or row["state"] in _SILENT):
        raise BadInput("RELEASE_WITHOUT_PASS", field="disposition", value=row["disposition"])


def propose(rules: Iterable[Mapping[str, str]], asked: Facts) -> Proposal:
    """The first row that matches, by priority; the fail-safe is to hold, never to release."""
    ordered = sorted(rules, key=lambda rule: int(rule["priority"]))
    for row in ordered:
        if _matches(row, asked):
            return _as_general(_proposal(row), ordered, asked)
    return FAIL_SAFE


def _as_general(offered: Proposal, rules: Iterable[Mapping[str, str]], asked: Facts) -> Proposal:
    """Goods that are treated as general goods are offered what those would be, under the row that says so."""
    if AS_GENERAL not in offered.choices or asked.goods_class == "GENERAL":
        return offered
    general = propose(rules, replace(asked, goods_class="GENERAL"))
    choices = tuple(
        choice for one in offered.choices for choice in (general.choices if one == AS_GENERAL else (one,))
    )
    return replace(
        offered, choices=tuple(dict.fromkeys((*(c for c in choices if c != "HOLD"), "HOLD"))),
        document=general.document if offered.document == "as GENERAL" else offered.document,
        deadline=general.deadline if offered.deadline == "as GENERAL" else offered.deadline,
    )


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

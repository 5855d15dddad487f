"""The decision table for its page: every row in force, in the order in which it is asked, with its ground."""

from __future__ import annotations

from dataclasses import dataclass

from lims.services import facts
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class TableRow:
    priority: str
    rule_id: str
    jurisdiction: str
    goods_class: str
    verdict: str
    worst_severity: str
    state: str
    disposition: str
    choices: tuple[str, ...]
    document: str
    deadline: str
    legal_basis: str


def table(tx: Transaction) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            **{name: row.get(name) or "" for name in TableRow.__annotations__ if name != "choices"},
            choices=tuple(filter(None, (row.get("allowed_choices") or "").split(";"))),
        )
        for row in facts.disposition_rules(tx)
    )

"""Decision rules for screens: those a contract may name today."""

from __future__ import annotations

from lims.services import facts
from lims.services.transaction import Transaction


def choices(tx: Transaction) -> tuple[tuple[str, str, str], ...]:
    """Code, Chinese and English name of every rule in force."""
    rules = facts.decision_rules(tx, tx.today)
    return tuple((code, rules[code].name_zh, rules[code].name_en) for code in sorted(rules))

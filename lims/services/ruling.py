"""Which decision rule a limit of a request is judged by: the catalogue's rules of a day, asked for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lims.domain.decision_rule import RuleVersion, chosen
from lims.domain.rules.errors import BadInput, Refused
from lims.persistence.request import RequestRow
from lims.services import facts
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class ContractRule:
    """The decision rule that the customer asks for (ISO/IEC 17025 7.1.3): its code in the catalogue, and why."""

    code: str
    reason: str


class Ruling(NamedTuple):
    """The decision rules in force on a day, asked for the limits of one request."""

    rules: Mapping[str, RuleVersion]
    request: RequestRow

    def of(self, limit: Mapping[str, Any] | None) -> dict[str, str] | None:
        """The rule for a frozen limit; None where nothing is judged. Refused where the rule named is not in force."""
        if not limit:
            return None
        jurisdiction = limit.get("jurisdiction") or self.request.jurisdiction
        contract = (self.request.contract_rule or {}).get("code", "")
        return chosen(limit.get("rule_hint") or "", jurisdiction, self.rules, contract)

    def proposed(self, limit: Mapping[str, Any] | None) -> dict[str, str] | None:
        """What acceptance would freeze today; None as well where it would be refused, which only acceptance says."""
        try:
            return self.of(limit)
        except Refused:
            return None


def today(tx: Transaction, request: RequestRow) -> Ruling:
    return Ruling(facts.decision_rules(tx, tx.today), request)


def of_contract(asked: ContractRule | None, rules: Mapping[str, RuleVersion]) -> dict[str, str] | None:
    """What is kept of a customer's rule; nothing asked is None, a code that is not in force BadInput."""
    if asked is None or not (asked.code.strip() or asked.reason.strip()):
        return None
    if asked.code.strip() not in rules:
        raise BadInput("UNKNOWN_DECISION_RULE", field="contract_rule", text=asked.code.strip()[:80])
    if not asked.reason.strip():
        raise BadInput("FIELD_NEEDED", field="contract_rule.reason")
    return {"code": asked.code.strip(), "reason": asked.reason.strip()}

"""Decision rules as the catalogue keeps them, and which of them a limit is judged by.

The limit's own hint comes first, then the default of its jurisdiction, then the customer's contract, else simple
acceptance by full value (ISO/IEC 17025 7.1.3). It judges nothing; that is conformity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lims.domain.conformity import BOUNDS, COMPARISONS, RULES
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal

DEFAULT = "_DEFAULT"
"""``CN_DEFAULT`` is the default of the jurisdiction CN: there can be only one in force."""
_WITH_BAND = ("GUARDED", "NON_BINARY")


@dataclass(frozen=True)
class RuleVersion:
    """One version of a decision rule; r and p_min are texts and keep their printed digits."""

    code: str
    version: int
    jurisdiction: str
    name: str
    r: str
    p_min: str
    comparison: str
    expanded: str
    """The uncertainty that the rule itself brings, as a share of the value: ``50%``."""
    source: str
    clause: str
    name_zh: str
    name_en: str
    valid_from: date | None = None
    valid_to: date | None = None
    nd_in_sums: str = ""
    """At which bound (LB, MB, UB) a sum counts what was not found, where its limit leaves that to the laboratory."""

    def frozen(self, by: str) -> dict[str, str]:
        """The rule as plain JSON, to be kept with the analysis; ``by`` says where it came from."""
        kept = {
            "code": self.code, "version": str(self.version), "by": by, "name": self.name, "r": self.r,
            "p_min": self.p_min, "comparison": self.comparison, "expanded": self.expanded,
            "nd_in_sums": self.nd_in_sums, "source": self.source, "clause": self.clause,
            "name_zh": self.name_zh, "name_en": self.name_en,
        }
        return {name: text for name, text in kept.items() if text}


WITHOUT_ANY = {
    "by": "default", "name": "SIMPLE", "comparison": "FULL", "source": "GB/T 8170-2008", "clause": "4.3.1",
    "name_zh": "简单接受，全数值比较法", "name_en": "simple acceptance, full-value comparison",
}
"""What holds where neither limit, jurisdiction nor contract says anything (GB/T 8170-2008 4.3.1)."""


def decision_rule_from(
    code: str,
    version: int,
    content: Mapping[str, str],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RuleVersion:
    """Reads the stored fields of a rule; raises BadInput naming the field that cannot stand."""
    text = {key: (value or "").strip() for key, value in content.items()}
    names = ("jurisdiction", "name", "r", "p_min", "comparison", "expanded", "source", "clause", "name_zh", "name_en",
             "nd_in_sums")  # fmt: skip
    values = {name: text.get(name, "") for name in names}
    rule = RuleVersion(code, version, **values, valid_from=valid_from, valid_to=valid_to)
    _check(rule)
    return rule


def _check(rule: RuleVersion) -> None:
    for field in ("name_zh", "name_en", "source"):
        if not getattr(rule, field):
            raise BadInput("FIELD_NEEDED", field=field)
    if rule.name not in RULES:
        raise BadInput("UNKNOWN_CHOICE", field="name", value=rule.name)
    if rule.comparison not in COMPARISONS or (rule.comparison == "ROUNDED" and rule.name != "SIMPLE"):
        raise BadInput("UNKNOWN_CHOICE", field="comparison", value=rule.comparison)
    if rule.code.endswith(DEFAULT) and rule.code.removesuffix(DEFAULT) != rule.jurisdiction:
        raise BadInput("UNKNOWN_CHOICE", field="jurisdiction", value=rule.jurisdiction)
    _figure(rule, "r", rule.name in _WITH_BAND, Decimal(10))
    _figure(rule, "p_min", rule.name == "PROBABILITY", Decimal(1))
    if rule.nd_in_sums not in ("", *BOUNDS):
        raise BadInput("UNKNOWN_CHOICE", field="nd_in_sums", value=rule.nd_in_sums)
    if rule.expanded:
        _share(rule)


def _figure(rule: RuleVersion, field: str, used: bool, most: Decimal) -> None:
    """A figure stands where the rule uses it, and nowhere else: an unused one would be printed and mean nothing."""
    text = getattr(rule, field)
    if used != bool(text):
        raise BadInput("FIELD_NEEDED" if used else "UNKNOWN_CHOICE", field=field, value=text)
    if used and not 0 < _number(field, text) <= most:
        raise BadInput("NOT_A_NUMBER", field=field, value=text)


def _share(rule: RuleVersion) -> None:
    if not rule.expanded.endswith("%") or _number("expanded", rule.expanded[:-1]) <= 0:
        raise BadInput("NOT_A_NUMBER", field="expanded", value=rule.expanded)


def _number(field: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=field, value=text) from None
    if not number.is_finite() or abs(number.adjusted()) > 9:
        raise BadInput("NOT_A_NUMBER", field=field, value=text)
    return number


def chosen(hint: str, jurisdiction: str, rules: Mapping[str, RuleVersion], contract: str = "") -> dict[str, str]:
    """The rule for a limit among those in force on the day, frozen with what chose it.

    A code that is asked for and not in force is refused, never passed over: the next rule might say another verdict.
    """
    for code, by in ((hint, "limit"), (jurisdiction + DEFAULT, "jurisdiction"), (contract, "contract")):
        rule = rules.get(code)
        if rule is not None:
            return rule.frozen(by)
        if code and by != "jurisdiction":
            raise Refused(refusal("DECISION_RULE_NOT_IN_FORCE", rule=code, by=by))
    return dict(WITHOUT_ANY)

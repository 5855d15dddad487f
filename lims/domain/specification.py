"""Limits as printed: one version of one limit of one product.

Texts keep their printed digits. It knows nothing of results (conformity) and chooses no rule (decision_rule.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lims.domain.rules.errors import BadInput

NUMERIC = frozenset({"LE", "LT", "GE", "GT", "RANGE", "INFO_LE"})
PLANS = frozenset({"NCM2", "NCM3"})
OPERATORS = NUMERIC | PLANS | {"ND", "OUTCOME"}
MOST_DECIMALS = 12
SEVERITIES = ("SHE", "OTHER", "OTHER_OR_SHE")


@dataclass(frozen=True)
class LimitVersion:
    """One version of a limit; every figure is the text of the standard, both dates are in its force."""

    id: int
    code: str
    version: int
    jurisdiction: str
    product: str
    analyte: str
    operator: str
    value: str
    value2: str
    strict: tuple[str, ...]
    """Ends of a RANGE that are not in: ``low``, ``high``."""
    unit: str
    basis: str
    n: int | None
    c: int | None
    m: str
    M: str
    portion: str
    standard: str
    clause: str
    valid_from: date | None
    valid_to: date | None
    severity: str
    rule_hint: str = ""
    nd_rule: str = ""
    sum_rule: str = ""
    note: str = ""
    first: str = ""
    """The analyte of the total that may be measured first (GB 2762): at or below the limit the lot conforms."""
    matrix: str = ""
    """Which part or form of the product it is for, where the standard sets several; empty: the product as such."""
    origin: str = ""
    """Whence the goods must come: ``JP;KR``, or ``!JP`` for all others; empty: from anywhere."""
    intended_use: str = ""
    trade_mode: str = ""
    decimals: int | None = None
    """Decimals that the standard has the result rounded to before it is compared; None: those of the printed figure."""

    def in_force(self, on: date) -> bool:
        """An unknown first day counts as in force, an open last day has no end."""
        return in_force(self.valid_from, self.valid_to, on)

    @property
    def lowest(self) -> Decimal | None:
        """The figure that a limit of quantification must reach; None where no figure is measured against."""
        text = self.m if self.operator in PLANS else self.value
        number = _decimal(text) if text else None
        return number if number is None or number > 0 else None

    @property
    def worst(self) -> str:
        """Severity for the disposition table: an open choice counts as SHE until it is made."""
        return "OTHER" if self.severity == "OTHER" else "SHE"


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)


Place = tuple[str, str, str, str]
"""What only one limit may be in force for at a time: jurisdiction, product, analyte, matrix with what it asks for."""


def place_of(content: Mapping[str, str]) -> Place | None:
    """None for a limit that only informs: it judges nothing and may stand beside another."""
    if content.get("operator") == "INFO_LE":
        return None
    names = ("jurisdiction", "product", "analyte", "matrix", "origin", "intended_use", "trade_mode")
    jurisdiction, product, analyte, *narrower = ((content.get(name) or "").strip() for name in names)
    return jurisdiction, product, analyte, " | ".join(narrower).rstrip(" |")


def overlap(a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None) -> bool:
    """Whether two times in force share a day; an unknown end is open, and both last days count."""
    return (a_from is None or b_to is None or a_from <= b_to) and (b_from is None or a_to is None or b_from <= a_to)


def limit_from(
    id: int,
    code: str,
    version: int,
    content: Mapping[str, str],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> LimitVersion:
    """Reads the stored fields of a limit; raises BadInput naming the field that cannot stand."""
    text = {key: (value or "").strip() for key, value in content.items()}
    limit = LimitVersion(
        id=id,
        code=code,
        version=version,
        jurisdiction=text.get("jurisdiction", ""),
        product=text.get("product", ""),
        analyte=text.get("analyte", ""),
        operator=text.get("operator", ""),
        value=text.get("value", ""),
        value2=text.get("value2", ""),
        strict=tuple(filter(None, text.get("strict", "").split(";"))),
        unit=text.get("unit", ""),
        basis=text.get("basis", ""),
        n=_count("n", text.get("n", "")),
        c=_count("c", text.get("c", "")),
        m=text.get("m", ""),
        M=text.get("M", ""),
        portion=text.get("portion", ""),
        standard=text.get("standard", ""),
        clause=text.get("clause", ""),
        valid_from=valid_from,
        valid_to=valid_to,
        severity=text.get("severity", ""),
        rule_hint=text.get("decision_rule_hint", ""),
        nd_rule=text.get("nd_rule", ""),
        sum_rule=text.get("sum_rule", ""),
        note=text.get("note", ""),
        first=text.get("first", ""),
        matrix=text.get("matrix", ""),
        origin=text.get("origin", ""),
        intended_use=text.get("intended_use", ""),
        trade_mode=text.get("trade_mode", ""),
        decimals=_count("decimals", text.get("decimals", "")),
    )
    _check(limit)
    return limit


def _check(limit: LimitVersion) -> None:
    for name in ("jurisdiction", "product", "analyte", "unit", "standard"):
        if not getattr(limit, name):
            raise BadInput("FIELD_NEEDED", field=name)
    if limit.operator not in OPERATORS:
        raise BadInput("UNKNOWN_CHOICE", field="operator", value=limit.operator)
    if limit.severity not in SEVERITIES:
        raise BadInput("UNKNOWN_CHOICE", field="severity", value=limit.severity)
    if not set(limit.strict) <= {"low", "high"}:
        raise BadInput("UNKNOWN_CHOICE", field="strict", value=";".join(limit.strict))
    if limit.operator in NUMERIC:
        _number("value", limit.value)
    if limit.operator == "RANGE" and _number("value2", limit.value2) <= _number("value", limit.value):
        raise BadInput("RANGE_ENDS", field="value2", value=limit.value2)
    if limit.decimals is not None and limit.decimals > MOST_DECIMALS:
        raise BadInput("NOT_A_NUMBER", field="decimals", value=str(limit.decimals))
    if limit.operator == "OUTCOME" and not limit.value:
        raise BadInput("FIELD_NEEDED", field="value")
    if limit.operator in PLANS:
        _check_plan(limit)


def _check_plan(limit: LimitVersion) -> None:
    """n samples of which c may lie above m and none above M (three classes only)."""
    if limit.n is None or limit.c is None:
        raise BadInput("FIELD_NEEDED", field="n" if limit.n is None else "c")
    if limit.c >= limit.n:
        raise BadInput("PLAN_C_NOT_BELOW_N", field="c", value=str(limit.c))
    low = _number("m", limit.m)
    if limit.operator == "NCM3" and _number("M", limit.M) <= low:
        raise BadInput("RANGE_ENDS", field="M", value=limit.M)


def _number(field: str, text: str) -> Decimal:
    number = _decimal(text)
    if number is None:
        raise BadInput("NOT_A_NUMBER", field=field, value=text)
    return number


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _count(field: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BadInput("NOT_A_NUMBER", field=field, value=text)
    return int(text)


def frozen(limit: LimitVersion) -> dict[str, Any]:
    """The limit as plain JSON, to be kept with the analysis that is judged by it."""
    plain = asdict(limit)
    for name in ("valid_from", "valid_to"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    plain["strict"] = list(limit.strict)
    return plain


def thawed(plain: Mapping[str, Any]) -> LimitVersion:
    """The limit that was frozen; keys it does not know are left aside."""
    known = {item.name: plain[item.name] for item in fields(LimitVersion) if item.name in plain}
    for name in ("valid_from", "valid_to"):
        known[name] = date.fromisoformat(known[name]) if known.get(name) else None
    known["strict"] = tuple(known.get("strict") or ())
    return LimitVersion(**known)

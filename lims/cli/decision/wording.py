"""The words of a ``decide`` case: texts, counts, figures, a limit, a rule, an uncertainty, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lims.domain.conformity import COMPARISONS, DecisionRule, Limit, Uncertainty
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput


def bad(field: str, why: str, text: Any = None) -> BadInput:
    return BadInput("BAD_CASE", field=field, why=why, text=None if text is None else str(text)[:60])


def an_object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise bad(field, "not an object", value)
    return value


def a_text(value: Any, field: str) -> str | None:
    """Measured values and figures of limits are strings: a JSON number has lost its zeros already."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise bad(field, "not a string", value)
    return value


def a_count(value: Any, field: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad(field, "not an integer", value)
    return value


def a_number(value: Any, field: str, least: Decimal | None = None) -> Decimal | None:
    """A figure without a unit, or None where there is none."""
    text = a_text(value, field)
    if text is None:
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.unit or entry.expanded is not None:
        raise bad(field, "not a number", text)
    if least is not None and entry.value < least:
        raise bad(field, "too small", text)
    return entry.value


def limit_of(value: Any) -> Limit | None:
    if value is None:
        return None
    given = an_object(value, "limit")
    strict = given.get("strict") or ()
    if isinstance(strict, str):
        strict = (strict,)
    if not isinstance(strict, list | tuple) or not all(isinstance(side, str) for side in strict):
        raise bad("limit.strict", "not a list of words", strict)
    operator = a_text(given.get("operator"), "limit.operator")
    outcome = operator == "OUTCOME" and given.get("value") is None
    for name in ("value", "value2", "m", "M") if operator != "OUTCOME" else ():
        if isinstance(given.get(name), str) and not given[name].isascii():
            raise bad(f"limit.{name}", "not a number", given[name])  # digits of other scripts are for the eye only
    return Limit(
        operator=operator or "",
        value=a_text(given.get("text" if outcome else "value"), "limit.value"),
        value2=a_text(given.get("value2"), "limit.value2"),
        unit=(a_text(given.get("unit"), "limit.unit") or "").strip(),
        strict=tuple(strict),
        n=a_count(given.get("n"), "limit.n"),
        c=a_count(given.get("c"), "limit.c"),
        m=a_text(given.get("m"), "limit.m"),
        M=a_text(given.get("M"), "limit.M"),
        step=a_text(given.get("step"), "limit.step") or "",
    )


def rule_of(value: Any, comparison: Any) -> DecisionRule:
    """A rule by its name; which names are known is the domain's matter, how the value is compared is a word of ours."""
    given = {} if value is None else an_object(value, "rule")
    how = a_text(comparison if comparison is not None else given.get("comparison"), "comparison") or "FULL"
    if how not in COMPARISONS:
        raise bad("comparison", "unknown word", how)
    name = a_text(given.get("name"), "rule.name")
    r = a_number(given.get("r"), "rule.r", Decimal(0))
    p_min = a_number(given.get("p_min"), "rule.p_min", Decimal(0))
    if p_min is not None and p_min > 1:
        raise bad("rule.p_min", "above 1", p_min)
    name = "SIMPLE" if name is None else name
    return DecisionRule(name, Decimal(1) if r is None else r, Decimal("0.95") if p_min is None else p_min, how)


def uncertainty_of(value: Any, field: str, unit: str) -> Uncertainty | None:
    """U as a figure in ``unit`` or in a unit of its own, or as a share (``20%``); k is 2 unless said."""
    if value is None:
        return None
    given = {"expanded": value} if isinstance(value, str) else an_object(value, field)
    text = a_text(given.get("expanded"), f"{field}.expanded")
    k = a_number(given.get("k"), f"{field}.k")
    if k is not None and k <= 0:
        raise bad(f"{field}.k", "not above zero", k)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0 or entry.expanded is not None:
        raise bad(f"{field}.expanded", "not a number", text)
    k = k or Decimal(2)
    if entry.unit == "%":
        return Uncertainty(None, entry.value, k)
    return Uncertainty(entry.value, None, k, entry.unit or unit)

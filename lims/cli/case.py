"""One case of ``lims decide``: from a line of JSON to the domain's values, or what is wrong with it.

It knows the words of the public interface and judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lims.domain.conformity import (
    BOUNDS,
    COMBINES,
    COMPARISONS,
    DecisionRule,
    Limit,
    Measured,
    Member,
    Uncertainty,
)
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

MOST_BYTES = 1_000_000
"""A case is a line of text; a longer one is a mistake."""
_SIGNS = ("<", "<=", ">", ">=")
_NOT_FOR_GROUPS = ("NCM2", "NCM3", "OUTCOME")
Results = list[tuple[Measured, Uncertainty | None]]


@dataclass(frozen=True)
class Case:
    """What is asked: results, or a group of members, against a limit by a rule."""

    id: Any
    results: Results
    limit: Limit | None
    rule: DecisionRule
    uncertainty: Uncertainty | None
    members: Mapping[str, Member] | None = None
    combine: str = ""
    bound: str | None = None


def case_of(line: bytes) -> Case:
    """The case in one line; BadInput BAD_CASE names the field and says what is wrong with it."""
    given = _parsed(line)
    try:
        return _case(given)
    except BadInput as error:
        named = given.get("id")
        raise BadInput("BAD_CASE", case=named if isinstance(named, str | int) else None, **error.params) from None


def _parsed(line: bytes) -> Mapping[str, Any]:
    if len(line) > MOST_BYTES:
        raise BadInput("BAD_CASE", field="case", why="too long")
    try:
        given = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadInput("BAD_CASE", field="case", why="not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadInput("BAD_CASE", field="case", why="not JSON") from None
    if not isinstance(given, dict):
        raise BadInput("BAD_CASE", field="case", why="not a JSON object")
    return given


def _case(given: Mapping[str, Any]) -> Case:
    limit = _limit(given.get("limit"))
    rule = _rule(given.get("rule"), given.get("comparison"))
    unit = limit.unit if limit else ""
    uncertainty = _uncertainty(given.get("uncertainty"), "uncertainty", unit)
    results, members = given.get("results"), given.get("members")
    if members is None:
        if given.get("combine") is not None or given.get("bound") is not None:
            _words_of_group(given)
        return Case(given.get("id"), _results(results, unit), limit, rule, uncertainty)
    if results is not None:
        raise _bad("members", "results and members exclude each other")
    combine, bound = _words_of_group(given)
    if limit is not None and limit.operator in _NOT_FOR_GROUPS:
        raise _bad("limit.operator", "not for groups", limit.operator)
    return Case(given.get("id"), [], limit, rule, uncertainty, _members(members, unit), combine, bound)


def _words_of_group(given: Mapping[str, Any]) -> tuple[str, str | None]:
    combine, bound = _text(given.get("combine"), "combine"), _text(given.get("bound"), "bound")
    if combine not in COMBINES:
        raise _bad("combine", "unknown word", combine)
    if bound is not None and bound not in BOUNDS:
        raise _bad("bound", "unknown word", bound)
    return combine, bound


# ---- words and figures -----------------------------------------------------------------------------------------------


def _bad(field: str, why: str, text: Any = None) -> BadInput:
    return BadInput("BAD_CASE", field=field, why=why, text=None if text is None else str(text)[:60])


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _bad(field, "not an object", value)
    return value


def _text(value: Any, field: str) -> str | None:
    """Measured values and figures of limits are strings: a JSON number has lost its zeros already."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise _bad(field, "not a string", value)
    return value


def _count(value: Any, field: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad(field, "not an integer", value)
    return value


def _number(value: Any, field: str, least: Decimal | None = None) -> Decimal | None:
    """A figure without a unit, or None where there is none."""
    text = _text(value, field)
    if text is None:
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.unit or entry.expanded is not None:
        raise _bad(field, "not a number", text)
    if least is not None and entry.value < least:
        raise _bad(field, "too small", text)
    return entry.value


def _limit(value: Any) -> Limit | None:
    if value is None:
        return None
    given = _object(value, "limit")
    strict = given.get("strict") or ()
    if isinstance(strict, str):
        strict = (strict,)
    if not isinstance(strict, list | tuple) or not all(isinstance(side, str) for side in strict):
        raise _bad("limit.strict", "not a list of words", strict)
    operator = _text(given.get("operator"), "limit.operator")
    outcome = operator == "OUTCOME" and given.get("value") is None
    return Limit(
        operator=operator or "",
        value=_text(given.get("text" if outcome else "value"), "limit.value"),
        value2=_text(given.get("value2"), "limit.value2"),
        unit=(_text(given.get("unit"), "limit.unit") or "").strip(),
        strict=tuple(strict),
        n=_count(given.get("n"), "limit.n"),
        c=_count(given.get("c"), "limit.c"),
        m=_text(given.get("m"), "limit.m"),
        M=_text(given.get("M"), "limit.M"),
        step=_text(given.get("step"), "limit.step") or "",
    )


def _rule(value: Any, comparison: Any) -> DecisionRule:
    """A rule by its name; which names are known is the domain's matter, how the value is compared is a word of ours."""
    given = {} if value is None else _object(value, "rule")
    how = _text(comparison if comparison is not None else given.get("comparison"), "comparison") or "FULL"
    if how not in COMPARISONS:
        raise _bad("comparison", "unknown word", how)
    name = _text(given.get("name", "SIMPLE"), "rule.name")
    r = _number(given.get("r"), "rule.r", Decimal(0))
    p_min = _number(given.get("p_min"), "rule.p_min", Decimal(0))
    if p_min is not None and p_min > 1:
        raise _bad("rule.p_min", "above 1", p_min)
    return DecisionRule(
        name or "", Decimal(1) if r is None else r, Decimal("0.95") if p_min is None else p_min, how
    )


def _uncertainty(value: Any, field: str, unit: str) -> Uncertainty | None:
    """U as a figure in ``unit`` or in a unit of its own, or as a share (``20%``); k is 2 unless said."""
    if value is None:
        return None
    given = {"expanded": value} if isinstance(value, str) else _object(value, field)
    text = _text(given.get("expanded"), f"{field}.expanded")
    k = _number(given.get("k"), f"{field}.k")
    if k is not None and k <= 0:
        raise _bad(f"{field}.k", "not above zero", k)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0 or entry.expanded is not None:
        raise _bad(f"{field}.expanded", "not a number", text)
    k = k or Decimal(2)
    if entry.unit == "%":
        return Uncertainty(None, entry.value, k)
    return Uncertainty(entry.value, None, k, entry.unit or unit)


# ---- reading results -------------------------------------------------------------------------------------------------


def _results(value: Any, unit: str) -> Results:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _bad("results", "not a list", value)
    measured: Results = []
    for number, one in enumerate(value):
        measured += _measured(_object(one, f"results[{number}]"), f"results[{number}]", unit)
    return measured


def _measured(given: Mapping[str, Any], field: str, unit: str) -> Results:
    """One result, or the members of a list text; each with the uncertainty its text carries."""
    own_unit = (_text(given.get("unit"), f"{field}.unit") or "").strip()
    entry, typed = _entry(given, field)
    if own_unit and entry.unit and read_entry(f"1 {own_unit}").unit != entry.unit:
        entry = Entry(entry.text, "refused")
    own_unit = entry.unit or own_unit
    limits = [_quality(given.get(name), f"{field}.{name}", own_unit or unit) for name in ("lod", "loq")]
    parts = entry.values if entry.status == "list" else (entry,)
    return [
        (
            Measured(
                part.status, part.value, part.qualifier, own_unit,
                limits[0] if part.lod is None else part.lod, limits[1] if part.loq is None else part.loq,
                typed if part is entry else part.text, part.word,
            ),
            _own_uncertainty(part, own_unit or unit),
        )
        for part in parts
    ]


def _entry(given: Mapping[str, Any], field: str) -> tuple[Entry, str]:
    """The entry and the text it was read from: ``text``, or qualifier and value together."""
    text = _text(given.get("text"), f"{field}.text")
    value = _text(given.get("value"), f"{field}.value")
    sign = _text(given.get("qualifier"), f"{field}.qualifier") or ""
    if sign and sign not in _SIGNS:
        raise _bad(f"{field}.qualifier", "unknown sign", sign)
    if text is not None and value is not None:
        raise _bad(field, "text and value exclude each other")
    typed = text if text is not None else f"{sign}{value or ''}"
    return read_entry(typed), typed


def _quality(value: Any, field: str, unit: str) -> Decimal | None:
    """LOD or LOQ beside a result: in the result's unit, or in one of its own."""
    text = _text(value, field)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise _bad(field, "not a number", text)
    if entry.unit and unit and entry.unit != unit:
        return units.convert(entry.value, entry.unit, unit)
    return entry.value


def _own_uncertainty(entry: Entry, unit: str) -> Uncertainty | None:
    if entry.expanded is None:
        return None
    k = entry.coverage or Decimal(2)
    if entry.expanded_percent:
        return Uncertainty(None, entry.expanded, k)
    return Uncertainty(entry.expanded, None, k, unit)


# ---- groups ----------------------------------------------------------------------------------------------------------


def _members(value: Any, unit: str) -> dict[str, Member]:
    return {
        name: _member(_object(given, f"members.{name}"), f"members.{name}", unit)
        for name, given in _object(value, "members").items()
    }


def _member(given: Mapping[str, Any], field: str, unit: str) -> Member:
    limit = _own_limit(given.get("limit"), f"{field}.limit")
    unit = limit.unit if limit and limit.unit else unit
    measured = _measured(given, field, unit)
    one, own = measured[0]
    if len(measured) > 1:
        one = one._replace(status="refused")
    factor = _number(given.get("factor"), f"{field}.factor", Decimal(0))
    stated = _uncertainty(given.get("uncertainty"), f"{field}.uncertainty", one.unit or unit)
    return Member(one, Decimal(1) if factor is None else factor, limit, stated or own)


def _own_limit(value: Any, field: str) -> Limit | None:
    """A member's limit: a text such as ``1.0 g/kg`` (at most), or a limit like that of a case."""
    if isinstance(value, dict):
        return _limit(value)
    text = _text(value, field)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status == "censored" and entry.qualifier in ("<", "<="):
        operator = "LT" if entry.qualifier == "<" else "LE"
    elif entry.status == "numeric":
        operator = "LE"
    else:
        raise _bad(field, "not a number", text)
    if entry.value is None or entry.value <= 0:
        raise _bad(field, "not above zero", text)
    return Limit(operator, plain(entry.value), unit=entry.unit or "")

"""The results and the members of a ``decide`` case, read by the one grammar of results."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lims.cli.decision.wording import a_number, a_text, an_object, bad, limit_of, uncertainty_of
from lims.domain.conformity import Limit, Measured, Member, Uncertainty
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain

_SIGNS = ("<", "<=", ">", ">=")
Results = list[tuple[Measured, Uncertainty | None]]


def results_of(value: Any, unit: str, outcome: bool = False) -> Results:
    """An outcome is compared as it is written: ``absent; absent`` is one text there, not two results."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad("results", "not a list", value)
    measured: Results = []
    for number, one in enumerate(value):
        measured += measured_of(an_object(one, f"results[{number}]"), f"results[{number}]", unit, outcome)
    return measured


def measured_of(given: Mapping[str, Any], field: str, unit: str, whole: bool = False) -> Results:
    """One result, or the members of a list text; each with the uncertainty its text carries."""
    own_unit = (a_text(given.get("unit"), f"{field}.unit") or "").strip()
    entry, typed = _entry(given, field)
    if own_unit and entry.unit and read_entry(f"1 {own_unit}").unit != entry.unit:
        entry = Entry(entry.text, "refused")
    own_unit = entry.unit or own_unit
    limits = [_quality(given.get(name), f"{field}.{name}", own_unit or unit) for name in ("lod", "loq")]
    parts = entry.values if entry.status == "list" and not whole else (entry,)
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
    text = a_text(given.get("text"), f"{field}.text")
    value = a_text(given.get("value"), f"{field}.value")
    sign = a_text(given.get("qualifier"), f"{field}.qualifier") or ""
    if sign and sign not in _SIGNS:
        raise bad(f"{field}.qualifier", "unknown sign", sign)
    if text is not None and value is not None:
        raise bad(field, "text and value exclude each other")
    typed = text if text is not None else f"{sign}{value or ''}"
    entry = read_entry(typed)
    if text is not None and sign and entry.qualifier != sign:  # left aside in silence, ``<`` would turn a verdict
        raise bad(f"{field}.qualifier", "text and qualifier exclude each other", sign)
    return entry, typed


def _quality(value: Any, field: str, unit: str) -> Decimal | None:
    """LOD or LOQ beside a result: in the result's unit, or in one of its own."""
    text = a_text(value, field)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise bad(field, "not a number", text)
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


def members_of(value: Any, unit: str) -> dict[str, Member]:
    return {
        name: _member(an_object(given, f"members.{name}"), f"members.{name}", unit)
        for name, given in an_object(value, "members").items()
    }


def _member(given: Mapping[str, Any], field: str, unit: str) -> Member:
    limit = _own_limit(given.get("limit"), f"{field}.limit")
    unit = limit.unit if limit and limit.unit else unit
    measured = measured_of(given, field, unit)
    one, own = measured[0]
    if len(measured) > 1:
        one = one._replace(status="refused")
    factor = a_number(given.get("factor"), f"{field}.factor", Decimal(0))
    stated = uncertainty_of(given.get("uncertainty"), f"{field}.uncertainty", one.unit or unit)
    return Member(one, Decimal(1) if factor is None else factor, limit, stated or own)


def _own_limit(value: Any, field: str) -> Limit | None:
    """A member's limit: a text such as ``1.0 g/kg`` (at most), or a limit like that of a case."""
    if isinstance(value, dict):
        return limit_of(value)
    text = a_text(value, field)
    if text is None or not text.strip():
        return None
    entry = read_entry(text)
    if entry.status == "censored" and entry.qualifier in ("<", "<="):
        operator = "LT" if entry.qualifier == "<" else "LE"
    elif entry.status == "numeric":
        operator = "LE"
    else:
        raise bad(field, "not a number", text)
    if entry.value is None or entry.value <= 0:
        raise bad(field, "not above zero", text)
    return Limit(operator, plain(entry.value), unit=entry.unit or "")

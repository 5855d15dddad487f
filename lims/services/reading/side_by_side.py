"""One result judged for several jurisdictions: each with the limit it has for these goods on the day of the request.

Nothing is stored and nothing is decided: the verdict that counts is the one kept with the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lims.domain.combination import members
from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.requirement import Analyte
from lims.domain.residue import Residue
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import LimitVersion, frozen, limit_from, thawed
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import facts, judging, lookup, rule_line
from lims.services.reading.analysis import AnalysisView, analysis_view
from lims.services.reading.as_if import Found, as_if
from lims.services.reading.proposed import limit_line
from lims.services.ruling import Ruling
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class Line:
    """One limit and what it makes of the result."""

    code: str
    version: int
    jurisdiction: str
    product: str
    """The goods themselves, or the general product that holds them."""
    general: bool
    matrix: str
    own: bool
    """The limit that the analysis is judged by."""
    limit: str
    unit: str
    basis: str
    steps: tuple[str, ...]
    """How the figures of the result came into the unit of the limit; empty where they are in it."""
    rule_zh: str
    rule_en: str
    rule_told: str
    verdict: str
    """Empty where it cannot be compared (``why``) and while there is no result."""
    reason: str
    why: Refusal | None
    margin: str
    worked: str
    worked_zh: str
    standard: str
    clause: str
    valid_from: date | None
    valid_to: date | None
    note: str


@dataclass(frozen=True)
class SideBySide:
    analysis: AnalysisView
    sample_no: str
    product: str
    on: date
    lines: tuple[Line, ...]


class _Case(NamedTuple):
    """The analysis with what is asked once for all its lines."""

    row: AnalysisRow
    ruling: Ruling
    analyte: Analyte | None
    definitions: tuple[Residue, ...]


def side_by_side(tx: Transaction, analysis_id: int) -> SideBySide:
    """The analysis's own limit first, then those of every jurisdiction that has one for it on that day."""
    tx.require("result:see_raw")
    row = lookup.analysis(tx, analysis_id, joinedload(AnalysisRow.result))
    on = row.lot.request.decided_on
    analyte = facts.analytes(tx, (row.analyte,), on).get(row.analyte)
    case = _Case(row, Ruling(facts.decision_rules(tx, on), row.lot.request), analyte, facts.residues(tx, on))
    own = [thawed(row.limit)] if row.limit else []
    taken = {(one.jurisdiction, one.matrix) for one in own}
    others = [one for one in _limits(tx, row, on) if (one.jurisdiction, one.matrix) not in taken]
    lines = (*(_line(case, one, own=True) for one in own), *(_line(case, one) for one in others))
    return SideBySide(
        analysis_view(row), row.sample.no if row.sample else "", row.lot.line.product, on, lines
    )


def _limits(tx: Transaction, row: AnalysisRow, on: date) -> list[LimitVersion]:
    """For the goods, else for what holds them, of every jurisdiction; by its name, the goods' own first."""
    goods = row.lot.line.product or (row.limit or {}).get("product") or ""
    analytes = {row.analyte, (row.limit or {}).get("analyte") or row.analyte}
    products = (goods, *_holding(tx, goods, on))
    query = select(Row).where(
        Row.kind == "limit",
        Row.product.in_(products),
        Row.analyte.in_(sorted(analytes)),
        Row.state.in_(facts.IN_FORCE_STATES),
        or_(Row.valid_from.is_(None), Row.valid_from <= on),
        or_(Row.valid_to.is_(None), Row.valid_to >= on),
    )
    newest = {one.code: one for one in tx.session.scalars(query.order_by(Row.code, Row.number))}
    found = [
        limit_from(one.id, one.code, one.number, one.content, one.valid_from, one.valid_to) for one in newest.values()
    ]
    own = {one.jurisdiction for one in found if one.product == goods}
    kept = [one for one in found if one.product == goods or one.jurisdiction not in own]
    return sorted(kept, key=lambda one: (one.jurisdiction, products.index(one.product), one.matrix, one.code))


def _holding(tx: Transaction, goods: str, on: date) -> tuple[str, ...]:
    """The general products of the category of the goods."""
    product = facts.product(tx, goods, on) if goods else None
    if product is None:
        return ()
    query = select(Row.code).where(
        Row.kind == "product", Row.category == product.category, Row.code.endswith(facts.GENERAL, autoescape=True)
    )
    return tuple(code for code in sorted(set(tx.session.scalars(query))) if code != goods)


def _line(case: _Case, limit: LimitVersion, own: bool = False) -> Line:
    result = case.row.result
    asked = _as_asked(case, limit)
    rule, why = _rule(case, asked, own)
    found = Found("", why)
    if result is not None and why is None:
        found = _judged(case, result, asked, limit, rule)
    told = found.conformity
    name = rule_line.name_of(rule or {})
    u = found.uncertainty.expanded if found.uncertainty else None
    return Line(
        code=limit.code, version=limit.version, jurisdiction=limit.jurisdiction, product=limit.product,
        general=limit.product.endswith(facts.GENERAL), matrix=limit.matrix, own=own, limit=limit_line(asked),
        unit=limit.unit, basis=limit.basis,
        steps=_steps(result, limit.unit, u) if result is not None and told is not None else (),
        rule_zh=name.zh, rule_en=name.en, rule_told=_told(rule),
        verdict=result.verdict if own and result is not None else found.verdict,
        reason=(result.verdict_reason if own and result is not None else told.reason if told else "") or "",
        why=None if own else found.why, margin=found.margin,
        worked=told.worked if told else "", worked_zh=told.worked_zh if told else "",
        standard=limit.standard, clause=limit.clause, valid_from=limit.valid_from, valid_to=limit.valid_to,
        note=limit.note,
    )  # fmt: skip


def _as_asked(case: _Case, limit: LimitVersion) -> dict[str, Any]:
    """The limit as it would be frozen for what was measured."""
    total = case.row.analyte == limit.first and case.row.analyte != limit.analyte
    return {**frozen(limit), "first": limit.first if total else ""}


def _rule(case: _Case, limit: dict[str, Any], own: bool) -> tuple[dict[str, Any] | None, Refusal | None]:
    if own:
        return case.row.rule or (case.row.requirement or {}).get("rule"), None
    try:
        return case.ruling.of(limit), None
    except Refused as error:
        return None, error.refusals[0]


def _judged(
    case: _Case, result: ResultRow, asked: dict[str, Any], limit: LimitVersion, rule: dict[str, Any] | None
) -> Found:
    others = _other_definition(case, result, limit)
    if others is not None:
        return Found("", others)
    return as_if(result, case.row.limit, asked, rule, case.analyte)


def _other_definition(case: _Case, result: ResultRow, limit: LimitVersion) -> Refusal | None:
    """A sum of residues is comparable only where the jurisdiction defines the residue the same way."""
    if case.analyte is None or case.analyte.combine == "TEQ" or not judging.is_group(result.calculation):
        return None
    asked = members(case.analyte, case.definitions, None, limit.jurisdiction)
    there = {one["code"]: one["factor"] for one in result.calculation["members"]}
    if all(there.get(share.analyte) == plain(share.factor) for share in asked) and len(asked) == len(there):
        return None
    own = members(case.analyte, case.definitions, None, (case.row.limit or {}).get("jurisdiction") or "")
    if asked == own:
        return None  # a member that may stay empty was left so: the sum is what the method gives
    return refusal(
        "MEMBERS_OTHERS", jurisdiction=limit.jurisdiction, members=" + ".join(share.analyte for share in asked)
    )


def _steps(result: ResultRow, unit: str, u: Decimal | None) -> tuple[str, ...]:
    """Each figure as it was and in the unit of the limit, and what one unit is of the other."""
    source = result.unit
    if not source or not unit or source == unit:
        return ()
    figures = [("", result.value, units.convert)]
    if result.value is None:
        figures += [("LOD ", result.lod, units.convert), ("LOQ ", result.loq, units.convert)]
    figures += [("U ", u, units.convert_difference)]
    try:
        lines = [
            f"{name}{plain(value)} {source} = {plain(change(value, source, unit))} {unit}"
            for name, value, change in figures
            if value is not None
        ]
        one = units.convert_difference(Decimal(1), source, unit)
    except BadInput:
        return ()
    return (*lines, f"1 {source} = {plain(one)} {unit}") if lines else ()


def _told(rule: dict[str, Any] | None) -> str:
    """The rule's code and where it is written."""
    if not rule:
        return ""
    return " · ".join(filter(None, (rule_line.code_of(rule), _joined(rule.get("source"), rule.get("clause")))))


def _joined(*texts: str | None) -> str:
    return " ".join(_filled(texts))


def _filled(texts: Iterable[str | None]) -> list[str]:
    return [text for text in texts if text]

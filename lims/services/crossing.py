"""Facts for a result in a unit of another kind than its limit's: what is asked for, what is at hand, and from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import crossing
from lims.domain.crossing import ANALYSIS, LIMIT, Fact, Wanted
from lims.domain.method import MethodVersion
from lims.domain.numbers.quantity import FACT_UNITS, USUAL_UNITS
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class FactChoice:
    """A fact that is at hand."""

    origin: str
    source: str
    """Of another analysis of the sample, its number; of the limit, its standard and clause."""
    text: str
    unit: str
    title_en: str = ""
    title_zh: str = ""


@dataclass(frozen=True)
class FactAsked:
    """A fact that may be asked for with a result: where it is in ``units``, it must be given."""

    name: str
    unit: str
    """The usual one."""
    units: tuple[str, ...]
    """In which the fact may be given."""
    target: str
    sources: tuple[str, ...]
    """Units of results that need it to be held against the limit."""
    needed: bool
    """The method reports in such a unit, or the last result was in one."""
    choices: tuple[FactChoice, ...]


_SOURCES = (
    "mg/L", "µg/L", "g/L", "mg/kg", "µg/kg", "g/kg", "mg/dm2", "µg/dm2", "mmol/kg", "CFU/mL", "CFU/g", "MPN/mL",
    "MPN/g", "Bq/L", "Bq/kg",
)  # fmt: skip
"""Units that results are given in; the kinds are what counts."""


def asked(tx: Transaction, row: AnalysisRow, method: MethodVersion | None) -> tuple[FactAsked, ...]:
    """Every fact that would lead to the limit's unit, the one that the method needs first."""
    found: dict[str, list[Wanted]] = {}
    usual = {row.unit, *((method.formula_unit, method.loq_unit) if method else ())} - {""}
    usual |= {row.result.unit} if row.result is not None else set()
    for unit in (*usual, *_SOURCES):
        want = crossing.wanted(unit, row.limit)
        if want is not None:
            found.setdefault(want.name, []).append(want)
    listed = [_asked(tx, row, name, wants, usual) for name, wants in found.items()]
    return tuple(sorted(listed, key=lambda one: not one.needed))


def _asked(tx: Transaction, row: AnalysisRow, name: str, wants: Iterable[Wanted], usual: set[str]) -> FactAsked:
    stated = crossing.stated(name, row.limit)
    choices = [FactChoice(LIMIT, stated.source, stated.text, stated.unit)] if stated else []
    for other in _measured(tx, row, name):
        assert other.result is not None and other.result.value is not None
        choices.append(
            FactChoice(
                ANALYSIS, str(other.id), plain(other.result.value), other.result.unit, other.analyte_en,
                other.analyte_zh,
            )
        )
    sources = tuple(dict.fromkeys(one.source for one in wants))
    allowed = tuple(unit for unit, kind in FACT_UNITS.items() if kind == name)
    target = next(iter(wants)).target
    return FactAsked(name, USUAL_UNITS[name], allowed, target, sources, bool(usual & set(sources)), tuple(choices))


def _measured(tx: Transaction, row: AnalysisRow, name: str) -> list[AnalysisRow]:
    """Analyses of the same sample whose newest result is such a fact."""
    if row.sample_id is None:
        return []
    query = (
        select(AnalysisRow)
        .join(ResultRow, AnalysisRow.result_id == ResultRow.id)
        .where(AnalysisRow.sample_id == row.sample_id, AnalysisRow.id != row.id, AnalysisRow.state != "cancelled")
        .where(ResultRow.status == "numeric", ResultRow.unit.in_([u for u, kind in FACT_UNITS.items() if kind == name]))
        .options(joinedload(AnalysisRow.result))
        .order_by(AnalysisRow.id)
    )
    return list(tx.session.scalars(query))


def known(tx: Transaction, row: AnalysisRow, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts with their figures: those of another analysis are read from its newest result. BadInput."""
    return {name: _known(tx, row, name, fact) for name, fact in facts.items() if _said(fact)}


def _said(fact: Fact) -> bool:
    return bool(fact.text.strip() or fact.origin in (ANALYSIS, LIMIT))


def _known(tx: Transaction, row: AnalysisRow, name: str, fact: Fact) -> Fact:
    if fact.origin == ANALYSIS:
        other = next((one for one in _measured(tx, row, name) if str(one.id) == fact.source.strip()), None)
        if other is None or other.result is None or other.result.value is None:
            raise BadInput("FACT_NOT_MEASURED", field=f"facts.{name}", fact=name, analysis=fact.source[:20])
        source = f"{other.analyte_en}, #{other.id}, {other.result.number}"
        return replace(fact, text=plain(other.result.value), unit=other.result.unit, source=source)
    if fact.origin == LIMIT:
        stated = crossing.stated(name, row.limit)
        if stated is None:
            raise BadInput("FACT_NOT_STATED", field=f"facts.{name}", fact=name)
        return stated
    return fact

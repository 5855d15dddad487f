"""Proposed versions of limits and methods, each able to say which analyses it is about and how it would judge them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import ColumnElement, func, or_, select

from lims.domain.method import MethodVersion, method_from
from lims.domain.requirement import Analyte
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.domain.specification import LimitVersion, Place, frozen, limit_from, place_of
from lims.persistence.analysis import AnalysisRow
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import facts
from lims.services.certificate_content import limit_text
from lims.services.reading.as_if import Found, as_if, as_method
from lims.services.ruling import Ruling
from lims.services.transaction import Transaction

KINDS = ("limit", "method")
TOGETHER = 500
_EDITION = re.compile(r"(?P<standard>.+)-(?P<year>(19|20)[0-9]{2})")
_SIGNS = {"LE": "≤ ", "LT": "< ", "GE": "≥ ", "GT": "> ", "INFO_LE": "≤ ", "ND": "ND "}


class Proposed(Protocol):
    """A proposed version that work can be judged by."""

    @property
    def code(self) -> str: ...
    def judge(self, row: AnalysisRow, ruling: Ruling, analyte: Analyte | None) -> Found: ...
    def limit_line(self, row: AnalysisRow) -> str: ...


@dataclass(frozen=True)
class ProposedLimit:
    limit: LimitVersion

    @property
    def code(self) -> str:
        return self.limit.code

    @cached_property
    def _direct(self) -> dict[str, Any]:
        return frozen(replace(self.limit, first=""))

    @cached_property
    def _total(self) -> dict[str, Any]:
        return frozen(self.limit)

    def for_row(self, row: AnalysisRow) -> dict[str, Any]:
        """As it would be frozen on the analysis: measured as the total where that is what the analysis measures."""
        total = row.analyte == self.limit.first and row.analyte != self.limit.analyte
        return self._total if total else self._direct

    def judge(self, row: AnalysisRow, ruling: Ruling, analyte: Analyte | None) -> Found:
        assert row.result is not None
        limit = self.for_row(row)
        try:
            rule = _rule(row, limit, ruling)
        except Refused as error:
            return Found("", error.refusals[0])
        return as_if(row.result, row.limit, limit, rule, analyte)

    def limit_line(self, row: AnalysisRow) -> str:
        return limit_line(self.for_row(row))


@dataclass(frozen=True)
class ProposedMethod:
    method: MethodVersion

    @property
    def code(self) -> str:
        return self.method.code

    def judge(self, row: AnalysisRow, ruling: Ruling, analyte: Analyte | None) -> Found:
        assert row.result is not None
        if not row.limit:
            return Found(row.result.verdict)
        if row.analyte not in self.method.analytes:
            return Found("", refusal("METHOD_NOT_USABLE", text=self.method.code, analyte=row.analyte))
        return as_method(row, self.method)

    def limit_line(self, row: AnalysisRow) -> str:
        return limit_line(row.limit)


def _rule(row: AnalysisRow, limit: Mapping[str, Any], ruling: Ruling) -> Mapping[str, Any] | None:
    """The rule that the analysis has, unless the limits name different ones; Refused for one that is not in force."""
    own: Mapping[str, Any] | None = row.rule or (row.requirement or {}).get("rule")
    same = row.limit and all((row.limit.get(name) or "") == limit[name] for name in ("rule_hint", "jurisdiction"))
    return own if own and same else ruling.of(limit)


def limit_line(limit: Mapping[str, Any] | None) -> str:
    """The limit in short, with its sign and unit."""
    if not limit:
        return ""
    figures = f"{_SIGNS.get(limit['operator'], '')}{limit_text(dict(limit))}".strip()
    unit = limit.get("unit") or ""
    return " ".join(filter(None, (figures, "" if limit["operator"] == "OUTCOME" else unit)))


@dataclass(frozen=True)
class Asked:
    """The versions by what they are about."""

    by_code: Mapping[str, ProposedLimit] = field(default_factory=dict)
    by_place: Mapping[Place, ProposedLimit] = field(default_factory=dict)
    by_goods: Mapping[tuple[str, str, str], ProposedLimit] = field(default_factory=dict)
    """(jurisdiction, product, analyte), for analyses that have no limit yet."""
    methods: Mapping[str, ProposedMethod] = field(default_factory=dict)
    products: frozenset[str] = frozenset()
    analytes: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        """A method is used for whatever goods there are."""
        return bool(self.methods)

    def about(self, row: AnalysisRow) -> Proposed | None:
        """The version that would take the place of what the analysis is judged by; None for all others."""
        if row.method in self.methods:
            return self.methods[row.method]
        if not row.limit:
            return self.by_goods.get((row.lot.request.jurisdiction, row.lot.line.product, row.analyte))
        there = self.by_code.get(row.limit.get("code") or "")
        place = place_of(row.limit) if there is None else None
        return there or (self.by_place.get(place) if place else None)


def count(tx: Transaction, ids: Collection[int], library: str) -> int:
    return tx.session.scalar(select(func.count()).select_from(Row).where(*_which(ids, library))) or 0


def load(tx: Transaction, ids: Collection[int], library: str, lots: Mapping[int, Any]) -> Asked:
    """The versions; of a library only those for goods that are in a lot of work, or for a whole category."""
    goods = {lot.product for lot in lots.values() if lot.product}
    rows = list(_rows(tx, ids, library, goods))
    standards = [row for row in rows if row.kind == "method"]
    methods = {code: ProposedMethod(_method(row)) for row in standards for code in _editions(tx, row)}
    limits = [(row, limit) for row in rows if row.kind == "limit" and (limit := _limit(row)) is not None]
    former = _former(tx, [row for row, _ in limits if row.number > 1])
    made = [ProposedLimit(limit) for _, limit in limits]
    inside = _inside(tx, {one.limit.product for one in made})
    named = {one.limit.product for one in made} | {row.product for row in former}
    by_goods: dict[tuple[str, str, str], ProposedLimit] = {}
    for one in sorted(made, key=lambda one: one.limit.product.endswith(facts.GENERAL)):  # the goods' own limit first
        limit = one.limit
        for product in inside.get(limit.product, (limit.product,)):
            by_goods.setdefault((limit.jurisdiction, product, limit.analyte), one)
    return Asked(
        {one.limit.code: one for one in made},
        {place: one for one in made if (place := place_of(frozen(one.limit))) is not None},
        by_goods,
        methods,
        frozenset(named.union(*inside.values(), *_inside(tx, named - inside.keys()).values())),
        frozenset(code for one in made for code in (one.limit.analyte, one.limit.first) if code)
        | {code for row in former for code in (row.analyte, row.content.get("first") or "") if code},
    )


def _which(ids: Collection[int], library: str) -> tuple[ColumnElement[bool], ...]:
    which = (Row.library == library, Row.library != "") if library else (Row.id.in_(sorted(ids)),)
    return (*which, Row.state == "proposed", Row.kind.in_(KINDS))


def _rows(tx: Transaction, ids: Collection[int], library: str, goods: Collection[str]) -> Iterator[Row]:
    query = select(Row).where(*_which(ids, library))
    if not library:
        yield from tx.session.scalars(query)
        return
    of_all = or_(Row.kind == "method", Row.product.endswith(facts.GENERAL, autoescape=True))
    yield from tx.session.scalars(query.where(of_all))
    for part in _parts(sorted(goods)):
        own = query.where(Row.kind == "limit", Row.product.in_(part))
        yield from tx.session.scalars(own.where(Row.product.not_like("%\\_ANY", escape="\\")))


def _former(tx: Transaction, rows: Sequence[Row]) -> list[Row]:
    """The versions before: one may have stood at another product, and analyses have it still."""
    found: list[Row] = []
    for part in _parts(sorted({row.code for row in rows})):
        query = select(Row).where(Row.kind == "limit", Row.code.in_(part), Row.state.in_(facts.IN_FORCE_STATES))
        found += tx.session.scalars(query)
    return found


def _editions(tx: Transaction, row: Row) -> tuple[str, ...]:
    """The code and those of other editions of the standard, which a new edition takes the place of."""
    edition = _EDITION.fullmatch(row.code)
    if edition is None:
        return (row.code,)
    like = Row.code.startswith(f"{edition['standard']}-", autoescape=True)
    codes = tx.session.scalars(select(Row.code).where(Row.kind == "method", like).distinct())
    same = (code for code in codes if (found := _EDITION.fullmatch(code)) and found["standard"] == edition["standard"])
    return (row.code, *(code for code in same if code != row.code))


def _inside(tx: Transaction, products: Collection[str]) -> dict[str, tuple[str, ...]]:
    """General product -> it and the goods of its category."""
    found: dict[str, tuple[str, ...]] = {}
    for code in sorted(one for one in products if one.endswith(facts.GENERAL)):
        category = facts.category_of(tx, code)
        query = select(Row.code).where(Row.kind == "product", Row.category == category).distinct()
        found[code] = (code, *tx.session.scalars(query)) if category else (code,)
    return found


def _limit(row: Row) -> LimitVersion | None:
    try:
        return limit_from(row.id, row.code, row.number, row.content, row.valid_from, row.valid_to)
    except BadInput:  # a version that cannot stand judges nothing
        return None


def _method(row: Row) -> MethodVersion:
    return method_from(row.id, row.code, row.number, row.content, row.valid_from, row.valid_to)


def _parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER))


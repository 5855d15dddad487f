"""Rows to facts: what the catalogue, the authorisations and the scope say on a day, as values of the domain.

Every question is a constant number of queries by index; nothing is kept between calls.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select

from lims.domain import accreditation, competence
from lims.domain import requirement as needs
from lims.domain.decision_rule import RuleVersion, decision_rule_from
from lims.domain.factors import FactorSet, factor_set_from
from lims.domain.goods import FULL_HS, Product, find_products, heading_words, hs_digits, product_from
from lims.domain.method import MethodVersion, method_from
from lims.domain.narrowing import UNDECLARED, Situation
from lims.domain.requirement import Analyte, Requirement
from lims.domain.residue import Residue, residue_from
from lims.domain.rules.errors import BadInput, NotFound
from lims.domain.rules.refusal import Refusal
from lims.domain.sampling.setting import Setting, chosen, inspection_plan_from, setting_from
from lims.domain.specification import LimitVersion, limit_from
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.catalogue import ReferenceWordRow as Word
from lims.persistence.instrument import AuthorisationRow, InstrumentRow, ScopeRow
from lims.services import fitness
from lims.services.transaction import Transaction

IN_FORCE_STATES = ("released", "retired")
"""A retired version stays in force until its last day."""
GENERAL = "_ANY"
"""The code of a general product (all aquatic products, all feed) ends so."""
ANY_FOOD, RATIO = "FOOD_ANY", "_RATIO"
"""The product of rules for any food, and how the code of a sum of ratios ends: such a rule holds for every food."""


class Proposal(NamedTuple):
    """What a declared line needs; ``gap`` says why nothing could be proposed."""

    product: str
    category: str
    requirements: tuple[Requirement, ...]
    gap: str


def proposal(
    tx: Transaction, product_or_hs: str, jurisdiction: str, on: date, here: Situation = UNDECLARED
) -> Proposal:
    """Six queries at most: product by code, by heading, its limits, names of the analytes, methods, who may use them.

    ``here`` is what is declared besides the goods: a limit may hold for one origin, use or trade mode only.
    """
    found = product_candidates(tx, product_or_hs, on)
    if len(found) != 1:
        return Proposal("", "", (), "AMBIGUOUS_PRODUCT" if found else "UNKNOWN_PRODUCT")
    goods = found[0]
    limits = limits_of(tx, goods.code, jurisdiction, on)
    wanted = {code for one in limits for code in (one.analyte, one.first) if code}
    named = analytes(tx, wanted, on)
    usable = methods(tx, wanted, goods.category, on)
    asked, gap = needs.propose(goods, jurisdiction, on, limits, usable, named, here)
    return Proposal(goods.code, goods.category, _with_capable(tx, asked, on), gap)


def _with_capable(tx: Transaction, asked: Iterable[Requirement], on: date) -> tuple[Requirement, ...]:
    """Each with whether anybody may test by its method on that day (ISO/IEC 17025 6.2.6)."""
    every = tuple(asked)
    wanted = {one.method.code for one in every if one.method} | {competence.ALL}
    query = select(AuthorisationRow.method).where(
        AuthorisationRow.activity == "test", AuthorisationRow.method.in_(sorted(wanted)),
        AuthorisationRow.valid_from <= on, or_(AuthorisationRow.valid_to.is_(None), AuthorisationRow.valid_to >= on),
    )  # fmt: skip
    held = set(tx.session.scalars(query.distinct())) if every else set()
    return tuple(
        replace(one, capable=competence.ALL in held or one.method.code in held) if one.method else one for one in every
    )


def product_candidates(tx: Transaction, product_or_hs: str, on: date) -> tuple[Product, ...]:
    """The products that a product code or an HS code may mean on that day."""
    text = product_or_hs.strip()
    exact = _current(tx, _of_kind("product", on).where(Row.code.in_({text, text.upper()})))
    digits = hs_digits(product_or_hs)
    if exact or not digits:
        return tuple(_product(row) for row in exact)
    known: ColumnElement[bool] = Word.word.in_(heading_words(digits))
    if len(digits) < FULL_HS:
        known = or_(known, Word.word.startswith(digits))
    near = _current(tx, _of_kind("product", on).where(Row.code.in_(_with_word("product", "hs", known))))
    return find_products(product_or_hs, [_product(row) for row in near])


def requirement(
    tx: Transaction, product_code: str, analyte: str, method_code: str, jurisdiction: str, on: date,
    here: Situation = UNDECLARED,
) -> Requirement:
    """An analysis that a person asks for: its limit if one is in force, the method named or the best one.

    Raises BadInput UNKNOWN_ANALYTE, or METHOD_NOT_USABLE for one not in force or for something else.
    """
    named = analytes(tx, (analyte,), on)
    if analyte not in named:
        raise BadInput("UNKNOWN_ANALYTE", field="analyte", text=analyte)
    usual = _usual(tx, product_code, analyte, jurisdiction, on, here)
    bound = usual.limit if usual else None
    if usual is not None and usual.choices and not method_code:
        return replace(usual, why=("ASKED_FOR", *usual.why))
    if not method_code:
        return needs.added(named[analyte], usual.method if usual else None, bound)
    chosen = method(tx, method_code, on)
    if chosen is None or analyte not in chosen.analytes:
        raise BadInput("METHOD_NOT_USABLE", field="method", text=method_code, analyte=analyte)
    asked = needs.added(named[analyte], chosen, bound)
    if usual is None or not usual.choices:
        return asked
    return replace(asked, choices=usual.choices, why=(*asked.why, "LIMIT_TO_CHOOSE"))


def offered(
    tx: Transaction, product_code: str, jurisdiction: str, on: date, here: Situation = UNDECLARED
) -> tuple[Requirement, ...]:
    """What the general product of the same category would need besides: offered to a person, never proposed.

    General limits carry exceptions ("fish excepted") that only a reader of the standard can judge. Of several limits
    for an analyte each is offered.
    """
    found = _general(tx, product_code, jurisdiction, on, here)
    return tuple(
        alone for one in found for alone in ([replace(one, limit=each, choices=()) for each in one.choices] or [one])
    )


def _general(
    tx: Transaction, product_code: str, jurisdiction: str, on: date, here: Situation
) -> tuple[Requirement, ...]:
    goods = product(tx, product_code, on)
    if goods is None or goods.code.endswith(GENERAL):
        return ()
    every = _of_kind("product", on).where(Row.category == goods.category, Row.code.endswith(GENERAL, autoescape=True))
    own = {one.analyte for one in limits_of(tx, goods.code, jurisdiction, on)}  # a sum of ratios among them
    found: list[Requirement] = []
    for row in _current(tx, every):
        asked = proposal(tx, row.code, jurisdiction, on, here).requirements
        found += (
            needs.general(one) for one in asked if (one.limit.analyte if one.limit else one.analyte) not in own
        )
    return tuple(found)


def _usual(
    tx: Transaction, product_code: str, analyte: str, jurisdiction: str, on: date, here: Situation
) -> Requirement | None:
    """What the catalogue itself would ask for this analyte: by the product's own limit, else by the general one."""
    if not product_code:
        return None
    own = proposal(tx, product_code, jurisdiction, on, here).requirements
    asked = (*own, *_general(tx, product_code, jurisdiction, on, here))
    for one in asked:
        if one.analyte == analyte:
            return one
        if one.limit is not None and one.limit.analyte == analyte:  # the total is proposed, its second step asked for
            return direct(tx, one.limit, category_of(tx, product_code), on)
    return None


def direct(tx: Transaction, bound: LimitVersion, category: str, on: date) -> Requirement:
    """The analyte of a limit by the best method for it, without measuring a total first."""
    usable = methods(tx, (bound.analyte,), category, on)
    return needs.direct(bound, category, usable, analytes(tx, (bound.analyte,), on))


def residues(tx: Transaction, on: date) -> tuple[Residue, ...]:
    """The residue definitions in force on a day; there are few of them."""
    rows = _current(tx, _of_kind("residue_definition", on))
    return tuple(residue_from(row.code, row.content, row.number) for row in rows)


def factor_set(tx: Transaction, code: str, on: date) -> FactorSet | None:
    rows = _current(tx, _of_kind("factor_set", on).where(Row.code == code)) if code else []
    return factor_set_from(code, rows[0].content, rows[0].number) if rows else None


def decision_rules(tx: Transaction, on: date) -> dict[str, RuleVersion]:
    """The decision rules in force on a day, by their codes."""
    rows = _current(tx, _of_kind("decision_rule", on))
    return {
        row.code: decision_rule_from(row.code, row.number, row.content, row.valid_from, row.valid_to) for row in rows
    }


def method(tx: Transaction, code: str, on: date) -> MethodVersion | None:
    rows = _current(tx, _of_kind("method", on).where(Row.code == code))
    return _method(rows[0]) if rows else None


def methods(tx: Transaction, wanted: Collection[str], category: str, on: date) -> tuple[MethodVersion, ...]:
    """The methods in force for goods of a category and at least one of the analytes."""
    if not wanted:
        return ()
    query = _of_kind("method", on).where(
        Row.code.in_(_with_word("method", "analyte", Word.word.in_(sorted(wanted)))),
        Row.code.in_(_with_word("method", "category", Word.word == category)),
    )
    found = (_method(row) for row in _current(tx, query))
    return tuple(one for one in found if any(one.covers(analyte, category) for analyte in wanted))


def methods_for(tx: Transaction, analyte: str, category: str, on: date) -> tuple[MethodVersion, ...]:
    return methods(tx, (analyte,), category, on)


def limit(tx: Transaction, code: str, on: date) -> LimitVersion | None:
    rows = _current(tx, _of_kind("limit", on).where(Row.code == code))
    return _limit(rows[0]) if rows else None


def limits_of(tx: Transaction, product_code: str, jurisdiction: str, on: date) -> tuple[LimitVersion, ...]:
    """The limits of a product, and with them those on sums of ratios, which hold wherever their members do."""
    here = _of_kind("limit", on).where(Row.jurisdiction == jurisdiction)
    of_sums = here.where(Row.product == ANY_FOOD, Row.analyte.endswith(RATIO, autoescape=True))
    both = here.where(Row.product == product_code).union_all(of_sums)  # each by its index, whatever else is loaded
    found = tx.session.scalars(select(Row).from_statement(both))
    newest = {row.code: row for row in sorted(found, key=lambda row: (row.code, row.number))}
    return tuple(_limit(row) for row in newest.values())


def analytes(tx: Transaction, codes: Iterable[str], on: date) -> dict[str, Analyte]:
    wanted = sorted(set(codes))
    rows = _current(tx, _of_kind("analyte", on).where(Row.code.in_(wanted))) if wanted else []
    return {row.code: needs.analyte_from(row.code, row.content) for row in rows}


def product(tx: Transaction, code: str, on: date | None = None) -> Product | None:
    rows = _current(tx, _of_kind("product", on or tx.today).where(Row.code == code))
    return _product(rows[0]) if rows else None


def category_of(tx: Transaction, product_code: str) -> str:
    """The category (field) of a product; empty when the product is not known."""
    found = product(tx, product_code)
    return found.category if found else ""


def goods_class(tx: Transaction, product_code: str) -> str:
    """Which rows of the disposition table apply: the product's own class, else that of its category."""
    found = product(tx, product_code)
    if found is None:
        return "GENERAL"
    if found.goods_class:
        return found.goods_class
    rows = _current(tx, _of_kind("category", tx.today).where(Row.code == found.category))
    return rows[0].content.get("goods_class") or "GENERAL" if rows else "GENERAL"


def inspection_settings(tx: Transaction, product_code: str, on: date) -> tuple[Setting, ...]:
    """What goods of a product are inspected for piece by piece, each with the item of the catalogue that says so."""
    goods = product(tx, product_code, on)
    if goods is None:
        return ()
    mine = or_(Row.product == product_code, Row.category == goods.category)
    plans = _current(tx, _of_kind("inspection_plan", on).where(mine))
    read = [(row.product, inspection_plan_from(row.content, f"{row.code} v{row.number}")) for row in plans]
    rows = _current(tx, _of_kind("category", on).where(Row.code == goods.category))
    default = setting_from(rows[0].content, f"{rows[0].code} v{rows[0].number}") if rows else None
    return chosen([one for of, one in read if of], [one for of, one in read if not of], default)


def disposition_rules(tx: Transaction, on: date | None = None) -> tuple[Mapping[str, str], ...]:
    """The decision table as fields, in the order of its priorities."""
    rows = _current(tx, _of_kind("disposition_rule", on or tx.today))
    named = ({"rule_id": row.code, **row.content} for row in rows)
    return tuple(sorted(named, key=lambda content: int(content["priority"])))


def contents(tx: Transaction, kind: str, codes: Iterable[str], on: date) -> dict[str, Mapping[str, str]]:
    """The fields of the items of a kind in force on that day, by code."""
    wanted = sorted(set(codes))
    rows = _current(tx, _of_kind(kind, on).where(Row.code.in_(wanted))) if wanted else []
    return {row.code: row.content for row in rows}


def item_in_force(tx: Transaction, kind: str, code: str, on: date) -> Row | None:
    """The version of one item that holds on that day."""
    rows = _current(tx, _of_kind(kind, on).where(Row.code == code))
    return rows[0] if rows else None


def may_test(tx: Transaction, user_id: int, method_code: str, on: date) -> Refusal | None:
    return _authorised(tx, user_id, "test", method_code, on)


def may_review(tx: Transaction, user_id: int, method_code: str, on: date) -> Refusal | None:
    return _authorised(tx, user_id, "review", method_code, on)


def may_sign(tx: Transaction, user_id: int, category: str, on: date) -> Refusal | None:
    return _authorised(tx, user_id, "sign", category, on)


def instrument_refusal(tx: Transaction, instrument: InstrumentRow, on: date) -> Refusal | None:
    return fitness.refusal_of(tx, instrument, on)


def marks(tx: Transaction, method_code: str, analyte: str, category: str, on: date) -> tuple[tuple[str, str], ...]:
    """(mark, registration number) of every scope line that covers a result."""
    rows = tx.session.scalars(select(ScopeRow).where(ScopeRow.method == method_code))
    lines = [
        accreditation.ScopeLine(
            row.mark, row.registration_no, row.category, row.method, row.analyte, row.valid_from, row.valid_to
        )
        for row in rows
    ]
    return accreditation.marks_for(lines, method_code, analyte, category, on)


def must(found: Any, noun: str, code: str) -> Any:
    """The thing found, or NotFound for the door."""
    if found is None:
        raise NotFound("NOT_FOUND", noun=noun, no=code)
    return found


def _authorised(tx: Transaction, user_id: int, activity: str, over: str, on: date) -> Refusal | None:
    query = select(AuthorisationRow).where(AuthorisationRow.user_id == user_id, AuthorisationRow.activity == activity)
    held = [
        competence.Authorisation(
            row.user_id,
            row.activity,
            row.field if activity == "sign" else row.method,
            row.valid_from,
            row.valid_to,
        )
        for row in tx.session.scalars(query)
    ]
    return competence.not_authorised(held, user_id, activity, over, on)


def _of_kind(kind: str, on: date) -> Select[Row]:
    return select(Row).where(
        Row.kind == kind,
        Row.state.in_(IN_FORCE_STATES),
        or_(Row.valid_from.is_(None), Row.valid_from <= on),
        or_(Row.valid_to.is_(None), Row.valid_to >= on),
    )


def _with_word(kind: str, sort: str, known: ColumnElement[bool]) -> Select[str]:
    """The codes of items of which any version has such a word; which version holds on a day is asked after."""
    return select(Row.code).join(Word, Word.reference_id == Row.id).where(Row.kind == kind, Word.sort == sort, known)


def _current(tx: Transaction, query: Select[Row]) -> list[Row]:
    """One row an item: of several versions in force on a day the newest holds."""
    newest: dict[str, Row] = {}
    for row in tx.session.scalars(query.order_by(Row.code, Row.number)):
        newest[row.code] = row
    return list(newest.values())


def _limit(row: Row) -> LimitVersion:
    return limit_from(row.id, row.code, row.number, row.content, row.valid_from, row.valid_to)


def _method(row: Row) -> MethodVersion:
    return method_from(row.id, row.code, row.number, row.content, row.valid_from, row.valid_to)


def _product(row: Row) -> Product:
    return product_from(row.code, row.content)

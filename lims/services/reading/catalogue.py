"""The catalogue for screens: search, lists by kind, one item with all its versions. It writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from lims.domain.goods import hs_digits
from lims.domain.recipe import Difference, differences, document_from
from lims.domain.reference import KINDS
from lims.domain.rules.errors import NotFound
from lims.domain.rules.refusal import refusal
from lims.domain.rules.workflow import open_verbs
from lims.domain.specification import in_force
from lims.persistence.account import UserRow
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import facts, transition
from lims.services.reading.method import RecordView, gaps_of, record_view
from lims.services.reading.page import Page, Verb
from lims.services.transaction import Transaction
from lims.services.transition import Over

FOUND = 20
"""How many items of a kind a search shows."""


@dataclass(frozen=True)
class Item:
    """The newest version of an item, as a line of a list."""

    kind: str
    code: str
    number: int
    state: str
    name_zh: str
    name_en: str
    category: str
    product: str
    analyte: str
    jurisdiction: str
    hs_codes: str
    valid_from: date | None
    valid_to: date | None
    standard: str
    value: str
    """A limit as it reads in short: operator, figures and unit."""


@dataclass(frozen=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionView:
    id: int
    number: int
    state: str
    valid_from: date | None
    valid_to: date | None
    in_force: bool
    content: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    """Against the version before it: what a release would change."""
    reason: str
    proposed_by: str
    released_by: str
    released_at: datetime | None
    verbs: tuple[Verb, ...]
    record: RecordView | None
    """The validation record of a method; None where the laboratory has none."""


@dataclass(frozen=True)
class ItemView:
    kind: str
    code: str
    name_zh: str
    name_en: str
    versions: tuple[VersionView, ...]
    """Newest first."""


def counts(tx: Transaction) -> dict[str, int]:
    """How many items of each kind there are, every kind named."""
    query = select(Row.kind, func.count(Row.code.distinct())).group_by(Row.kind)
    found = dict(tx.session.execute(query).all())
    return {kind: found.get(kind, 0) for kind in KINDS}


def waiting(tx: Transaction) -> tuple[Item, ...]:
    """Versions that wait for their release one by one; a batch waits as a whole."""
    query = select(Row).where(Row.state == "proposed", Row.library == "").order_by(Row.kind, Row.code).limit(200)
    return _named(tx, tuple(_item(row) for row in tx.session.scalars(query)))


def items_of(tx: Transaction, rows: Iterable[Row]) -> tuple[Item, ...]:
    """Versions as lines of a list."""
    return _named(tx, tuple(map(_item, rows)))


def search(tx: Transaction, text: str) -> dict[str, tuple[Item, ...]]:
    """Items by code, zh or en name or HS code; limits also by the names of their product and analyte."""
    wanted = text.strip()
    if not wanted:
        return {}
    found = {kind: listing(tx, kind, wanted, size=FOUND).items for kind in KINDS if kind != "limit"}
    if hs_digits(wanted):
        meant = {one.code for one in facts.product_candidates(tx, wanted, tx.today)}
        more = sorted(meant - {one.code for one in found["product"]})
        found["product"] += _items(tx, and_(Row.kind == "product", Row.code.in_(more)), FOUND)
    products = [one.code for one in found["product"]]
    analytes = [one.code for one in found["analyte"]]
    about = or_(_matches(wanted), Row.product.in_(products), Row.analyte.in_(analytes))
    found["limit"] = _items(tx, and_(Row.kind == "limit", about), FOUND)
    return {kind: items for kind, items in found.items() if items}


def listing(tx: Transaction, kind: str, text: str = "", after: str = "", size: int = 50) -> Page[Item]:
    """Items of a kind in the order of their codes, each by its newest version."""
    if kind not in KINDS:
        raise NotFound("NOT_FOUND", noun="kind", no=kind)
    clauses: list[ColumnElement[bool]] = [Row.kind == kind]
    if after:
        clauses.append(Row.code > after)
    if text.strip():
        clauses.append(_matches(text.strip()))
    items = _items(tx, and_(*clauses), size + 1)
    more = len(items) > size
    return Page(items[:size], items[size - 1].code if more else None)


def detail(tx: Transaction, kind: str, code: str) -> ItemView:
    """One item with all its versions and what may be done to each."""
    query = select(Row).where(Row.kind == kind, Row.code == code).order_by(Row.number)
    rows = list(tx.session.scalars(query))
    if not rows:
        raise NotFound("NOT_FOUND", noun=kind, no=code)
    names = _names(tx, (one for row in rows for one in (row.proposed_by, row.released_by)))
    before: dict[str, str] = {}
    versions = []
    for row in rows:
        versions.append(_version(tx, row, names, before))
        before = row.content
    (newest,) = _named(tx, (_item(rows[-1]),))
    return ItemView(kind, code, newest.name_zh, newest.name_en, tuple(reversed(versions)))


def _version(tx: Transaction, row: Row, names: dict[int, str], before: dict[str, str]) -> VersionView:
    changes = [
        Change(name, before.get(name, ""), text)
        for name, text in row.content.items()
        if before and before.get(name, "") != text and (row.kind, name) != ("recipe", "layout")
    ]
    if row.kind == "recipe" and before:
        changes += [Change(one.field, one.before, one.after) for one in _of_layout(before, row.content)]
    fields = KINDS[row.kind].fields
    return VersionView(
        id=row.id,
        number=row.number,
        state=row.state,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        in_force=row.state in facts.IN_FORCE_STATES and in_force(row.valid_from, row.valid_to, tx.today),
        content=tuple((name, row.content.get(name, "")) for name in fields),
        changes=tuple(changes),
        reason=row.reason,
        proposed_by=names.get(row.proposed_by, ""),
        released_by=names.get(row.released_by, "") if row.released_by is not None else "",
        released_at=row.released_at,
        verbs=tuple(_verb(tx, row, verb) for verb in open_verbs(row.noun, row.state)),
        record=record_view(row),
    )


def _of_layout(before: dict[str, str], after: dict[str, str]) -> tuple[Difference, ...]:
    """What a version of a recipe changes, field by field of its document."""
    return differences(document_from(before["layout"]), document_from(after["layout"]))


def _verb(tx: Transaction, row: Row, verb: str) -> Verb:
    why = transition.can(tx, row, verb, Over(reference_id=row.id))
    if not why and verb == "retire" and row.code in KINDS[row.kind].fixed:
        why = (refusal("ITEM_FIXED", item=row.code),)
    if not why and verb == "release" and row.proposed_by == tx.actor.id:
        why = (refusal("DUTIES_APART", duty="releaser", other="author"),)
    if not why and verb == "release":
        why = gaps_of(row)
    return Verb(verb, why)


def _matches(text: str) -> ColumnElement[bool]:
    columns = (Row.code, Row.name_zh, Row.name_en, Row.hs_codes, Row.product, Row.analyte)
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _items(tx: Transaction, where: ColumnElement[bool], limit: int) -> tuple[Item, ...]:
    newest = (
        select(Row.kind, Row.code, func.max(Row.number).label("number"))
        .where(where)
        .group_by(Row.kind, Row.code)
        .order_by(Row.code)
        .limit(limit)
        .subquery()
    )
    same = and_(Row.kind == newest.c.kind, Row.code == newest.c.code, Row.number == newest.c.number)
    rows = tx.session.scalars(select(Row).join(newest, same).order_by(Row.code))
    return _named(tx, tuple(_item(row) for row in rows))


def _named(tx: Transaction, items: tuple[Item, ...]) -> tuple[Item, ...]:
    """A limit has no name of its own: it goes by those of its product and its analyte."""
    codes = {code for one in items if one.kind == "limit" for code in (one.product, one.analyte)}
    if not codes:
        return items
    query = select(Row.kind, Row.code, Row.name_zh, Row.name_en).where(
        Row.kind.in_(("product", "analyte")), Row.code.in_(sorted(codes))
    )
    names = {(kind, code): (zh, en) for kind, code, zh, en in tx.session.execute(query.order_by(Row.number))}
    return tuple(_with_names(one, names) if one.kind == "limit" else one for one in items)


def _with_names(item: Item, names: dict[tuple[str, str], tuple[str, str]]) -> Item:
    product_zh, product_en = names.get(("product", item.product), ("", ""))
    analyte_zh, analyte_en = names.get(("analyte", item.analyte), ("", ""))
    return replace(
        item, name_zh=f"{product_zh} {analyte_zh}".strip(), name_en=f"{product_en}, {analyte_en}".strip(", ")
    )


def _item(row: Row) -> Item:
    content: dict[str, Any] = row.content
    return Item(
        kind=row.kind,
        code=row.code,
        number=row.number,
        state=row.state,
        name_zh=row.name_zh,
        name_en=row.name_en,
        category=row.category,
        product=row.product,
        analyte=row.analyte,
        jurisdiction=row.jurisdiction,
        hs_codes=row.hs_codes,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        standard=" ".join(filter(None, (content.get("standard", ""), content.get("clause", "")))),
        value=_short(content) if row.kind == "limit" else "",
    )


def _short(content: dict[str, str]) -> str:
    operator = content.get("operator", "")
    if operator.startswith("NCM"):
        plan = [f"{name}={content.get(name, '')}" for name in ("n", "c", "m", "M") if content.get(name)]
        return " ".join((*plan, content.get("unit", "")))
    figures = "–".join(filter(None, (content.get("value", ""), content.get("value2", ""))))
    sign = {"LE": "≤", "LT": "<", "GE": "≥", "GT": ">"}.get(operator, "" if operator == "RANGE" else operator)
    return " ".join(filter(None, (sign, figures, content.get("unit", ""))))


def _names(tx: Transaction, ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one}
    users = tx.session.scalars(select(UserRow).where(UserRow.id.in_(sorted(wanted)))) if wanted else ()
    return {0: "system", **{user.id: user.name for user in users}}

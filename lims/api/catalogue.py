"""The catalogue over HTTP, for looking up: products, limits, methods, analytes and the rest, each with its versions."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lims.api.body import Answer, PageOf, PageQuery
from lims.api.operation import ANYBODY, reads
from lims.services.reading import catalogue as reading
from lims.services.reading.catalogue import Item, ItemView
from lims.services.transaction import Transaction

PLACES = {"products": "product", "limits": "limit", "methods": "method", "analytes": "analyte"}


class Kinds(Answer):
    kinds: dict[str, int] = Field(description="kind -> how many items")


class CatalogueQuery(PageQuery):
    q: str = Field("", description="in code, names, HS codes")


@reads("/catalogue", ANYBODY, Kinds, "The kinds of the catalogue and how many items each has")
def kinds(tx: Transaction, _query: None) -> Kinds:
    return Kinds(kinds=reading.counts(tx))


def _page(tx: Transaction, kind: str, query: CatalogueQuery) -> Any:
    page = reading.listing(tx, kind, query.q, query.after, query.limit)
    return PageOf[Item](items=list(page.items), next=page.next)


@reads("/catalogue/<kind>", ANYBODY, PageOf[Item], "Items of a kind by code", query=CatalogueQuery)
def listing(tx: Transaction, query: CatalogueQuery, kind: str) -> Any:
    return _page(tx, kind, query)


@reads("/catalogue/<kind>/<path:code>", ANYBODY, ItemView, "One item with all its versions")
def one(tx: Transaction, _query: None, kind: str, code: str) -> ItemView:
    return reading.detail(tx, kind, code)


def _place(place: str, kind: str) -> None:
    """The same lists under the words that people look for."""

    def items(tx: Transaction, query: CatalogueQuery) -> Any:
        return _page(tx, kind, query)

    def item(tx: Transaction, _query: None, code: str) -> ItemView:
        return reading.detail(tx, kind, code)

    items.__name__, item.__name__ = place, kind
    reads(f"/{place}", ANYBODY, PageOf[Item], f"{place.capitalize()} by code", query=CatalogueQuery)(items)
    reads(f"/{place}/<path:code>", ANYBODY, ItemView, f"One of the {place} with all its versions")(item)


for _name, _kind in PLACES.items():
    _place(_name, _kind)

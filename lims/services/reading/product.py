"""Names of products by code, for pages that show what kind of goods a sample is and never whose."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select

from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services.transaction import Transaction


def names(tx: Transaction, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Code -> (Chinese name, English name), of the newest version of each."""
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    return {code: (zh, en) for code, zh, en in tx.session.execute(_named().where(Row.code.in_(wanted)))}


def choices(tx: Transaction) -> tuple[tuple[str, str, str], ...]:
    """(code, Chinese name, English name) of every product that a line may name."""
    rows = tx.session.execute(_named().where(Row.state == "released"))
    return tuple({code: (code, zh, en) for code, zh, en in rows}.values())


def _named() -> Select[str, str, str]:
    query = select(Row.code, Row.name_zh, Row.name_en).where(Row.kind == "product")
    return query.order_by(Row.code, Row.number)

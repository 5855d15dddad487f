"""The inbox: what instruments sent and needs a person, with its reason and the worksheets it could be laid on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lims.domain.rules.refusal import Refusal
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.persistence.spool import SpoolRow
from lims.persistence.worksheet import WorksheetRow
from lims.services.reading.page import Page, page
from lims.services.spool import WAITS, row_of
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class SpoolView:
    id: int
    source: str
    instrument: str
    digest: str
    size: int
    name: str
    peer: str
    received_at: datetime
    state: str
    attempts: int
    problem: Refusal | None
    run: str


@dataclass(frozen=True)
class Inbox:
    page: Page[SpoolView]
    worksheets: tuple[tuple[str, str], ...]
    """Open worksheets as (number, code of its instrument or nothing)."""


def inbox(tx: Transaction, after: str = "", size: int = 50, everything: bool = False) -> Inbox:
    """Newest first; ``everything`` shows what needs nobody too."""
    tx.require("run:import")
    query = select(SpoolRow)
    if not everything:
        query = query.where(SpoolRow.state.in_(WAITS))
    found = page(tx, query, SpoolRow.id, after, size, lambda row: row)
    codes = _words(tx, InstrumentRow.id, InstrumentRow.code, {row.instrument_id for row in found.items})
    runs = _words(tx, RunRow.id, RunRow.no, {row.run_id for row in found.items if row.run_id})
    return Inbox(Page(tuple(_view(row, codes, runs) for row in found.items), found.next), _sheets(tx))


def one(tx: Transaction, spool_id: int) -> SpoolView:
    row = row_of(tx, spool_id)
    codes = _words(tx, InstrumentRow.id, InstrumentRow.code, {row.instrument_id})
    return _view(row, codes, _words(tx, RunRow.id, RunRow.no, {row.run_id} - {None}))


def waits(tx: Transaction) -> int:
    """How many need a person."""
    return int(tx.session.scalar(select(func.count()).where(SpoolRow.state.in_(WAITS))) or 0)


def _words(tx: Transaction, key: Any, word: Any, ids: set[Any]) -> Mapping[int, str]:
    return {row[0]: row[1] for row in tx.session.execute(select(key, word).where(key.in_(ids or {0})))}


def _view(row: SpoolRow, codes: Mapping[int, str], runs: Mapping[int, str]) -> SpoolView:
    return SpoolView(
        row.id, row.source, codes[row.instrument_id], row.digest, row.size, row.name, row.peer, row.received_at,
        row.state, row.attempts, Refusal(row.problem, row.detail or {}) if row.problem else None,
        runs.get(row.run_id or 0, ""),
    )  # fmt: skip


def _sheets(tx: Transaction) -> tuple[tuple[str, str], ...]:
    query = (
        select(WorksheetRow.no, InstrumentRow.code)
        .outerjoin(InstrumentRow, WorksheetRow.instrument_id == InstrumentRow.id)
        .where(WorksheetRow.state == "open")
        .order_by(WorksheetRow.id.desc())
        .limit(200)
    )
    return tuple((no, code or "") for no, code in tx.session.execute(query))

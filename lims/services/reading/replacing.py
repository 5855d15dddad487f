"""What would change: open and recent work judged by proposed versions of limits or methods, beside what it has now.

It reads and writes nothing. What it costs goes with the lots under way and decided lately, not with all that ever were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from lims.domain.requirement import Analyte
from lims.domain.rules.errors import Forbidden
from lims.domain.rules.refusal import Refusal
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.decision import DecisionRow
from lims.persistence.request import LineRow, LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.services import facts, shown
from lims.services.reading import proposed
from lims.services.reading.as_if import Found
from lims.services.reading.page import LARGEST, Page
from lims.services.reading.proposed import Proposed
from lims.services.ruling import Ruling
from lims.services.transaction import Transaction

DAYS = 90
OPEN_LOTS = ("awaiting_samples", "in_test", "reported", "held")
DECIDED_LOTS = ("decided", "certified", "disposed")
NOT_YET_ACCEPTED = ("lodged", "asked")
TOGETHER = 500
"""Rows that one query fetches."""


@dataclass(frozen=True)
class Touched:
    """One analysis of work that the proposed version is about."""

    key: str
    analysis_id: int
    open: bool
    """Its lot is not decided yet."""
    sample_no: str
    product: str
    jurisdiction: str
    analyte: str
    analyte_zh: str
    analyte_en: str
    method: str
    value: str
    unit: str
    old_limit: str
    new_limit: str
    code: str
    """Of the proposed version."""
    old_verdict: str
    """Empty while there is no result."""
    new_verdict: str
    """Empty where it cannot be judged: ``why`` says so."""
    why: Refusal | None
    margin: str
    changed: bool


@dataclass(frozen=True)
class WouldChange:
    """Counted whole, listed by pages with the changed ones first."""

    versions: int
    days: int
    open: int
    recent: int
    without_result: int
    unjudged: int
    changed: int
    changed_open: int
    page: Page[Touched]

    @property
    def touched(self) -> int:
        return self.open + self.recent


class _Judged(NamedTuple):
    row: AnalysisRow
    open: bool
    version: Proposed
    found: Found | None
    """None without a result."""

    @property
    def changed(self) -> bool:
        """A verdict that can no longer be given is a change as well."""
        return self.found is not None and self.found.verdict != (self.row.result.verdict if self.row.result else "")

    @property
    def key(self) -> str:
        """A text to sort by: what changes first, then what has a result, then open work, then the newest."""
        return f"{not self.changed:d}{self.found is None:d}{not self.open:d}{10**12 - self.row.id:012d}"


def would_change(
    tx: Transaction, version_ids: Collection[int] = (), library: str = "", days: int = DAYS, after: str = "",
    size: int = 50,
) -> WouldChange:  # fmt: skip
    """For the proposed versions with these ids, or all of a library: work under way and decided in the last days.

    Forbidden for who neither proposes nor releases versions.
    """
    allowed(tx)
    lots = {**_decided_since(tx, days), **_open(tx)}
    asked = proposed.load(tx, version_ids, library, lots)
    judged = sorted(_judged(tx, asked, _of(asked, lots)), key=lambda one: one.key)
    with_result = [one for one in judged if one.found is not None]
    return WouldChange(
        versions=proposed.count(tx, version_ids, library),
        days=days,
        open=sum(one.open for one in judged),
        recent=sum(not one.open for one in judged),
        without_result=len(judged) - len(with_result),
        unjudged=sum(1 for one in with_result if one.found and one.found.why),
        changed=sum(one.changed for one in judged),
        changed_open=sum(one.changed and one.open for one in judged),
        page=_page(judged, after, size),
    )


def allowed(tx: Transaction) -> None:
    try:
        tx.require("catalogue:propose")
    except Forbidden:
        tx.require("catalogue:release")


# ---- the work --------------------------------------------------------------------------------------------------------


class Lot(NamedTuple):
    product: str
    open: bool


def _open(tx: Transaction) -> dict[int, Lot]:
    """Lots under way, and those of requests that nobody has accepted yet."""
    columns = select(LotRow.id, LineRow.product).join(LineRow, LotRow.line_id == LineRow.id)
    early = columns.join(RequestRow, LotRow.request_id == RequestRow.id).where(RequestRow.state.in_(NOT_YET_ACCEPTED))
    queries = (columns.where(LotRow.state.in_(OPEN_LOTS)), early)
    return {id: Lot(product, True) for query in queries for id, product in tx.session.execute(query)}


def _decided_since(tx: Transaction, days: int) -> dict[int, Lot]:
    """Lots decided lately: decisions are numbered as they are made, so they are read from the newest on."""
    found: dict[int, Lot] = {}
    for part in _parts(list(_recent(tx, days))):
        query = select(LotRow.id, LineRow.product).join(LineRow, LotRow.line_id == LineRow.id)
        query = query.where(LotRow.id.in_(part), LotRow.state.in_(DECIDED_LOTS))
        found |= {id: Lot(product, False) for id, product in tx.session.execute(query)}
    return found


def _recent(tx: Transaction, days: int) -> Iterator[int]:
    since, last = tx.now - timedelta(days=days), None
    while True:
        query = select(DecisionRow.id, DecisionRow.lot_id, DecisionRow.at).order_by(DecisionRow.id.desc())
        rows = tx.session.execute((query if last is None else query.where(DecisionRow.id < last)).limit(TOGETHER)).all()
        yield from (lot_id for _, lot_id, at in rows if at >= since)
        if len(rows) < TOGETHER or rows[-1].at < since:
            return
        last = rows[-1].id


def _of(asked: proposed.Asked, lots: Mapping[int, Lot]) -> dict[int, bool]:
    """Lot -> whether it is open, of the lots that any of the versions may be about."""
    return {id: lot.open for id, lot in lots.items() if asked.everywhere or lot.product in asked.products}


def _judged(tx: Transaction, asked: proposed.Asked, lots: Mapping[int, bool]) -> Iterator[_Judged]:
    """Each analysis that a version is about, once, judged where it has a result."""
    rules = facts.decision_rules(tx, tx.today)
    analytes: dict[str, Analyte] = {}
    for part in _parts(list(lots)):
        matched = [(row, version) for row in _analyses(tx, asked, part) if (version := asked.about(row)) is not None]
        missing = {row.analyte for row, _ in matched} - analytes.keys()
        analytes |= facts.analytes(tx, missing, tx.today)
        for row, version in matched:
            found = None
            if row.result is not None:
                found = version.judge(row, Ruling(rules, row.lot.request), analytes.get(row.analyte))
            yield _Judged(row, lots[row.lot_id], version, found)


def _analyses(tx: Transaction, asked: proposed.Asked, lots: Sequence[int]) -> Iterable[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.lot_id.in_(lots), AnalysisRow.state != "cancelled")
        .options(
            load_only(*_OF_ANALYSIS),
            joinedload(AnalysisRow.result).load_only(*_OF_RESULT),
            joinedload(AnalysisRow.sample).load_only(SampleRow.no),
            joinedload(AnalysisRow.lot).load_only(LotRow.no).options(
                joinedload(LotRow.request).load_only(RequestRow.jurisdiction, RequestRow.contract_rule),
                joinedload(LotRow.line).load_only(LineRow.product),
            ),
        )
    )
    if asked.methods and not asked.by_code:
        query = query.where(AnalysisRow.method.in_(sorted(asked.methods)))
    elif not asked.methods and len(asked.analytes) <= TOGETHER:
        query = query.where(AnalysisRow.analyte.in_(sorted(asked.analytes)))
    return tx.session.scalars(query.order_by(AnalysisRow.id)).unique()


_OF_ANALYSIS = (
    AnalysisRow.lot_id, AnalysisRow.sample_id, AnalysisRow.result_id, AnalysisRow.analyte, AnalysisRow.analyte_zh,
    AnalysisRow.analyte_en, AnalysisRow.method, AnalysisRow.limit, AnalysisRow.rule, AnalysisRow.unit,
)  # fmt: skip
_OF_RESULT = (
    ResultRow.text, ResultRow.status, ResultRow.qualifier, ResultRow.value, ResultRow.values, ResultRow.unit,
    ResultRow.expanded, ResultRow.k, ResultRow.lod, ResultRow.loq, ResultRow.calculation, ResultRow.verdict,
    ResultRow.conformity,
)  # fmt: skip
"""What judging reads; a row has much besides, and there are thousands."""


# ---- the list --------------------------------------------------------------------------------------------------------


def _page(judged: Sequence[_Judged], after: str, size: int) -> Page[Touched]:
    size = max(1, min(size, LARGEST))
    left = [one for one in judged if one.key > after] if after else judged
    return Page(tuple(map(_touched, left[:size])), left[size - 1].key if len(left) > size else None)


def _touched(one: _Judged) -> Touched:
    row, result, found = one.row, one.row.result, one.found
    return Touched(
        key=one.key,
        analysis_id=row.id,
        open=one.open,
        sample_no=row.sample.no if row.sample else "",
        product=row.lot.line.product,
        jurisdiction=(row.limit or {}).get("jurisdiction") or row.lot.request.jurisdiction,
        analyte=row.analyte,
        analyte_zh=row.analyte_zh,
        analyte_en=row.analyte_en,
        method=row.method,
        value=shown.reported(result) if result else "",
        unit=result.unit if result else row.unit,
        old_limit=proposed.limit_line(row.limit),
        new_limit=one.version.limit_line(row),
        code=one.version.code,
        old_verdict=result.verdict if result else "",
        new_verdict=found.verdict if found else "",
        why=found.why if found else None,
        margin=found.margin if found else "",
        changed=one.changed,
    )


def _parts(ids: list[Any]) -> Iterator[list[Any]]:
    return (ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER))


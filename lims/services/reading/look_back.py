"""Look-backs for screens: the open ones, and one with its results, their states and the certificates they stand on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from lims.domain.rules.errors import NotFound
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.certificate import CertificateRow
from lims.persistence.equipment import CheckRow, LookBackResultRow, LookBackRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.sample import SampleRow
from lims.services.reading.page import LARGEST, Page
from lims.services.transaction import Transaction

_BEFORE_ISSUE = ("draft", "discarded")


@dataclass(frozen=True)
class LookBackView:
    id: int
    instrument: str
    since: datetime | None
    reason: str
    results: int
    unjudged: int
    opened_name: str
    opened_at: datetime
    concluded_name: str
    concluded_at: datetime | None
    check: str
    """Kind of the check that opened it; empty where a defect was reported."""
    outcome: str
    done_on: date | None
    certificate_no: str


@dataclass(frozen=True)
class TouchedView:
    """A result that may be touched, as it stands today."""

    id: int
    analysis_id: int
    sample_no: str
    analyte: str
    analyte_zh: str
    analyte_en: str
    method: str
    text: str
    unit: str
    entered_name: str
    entered_at: datetime
    state: str
    replaced: bool
    """The analysis has another result by now."""
    certificates: str
    conclusion: str
    reason: str
    judged_name: str
    judged_at: datetime | None
    own: bool


def open_ones(tx: Transaction, code: str = "", size: int = LARGEST) -> tuple[LookBackView, ...]:
    """Oldest first: what waits longest is done first. With a code: those of one instrument, concluded ones too."""
    query = _query()
    query = query.where(InstrumentRow.code == code) if code else query.where(LookBackRow.concluded_at.is_(None))
    order = LookBackRow.id.desc() if code else LookBackRow.id
    return tuple(_view(*found) for found in tx.session.execute(query.order_by(order).limit(size)))


def one(tx: Transaction, look_back_id: int) -> LookBackView:
    found = tx.session.execute(_query().where(LookBackRow.id == look_back_id)).first()
    if found is None:
        raise NotFound("NOT_FOUND", noun="look_back", no=str(look_back_id))
    return _view(*found)


def _query() -> Select[LookBackRow, str, CheckRow]:
    """A look-back with the code of its instrument and the check that opened it."""
    return (
        select(LookBackRow, InstrumentRow.code, CheckRow)
        .join(InstrumentRow, InstrumentRow.id == LookBackRow.instrument_id)
        .outerjoin(CheckRow, CheckRow.id == LookBackRow.check_id)
    )


def touched(tx: Transaction, look_back_id: int, after: str = "", size: int = 100) -> Page[TouchedView]:
    """Its results in the order they were listed in; two queries a page."""
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    query = (
        select(LookBackResultRow, AnalysisRow, ResultRow, SampleRow.no)
        .join(AnalysisRow, AnalysisRow.id == LookBackResultRow.analysis_id)
        .join(ResultRow, ResultRow.id == LookBackResultRow.result_id)
        .join(SampleRow, SampleRow.id == AnalysisRow.sample_id)
        .where(LookBackResultRow.look_back_id == look_back_id, LookBackResultRow.id > start)
        .order_by(LookBackResultRow.id)
        .limit(size + 1)
    )
    rows = list(tx.session.execute(query))
    numbers = _certificates(tx, {analysis.lot_id for _, analysis, _, _ in rows})
    items = tuple(
        _touched(tx, mark, analysis, result, no, numbers.get(analysis.lot_id, ""))
        for mark, analysis, result, no in rows[:size]
    )
    return Page(items, str(items[-1].id) if len(rows) > size else None)


def every(tx: Transaction, look_back_id: int) -> Iterator[TouchedView]:
    """All of them, page by page."""
    after: str | None = ""
    while after is not None:
        part = touched(tx, look_back_id, after, 500)
        yield from part.items
        after = part.next


def _certificates(tx: Transaction, lot_ids: Collection[int]) -> Mapping[int, str]:
    """The numbers of what was issued about each lot, withdrawn and superseded ones too: somebody holds them."""
    query = select(CertificateRow.lot_id, CertificateRow.no).where(
        CertificateRow.lot_id.in_(lot_ids), CertificateRow.state.not_in(_BEFORE_ISSUE)
    )
    found: dict[int, str] = {}
    for lot_id, no in tx.session.execute(query.order_by(CertificateRow.id)):
        found[lot_id] = ", ".join(filter(None, (found.get(lot_id), no)))
    return found


def _view(row: LookBackRow, code: str, check: CheckRow | None) -> LookBackView:
    return LookBackView(
        row.id, code, row.since, row.reason, row.results, row.unjudged, row.opened_name, row.opened_at,
        row.concluded_name, row.concluded_at, check.kind if check else "", check.outcome if check else "",
        check.done_on if check else None, check.certificate_no if check else "",
    )  # fmt: skip


def _touched(
    tx: Transaction, mark: LookBackResultRow, analysis: AnalysisRow, result: ResultRow, no: str, numbers: str
) -> TouchedView:
    return TouchedView(
        id=mark.id,
        analysis_id=analysis.id,
        sample_no=no,
        analyte=analysis.analyte,
        analyte_zh=analysis.analyte_zh,
        analyte_en=analysis.analyte_en,
        method=analysis.method,
        text=result.text,
        unit=result.unit,
        entered_name=result.entered_name,
        entered_at=result.entered_at,
        state=analysis.state,
        replaced=analysis.result_id != result.id,
        certificates=numbers,
        conclusion=mark.conclusion,
        reason=mark.reason,
        judged_name=mark.judged_name,
        judged_at=mark.judged_at,
        own=result.entered_by == tx.actor.id,
    )

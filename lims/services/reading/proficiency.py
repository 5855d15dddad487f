"""Proficiency tests for screens: rounds, the scores of one, and the history of an analyte's score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.proficiency import ALARMING
from lims.persistence.proficiency import PtRoundRow, PtScoreRow
from lims.services import lookup
from lims.services.reading.page import Page, page
from lims.services.transaction import Transaction

SHOWN = 40


@dataclass(frozen=True)
class ScoreView:
    id: int
    method: str
    analyte: str
    unit: str
    value: str
    assigned: Decimal
    sigma_pt: Decimal | None
    u_assigned: Decimal | None
    expanded: Decimal | None
    k: Decimal
    scores: tuple[tuple[str, Decimal, str], ...]
    """(z, z', zeta or En; its value; its verdict)."""
    decides: str
    verdict: str
    conclusion: str
    concluded_by: str
    concluded_at: datetime | None

    @property
    def alarm(self) -> bool:
        return self.verdict in ALARMING and self.concluded_at is None


@dataclass(frozen=True)
class RoundView:
    id: int
    no: str
    provider: str
    scheme: str
    round: str
    material: str
    received_on: date | None
    reported_on: date | None
    closed_on: date | None
    entered_by: str
    scores: tuple[ScoreView, ...]

    @property
    def alarms(self) -> int:
        return sum(1 for one in self.scores if one.alarm)


def listing(tx: Transaction, waiting: bool = False, after: str = "", size: int = 50) -> Page[RoundView]:
    """Rounds, the newest first; with ``waiting`` those with a score that asks for a conclusion."""
    query = select(PtRoundRow).options(selectinload(PtRoundRow.scores))
    if waiting:
        alarming = select(PtScoreRow.round_id).where(
            PtScoreRow.verdict.in_(ALARMING), PtScoreRow.concluded_at.is_(None)
        )
        query = query.where(PtRoundRow.id.in_(alarming))
    return page(tx, query, PtRoundRow.id, after, size, _round)


def one(tx: Transaction, round_id: int) -> RoundView:
    query = select(PtRoundRow).where(PtRoundRow.id == round_id).options(selectinload(PtRoundRow.scores))
    return _round(lookup.one(tx, query, "pt_round", round_id))


def history(tx: Transaction, score_id: int) -> tuple[tuple[str, ScoreView], ...]:
    """(round, score) of the same analyte by the same method, from the oldest to the newest."""
    of = lookup.one(tx, select(PtScoreRow).where(PtScoreRow.id == score_id), "pt_score", score_id)
    query = (
        select(PtScoreRow)
        .where(PtScoreRow.method == of.method, PtScoreRow.analyte == of.analyte)
        .options(joinedload(PtScoreRow.of_round))
        .order_by(PtScoreRow.id.desc())
        .limit(SHOWN)
    )
    return tuple((row.of_round.round, _score(row)) for row in reversed(tx.session.scalars(query).all()))


def _round(row: PtRoundRow) -> RoundView:
    return RoundView(
        row.id, row.no, row.provider, row.scheme, row.round, row.material, row.received_on, row.reported_on,
        row.closed_on, row.entered_name, tuple(_score(one) for one in row.scores),
    )  # fmt: skip


def _score(row: PtScoreRow) -> ScoreView:
    return ScoreView(
        row.id, row.method, row.analyte, row.unit, row.value_text, row.assigned, row.sigma_pt, row.u_assigned,
        row.expanded, row.k, tuple((kind, Decimal(value), verdict) for kind, value, verdict in row.scores),
        row.decides, row.verdict, row.conclusion, row.concluded_name, row.concluded_at,
    )  # fmt: skip

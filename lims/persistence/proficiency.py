"""Proficiency tests as rows: the round, and what the laboratory reported for each analyte with its scores."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import ExactDecimal, JsonText, UtcDateTime


class PtRoundRow(Audited, Base):
    """One round of a scheme (ISO/IEC 17043)."""

    __tablename__ = "pt_round"
    __table_args__ = (UniqueConstraint("provider", "scheme", "round"),)
    noun = "pt_round"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(300))
    provider: Mapped[str] = mapped_column(String(100))
    scheme: Mapped[str] = mapped_column(String(100))
    round: Mapped[str] = mapped_column(String(60))
    material: Mapped[str] = mapped_column(String(200), default="")
    received_on: Mapped[date | None]
    reported_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    entered_name: Mapped[str] = mapped_column(String(100))
    scores: Mapped[list[PtScoreRow]] = relationship(lazy="raise", order_by="PtScoreRow.id", back_populates="of_round")


class PtScoreRow(Audited, Base):
    """An analyte of a round: the laboratory's value, the assigned one, the scores; a bad one asks for a conclusion."""

    __tablename__ = "pt_score"
    __table_args__ = (
        UniqueConstraint("round_id", "method", "analyte"),
        Index(None, "method", "analyte", "id"),
        Index(None, "verdict", "concluded_at"),
        CheckConstraint("(concluded_at IS NULL) = (conclusion = '')", name="conclusion_if_concluded"),
    )
    noun = "pt_score"
    round_id: Mapped[int] = mapped_column(ForeignKey("pt_round.id"))
    method: Mapped[str] = mapped_column(String(80))
    analyte: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(20))
    value_text: Mapped[str] = mapped_column(String(100), comment="the laboratory's value as reported")
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    expanded: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    k: Mapped[Decimal] = mapped_column(ExactDecimal)
    assigned: Mapped[Decimal] = mapped_column(ExactDecimal)
    sigma_pt: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    u_assigned: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="standard uncertainty")
    scores: Mapped[Any] = mapped_column(JsonText, comment="[[kind, value, verdict], …]")
    verdict: Mapped[str] = mapped_column(String(20), comment="of the score that decides")
    decides: Mapped[str] = mapped_column(String(10), comment="z, z', zeta or En")
    conclusion: Mapped[str] = mapped_column(String, default="")
    concluded_name: Mapped[str] = mapped_column(String(100), default="")
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    of_round: Mapped[PtRoundRow] = relationship(lazy="raise", back_populates="scores")

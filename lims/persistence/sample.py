"""Samples, their portions and the chain of custody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.request import LotRow
from lims.persistence.types import ExactDecimal, UtcDateTime


class SampleRow(Audited, Base):
    __tablename__ = "sample"
    __table_args__ = (
        Index(None, "state", "id"),
        CheckConstraint(
            "(approved_by IS NOT NULL) OR state NOT IN ('approved', 'retained')",
            name="approved_by_if_approved",
        ),
    )
    noun = "sample"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(40), unique=True, comment="blind laboratory number")
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    sampler_1: Mapped[str] = mapped_column(String(100))
    sampler_2: Mapped[str] = mapped_column(String(100))
    plan: Mapped[str] = mapped_column(String(200), default="")
    increments: Mapped[int] = mapped_column(default=1)
    seal_no: Mapped[str] = mapped_column(String(60))
    environment: Mapped[str] = mapped_column(String(100), default="")
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_by: Mapped[int | None]
    condition: Mapped[str] = mapped_column(String(20), default="", comment="accepted, accepted_with_note, rejected")
    condition_note: Mapped[str] = mapped_column(String, default="")
    temperature: Mapped[str] = mapped_column(String(30), default="", comment="as read, with its unit")
    seal_intact: Mapped[bool | None]
    verdict: Mapped[str] = mapped_column(String(20), default="")
    approved_by: Mapped[int | None]
    approved_name: Mapped[str] = mapped_column(String(100), default="")
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    from_portion: Mapped[str | None] = mapped_column(
        String(50), unique=True, comment="the reserve portion of an earlier sample that it was made of"
    )
    retained_place: Mapped[str] = mapped_column(String(60), default="")
    retained_until: Mapped[date | None]
    lot: Mapped[LotRow] = relationship(back_populates="samples", lazy="raise")
    portions: Mapped[list[PortionRow]] = relationship(lazy="raise", order_by="PortionRow.id")
    analyses: Mapped[list[object]] = relationship("AnalysisRow", lazy="raise", order_by="AnalysisRow.id")


class PortionRow(Audited, Base):
    __tablename__ = "portion"
    noun = "portion"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(50), unique=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    use: Mapped[str] = mapped_column(String(20), comment="test, reserve, retained")
    amount: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(20), default="")
    seal_no: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(60), default="")


class CustodyRow(Audited, Base):
    """One hand-over of a sample."""

    __tablename__ = "custody"
    noun = "custody"
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    from_name: Mapped[str] = mapped_column(String(100))
    to_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seal_intact: Mapped[bool]
    temperature: Mapped[str] = mapped_column(String(30), default="")
    purpose: Mapped[str] = mapped_column(String(60))

"""Worksheets, their positions and the batches judged together for quality control."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class WorksheetRow(Audited, Base):
    __tablename__ = "worksheet"
    __table_args__ = (Index(None, "state", "id"),)
    noun = "worksheet"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(40), unique=True)
    method: Mapped[str] = mapped_column(String(80))
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id"))
    analyst_id: Mapped[int]
    analyst_name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    qc_plan_id: Mapped[int | None] = mapped_column(
        ForeignKey("reference_version.id"), comment="the version of the plan of quality control that it was made by"
    )
    positions: Mapped[list[PositionRow]] = relationship(lazy="raise", order_by="PositionRow.seq")
    brackets: Mapped[list[BracketRow]] = relationship(lazy="raise", order_by="BracketRow.id")
    batch: Mapped[BatchRow | None] = relationship(lazy="raise", uselist=False)


class PositionRow(Audited, Base):
    """A place in run order: a sample or a quality-control material."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("worksheet_id", "seq"),)
    noun = "position"
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), comment="sample, or a kind of quality control: domain/qc_plan.py")
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample.id"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    vial: Mapped[str] = mapped_column(String(80), default="", comment="what the instrument's files call this position")
    of_position: Mapped[int | None] = mapped_column(comment="for a duplicate or spike: the position it repeats")
    expected: Mapped[str] = mapped_column(String(400), default="", comment="certified or added value as text with unit")
    material: Mapped[str] = mapped_column(String(80), default="", comment="reference material, strain or medium")
    required: Mapped[bool] = mapped_column(default=False, comment="the plan of the method put it there")
    dropped: Mapped[str] = mapped_column(String(300), default="", comment="why it is left out; empty: it is not")
    readings: Mapped[list[QcResultRow]] = relationship(lazy="raise")


class QcResultRow(Audited, Base):
    """What was found for one analyte at a quality-control position; the raw text is kept."""

    __tablename__ = "qc_result"
    __table_args__ = (UniqueConstraint("position_id", "analyte", "aspect"),)
    noun = "qc_result"
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    analyte: Mapped[str] = mapped_column(String(40))
    aspect: Mapped[str] = mapped_column(
        String(20), default="", comment="empty: what the position is for; internal_standard, identity"
    )
    text: Mapped[str] = mapped_column(String)
    outcome: Mapped[str] = mapped_column(String(20), default="", comment="good, broken, open")
    judged: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="rule, window and figures of the outcome")
    note: Mapped[str] = mapped_column(String(200), default="")


class BatchRow(Audited, Base):
    __tablename__ = "batch"
    noun = "batch"
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    finding: Mapped[str] = mapped_column(String(300), default="")
    judged: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="all that breaks it, as rules and figures; first that of the finding"
    )


class BracketRow(Audited, Base):
    """Positions that one broken check holds for one analyte: those since the last good one, up to the next."""

    __tablename__ = "bracket"
    __table_args__ = (
        UniqueConstraint("position_id", "analyte", "aspect"),
        Index(None, "worksheet_id", "state"),
        CheckConstraint("first_seq <= last_seq", name="first_before_last"),
    )
    noun = "bracket"
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    analyte: Mapped[str] = mapped_column(String(40))
    aspect: Mapped[str] = mapped_column(String(20), default="")
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    finding: Mapped[str] = mapped_column(String(300))
    judged: Mapped[Any] = mapped_column(JsonText, comment="rule, window and figures of the check")

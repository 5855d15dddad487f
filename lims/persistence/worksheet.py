"""Worksheets, their positions and the batches judged together for quality control."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import UtcDateTime


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
    positions: Mapped[list[PositionRow]] = relationship(lazy="raise", order_by="PositionRow.seq")
    batch: Mapped[BatchRow | None] = relationship(lazy="raise", uselist=False)


class PositionRow(Audited, Base):
    """A place in run order: a sample or a quality-control material."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("worksheet_id", "seq"),)
    noun = "position"
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), comment="sample, blank, duplicate, crm, spike")
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample.id"))
    label: Mapped[str] = mapped_column(String(80))
    vial: Mapped[str] = mapped_column(String(80), default="", comment="what the instrument's files call this position")
    of_position: Mapped[int | None] = mapped_column(comment="for a duplicate or spike: the position it repeats")
    expected: Mapped[str] = mapped_column(String(60), default="", comment="certified or added value as text with unit")
    readings: Mapped[list[QcResultRow]] = relationship(lazy="raise")


class QcResultRow(Audited, Base):
    """What was found for one analyte at a quality-control position; the raw text is kept."""

    __tablename__ = "qc_result"
    __table_args__ = (UniqueConstraint("position_id", "analyte"),)
    noun = "qc_result"
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    analyte: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String)
    outcome: Mapped[str] = mapped_column(String(20), default="", comment="ok, broken, not_judged")
    note: Mapped[str] = mapped_column(String(200), default="")


class BatchRow(Audited, Base):
    __tablename__ = "batch"
    noun = "batch"
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    finding: Mapped[str] = mapped_column(String(300), default="")

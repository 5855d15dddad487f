"""Instrument runs: one file, its bytes by digest, and what was read from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class RunRow(Audited, Base):
    __tablename__ = "run"
    __table_args__ = (Index(None, "worksheet_id", "digest"),)
    noun = "run"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(40), unique=True)
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"))
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    adapter: Mapped[str] = mapped_column(String(60))
    adapter_version: Mapped[str] = mapped_column(String(20), default="")
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    name: Mapped[str] = mapped_column(String(255), comment="the file's own name, shown only as escaped text")
    encoding: Mapped[str] = mapped_column(String(20), default="")
    result_cells: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="reason -> count")
    notices: Mapped[Any] = mapped_column(JsonText, nullable=True)
    problem: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_name: Mapped[str] = mapped_column(String(100))
    readings: Mapped[list[ReadingRow]] = relationship(lazy="raise", order_by="ReadingRow.n")


class ReadingRow(Audited, Base):
    """What the instrument said, as printed, and what was decided about it."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("run_id", "n"),)
    noun = "reading"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    n: Mapped[int]
    sample_text: Mapped[str] = mapped_column(String(300))
    analyte_text: Mapped[str] = mapped_column(String(300))
    value_text: Mapped[str] = mapped_column(String(300))
    unit_text: Mapped[str] = mapped_column(String(60), default="")
    flag: Mapped[str] = mapped_column(String(60), default="")
    role: Mapped[str] = mapped_column(String(30), default="")
    quantity: Mapped[str] = mapped_column(String(30), default="")
    source: Mapped[Any] = mapped_column(JsonText, nullable=True)
    extra: Mapped[Any] = mapped_column(JsonText, nullable=True)
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    members: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="the groups that it is a member of: analysis, member"
    )
    match: Mapped[str] = mapped_column(String(30), comment="matched, unmatched, several, qc, standard, changed …")
    problem: Mapped[str] = mapped_column(String(60), default="")
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))

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
    came_by: Mapped[str] = mapped_column(String(20), default="upload", comment="upload, folder, astm, serial, api")
    read_digest: Mapped[str] = mapped_column(
        String(64), default="", comment="every reading as the adapter gave it, compressed, in the file store"
    )
    supersedes_id: Mapped[int | None] = mapped_column(
        ForeignKey("run.id"), comment="the run that this corrected file stands in for"
    )
    readings: Mapped[list[ReadingRow]] = relationship(lazy="raise", order_by="ReadingRow.n")


class ReadingRow(Audited, Base):
    """What the instrument said, as printed, where a result or a member of a group came of it.

    All readings of a run, these among them, are kept together under its ``read_digest``.
    """

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


class AmendmentRow(Audited, Base):
    """A reviewer is asked to return a verified analysis, because a file brings another value for it."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("run_id", "n"), Index(None, "state", "id"))
    noun = "amendment"
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    n: Mapped[int] = mapped_column(comment="the reading's number within its run")
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), index=True)
    stands: Mapped[str] = mapped_column(String, comment="the result that stood when it was asked")
    value_text: Mapped[str] = mapped_column(String(300))
    unit_text: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String)
    answer: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(String(20))
    asked_name: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SampleNamingRow(Audited, Base):
    """How the sample's number stands in the longer names that an instrument's files give."""

    __tablename__ = "sample_naming"
    noun = "sample_naming"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), unique=True)
    pattern: Mapped[str] = mapped_column(String(200), comment="its group named sample, or the whole match, is the name")

"""What happens to an instrument: plans and records of checks, look-backs, bookings and free entries of its logbook."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.analysis import AnalysisRow
from lims.persistence.base import Audited, Base
from lims.persistence.run import RunRow
from lims.persistence.types import JsonText, UtcDateTime
from lims.persistence.worksheet import WorksheetRow

Index(None, WorksheetRow.instrument_id, WorksheetRow.made_at)
Index(None, RunRow.instrument_id, RunRow.received_at)
Index(None, AnalysisRow.instrument_id)


class PlanRow(Audited, Base):
    """How often one kind of check is done; uses are counted from the moment of the last good one."""

    __tablename__ = "check_plan"
    __table_args__ = (UniqueConstraint("instrument_id", "kind"), Index(None, "due_on"), Index(None, "soon_on"))
    noun = "check_plan"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    kind: Mapped[str] = mapped_column(String(20))
    every_days: Mapped[int | None]
    every_uses: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(20), default="", comment="worksheets, runs, injections, hours")
    criteria: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="points with their ends, offered each time")
    done_on: Mapped[date | None]
    counted_from: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    soon_on: Mapped[date | None]


class CheckRow(Audited, Base):
    __tablename__ = "equipment_check"
    __table_args__ = (Index(None, "instrument_id", "kind", "done_on"), Index(None, "instrument_id", "recorded_at"))
    noun = "equipment_check"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    kind: Mapped[str] = mapped_column(String(20))
    done_on: Mapped[date]
    performer: Mapped[str] = mapped_column(String(200), comment="the person or the provider who did it")
    certificate_no: Mapped[str] = mapped_column(String(100), default="")
    standard: Mapped[str] = mapped_column(String(300), default="", comment="reference standard used, with its number")
    points: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="ends, unit, as found, as left, verdicts")
    outcome: Mapped[str] = mapped_column(String(20), comment="pass, adjusted, fail")
    remark: Mapped[str] = mapped_column(String, default="")
    due_on: Mapped[date | None]
    recorded_by: Mapped[int]
    recorded_name: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LookBackRow(Audited, Base):
    """The question whether results since the last good check can stand; open until every one is judged."""

    __tablename__ = "look_back"
    __table_args__ = (Index(None, "concluded_at", "id"), Index(None, "instrument_id"))
    noun = "look_back"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    check_id: Mapped[int | None] = mapped_column(ForeignKey("equipment_check.id"))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="empty: no good check is known, so all results")
    reason: Mapped[str] = mapped_column(String)
    results: Mapped[int]
    unjudged: Mapped[int] = mapped_column(comment="results not judged yet")
    opened_by: Mapped[int]
    opened_name: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    concluded_name: Mapped[str] = mapped_column(String(100), default="")
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LookBackResultRow(Audited, Base):
    __tablename__ = "look_back_result"
    __table_args__ = (UniqueConstraint("look_back_id", "result_id"),)
    noun = "look_back_result"
    look_back_id: Mapped[int] = mapped_column(ForeignKey("look_back.id"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    conclusion: Mapped[str] = mapped_column(String(20), default="", comment="no_influence, repeat")
    reason: Mapped[str] = mapped_column(String, default="")
    judged_by: Mapped[int | None]
    judged_name: Mapped[str] = mapped_column(String(100), default="")
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BookingRow(Audited, Base):
    __tablename__ = "booking"
    __table_args__ = (Index(None, "instrument_id", "ends_at"), Index(None, "instrument_id", "starts_at"))
    noun = "booking"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    purpose: Mapped[str] = mapped_column(String(300))
    user_id: Mapped[int]
    user_name: Mapped[str] = mapped_column(String(100))
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String, default="")


class LogRow(Audited, Base):
    """A free entry: what people saw or did that no other record tells."""

    __tablename__ = "equipment_log"
    __table_args__ = (Index(None, "instrument_id", "at"),)
    noun = "equipment_log"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(String)
    hours: Mapped[int | None] = mapped_column(comment="hours it ran, where they are counted")
    user_id: Mapped[int]
    user_name: Mapped[str] = mapped_column(String(100))

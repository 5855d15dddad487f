"""Control charts as rows: what is followed, the limits that were frozen, and every point with what was said of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import ExactDecimal, JsonText, UtcDateTime


class ControlChartRow(Audited, Base):
    """One analyte by one method in one material: reference materials, checks, blanks, repeats or recoveries."""

    __tablename__ = "control_chart"
    __table_args__ = (UniqueConstraint("method", "analyte", "kind", "material"), Index(None, "alarm", "id"))
    noun = "control_chart"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(300))
    method: Mapped[str] = mapped_column(String(80))
    analyte: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20), comment="crm, ccv, blank, duplicate, spike")
    material: Mapped[str] = mapped_column(String(200), default="", comment="material with its level")
    unit: Mapped[str] = mapped_column(String(20), default="")
    rules: Mapped[str] = mapped_column(String(40), comment="westgard, nelson or both")
    alarm: Mapped[str] = mapped_column(String(10), default="", comment="of its newest point: warning, reject, trend")
    alarm_rules: Mapped[str] = mapped_column(String(100), default="")
    limits: Mapped[list[ChartLimitsRow]] = relationship(lazy="raise", order_by="ChartLimitsRow.number")


class ChartLimitsRow(Audited, Base):
    """Limits from at least twenty points, frozen: proposed by one person, released by another, never changed."""

    __tablename__ = "chart_limits"
    __table_args__ = (
        UniqueConstraint("chart_id", "number"),
        CheckConstraint("(state = 'released') = (released_at IS NOT NULL)", name="released_at_if_released"),
    )
    noun = "chart_limits"
    chart_id: Mapped[int] = mapped_column(ForeignKey("control_chart.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    mean: Mapped[Decimal] = mapped_column(ExactDecimal)
    deviation: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="none on a chart of ranges")
    warning: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="of a chart of ranges")
    action: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    points: Mapped[int]
    first_point: Mapped[int] = mapped_column(comment="ids of the first and last point that they come from")
    last_point: Mapped[int]
    reason: Mapped[str] = mapped_column(String)
    proposed_by: Mapped[int]
    proposed_name: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_name: Mapped[str] = mapped_column(String(100), default="")
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChartPointRow(Audited, Base):
    """A finding as a point, judged by the limits in force when it came; an excluded one stays with its reason."""

    __tablename__ = "chart_point"
    __table_args__ = (
        Index(None, "chart_id", "id"),
        CheckConstraint("(excluded_by IS NULL) = (excluded_reason = '')", name="reason_if_excluded"),
    )
    noun = "chart_point"
    chart_id: Mapped[int] = mapped_column(ForeignKey("control_chart.id"))
    qc_result_id: Mapped[int | None] = mapped_column(
        ForeignKey("qc_result.id"), unique=True, comment="none for a point of older records"
    )
    worksheet_no: Mapped[str] = mapped_column(String(40), default="")
    label: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(100), default="")
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    limits_id: Mapped[int | None] = mapped_column(ForeignKey("chart_limits.id"))
    signals: Mapped[Any] = mapped_column(JsonText, comment="rules that hold at it: [name, reject, warning or trend]")
    excluded_reason: Mapped[str] = mapped_column(String(300), default="")
    excluded_by: Mapped[int | None]
    excluded_name: Mapped[str] = mapped_column(String(100), default="")
    limits: Mapped[ChartLimitsRow | None] = relationship(lazy="raise")

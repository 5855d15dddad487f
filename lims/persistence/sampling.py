"""Sampling as rows: the severity due for a producer's goods, inspections of lots, what samples were drawn by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.organisation import OrganisationRow
from lims.persistence.types import JsonText, UtcDateTime


class SwitchingRow(Audited, Base):
    """Where the switching rules stand for one producer, product and characteristic."""

    __tablename__ = "switching"
    __table_args__ = (UniqueConstraint("producer_id", "product", "characteristic"),)
    noun = "switching"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(200), unique=True)
    producer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    product: Mapped[str] = mapped_column(String(40))
    characteristic: Mapped[str] = mapped_column(String(80))
    severity: Mapped[str] = mapped_column(String(20), comment="normal, tightened, reduced, discontinued")
    score: Mapped[int] = mapped_column(default=0)
    history: Mapped[Any] = mapped_column(JsonText, comment="recent outcomes and the last change")
    agreed: Mapped[bool] = mapped_column(default=False, comment="the authority holds reduced inspection desirable")
    steady: Mapped[bool] = mapped_column(default=False, comment="production is at a steady rate")
    flags_reason: Mapped[str] = mapped_column(String, default="")
    producer: Mapped[OrganisationRow] = relationship(lazy="raise")
    changes: Mapped[list[SeverityChangeRow]] = relationship(lazy="raise", order_by="SeverityChangeRow.id")


class SeverityChangeRow(Audited, Base):
    """One change of severity, with the code of its reason and the lot or the person that made it."""

    __tablename__ = "severity_change"
    noun = "severity_change"
    switching_id: Mapped[int] = mapped_column(ForeignKey("switching.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[str] = mapped_column(String(20))
    to: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    params: Mapped[Any] = mapped_column(JsonText)
    by_name: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String, default="")


class InspectionRow(Audited, Base):
    """A lot's inspection of one characteristic: the plan as it was made, and what was found by it."""

    __tablename__ = "inspection"
    __table_args__ = (
        UniqueConstraint("lot_id", "round", "characteristic"),
        Index(None, "switching_id", "id"),
        CheckConstraint("(accepted IS NULL) = (inspected_at IS NULL)", name="inspected_at_if_judged"),
    )
    noun = "inspection"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(200), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    round: Mapped[int] = mapped_column(default=1)
    characteristic: Mapped[str] = mapped_column(String(80))
    switching_id: Mapped[int | None] = mapped_column(
        ForeignKey("switching.id"), comment="empty where the producer is not declared"
    )
    planned_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(100), default="", comment="catalogue item that sets level and AQL")
    level: Mapped[str] = mapped_column(String(4))
    aql: Mapped[str] = mapped_column(String(10))
    severity: Mapped[str] = mapped_column(String(20))
    lot_size: Mapped[int] = mapped_column(BigInteger)
    letter: Mapped[str] = mapped_column(String(2))
    resolved: Mapped[str] = mapped_column(String(2))
    n: Mapped[int] = mapped_column(BigInteger)
    ac: Mapped[int | None]
    re: Mapped[int | None]
    whole_lot: Mapped[bool]
    inspected: Mapped[int | None] = mapped_column(BigInteger)
    defectives: Mapped[int | None] = mapped_column(BigInteger)
    accepted: Mapped[bool | None]
    worked: Mapped[str] = mapped_column(String, default="")
    worked_zh: Mapped[str] = mapped_column(String, default="")
    inspected_by: Mapped[int | None]
    inspected_name: Mapped[str] = mapped_column(String(100), default="")
    inspected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted: Mapped[bool] = mapped_column(default=False, comment="the switching rules have taken it into account")
    not_counted: Mapped[str] = mapped_column(String(40), default="", comment="code of the reason why they did not")


class SamplingRecordRow(Audited, Base):
    """What a sample was drawn by: the plan in words, the portions needed against those drawn, why less was enough."""

    __tablename__ = "sampling_record"
    noun = "sampling_record"
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), unique=True)
    plan: Mapped[str] = mapped_column(String)
    plan_zh: Mapped[str] = mapped_column(String)
    needs: Mapped[Any] = mapped_column(JsonText, comment="portions that the methods take")
    shortfall: Mapped[Any] = mapped_column(JsonText, comment="codes and figures of what was missing")
    reason: Mapped[str] = mapped_column(String, default="")

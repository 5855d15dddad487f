"""Three records with their own person and time: the report on a lot, the decision about it, its disposition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class ReportRow(Audited, Base):
    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("lot_id", "round", "number"),)
    noun = "report"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(40), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    round: Mapped[int]
    number: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(20), comment="NONE, OTHER or SHE: the worst failing limit")
    results: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="ids of the results the verdict stands on")
    signatory_id: Mapped[int]
    signatory_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DecisionRow(Audited, Base):
    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("lot_id", "number"),)
    noun = "decision"
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    number: Mapped[int]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String)
    officer_id: Mapped[int]
    officer_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DispositionRow(Audited, Base):
    __tablename__ = "disposition"
    noun = "disposition"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    choice: Mapped[str] = mapped_column(String(30), comment="RELEASE, TREAT, RETURN, DESTROY …")
    rule: Mapped[str] = mapped_column(String(40), comment="the row of the table that proposed it")
    proposed: Mapped[str] = mapped_column(String(40))
    document: Mapped[str] = mapped_column(String(200))
    deadline: Mapped[str] = mapped_column(String(120))
    legal_basis: Mapped[str] = mapped_column(String(300))
    officer_id: Mapped[int]
    officer_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

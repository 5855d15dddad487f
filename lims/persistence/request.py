"""Inspection requests, their lines and their lots."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.organisation import OrganisationRow
from lims.persistence.types import ExactDecimal, JsonText, UtcDateTime


class RequestRow(Audited, Base):
    __tablename__ = "request"
    __table_args__ = (Index(None, "state", "id"), Index(None, "port_id", "id"))
    noun = "request"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(40), unique=True)
    declaration_no: Mapped[str] = mapped_column(String(60), unique=True)
    jurisdiction: Mapped[str] = mapped_column(String(8))
    port_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    origin: Mapped[str] = mapped_column(String(80), comment="country code or the name as declared")
    transport: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="vessel, bill_no, containers, contract_no, entry_date"
    )
    purpose: Mapped[str] = mapped_column(String(40), default="port_sampling")
    trade_mode: Mapped[str] = mapped_column(String(40), default="", comment="as declared; empty when not declared")
    contract_rule: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="the decision rule that the customer asked for, and why: code, reason"
    )
    note: Mapped[str] = mapped_column(String, default="")
    question: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(String(20))
    lodged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lodged_by: Mapped[int]
    decided_on: Mapped[date] = mapped_column(comment="the date whose limits are in force for this request")
    port: Mapped[OrganisationRow] = relationship(foreign_keys=port_id, lazy="raise")
    importer: Mapped[OrganisationRow] = relationship(foreign_keys=importer_id, lazy="raise")
    producer: Mapped[OrganisationRow | None] = relationship(foreign_keys=producer_id, lazy="raise")
    lines: Mapped[list[LineRow]] = relationship(back_populates="request", lazy="raise", order_by="LineRow.seq")
    lots: Mapped[list[LotRow]] = relationship(back_populates="request", lazy="raise", order_by="LotRow.seq")


class LineRow(Audited, Base):
    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("request_id", "seq"),)
    noun = "line"
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    seq: Mapped[int]
    hs_code: Mapped[str] = mapped_column(String(20))
    product: Mapped[str] = mapped_column(String(40), comment="product code of the catalogue; empty when unknown")
    goods_zh: Mapped[str] = mapped_column(String(300))
    goods_en: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(20))
    packages: Mapped[str] = mapped_column(String(80), default="")
    intended_use: Mapped[str] = mapped_column(String(80), default="", comment="as declared; empty when not declared")
    gap: Mapped[str] = mapped_column(String(40), default="", comment="why nothing could be proposed; empty when known")
    gap_acknowledged: Mapped[str] = mapped_column(String, default="", comment="the reason with which it was accepted")
    request: Mapped[RequestRow] = relationship(back_populates="lines", lazy="raise")


class LotRow(Audited, Base):
    __tablename__ = "lot"
    __table_args__ = (UniqueConstraint("request_id", "seq"), Index(None, "state", "id"))
    noun = "lot"
    number_column = "no"
    no: Mapped[str] = mapped_column(String(50), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    seq: Mapped[int]
    mark: Mapped[str] = mapped_column(String(120), comment="the lot number of the producer, as declared")
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(20))
    state: Mapped[str | None] = mapped_column(String(20), comment="empty while its request is not yet accepted")
    round: Mapped[int] = mapped_column(default=1)
    proof: Mapped[str] = mapped_column(String, default="")
    request: Mapped[RequestRow] = relationship(back_populates="lots", lazy="raise")
    line: Mapped[LineRow] = relationship(lazy="raise")
    samples: Mapped[list[Any]] = relationship("SampleRow", back_populates="lot", lazy="raise", order_by="SampleRow.id")

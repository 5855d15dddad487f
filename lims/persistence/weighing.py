"""Values that balances and pH meters gave, as received, and what each was taken for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import ExactDecimal, UtcDateTime


class WeighingRow(Audited, Base):
    """``position_id`` is empty until somebody says what was on the pan."""

    __tablename__ = "weighing"
    __table_args__ = (Index(None, "instrument_id", "id"), Index(None, "position_id"))
    noun = "weighing"
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    symbol: Mapped[str] = mapped_column(String(20), default="m", comment="what it is in the method's formula")
    text: Mapped[str] = mapped_column(String(200), comment="the line as received, or as typed")
    protocol: Mapped[str] = mapped_column(String(10), comment="sics, sbi, ph; typed where a person read the display")
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(10))
    stable: Mapped[bool] = mapped_column(comment="as the device says; a typed one as the person saw it")
    tare: Mapped[str] = mapped_column(String(40), default="", comment="text with unit; empty: none told")
    serial_no: Mapped[str] = mapped_column(String(60), default="", comment="as the device named itself")
    source: Mapped[str] = mapped_column(String(10), comment="browser, agent, typed")
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_name: Mapped[str] = mapped_column(String(100))

"""Tokens of devices: each belongs to one instrument and may deliver for it only. Shown once, kept as SHA-256."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import UtcDateTime


class DeviceTokenRow(Audited, Base):
    __tablename__ = "device_token"
    noun = "device_token"
    number_column = "prefix"
    never_recorded = frozenset({"digest"})
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    place: Mapped[str] = mapped_column(String(80), default="", comment="where the device that holds it stands")
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

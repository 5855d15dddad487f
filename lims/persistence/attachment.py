"""Papers attached to a request, sample or lot: name and digest here, bytes in the file store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import UtcDateTime


class AttachmentRow(Audited, Base):
    __tablename__ = "attachment"
    __table_args__ = (Index(None, "owner_type", "owner_id"),)
    noun = "attachment"
    owner_type: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_name: Mapped[str] = mapped_column(String(100))

"""What came in from instruments and its fate: one row a file or message, its bytes by digest; kept, never removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime

_ONCE = text("state <> 'refused' AND digest <> ''")


class SpoolRow(Audited, Base):
    """An instrument's bytes are here once, unless somebody has refused them; without a digest nothing could be read."""

    __tablename__ = "spool"
    __table_args__ = (
        Index(None, "instrument_id", "digest", unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE),
        Index(None, "state", "id"),
    )
    noun = "spool"
    source: Mapped[str] = mapped_column(String(20), comment="upload, folder, astm, serial, api")
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    digest: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(255), comment="its own name, shown only as escaped text")
    peer: Mapped[str] = mapped_column(String(80), default="", comment="address or folder that it came from")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(60), default="", comment="code of the reason why it needs a person")
    detail: Mapped[Any] = mapped_column(JsonText, nullable=True, comment="what fills the reason in")
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))

"""Certificates: the frozen content, the signed PDF's digest and the code that the public page asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class CertificateRow(Audited, Base):
    __tablename__ = "certificate"
    __table_args__ = (
        Index(None, "state", "id"),
        CheckConstraint(
            "(no IS NOT NULL AND digest IS NOT NULL) OR state IN ('draft', 'discarded')",
            name="numbered_if_issued",
        ),
    )
    noun = "certificate"
    number_column = "no"
    no: Mapped[str | None] = mapped_column(String(40), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(20), comment="PASS, FAIL, RETURN")
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    state: Mapped[str] = mapped_column(String(20))
    content: Mapped[Any] = mapped_column(JsonText, nullable=True)
    digest: Mapped[str | None] = mapped_column(String(64), comment="SHA-256 of the signed PDF as stored")
    verify_code: Mapped[str] = mapped_column(String(40))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    issued_by: Mapped[int | None]
    issued_name: Mapped[str] = mapped_column(String(100), default="")
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str] = mapped_column(String, default="")
    withdrawal_asked_by: Mapped[int | None]

"""The catalogue as versioned reference data: a change is a new version, in force between its dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class ReferenceVersionRow(Audited, Base):
    """One version of one reference item. ``kind`` + ``code`` name the item; ``content`` holds its fields as text.

    The columns beside ``content`` repeat what is searched and joined on; they never say anything else.
    """

    __tablename__ = "reference_version"
    __table_args__ = (
        UniqueConstraint("kind", "code", "number"),
        Index(None, "kind", "state", "code"),
        Index(None, "kind", "product", "jurisdiction"),
        Index(None, "kind", "analyte"),
        Index(None, "kind", "category"),
    )
    noun = "reference_version"
    number_column = "code"
    kind: Mapped[str] = mapped_column(
        String(20), comment="category, product, analyte, method, limit, unit, disposition_rule"
    )
    code: Mapped[str] = mapped_column(String(80))
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the item")
    state: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(300), default="")
    name_en: Mapped[str] = mapped_column(String(300), default="")
    category: Mapped[str] = mapped_column(String(10), default="")
    product: Mapped[str] = mapped_column(String(40), default="")
    analyte: Mapped[str] = mapped_column(String(40), default="")
    jurisdiction: Mapped[str] = mapped_column(String(8), default="")
    hs_codes: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    content: Mapped[Any] = mapped_column(JsonText, nullable=True)
    reason: Mapped[str] = mapped_column(String, default="")
    proposed_by: Mapped[int]
    released_by: Mapped[int | None]
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

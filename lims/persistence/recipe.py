"""Recipes that somebody is still making: one line each, pointing at the kept document of the wizard's newest step."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Base
from lims.persistence.types import UtcDateTime


class RecipeDraftRow(Base):
    """No record of the laboratory: work in progress, which its author may drop without a trace."""

    __tablename__ = "recipe_draft"
    __table_args__ = (Index(None, "user_id", "id"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str] = mapped_column(String(255))
    step: Mapped[str] = mapped_column(String(64), default="", comment="digest of the newest step")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

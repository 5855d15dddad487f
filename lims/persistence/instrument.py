"""Instruments, analysts' authorisations and the accreditation scope: what must be in order on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText


class InstrumentRow(Audited, Base):
    __tablename__ = "instrument"
    noun = "instrument"
    number_column = "code"
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    technique: Mapped[str] = mapped_column(String(40), index=True)
    maker: Mapped[str] = mapped_column(String(80), default="")
    model: Mapped[str] = mapped_column(String(80), default="")
    serial_no: Mapped[str] = mapped_column(String(80), default="")
    asset_no: Mapped[str] = mapped_column(String(80), default="")
    more_techniques: Mapped[str] = mapped_column(String(200), default="", comment="what else it is used for; by ;")
    software: Mapped[str] = mapped_column(String(200), default="", comment="name and version of what drives it")
    firmware: Mapped[str] = mapped_column(String(80), default="")
    working_range: Mapped[str] = mapped_column(String(200), default="", comment="with its unit, as its papers say")
    accuracy: Mapped[str] = mapped_column(String(200), default="", comment="accuracy, uncertainty or resolution")
    place: Mapped[str] = mapped_column(String(80), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id"), comment="what it is a component of")
    adapter: Mapped[str] = mapped_column(String(60), default="", comment="key of the adapter that reads its files")
    recipe: Mapped[str] = mapped_column(String(80), default="", comment="code of the recipe that reads its files")
    aliases: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="what its files call an analyte -> our analyte code"
    )
    state: Mapped[str] = mapped_column(String(20))
    calibrated_on: Mapped[date | None]
    calibration_due: Mapped[date | None]
    out_reason: Mapped[str] = mapped_column(String, default="")
    check_needed: Mapped[str] = mapped_column(
        String(300), default="", comment="what was changed and must be checked before use"
    )


class AuthorisationRow(Audited, Base):
    """A person may do an activity: a method for test and review, a category (field) for sign."""

    __tablename__ = "authorisation"
    __table_args__ = (Index(None, "user_id", "activity"),)
    noun = "authorisation"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    activity: Mapped[str] = mapped_column(String(20), comment="test, review, sign")
    method: Mapped[str] = mapped_column(String(80), default="", comment="method code, or * for all")
    field: Mapped[str] = mapped_column(String(10), default="", comment="category, or * for all")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(200), default="")
    granted_by: Mapped[int]


class ScopeRow(Audited, Base):
    """One line of an accreditation scope: the mark may stand beside results of this method edition and analyte."""

    __tablename__ = "scope"
    __table_args__ = (Index(None, "method", "mark"),)
    noun = "scope"
    mark: Mapped[str] = mapped_column(String(20), comment="CMA, CNAS")
    registration_no: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(10))
    method: Mapped[str] = mapped_column(String(80))
    analyte: Mapped[str] = mapped_column(String(40), default="*")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

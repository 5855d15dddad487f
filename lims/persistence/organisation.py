"""Organisations: importers, producers, customs offices (ports) and the laboratory's sites."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base


class OrganisationRow(Audited, Base):
    __tablename__ = "organisation"
    noun = "organisation"
    number_column = "code"
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20), index=True, comment="importer, producer, customs_office, site")
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")

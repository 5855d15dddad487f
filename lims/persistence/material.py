"""Materials, their lots, what a lot was made from, what it is certified to contain, and where it was used."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import ExactDecimal, JsonText, UtcDateTime


class MaterialRow(Audited, Base):
    __tablename__ = "material"
    noun = "material"
    number_column = "code"
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), comment="crm, standard, reagent, media, strain, consumable")
    cas: Mapped[str] = mapped_column(String(20), default="")
    hazard: Mapped[str] = mapped_column(String(200), default="")
    storage: Mapped[str] = mapped_column(String(120), default="")
    open_days: Mapped[int | None] = mapped_column(comment="usual shelf life of an opened lot")


class MaterialLotRow(Audited, Base):
    """A bottle or batch under one label; ``prepared_by`` is set where the house made it."""

    __tablename__ = "material_lot"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "last_day", "id"),
        Index(None, "material_id", "id"),
        CheckConstraint("(withdrawn_reason <> '') OR state <> 'withdrawn'", name="reason_if_withdrawn"),
    )
    noun = "material_lot"
    number_column = "barcode"
    barcode: Mapped[str] = mapped_column(String(40), unique=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    lot_no: Mapped[str] = mapped_column(String(80))
    supplier: Mapped[str] = mapped_column(String(120), default="")
    certificate_no: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(20))
    received_on: Mapped[date]
    opened_on: Mapped[date | None]
    expiry: Mapped[date | None] = mapped_column(comment="on the label; of a preparation, not after its parents'")
    open_days: Mapped[int | None]
    extended_until: Mapped[date | None] = mapped_column(comment="declared by quality with a reason")
    last_day: Mapped[date | None] = mapped_column(comment="the outcome of the four above, for lists")
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    left: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="by what preparations took of it")
    unit: Mapped[str] = mapped_column(String(10), default="")
    tolerance: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="half-width of a final volume or mass")
    place: Mapped[str] = mapped_column(String(80), default="")
    withdrawn_reason: Mapped[str] = mapped_column(String, default="")
    prepared_by: Mapped[int | None]
    prepared_name: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    material: Mapped[MaterialRow] = relationship(lazy="raise")
    values: Mapped[list[MaterialValueRow]] = relationship(lazy="raise", order_by="MaterialValueRow.id")


class MaterialValueRow(Audited, Base):
    """A certified value as typed and read, or one computed for a preparation with its steps."""

    __tablename__ = "material_value"
    __table_args__ = (UniqueConstraint("lot_id", "analyte"),)
    noun = "material_value"
    lot_id: Mapped[int] = mapped_column(ForeignKey("material_lot.id"))
    analyte: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(120), default="", comment="as on the certificate; empty when computed")
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(30))
    expanded: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    k: Mapped[Decimal] = mapped_column(ExactDecimal)
    steps: Mapped[Any] = mapped_column(JsonText, nullable=True)


class MaterialPartRow(Audited, Base):
    """An edge of the dilution tree: so much of the parent went into the child."""

    __tablename__ = "material_part"
    __table_args__ = (
        Index(None, "child_id"),
        Index(None, "parent_id"),
        CheckConstraint("child_id <> parent_id", name="not_of_itself"),
    )
    noun = "material_part"
    child_id: Mapped[int] = mapped_column(ForeignKey("material_lot.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("material_lot.id"))
    taken: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(10))
    tolerance: Mapped[Decimal] = mapped_column(ExactDecimal)


class MaterialUseRow(Audited, Base):
    """A lot that was scanned onto a worksheet, and where it stands as a control, at which position."""

    __tablename__ = "material_use"
    __table_args__ = (Index(None, "worksheet_id"), Index(None, "lot_id", "id"))
    noun = "material_use"
    lot_id: Mapped[int] = mapped_column(ForeignKey("material_lot.id"))
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("worksheet.id"))
    position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    used_by: Mapped[int]
    used_name: Mapped[str] = mapped_column(String(100))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    struck_reason: Mapped[str] = mapped_column(String(300), default="", comment="scanned by mistake; stays on record")
    lot: Mapped[MaterialLotRow] = relationship(lazy="raise")

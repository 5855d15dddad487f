"""Analyses (what is to be found out about a sample, by which method, against which limit) and their results."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.persistence.types import ExactDecimal, JsonText, UtcDateTime


class AnalysisRow(Audited, Base):
    __tablename__ = "analysis"
    __table_args__ = (
        Index(None, "state", "method", "id"),
        CheckConstraint("(verified_by IS NOT NULL) OR state <> 'verified'", name="verified_by_if_verified"),
    )
    noun = "analysis"
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample.id"), index=True)
    worksheet_id: Mapped[int | None] = mapped_column(ForeignKey("worksheet.id"), index=True)
    position: Mapped[int | None]
    analyte: Mapped[str] = mapped_column(String(40))
    analyte_zh: Mapped[str] = mapped_column(String(200))
    analyte_en: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(80), comment="method code; empty while none is chosen")
    limit: Mapped[Any] = mapped_column(
        JsonText,
        nullable=True,
        comment="the limit frozen at proposal: id, version, operator, values as text, unit, standard, clause",
    )
    rule: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="the decision rule frozen at acceptance: name, r, comparison"
    )
    requirement: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="which rows of the catalogue made this proposal"
    )
    unit: Mapped[str] = mapped_column(String(30), default="")
    origin: Mapped[str] = mapped_column(String(20), comment="proposed, added, ordered")
    origin_reason: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(String(20))
    analyst_id: Mapped[int | None]
    analyst_name: Mapped[str] = mapped_column(String(100), default="")
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id"))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id", use_alter=True))
    verified_by: Mapped[int | None]
    verified_name: Mapped[str] = mapped_column(String(100), default="")
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lot: Mapped[LotRow] = relationship(lazy="raise")
    sample: Mapped[SampleRow | None] = relationship(lazy="raise", overlaps="analyses")
    result: Mapped[ResultRow | None] = relationship(foreign_keys=result_id, lazy="raise", post_update=False)


class ResultRow(Audited, Base):
    """One version of a result: the raw text as typed stands beside what was read from it, for ever."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("analysis_id", "number"),)
    noun = "result"
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"))
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the analysis")
    text: Mapped[str] = mapped_column(String, comment="as typed, pasted or printed by the instrument")
    status: Mapped[str] = mapped_column(String(20))
    qualifier: Mapped[str] = mapped_column(String(2), default="")
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    values: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="the members when several results stand in one text"
    )
    unit: Mapped[str] = mapped_column(String(30))
    expanded: Mapped[Decimal | None] = mapped_column(ExactDecimal, comment="U in the unit of the value")
    k: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    lod: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    loq: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    calculation: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="formula, inputs and steps when it was calculated"
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    entered_by: Mapped[int]
    entered_name: Mapped[str] = mapped_column(String(100))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String, default="")
    remark: Mapped[str] = mapped_column(String, default="")
    verdict: Mapped[str] = mapped_column(String(20))
    verdict_reason: Mapped[str] = mapped_column(String(40), default="")
    conformity: Mapped[Any] = mapped_column(
        JsonText, nullable=True, comment="compared, unit, acceptance_limit, p_conform, worked zh and en, rule"
    )

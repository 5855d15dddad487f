"""Long work that was ordered: the order itself, how far it has come, and what became of each of its items.

Three tables, because they are three kinds of memory. The order and its cancelling are acts of a person, so that row is
audited. How far the work is changes many times a minute and is nobody's act: events of it would bury the trail, and
every item that does something leaves its own events already. An outcome is written once, with what the item did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lims.persistence.base import Audited, Base
from lims.persistence.types import JsonText, UtcDateTime


class JobRow(Audited, Base):
    """What was ordered, by whom, on which signature, and who asked to stop it. The work itself never changes it."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "user_id", "id"),)
    noun = "job"
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[Any] = mapped_column(JsonText, comment="what all items have in common")
    items: Mapped[Any] = mapped_column(JsonText, comment="a list, done in this order")
    total: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    ordered_name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), comment="of the person, when ordering")
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_meaning: Mapped[str] = mapped_column(String, default="", comment="the signature it was ordered with, if any")
    cancel_asked_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    cancel_asked_name: Mapped[str] = mapped_column(String(200), default="")
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobProgressRow(Base):
    """How far the work is and who is at it. Its lock is what keeps two workers apart."""

    __tablename__ = "job_progress"
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(String(20), index=True, comment="queued, running, done, failed, cancelled")
    done: Mapped[int] = mapped_column(Integer, default=0, comment="items with an outcome")
    refused: Mapped[int] = mapped_column(Integer, default=0, comment="those of them that did not do what was asked")
    worker: Mapped[str] = mapped_column(String(100), default="")
    heartbeat: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claims: Mapped[int] = mapped_column(Integer, default=0, comment="times taken up since the last item was finished")
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobOutcomeRow(Base):
    """What became of one item: that it can stand only once is what makes doing a job twice harmless."""

    __tablename__ = "job_outcome"
    __table_args__ = (UniqueConstraint("job_id", "n"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    n: Mapped[int] = mapped_column(Integer, comment="place in the list of items, from 0")
    ok: Mapped[bool]
    made: Mapped[str] = mapped_column(String(40), default="", comment="noun of what was made")
    made_no: Mapped[str] = mapped_column(String(80), default="")
    reasons: Mapped[Any] = mapped_column(JsonText, comment="codes with parameters, where it was refused")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

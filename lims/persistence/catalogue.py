"""The catalogue as versioned reference data: a change is a new version, in force between its dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, event, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from lims.domain.goods import search_words
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
        Index("ix_reference_version_place", "kind", "product", "jurisdiction", "code", "number"),
        Index(None, "kind", "analyte"),
        Index(None, "kind", "category"),
        Index(None, "library", "state"),
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
    library: Mapped[str] = mapped_column(String(80), default="", comment="the batch it came with; empty: by itself")
    reason: Mapped[str] = mapped_column(String, default="")
    proposed_by: Mapped[int]
    released_by: Mapped[int | None]
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReferenceWordRow(Base):
    """A word that a version is found by and that stands in a list inside it: an HS heading, an analyte, a category.

    Made from the version when that is put in, and never changed after, as the version itself is not.
    """

    __tablename__ = "reference_word"
    __table_args__ = (Index(None, "sort", "word", "reference_id"), Index(None, "reference_id"))
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference_version.id", ondelete="CASCADE"))
    sort: Mapped[str] = mapped_column(String(10), comment="hs, analyte, category")
    word: Mapped[str] = mapped_column(String(80))


def index_words(session: Session, versions: Iterable[tuple[int, str, Mapping[str, str]]]) -> None:
    """Puts in the words of new versions, each given as (id, kind, content)."""
    words = [
        {"reference_id": id, "sort": sort, "word": word}
        for id, kind, content in versions
        for sort, word in search_words(kind, content)
    ]
    if words:
        session.connection().execute(insert(ReferenceWordRow), words)


@event.listens_for(Session, "after_flush")
def _index_new(session: Session, _context: Any) -> None:
    new = [row for row in session.new if isinstance(row, ReferenceVersionRow)]
    index_words(session, ((row.id, row.kind, row.content) for row in new))

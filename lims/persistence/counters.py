"""Gap-free numbers: one row a series, locked until the transaction ends, so a rolled-back number is given again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from lims.persistence.base import Base


class CounterRow(Base):
    __tablename__ = "counter"
    series: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


def take(session: Session, series: str) -> int:
    """The next number of the series, starting at 1; concurrent takers wait for each other."""
    table: Any = CounterRow.__table__
    connection = session.connection()
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert  # type: ignore[assignment]
    statement = upsert(table).values(series=series, value=1).on_conflict_do_update(
        index_elements=[table.c.series], set_={"value": table.c.value + 1}
    ).returning(table.c.value)
    return int(connection.execute(statement).scalar_one())

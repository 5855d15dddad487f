"""The declarative base: names of constraints, columns that every audited row has. Rows carry no behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class Audited:
    """A regulated row: it has a version that stale writers fail on, and no change of it is flushed without its event.

    ``number_column`` names the column that people call the object by; ``noun`` is its word in states.csv.
    """

    if TYPE_CHECKING:  # every audited class is mapped, which gives it both
        __tablename__: Any
        __table__: Any
    noun: ClassVar[str]
    number_column: ClassVar[str] = "id"
    never_recorded: ClassVar[frozenset[str]] = frozenset()
    """Columns whose change needs an event and whose values stand in none: what proves an identity."""
    recorded_names: ClassVar[tuple[str, ...]] = ()
    """Relationships that events tell by the sorted names of the rows at their other end."""
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": False}

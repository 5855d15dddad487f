"""No text longer than its column is flushed: PostgreSQL would fail on it and SQLite keep it; both now say the same."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import String, event, inspect
from sqlalchemy.orm import Session, class_mapper

from lims.domain.rules.errors import BadInput


@cache
def _limited(kind: Any) -> tuple[tuple[str, int], ...]:
    """(attribute, longest) of every text column with a length."""
    columns = ((attr.key, attr.columns[0].type) for attr in class_mapper(kind).column_attrs)
    return tuple((key, type_.length) for key, type_ in columns if isinstance(type_, String) and type_.length)


@event.listens_for(Session, "before_flush")
def _fits(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.new, *session.dirty):
        here = inspect(row).dict
        kind: Any = type(row)
        for key, longest in _limited(kind):
            value = here.get(key)
            if isinstance(value, str) and len(value) > longest:
                raise BadInput("TOO_LONG", field=key, longest=longest)

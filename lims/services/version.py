"""Whether the page that an act comes from still shows its row as it is now. Knows no page and no noun."""

from __future__ import annotations

from typing import Any

from lims.domain.rules.errors import Conflict


def unchanged(row: Any, seen: int | None) -> None:
    """Raises Conflict PAGE_STALE when the row has moved on since; ``None`` takes whatever is there."""
    if seen is not None and seen != row.version:
        raise Conflict("PAGE_STALE", version=row.version, seen=seen)

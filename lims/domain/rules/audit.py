"""What an event of the trail is, how it is written canonically and how its hash follows from the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

FIRST = "0" * 64
"""The hash that stands before the first event of an object."""


@dataclass(frozen=True)
class Event:
    """One change of one object: what, who, when, why, and the values before and after."""

    object_type: str
    object_id: int
    object_no: str
    seq: int
    """1, 2, 3 … within the object."""
    actor_id: int
    actor_name: str
    role: str
    at: datetime
    verb: str
    reason: str
    request_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    prev_hash: str

    def digest(self) -> str:
        """SHA-256 over the canonical JSON of all fields, the previous hash among them."""
        return hashlib.sha256(canonical(self.__dict__).encode()).hexdigest()


_PLAIN_ALREADY = frozenset({str, int, bool, type(None)})
"""What most values are; asked first, because a library of limits asks millions of times."""


def plain(value: Any) -> Any:
    """A JSON value that says exactly what the Python value says: decimals keep their digits as text."""
    if type(value) in _PLAIN_ALREADY:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):  # a moment is one moment in whatever zone it was said, and is stored in UTC
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8 as is (in the spirit of RFC 8785)."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

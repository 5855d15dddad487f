"""A switching history as plain JSON and back, so that a row can remember it; it judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lims.domain.sampling.switching import Change, History, Key


def kept(history: History) -> dict[str, Any]:
    """What the lots so far add up to; severity and score stand beside it."""
    change = history.change
    return {
        "recent": list(history.recent),
        "not_accepted": history.not_accepted,
        "change": None if change is None else {
            "before": change.before, "to": change.to, "reason": change.reason, "params": dict(change.params),
        },
    }  # fmt: skip


def remembered(key: Key, severity: str, score: int, stored: Mapping[str, Any]) -> History:
    change = stored.get("change")
    return History(
        key,
        severity,
        tuple(bool(one) for one in stored.get("recent", ())),
        int(stored.get("not_accepted", 0)),
        score,
        Change(change["before"], change["to"], change["reason"], change["params"]) if change else None,
    )

"""A reason why not: a code with parameters, never a sentence and never a bare boolean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """``code`` has words in zh and en (lims/web/messages.py); ``params`` fill them."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def refusal(code: str, **params: Any) -> Refusal:
    return Refusal(code, params)

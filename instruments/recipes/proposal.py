"""A recipe that was proposed, why, and where in the file its table stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instruments.reading import Notice

Document = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """``recipe`` is a document for document.recipe_of; ``reads`` says that the file itself is recognised by it."""

    recipe: Document
    reasons: tuple[Notice, ...]
    sheet: str
    line: int
    reads: bool

"""A line that carries one word: ``Name<TAB>Lead``, ``Sample: T-7``, or a sentence a pattern finds it in."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.errors import RecipeError
from instruments.recipes.fields import Fields
from instruments.recipes.pattern import Pattern
from instruments.tools.grid import Row, same


@dataclass(frozen=True)
class Key:
    """By a label in the first cell that has a text, or by a pattern over the line's texts joined by spaces."""

    label: str = ""
    pattern: Pattern | None = None

    def of(self, row: Row) -> str | None:
        """What the line says; None where it is no such line."""
        texts = [text for text in row.cells if text]
        if not texts:
            return None
        if self.pattern is not None:
            joined = " ".join(texts)
            return self.pattern.group(joined, "key") if self.pattern.search(joined) else None
        if same(texts[0].rstrip(":："), self.label):
            return texts[1] if len(texts) > 1 else ""
        head, mark, rest = texts[0].replace("：", ":").partition(":")
        return rest.strip() if mark and same(head, self.label) else None


def key_of(fields: Fields) -> Key:
    """Reads ``label`` or ``regex`` of an object; the caller closes it."""
    label, pattern = fields.text("label", "", empty=True), fields.pattern("regex")
    if bool(label) == (pattern is not None):
        raise RecipeError(fields.path("label"), "either a label or a regex")
    return Key(label, pattern)

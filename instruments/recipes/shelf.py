"""The recipes the product ships, and the reading of a recipe from bytes."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from instruments.adapter import Adapter
from instruments.errors import RecipeError
from instruments.recipes.document import recipe_of
from instruments.recipes.layout import adapter_of

_LARGEST = 256 * 1024


def adapter_from(document: bytes) -> Adapter:
    """An adapter made of a JSON recipe; RecipeError says what is wrong with it."""
    if len(document) > _LARGEST:
        raise RecipeError("recipe", f"larger than {_LARGEST} bytes")
    try:
        return adapter_of(recipe_of(json.loads(document.decode("utf-8-sig"))))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise RecipeError("recipe", f"not JSON in UTF-8: {error}") from error


@cache
def shipped() -> tuple[Adapter, ...]:
    """Sorted by key, so that lists and candidates are the same on every machine."""
    folder = files("instruments.recipes") / "shipped"
    documents = (entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(sorted((adapter_from(document) for document in documents), key=lambda adapter: adapter.key))

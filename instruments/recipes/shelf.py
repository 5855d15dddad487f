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
def _documents() -> dict[str, bytes]:
    folder = files("instruments.recipes") / "shipped"
    return {entry.name.removesuffix(".json"): entry.read_bytes() for entry in folder.iterdir()
            if entry.name.endswith(".json")}


def shipped_keys() -> tuple[str, ...]:
    return tuple(sorted(_documents()))


def shipped_document(key: str) -> str:
    """The JSON of a shipped recipe as it is written; KeyError for a key that is none."""
    return _documents()[key].decode("utf-8-sig")


@cache
def shipped() -> tuple[Adapter, ...]:
    """Sorted by key, so that lists and candidates are the same on every machine."""
    return tuple(sorted(map(adapter_from, _documents().values()), key=lambda adapter: adapter.key))

"""A recipe as an item of the catalogue: its code, its document as text, and what one version changes in another.

What the words of a document mean is the reader's matter (instruments/recipes); here it is only an object of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lims.domain.rules.errors import BadInput

PREFIX = "recipe:"
"""An instrument whose files a recipe of the catalogue reads is registered with this and the recipe's code."""
LARGEST = 256 * 1024
"""Characters of the longest document."""
DEEPEST = 30
_CODE = re.compile(r"[a-z][a-z0-9_]{2,48}")
Document = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    field: str
    before: str
    after: str


def good_code(code: str) -> bool:
    return _CODE.fullmatch(code) is not None


def recipe_from(code: str, content: Mapping[str, str]) -> Document:
    """The document of an item, without asking what it means; BadInput names the field that cannot stand."""
    if not good_code(code):
        raise BadInput("RECIPE_CODE_WRONG", field="code", value=code[:80])
    for name in ("name_en", "name_zh", "layout"):
        if not (content.get(name) or "").strip():
            raise BadInput("FIELD_NEEDED", field=name)
    return document_from(content["layout"])


def document_from(text: str) -> Document:
    try:
        told = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or _deeper(told, DEEPEST):
        raise BadInput("RECIPE_NOT_READABLE", field="layout")
    return told


def _deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_deeper(one, levels - 1) for one in inside)


def written(document: Mapping[str, Any]) -> str:
    """The document as people read and edit it."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def bare(document: Mapping[str, Any]) -> Document:
    """The document without code and version, which the catalogue gives it."""
    return {name: value for name, value in document.items() if name not in ("key", "version")}


def stamped(document: Mapping[str, Any], code: str, number: int | str) -> Document:
    """The document under the code and the version of the catalogue, whatever it called itself."""
    return {"key": code, "version": str(number), **bare(document)}


def code_in(adapter: str) -> str:
    """The code of the recipe that an instrument is registered with; empty for an adapter."""
    return adapter.removeprefix(PREFIX) if adapter.startswith(PREFIX) else ""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Field by field, in the order of the new document; code and version are not the document's own."""
    old, new = dict(_flat(bare(before))), dict(_flat(bare(after)))
    names = (*new, *(name for name in old if name not in new))
    return tuple(
        Difference(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)
    )


def _flat(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf with its path; a list of plain values is one leaf."""
    if isinstance(value, dict) and value:
        for name, inside in value.items():
            yield from _flat(inside, f"{field}.{name}" if field else str(name))
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for number, inside in enumerate(value, start=1):
            yield from _flat(inside, f"{field}[{number}]")
    else:
        yield field, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""Between a recipe's document and the fields of its page, both ways; what has no field is left as it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from lims.domain.recipe import Document, document_from, written
from lims.domain.rules.errors import BadInput
from lims.web.catalogue.recipe_fields import KINDS, SKELETONS, Field, groups_of

MOST = 300
"""Rows of a table that are edited as fields; a longer one is edited as JSON."""
SPARE = 2
"""Empty rows under a table."""
_PARTED = " | "


def at(document: Mapping[str, Any], path: str) -> Any:
    """What stands there; None where nothing does."""
    value: Any = document
    for word in path.split("."):
        value = value.get(word) if isinstance(value, Mapping) else None
    return value


def shown(value: Any) -> str:
    """A value in one line: plain texts as they are, an address as ``=B2``, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Mapping) and set(value) == {"at"}:
        return f"={value['at']}"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _PARTED.join(value)
    return json.dumps(value, ensure_ascii=False)


def rows(document: Mapping[str, Any], field: Field) -> list[list[str]] | None:
    """The rows of a table or of pairs with some to spare; None where it cannot be shown so."""
    value = at(document, field.path)
    empty = [["" for _ in field.parts] for _ in range(SPARE)]
    if field.kind == "pairs":
        told = value if isinstance(value, Mapping) else {}
        return [[word, shown(meaning)] for word, meaning in told.items()] + empty if len(told) <= MOST else None
    if isinstance(value, Mapping) or (isinstance(value, list) and len(value) > MOST):
        return None
    return [_row(one, field) for one in (value if isinstance(value, list) else ())] + empty


def _row(value: Any, field: Field) -> list[str]:
    if isinstance(value, Mapping) and set(value) & {part.path for part in field.parts}:
        return [shown(value.get(part.path)) for part in field.parts]
    return [shown(value), *("" for _ in field.parts[1:])]


# ---- from the form to the document -----------------------------------------------------------------------------------


def document_of(form: Mapping[str, str], before: Document) -> Document:
    """The document as it is after the form: its JSON where that was changed, else ``before`` with its fields."""
    typed = "\n".join(form.get("layout", "").split("\r\n")).strip()
    if typed and typed != written(before).strip():
        return document_from(typed)
    kind = form.get("recipe", str(before.get("recipe")))
    if kind != before.get("recipe"):
        return _turned(before, kind)
    after = copy.deepcopy(before)
    for group in groups_of(before):
        for field in group.fields:
            _take(after, field, form)
    return after


def _turned(before: Document, kind: str) -> Document:
    """Another kind: what every kind has is kept, and the columns where it has some."""
    if kind not in KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="recipe", value=kind[:40])
    own = {word for skeleton in SKELETONS.values() for word in skeleton} | {"recipe", "skip_lines"}
    common = {word: value for word, value in before.items() if word not in own}
    made = copy.deepcopy(SKELETONS[kind])
    if "columns" in made and isinstance(before.get("columns"), Mapping) and kind != "positional":
        wide = kind in ("wide", "wide2")
        columns = before["columns"].items()
        made["columns"] = {word: name for word, name in columns if not wide or word not in ("analyte", "value")}
    return {**common, "recipe": kind, **made}


def _take(document: Document, field: Field, form: Mapping[str, str]) -> None:
    name = f"f.{field.path}"
    if field.kind in ("table", "pairs"):
        if f"{name}.rows" in form:
            _take_rows(document, field, form)
        return
    if field.kind == "flag":
        _put(document, field.path, True if form.get(name) else None)
        return
    if name not in form:
        return
    text = form[name].strip()
    if text == shown(at(document, field.path)):
        return  # untouched: it stays whatever it was, a number or an object
    if field.path == "number.decimal" and not text:
        document.pop("number", None)
        return
    _put(document, field.path, _meant(text, field, document))


def _take_rows(document: Document, field: Field, form: Mapping[str, str]) -> None:
    count = form[f"f.{field.path}.rows"]
    number = min(int(count), MOST + SPARE) if count.isascii() and count.isdigit() else 0
    told = [[form.get(f"f.{field.path}.{row}.{part.path}", "").strip() for part in field.parts]
            for row in range(number)]
    if told == rows(document, field):
        return
    kept = [row for row in told if any(row)]
    if field.kind == "pairs":
        pairs = {row[0]: _meant(row[1], field.parts[1], document) for row in kept if row[0]}
        _put(document, field.path, pairs or None)
        return
    objects = [{part.path: _meant(text, part, document) for part, text in zip(field.parts, row, strict=True) if text}
               for row in kept]
    # A pattern typed in the next field takes the place of an empty list.
    if objects or not isinstance(at(document, field.path), Mapping):
        _put(document, field.path, objects)


def _meant(text: str, field: Field, document: Mapping[str, Any]) -> Any:
    """The value that a text stands for; None for nothing."""
    if not text:
        return None
    if field.kind == "words":
        return [word.strip() for word in text.split("|") if word.strip()]
    if field.kind == "whole":
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadInput("NOT_A_NUMBER", field=field.path, text=text[:60])
        return int(text)
    if document.get("recipe") == "cells" and text.startswith("="):
        return {"at": text[1:].strip()}
    if document.get("recipe") == "positional" and field.kind == "column" and text.isascii() and text.isdigit():
        return int(text[:9])
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        return value if isinstance(value, dict) else text
    return text


def _put(document: Document, path: str, value: Any) -> None:
    """Put a value there, or take away what stands there, and the objects that this leaves empty."""
    words = path.split(".")
    along: list[Document] = [document]
    for word in words[:-1]:
        inside = along[-1].get(word)
        if not isinstance(inside, dict):
            if value is None:
                return
            inside = along[-1][word] = {}
        along.append(inside)
    if value is not None:
        along[-1][words[-1]] = value
        return
    along[-1].pop(words[-1], None)
    for parent, word, inside in zip(along[-2::-1], words[-2::-1], along[:0:-1], strict=True):
        if inside or (len(along) == 2 and word in SKELETONS.get(str(document.get("recipe")), {})):
            break
        parent.pop(word)

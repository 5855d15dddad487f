"""A table of limits from a file: read by a mapping and checked, kept as a preview, and put up as one batch.

The preview is a document of its own under its digest, so that what was looked at is what is put up; putting up reads
and checks the kept file anew, because the catalogue may have changed since.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.services import facts, limit_library
from lims.services.limit_library import Loaded, RefusedRow
from lims.services.limit_sheet import recipe_from, rows_of
from lims.services.transaction import Transaction

LARGEST = 40 * 1024 * 1024
FIRST = 12
"""Rows that are shown as they read."""
AT_ONCE = 2000
"""Rows that are put up while a person waits; more are a job."""
MARK = "library preview 1"
OWN_HEADINGS = "{}"
"""The mapping of a table that has the product's own headings."""
SHIPPED = "shipped:"


@dataclass(frozen=True)
class ReadTable:
    source: str
    """The name of the batch; empty: that of the file."""
    file: str
    content: bytes
    kind: str
    recipe: str
    """The code of a saved mapping, or of a shipped one with its mark; empty for the product's own headings."""
    typed: str = ""
    """A mapping as typed or uploaded, instead of a saved one."""


@dataclass(frozen=True)
class FirstRow:
    number: int
    code: str
    content: Mapping[str, str]
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class Preview:
    """What putting the table up would do."""

    digest: str
    source: str
    file: str
    kind: str
    recipe: str
    """What the mapping is called; empty for one that was typed."""
    recipe_text: str
    rows: int
    added: int
    unchanged: int
    first: tuple[FirstRow, ...]
    sums: tuple[tuple[RefusedRow, int], ...]
    """The first row that was refused for a field and a reason, and how many were for the same; the most first."""
    refused: tuple[RefusedRow, ...]

    @property
    def long(self) -> bool:
        return self.rows > AT_ONCE


@dataclass(frozen=True)
class Choice:
    """A mapping that may be chosen."""

    code: str
    name_zh: str
    name_en: str


def preview(tx: Transaction, cmd: ReadTable) -> str:
    """Reads and checks the table; answers the digest under which the preview is kept. Nothing goes into the catalogue.

    BadInput for a file or a mapping that cannot be read at all; rows that cannot stand are in the preview.
    """
    tx.require("catalogue:propose")
    if not cmd.content:
        raise BadInput("FILE_EMPTY", field="file", name=cmd.file[:100])
    if len(cmd.content) > LARGEST:
        raise BadInput("FILE_TOO_LARGE", field="file", name=cmd.file[:100])
    if cmd.kind not in limit_library.KINDS_LOADED:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind[:40])
    source = (cmd.source.strip() or cmd.file.rpartition("/")[2].partition(".")[0]).strip()
    if not source or len(source) > limit_library.LONGEST_NAME:
        code = "FIELD_NEEDED" if not source else "TOO_LONG"
        raise BadInput(code, field="source", longest=limit_library.LONGEST_NAME)
    text = cmd.typed.strip() or recipe_text(tx, cmd.recipe)
    rows = list(rows_of(cmd.content, recipe_from(text), cmd.kind))
    found = limit_library.check(tx, rows, cmd.kind)
    first = [
        {"number": row.number, "code": row.code, "content": {k: v for k, v in row.content.items() if v.strip()},
         "valid_from": row.valid_from, "valid_to": row.valid_to}
        for row in rows[:FIRST]
    ]  # fmt: skip
    kept = {
        "mark": MARK, "source": source, "file": cmd.file, "kind": cmd.kind, "recipe_text": text,
        "recipe": "" if cmd.typed.strip() else cmd.recipe, "content": tx.place.files.put(cmd.content),
        "rows": len(rows), "added": found.added, "unchanged": found.unchanged, "first": first,
        "refused": [[one.number, one.code, one.field, one.reason.code, plain(dict(one.reason.params))]
                    for one in found.refused],
    }  # fmt: skip
    return tx.place.files.put(json.dumps(kept, sort_keys=True).encode())  # in ASCII: a hostile text may be no text


def kept_preview(tx: Transaction, digest: str) -> Preview:
    tx.require("catalogue:propose")
    kept = _kept(tx, digest)
    refused = tuple(
        RefusedRow(number, code, field, Refusal(reason, params))
        for number, code, field, reason, params in kept["refused"]
    )
    sums = Counter((one.field, one.reason.code) for one in refused)
    examples = {(one.field, one.reason.code): one for one in reversed(refused)}
    return Preview(
        digest, kept["source"], kept["file"], kept["kind"], kept["recipe"], kept["recipe_text"], kept["rows"],
        kept["added"], kept["unchanged"], tuple(FirstRow(**one) for one in kept["first"]),
        tuple((examples[same], rows) for same, rows in sums.most_common()), refused,
    )  # fmt: skip


def put_up(tx: Transaction, digest: str) -> Loaded:
    """The rows of the preview's file that can stand now, as one batch that waits for somebody else's release."""
    kept = _kept(tx, digest)
    if tx.session.scalar(
        select(Row.id).where(Row.library == kept["source"], Row.state == "proposed").limit(1)
    ):
        raise Refused(refusal("LIBRARY_WAITS_ALREADY", library=kept["source"]))
    rows = rows_of(tx.place.files.get(kept["content"]), recipe_from(kept["recipe_text"]), kept["kind"])
    found = limit_library.load(tx, rows, kept["source"], kept["kind"])
    if not found.added:
        raise Refused(refusal("LIBRARY_EMPTY", unchanged=found.unchanged, refused=len(found.refused)))
    return found


def _kept(tx: Transaction, digest: str) -> dict[str, Any]:
    """The kept document; any other file of the store is none."""
    try:
        kept = json.loads(tx.place.files.get(digest))
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or kept.get("mark") != MARK:
        raise NotFound("FILE_MISSING", digest=digest[:80])
    return kept


# ---- mappings --------------------------------------------------------------------------------------------------------


def recipes(tx: Transaction) -> tuple[Choice, ...]:
    """Mappings in force, those of the catalogue first, then those that ship with the product."""
    query = select(Row).where(Row.kind == "table_recipe", Row.state == "released").order_by(Row.code, Row.number)
    saved = {row.code: Choice(row.code, row.name_zh, row.name_en) for row in tx.session.scalars(query)}
    shipped = (Choice(f"{SHIPPED}{name}", name, name) for name in sorted(_shipped()))
    return (*saved.values(), *shipped)


def recipe_text(tx: Transaction, code: str) -> str:
    if not code:
        return OWN_HEADINGS
    if code.startswith(SHIPPED):
        there = _shipped().get(code.removeprefix(SHIPPED))
        if there is None:
            raise BadInput("UNKNOWN_CHOICE", field="recipe", value=code[:80])
        return str(there.read_text(encoding="utf-8"))
    found = facts.contents(tx, "table_recipe", (code,), tx.today)
    if code not in found:
        raise BadInput("UNKNOWN_CHOICE", field="recipe", value=code[:80])
    return found[code]["recipe"]


def _shipped() -> dict[str, Any]:
    folder = files("lims").joinpath("catalogue", "library")
    if not folder.is_dir():
        return {}
    return {one.name.removesuffix(".json"): one for one in folder.iterdir() if one.name.endswith(".json")}

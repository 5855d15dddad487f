"""Recipes of instrument files in the catalogue: what reads an instrument's file on the day, and which version it was.

Proposing, releasing and retiring are the catalogue's; this file only finds versions and asks whether one can stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from instruments.reading import Parsed
from instruments.recipes.shelf import adapter_from
from lims.domain import recipe
from lims.domain.recipe import Document
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.services.facts import IN_FORCE_STATES
from lims.services.transaction import Transaction

KIND = "recipe"


@dataclass(frozen=True)
class Reader:
    """What ``parse_apart`` is given: the key of an adapter, or the document of a recipe."""

    adapter: str
    """As the instrument is registered and the run remembers it; empty where the file says who reads it."""
    key: str | None
    document: bytes | None = None
    version: str = ""
    """The recipe's version; empty for an adapter, which says its own."""

    def named(self, parsed: Parsed) -> tuple[str, str]:
        """What read the file, and in which version, as the run remembers it."""
        return (parsed.adapter, parsed.version) if self.document is None else (self.adapter, self.version)


def registered(instrument: InstrumentRow) -> str:
    """What reads the instrument's files: its recipe where it has one, else its adapter."""
    return f"{recipe.PREFIX}{instrument.recipe}" if instrument.recipe else instrument.adapter


def reader_for(tx: Transaction, adapter: str) -> Reader:
    """What reads files of what is ``registered``: of a recipe the version in force today."""
    code = recipe.code_in(adapter)
    if not code:
        return Reader(adapter, adapter or None)
    row = in_force(tx, code)
    if row is None:
        raise Refused(refusal("RECIPE_NOT_IN_FORCE", recipe=code))
    return _reader(row)


def reader_of(tx: Transaction, run: RunRow) -> Reader:
    """What read this run: the same version of the recipe, whatever came into force since."""
    code = recipe.code_in(run.adapter)
    if not code:
        return Reader(run.adapter, run.adapter or None)
    number = int(run.adapter_version) if run.adapter_version.isdecimal() else 0
    row = tx.session.scalars(select(Row).where(Row.kind == KIND, Row.code == code, Row.number == number)).first()
    return _reader(row) if row is not None else reader_for(tx, run.adapter)


def in_force(tx: Transaction, code: str) -> Row | None:
    query = (
        select(Row)
        .where(
            Row.kind == KIND,
            Row.code == code,
            Row.state.in_(IN_FORCE_STATES),
            or_(Row.valid_from.is_(None), Row.valid_from <= tx.today),
            or_(Row.valid_to.is_(None), Row.valid_to >= tx.today),
        )
        .order_by(Row.number.desc())
    )
    return tx.session.scalars(query).first()


def _reader(row: Row) -> Reader:
    return Reader(f"{recipe.PREFIX}{row.code}", None, document_bytes(document_of(row), row.code, row.number),
                  str(row.number))


def version(tx: Transaction, version_id: int) -> Row:
    row = tx.session.get(Row, version_id)
    if row is None or row.kind != KIND:
        raise NotFound("NOT_FOUND", noun="reference_version", no=str(version_id))
    return row


def document_of(row: Row) -> Document:
    return recipe.document_from(row.content["layout"])


def document_bytes(document: Document, code: str, number: int | str) -> bytes:
    return json.dumps(recipe.stamped(document, code, number), ensure_ascii=False).encode()


def check(kind: str, code: str, content: Mapping[str, str]) -> None:
    """A version of a recipe is put up only where the reader understands every word of it; RecipeError names the one."""
    if kind == KIND:
        adapter_from(document_bytes(recipe.recipe_from(code, content), code, 1))


def check_registered(tx: Transaction, adapter: str, code: str) -> None:
    """An instrument is registered only with a recipe that is in force."""
    field, wanted = ("recipe", code) if code else ("adapter", recipe.code_in(adapter))
    if wanted and in_force(tx, wanted) is None:
        raise BadInput("RECIPE_NOT_IN_FORCE", field=field, recipe=wanted[:80])

"""A recipe in the making: a file looked at, a recipe proposed for it, changed step by step, its outcome always at hand.

Every step is a document of its own under its digest, which names the file, the recipe and what it is called. An older
step stays what it was, so that going back in a browser finds it; a line in the database points at the newest one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import delete, select

from instruments.reading import Notice, Parsed
from instruments.recipes.look import SheetTop
from instruments.recipes.shelf import shipped_document, shipped_keys
from instruments.sandbox import look_apart, parse_apart
from lims.domain import recipe
from lims.domain.recipe import Document
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, LimsError, NotFound
from lims.persistence.catalogue import ReferenceVersionRow as Row
from lims.persistence.instrument import InstrumentRow
from lims.persistence.recipe import RecipeDraftRow
from lims.persistence.run import RunRow
from lims.persistence.sample import SampleRow
from lims.services import lookup
from lims.services.catalogue import ProposeVersion
from lims.services.recipe import KIND, document_bytes, document_of, in_force
from lims.services.transaction import Transaction

LARGEST = 50 * 1024 * 1024
MARK = "recipe draft 1"
SHIPPED = "shipped:"
RIGHT = "catalogue:propose"
_OPEN = ("received", "in_test")
_KNOWN = 5_000
"""Open sample numbers that a proposal is given."""
EMPTY: Document = {"recipe": "rows", "columns": {"sample": "", "analyte": "", "value": ""}}


@dataclass(frozen=True)
class BeginDraft:
    name: str
    content: bytes
    instrument: str = ""
    start: str = ""
    """Empty: propose one. Else the code of a recipe in force, or of a shipped one with its mark."""
    typed: str = ""
    """A document, typed or from a file, instead."""


@dataclass(frozen=True)
class Step:
    """One state of the wizard. ``look`` is the digest of the kept look at the file; ``draft`` the id of its line."""

    draft: int
    name: str
    digest: str
    instrument: str
    look: str
    document: Document
    reasons: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    sheet: str = ""
    line: int = 0
    code: str = ""
    name_en: str = ""
    name_zh: str = ""
    technique: str = ""
    maker: str = ""
    note: str = ""
    kept: str = ""
    """The digest of this step itself."""

    @property
    def why(self) -> tuple[Notice, ...]:
        return tuple(Notice(code, params) for code, params in self.reasons)


@dataclass(frozen=True)
class Outcome:
    """What a recipe makes of the file: the reading of it, or why there is none."""

    parsed: Parsed | None = None
    error: LimsError | None = None


@dataclass(frozen=True)
class Draft:
    id: int
    title: str
    step: str
    changed_at: Any


@dataclass(frozen=True)
class Start:
    """A recipe to start from."""

    value: str
    name_zh: str
    name_en: str


def prepare(tx: Transaction, cmd: BeginDraft) -> Step:
    """The bytes are kept and looked at in a process apart; FileRefused where the file is damaged or hostile."""
    tx.require(RIGHT)
    if not cmd.content or len(cmd.content) > LARGEST:
        raise BadInput("FILE_EMPTY" if not cmd.content else "FILE_TOO_LARGE", field="file", name=cmd.name[:100])
    must_be_instrument(tx, cmd.instrument)
    begun = _begun(tx, cmd)
    digest = tx.place.files.put(cmd.content)
    look = look_apart(cmd.content, _known(tx) if begun is None else ())
    kept = tx.place.files.put(json.dumps([asdict(top) for top in look.sheets]).encode())
    step = Step(0, cmd.name[:255], digest, cmd.instrument, kept, EMPTY)
    if begun is not None:
        return replace(begun, **{name: getattr(step, name) for name in ("name", "digest", "instrument", "look")})
    if look.proposal is None:
        return replace(step, reasons=(("NO_TABLE_FOUND", {}),))
    reasons = tuple((why.code, plain(dict(why.params))) for why in look.proposal.reasons)
    return replace(
        step, document=look.proposal.recipe, reasons=reasons, sheet=look.proposal.sheet, line=look.proposal.line
    )


def must_be_instrument(tx: Transaction, code: str) -> None:
    """Of the register, or none at all."""
    if code:
        lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code), "instrument", code)


def of_run(tx: Transaction, no: str) -> BeginDraft:
    """The file of a run with the recipe that was to read it, or with a new proposal."""
    tx.require(RIGHT)
    run = lookup.one(tx, select(RunRow).where(RunRow.no == no), "run", no)
    instrument = tx.session.get_one(InstrumentRow, run.instrument_id)
    code = recipe.code_in(run.adapter)
    known = code and in_force(tx, code) is not None
    return BeginDraft(run.name, tx.place.files.get(run.digest), instrument.code, code if known else "")


def _begun(tx: Transaction, cmd: BeginDraft) -> Step | None:
    """What a recipe that is there already gives; None where one is to be proposed."""
    empty = Step(0, "", "", "", "", EMPTY)
    if cmd.typed.strip():
        return replace(empty, document=recipe.document_from(cmd.typed))
    if cmd.start.startswith(SHIPPED):
        key = cmd.start.removeprefix(SHIPPED)
        if key not in shipped_keys():
            raise BadInput("UNKNOWN_CHOICE", field="start", value=cmd.start[:80])
        return replace(empty, document=recipe.document_from(shipped_document(key)))
    if not cmd.start:
        return None
    row = in_force(tx, cmd.start)
    if row is None:
        raise BadInput("RECIPE_NOT_IN_FORCE", field="start", recipe=cmd.start[:80])
    told = {name: row.content.get(name, "") for name in ("name_en", "name_zh", "technique", "maker", "note")}
    return replace(empty, document=document_of(row), code=row.code, **told)


def _known(tx: Transaction) -> tuple[str, ...]:
    query = select(SampleRow.no).where(SampleRow.state.in_(_OPEN)).order_by(SampleRow.id.desc()).limit(_KNOWN)
    return tuple(tx.session.scalars(query))


def keep(tx: Transaction, step: Step) -> str:
    """Keep a step as the newest of its draft, a new one where it has none; answers the step's digest."""
    tx.require(RIGHT)
    row = _line(tx, step.draft) if step.draft else None
    if row is None:
        row = RecipeDraftRow(user_id=tx.actor.id, title=step.name, step="", changed_at=tx.now)
        tx.session.add(row)
        tx.session.flush()  # its steps name it
    told = {**asdict(replace(step, draft=row.id, document=recipe.bare(step.document), kept="")), "mark": MARK}
    row.step = tx.place.files.put(json.dumps(told).encode())
    row.title, row.changed_at = (step.code or step.name)[:255], tx.now
    return row.step


def _line(tx: Transaction, draft: int) -> RecipeDraftRow | None:
    query = select(RecipeDraftRow).where(RecipeDraftRow.id == draft, RecipeDraftRow.user_id == tx.actor.id)
    return tx.session.scalars(query).first()


def step(tx: Transaction, digest: str) -> Step:
    """A kept step; any other file of the store is none."""
    tx.require(RIGHT)
    try:
        told = json.loads(tx.place.files.get(digest))
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.pop("mark", "") != MARK:
        raise NotFound("FILE_MISSING", digest=digest[:80])
    reasons = tuple((code, params) for code, params in told.pop("reasons"))
    return Step(**{**told, "reasons": reasons, "kept": digest})


def top_of(tx: Transaction, seen: Step) -> tuple[SheetTop, ...]:
    """The top of the file as it was looked at when it came in."""
    told = json.loads(tx.place.files.get(seen.look))
    return tuple(
        SheetTop(one["name"], one["rows"], tuple((line, tuple(cells)) for line, cells in one["lines"])) for one in told
    )


def outcome(tx: Transaction, seen: Step) -> Outcome:
    """What the step's recipe makes of its file, read in a process apart."""
    tx.require(RIGHT)
    try:
        content = document_bytes(seen.document, _key(seen.code), 1)
        return Outcome(parse_apart(tx.place.files.get(seen.digest), recipe=content, name=seen.name))
    except LimsError as error:
        return Outcome(error=error)


def _key(code: str) -> str:
    """A name for the reader while the recipe has no code that can stand."""
    return code if recipe.good_code(code) else "unnamed_recipe"


def proposal(seen: Step, reason: str) -> ProposeVersion:
    """What the catalogue is asked to put up for somebody else's release."""
    content = {
        "name_en": seen.name_en, "name_zh": seen.name_zh, "technique": seen.technique, "maker": seen.maker,
        "instrument": seen.instrument, "example": seen.digest,
        "layout": recipe.written(recipe.bare(seen.document)), "note": seen.note,
    }  # fmt: skip
    return ProposeVersion(KIND, seen.code, content, None, None, reason)


def drop(tx: Transaction, draft: int) -> None:
    tx.require(RIGHT)
    tx.session.execute(
        delete(RecipeDraftRow).where(RecipeDraftRow.id == draft, RecipeDraftRow.user_id == tx.actor.id)
    )


def drafts(tx: Transaction, limit: int = 50) -> tuple[Draft, ...]:
    """The actor's own, the newest first."""
    query = (
        select(RecipeDraftRow)
        .where(RecipeDraftRow.user_id == tx.actor.id)
        .order_by(RecipeDraftRow.changed_at.desc(), RecipeDraftRow.id.desc())
        .limit(limit)
    )
    return tuple(Draft(row.id, row.title, row.step, row.changed_at) for row in tx.session.scalars(query))


def starts(tx: Transaction) -> tuple[Start, ...]:
    """Recipes to start from: those of the catalogue that are in force, then those that ship with the product."""
    query = select(Row).where(Row.kind == KIND, Row.state == "released").order_by(Row.code, Row.number)
    saved = {row.code: Start(row.code, row.name_zh, row.name_en) for row in tx.session.scalars(query)}
    return (*saved.values(), *(Start(f"{SHIPPED}{key}", key, key) for key in shipped_keys()))


@dataclass(frozen=True)
class Unread:
    """A file that came in and that no reader could read."""

    run_no: str
    name: str
    adapter: str
    code: str
    """Why, with its ``params``."""
    received_at: Any
    params: Mapping[str, Any] = field(default_factory=dict)


def unread(tx: Transaction, limit: int = 20) -> tuple[Unread, ...]:
    query = (
        select(RunRow)
        .where(RunRow.state == "received", RunRow.problem != "")
        .order_by(RunRow.id.desc())
        .limit(limit)
    )
    return tuple(
        Unread(run.no, run.name, run.adapter, run.problem, run.received_at,
               (run.notices[0].get("params") or {}) if run.notices else {})
        for run in tx.session.scalars(query)
    )  # fmt: skip

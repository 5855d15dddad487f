"""Pages of recipes of instrument files: a wizard beside an uploaded file, dry runs, and the page of a release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from lims.domain import recipe as recipes_domain
from lims.domain.rules.errors import BadInput, LimsError, NotFound
from lims.services import catalogue, recipe, recipe_draft, recipe_trial
from lims.services.reading import catalogue as shelves
from lims.services.reading import equipment
from lims.services.recipe_draft import BeginDraft, Outcome, Step
from lims.services.transaction import Transaction
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, recipe_form, typed
from lims.web.catalogue.labels import FIELD_NAMES, KIND_NAMES, STATE_NAMES
from lims.web.catalogue.recipe_fields import KIND_NAMES as LAYOUT_NAMES
from lims.web.catalogue.recipe_fields import ROLES, groups_of
from lims.web.catalogue.recipe_words import because
from lims.web.catalogue.replacing import may_foresee
from lims.web.errors import status_of
from lims.web.unit import reading, writing

WORDS = {"kinds": KIND_NAMES, "fields": FIELD_NAMES, "states": STATE_NAMES, "layouts": LAYOUT_NAMES}
SHOWN = 200
"""Readings on the page; the counts are of all."""
NAMING = ("code", "name_en", "name_zh", "technique", "maker", "note")
VERDICTS: Mapping[str, tuple[str, str, object]] = {
    "same": ("ok", "✓", _l("as it was read then")),
    "differs": ("warn", "◆", _l("differs from then")),
    "read_now": ("info", "○", _l("could not be read then")),
    "refused": ("fail", "▲", _l("cannot be read")),
    "refused_again": ("muted", "–", _l("could not be read then either")),
}


@blueprint.get("/recipes")
@signed_in
def recipes() -> str:
    with reading() as tx:
        page = shelves.listing(tx, recipe.KIND, request.args.get("q", ""), request.args.get("after", ""))
        mine = recipe_draft.drafts(tx) if may_foresee() else ()
        unread = recipe_draft.unread(tx) if may_foresee() else ()
    return render_template(
        "catalogue/recipes.html", page=page, drafts=mine, unread=unread, q=request.args.get("q", ""), **WORDS
    )


@blueprint.get("/recipes/new")
@needs("catalogue:propose")
def recipe_new() -> str:
    """An upload form; ``?run=`` takes the file of a run instead, ``?start=`` a recipe to start from."""
    return _new(None)


def _new(error: LimsError | None) -> str:
    with reading() as tx:
        instruments = equipment.instruments(tx, size=200).items
        starts = recipe_draft.starts(tx)
    given = request.form if request.method == "POST" else request.args
    return render_template(
        "catalogue/recipe_new.html", instruments=instruments, starts=starts, given=given, error=error, **WORDS
    )


@blueprint.post("/recipes/new")
@needs("catalogue:propose")
def recipe_begin() -> Any:
    """The file is kept and looked at apart; only then is the draft written, so that nobody waits for the reader."""
    try:
        with reading() as tx:
            seen = recipe_draft.prepare(tx, _begin(tx))
        with writing() as tx:
            digest = recipe_draft.keep(tx, seen)
    except NotFound:
        raise
    except LimsError as error:
        return _new(error), status_of(error)
    return redirect(url_for("catalogue.recipe_step", digest=digest), 303)


def _begin(tx: Transaction) -> BeginDraft:
    if typed.text("run"):
        return recipe_draft.of_run(tx, typed.text("run"))
    file, document = request.files.get("file"), request.files.get("document")
    content = file.read(recipe_draft.LARGEST + 1) if file else b""
    try:
        told = (document.read(recipes_domain.LARGEST) if document else b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("RECIPE_NOT_READABLE", field="document") from None
    name = (file.filename or "")[:255] if file else ""
    return BeginDraft(name, content, typed.text("instrument"), typed.text("start"), told)


@blueprint.get("/recipes/steps/<digest>")
@needs("catalogue:propose")
def recipe_step(digest: str) -> str:
    with reading() as tx:
        seen = recipe_draft.step(tx, digest)
    return _step(seen)


@blueprint.post("/recipes/steps/<digest>")
@needs("catalogue:propose")
def recipe_change(digest: str) -> Any:
    """One more step; the page of it shows what the recipe now makes of the file."""
    with reading() as tx:
        seen = recipe_draft.step(tx, digest)
    try:
        seen = _changed(seen)
        with writing() as tx:
            digest = recipe_draft.keep(tx, seen)
    except LimsError as error:
        return _step(seen, error), status_of(error)
    return redirect(url_for("catalogue.recipe_step", digest=digest), 303)


def _changed(seen: Step) -> Step:
    naming: dict[str, Any] = {name: typed.text(name) for name in NAMING}
    if typed.text("instrument") != seen.instrument:
        with reading() as tx:
            recipe_draft.must_be_instrument(tx, typed.text("instrument"))
    seen = replace(seen, instrument=typed.text("instrument"), **naming)
    return replace(seen, document=recipe_form.document_of(request.form, seen.document))


def _step(seen: Step, error: LimsError | None = None) -> str:
    with reading() as tx:
        top = recipe_draft.top_of(tx, seen)
        instruments = equipment.instruments(tx, size=200).items
        outcome = recipe_draft.outcome(tx, seen)
    return render_template(
        "catalogue/recipe_step.html", seen=seen, top=top, outcome=outcome, shown=SHOWN, error=error,
        groups=groups_of(seen.document), form=recipe_form, layout=recipes_domain.written(seen.document),
        headings=_headings(top, seen), wrong=_wrong(outcome.error), because=because, instruments=instruments,
        strange=_strange(outcome), given=request.form, **WORDS,
    )  # fmt: skip


def _wrong(error: LimsError | None) -> Mapping[str, str]:
    """The field that the reader cannot use, or the column that the file has not: the page begins there."""
    params = error.params if error is not None else {}
    return {"field": str(params.get("field", "")), "text": str(params.get("column", ""))}


def _strange(outcome: Outcome) -> list[str]:
    """Words of the file for kinds of sample that no role of ours was said for."""
    said = {reading.role for reading in outcome.parsed.readings} if outcome.parsed is not None else set()
    return sorted(said - ROLES)[:20]


def _headings(top: Any, seen: Step) -> list[str]:
    """Texts that may be columns: those of the line that was taken for the header first, then the others."""
    lines = [line for sheet in top for line in sheet.lines]
    lines.sort(key=lambda line: line[0] != seen.line)
    found = dict.fromkeys(" ".join(text.split()) for _, cells in lines for text in cells if text.strip())
    return [text for text in found if not text.replace(".", "").replace(",", "").lstrip("-").isdigit()][:300]


@blueprint.get("/recipes/steps/<digest>/dry-run")
@needs("catalogue:propose")
def recipe_dry_run(digest: str) -> str:
    with reading() as tx:
        seen = recipe_draft.step(tx, digest)
        document = recipe.document_bytes(seen.document, "dry_run", 1)
        adapter = f"{recipes_domain.PREFIX}{seen.code}" if seen.code else ""
        trials = recipe_trial.trials(tx, document, seen.instrument, adapter)
    return render_template("catalogue/recipe_dry_run.html", seen=seen, trials=trials, verdicts=VERDICTS, **WORDS)


@blueprint.post("/recipes/steps/<digest>/propose")
@needs("catalogue:propose")
def recipe_propose(digest: str) -> Any:
    """What the form says is put up for somebody else's release; the draft is done with it."""
    with reading() as tx:
        seen = recipe_draft.step(tx, digest)
    try:
        seen = _changed(seen)
        with writing() as tx:
            proposed = catalogue.propose(tx, recipe_draft.proposal(seen, typed.text("reason")))
            recipe_draft.drop(tx, seen.draft)
    except LimsError as error:
        return _step(seen, error), status_of(error)
    return redirect(url_for("catalogue.recipe_version", version_id=proposed.id), 303)


@blueprint.post("/recipes/drafts/<int:draft>/drop")
@needs("catalogue:propose")
def recipe_drop(draft: int) -> Any:
    with writing() as tx:
        recipe_draft.drop(tx, draft)
    return redirect(url_for("catalogue.recipes"), 303)


@blueprint.get("/recipes/version/<int:version_id>")
@signed_in
def recipe_version(version_id: int) -> str:
    """What a version changes, and, for who proposes or releases, a dry run of it over stored files."""
    with reading() as tx:
        row = recipe.version(tx, version_id)
        item = shelves.detail(tx, recipe.KIND, row.code)
        version = next(one for one in item.versions if one.id == version_id)
        adapter = f"{recipes_domain.PREFIX}{row.code}"
        instrument = request.args.get("instrument", row.content.get("instrument", ""))
        document = recipe.document_bytes(recipe.document_of(row), row.code, row.number)
        trials = recipe_trial.trials(tx, document, instrument, adapter) if may_foresee() else ()
        instruments = equipment.instruments(tx, size=200).items
    return render_template(
        "catalogue/recipe_version.html", item=item, version=version, trials=trials, verdicts=VERDICTS,
        instrument=instrument, instruments=instruments, layout=row.content["layout"], foresee=may_foresee(), **WORDS,
    )  # fmt: skip


@blueprint.get("/recipes/version/<int:version_id>/recipe.json")
@signed_in
def recipe_export(version_id: int) -> Response:
    """The document under its code and number, as the reader takes it anywhere."""
    with reading() as tx:
        row = recipe.version(tx, version_id)
        document = recipes_domain.stamped(recipe.document_of(row), row.code, row.number)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    answer = Response(text.encode(), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{row.code}-{row.number}.json")
    return answer

"""Pages of libraries of limits: batches that wait, a table read and checked before it is put up, and its release."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from lims.domain.reference import KINDS
from lims.domain.rules.errors import BadInput, LimsError, NotFound
from lims.domain.rules.refusal import refusal
from lims.jobs import here
from lims.services import catalogue, job, library_file, limit_library
from lims.services.library_file import Preview, ReadTable
from lims.services.limit_sheet import recipe_from
from lims.services.reading import library as books
from lims.services.reading import replacing
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import FIELD_NAMES, KIND_NAMES, STATE_NAMES
from lims.web.catalogue.replacing import may_foresee
from lims.web.errors import status_of
from lims.web.language import current
from lims.web.messages import say
from lims.web.unit import place, reading, signature, writing

FIELDS = {
    **FIELD_NAMES, **{kind.key: _l("Code") for kind in KINDS.values() if kind.key not in FIELD_NAMES},
    "code": _l("Code"), "valid_from": _l("In force from"), "valid_to": _l("Last day in force"),
}  # fmt: skip
"""Names of what a row has, its code and its dates among them."""
WORDS = {"kinds": KIND_NAMES, "fields": FIELDS, "states": STATE_NAMES}
SHOWN = 100
"""Refused rows on the page; the file has them all."""
APART = refusal("DUTIES_APART", duty="releaser", other="author")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""


@blueprint.get("/libraries")
@signed_in
def libraries() -> str:
    return _home()


def _home(error: LimsError | None = None) -> str:
    with reading() as tx:
        waiting = books.waiting(tx)
        recipes = library_file.recipes(tx)
    return render_template(
        "catalogue/libraries.html", waiting=waiting, recipes=recipes, loaded=limit_library.KINDS_LOADED,
        given=request.form, error=error, **WORDS,
    )  # fmt: skip


@blueprint.post("/libraries")
@needs("catalogue:propose")
def library_read() -> Any:
    """The file is read and checked; what would become of it is shown, and nothing is in the catalogue yet."""
    try:
        cmd = _table()
        with reading() as tx:
            digest = library_file.preview(tx, cmd)
    except LimsError as error:
        return _home(error), status_of(error)
    return redirect(url_for("catalogue.library_preview", digest=digest), 303)


def _table() -> ReadTable:
    file, mapping = request.files.get("file"), request.files.get("mapping")
    content = file.read(library_file.LARGEST + 1) if file else b""
    return ReadTable(
        typed.text("source"), (file.filename or "")[:255] if file else "", content, typed.text("kind"),
        typed.text("recipe"), _uploaded(mapping.read() if mapping else b"") or typed.text("typed"),
    )  # fmt: skip


def _uploaded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("RECIPE_NOT_READABLE", field="mapping") from None


@blueprint.get("/libraries/preview/<digest>")
@needs("catalogue:propose")
def library_preview(digest: str) -> str:
    return _preview(digest)


def _preview(digest: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = library_file.kept_preview(tx, digest)
    return render_template(
        "catalogue/library_preview.html", seen=seen, columns=_columns(seen), bad={one.number for one in seen.refused},
        shown=SHOWN, given=request.form, error=error, **WORDS,
    )  # fmt: skip


def _columns(seen: Preview) -> list[str]:
    """Fields that any of the first rows has, in the order of the kind."""
    used = {name for row in seen.first for name in row.content}
    return [name for name in KINDS[seen.kind].fields if name in used]


@blueprint.get("/libraries/preview/<digest>/refused.csv")
@needs("catalogue:propose")
def library_refused(digest: str) -> Response:
    """Every refused row: its line, code, field, and why in the reader's language."""
    with reading() as tx:
        seen = library_file.kept_preview(tx, digest)
    out, language = StringIO(newline=""), current()
    table = csv.writer(out)
    table.writerow(("line", "code", "field", "reason", "why"))
    for one in seen.refused:
        cells = (one.code, one.field, one.reason.code, say(one.reason, language))
        table.writerow((one.number, *(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)))
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"refused-{digest[:12]}.csv")
    return answer


@blueprint.post("/libraries/preview/<digest>")
@needs("catalogue:propose")
def library_put_up(digest: str) -> Any:
    """A short table at once, a long one in the background."""
    try:
        with writing() as tx:
            seen = library_file.kept_preview(tx, digest)
            job_id = 0
            if seen.long:
                job_id = job.order(tx, "load_library", {}, [{"name": seen.file or seen.source, "digest": digest}])
            else:
                library_file.put_up(tx, digest)
    except NotFound:
        raise
    except LimsError as error:
        return _preview(digest, error), status_of(error)
    if job_id:
        here.send(place(), job_id)
        return redirect(url_for("jobs.job_page", job_id=job_id), 303)
    return redirect(url_for("catalogue.library", name=seen.source), 303)


@blueprint.post("/libraries/preview/<digest>/mapping")
@needs("catalogue:propose")
def library_mapping(digest: str) -> Any:
    """The mapping that read the table is put up as an item of the catalogue, for somebody else's release."""
    with reading() as tx:
        seen = library_file.kept_preview(tx, digest)
    code = typed.text("code")
    content = {
        "name_en": typed.text("name_en"), "name_zh": typed.text("name_zh"), "recipe": seen.recipe_text,
        "source": seen.source,
    }  # fmt: skip
    try:
        recipe_from(seen.recipe_text)
        with writing() as tx:
            cmd = catalogue.ProposeVersion("table_recipe", code, content, None, None, typed.text("reason"))
            catalogue.propose(tx, cmd)
    except LimsError as error:
        return _preview(digest, error), status_of(error)
    return redirect(url_for("catalogue.item", kind="table_recipe", code=code), 303)


@blueprint.get("/libraries/batch")
@signed_in
def library() -> str:
    return _batch(request.args.get("name", ""))


def _batch(name: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        parts = books.batch(tx, name)
        page = books.versions(tx, name, request.args.get("after", ""))
        change = replacing.would_change(tx, library=name, size=20) if may_foresee() else None
    return render_template(
        "catalogue/library.html", name=name, parts_of_batch=parts, mine=any(one.mine for one in parts), apart=APART,
        page=page, change=change, given=request.form, error=error, **WORDS,
    )  # fmt: skip


@blueprint.post("/libraries/release")
@needs("catalogue:release")
def library_release() -> Any:
    """One signature over the whole batch, never its author's."""
    name = typed.text("name")
    try:
        proof = signature(request.form.get("password", ""), typed.text("meaning"))
        with writing(proof) as tx:
            limit_library.release(tx, name)
    except NotFound:
        raise
    except LimsError as error:
        return _batch(name, error), status_of(error)
    return redirect(url_for("catalogue.libraries"), 303)


@blueprint.post("/libraries/reject")
@needs("catalogue:release")
def library_reject() -> Any:
    name = typed.text("name")
    try:
        with writing() as tx:
            limit_library.reject(tx, name, typed.text("reason"))
    except NotFound:
        raise
    except LimsError as error:
        return _batch(name, error), status_of(error)
    return redirect(url_for("catalogue.libraries"), 303)

"""Pages of reference items: search, lists, one item with its versions, proposing and releasing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.reference import KINDS
from lims.domain.rules.errors import LimsError, NotFound
from lims.services import catalogue
from lims.services.reading import catalogue as reading_catalogue
from lims.services.reading import disposition as dispositions
from lims.services.reading import library as libraries
from lims.services.transaction import Signature, Transaction
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed, validation
from lims.web.catalogue.labels import CHOICES, FIELD_NAMES, KIND_NAMES, LONG, STATE_NAMES
from lims.web.catalogue.replacing import foreseen
from lims.web.errors import status_of
from lims.web.unit import reading, signature, writing

WORDS = {"kinds": KIND_NAMES, "fields": FIELD_NAMES, "states": STATE_NAMES}


@blueprint.get("/")
@signed_in
def home() -> str:
    text = request.args.get("q", "")
    with reading() as tx:
        found = reading_catalogue.search(tx, text)
        counts = reading_catalogue.counts(tx)
        waiting = reading_catalogue.waiting(tx)
        batches = libraries.waiting(tx)
    return render_template(
        "catalogue/home.html", q=text, found=found, counts=counts, waiting=waiting, batches=batches, today=tx.today,
        **WORDS,
    )  # fmt: skip


@blueprint.get("/list/<kind>")
@signed_in
def listing(kind: str) -> str:
    text, after = request.args.get("q", ""), request.args.get("after", "")
    with reading() as tx:
        page = reading_catalogue.listing(tx, kind, text, after)
        table = dispositions.table(tx) if kind == "disposition_rule" and not text and not after else ()
    return render_template("catalogue/listing.html", kind=kind, q=text, page=page, table=table, **WORDS)


@blueprint.get("/item/<kind>/<path:code>")
@signed_in
def item(kind: str, code: str) -> str:
    return _item(kind, code)


@blueprint.get("/propose/<kind>")
@needs("catalogue:propose")
def propose_form(kind: str) -> str:
    """An empty form, or one filled from the newest version of ``?code=``."""
    code = request.args.get("code", "")
    content: dict[str, str] = {}
    if code:
        with reading() as tx:
            content = dict(reading_catalogue.detail(tx, kind, code).versions[0].content)
    return _form(kind, code, content)


@blueprint.post("/propose/<kind>")
@needs("catalogue:propose")
def propose(kind: str) -> Any:
    fields = _kind(kind).fields
    code = typed.text("code")
    content = {name: typed.text(f"content.{name}") for name in fields}
    if "validation" in fields:
        content["validation"] = validation.written(content["validation"])
    try:
        cmd = catalogue.ProposeVersion(
            kind, code, content, typed.day("valid_from"), typed.day("valid_to"), typed.text("reason")
        )
        with writing() as tx:
            catalogue.propose(tx, cmd)
    except LimsError as error:
        return _form(kind, code, content, error), status_of(error)
    return redirect(url_for("catalogue.item", kind=kind, code=code), 303)


@blueprint.post("/version/<int:version_id>/release")
@needs("catalogue:release")
def release(version_id: int) -> Any:
    """A signing act: the password once more, for this very release."""
    password, meaning = request.form.get("password", ""), typed.text("meaning")
    return _act(version_id, lambda tx: catalogue.release(tx, version_id), lambda: signature(password, meaning))


@blueprint.post("/version/<int:version_id>/reject")
@needs("catalogue:release")
def reject(version_id: int) -> Any:
    return _act(version_id, lambda tx: catalogue.reject(tx, version_id, typed.text("reason")))


@blueprint.post("/version/<int:version_id>/retire")
@needs("catalogue:release")
def retire(version_id: int) -> Any:
    return _act(
        version_id,
        lambda tx: catalogue.retire(tx, version_id, typed.needed_day("last_day"), typed.text("reason")),
    )


def _act(version_id: int, do: Callable[[Transaction], None], prove: Callable[[], Signature] | None = None) -> Any:
    """One act on a version; a refusal comes back on the page of the item, with its reasons."""
    with reading() as tx:
        row = catalogue.version(tx, version_id)
        kind, code = row.kind, row.code
    try:
        with writing(prove() if prove else None) as tx:
            do(tx)
    except LimsError as error:
        return _item(kind, code, error), status_of(error)
    return redirect(url_for("catalogue.item", kind=kind, code=code), 303)


def _item(kind: str, code: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_catalogue.detail(tx, kind, code)
        proposed = next((one.id for one in seen.versions if one.state == "proposed"), 0)
        change = foreseen(tx, kind, proposed)
    return render_template("catalogue/item.html", item=seen, change=change, error=error, **WORDS)


def _form(kind: str, code: str, content: dict[str, str], error: LimsError | None = None) -> str:
    return render_template(
        "catalogue/propose.html",
        kind=_kind(kind),
        code=code,
        content=content,
        given=request.form,
        choices={name: words for (of, name), words in CHOICES.items() if of == kind},
        long=LONG,
        record=validation.form(content.get("validation", ""), error),
        error=error,
        **WORDS,
    )


def _kind(kind: str) -> Any:
    if kind not in KINDS:
        raise NotFound("NOT_FOUND", noun="kind", no=kind)
    return KINDS[kind]

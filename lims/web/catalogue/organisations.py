"""Pages of importers, producers, customs offices and sites."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import register
from lims.services.reading import register as books
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import ORGANISATION_NAMES
from lims.web.errors import status_of
from lims.web.unit import reading, writing


@blueprint.get("/organisations")
@signed_in
def organisations() -> str:
    kind, text = request.args.get("kind", ""), request.args.get("q", "")
    with reading() as tx:
        page = books.organisations(tx, kind, text, request.args.get("after", ""))
    return render_template("catalogue/organisations.html", page=page, kind=kind, q=text, kinds=ORGANISATION_NAMES)


@blueprint.get("/organisations/new")
@needs(register.ORGANISATION_RIGHT)
def organisation_new() -> str:
    return _form({"kind": request.args.get("kind", "importer")}, new=True)


@blueprint.post("/organisations/new")
@needs(register.ORGANISATION_RIGHT)
def organisation_add() -> Any:
    try:
        with writing() as tx:
            register.add_organisation(tx, _typed(typed.text("code")))
    except LimsError as error:
        return _form(request.form, new=True, error=error), status_of(error)
    return redirect(url_for("catalogue.organisations", q=typed.text("code")), 303)


@blueprint.get("/organisations/<code>")
@signed_in
def organisation(code: str) -> str:
    with reading() as tx:
        seen = books.organisation(tx, code)
    return _form(seen.__dict__, new=False)


@blueprint.post("/organisations/<code>")
@needs(register.ORGANISATION_RIGHT)
def organisation_edit(code: str) -> Any:
    try:
        with writing() as tx:
            register.edit_organisation(tx, _typed(code), typed.text("reason"))
    except LimsError as error:
        return _form({**request.form, "code": code}, new=False, error=error), status_of(error)
    return redirect(url_for("catalogue.organisation", code=code), 303)


def _typed(code: str) -> register.Organisation:
    return register.Organisation(
        code=code,
        kind=typed.text("kind"),
        name_zh=typed.text("name_zh"),
        name_en=typed.text("name_en"),
        country=typed.text("country"),
        address=typed.text("address"),
        contact=typed.text("contact"),
        version=typed.whole("version"),
    )


def _form(given: Any, new: bool, error: LimsError | None = None) -> str:
    return render_template("catalogue/organisation.html", given=given, new=new, error=error, kinds=ORGANISATION_NAMES)

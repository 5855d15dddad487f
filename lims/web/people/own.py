"""My account: own password, language, open sessions and second factor. Whatever proves me asks for my password."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, session, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.services import account, proof, second_factor
from lims.services.reading import account as books
from lims.web import unit
from lims.web.access import signed_in
from lims.web.errors import status_of
from lims.web.people import blueprint
from lims.web.sign_in import begin, forget

DRAFT = "factor"
"""In the cookie, sealed: the secret of a second factor that is being set up."""


@blueprint.get("/me")
@signed_in
def me() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    with unit.reading() as tx:
        seen = books.own(tx, session["key"])
    return render_template("people/me.html", seen=seen, error=error, done=request.args.get("done", ""))


@blueprint.post("/me/password")
@signed_in
def change_password() -> Any:
    chosen = request.form.get("password", "")
    try:
        if chosen != request.form.get("again", ""):
            raise BadInput("PASSWORDS_DIFFER", field="again")
        _proven()
        with unit.writing() as tx:
            account.change_password(tx, chosen)
        begin(g.actor)
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("people.me", done="password"), 303)


def _proven() -> None:
    """The signed-in person's present password, once more."""
    unit.proven(_username(), request.form.get("current", ""))


def _username() -> str:
    with unit.reading() as tx:
        return account.username_of(tx, g.actor.id)


@blueprint.post("/me/sign-out")
@signed_in
def sign_out_everywhere() -> Any:
    with unit.writing() as tx:
        proof.sign_out_everywhere(tx)
    forget()
    return redirect(url_for("sign_in.form"), 303)


@blueprint.get("/me/factor")
@signed_in
def factor() -> Any:
    """A fresh secret for every visit of the page, until one is confirmed."""
    with unit.reading() as tx:
        if second_factor.is_asked(tx, g.actor.id):
            return redirect(url_for("people.me"), 303)
        session[DRAFT] = second_factor.draft(tx)
    return _factor_page()


def _factor_page(error: LimsError | None = None) -> str:
    from reports.barcodes import qr_modules  # brings the PDF library, which no start waits for

    with unit.reading() as tx:
        secret, address = second_factor.drafted(tx, session[DRAFT])
    return render_template("people/factor.html", secret=secret, modules=qr_modules(address), error=error)


@blueprint.post("/me/factor")
@signed_in
def enrol() -> Any:
    if DRAFT not in session:
        return redirect(url_for("people.factor"), 303)
    try:
        _proven()
        with unit.writing() as tx:
            codes = second_factor.enrol(tx, session[DRAFT], request.form.get("code", ""))
    except LimsError as error:
        return _factor_page(error), status_of(error)
    session.pop(DRAFT)
    return render_template("people/recovery.html", codes=codes)


@blueprint.post("/me/factor/remove")
@signed_in
def remove_factor() -> Any:
    try:
        _proven()
        unit.proven_code(g.actor, _username(), request.form.get("code", ""), second_factor.remove)
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("people.me", done="factor"), 303)

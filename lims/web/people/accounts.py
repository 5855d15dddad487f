"""Accounts for the administrator: who there is, a new one by invitation, roles, closing, a lost second factor."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.actor import ROLES
from lims.domain.rules.errors import LimsError
from lims.services import account, second_factor
from lims.services.reading import account as books
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.errors import status_of
from lims.web.people import blueprint
from lims.web.unit import place, reading, writing


@blueprint.get("/")
@needs("user:manage")
def home() -> str:
    with reading() as tx:
        people = books.people(tx)
    return render_template("people/people.html", people=people)


@blueprint.get("/new")
@needs("user:manage")
def new() -> str:
    return _new_page()


@blueprint.post("/new")
@needs("user:manage")
def add() -> Any:
    language = "en" if typed.text("language") == "en" else "zh"
    cmd = account.NewUser(
        username=typed.text("username"),
        roles=tuple(request.form.getlist("roles")),
        name_zh=typed.text("name_zh"),
        name_en=typed.text("name_en"),
        ports=typed.text("ports").replace(" ", "").upper(),
        language=language,
        email=typed.text("email"),
    )
    try:
        with writing() as tx:
            link = _link(tx, account.add_user(tx, cmd).id)
    except LimsError as error:
        return _new_page(error), status_of(error)
    return _invited(cmd.username, link)


def _new_page(error: LimsError | None = None) -> str:
    return render_template("people/new.html", roles=ROLES, given=request.form, error=error)


def _link(tx: Transaction, user_id: int) -> str:
    return f"{place().public_url}/invitation/{account.invite(tx, user_id)}"


def _invited(username: str, link: str) -> str:
    """The one page that ever shows the link; it is kept nowhere, and no page is kept by the browser."""
    return render_template("people/invited.html", username=username, link=link, hours=account.INVITATION_HOURS)


@blueprint.get("/accounts/<username>")
@needs("user:manage")
def one(username: str) -> str:
    return _page(username)


@blueprint.post("/accounts/<username>/invite")
@needs("user:manage")
def invite(username: str) -> Any:
    try:
        with writing() as tx:
            link = _link(tx, account.by_name(tx, username).id)
    except LimsError as error:
        return _page(username, error), status_of(error)
    return _invited(username, link)


@blueprint.post("/accounts/<username>/roles")
@needs("user:manage")
def roles(username: str) -> Any:
    try:
        with writing() as tx:
            account.set_roles(tx, account.by_name(tx, username), request.form.getlist("roles"), typed.text("reason"))
    except LimsError as error:
        return _page(username, error), status_of(error)
    return _back(username)


@blueprint.post("/accounts/<username>/close", defaults={"active": False})
@blueprint.post("/accounts/<username>/reopen", defaults={"active": True})
@needs("user:manage")
def let_in(username: str, active: bool) -> Any:
    try:
        with writing() as tx:
            account.set_active(tx, account.by_name(tx, username), active, typed.text("reason"))
    except LimsError as error:
        return _page(username, error), status_of(error)
    return _back(username)


@blueprint.post("/accounts/<username>/factor")
@needs("user:manage")
def reset_factor(username: str) -> Any:
    try:
        with writing() as tx:
            second_factor.reset(tx, username, typed.text("reason"))
    except LimsError as error:
        return _page(username, error), status_of(error)
    return _back(username)


def _back(username: str) -> Any:
    return redirect(url_for("people.one", username=username), 303)


def _page(username: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        person = books.person(tx, username)
        own = account.by_name(tx, username).id == tx.actor.id
    chosen = request.form.getlist("roles") if error and "roles" in request.form else person.roles
    return render_template(
        "people/person.html", person=person, own=own, roles=ROLES, chosen=chosen, given=request.form, error=error
    )

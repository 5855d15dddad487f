"""Signing in and out, the first password by invitation, the language switch; the session is renewed at each sign-in."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import LimsError
from lims.services import account, proof
from lims.services.transaction import transaction, view
from lims.web import unit
from lims.web.access import public, signed_in
from lims.web.errors import status_of

blueprint = Blueprint("sign_in", __name__)
log = logging.getLogger("lims.sign_in")
IDLE_MINUTES = 30
"""Without a page asked for; however busy, a session ends after proof.LONGEST_SESSION."""


def install(app: Flask) -> None:
    @app.before_request
    def who() -> None:
        g.actor = None
        if request.endpoint == "static" or request.path.startswith("/api/") or "key" not in session:
            return
        moment = unit.now().timestamp()
        if moment - session.get("seen", 0) <= IDLE_MINUTES * 60:
            with view(unit.place(), SYSTEM, unit.now()) as tx:
                row = proof.person_of(tx, session["key"])
                g.actor = account.actor_of(row) if row is not None else None
        if g.actor is None:
            _forget(ended=True)
        else:
            session["seen"] = moment


def _forget(ended: bool = False) -> None:
    """Empty the cookie but for the language; the sign-in page tells whose session has ended that it has."""
    kept = {"language": session["language"]} if "language" in session else {}
    session.clear()
    session.update(kept, **({"ended": True} if ended else {}))


@blueprint.get("/sign-in")
@public
def form() -> str:
    return render_template("sign_in/form.html", username="", error=None, ended=session.pop("ended", False))


@blueprint.post("/sign-in")
@public
def enter() -> Any:
    username = request.form.get("username", "")
    try:
        user_id = unit.proven(username, request.form.get("password", ""))
    except LimsError as error:
        # The name is not written down: it may be a password that went into the wrong field.
        log.warning("sign-in refused: %s from %s, request %s", error.code, unit.address(), unit.request_id())
        return render_template("sign_in/form.html", username=username, error=error), status_of(error)
    _begin(user_id)
    return redirect(own_path(request.args.get("next", "")), 303)


def _begin(user_id: int) -> None:
    """A session of its own for every sign-in; the one before it, if any, ends here."""
    with transaction(unit.place(), SYSTEM, unit.now(), unit.request_id()) as tx:
        if "key" in session:
            proof.end_session(tx, session["key"])
        key = proof.open_session(tx, user_id)
    _forget()
    session.update(key=key, seen=unit.now().timestamp())
    log.info("signed in: user %s from %s, request %s", user_id, unit.address(), unit.request_id())


def own_path(target: str) -> str:
    """Only paths of this site; anything that names a host or a scheme goes home."""
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if own else url_for("home.home")


@blueprint.post("/sign-out")
@signed_in
def leave() -> Any:
    with unit.writing() as tx:
        proof.end_session(tx, session["key"])
    _forget()
    answer = redirect(url_for("sign_in.form"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.get("/invitation/<secret>")
@public
def invitation(secret: str) -> str:
    return render_template("sign_in/invitation.html", secret=secret, error=None)


@blueprint.post("/invitation/<secret>")
@public
def accept(secret: str) -> Any:
    try:
        with transaction(unit.place(), SYSTEM, unit.now(), unit.request_id()) as tx:
            user_id = account.accept_invitation(tx, secret, request.form.get("password", "")).id
    except LimsError as error:
        return render_template("sign_in/invitation.html", secret=secret, error=error), status_of(error)
    _begin(user_id)
    return redirect(url_for("home.home"), 303)


@blueprint.post("/language")
@public
def language() -> Any:
    chosen = "en" if request.form.get("language") == "en" else "zh"
    session["language"] = chosen
    if g.actor is not None:
        with unit.writing() as tx:
            account.set_language(tx, chosen)
    return redirect(own_path(request.form.get("next", "")), 303)

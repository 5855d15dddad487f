"""Signing in, with a second factor where there is one, and out; passwords by invitation; the language switch.

The session is renewed at each sign-in.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for

from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import LimsError
from lims.services import account, proof, second_factor
from lims.services.transaction import transaction, view
from lims.web import unit
from lims.web.access import public, signed_in
from lims.web.errors import status_of

blueprint = Blueprint("sign_in", __name__)
log = logging.getLogger("lims.sign_in")
IDLE_MINUTES = 30
"""Without a page asked for; however busy, a session ends after proof.LONGEST_SESSION."""
PENDING, PENDING_SECONDS = "pending", 300
"""In the cookie: whose password was right and whose second factor is awaited, for five minutes."""


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
            forget(ended=True)
        else:
            session["seen"] = moment


def forget(ended: bool = False) -> None:
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
    return _after_password(user_id, own_path(request.args.get("next", "")))


def _after_password(user_id: int, onward: str) -> Any:
    """In, or to the page that asks for the second factor."""
    with view(unit.place(), SYSTEM, unit.now()) as tx:
        asked = second_factor.asked(tx, user_id)
        actor = account.actor(tx, user_id)
    if asked is None:
        begin(actor)
        return redirect(onward, 303)
    forget()
    session[PENDING] = {"user": user_id, "mark": asked[2], "at": unit.now().timestamp(), "next": onward}
    return redirect(url_for("sign_in.code_form"), 303)


def begin(actor: Actor) -> None:
    """A session of its own for every sign-in; the one before it, if any, ends here."""
    with transaction(unit.place(), actor, unit.now(), unit.request_id()) as tx:
        if "key" in session:
            proof.end_session(tx, session["key"])
        key = proof.open_session(tx, actor.id, unit.address())
    forget()
    session.update(key=key, seen=unit.now().timestamp())
    log.info("signed in: user %s from %s, request %s", actor.id, unit.address(), unit.request_id())


@blueprint.get("/sign-in/code")
@public
def code_form() -> Any:
    if _pending() is None:
        return redirect(url_for("sign_in.form"), 303)
    return render_template("sign_in/code.html", error=None)


@blueprint.post("/sign-in/code")
@public
def enter_code() -> Any:
    pending = _pending()
    if pending is None:
        return redirect(url_for("sign_in.form"), 303)
    actor, username, onward = pending
    try:
        unit.proven_code(actor, username, request.form.get("code", ""))
    except LimsError as error:
        log.warning("code refused: %s from %s, request %s", error.code, unit.address(), unit.request_id())
        return render_template("sign_in/code.html", error=error), status_of(error)
    begin(actor)
    return redirect(onward, 303)


def _pending() -> tuple[Actor, str, str] | None:
    """Whose code is awaited and where they go then; not after five minutes, nor after another password."""
    kept = session.get(PENDING)
    if kept is None or unit.now().timestamp() - kept["at"] > PENDING_SECONDS:
        session.pop(PENDING, None)
        return None
    with view(unit.place(), SYSTEM, unit.now()) as tx:
        asked = second_factor.asked(tx, kept["user"])
    if asked is None or asked[2] != kept["mark"]:
        return None
    return asked[0], asked[1], own_path(kept["next"])


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
    forget()
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
        with view(unit.place(), SYSTEM, unit.now()) as tx:
            actor = account.invited(tx, secret)
        with transaction(unit.place(), actor, unit.now(), unit.request_id()) as tx:
            account.accept_invitation(tx, secret, request.form.get("password", ""))
    except LimsError as error:
        return render_template("sign_in/invitation.html", secret=secret, error=error), status_of(error)
    return _after_password(actor.id, url_for("home.home"))


@blueprint.post("/language")
@public
def language() -> Any:
    chosen = "en" if request.form.get("language") == "en" else "zh"
    session["language"] = chosen
    if g.actor is not None:
        with unit.writing() as tx:
            account.set_language(tx, chosen)
    return redirect(own_path(request.form.get("next", "")), 303)

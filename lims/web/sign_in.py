"""Signing in and out, the first password by invitation, the language switch; the session is renewed at each sign-in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Forbidden, LimsError
from lims.services import account
from lims.services.transaction import transaction, view
from lims.web.access import public, signed_in
from lims.web.unit import address, now, place, request_id, writing

blueprint = Blueprint("sign_in", __name__)
IDLE_MINUTES, ABSOLUTE_HOURS = 30, 12


def install(app: Flask) -> None:
    @app.before_request
    def who() -> None:
        g.actor = None
        if request.endpoint == "static" or request.path.startswith("/api/") or "user" not in session:
            return
        if _expired():
            session.clear()
            return
        with view(place(), SYSTEM, now()) as tx:
            row = account.by_id(tx, session["user"], session["proof"])
            g.actor = account.actor_of(row) if row is not None else None
        if g.actor is None:
            session.clear()
        else:
            session["seen"] = now().timestamp()


def _expired() -> bool:
    moment = now().timestamp()
    idle = moment - session.get("seen", 0) > IDLE_MINUTES * 60
    return idle or moment - session.get("since", 0) > ABSOLUTE_HOURS * 3600


@blueprint.get("/sign-in")
@public
def form() -> str:
    return render_template("sign_in/form.html", username="", error=None)


@blueprint.post("/sign-in")
@public
def enter() -> Any:
    username = request.form.get("username", "")
    try:
        with transaction(place(), SYSTEM, now(), request_id()) as tx:
            row = account.sign_in(tx, username, request.form.get("password", ""), address())
            user_id, proof = row.id, row.fs_uniquifier
    except LimsError as error:
        if isinstance(error, Forbidden):
            with transaction(place(), SYSTEM, now(), request_id()) as tx:
                account.note_failure(tx, username, address())
        return render_template("sign_in/form.html", username=username, error=error), 422
    _begin(user_id, proof)
    return redirect(own_path(request.args.get("next", "")), 303)


def _begin(user_id: int, proof: str) -> None:
    language = session.get("language")
    session.clear()
    moment = datetime.now(UTC).timestamp()
    session.update(user=user_id, proof=proof, since=moment, seen=moment)
    if language:
        session["language"] = language


def own_path(target: str) -> str:
    """Only paths of this site; anything that names a host or a scheme goes home."""
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if own else url_for("home.home")


@blueprint.post("/sign-out")
@signed_in
def leave() -> Any:
    session.clear()
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
        with transaction(place(), SYSTEM, now(), request_id()) as tx:
            row = account.accept_invitation(tx, secret, request.form.get("password", ""))
            tx.session.flush()
            user_id, proof = row.id, row.fs_uniquifier
    except LimsError as error:
        return render_template("sign_in/invitation.html", secret=secret, error=error), 422
    _begin(user_id, proof)
    return redirect(url_for("home.home"), 303)


@blueprint.post("/language")
@public
def language() -> Any:
    chosen = "en" if request.form.get("language") == "en" else "zh"
    session["language"] = chosen
    if g.actor is not None:
        with writing() as tx:
            account.set_language(tx, chosen)
    return redirect(own_path(request.form.get("next", "")), 303)

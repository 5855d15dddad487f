"""Who may open a route: every one names a right, or says that it is public or for anybody signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for

from lims.domain.rules.errors import BadInput, Forbidden
from lims.domain.rules.permissions import grants, matrix

View = TypeVar("View", bound=Callable[..., Any])
MARK = "access"


def needs(action: str) -> Callable[[View], View]:
    """Only for those who hold the right, in whatever scope; the use-case asks again for the object."""
    if action not in matrix():
        raise LookupError(f"no such right in rights.csv: {action}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.get("actor") is None:
                return _to_sign_in()
            if not grants(g.actor, action):
                raise Forbidden("NO_RIGHT", action=action)
            return view(*args, **kwargs)

        setattr(guarded, MARK, action)
        return guarded  # type: ignore[return-value]

    return decorate


def signed_in(view: View) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if g.get("actor") is not None else _to_sign_in()

    setattr(guarded, MARK, "signed_in")
    return guarded  # type: ignore[return-value]


def public(view: View) -> View:
    setattr(view, MARK, "public")
    return view


def _to_sign_in() -> Any:
    """A page sends to the sign-in; anything else is told plainly."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")), 303)
    raise Forbidden("NOT_SIGNED_IN")


def guard(app: Flask) -> None:
    """What no page takes, whoever asks: forms sent by other sites, and characters that nobody can see."""

    @app.before_request
    def refuse() -> None:
        if request.path.startswith("/api/"):
            return  # no cookie counts there, and it has words of its own for bad text
        unsafe = request.method not in ("GET", "HEAD", "OPTIONS")
        if unsafe and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden("FOREIGN_PAGE")
        texts = (request.path, *request.args.values(), *(request.form.values() if unsafe else ()))
        if any("\0" in text for text in texts):
            raise BadInput("HIDDEN_CHARACTERS", field="form")


def check(app: Flask) -> None:
    """Refuse to start with a route that says nothing about who may open it."""
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], MARK)
    ]
    if silent:
        raise RuntimeError(f"routes without a declared right: {', '.join(sorted(silent))}")

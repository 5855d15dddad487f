"""Puts the application together: the only file that knows every floor."""

from __future__ import annotations

import importlib
import secrets
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from lims.domain.rules.permissions import grants
from lims.services.transaction import Installation
from lims.web import access, errors, health, language, sign_in, unit

ROOMS = (
    "lims.web.sign_in",
    "lims.web.home",
    "lims.web.jobs",
    "lims.web.health",
    "lims.web.catalogue",
    "lims.web.people",
    "lims.web.intake",
    "lims.web.bench",
    "lims.web.release",
    "lims.web.portal",
    "lims.web.quality",
)
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
csrf = CSRFProtect()


def create_app(place: Installation, secret: str, testing: bool = False) -> Flask:
    """The web application of one installation; refuses to start with a route that names no right."""
    if len(secret) < 32:
        raise ValueError("the session secret needs at least 32 characters")
    app = Flask("lims")
    app.config.update(
        SECRET_KEY=secret,
        TESTING=testing,
        PROPAGATE_EXCEPTIONS=False,
        SESSION_COOKIE_NAME="lims_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=place.public_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=60 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["lims"] = place
    health.install(app)
    sign_in.install(app)
    access.guard(app)
    csrf.init_app(app)
    language.install(app)
    errors.install(app)
    for name in ROOMS:
        _room(app, name)
    _api(app)
    _frame(app, place)
    access.check(app)
    return app


def _room(app: Flask, name: str) -> None:
    if find_spec(name) is not None:
        module = importlib.import_module(name)
        blueprint = getattr(module, "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)


def _api(app: Flask) -> None:
    module = importlib.import_module("lims.api")
    install = getattr(module, "install", None)
    if install is not None:
        install(app, csrf)


def _frame(app: Flask, place: Installation) -> None:
    """What every page is given, and the headers that every answer carries."""

    @app.context_processor
    def common() -> dict[str, Any]:
        actor = g.get("actor")
        return {
            "actor": actor,
            "demo": place.demo,
            "once": unit.once,
            "may": lambda action: actor is not None and bool(grants(actor, action)),
        }

    @app.after_request
    def headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if request.endpoint != "static" or answer.status_code >= 400:  # the page of an error is a page
            answer.headers["Cache-Control"] = "no-store, private"
        if place.public_url.startswith("https://"):
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        return answer


def throwaway_secret() -> str:
    """For tests and the demo's build: a secret that nothing outlives."""
    return secrets.token_hex(32)

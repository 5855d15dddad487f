"""Errors as pages and as JSON: what happened, what was kept, what to do next, with a reference to find it by."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lims.domain.rules.errors import BadInput, Conflict, Forbidden, LimsError, NotFound, Refused, Unavailable
from lims.services.proof import TooManyTries
from lims.web.language import current
from lims.web.messages import say_all
from lims.web.unit import request_id

STATUS: tuple[tuple[type[LimsError], int], ...] = (
    (BadInput, 422),
    (NotFound, 404),
    (Forbidden, 403),
    (Refused, 422),
    (Conflict, 409),
    (TooManyTries, 429),
    (Unavailable, 503),
)

log = logging.getLogger("lims")


def status_of(error: LimsError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def install(app: Flask) -> None:
    app.register_error_handler(LimsError, _lims_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def _lims_error(error: LimsError) -> Any:
    status = status_of(error)
    if status == 500:
        return _fault(error)
    if status == 503:
        log.error("%s at %s, request %s", error.code, request.path, request_id(), exc_info=error)
    if wants_json():
        return jsonify(code=error.code, messages=say_all(error, current())), status
    return render_template("errors/error.html", status=status, error=error, reference=request_id()), status


def _stale_form(_error: CSRFError) -> Any:
    """The form's token is missing or of another session, which is what a page left open over a sign-in has."""
    answer, _ = _lims_error(BadInput("FORM_TOO_OLD"))
    return answer, 400


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if wants_json():
        return jsonify(code=f"HTTP_{status}", messages=[error.name]), status
    return render_template("errors/error.html", status=status, error=None, reference=request_id()), status


def _fault(error: Exception) -> Any:
    # The plain formatter: it shows the lines of the fault and never the values in them, which may be secrets.
    log.error("fault %s at %s", request_id(), request.path, exc_info=error)
    if wants_json():
        return jsonify(code="FAULT", reference=request_id()), 500
    return render_template("errors/error.html", status=500, error=None, reference=request_id()), 500


def wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"

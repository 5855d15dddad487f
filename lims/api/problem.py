"""Errors as RFC 9457 problems: a stable code with parameters, and words in the caller's language."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from lims.domain.rules.audit import plain
from lims.domain.rules.errors import Conflict, LimsError, Refused
from lims.domain.rules.refusal import Refusal
from lims.services.account import TooManyTries
from lims.web.errors import status_of
from lims.web.messages import say
from lims.web.unit import request_id

TITLES = {
    400: "Malformed request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 412: "Changed by somebody else", 413: "Too large", 415: "Unsupported media type",
    422: "Refused", 429: "Too many tries", 500: "Fault of the program",
    503: "Not available now",
}  # fmt: skip
LANGUAGES = ("zh", "en")
log = logging.getLogger("lims")


class Malformed(LimsError):
    """The body cannot be read at all (400)."""


class Unproven(LimsError):
    """The proof of identity for a signing act is missing or wrong (401)."""


class PreconditionFailed(LimsError):
    """If-Match names a version that is no longer the newest (412); the parameters carry both values."""


class Unprocessable(LimsError):
    """The body was read but is not what the operation takes (422); ``errors`` names every field."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("BODY_INVALID", fields=", ".join(str(one["field"]) for one in errors[:5]))
        self.errors = errors


def unprocessable(error: ValidationError) -> Unprocessable:
    """Every field that is wrong with its reason; what was sent is not repeated, for it may be a password."""
    return Unprocessable(
        [
            {"field": ".".join(map(str, one["loc"])), "code": one["type"], "detail": one["msg"]}
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    )


def language() -> str:
    """What the caller accepts, else the person's own language."""
    if request.accept_languages:
        return request.accept_languages.best_match(LANGUAGES) or "en"
    actor = g.get("actor")
    return actor.language if actor is not None and actor.language in LANGUAGES else "en"


_OWN = ((Malformed, 400), (Unproven, 401), (PreconditionFailed, 412), (Unprocessable, 422))


def of_error(error: LimsError) -> Response:
    status = next((status for kind, status in _OWN if isinstance(error, kind)), 0) or status_of(error)
    if status == 500:
        return of_fault(error)
    more: dict[str, Any] = {"params": plain(dict(error.params))}
    if isinstance(error, Refused):
        more["refusals"] = [_refusal(one) for one in error.refusals]
    if isinstance(error, Unprocessable):
        more["errors"] = list(error.errors)
    answer = _problem(status, error.code, say(error, language()), **more)
    if isinstance(error, TooManyTries):
        answer.headers["Retry-After"] = str(error.params["seconds"])
    if isinstance(error, (PreconditionFailed, Conflict)) and "version" in error.params:
        answer.headers["ETag"] = f'"{error.params["version"]}"'
    return answer


def _refusal(one: Refusal) -> dict[str, Any]:
    return {"code": one.code, "params": plain(dict(one.params)), "detail": say(one, language())}


def of_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    code = "NOT_SIGNED_IN" if status == 401 else f"HTTP_{status}"
    answer = _problem(status, code, say(code, language()) if status == 401 else error.name)
    if status == 405:
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return answer


def of_fault(error: Exception) -> Response:
    log.error("fault %s at %s", request_id(), request.path, exc_info=error)
    return _problem(500, "FAULT", "", reference=request_id())


def _problem(status: int, code: str, detail: str, **more: Any) -> Response:
    body = {
        "type": f"urn:lims:problem:{code}", "title": TITLES.get(status, "Error"), "status": status, "code": code,
        "detail": detail, "instance": f"urn:lims:request:{request_id()}", "params": {}, **more,
    }  # fmt: skip
    answer = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="lims"'
    return answer

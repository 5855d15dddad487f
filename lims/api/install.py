"""Turns the declared operations into routes under ``/api/v1``; knows how, and nothing of what they do."""

from __future__ import annotations

import importlib
from typing import Any

from flask import Blueprint, Flask, Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter

from lims.api import access, door, openapi, problem
from lims.api.operation import ANYTHING, OPERATIONS, PREFIX, ROW_ID, allowed_at
from lims.domain.rules.errors import LimsError
from lims.web.access import MARK, public

NOUNS = (
    "request", "lot", "sample", "analysis", "worksheet", "run", "certificate", "catalogue", "organisation",
    "instrument", "event", "job", "receiving", "material",
    "control_chart", "proficiency",
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class RowId(BaseConverter):
    regex = ROW_ID

    def to_python(self, value: str) -> int:
        return int(value)


class Anything(BaseConverter):
    """The rest of a path, slashes and line breaks among it."""

    part_isolating = False
    regex = ANYTHING


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Register every operation. Cookies are never looked at here, so the guard against forged forms is not needed."""
    for noun in NOUNS:
        importlib.import_module(f"lims.api.{noun}")
    app.url_map.converters.update(row_id=RowId, anything=Anything)
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    blueprint.before_request(access.who)
    blueprint.register_error_handler(LimsError, problem.of_error)
    blueprint.register_error_handler(HTTPException, problem.of_http)
    blueprint.register_error_handler(Exception, problem.of_fault)
    for operation in OPERATIONS:
        view = access.needs(operation)(door.view(operation))
        blueprint.add_url_rule(operation.route, operation.name, view, methods=[operation.method])
    blueprint.add_url_rule("/openapi.json", "openapi", _contract)
    blueprint.add_url_rule("/<anything:rest>", "unknown", _unknown, methods=list(METHODS))
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


@public
def _contract() -> Any:
    return Response(openapi.text(), content_type="application/json")


def _unknown(rest: str) -> Any:
    allowed = allowed_at("/" + rest)
    raise MethodNotAllowed(valid_methods=allowed) if allowed else NotFound()


setattr(_unknown, MARK, "public")

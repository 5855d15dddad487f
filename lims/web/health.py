"""Is it alive, is it ready, how much did it do: for machines that watch."""

from __future__ import annotations

import time
from collections import Counter
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from lims.domain.rules.actor import SYSTEM
from lims.persistence import schema
from lims.services import account
from lims.services.transaction import view
from lims.web.access import public
from lims.web.unit import now, place

blueprint = Blueprint("health", __name__)
LOOPBACK = ("127.0.0.1", "::1")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SCOPE = "metrics"


class Load:
    """Answers and the seconds they took, by route; counted in memory, since the start of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[str, float] = {}

    def note(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        with self._lock:
            self._answers[endpoint, method, status] += 1
            self._seconds[endpoint] = self._seconds.get(endpoint, 0.0) + seconds

    def lines(self) -> str:
        """In Prometheus' text format."""
        with self._lock:
            answers, seconds = sorted(self._answers.items()), sorted(self._seconds.items())
        told = ["# HELP lims_requests_total Answers given.", "# TYPE lims_requests_total counter"]
        told += [
            f'lims_requests_total{{endpoint="{endpoint}",method="{method}",status="{status}"}} {count}'
            for (endpoint, method, status), count in answers
        ]
        told += ["# HELP lims_request_seconds_total Time spent answering.", "# TYPE lims_request_seconds_total counter"]
        told += [f'lims_request_seconds_total{{endpoint="{endpoint}"}} {spent:.6f}' for endpoint, spent in seconds]
        return "\n".join(told) + "\n"


def install(app: Flask) -> None:
    load = app.extensions["lims_load"] = Load()

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(answer: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        load.note(request.endpoint or "none", method, answer.status_code, time.perf_counter() - g.began)
        return answer


@blueprint.get("/healthz")
@public
def alive() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> Any:
    """Whether the database answers and is at this program's schema; a proxy sends nobody here while it is not."""
    try:
        why = schema.gap(place().engine)
    except Exception:
        current_app.logger.exception("not ready")
        return {"status": "not ready"}, 503
    if why:
        return {"status": "not ready", "reason": why, "do": "lims upgrade"}, 503
    return {"status": "ready"}


@blueprint.get("/metrics")
@public
def metrics() -> Any:
    """From this machine, or with a token of the scope ``metrics``; to anybody else there is nothing here."""
    if request.remote_addr not in LOOPBACK and not _has_token():
        abort(404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    load: Load = current_app.extensions["lims_load"]
    return Response(generate_latest().decode() + load.lines(), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return False
    with view(place(), SYSTEM, now()) as tx:
        actor = account.by_token(tx, secret.strip())
    return actor is not None and bool((actor.scopes or frozenset()) & {SCOPE, "*"})

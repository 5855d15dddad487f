"""Is it alive, is it ready, how much did it do: for machines that watch."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from lims.domain.rules.actor import SYSTEM
from lims.services import account
from lims.services.transaction import view
from lims.web.access import public
from lims.web.unit import now, place

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> dict[str, str]:
    with view(place(), SYSTEM, now()) as tx:
        account.listing(tx)
    return {"status": "ready"}


@blueprint.get("/metrics")
@public
def metrics() -> Any:
    """Loopback only."""
    if request.remote_addr not in ("127.0.0.1", "::1"):
        abort(404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

"""Who calls: the person or device behind a bearer token, and whether right and scope cover it; never by a cookie."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request
from werkzeug.exceptions import Unauthorized

from lims.api.operation import ANYBODY, PUBLIC, Operation
from lims.domain.rules.actor import SYSTEM, Actor
from lims.domain.rules.errors import Forbidden
from lims.services import account, device
from lims.services.transaction import view
from lims.web import access, unit


def who() -> None:
    """Before every call: whoever the token belongs to; nobody where there is none."""
    g.actor = None
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        with view(unit.place(), SYSTEM, unit.now()) as tx:
            g.actor = device.by_token(tx, secret.strip()) or account.by_token(tx, secret.strip())


def needs(operation: Operation) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same declaration of a right as on a page, with the token's scopes on top."""
    if operation.right == PUBLIC:
        return access.public
    inner = access.signed_in if operation.right == ANYBODY else access.needs(operation.right)

    def decorate(do: Callable[..., Any]) -> Callable[..., Any]:
        guarded = inner(do)

        @wraps(guarded)
        def with_token(*args: Any, **kwargs: Any) -> Any:
            if g.actor is None:
                raise Unauthorized()
            if device.is_device(g.actor) and operation.right != device.DELIVER:
                raise Forbidden("NOT_IN_SCOPE", action=operation.right)
            if operation.right != ANYBODY and not in_scope(g.actor, operation.right):
                raise Forbidden("NOT_IN_SCOPE", action=operation.right)
            return guarded(*args, **kwargs)

        return with_token

    return decorate


def in_scope(actor: Actor, action: str) -> bool:
    scopes = actor.scopes
    return scopes is None or bool(scopes & {"*", action, action.partition(":")[0]})

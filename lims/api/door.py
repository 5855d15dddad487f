"""One way through the door for every operation: read the call, prove, do it once, answer. Knows no noun."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Response, request
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from lims.api.body import Body
from lims.api.operation import Operation
from lims.api.problem import Malformed, PreconditionFailed, Unproven, unprocessable
from lims.domain.rules.audit import canonical
from lims.domain.rules.errors import BadInput, Conflict, Forbidden
from lims.services import idempotency
from lims.services.answering import afterwards
from lims.services.idempotency import Kept
from lims.services.transaction import Signature
from lims.web import unit


def view(operation: Operation) -> Callable[..., Response]:
    def run(**path: Any) -> Response:
        fields = request.form.values() if operation.file else ()  # reading a form uses up the body
        if any("\0" in text for text in (request.path, *request.args.values(), *fields)):
            raise BadInput("HIDDEN_CHARACTERS", field="path")
        return _write(operation, path) if operation.writes else _read(operation, path)

    run.__name__ = operation.name
    return run


def _read(operation: Operation, path: dict[str, Any]) -> Response:
    query = None
    if operation.query is not None:
        query = _valid(lambda: operation.query.model_validate(request.args.to_dict()))  # type: ignore[union-attr]
    with unit.reading() as tx:
        answer = operation.do(tx, query, **path)
        if operation.media_type != "application/json":
            return Response(answer, content_type=operation.media_type)
        return _answered(200, _text(operation, answer))


def _write(operation: Operation, path: dict[str, Any]) -> Response:
    body, digest = _body(operation)
    if operation.if_match:
        path = {**path, "version": _version()}
    key = request.headers.get("Idempotency-Key")
    signature = _signature(operation, body)
    try:
        kept = _once(operation, body, path, key, digest, signature)
    except Conflict as error:
        if operation.if_match and path["version"] is not None and "version" in error.params:
            raise PreconditionFailed(error.code, **error.params) from error
        if key is None or error.code != "TAKEN":
            raise
        kept = _once(operation, body, path, key, digest, signature)  # another call with this key came first
    return _answered(kept.status, kept.body)


def _once(
    operation: Operation, body: Any, path: dict[str, Any], key: str | None, digest: str, signature: Signature | None
) -> Kept:
    """The act and its answer in one unit of work; a known key only gives its answer back."""
    with unit.writing(signature) as tx:
        kept = idempotency.claim(tx, key, digest) if key is not None else None
        if kept is not None:
            return kept
        answer = operation.do(tx, body, **path)
        if operation.then is not None:
            with afterwards(tx) as after:
                answer = operation.then(after, answer)
        kept = Kept(operation.status, _text(operation, answer))
        if key is not None:
            idempotency.keep(tx, key, kept)
        return kept


def _body(operation: Operation) -> tuple[Any, str]:
    """The body as the operation's model, and a digest of the whole call without the password in it."""
    if operation.file:
        return _form(operation)
    if operation.body is None:
        return None, _digest("")
    raw = request.get_data()
    if b"\\u0000" in raw or b"\0" in raw:
        raise BadInput("HIDDEN_CHARACTERS", field="body")
    if raw and not request.is_json:
        raise UnsupportedMediaType()
    try:
        json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise Malformed("NOT_JSON") from None
    body = _valid(lambda: operation.body.model_validate_json(raw or b"{}"))  # type: ignore[union-attr]
    return body, _digest(canonical(_without_password(body)))


def _form(operation: Operation) -> tuple[Any, str]:
    """A multipart form: its fields as the model, and the file's bytes beside them."""
    assert operation.body is not None
    upload = request.files.get("file")
    if upload is None:
        raise BadInput("FIELD_NEEDED", field="file")
    strange = sorted(set(request.files) - {"file"})
    if strange:
        raise BadInput("UNKNOWN_FIELD", field=strange[0])
    fields = _valid(lambda: operation.body.model_validate(request.form.to_dict()))  # type: ignore[union-attr]
    content, name = upload.read(), upload.filename or "file"
    sent = {**fields.model_dump(mode="json"), "file": hashlib.sha256(content).hexdigest()}
    return (fields, name, content), _digest(canonical(sent))


def _without_password(body: Body) -> dict[str, Any]:
    tree = body.model_dump(mode="json")
    if isinstance(tree.get("signature"), dict):
        tree["signature"] = {"meaning": tree["signature"].get("meaning")}
    return tree


def _digest(content: str) -> str:
    return hashlib.sha256(f"{request.method} {request.path}\n{content}".encode()).hexdigest()


def _valid(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValidationError as error:
        raise unprocessable(error) from None


def _signature(operation: Operation, body: Any) -> Signature | None:
    if not operation.signs:
        return None
    try:
        return unit.signature(body.signature.password, body.signature.meaning)
    except Forbidden as error:
        raise Unproven(error.code, **error.params) from error


def _version() -> int | None:
    """The version in If-Match; ``*`` or none takes whatever is there."""
    text = request.headers.get("If-Match", "").strip()
    if text in ("", "*"):
        return None
    bare = text.strip('"')
    if not bare.isdigit() or len(bare) > 9:
        raise BadInput("NOT_AN_ETAG", field="If-Match", text=text[:40])
    return int(bare)


@cache
def adapter(answer: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answer)


def _text(operation: Operation, answer: Any) -> str:
    return adapter(operation.answer).dump_json(answer).decode()


def _answered(status: int, text: str) -> Response:
    """An answer with a version carries it as its ETag."""
    response = Response(text, status, content_type="application/json")
    tree = json.loads(text)
    if isinstance(tree, dict) and isinstance(tree.get("version"), int):
        response.headers["ETag"] = f'"{tree["version"]}"'
    return response

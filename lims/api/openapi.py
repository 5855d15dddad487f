"""The contract as OpenAPI 3.1, made from the declared operations and nothing else."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from lims.api.body import Answer
from lims.api.door import adapter
from lims.api.operation import OPERATIONS, PREFIX, PUBLIC, Operation

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"


class RefusalAnswer(Answer):
    code: str
    params: dict[str, Any]
    detail: str


class FieldError(Answer):
    field: str
    code: str
    detail: str


class Problem(Answer):
    """RFC 9457. ``code`` is stable, ``detail`` is in the caller's language (Accept-Language)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    params: dict[str, Any]
    refusals: list[RefusalAnswer] | None = None
    errors: list[FieldError] | None = None
    reference: str | None = None


@cache
def text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=1)


def document() -> dict[str, Any]:
    schemas, components = _schemas()
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LIMS API", "version": VERSION,
            "description": "Measured values are strings and keep their digits; unknown fields are refused.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _schemas() -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """A schema for each body and answer, and the components that they share."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [("problem", "serialization", TypeAdapter(Problem))]
    for one in OPERATIONS:
        if one.answer is not bytes:
            wanted.append((f"{one.name}:answer", "serialization", adapter(one.answer)))
        if one.body is not None:
            wanted.append((f"{one.name}:body", "validation", adapter(one.body)))
        if one.query is not None:
            wanted.append((f"{one.name}:query", "validation", adapter(one.query)))
    found, shared = TypeAdapter.json_schemas(wanted, ref_template=REF)
    return {(key, mode): schema for (key, mode), schema in found.items()}, shared["$defs"]


def _operation(one: Operation, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name, "tags": [one.tag], "summary": one.summary,
        "description": f"Right: `{one.right}`.", "parameters": [*_in_path(one), *_in_query(one), *_in_header(one)],
        "responses": _responses(one, schemas),
    }  # fmt: skip
    if one.right == PUBLIC:
        described["security"] = []
    if one.body is not None:
        described["requestBody"] = _request_body(one, schemas)
    return described


def _in_path(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == "int:" else "string"}}
        for kind, name in re.findall(r"<(\w+:)?(\w+)>", one.rule)
    ]


def _in_query(one: Operation) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    fields = adapter(one.query).json_schema()["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in fields.items()]


def _in_header(one: Operation) -> list[dict[str, Any]]:
    def header(name: str, description: str) -> dict[str, Any]:
        return {"name": name, "in": "header", "required": False, "description": description,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200}}  # fmt: skip

    found = []
    if one.writes:
        found.append(header("Idempotency-Key", "the same key and body again give the same answer"))
    if one.if_match:
        found.append(header("If-Match", "the ETag that was seen; another version answers 412 with both values"))
    return found


def _request_body(one: Operation, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    assert one.body is not None
    schema = schemas[(f"{one.name}:body", "validation")]
    needed = one.file or any(field.is_required() for field in one.body.model_fields.values())
    if not one.file:
        return {"required": needed, "content": {"application/json": {"schema": schema, "example": dict(one.example)}}}
    file = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
    own = one.body.model_json_schema()
    form = {**own, "properties": {**own["properties"], **file["properties"]},  # type: ignore[dict-item]
            "required": [*own.get("required", []), "file"]}  # fmt: skip
    return {"required": True, "content": {"multipart/form-data": {"schema": form, "example": dict(one.example)}}}


def _responses(one: Operation, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    codes = [500]
    if one.right != PUBLIC:
        codes += [401, 403]
    if "<" in one.rule or one.writes:
        codes.append(404)
    if one.query is not None or one.writes:
        codes.append(422)
    if one.writes:
        codes += [400, 409, 413, 415]
    if one.if_match:
        codes.append(412)
    if one.signs or one.right == PUBLIC:
        codes.append(429)
    answers = {str(code): _problem(schemas) for code in sorted(codes)}
    return {str(one.status): _good(one, schemas), **answers}


def _good(one: Operation, schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    if one.answer is bytes:
        binary = {"type": "string", "format": "binary"}
        return {"description": one.summary, "content": {one.media_type: {"schema": binary}}}
    schema = schemas[(f"{one.name}:answer", "serialization")]
    return {"description": one.summary, "content": {"application/json": {"schema": schema}}}


def _problem(schemas: dict[tuple[str, str], Any]) -> dict[str, Any]:
    return {
        "description": "Problem",
        "content": {"application/problem+json": {"schema": schemas[("problem", "serialization")]}},
    }

"""What an operation of the API is, declared once: route, contract, right and handler. Knows no HTTP library."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lims.api.body import Body, Query

PREFIX = "/api/v1"
PUBLIC, ANYBODY = "public", "signed_in"
ROW_ID = "[0-9]{1,9}"
ANYTHING = "(?s:.+)"


@dataclass(frozen=True)
class Operation:
    """``do(tx, body or query, **path)`` is the handler; ``then(tx, its return)`` shows what a write did."""

    name: str
    method: str
    rule: str
    right: str
    summary: str
    answer: Any
    do: Callable[..., Any]
    then: Callable[..., Any] | None = None
    body: type[Body] | None = None
    query: type[Query] | None = None
    status: int = 200
    tag: str = ""
    signs: bool = False
    if_match: bool = False
    file: bool = False
    media_type: str = "application/json"
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def route(self) -> str:
        """The rule for the router; an id with more digits than a row can have is no path at all."""
        return self.rule.replace("<int:", "<row_id:").replace("<path:", "<anything:")

    @property
    def path(self) -> str:
        """The route as OpenAPI writes it: ``/samples/{no}``."""
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.rule)


OPERATIONS: list[Operation] = []


def reads(rule: str, right: str, answer: Any, summary: str, *, query: type[Query] | None = None, **more: Any) -> Any:
    """Declare a GET: the function is ``f(tx, query, **path)``."""

    def declare(do: Callable[..., Any]) -> Callable[..., Any]:
        _add(do, "GET", rule, right, answer, summary, query=query, **more)
        return do

    return declare


def writes(
    method: str, rule: str, right: str, answer: Any, summary: str, *, body: type[Body] | None = None, **more: Any
) -> Any:
    """Declare a POST or PUT: the function is ``f(tx, body, **path)``."""

    def declare(do: Callable[..., Any]) -> Callable[..., Any]:
        _add(do, method, rule, right, answer, summary, body=body, **more)
        return do

    return declare


def _add(do: Callable[..., Any], method: str, rule: str, right: str, answer: Any, summary: str, **more: Any) -> None:
    noun = do.__module__.rpartition(".")[2]
    name = f"{noun}_{do.__name__.strip('_')}"
    OPERATIONS.append(Operation(name, method, rule, right, summary, answer, do, tag=noun, **more))


def allowed_at(path: str) -> list[str]:
    """The methods that a path knows; empty where there is no such path."""
    return sorted({one.method for one in OPERATIONS if re.fullmatch(_pattern(one.rule), path)})


def _pattern(rule: str) -> str:
    parts = re.split(r"(<(?:\w+:)?\w+>)", rule)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if not part.startswith("<"):
        return re.escape(part)
    return {"int": ROW_ID, "path": ANYTHING}.get(part[1:-1].partition(":")[0], "[^/]+")

"""A reading process's answer as one line of JSON, and back; what comes back is checked, never trusted.

It knows the values of a parsed file and the tree of refusals, no process and no pipe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from instruments import errors
from instruments.reading import Notice, Parsed, Reading, Source
from instruments.recipes.proposal import Proposal
from lims.domain.rules.errors import LimsError

_PARAM_LONGEST = 2_000


def answer_of(parsed: Parsed) -> dict[str, Any]:
    readings = [
        (r.sample_id, r.analyte, r.value, r.unit, r.flag, r.role, r.quantity, r.source.sheet, r.source.column,
         r.source.line, dict(r.extra))
        for r in parsed.readings
    ]
    notices = [(notice.code, _plain(notice.params)) for notice in parsed.notices]
    return {"parsed": [parsed.adapter, parsed.version, parsed.encoding, parsed.result_cells, parsed.skipped,
                       notices, readings]}


def proposal_of(proposal: Proposal) -> dict[str, Any]:
    reasons = [(reason.code, _plain(reason.params)) for reason in proposal.reasons]
    return {"proposal": [json.dumps(proposal.recipe), reasons, proposal.sheet, proposal.line, proposal.reads]}


def refusal_of(error: LimsError) -> dict[str, Any]:
    return {"refused": [type(error).__name__, error.code, _plain(error.params),
                        getattr(error, "adapter", None)]}


def line_of(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def result_of(line: bytes) -> Parsed | Proposal:
    """What was asked for, or the refusal it was answered with, raised. ValueError where the line is neither."""
    try:
        answer = json.loads(line)
        if "proposal" in answer:
            return _proposal(*answer["proposal"])
        if "refused" not in answer:
            return _parsed(answer["parsed"])
        error = _error(*answer["refused"])
    except (KeyError, TypeError, IndexError, RecursionError) as broken:
        raise ValueError("not an answer") from broken
    raise error


def _parsed(parts: Sequence[Any]) -> Parsed:
    adapter, version, encoding, cells, skipped, notices, readings = parts
    said = tuple(_reading(row) for row in readings)
    left = tuple((_text(reason), _count(count)) for reason, count in skipped)
    if _count(cells) != len(said) + sum(count for _, count in left):
        raise ValueError("the account does not balance")
    return Parsed(_text(adapter), _text(version), _text(encoding), said, left,
                  tuple(Notice(_text(code), MappingProxyType(_params(params))) for code, params in notices), cells)


def _proposal(recipe: str, reasons: Sequence[Any], sheet: str, line: int, reads: bool) -> Proposal:
    document = json.loads(recipe)
    if not isinstance(document, dict):
        raise ValueError("not a recipe")
    return Proposal(document, tuple(Notice(_text(code), MappingProxyType(_params(params))) for code, params in reasons),
                    _text(sheet), _count(line), bool(reads))


def _reading(row: Sequence[Any]) -> Reading:
    sample, analyte, value, unit, flag, role, quantity, sheet, column, line, extra = row
    "".join((sample, analyte, value, unit, flag, role, quantity, sheet, column))  # TypeError unless all are texts
    if extra:
        "".join(extra.values())
    return Reading(sample, analyte, value, unit, flag, role, quantity, Source(sheet, _count(line), column), extra)


def _error(kind: str, code: str, params: Mapping[str, Any], adapter: str | None) -> LimsError:
    """The error as it was raised, made without its own constructor so that code and parameters stay as they were."""
    known: Mapping[str, type[LimsError]] = {
        cls.__name__: cls
        for cls in (errors.FileRefused, errors.NotRecognised, errors.Ambiguous, errors.NothingToImport,
                    errors.RecipeError, errors.UnknownAdapter, errors.AdapterFault)
    }
    cls = known.get(_text(kind), errors.AdapterFault)
    error = cls.__new__(cls)
    LimsError.__init__(error, _text(code), **_params(params))
    if isinstance(error, errors.FileRefused):
        error.adapter = None if adapter is None else _text(adapter)
    if isinstance(error, errors.Ambiguous):
        error.candidates = tuple(_text(key) for key in params["candidates"])
    return error


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): _plain_value(value) for name, value in params.items()}


def _plain_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (tuple, list)):
        return [_plain_value(item) for item in value]
    return str(value)[:_PARAM_LONGEST]


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    return {_text(name): _tupled(value) for name, value in params.items()}


def _tupled(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tupled(item) for item in value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise ValueError("not a plain value")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return value

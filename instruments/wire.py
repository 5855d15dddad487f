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
from instruments.recipes.look import Look, SheetTop
from instruments.recipes.proposal import Proposal
from lims.domain.rules.errors import LimsError

_PARAM_LONGEST = 2_000
_TEXTS = 7


def answer_of(parsed: Parsed) -> dict[str, Any]:
    said = parsed.readings
    places = [reading.source for reading in said]
    texts = [*zip(*said, strict=True)][:_TEXTS] + [[p.sheet for p in places], [p.column for p in places]]
    readings = [list(map(_packed, texts)), [place.line for place in places], *_extras_packed(said)]
    notices = [(notice.code, _plain(notice.params)) for notice in parsed.notices]
    return {"parsed": [parsed.adapter, parsed.version, parsed.encoding, parsed.result_cells, parsed.skipped,
                       notices, readings]}


def proposal_of(proposal: Proposal) -> dict[str, Any]:
    reasons = [(reason.code, _plain(reason.params)) for reason in proposal.reasons]
    return {"proposal": [json.dumps(proposal.recipe), reasons, proposal.sheet, proposal.line, proposal.reads]}


def look_of(look: Look) -> dict[str, Any]:
    proposed = proposal_of(look.proposal)["proposal"] if look.proposal else None
    return {"look": [[(top.name, top.rows, top.lines) for top in look.sheets], proposed]}


def refusal_of(error: LimsError) -> dict[str, Any]:
    return {"refused": [type(error).__name__, error.code, _plain(error.params),
                        getattr(error, "adapter", None)]}


def line_of(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"


def result_of(line: bytes) -> Parsed | Proposal | Look:
    """What was asked for, or the refusal it was answered with, raised. ValueError where the line is neither."""
    try:
        answer = json.loads(line)
        if "look" in answer:
            return _look(*answer["look"])
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
    said = _readings(readings)
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


def _look(sheets: Sequence[Any], proposed: Sequence[Any] | None) -> Look:
    tops = tuple(
        SheetTop(_text(name), _count(rows), tuple((_count(line), tuple(map(_text, cells))) for line, cells in lines))
        for name, rows, lines in sheets
    )
    return Look(tops, _proposal(*proposed) if proposed is not None else None)


def _packed(column: Sequence[str]) -> Sequence[str]:
    """Most columns say one thing all the way down; such a one is sent as a single text."""
    return column[0] if column and column.count(column[0]) == len(column) else column


def _extras_packed(said: Sequence[Reading]) -> tuple[list[tuple[str, ...]], list[int], list[str]]:
    """The sets of names that occur, which of them each reading has, and all texts one after the other."""
    shapes: dict[tuple[str, ...], int] = {}
    which = [shapes.setdefault(tuple(reading.extra), len(shapes)) for reading in said]
    return list(shapes), which, [text for reading in said for text in reading.extra.values()]


def _readings(packed: Sequence[Any]) -> tuple[Reading, ...]:
    """The readings of a file come column by column, so that each column is checked in one go."""
    texts, lines, shapes, which, beside = packed
    if not all(type(line) is int and line >= 0 for line in lines):
        raise ValueError("not a count")
    columns = [_column(text, len(lines)) for text in texts]
    extras = _extras(shapes, which, beside)
    if len(extras) != len(lines):
        raise ValueError("columns of unlike length")
    *plain, sheets, headers = columns
    return tuple(map(Reading, *plain, map(Source, sheets, lines, headers), extras))


def _column(packed: Any, length: int) -> Sequence[str]:
    if isinstance(packed, str):
        return [packed] * length
    "".join(packed)  # TypeError unless all are texts
    if len(packed) != length:
        raise ValueError("columns of unlike length")
    return packed


def _extras(shapes: Sequence[Sequence[str]], which: Sequence[int], beside: Sequence[str]) -> list[dict[str, str]]:
    "".join(beside)
    for shape in shapes:
        "".join(shape)
    if sum(len(shapes[number]) for number in which) != len(beside):
        raise ValueError("extras of unlike length")
    texts = iter(beside)
    return [dict(zip(shapes[number], texts, strict=False)) for number in which]


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

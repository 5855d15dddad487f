"""``lims read FILE``: what an instrument file says, one reading a line, and the account of it last.

It stores nothing and matches nothing; it shows what the importer would see, read in a process apart as there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instruments.errors import FileRefused, RecipeError, UnknownAdapter
from instruments.reading import Parsed, Reading
from instruments.sandbox import MAX_BYTES, parse_apart
from lims.domain.rules.errors import LimsError

ANSWERED, FAULT, MALFORMED, REFUSED = 0, 1, 2, 3


def main(argv: list[str]) -> int:
    """Exit 0 read, 3 understood and refused, 2 the caller's words are malformed, 1 a fault of the program."""
    try:
        words = _parser().parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    _speak_utf8()
    if words.list:
        return _list()
    if words.file is None:
        return _malformed("read: FILE is missing")
    try:
        data = _bytes_of(words.file)
    except OSError as error:
        return _malformed(f"read: {words.file}: {error.strerror or error}")
    return _read(words, data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims read", description="Read an instrument file.")
    parser.add_argument("file", nargs="?", metavar="FILE", help="the file, or - for standard input")
    parser.add_argument("--adapter", metavar="KEY", help="the adapter of the instrument; it may only refuse")
    parser.add_argument("--recipe", metavar="FILE.json|KEY", help="a layout without code")
    parser.add_argument("--list", action="store_true", help="list adapters and shipped recipes")
    return parser


def _bytes_of(name: str) -> bytes:
    """At most one byte more than may be read, so that a huge file is refused without being held."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _read(words: argparse.Namespace, data: bytes) -> int:
    if words.adapter and words.recipe:
        return _malformed("read: --adapter and --recipe exclude each other")
    try:
        parsed = _parsed(words, data)
    except OSError as error:
        return _malformed(f"read: {words.recipe}: {error.strerror or error}")
    except RecipeError as error:
        return _malformed(f"read: {words.recipe}: {error.params['field']}: {error.params['because']}")
    except UnknownAdapter as error:
        known = ", ".join(error.params["known"])
        return _malformed(f"read: no adapter {error.params['key']!r}; known: {known}")
    except FileRefused as error:
        return _refused(words.adapter or error.adapter, error)
    except LimsError as error:
        print(f"read: fault of the program: {error}", file=sys.stderr)
        return FAULT
    for reading in parsed.readings:
        _say(_reading(reading))
    _say({"summary": _summary(parsed)})
    return ANSWERED


def _parsed(words: argparse.Namespace, data: bytes) -> Parsed:
    """A recipe is a file where it ends in .json, else the key of a shipped one."""
    name = "" if words.file == "-" else Path(words.file).name
    if words.recipe and words.recipe.lower().endswith(".json"):
        return parse_apart(data, recipe=Path(words.recipe).read_bytes(), name=name)
    return parse_apart(data, words.recipe or words.adapter, name=name)


def _list() -> int:
    from instruments import registry  # every adapter is loaded for the list alone

    for adapter in registry.everyone():
        _say({"key": adapter.key, "kind": adapter.kind, "tried_on_real_files": adapter.tried_on_real_files,
              "version": adapter.version, "technique": adapter.technique})
    return ANSWERED


def _reading(reading: Reading) -> dict[str, Any]:
    source = reading.source
    return {
        "sample_id": reading.sample_id, "analyte": reading.analyte, "value": reading.value,
        "unit": reading.unit, "flag": reading.flag, "role": reading.role, "quantity": reading.quantity,
        "source": {"sheet": source.sheet, "line": source.line, "column": source.column},
        **reading.extra,
    }


def _summary(parsed: Parsed) -> dict[str, Any]:
    return {
        "adapter": parsed.adapter, "version": parsed.version, "encoding": parsed.encoding,
        "result_cells": parsed.result_cells, "emitted": len(parsed.readings),
        "skipped": [{"reason": reason, "count": count} for reason, count in parsed.skipped],
        "notices": [{"code": notice.code, **notice.params} for notice in parsed.notices],
    }


def _refused(adapter: str | None, error: FileRefused) -> int:
    _say({"summary": {
        "adapter": adapter, "encoding": None, "result_cells": 0, "emitted": 0, "skipped": [], "notices": [],
        "candidates": list(error.params.get("candidates", ())), "reason": error.code,
        "detail": {key: value for key, value in error.params.items() if key != "candidates"},
    }})
    return REFUSED


def _malformed(message: str) -> int:
    print(message, file=sys.stderr)
    return MALFORMED


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False))


def _speak_utf8() -> None:
    """Answers are UTF-8 whatever the terminal's locale says."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8")

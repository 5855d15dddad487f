"""``lims limits check|import|waiting``: a library of limits from a CSV or XLSX file, for who keeps the installation.

What is imported here is put in force by the system itself; people propose and release libraries signed in.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lims import installation
from lims.cli.entry import speak_utf8
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput
from lims.services import limit_library
from lims.services.limit_library import LONGEST_NAME, Loaded, RefusedRow
from lims.services.limit_sheet import OWN, Recipe, Source, recipe_from, recipe_named, rows_of, shipped, source_of
from lims.services.transaction import Transaction, transaction, view

ANSWERED, MALFORMED, ROWS_REFUSED = 0, 2, 3


def main(argv: list[str]) -> int:
    """Exit 0: every row stands; 2: file or words cannot be read; 3: rows were refused, each told on a line."""
    words = _parser().parse_args(argv)
    speak_utf8()
    place, now = installation.opened().place, datetime.now(UTC)
    if words.verb == "waiting":
        with view(place, SYSTEM, now, "cli") as tx:
            for name, versions in limit_library.waiting(tx):
                print(json.dumps({"library": name, "versions": versions}, ensure_ascii=False))
        return ANSWERED
    file = Path(words.file)
    try:
        raw, recipe = file.read_bytes(), _recipe(words.mapping)
    except OSError:
        raise BadInput("FILE_MISSING", field="file") from None
    found = _read(raw, recipe, words.kind, file.name)
    if words.verb == "check":
        with view(place, SYSTEM, now, "cli") as tx:
            done = list(_checked(tx, found, words.kind))
    else:
        with transaction(place, SYSTEM, now, "cli") as tx:
            done = list(_loaded(tx, found, words.kind, words.source or file.name))
    return _tell(done)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims limits", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, told in (
        ("check", "what an import would do; nothing is written"),
        ("import", "put the rows in force; those that cannot stand are told and left out"),
    ):
        act = verbs.add_parser(verb, help=told)
        act.add_argument("file", metavar="FILE", help="CSV (also .gz) or XLSX; by default with limits.csv's headings")
        known = ", ".join(shipped())
        act.add_argument(
            "--mapping", "--map", metavar="NAME|FILE.json", help=f"how this source writes its table: {known}, or a file"
        )
        act.add_argument("--kind", choices=limit_library.KINDS_LOADED, default="limit")
        if verb == "import":
            act.add_argument("--source", help="the library's name in the trail; by default that of the file")
    verbs.add_parser("waiting", help="libraries that wait for release")
    return parser


def _recipe(name: str | None) -> Recipe:
    if name is None:
        return OWN
    return recipe_named(name) if name in shipped() else recipe_from(Path(name).read_text(encoding="utf-8"))


def _read(raw: bytes, recipe: Recipe, kind: str, file: str) -> Source:
    if kind == "limit":
        return source_of(raw, recipe, file)
    return Source(tuple(rows_of(raw, recipe, kind, file)), {})


def _checked(tx: Transaction, found: Source, kind: str) -> Iterator[tuple[str, Loaded]]:
    """What the source speaks of and the catalogue has not comes first; the rows may point at it."""
    coming = {}
    for of, items in found.items.items():
        new = limit_library.unknown(tx, items, of)
        told = limit_library.check(tx, new, of)
        coming[of] = {row.code for row in new} - {one.code for one in told.refused}
        yield of, told
    yield kind, limit_library.check(tx, found.rows, kind, coming)


def _loaded(tx: Transaction, found: Source, kind: str, name: str) -> Iterator[tuple[str, Loaded]]:
    for of, items in found.items.items():
        new = limit_library.unknown(tx, items, of)
        yield of, limit_library.load(tx, new, f"{name[: LONGEST_NAME - len(of) - 2]}: {of}", of)
    yield kind, limit_library.load(tx, found.rows, name, kind)


def _tell(done: list[tuple[str, Loaded]]) -> int:
    """Refused rows to standard output, one JSON object a line; the sums, by reason, behind them."""
    for kind, loaded in done:
        for one in loaded.refused:
            print(json.dumps(_as_json(kind, one), ensure_ascii=False, default=str))
    for kind, loaded in done:
        before = f"{kind}: " if len(done) > 1 else ""
        refused = loaded.refused
        print(f"{before}added {loaded.added}, unchanged {loaded.unchanged}, refused {len(refused)}", file=sys.stderr)
        for reason, rows in Counter(f"{one.reason.code} {one.field}".strip() for one in refused).most_common():
            print(f"  {rows:6d}  {reason}", file=sys.stderr)
    return ROWS_REFUSED if any(loaded.refused for _, loaded in done) else ANSWERED


def _as_json(kind: str, one: RefusedRow) -> dict[str, object]:
    params = {key: value for key, value in one.reason.params.items() if key != "field"}
    of = {} if kind == "limit" else {"kind": kind}
    return {**of, "row": one.number, "code": one.code, "field": one.field, "reason": one.reason.code, **params}

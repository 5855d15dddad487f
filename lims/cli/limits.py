"""``lims limits check|import|waiting``: a library of limits from a CSV or XLSX file, for who keeps the installation.

What is imported here is put in force by the system itself; people propose and release libraries signed in.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from lims import installation
from lims.cli.entry import speak_utf8
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput
from lims.services import limit_library
from lims.services.limit_library import Loaded, RefusedRow
from lims.services.limit_sheet import OWN, Recipe, recipe_from, rows_of
from lims.services.transaction import transaction, view

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
    try:
        raw, recipe = Path(words.file).read_bytes(), _recipe(words.map)
    except OSError:
        raise BadInput("FILE_MISSING", field="file") from None
    rows = rows_of(raw, recipe, words.kind)
    if words.verb == "check":
        with view(place, SYSTEM, now, "cli") as tx:
            loaded = limit_library.check(tx, rows, words.kind)
    else:
        with transaction(place, SYSTEM, now, "cli") as tx:
            loaded = limit_library.load(tx, rows, words.source or Path(words.file).name, words.kind)
    return _tell(loaded)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims limits", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, told in (
        ("check", "what an import would do; nothing is written"),
        ("import", "put the rows in force; those that cannot stand are told and left out"),
    ):
        act = verbs.add_parser(verb, help=told)
        act.add_argument("file", metavar="FILE", help="CSV or XLSX; by default with the headings of limits.csv")
        act.add_argument("--map", metavar="RECIPE.json", help="how this source writes its table")
        act.add_argument("--kind", choices=limit_library.KINDS_LOADED, default="limit")
        if verb == "import":
            act.add_argument("--source", help="the library's name in the trail; by default that of the file")
    verbs.add_parser("waiting", help="libraries that wait for release")
    return parser


def _recipe(name: str | None) -> Recipe:
    return OWN if name is None else recipe_from(Path(name).read_text(encoding="utf-8"))


def _tell(loaded: Loaded) -> int:
    """Refused rows to standard output, one JSON object a line; the sums, by reason, behind them."""
    for one in loaded.refused:
        print(json.dumps(_as_json(one), ensure_ascii=False, default=str))
    by_reason = Counter(f"{one.reason.code} {one.field}".strip() for one in loaded.refused)
    print(f"added {loaded.added}, unchanged {loaded.unchanged}, refused {len(loaded.refused)}", file=sys.stderr)
    for reason, rows in by_reason.most_common():
        print(f"  {rows:6d}  {reason}", file=sys.stderr)
    return ROWS_REFUSED if loaded.refused else ANSWERED


def _as_json(one: RefusedRow) -> dict[str, object]:
    params = {key: value for key, value in one.reason.params.items() if key != "field"}
    return {"row": one.number, "code": one.code, "field": one.field, "reason": one.reason.code, **params}

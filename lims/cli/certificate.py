"""``lims certificate export``: the stored PDFs, to the byte as issued."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.services import certificate
from lims.services.transaction import Installation, view

ANSWERED, MALFORMED, REFUSED = 0, 2, 3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims certificate", description=__doc__)
    export = parser.add_subparsers(dest="verb", required=True).add_parser("export")
    export.add_argument("numbers", nargs="*", metavar="NUMBER")
    export.add_argument("--all", action="store_true", help="every document that was ever issued")
    export.add_argument("--to", required=True, type=Path, metavar="DIR")
    words = parser.parse_args(argv)
    if words.all == bool(words.numbers):
        print("lims certificate: name numbers, or say --all", file=sys.stderr)
        return MALFORMED
    return _export(installation.opened().place, None if words.all else tuple(words.numbers), words.to)


def _export(place: Installation, numbers: tuple[str, ...] | None, folder: Path) -> int:
    with view(place, SYSTEM, datetime.now(UTC)) as tx:
        found = certificate.export(tx, numbers)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"lims certificate: {folder}: {error.strerror}", file=sys.stderr)
        return MALFORMED
    refused = False
    for no, digest in found:
        path, content = folder / f"{no}.pdf", place.files.get(digest)
        other = path.exists() and path.read_bytes() != content
        answer = {"number": no, "file": str(path), "sha256": digest}
        if other:
            answer["reason"] = "OTHER_FILE_THERE"
        else:
            path.write_bytes(content)
        refused = refused or other
        print(json.dumps(answer, ensure_ascii=False))
    return REFUSED if refused else ANSWERED

"""``lims backup --to DIR``: the whole installation while it works, into an empty folder; then read again."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lims import installation
from lims.services import backup
from lims.services.backup import BackupRefused

ANSWERED, MALFORMED, REFUSED = 0, 2, 3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims backup", description=__doc__)
    parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="an empty folder, or one not yet there")
    words = parser.parse_args(argv)
    place = installation.opened().place
    try:
        manifest = backup.back_up(place, words.to.resolve(), datetime.now(UTC), product_version())
    except BackupRefused as error:
        print(json.dumps({"to": str(words.to), "status": "REFUSED", "reason": error.code, **error.params}))
        return REFUSED
    except OSError as error:
        print(f"lims backup: {error.filename or words.to}: {error.strerror}", file=sys.stderr)
        return MALFORMED
    print(json.dumps({"to": str(words.to), "status": "COMPLETE", **backup.told(manifest)}, ensure_ascii=False))
    return ANSWERED


def product_version() -> str:
    try:
        return version("lims")
    except PackageNotFoundError:
        return "unknown"

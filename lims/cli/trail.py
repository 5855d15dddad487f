"""``lims trail verify``: whether the audit trail and every row it speaks of still agree."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput
from lims.services import trail_check
from lims.services.trail_check import Checked
from lims.services.transaction import Installation, view

ANSWERED, MALFORMED, REFUSED = 0, 2, 3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims trail", description=__doc__)
    verify = parser.add_subparsers(dest="verb", required=True).add_parser("verify", help="check every event and row")
    verify.add_argument("--object", metavar="NO", default="", help="only the objects of this number")
    words = parser.parse_args(argv)
    try:
        found = checked(installation.opened().place, words.object)
    except BadInput:
        print(f"lims trail: no event speaks of {words.object!r}", file=sys.stderr)
        return MALFORMED
    print(json.dumps(told(found), ensure_ascii=False))
    return ANSWERED if found.intact else REFUSED


def checked(place: Installation, object_no: str = "") -> Checked:
    with view(place, SYSTEM, datetime.now(UTC)) as tx:
        return trail_check.check(tx, object_no)


def told(found: Checked) -> dict[str, object]:
    if found.bad is None:
        return {"events": found.events, "status": "INTACT", "objects": found.objects}
    return {"events": found.events, "status": "BROKEN", "objects": found.objects, "first_bad": asdict(found.bad)}

"""``lims token new``: an API token of a person, printed once."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.services import account
from lims.services.transaction import transaction


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims token", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new")
    new.add_argument("--user", required=True)
    new.add_argument(
        "--scopes", default="*", help="rights or their nouns, separated by commas; * for all of the person's"
    )
    new.add_argument("--days", type=int, default=None)
    words = parser.parse_args(argv)
    scopes = [scope for scope in words.scopes.replace(",", " ").split() if scope]
    with transaction(installation.opened().place, SYSTEM, datetime.now(UTC), "cli") as tx:
        secret = account.new_token(tx, account.by_name(tx, words.user), scopes, words.days)
    print(json.dumps({"user": words.user, "token": secret, "scopes": scopes}))
    return 0

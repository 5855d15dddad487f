"""``lims user add|list``: people of the installation, for those who administer its machine."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.services import account
from lims.services.transaction import transaction


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims user", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add")
    add.add_argument("name")
    add.add_argument("--roles", required=True, help="separated by commas")
    add.add_argument("--password-stdin", action="store_true", help="else a one-time invitation is printed")
    add.add_argument("--name-zh", default="")
    add.add_argument("--name-en", default="")
    add.add_argument("--ports", default="", help="codes of customs offices, separated by commas")
    add.add_argument("--language", choices=("zh", "en"), default="zh")
    verbs.add_parser("list")
    words = parser.parse_args(argv)
    place = installation.opened().place
    with transaction(place, SYSTEM, datetime.now(UTC), "cli") as tx:
        if words.verb == "list":
            for row in account.listing(tx):
                print(
                    json.dumps({"name": row.username, "roles": sorted(r.name for r in row.roles), "active": row.active})
                )
            return 0
        password = sys.stdin.readline().rstrip("\r\n") if words.password_stdin else None
        new = account.NewUser(
            words.name,
            tuple(filter(None, words.roles.split(","))),
            words.name_zh,
            words.name_en,
            words.ports,
            words.language,
        )
        row = account.add_user(tx, new, password)
        answer: dict[str, object] = {"name": row.username, "id": row.id, "roles": list(new.roles)}
        if password is None:
            answer["invitation"] = f"{place.public_url}/invitation/{account.invite(tx, row.id)}"
    print(json.dumps(answer))
    return 0

"""``lims user add|list|roles|invite|close|reopen``: people of the installation, for who administers its machine."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.services import account
from lims.services.transaction import Transaction, transaction

Answer = dict[str, Any]


def main(argv: list[str]) -> int:
    words = _parser().parse_args(argv)
    place = installation.opened().place
    with transaction(place, SYSTEM, datetime.now(UTC), "cli") as tx:
        answers = ACTS[words.verb](tx, words)
    for answer in answers:
        print(json.dumps(answer, ensure_ascii=False))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims user", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="a new person")
    add.add_argument("name")
    add.add_argument("--roles", required=True, help="separated by commas")
    add.add_argument("--password-stdin", action="store_true", help="else a one-time invitation is printed")
    add.add_argument("--name-zh", default="")
    add.add_argument("--name-en", default="")
    add.add_argument("--ports", default="", help="codes of customs offices, separated by commas")
    add.add_argument("--language", choices=("zh", "en"), default="zh")
    verbs.add_parser("list", help="everybody, one JSON object a line")
    for verb, words in (
        ("invite", "a new one-time link to choose a password with; the old password works until it is used"),
        ("close", "the person may no longer come in: sessions and tokens stop at once, records stay"),
        ("reopen", "the person may come in again"),
    ):
        act = verbs.add_parser(verb, help=words)
        act.add_argument("name")
        act.add_argument("--reason", default="", help="stands in the trail")
    roles = verbs.add_parser("roles", help="all roles of the person from now on")
    roles.add_argument("name")
    roles.add_argument("--set", required=True, metavar="ROLE,ROLE", help="separated by commas; '' for none")
    roles.add_argument("--reason", required=True, help="stands in the trail")
    return parser


def _add(tx: Transaction, words: argparse.Namespace) -> list[Answer]:
    password = sys.stdin.readline().rstrip("\r\n") if words.password_stdin else None
    roles = tuple(filter(None, words.roles.split(",")))
    new = account.NewUser(words.name, roles, words.name_zh, words.name_en, words.ports, words.language)
    row = account.add_user(tx, new, password)
    answer: Answer = {"name": row.username, "id": row.id, "roles": list(roles)}
    return [answer if password is not None else {**answer, "invitation": _link(tx, row.id)}]


def _list(tx: Transaction, _words: argparse.Namespace) -> list[Answer]:
    return [
        {"name": row.username, "roles": sorted(role.name for role in row.roles), "active": row.active}
        for row in account.listing(tx)
    ]


def _invite(tx: Transaction, words: argparse.Namespace) -> list[Answer]:
    row = account.by_name(tx, words.name)
    return [{"name": row.username, "invitation": _link(tx, row.id)}]


def _let_in(tx: Transaction, words: argparse.Namespace) -> list[Answer]:
    row = account.by_name(tx, words.name)
    account.set_active(tx, row, words.verb == "reopen", words.reason)
    return [{"name": row.username, "active": row.active}]


def _roles(tx: Transaction, words: argparse.Namespace) -> list[Answer]:
    row = account.by_name(tx, words.name)
    account.set_roles(tx, row, tuple(filter(None, words.set.split(","))), words.reason)
    return [{"name": row.username, "roles": sorted(role.name for role in row.roles)}]


def _link(tx: Transaction, user_id: int) -> str:
    return f"{tx.place.public_url}/invitation/{account.invite(tx, user_id)}"


ACTS: dict[str, Callable[[Transaction, argparse.Namespace], list[Answer]]] = {
    "add": _add,
    "list": _list,
    "roles": _roles,
    "invite": _invite,
    "close": _let_in,
    "reopen": _let_in,
}

"""``lims init``: makes an installation in LIMS_HOME and prints a one-time invitation for its first administrator."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from lims import installation
from lims.domain.rules.actor import ROLES, SYSTEM
from lims.persistence import schema
from lims.persistence.organisation import OrganisationRow
from lims.services import account, catalogue
from lims.services.transaction import Installation, Transaction, transaction


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims init", description=__doc__)
    parser.add_argument("--laboratory", default="LAB", help="short code at the head of document numbers")
    parser.add_argument("--name-zh", default=installation.DEFAULTS["name_zh"])
    parser.add_argument("--name-en", default=installation.DEFAULTS["name_en"])
    parser.add_argument("--zone", default=installation.DEFAULTS["zone"])
    parser.add_argument("--public-url", default=installation.DEFAULTS["public_url"])
    parser.add_argument("--admin", default="admin", help="user name of the first administrator")
    words = parser.parse_args(argv)
    folder = installation.home()
    settings = {
        "laboratory": words.laboratory,
        "name_zh": words.name_zh,
        "name_en": words.name_en,
        "zone": words.zone,
        "public_url": words.public_url.rstrip("/"),
    }
    place = install(folder, settings)
    if account.count_users(place):
        print(f"{folder}: the installation is there already; nothing was changed", file=sys.stderr)
        return 0
    with transaction(place, SYSTEM, datetime.now(UTC), "init") as tx:
        user = account.add_user(tx, account.NewUser(words.admin, ("administrator",), name_en=words.admin))
        secret = account.invite(tx, user.id)
    print(f"{settings['public_url']}/invitation/{secret}")
    print(f"installed in {folder}; the line above opens the account '{words.admin}' once", file=sys.stderr)
    return 0


def install(folder: Path, settings: dict[str, str], demo: bool = False) -> Installation:
    """Folder, keys, schema, catalogue and the laboratory's own site; doing it again adds only what is missing."""
    installation.create(folder, settings, demo)
    place = installation.opened(folder, any_schema=True).place
    print("building the database …", file=sys.stderr)
    schema.upgrade(place.engine)
    with transaction(place, SYSTEM, datetime.now(UTC), "init") as tx:
        counts = catalogue.seed(tx)
        _site(tx, settings)
    print(f"catalogue: {sum(counts.values())} items, {len(ROLES)} roles", file=sys.stderr)
    return place


def _site(tx: Transaction, settings: dict[str, str]) -> None:
    if tx.session.query(OrganisationRow).filter_by(code="SITE").first() is None:
        row = OrganisationRow(
            code="SITE",
            kind="site",
            name_zh=settings.get("name_zh", ""),
            name_en=settings.get("name_en", ""),
            country="CN",
            address="",
            contact="",
        )
        tx.add(row, "add")

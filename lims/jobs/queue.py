"""The queue that moves jobs: Huey over a file of the installation, or over the laboratory's own PostgreSQL.

Only the number of an order travels, as JSON: what a queue hands out is never turned into anything but a number, so
that whoever can write to it can at most have a job looked at twice. Losing the whole queue loses nothing either: the
orders are in the database, and every start sends the unfinished ones again.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from lims.jobs import work
from lims.services import job
from lims.services.transaction import Installation

LOG = logging.getLogger("lims.jobs")
NAME, FILE, SCHEMA = "lims", "jobs.sqlite", "lims_queue"
PATIENCE = 10
"""Seconds that a closing process waits for the item under way; one that is cut off is done on the next start."""


class Plain(Serializer):
    """Messages as JSON in place of pickles, which would run whatever somebody had put into the queue."""

    def _serialize(self, data: Any) -> bytes:
        fields = dict(zip(Message._fields, data, strict=True)) if isinstance(data, Message) else {"value": data}
        return json.dumps(fields, default=datetime.isoformat).encode()

    def _deserialize(self, data: bytes) -> Any:
        fields = json.loads(bytes(data))
        if "value" in fields:
            return fields["value"]
        for moment in ("eta", "expires_resolved"):
            if fields.get(moment):
                fields[moment] = datetime.fromisoformat(fields[moment])
        return Message(**{**fields, "args": tuple(fields["args"] or ())})


class Threads(Consumer):
    """The queue's own threads, in a process whose signals belong to somebody else."""

    def _set_signal_handlers(self) -> None:
        """Left as they are."""


class Queue:
    """The queue of one installation, with the two things that are ever asked of it."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.stopping = threading.Event()
        self.huey = _storage(place)

        @self.huey.task(name="work")
        def do(job_id: int) -> None:
            work.work(place, int(job_id), stopping=self.stopping.is_set)

        @self.huey.periodic_task(crontab(minute="*"), name="take_up")
        def take_up() -> None:
            if not self.huey.pending_count():  # otherwise there is work enough
                self.take_up()

        self._do = do

    def send(self, job_id: int, later: bool = False) -> None:
        if later:
            self._do.schedule((job_id,), delay=int(job.LEASE.total_seconds()) + 1)
        else:
            self._do(job_id)

    def consumer(self) -> Consumer:
        """Threads of this process: one for SQLite, which lets one write at a time."""
        workers = 1 if self.place.engine.dialect.name == "sqlite" else 2
        return Threads(self.huey, workers=workers, max_delay=1.0, shutdown_timeout=PATIENCE)

    def take_up(self) -> None:
        """Send every unfinished job; again a little later, as its killed worker may not yet be known to be dead."""
        for job_id in work.unfinished(self.place):
            self.send(job_id)
            self.send(job_id, later=True)


def _storage(place: Installation) -> Huey:
    """PostgreSQL keeps the queue in a schema of its own; where that may not be made, the file serves one host."""
    if place.engine.dialect.name == "postgresql":
        try:
            return _in_database(place.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
        except PermissionError:
            LOG.warning("no schema %s may be made in the database; the queue is a file of this host", SCHEMA)
    return SqliteHuey(NAME, filename=str(place.home / FILE), results=False, serializer=Plain(), timeout=15)


def _in_database(url: str) -> Huey:
    """PermissionError where the schema is not there and may not be made. Two processes may make it at once."""
    import psycopg

    def connected() -> Any:
        connection = psycopg.connect(url, autocommit=True)
        connection.execute(f"SET search_path TO {SCHEMA}")
        return connection

    try:
        return _with_schema(url, connected)
    except psycopg.errors.InsufficientPrivilege as error:
        raise PermissionError(str(error)) from error
    except (psycopg.errors.DuplicateSchema, psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation):
        return _with_schema(url, connected)


def _with_schema(url: str, connected: Callable[[], Any]) -> Huey:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regnamespace(%s)", (SCHEMA,)).fetchone() == (None,):
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
    return PostgresHuey(NAME, results=False, serializer=Plain(), connection=connected)

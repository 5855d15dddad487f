"""Does one job, item by item, each in a transaction of its own in the name of the person who ordered it."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Conflict, LimsError
from lims.domain.rules.refusal import Refusal, refusal
from lims.jobs.kinds import DO
from lims.services import job
from lims.services.job import Made, Order
from lims.services.transaction import Installation, transaction, view

LOG = logging.getLogger("lims.jobs")
TRIES = 3
"""For an item that met somebody else's change at the same row."""
BREATH = 0.15
"""Seconds between items on SQLite, which has one writer at a time: the people at the screens get theirs in between."""
Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def unfinished(place: Installation) -> list[int]:
    with view(place, SYSTEM, now()) as tx:
        return job.unfinished(tx)


def work(
    place: Installation, job_id: int, clock: Clock = now, stopping: Callable[[], bool] = lambda: False
) -> bool:
    """Take the job up at its first undone item and go on to its end; False when it is finished or another is at it.

    When the process is ``stopping`` it lays the job down between two items, for the next worker to take up at once.
    """
    worker = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with transaction(place, SYSTEM, clock(), _called(job_id)) as tx:
            claimed = job.claim(tx, job_id, worker)
    except Conflict:  # the database is busy with somebody else's work on this very row
        return False
    if not claimed:
        return False
    while _item(place, job_id, worker, clock):
        if stopping():
            with transaction(place, SYSTEM, clock(), _called(job_id)) as tx:
                job.lay_down(tx, job_id, worker)
            break
        if place.engine.dialect.name == "sqlite":
            time.sleep(BREATH)
    return True


def _called(job_id: int, n: int | None = None) -> str:
    """What the events of an item have as the request that they came with."""
    return f"job-{job_id}" if n is None else f"job-{job_id}-{n + 1}"


def _item(place: Installation, job_id: int, worker: str, clock: Clock) -> bool:
    """Do the next item or write down why not; False when there is none or the job is no longer this worker's."""
    with view(place, SYSTEM, clock()) as tx:
        order = job.ordered(tx, job_id)
    reasons: tuple[Refusal, ...] = ()
    for _ in range(TRIES):
        try:
            return _do(place, order, worker, clock)
        except Conflict as error:
            reasons = job.reasons_of(error)
        except LimsError as error:
            reasons = job.reasons_of(error)
            break
        except Exception:
            LOG.exception("job %s, item %s", job_id, order.next + 1)
            reasons = (refusal("ITEM_FAULT"),)
        time.sleep(BREATH)
    return _refuse(place, order, worker, clock, reasons)


def _do(place: Installation, order: Order, worker: str, clock: Clock) -> bool:
    with transaction(place, order.actor, clock(), _called(order.id, order.next), order.signature) as tx:
        item = job.turn(tx, order.id, worker)
        if item is None:
            return False
        if job.must_be_given_up(tx, item):
            job.finish(tx, item, Made("", "", (refusal("ITEM_GIVEN_UP"),)))
            return True
        job.signed_in_time(order)
        job.finish(tx, item, DO[order.kind](tx, order.payload, item.what))
    return True


def _refuse(place: Installation, order: Order, worker: str, clock: Clock, reasons: tuple[Refusal, ...]) -> bool:
    """What the item did was rolled back; that it was tried and why it failed is kept."""
    with transaction(place, order.actor, clock(), _called(order.id, order.next)) as tx:
        item = job.turn(tx, order.id, worker)
        if item is not None:
            job.finish(tx, item, Made("", "", reasons))
    return item is not None

"""Jobs inside this process: whether it does them itself, and the threads that do, started when there is a first one."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lims.jobs import stager, work
from lims.services.transaction import Installation

if TYPE_CHECKING:
    from lims.jobs.queue import Queue

LOG = logging.getLogger("lims.jobs")


@dataclass
class Here:
    """What this process knows of jobs. ``works`` is set by those who serve; others only send."""

    works: bool = False
    queues: dict[str, Queue] = field(default_factory=dict)
    consumers: dict[str, Any] = field(default_factory=dict)
    stagers: dict[str, threading.Event] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_here = Here()


def welcome(place: Installation, at_once: bool = False) -> None:
    """This process does jobs from now on. Looking for unfinished ones does not hold up its start.

    ``at_once`` is for one that does nothing else and hears of jobs from other processes: its threads start now.
    """
    _here.works = True
    with _here.lock:
        if _key(place) not in _here.stagers:
            _here.stagers[_key(place)] = stager.begin(place)
    threading.Thread(target=_take_up, args=(place, at_once), name="jobs-take-up", daemon=True).start()


def _take_up(place: Installation, at_once: bool) -> None:
    try:
        if at_once or work.unfinished(place):
            queue = _queue(place)
            _start(place, queue)
            queue.take_up()
    except Exception:
        LOG.exception("unfinished jobs were not taken up")


def send(place: Installation, job_id: int) -> None:
    """Have a committed order carried out. It never fails the caller: the order is kept, and a start finds it again."""
    try:
        queue = _queue(place)
        queue.send(job_id)
        if _here.works:
            _start(place, queue)
    except Exception:
        LOG.exception("job %s was ordered and could not be sent", job_id)


def rest(place: Installation) -> None:
    """Take nothing up any more, and wait a little for the item under way."""
    with _here.lock:
        consumer, queue = _here.consumers.pop(_key(place), None), _here.queues.pop(_key(place), None)
        staging = _here.stagers.pop(_key(place), None)
    if staging is not None:
        staging.set()
    if queue is not None:
        queue.stopping.set()
    if consumer is not None:
        consumer.stop(graceful=True)


def _queue(place: Installation) -> Queue:
    from lims.jobs.queue import Queue  # not before it is needed: most processes never have a job

    with _here.lock:
        if _key(place) not in _here.queues:
            _here.queues[_key(place)] = Queue(place)
        return _here.queues[_key(place)]


def _start(place: Installation, queue: Queue) -> None:
    with _here.lock:
        if _key(place) not in _here.consumers:
            _here.consumers[_key(place)] = consumer = queue.consumer()
            consumer.start()


def _key(place: Installation) -> str:
    return str(place.home)

"""Lays what instruments delivered on its worksheet, every few seconds, for as long as this process serves."""

from __future__ import annotations

import logging
import threading

from lims.services.transaction import Installation

EVERY = 3.0
"""Seconds between two looks; each is one indexed query where nothing waits."""
LOG = logging.getLogger("lims.receiving")


def begin(place: Installation, every: float = EVERY) -> threading.Event:
    """Starts the looking in a thread of its own; setting the answer ends it before the next file."""
    stopping = threading.Event()
    threading.Thread(target=_look, args=(place, every, stopping), name="stager", daemon=True).start()
    return stopping


def _look(place: Installation, every: float, stopping: threading.Event) -> None:
    while not stopping.wait(every):
        try:
            from lims.jobs import receiving  # not before it is needed: the start of a server does not wait for it

            receiving.stage_waiting(place, stopping.is_set)
        except Exception:  # the database may be away for a while; what waits is found again
            LOG.exception("deliveries were not laid on worksheets")

"""SIGTERM and Ctrl-C as a word to stop after the present step: nothing is broken off between storing and moving."""

from __future__ import annotations

import signal
import threading
import time
from decimal import Decimal


class Stop:
    """Asked between two steps; waiting ends at once when it is said."""

    def __init__(self) -> None:
        self._said = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: self._said.set())

    def __call__(self) -> bool:
        return self._said.is_set()

    def wait(self, seconds: Decimal | float) -> bool:
        return self._said.wait(float(seconds))


def clock() -> Decimal:
    """A monotonic moment in seconds."""
    return Decimal(time.monotonic_ns()) / 10**9

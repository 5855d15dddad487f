"""While tens of thousands of values are made that all live to the end of the act, looking for cycles is only a cost."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """The collector rests; whoever stopped it starts it again, so that of two at once neither leaves it off."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()

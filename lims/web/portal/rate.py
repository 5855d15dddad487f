"""How many questions one address has asked lately: a small window in memory, forgotten by itself."""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock

PER_WINDOW, WINDOW = 30, 60
"""Questions that one address may ask in this many seconds."""
MOST_ADDRESSES = 10_000


class Counter:
    """Moments of the last questions by address; it reads no clock of its own."""

    def __init__(self, per_window: int = PER_WINDOW, window: int = WINDOW) -> None:
        self._asked: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = Lock()
        self.per_window, self.window = per_window, window

    def too_many(self, address: str, second: int) -> bool:
        """Note one more question and say whether it is over the measure."""
        with self._lock:
            asked = self._asked.setdefault(address, deque())
            self._asked.move_to_end(address)
            while asked and asked[0] <= second - self.window:
                asked.popleft()
            if len(asked) >= self.per_window:
                return True
            asked.append(second)
            while len(self._asked) > MOST_ADDRESSES:
                self._asked.popitem(last=False)
            return False

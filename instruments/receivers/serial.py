"""A serial line as lines of text: bytes collected until a line has ended, and when a balance is asked again.

It refuses to know ports and clocks: a reader, a writer, a monotonic moment and a sleep are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

LONGEST_LINE = 200
ASK = {"sics": b"S\r\n", "sbi": b"\x1bP\r\n", "ph": b""}
"""What asks for one stable value; a meter that only prints is never asked."""

Read = Callable[[], bytes]
"""The bytes that have come, none after a short while without any; ConnectionError when the line is gone."""


@dataclass(frozen=True)
class Lines:
    """Bytes of a line that has not ended; ``skipping`` while a line is longer than any that counts."""

    rest: bytes = b""
    skipping: bool = False


def split(lines: Lines, data: bytes) -> tuple[Lines, list[str]]:
    """Whole lines only: half a weight is no weight. A line that never ends is dropped to its end."""
    *whole, rest = (lines.rest + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines.skipping and whole:
        whole = whole[1:]
    kept = [line.decode("latin-1") for line in whole if line.strip() and len(line) <= LONGEST_LINE]
    skipping = (lines.skipping and not whole and b"\n" not in data.replace(b"\r", b"\n")) or len(rest) > LONGEST_LINE
    return Lines(b"" if skipping else rest, skipping), kept


def listen(
    read: Read,
    write: Callable[[bytes], object],
    ask: bytes,
    every: Decimal | None,
    clock: Callable[[], Decimal],
    stopping: Callable[[], bool],
) -> Iterator[str]:
    """Lines as they come, until it is time to stop; with ``every`` the balance is asked again after so many seconds."""
    lines, next_time = Lines(), clock()
    while not stopping():
        if every is not None and ask and clock() >= next_time:
            write(ask)
            next_time = clock() + every
        lines, whole = split(lines, read())
        yield from whole

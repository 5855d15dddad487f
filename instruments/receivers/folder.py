"""A drop folder: which files have come to rest, when one that failed is tried again, and where a file goes afterwards.

Decisions are plain functions over what was seen and a monotonic moment; the few acts on the folder follow no link,
overwrite nothing and delete nothing. It refuses to know what a file is and where its bytes are kept.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

DONE, FAILED = "done", "failed"
QUIET = Decimal(5)
"""Seconds for which size and time of a file must not change before it is taken."""
FIRST_WAIT, LONGEST_WAIT = Decimal(5), Decimal(600)
ALARM_AFTER = 3
"""Tries that failed before people are called."""

Clock = Callable[[], Decimal]


@dataclass(frozen=True)
class Seen:
    """A file as the folder lists it."""

    name: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Track:
    """What is known about one file: how it last looked, since when, and the tries that failed."""

    seen: Seen
    since: Decimal
    attempts: int = 0
    not_before: Decimal = Decimal(0)


Tracks = Mapping[str, Track]


class Unsettled(Exception):
    """The file changed, is held by its writer or is no plain file any more: nothing was taken, try later."""


def wanted(name: str) -> bool:
    """Not for us: what editors and copying programs leave while they work, and names that hide."""
    low = name.casefold()
    return not (low.startswith((".", "~$")) or low.endswith((".tmp", ".part", ".partial", ".crdownload", "~")))


def look(root: Path) -> tuple[Seen, ...]:
    """The plain files of the folder itself by name; links, folders and what is not for us are passed over."""
    found = []
    with os.scandir(root) as entries:
        for entry in entries:
            try:
                if wanted(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append(Seen(entry.name, status.st_size, status.st_mtime_ns))
            except OSError:  # it went away between the listing and the look
                continue
    return tuple(sorted(found, key=lambda one: (one.mtime_ns, one.name)))


def settle(tracks: Tracks, seen: tuple[Seen, ...], now: Decimal, quiet: Decimal = QUIET) -> tuple[Tracks, list[Seen]]:
    """What is now known of every file, and those that have not changed for ``quiet`` seconds and may be tried."""
    known: dict[str, Track] = {}
    for one in seen:
        before = tracks.get(one.name)
        known[one.name] = before if before is not None and before.seen == one else Track(one, now)
    ready = [
        track.seen for track in known.values() if now - track.since >= quiet and now >= track.not_before
    ]
    return known, ready


def put_off(tracks: Tracks, name: str, now: Decimal) -> tuple[Tracks, bool]:
    """After a try that failed for now: twice the wait each time, and whether this is the one that calls people."""
    track = tracks[name]
    attempts = track.attempts + 1
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    later = replace(track, attempts=attempts, not_before=now + wait)
    return {**tracks, name: later}, attempts == ALARM_AFTER


def take(root: Path, seen: Seen, largest: int) -> bytes:
    """The bytes of the file as it was seen, up to one more than the largest; Unsettled when it is not as seen."""
    try:
        handle = os.open(root / seen.name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Unsettled(error.strerror or "cannot be opened") from error
    with os.fdopen(handle, "rb") as file:
        try:
            before = os.fstat(handle)
            content = file.read(largest + 1)
            after = os.fstat(handle)
        except OSError as error:
            raise Unsettled(error.strerror or "cannot be read") from error
    if not stat.S_ISREG(before.st_mode):
        raise Unsettled("not a plain file")
    same = all((one.st_size, one.st_mtime_ns) == (seen.size, seen.mtime_ns) for one in (before, after))
    if not same or (len(content) != seen.size and len(content) <= largest):
        raise Unsettled("still being written")
    return content


def put_away(root: Path, name: str, place: str, reason: str = "") -> Path | None:
    """Move the file to ``done`` or ``failed``, the reason beside it; None when somebody else has moved it already.

    The reason is written first: a file that stands in ``failed`` has always been explained.
    """
    shelf = root / place
    shelf.mkdir(exist_ok=True)
    if shelf.is_symlink() or shelf.resolve().parent != root.resolve():
        raise Unsettled(f"{place} leads out of the folder")
    target = _free(shelf, name)
    if reason:
        target.with_name(target.name + ".reason.txt").write_text(reason + "\n", encoding="utf-8")
    try:
        os.rename(root / name, target)
    except FileNotFoundError:
        return None
    return target


def _free(shelf: Path, name: str) -> Path:
    """A name that nothing has yet: the file's own, else with a number before its ending."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    target, number = shelf / name, 1
    while os.path.lexists(target):
        number += 1
        target = shelf / f"{stem}.{number}{ending}"
    return target

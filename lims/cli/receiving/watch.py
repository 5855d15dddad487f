"""``lims instruments watch``: takes files from drop folders into the laboratory, then moves them to done or failed.

The bytes are stored before the file is moved: killed in between, it finds the file again and knows its bytes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from instruments.receivers import folder
from lims.cli.receiving.stop import Stop, clock
from lims.domain.rules.errors import BadInput, LimsError
from lims.domain.rules.refusal import Refusal
from lims.jobs import receiving
from lims.services.run import LARGEST
from lims.services.spool import Deliver
from lims.services.transaction import Installation

LOG = logging.getLogger("lims.receiving")


@dataclass
class Watched:
    """One folder of one instrument, with what is known of its files."""

    root: Path
    instrument: str
    owner: int
    tracks: folder.Tracks = field(default_factory=dict)


def opened(place: Installation, words: list[str]) -> list[Watched]:
    """Each word is FOLDER=INSTRUMENT; one that is not there, or stands twice, is refused before anything begins."""
    found = []
    for word in words:
        path, _, code = word.rpartition("=")
        root = Path(path).resolve()
        if not path or not root.is_dir():
            raise BadInput("FOLDER_MISSING", field="folder", folder=path or word)
        found.append(Watched(root, code, receiving.instrument_id(place, code)))
    if len({one.root for one in found}) < len(found):
        raise BadInput("FOLDER_TWICE", field="folder")
    return found


def run(place: Installation, folders: list[Watched], quiet: Decimal, every: Decimal, stop: Stop) -> None:
    while not stop():
        for watched in folders:
            sweep(place, watched, quiet, clock, stop)
        receiving.stage_waiting(place, stop)
        stop.wait(every)


def once(place: Installation, folders: list[Watched], quiet: Decimal, stop: Stop) -> None:
    """Two looks, so far apart that what did not change between them is taken."""
    for watched in folders:
        sweep(place, watched, quiet, clock, stop)
    stop.wait(quiet)
    for watched in folders:
        sweep(place, watched, quiet, clock, stop)
    receiving.stage_waiting(place, stop)


def sweep(
    place: Installation, watched: Watched, quiet: Decimal, now: Callable[[], Decimal], stop: Callable[[], bool]
) -> None:
    """Look once and take every file that has come to rest."""
    try:
        seen = folder.look(watched.root)
    except OSError as error:  # the share is away; it comes back or somebody mends it
        LOG.warning("folder of %s cannot be listed: %s", watched.instrument, error.strerror)
        return
    watched.tracks, ready = folder.settle(watched.tracks, seen, now(), quiet)
    for one in ready:
        if stop():
            return
        try:
            _take(place, watched, one)
        except (folder.Unsettled, OSError, LimsError) as error:
            _later(place, watched, one, now(), error)


def _take(place: Installation, watched: Watched, seen: folder.Seen) -> None:
    content = folder.take(watched.root, seen, LARGEST)
    cmd = Deliver(watched.instrument, "folder", seen.name, content, str(watched.root)[-80:])
    try:
        kept = receiving.keep(place, watched.owner, cmd)
    except BadInput as error:  # empty or too large: it will not be better next time
        _put_away(watched, seen, folder.FAILED, _said(Refusal(error.code, error.params)))
        return
    staged = receiving.Staged()
    if kept.state == "waiting":
        staged = receiving.stage(place, kept.id, watched.owner, watched.instrument)
    if staged.unreadable:
        _put_away(watched, seen, folder.FAILED, _said(staged.reasons[0]))
    else:
        _put_away(watched, seen, folder.DONE, "")
    print(json.dumps({"took": seen.name, "id": kept.id, "new": kept.new}, ensure_ascii=True), flush=True)


def _put_away(watched: Watched, seen: folder.Seen, place: str, reason: str) -> None:
    folder.put_away(watched.root, seen.name, place, reason)


def _later(place: Installation, watched: Watched, seen: folder.Seen, now: Decimal, error: Exception) -> None:
    watched.tracks, alarm = folder.put_off(watched.tracks, seen.name, now)
    LOG.warning("%s of %s is tried again: %s", ascii(seen.name), watched.instrument, error)
    if alarm:
        cmd = Deliver(watched.instrument, "folder", seen.name, b"", str(watched.root)[-80:])
        try:
            receiving.alarm(place, watched.owner, cmd, str(error))
        except LimsError as trouble:
            LOG.error("the alarm itself could not be kept: %s", trouble)


def _said(reason: Refusal) -> str:
    """In both languages, because whoever opens the folder may read either."""
    from lims.web.messages import say_all

    words = [line for language in ("zh", "en") for line in say_all([reason], language)]
    return "\n".join([*map(str, words), f"[{reason.code}]"])

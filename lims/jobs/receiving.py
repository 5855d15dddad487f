"""Takes in what receivers hear and lays what waits on worksheets, each step in a unit of work of its own.

What ``keep`` has answered may be acknowledged; what ``stage_waiting`` cannot do is left for a person with its reason.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from instruments.errors import AdapterFault, FileRefused
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Conflict, LimsError, Unavailable
from lims.domain.rules.refusal import Refusal, refusal
from lims.services import device, spool
from lims.services.job import reasons_of
from lims.services.spool import Deliver, Kept
from lims.services.transaction import Installation, transaction, view

LOG = logging.getLogger("lims.receiving")
TRIES = 4
BREATH = 0.15


def now() -> datetime:
    return datetime.now(UTC)


def instrument_id(place: Installation, code: str) -> int:
    """NotFound says that there is no such instrument."""
    with view(place, SYSTEM, now()) as tx:
        return device.instrument(tx, code).id


def keep(place: Installation, owner: int, cmd: Deliver) -> Kept:
    """Stored for good when this returns. Two receivers with the same bytes: the second finds the first one's."""
    actor = device.receiver(owner, cmd.instrument, cmd.source)
    for turn in range(TRIES):
        try:
            with transaction(place, actor, now(), _called()) as tx:
                return spool.put(tx, cmd)
        except Conflict:
            if turn == TRIES - 1:
                raise
            time.sleep(BREATH)
    raise AssertionError("the last turn has raised")


def alarm(place: Installation, owner: int, cmd: Deliver, why: str) -> None:
    """People are called for a file that could not even be read."""
    LOG.error("alarm: %s of %s cannot be read: %s", ascii(cmd.name), cmd.instrument, why)
    with transaction(place, device.receiver(owner, cmd.instrument, cmd.source), now(), _called()) as tx:
        spool.unread(tx, cmd, why)


def stage_waiting(place: Installation, stopping: Callable[[], bool] = lambda: False) -> int:
    """Lay everything that waits on its worksheet, one after the other; how many were laid."""
    with view(place, SYSTEM, now()) as tx:
        waiting = spool.waiting(tx)
    done = 0
    for spool_id, owner, code in waiting:
        if stopping():
            break
        done += not stage(place, spool_id, owner, code).reasons
    return done


@dataclass(frozen=True)
class Staged:
    """Why it was not laid on a worksheet, nothing when it was, and whether the file itself cannot be read."""

    reasons: tuple[Refusal, ...] = ()
    unreadable: bool = False


def stage(place: Installation, spool_id: int, owner: int, code: str) -> Staged:
    """Lay one on its worksheet; otherwise why not, which is then written beside it."""
    unreadable = False
    actor = device.receiver(owner, code, "receiver")
    try:
        with view(place, actor, now()) as tx:
            worksheet_no = spool.sheet_for(tx, spool_id)
        with transaction(place, actor, now(), _called()) as tx:
            spool.stage(tx, spool_id, worksheet_no)
        return Staged()
    except (Conflict, Unavailable) as error:
        reasons = reasons_of(error)
        with transaction(place, actor, now(), _called()) as tx:
            if spool.put_off(tx, spool_id, reasons[0]):
                LOG.error("alarm: delivery %s of %s: %s", spool_id, code, error.code)
        return Staged(reasons)
    except LimsError as error:
        reasons, unreadable = reasons_of(error), isinstance(error, FileRefused | AdapterFault)
    except Exception:
        LOG.exception("delivery %s of %s", spool_id, code)
        reasons = (refusal("ITEM_FAULT"),)
    with transaction(place, actor, now(), _called()) as tx:
        spool.fail(tx, spool_id, reasons[0])
    return Staged(reasons, unreadable)


def _called() -> str:
    return f"receive-{secrets.token_hex(6)}"

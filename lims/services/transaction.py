"""What a use-case works with: the session, who acts, the moment, and the ways to ask permission and leave a trace.

The door makes one, calls one use-case, and leaving the door's unit of work commits. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import Forbidden
from lims.domain.rules.permissions import Grant, grants
from lims.persistence.base import Audited
from lims.persistence.files import FileStore
from lims.persistence.session import reading, unit_of_work
from lims.persistence.trail import RECORDER, Recorder


@dataclass(frozen=True)
class Installation:
    """The parts of one installation that use-cases may need: database, file store, home folder, time zone."""

    engine: Engine
    home: Path
    zone: ZoneInfo
    laboratory: str = "LAB"
    """Short code of the laboratory that stands at the head of its numbers."""
    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False

    @property
    def files(self) -> FileStore:
        return FileStore(self.home / "files")


@dataclass(frozen=True)
class Signature:
    """A proof of identity given for this very act, and what it means (21 CFR 11.50)."""

    user_id: int
    meaning: str


@dataclass
class Transaction:
    session: Session
    actor: Actor
    now: datetime
    request_id: str
    place: Installation
    signature: Signature | None = None

    @property
    def today(self) -> date:
        """The laboratory's own date, which is what calibration and standards go by."""
        return self.now.astimezone(self.place.zone).date()

    def require(self, action: str) -> tuple[Grant, ...]:
        """The ways in which the actor holds the right; raises Forbidden when there is none."""
        held = grants(self.actor, action)
        if not held or not self._scoped(action):
            raise Forbidden("NO_RIGHT", action=action)
        return held

    def _scoped(self, action: str) -> bool:
        scopes = self.actor.scopes
        return scopes is None or "*" in scopes or action in scopes or action.split(":")[0] in scopes

    def add(self, row: Audited, verb: str, reason: str = "", role: str = "") -> None:
        """Put a new row into the unit of work together with its first event."""
        self.session.add(row)
        self.record(row, verb, reason, role)

    def record(self, row: Audited, verb: str, reason: str = "", role: str = "") -> None:
        """Note what was just done to the row; call it after the change, before the next flush."""
        recorder: Recorder = self.session.info[RECORDER]
        recorder.record(row, verb, reason, role)


@contextmanager
def transaction(
    place: Installation, actor: Actor, now: datetime, request_id: str, signature: Signature | None = None
) -> Iterator[Transaction]:
    """One unit of work: commits when the block ends, keeps nothing when it raises."""
    with unit_of_work(place.engine, actor, now, request_id) as session:
        yield Transaction(session, actor, now, request_id, place, signature)


@contextmanager
def view(place: Installation, actor: Actor, now: datetime, request_id: str = "") -> Iterator[Transaction]:
    """The same for reading only: it takes no write lock."""
    with reading(place.engine) as session:
        yield Transaction(session, actor, now, request_id, place)

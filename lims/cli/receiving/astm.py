"""``lims instruments astm``: listens for an instrument that speaks ASTM E1381 over TCP, from told addresses.

What is acknowledged is on disk: parts of a message in a journal of the connection, whole ones in the laboratory.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from instruments.receivers import astm
from lims.cli.receiving.stop import Stop, clock
from lims.domain.rules.refusal import refusal
from lims.jobs import receiving
from lims.services.spool import CUT, Deliver
from lims.services.transaction import Installation

LOG = logging.getLogger("lims.receiving")
AT_ONCE = 8
BREATH = 0.5
CHUNK = 65536


@dataclass
class Listener:
    place: Installation
    instrument: str
    owner: int
    peers: frozenset[str]
    habits: astm.Habits
    open: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    number: int = 0

    @property
    def journals(self) -> Path:
        return self.place.home / "astm" / str(self.owner)

    def deliver(self, content: bytes, peer: str, cut: str = "") -> None:
        """For good when it returns; a whole message is known again by its bytes, however often it is sent."""
        problem = refusal(CUT, why=cut) if cut else None
        name = f"{self.instrument}.{'cut.' if cut else ''}astm"
        kept = receiving.keep(self.place, self.owner, Deliver(self.instrument, "astm", name, content, peer, problem))
        LOG.info("message of %s from %s: delivery %s%s", self.instrument, peer, kept.id, "" if kept.new else ", known")


@dataclass
class Journal:
    """What of a message has been acknowledged, on disk before it was; gone once the laboratory has the message."""

    path: Path
    written: bool = False

    def hold(self, content: bytes) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, content)
            os.fsync(handle)
            if not self.written:
                _sync(self.path.parent)
        finally:
            os.close(handle)
        self.written = True

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        self.written = False


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def run(listener: Listener, host: str, port: int, stop: Stop) -> None:
    """Until it is told to stop; connections that are open then are ended after their present step."""
    listener.journals.mkdir(mode=0o700, parents=True, exist_ok=True)
    take_up(listener)
    threads: list[threading.Thread] = []
    with socket.create_server((host, port)) as server:
        server.settimeout(BREATH)
        print(f"listening on {host}:{server.getsockname()[1]}", flush=True)
        staging = threading.Thread(target=_stage, args=(listener.place, stop), daemon=True)
        staging.start()
        while not stop():
            try:
                connection, address = server.accept()
            except TimeoutError:
                continue
            threads = [one for one in threads if one.is_alive()]
            if _welcome(listener, connection, str(address[0])):
                listener.number += 1
                words = (listener, connection, str(address[0]), listener.number, stop)
                threads.append(threading.Thread(target=_talk, args=words, daemon=True))
                threads[-1].start()
    for one in (*threads, staging):
        one.join(10)


def take_up(listener: Listener) -> None:
    """What a process that was killed had acknowledged: known again when the laboratory has it, else kept now."""
    for path in sorted(listener.journals.glob("*.part")):
        content = path.read_bytes()
        if content:
            listener.deliver(content, path.stem.partition("_")[0], "" if astm.ended(content) else "RECEIVER_STOPPED")
        path.unlink()


def _welcome(listener: Listener, connection: socket.socket, peer: str) -> bool:
    if peer not in listener.peers:
        LOG.warning("connection from %s refused: not among the peers of %s", peer, listener.instrument)
    elif not listener.open.acquire(blocking=False):
        LOG.warning("connection from %s refused: %s are open", peer, AT_ONCE)
    else:
        return True
    connection.close()
    return False


def _talk(listener: Listener, connection: socket.socket, peer: str, number: int, stop: Stop) -> None:
    """One connection to its end. Whatever cannot be stored is not acknowledged: the line is closed instead."""
    journal = Journal(listener.journals / f"{peer.replace(':', '.')}_{os.getpid()}_{number}.part")
    link = astm.Link(listener.habits)
    try:
        with connection:
            connection.settimeout(BREATH)
            while not stop():
                data = _heard(connection)
                if data == b"":
                    break
                step = astm.tick(link, clock()) if data is None else astm.feed(link, data, clock())
                link, actions = step
                if not _do(listener, connection, journal, peer, actions):
                    return
    except OSError as error:
        LOG.warning("connection from %s ended: %s", peer, error)
    except Exception:
        LOG.exception("connection from %s", peer)
        return  # the journal stays for the next start
    finally:
        listener.open.release()
    _last(listener, journal, peer, astm.hang_up(link))


def _last(listener: Listener, journal: Journal, peer: str, actions: Iterable[astm.Action]) -> None:
    try:
        _do(listener, None, journal, peer, actions)
    except Exception:
        LOG.exception("what was left of %s stays in its journal", peer)


def _heard(connection: socket.socket) -> bytes | None:
    try:
        return connection.recv(CHUNK)
    except TimeoutError:
        return None


def _do(
    listener: Listener, connection: socket.socket | None, journal: Journal, peer: str, actions: Iterable[astm.Action]
) -> bool:
    """In this order and no other; False when the line is to be closed."""
    for action in actions:
        if isinstance(action, astm.Send) and connection is not None:
            connection.sendall(action.content)
        elif isinstance(action, astm.Hold):
            journal.hold(action.content)
        elif isinstance(action, astm.Store):
            listener.deliver(action.content, peer, action.cut)
            journal.close()
        elif isinstance(action, astm.Close):
            LOG.error("connection from %s closed: %s", peer, action.problem)
            return False
    return True


def _stage(place: Installation, stop: Stop) -> None:
    """Messages are laid on worksheets beside the talking, which never waits for it."""
    while not stop():
        try:
            receiving.stage_waiting(place, stop)
        except Exception:
            LOG.exception("what waits could not be laid on worksheets")
        stop.wait(2)

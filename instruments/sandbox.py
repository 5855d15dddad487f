"""Untrusted files are read in a process apart, under limits; the server sees readings or a refusal, never a crash.

A process is kept warm between files. It is ended and replaced when it was killed, ran out of something, or has
read a large file or very many. It knows no adapter: instruments.worker does the reading.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from instruments.errors import FileRefused, too_large
from instruments.reading import Notice, Parsed
from instruments.recipes.look import Look
from instruments.recipes.proposal import Proposal
from instruments.wire import result_of
from lims.domain.rules.errors import LimsError

MAX_BYTES = 50 * 1024 * 1024
_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_ANSWER_LONGEST = 512 * 1024 * 1024
_FILES_EACH = 500
_CONVERTER = "allotropy:"
"""It brings a library with it that does not fit into the room for texts."""
_SPENT = ("READER_MEMORY", "ADAPTER_FAILED")
_LARGE = 4 * 1024 * 1024
_KEPT = 2
_ROOT = str(Path(__file__).resolve().parent.parent)
_STARTS_WITHIN = 60


@dataclass(frozen=True)
class Limits:
    """Bytes of address space (workbooks, texts), seconds of work, seconds on the wall."""

    memory: int = 512 * 1024 * 1024
    memory_for_text: int = 200 * 1024 * 1024
    cpu: int = 60
    wall: int = 120


LIMITS = Limits()


def parse_apart(
    content: bytes,
    adapter_key: str | None = None,
    recipe: bytes | None = None,
    name: str = "",
    limits: Limits = LIMITS,
) -> Parsed:
    """Read as ``registry.read`` or, with a recipe's JSON, as ``registry.read_by_recipe``, in a process apart.

    Raises what those raise, and FileRefused with READER_TIME, READER_MEMORY or READER_CRASHED where the process
    did not survive the file.
    """
    said, missing = _asked(_Question(content, adapter_key, recipe, name), limits)
    if not isinstance(said, Parsed):
        raise FileRefused("READER_CRASHED", signal="")
    return _with_missing(said, missing)


def propose_apart(content: bytes, known: Sequence[str] = (), limits: Limits = LIMITS) -> Proposal:
    """As ``proposing.propose``, in a process apart; refused as ``parse_apart`` refuses."""
    said, _ = _asked(_Question(content, known=tuple(known)), limits)
    if not isinstance(said, Proposal):
        raise FileRefused("READER_CRASHED", signal="")
    return said


def look_apart(content: bytes, known: Sequence[str] = (), limits: Limits = LIMITS) -> Look:
    """As ``look.look_at``, in a process apart; refused as ``parse_apart`` refuses."""
    said, _ = _asked(_Question(content, known=tuple(known), look=True), limits)
    if not isinstance(said, Look):
        raise FileRefused("READER_CRASHED", signal="")
    return said


def _asked(question: _Question, limits: Limits) -> tuple[Parsed | Proposal | Look, tuple[str, ...]]:
    if len(question.content) > MAX_BYTES:
        raise too_large("bytes", len(question.content), MAX_BYTES)
    worker = _POOL.take()
    warm = worker.files > 0
    try:
        return worker.answer(question, limits), worker.missing
    except FileRefused as refused:
        # A process that waited may have been ended from outside: only a fresh one proves that the file does it.
        if refused.code != "READER_CRASHED" or not warm:
            raise
    finally:
        _POOL.give(worker)
    fresh = _Worker()
    try:
        return fresh.answer(question, limits), fresh.missing
    finally:
        _POOL.give(fresh)


def limits_missing() -> tuple[str, ...]:
    """The limits of design this machine cannot enforce (``memory``, ``network``); empty where all hold.

    Without a network of its own a reading process still refuses every connection that Python would open.
    """
    worker = _POOL.take()
    _POOL.give(worker)
    return worker.missing


def close() -> None:
    """End the reading processes that are kept; the next file starts one anew."""
    _POOL.close()


def _with_missing(parsed: Parsed, missing: tuple[str, ...]) -> Parsed:
    if "memory" not in missing:
        return parsed
    said = Notice("READER_WITHOUT_LIMIT", MappingProxyType({"limit": "memory"}))
    return replace(parsed, notices=(*parsed.notices, said))


@dataclass(frozen=True)
class _Question:
    """One file, and what is asked of it: a reading, or (``known`` given) a recipe for it, or that and a ``look``."""

    content: bytes
    adapter_key: str | None = None
    recipe: bytes | None = None
    name: str = ""
    known: tuple[str, ...] | None = None
    look: bool = False

    def sent(self, limits: Limits) -> bytes:
        text = not self.content.startswith(_CONTAINERS) and not (self.adapter_key or "").startswith(_CONVERTER)
        words = {"size": len(self.content), "recipe_size": None if self.recipe is None else len(self.recipe),
                 "adapter": self.adapter_key, "name": self.name, "known": self.known, "look": self.look,
                 "cpu": limits.cpu,
                 "memory": limits.memory_for_text if text else limits.memory}
        return json.dumps(words).encode() + b"\n" + self.content + (self.recipe or b"")


class _Worker:
    """One reading process, its pipes and its folder; used by one thread at a time."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="lims-read-")
        self.files = 0
        self.usable = True
        self.missing: tuple[str, ...] = ()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "instruments.worker"], cwd=self.folder, env=self._environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            self.missing = tuple(str(word) for word in json.loads(self._exchange(b"", _STARTS_WITHIN))["ready"])
        except (ValueError, KeyError, TypeError) as broken:
            self.end()
            raise FileRefused("READER_CRASHED", signal="") from broken
        except FileRefused:
            self.end()
            raise

    def _environment(self) -> dict[str, str]:
        """What Python needs to start and nothing of the server's own: no passwords, no addresses."""
        path = os.pathsep.join(dict.fromkeys([_ROOT, *(entry for entry in sys.path if entry)]))
        return {"PYTHONPATH": path, "TMPDIR": self.folder, "HOME": self.folder, "PYTHONUTF8": "1",
                "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}

    @property
    def alive(self) -> bool:
        return self.usable and self.process.poll() is None

    def answer(self, question: _Question, limits: Limits) -> Parsed | Proposal | Look:
        self.files += 1
        self.usable = self.usable and self.files < _FILES_EACH and len(question.content) < _LARGE
        line = self._exchange(question.sent(limits), limits.wall)
        try:
            return result_of(line)
        except ValueError as broken:
            self.usable = False
            raise FileRefused("READER_CRASHED", signal="") from broken
        except LimsError as error:
            self.usable = self.usable and error.code not in _SPENT
            raise

    def _exchange(self, request: bytes, wall: int) -> bytes:
        """Send, and wait for one line; the process is killed when the time on the wall is over."""
        assert self.process.stdin is not None and self.process.stdout is not None
        expired = threading.Event()
        alarm = threading.Timer(wall, self._expire, (expired,))
        alarm.daemon = True
        alarm.start()
        line = b""
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.process.stdin.write(request)
                self.process.stdin.flush()
            line = self.process.stdout.readline(_ANSWER_LONGEST)
        finally:
            alarm.cancel()
        if line.endswith(b"\n") and not expired.is_set():
            return line
        raise self._died(expired.is_set())

    def _expire(self, expired: threading.Event) -> None:
        expired.set()
        self.process.kill()

    def _died(self, expired: bool) -> FileRefused:
        self.usable = False
        self.process.kill()
        code = self.process.wait()
        if expired or code == -signal.SIGXCPU:
            return FileRefused("READER_TIME")
        return FileRefused("READER_CRASHED", signal=_name_of(code))

    def end(self) -> None:
        self.usable = False
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _name_of(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else ""
    except ValueError:
        return ""


class _Pool:
    """Warm processes that wait for a file. A forked server makes its own and leaves its parent's alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._owner = os.getpid()

    def take(self) -> _Worker:
        with self._lock:
            if self._owner != os.getpid():
                self._idle, self._owner = [], os.getpid()
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.end()
        return _Worker()

    def give(self, worker: _Worker) -> None:
        with self._lock:
            if worker.alive and len(self._idle) < _KEPT:
                self._idle.append(worker)
                return
        worker.end()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            if self._owner == os.getpid():
                worker.end()


_POOL = _Pool()
atexit.register(close)

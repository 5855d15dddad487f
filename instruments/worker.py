"""The process that reads untrusted files: it limits itself, then answers one line of JSON a file until its input ends.

Run as ``python -P -m instruments.worker`` by instruments.sandbox, with a temporary folder of its own as the
working folder. It keeps nothing between files, opens no connection and starts no process.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.spawn", "os.kill",
              "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown",
              "os.truncate", "pty.", "shutil.", "ftplib.", "urllib.", "http.", "smtplib.", "webbrowser.", "sqlite3.",
              "ctypes.")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_FILE_SIZE = 64 * 1024 * 1024
_HANDLES = 64
_MARGIN = 8 * 1024 * 1024
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> int:
    answers = _private_output()
    missing = _confined()
    from instruments import registry  # after the limits, so that loading is limited too
    from instruments.wire import line_of

    registry.shipped()
    sys.addaudithook(_watch)
    answers.write(line_of({"ready": missing}))
    answers.flush()
    guard = _MemoryGuard(answers)
    while line := sys.stdin.buffer.readline():
        words = json.loads(line)
        guard.most = words["memory"] - _MARGIN
        answers.write(_line(words))
        answers.flush()
        gc.collect()
    return 0


class _MemoryGuard:
    """Gives up a little before the limit is met: an interpreter without any memory may spin instead of raising.

    It looks on each of the collector's rounds over the newest objects; the older ones are left until the file is
    done, for one file makes few cycles and many values.
    """

    def __init__(self, answers: BinaryIO) -> None:
        from instruments.errors import FileRefused
        from instruments.wire import line_of, refusal_of

        self.most = 0
        self._answers = answers
        self._line = line_of(refusal_of(FileRefused("READER_MEMORY")))
        gc.freeze()
        gc.set_threshold(10_000, 10_000, 10_000)
        if sys.platform.startswith("linux"):
            gc.callbacks.append(self._look)

    def _look(self, phase: str, about: dict[str, int]) -> None:
        if phase != "start" or _address_space() < self.most:
            return
        self._answers.write(self._line)
        self._answers.flush()
        os._exit(0)


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as pages:
        return int(pages.read().split(maxsplit=1)[0]) * resource.getpagesize()


def _line(words: dict[str, Any]) -> bytes:
    """The line to answer with. Out of memory is said once there is room again to say it."""
    from instruments.errors import FileRefused
    from instruments.wire import line_of, refusal_of

    _limit(words["memory"], words["cpu"])
    try:
        content = sys.stdin.buffer.read(words["size"])
        recipe = sys.stdin.buffer.read(words["recipe_size"]) if words["recipe_size"] is not None else None
        return line_of(_answer(words, content, recipe))
    except (MemoryError, RecursionError):
        pass
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
    return line_of(refusal_of(FileRefused("READER_MEMORY")))


def _private_output() -> BinaryIO:
    """What a library prints goes nowhere; only answers reach the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(words: dict[str, Any], content: bytes, recipe: bytes | None) -> dict[str, Any]:
    from instruments import registry
    from instruments.errors import AdapterFault
    from instruments.wire import answer_of, look_of, proposal_of, refusal_of
    from lims.domain.rules.errors import LimsError

    try:
        if words["look"]:
            from instruments.recipes.look import look_at

            return look_of(look_at(content, words["known"]))
        if words["known"] is not None:
            from instruments.recipes.proposing import propose

            return proposal_of(propose(content, words["known"]))
        if recipe is not None:
            return answer_of(registry.read_by_recipe(content, recipe, words["name"]))
        return answer_of(registry.read(content, words["adapter"], words["name"]))
    except LimsError as error:
        if isinstance(error.__cause__, (MemoryError, RecursionError)):
            raise error.__cause__ from None
        return refusal_of(error)
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # nothing that a file brings about may leave this process as an exception
        return refusal_of(AdapterFault("ADAPTER_FAILED", adapter="", error=type(error).__name__))


def _limit(memory: int, cpu: int) -> None:
    """The limits of one file: bytes of address space, and seconds of work from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu + 1)
    _set(resource.RLIMIT_AS, memory)


def _confined() -> list[str]:
    """Limits that hold for the life of the process; returns the names of those this machine does not have."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_FSIZE, _FILE_SIZE)
    _set(resource.RLIMIT_NOFILE, _HANDLES)
    missing = []
    # The call succeeds elsewhere too, but only Linux then refuses the memory.
    if not sys.platform.startswith("linux"):
        missing.append("memory")
    if not _without_network():
        missing.append("network")
    return missing


def _set(kind: int, soft: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _without_network() -> bool:
    """A network of its own, without a way out, where the system grants one; the watch below holds anyway."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is None:
        return False
    return any(unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """No connection, no other process, and no file written outside the folder of this process."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITES and not _own(args[0]):
        raise PermissionError(event)


def _own(path: Any) -> bool:
    return isinstance(path, str) and os.path.realpath(path).startswith(os.path.realpath(os.curdir) + os.sep)


if __name__ == "__main__":
    sys.exit(main())

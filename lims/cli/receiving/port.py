"""A serial port of the machine, opened raw: through pyserial where it is installed, else through the system's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

BREATH = 0.3


@dataclass(frozen=True)
class Port:
    read: Callable[[], bytes]
    write: Callable[[bytes], object]
    close: Callable[[], object]


def opened(path: str, speed: int, parity: str) -> Port:
    """OSError says why it cannot be had. ``parity`` is 8N1, 7E1 or 7O1."""
    if find_spec("serial") is not None:
        return _by_pyserial(path, speed, parity)
    if find_spec("termios") is None:
        raise OSError("pyserial is needed on this machine: pip install pyserial")
    return _by_termios(path, speed, parity)


def _by_pyserial(path: str, speed: int, parity: str) -> Port:
    module = import_module("serial")
    line = module.Serial(path, speed, int(parity[0]), parity[1], int(parity[2]), timeout=BREATH)
    return Port(lambda: line.read(line.in_waiting or 1), line.write, line.close)


def _by_termios(path: str, speed: int, parity: str) -> Port:
    import select
    import termios
    import tty

    handle = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(handle)
    modes = termios.tcgetattr(handle)
    modes[2] &= ~(termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB)
    modes[2] |= termios.CREAD | termios.CLOCAL | (termios.CS7 if parity[0] == "7" else termios.CS8)
    modes[2] |= {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}[parity[1]]
    modes[4] = modes[5] = getattr(termios, f"B{speed}")
    termios.tcsetattr(handle, termios.TCSANOW, modes)

    def read() -> bytes:
        ready, _, _ = select.select([handle], [], [], BREATH)
        if not ready:
            return b""
        data = os.read(handle, 4096)
        if not data:
            raise OSError("the line has gone")
        return data

    return Port(read, lambda data: os.write(handle, data), lambda: os.close(handle))

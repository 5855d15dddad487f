"""A simulated ASTM instrument, to be run as a process: sends a message over TCP frame by frame, as E1381 says.

Words: port, the message's file, and after how many bytes its line is cut (-1: never). It prints the ACKs it was given.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path


def main(port: str, path: str, cut: str) -> int:
    content = Path(path).read_bytes()
    frames = [part + b"\n" for part in content.split(b"\n") if part]
    left = int(cut) if int(cut) >= 0 else 1 << 30
    acknowledged = 0
    with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as line:
        for part in (b"\x05", *frames):
            line.sendall(part[:left])
            left -= len(part)
            if left < 0:
                break
            if line.recv(1) != b"\x06":
                break
            acknowledged += 1
        else:
            line.sendall(b"\x04")
    print(acknowledged, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""A simulated balance, to be run as a process: answers MT-SICS on the pseudo-terminal whose other end it prints."""

from __future__ import annotations

import os
import sys
import tty


def main(*loads: str) -> int:
    """Each S is answered with the next of the loads, the last one again and again; ``D`` before one: not stable."""
    mine, theirs = os.openpty()
    tty.setraw(theirs)
    print(os.ttyname(theirs), flush=True)
    waiting, heard = list(loads), b""
    while True:
        heard += os.read(mine, 100)
        *asked, heard = heard.split(b"\r\n")
        for word in asked:
            if word == b"I4":
                os.write(mine, b'I4 A "B021002593"\r\n')
            elif word == b"S":
                load = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                answer = f"S D {load[1:]:>10} g" if load.startswith("D") else f"S S {load:>10} g"
                for one in f"{answer}\r\n".encode():  # a slow line: every byte alone
                    os.write(mine, bytes([one]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

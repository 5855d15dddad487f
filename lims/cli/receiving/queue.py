"""The agent's queue: each value is a file on disk before anybody is told, and goes when the laboratory has it."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

LATER = frozenset({401, 403, 408, 409, 423, 425, 429})
"""Answers after which the same value may still be taken: the token is renewed, the server less busy."""
Post = Callable[[str, bytes, Mapping[str, str]], int]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the address that was told, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; 0 when there was none."""
    request = urllib.request.Request(url, body, dict(headers), method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=15) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


def put(folder: Path, key: str, value: Mapping[str, str]) -> None:
    """Whole under its name or not at all, also after the power fails."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{key}.tmp"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(dict(value), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, folder / f"{key}.json")


def send(folder: Path, url: str, instrument: str, token: str, post: Post = post) -> tuple[int, int]:
    """Send what waits, the oldest first; (sent, refused). It stops at the first that cannot be sent now.

    The name of a value is its key: sent twice, it is taken once. A refused one is kept in ``refused``.
    """
    address = f"{url.rstrip('/')}/api/v1/instruments/{quote(instrument, safe='')}/weights"
    sent = refused = 0
    for path in sorted(folder.glob("*.json")):
        headers = {
            "Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": path.stem,
        }  # fmt: skip
        status = post(address, path.read_bytes(), headers)
        if 200 <= status < 300:
            path.unlink()
            sent += 1
        elif 400 <= status < 500 and status not in LATER:
            (folder / "refused").mkdir(exist_ok=True)
            os.replace(path, folder / "refused" / f"{path.stem}.{status}.json")
            refused += 1
        else:
            break
    return sent, refused

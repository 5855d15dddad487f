"""The file store: bytes under their SHA-256, written once and never changed; names are never used as paths."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from lims.domain.rules.errors import NotFound


class FileStore:
    """Bytes by digest in ``root``; the same bytes twice are one file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store the bytes durably and return their SHA-256 in hex."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        _sync_folder(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes, checked against their digest on the way out."""
        path = self._path(digest)
        if not path.exists():
            raise NotFound("FILE_MISSING", digest=digest)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise NotFound("FILE_DAMAGED", digest=digest)
        return content

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise NotFound("FILE_MISSING", digest=digest[:80])
        return self.root / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

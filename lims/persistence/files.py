"""The file store: bytes under their SHA-256, written once and never changed; names are never used as paths."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from lims.domain.rules.errors import NotFound, Unavailable

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FileStore:
    """Bytes by digest in ``root``; the same bytes twice are one file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store the bytes durably and return their SHA-256 in hex; Unavailable says why they cannot be stored."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        try:
            if not path.exists() or path.stat().st_size != len(content):
                _write_durably(path, content)
        except OSError as error:
            raise Unavailable("DISK_FULL" if error.errno in _NO_ROOM else "STORE_UNWRITABLE") from error
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes, checked against their digest on the way out."""
        path = self._path(digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise NotFound("FILE_MISSING", digest=digest) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise NotFound("FILE_DAMAGED", digest=digest)
        return content

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise NotFound("FILE_MISSING", digest=digest[:80])
        return self.root / digest[:2] / digest


def _write_durably(path: Path, content: bytes) -> None:
    """Whole under its name or not at all, also after the power fails; what could not be finished is cleared away."""
    folder = path.parent
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

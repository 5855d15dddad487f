"""A backup of the whole installation - database, stored files, keys, settings - and the way back from it.

Every part stands in a manifest with its SHA-256; a backup is read again before it is called complete, and nothing is
restored from one that differs from its manifest in a single byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from lims.domain.rules.errors import BadInput, LimsError
from lims.persistence import dump
from lims.services.transaction import Installation

MANIFEST, FORMAT = "manifest.json", "lims-backup/1"
DATABASE = "database"
LEFT_OUT = frozenset(f"{name}{tail}" for name in ("lims.db", "jobs.sqlite") for tail in ("", "-wal", "-shm"))
"""Of the installation's folder: the live database, whose copy is a part of its own; the queue is made anew from it."""
CHUNK = 1 << 20


class BackupRefused(LimsError):
    """Understood and refused: the code says whether the target is not empty or a part is missing or damaged."""


@dataclass(frozen=True)
class Part:
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    format: str
    version: str
    made_at: str
    engine: str
    schema: str
    """Revision of the migrations that the database was at."""
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


def back_up(place: Installation, to: Path, at: datetime, version: str) -> Manifest:
    """Write the backup while the laboratory works on. The database first: whatever it names is then already stored."""
    refuse_unless_empty(to)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    schema = dump.write(place.engine, to / DATABASE)
    parts = [_part(to, path) for path in _files(to / DATABASE)]
    for path in _files(place.home):
        name = path.relative_to(place.home)
        if name.parts[0] not in LEFT_OUT:
            parts.append(_copied(path, to, Path("home") / name))
    manifest = Manifest(FORMAT, version, at.isoformat(), place.engine.dialect.name, schema, tuple(parts))
    _write_durably(to / MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())
    return verified(to)


def refuse_unless_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused("FOLDER_NOT_EMPTY", folder=str(folder))


def verified(folder: Path) -> Manifest:
    """The manifest of a backup every part of which was read and is what it was; BackupRefused names the first not."""
    manifest = _manifest(folder)
    for part in manifest.parts:
        path = folder / part.path
        if not path.is_file():
            raise BackupRefused("PART_MISSING", part=part.path)
        if _part(folder, path) != part:
            raise BackupRefused("PART_DAMAGED", part=part.path)
    return manifest


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput("NO_BACKUP_HERE", folder=str(folder))
    try:
        tree = json.loads(path.read_bytes())
        if tree["format"] != FORMAT:
            raise BadInput("BACKUP_FORMAT_UNKNOWN", format=str(tree["format"])[:40])
        parts = tuple(Part(_inside(part["path"]), part["size"], part["sha256"]) for part in tree.pop("parts"))
        return Manifest(parts=parts, **tree)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused("MANIFEST_DAMAGED", folder=str(folder)) from error


def _inside(name: str) -> str:
    """A path that stays within the backup; anything else was not written by this product."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(name)
    return name


def restore_files(folder: Path, manifest: Manifest, into: Path) -> None:
    """Files, keys and settings into the empty folder of the new installation."""
    refuse_unless_empty(into)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in manifest.parts:
        place = Path(part.path)
        if place.parts[0] != "home":
            continue
        if _copied(folder / place, into, Path(*place.parts[1:])).sha256 != part.sha256:
            raise BackupRefused("PART_DAMAGED", part=part.path)


def restore_database(folder: Path, manifest: Manifest, engine: Engine) -> None:
    """The rows into a database of the same kind that has no table yet."""
    if engine.dialect.name != manifest.engine:
        raise BackupRefused("OTHER_DATABASE", backup=manifest.engine, given=engine.dialect.name)
    if not dump.is_empty(engine):
        raise BackupRefused("DATABASE_NOT_EMPTY")
    dump.read(engine, folder / DATABASE, manifest.schema)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _part(root: Path, path: Path) -> Part:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Part(path.relative_to(root).as_posix(), size, digest.hexdigest())


def _copied(source: Path, root: Path, name: Path) -> Part:
    """A copy with the source's own permissions; keys stay their owner's only."""
    target = root / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, source.stat().st_mode & 0o777)
    with os.fdopen(handle, "wb") as out, source.open("rb") as file:
        shutil.copyfileobj(file, out, CHUNK)
        out.flush()
        os.fsync(out.fileno())
    return _part(root, target)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def told(manifest: Manifest) -> Mapping[str, Any]:
    counts = {"parts": len(manifest.parts), "bytes": manifest.size}
    return {"engine": manifest.engine, **counts, "version": manifest.version}

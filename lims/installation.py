"""One installation: its folder, settings, secret and keys, and the values that the rest of the product is given."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lims.domain.rules.errors import LimsError
from lims.persistence import schema
from lims.persistence.session import make_engine
from lims.services.transaction import Installation

SETTINGS, SECRET, DEMO_MARK = "settings.json", "secret", ".made-by-demo"
DEFAULTS = {
    "laboratory": "LAB",
    "name_zh": "进口检验实验室",
    "name_en": "Import Inspection Laboratory",
    "zone": "Asia/Shanghai",
    "public_url": "http://127.0.0.1:8000",
}


class NotInstalled(LimsError):
    """There is no installation in the folder, or it is not safe to run; the code says which."""


class SchemaDiffers(LimsError):
    """The database is not at this program's schema: understood, and refused until somebody acts."""


@dataclass(frozen=True)
class Opened:
    """An installation with the secret that signs its sessions."""

    place: Installation
    secret: str
    settings: dict[str, Any]


def home() -> Path:
    return Path(os.environ.get("LIMS_HOME") or ".lims").resolve()


def create(folder: Path, settings: dict[str, Any], demo: bool = False) -> None:
    """Make the folder (its owner's only), settings, secret and the laboratory's signing key; nothing is overwritten."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / SETTINGS).exists():
        text = json.dumps({**DEFAULTS, **settings}, ensure_ascii=False, indent=2)
        (folder / SETTINGS).write_text(text + "\n", encoding="utf-8")
    if not (folder / SECRET).exists():
        _write_private(folder / SECRET, secrets.token_hex(32).encode())
    if demo:
        (folder / DEMO_MARK).touch()
    _make_keys(folder / "keys", {**DEFAULTS, **settings}["name_en"])


def _make_keys(keys: Path, name: str) -> None:
    from reports.signing import make_laboratory_key

    if (keys / "laboratory.key").exists():
        return
    keys.mkdir(mode=0o700, exist_ok=True)
    key, chain = make_laboratory_key(name)
    (keys / "laboratory.pem").write_bytes(chain)
    _write_private(keys / "laboratory.key", key)


def _write_private(path: Path, content: bytes) -> None:
    """Readable by its owner only, from the first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def database_url(folder: Path) -> str:
    return os.environ.get("LIMS_DATABASE_URL") or f"sqlite:///{folder / 'lims.db'}"


def opened(folder: Path | None = None, any_schema: bool = False) -> Opened:
    """The installation in the folder (default: LIMS_HOME); NotInstalled says what is missing.

    SchemaDiffers when its database is older or newer than this program, but for who comes to bring it up to date.
    """
    folder = (folder or home()).resolve()
    if not (folder / SETTINGS).exists():
        raise NotInstalled("NOT_INSTALLED", folder=str(folder))
    settings = {**DEFAULTS, **json.loads((folder / SETTINGS).read_text(encoding="utf-8"))}
    secret = (folder / SECRET).read_text().strip() if (folder / SECRET).exists() else ""
    if len(secret) < 32:
        raise NotInstalled("SECRET_MISSING", folder=str(folder))
    place = Installation(
        make_engine(database_url(folder)),
        folder,
        ZoneInfo(settings["zone"]),
        laboratory=settings["laboratory"],
        public_url=settings["public_url"],
        demo=(folder / DEMO_MARK).exists(),
    )
    why = "" if any_schema else schema.gap(place.engine)
    if why:
        raise SchemaDiffers(why, found=schema.stored(place.engine), wanted=schema.known()[-1])
    return Opened(place, secret, settings)

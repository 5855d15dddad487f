"""Short secrets that must be read again are kept encrypted under a key of the installation's own folder.

A copy of the database alone does not give them away; a backup holds the key too and must be kept like a key.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lims.domain.rules.errors import NotFound
from lims.services.transaction import Installation

NAME, NONCE = "seal.key", 12


def seal(place: Installation, secret: str, about: str) -> str:
    """AES-256-GCM, bound to what it is about, so that one person's sealed secret is no use as another's."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_key(place.home)).encrypt(nonce, secret.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(place: Installation, sealed: str, about: str) -> str:
    """The secret; NotFound SEAL_BROKEN when the key or the text is not the one it was sealed with."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
        return AESGCM(_key(place.home)).decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise NotFound("SEAL_BROKEN") from error


def _key(home: Path) -> bytes:
    """Made at first use, readable by its owner only; of two that make it at once the first counts."""
    path = home / "keys" / NAME
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f".{NAME}.{os.getpid()}.{os.urandom(4).hex()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()

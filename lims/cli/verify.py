"""``lims verify FILE.pdf``: is it, to the byte, a document of the laboratory, and is it still in force?"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput, LimsError, NotFound
from reports.verification import Status, Verification, verify

ANSWERED, MALFORMED, REFUSED = 0, 2, 3
OF_STATE = {"issued": "VALID", "superseded": "SUPERSEDED", "withdrawn": "WITHDRAWN"}
LARGEST_ANSWER = 1 << 20
SECONDS = 10


def main(argv: list[str]) -> int:
    words = _parser().parse_args(argv)
    if words.online and urlsplit(words.online).scheme not in ("http", "https"):
        return _malformed(f"--online {words.online}: not a web address")
    try:
        pdf = Path(words.file).read_bytes()
        trust = _trust(words.trust)
    except OSError as error:
        return _malformed(f"{error.filename}: {error.strerror or error}")
    try:
        found = verify(pdf, trust)
    except BadInput:
        return _malformed(f"{words.trust}: not a certificate in PEM")
    status = str(found.status)
    try:
        if found.status is Status.VALID:
            status = _online(words.online, found) if words.online else _at_home(found)
    except (URLError, TimeoutError, ValueError) as error:
        return _malformed(f"--online {words.online}: {getattr(error, 'reason', error)}")
    print(json.dumps(_told(found, status), ensure_ascii=False))
    return ANSWERED if status == "VALID" else REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lims verify", description=__doc__)
    parser.add_argument("file", metavar="FILE.pdf")
    parser.add_argument("--trust", metavar="CERT.pem", default="", help="whom to trust; else the keys of LIMS_HOME")
    parser.add_argument("--online", metavar="URL", default="", help="the laboratory's address: ask what is in force")
    return parser


def _trust(named: str) -> list[bytes]:
    if named:
        return [Path(named).read_bytes()]
    return [path.read_bytes() for path in sorted((installation.home() / "keys").glob("*.pem"))]


def _at_home(found: Verification) -> str:
    """What the installation in LIMS_HOME says of the number; without one, what the signature alone says."""
    assert found.content is not None
    if not (installation.home() / installation.SETTINGS).exists():
        return "VALID"
    from lims.services.certificate import public_status
    from lims.services.transaction import view

    try:
        with view(installation.opened().place, SYSTEM, datetime.now(UTC)) as tx:
            status = public_status(tx, str(found.content["number"]), str(found.content["verify_code"]))
    except NotFound:
        return "VALID"  # the document of another laboratory that the caller trusts
    except LimsError as error:
        print(f"lims verify: LIMS_HOME cannot be asked: {error}", file=sys.stderr)
        return "VALID"
    return OF_STATE[status.state] if status.digest == found.sha256 else "TAMPERED"


def _online(base: str, found: Verification) -> str:
    """Ask the laboratory itself; a number or code that it does not know makes the document not its own."""
    assert found.content is not None
    parts = urlsplit(base)
    number, code = quote(str(found.content["number"]), safe=""), quote(str(found.content["verify_code"]), safe="")
    place = parts.path.partition("/verify")[0].rstrip("/")
    address = f"{parts.scheme}://{parts.netloc}{place}/api/v1/verify/{number}?c={code}"
    try:
        with urlopen(Request(address, headers={"Accept": "application/json"}), timeout=SECONDS) as answer:
            told: dict[str, Any] = json.loads(answer.read(LARGEST_ANSWER))
    except HTTPError as error:
        if error.code == 404:
            return "NOT_OURS"
        raise
    if told.get("digest") != found.sha256:
        return "TAMPERED"
    return OF_STATE.get(str(told.get("state")), "NOT_OURS")


def _told(found: Verification, status: str) -> dict[str, Any]:
    return {
        "number": found.content["number"] if found.content else None,
        "status": status,
        "signed_by": found.signed_by,
        "signed_at": found.signed_at.isoformat() if found.signed_at else None,
        "sha256": found.sha256,
        "content": found.content,
    }


def _malformed(message: str) -> int:
    print(f"lims verify: {message}", file=sys.stderr)
    return MALFORMED

"""Is this file, to the byte, a document the laboratory signed? Offline, and never a traceback.

Everything the signature does not cover by itself is checked too: the gap that holds it, its encoding,
and that nothing follows it. Withdrawn and superseded documents are not known here.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader

ATTACHMENT = "certificate.json"
LARGEST = 64 * 1024 * 1024
# Traces by which a damaged file of ours is told from any other file; one changed byte leaves most of them.
TRACES = (b"ETSI.CAdES.detached", b"certificate.json", b"<pdf:Producer>lims</pdf:Producer>", b"/DocMDP",
          b"(Laboratory)")


class Status(StrEnum):
    VALID = "VALID"
    TAMPERED = "TAMPERED"
    UNKNOWN_SIGNER = "UNKNOWN_SIGNER"
    NOT_OURS = "NOT_OURS"


@dataclass(frozen=True)
class Verification:
    status: Status
    signed_by: str
    signed_at: datetime | None
    sha256: str
    content: dict[str, Any] | None


class _Broken(Exception):
    """The signature does not hold; caught here, told as TAMPERED."""


def verify(pdf: bytes, trust_pem: list[bytes]) -> Verification:
    """Judge ``pdf`` against the certificates in ``trust_pem`` (each PEM may hold a chain)."""
    digest = hashlib.sha256(pdf).hexdigest()
    try:
        found = _read(pdf)
        if found is None:
            return Verification(_unsigned(pdf), "", None, digest, None)
        signer, signed_at, content = _check(pdf, found)
    except Exception:  # a parser fed damaged bytes may raise anything at all; the answer stays an answer
        return Verification(_unsigned(pdf), "", None, digest, None)
    status = Status.VALID if _trusted(signer, signed_at, trust_pem) else Status.UNKNOWN_SIGNER
    if status is Status.VALID and content is None:
        status = Status.NOT_OURS  # signed by the laboratory, but not a certificate
    return Verification(status, _common_name(signer), signed_at, digest, content)


def _unsigned(pdf: bytes) -> Status:
    """Without a signature that holds: damaged goods of ours, or never ours."""
    traces = sum(trace in pdf for trace in TRACES)
    return Status.TAMPERED if traces >= 3 else Status.NOT_OURS

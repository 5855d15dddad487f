"""Is this file, to the byte, a document the laboratory signed? Offline, and never a traceback.

Everything the signature does not cover by itself is checked too: the gap that holds it, its encoding,
and that nothing follows it. Withdrawn and superseded documents are not known here.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from typing import Any

from asn1crypto import cms, pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lims.domain.rules.errors import BadInput
from reports.apart import apart

# An unknown signer is one of the answers here, not something to warn the log about.
logging.getLogger("pyhanko.sign").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko.pdf_utils").setLevel(logging.CRITICAL)

ATTACHMENT = "certificate.json"
LARGEST = 64 * 1024 * 1024
# Traces by which a damaged file of ours is told from any other file; one changed byte leaves most of them.
TRACES = (
    b"ETSI.CAdES.detached",
    b"certificate.json",
    b"<pdf:Producer>lims</pdf:Producer>",
    b"/DocMDP",
    b"(Laboratory)",
)


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


def verify(pdf: bytes, trust_pem: Sequence[bytes]) -> Verification:
    """Judge ``pdf`` against the certificates in ``trust_pem`` (each PEM may hold a chain).

    Raises BadInput only for trust that is no certificate; for the document there is always an answer.
    """
    anchors = _anchors(tuple(trust_pem))
    digest = hashlib.sha256(pdf).hexdigest()
    try:
        return apart(lambda: _judge(pdf, digest, anchors))
    except Exception:  # a parser fed damaged bytes may raise anything at all; the answer stays an answer
        return Verification(_unsigned(pdf), "", None, digest, None)


def _judge(pdf: bytes, digest: str, anchors: tuple[asn1_x509.Certificate, ...]) -> Verification:
    if len(pdf) > LARGEST:
        return Verification(_unsigned(pdf), "", None, digest, None)
    reader = PdfFileReader(BytesIO(pdf), strict=False)
    signatures = reader.embedded_signatures
    if not signatures:
        return Verification(_unsigned(pdf), "", None, digest, None)
    status = _status(pdf, signatures, anchors)
    content = _content(reader) if status is Status.VALID else None
    if status is Status.VALID and content is None:
        status = Status.NOT_OURS  # signed by the laboratory, but not a certificate
    last = signatures[-1]
    return Verification(status, _common_name(last), last.self_reported_timestamp, digest, content)


def _status(
    pdf: bytes, signatures: Sequence[EmbeddedPdfSignature], anchors: tuple[asn1_x509.Certificate, ...]
) -> Status:
    *earlier, last = signatures
    found = _validate(last, anchors)
    whole = found.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (found.intact and found.valid and whole):
        return Status.TAMPERED
    if any(_validate(signature, anchors).trusted for signature in earlier):
        return Status.TAMPERED  # the laboratory closed this document and somebody went on
    if not (found.trusted and _in_its_time(last)):
        return Status.UNKNOWN_SIGNER
    return Status.VALID if not earlier and _covers_every_byte(pdf, last) else Status.TAMPERED


def _validate(signature: EmbeddedPdfSignature, anchors: tuple[asn1_x509.Certificate, ...]) -> PdfSignatureStatus:
    trust = ValidationContext(
        trust_roots=anchors,
        moment=signature.self_reported_timestamp,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    return validate_pdf_signature(signature, signer_validation_context=trust, skip_diff=True)


def _in_its_time(signature: EmbeddedPdfSignature) -> bool:
    """Whether the claimed time lies in the life of the certificate (a directly trusted one too)."""
    at, certificate = signature.self_reported_timestamp, signature.signer_cert
    if at is None or at.tzinfo is None:
        return False
    return bool(certificate.not_valid_before <= at <= certificate.not_valid_after)


def _covers_every_byte(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The signed ranges are all of the file but the signature, and that stands there in its one spelling."""
    start, before, after, rest = (int(number) for number in signature.byte_range)
    if start != 0 or after + rest != len(pdf):
        return False
    spelled = _canonical(signature).hex().upper().encode("ascii")
    gap = pdf[before:after]
    return gap[:1] == b"<" and gap[-1:] == b">" and gap[1:-1] == spelled.ljust(len(gap) - 2, b"0")


def _canonical(signature: EmbeddedPdfSignature) -> bytes:
    """The signature container as this product writes it, made anew from the parts that are protected."""
    data = signature.signed_data
    signer = data["signer_infos"][0]
    certificate = signature.signer_cert
    sha256 = {"algorithm": "sha256"}
    fresh = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    ),
                    "digest_algorithm": sha256,
                    "signed_attrs": signer["signed_attrs"],
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": signer["signature"].native,
                }
            ],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": fresh}).dump())


def _content(reader: PdfFileReader) -> dict[str, Any] | None:
    """The attached certificate content, or None where there is none."""
    for reference in reader.root.get("/AF", ()):
        spec = reference.get_object()
        if spec.get("/UF") == ATTACHMENT:
            content = json.loads(spec["/EF"]["/F"].data)
            return content if isinstance(content, dict) else None
    return None


def _common_name(signature: EmbeddedPdfSignature) -> str:
    native = signature.signer_cert.subject.native
    return str(native.get("common_name", signature.signer_cert.subject.human_friendly))


@lru_cache(maxsize=32)
def _anchors(trust_pem: tuple[bytes, ...]) -> tuple[asn1_x509.Certificate, ...]:
    """From each PEM its roots; the certificates themselves where it brings no root."""
    anchors: list[asn1_x509.Certificate] = []
    for one in trust_pem:
        try:
            chain = [asn1_x509.Certificate.load(der, strict=True) for _, _, der in pem.unarmor(one, multiple=True)]
        except (ValueError, TypeError) as error:
            raise BadInput("TRUST_NOT_A_CERTIFICATE") from error
        anchors += [certificate for certificate in chain if certificate.self_issued] or chain
    return tuple(anchors)


def _unsigned(pdf: bytes) -> Status:
    """Without a signature that can be read: damaged goods of ours, or never ours."""
    traces = sum(trace in pdf for trace in TRACES)
    return Status.TAMPERED if traces >= 3 else Status.NOT_OURS

"""Signing a finished document (PAdES, ETSI EN 319 142-1, level B-B); judging one is verification.py.

One signature closes a document: nothing may be added after it, so any later byte is tampering. Knows no
clock: the signing time is given, and what is claimed is what is reported.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.apart import apart
from reports.verification import Status, Verification, verify

__all__ = ["Status", "Verification", "make_laboratory_key", "sign", "verify"]

DIGEST = "sha256"
FIELD = "Laboratory"
SIGNATURE_BYTES = 8192
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
YEARS = 40


def make_laboratory_key(
    common_name: str, *, not_before: datetime = FIRST_DAY, years: int = YEARS
) -> tuple[bytes, bytes]:
    """A new signing key (PEM, PKCS 8) and its chain (PEM: signer, then root), EC P-256.

    The root's own key is thrown away: it signs this one certificate and can never sign another.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    span = (not_before, not_before + timedelta(days=years * 365))
    root_name = _name(f"{common_name} root")
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, span, authority=True)
    signer = _certificate(_name(common_name), root_name, key.public_key(), root_key, span, authority=False)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded, b"".join(part.public_bytes(serialization.Encoding.PEM) for part in (signer, root))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name[:64])])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    span: tuple[datetime, datetime],
    *,
    authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def sign(pdf: bytes, key_pem: bytes, cert_chain_pem: bytes, *, name: str, reason: str, signed_at: datetime) -> bytes:
    """``pdf`` with one closing signature (DocMDP: no changes). ``signed_at`` must carry its time zone."""
    if signed_at.tzinfo is None:
        raise ValueError("signed_at must carry a time zone")
    place = PdfCMSEmbedder().write_cms(FIELD, IncrementalPdfFileWriter(BytesIO(pdf)))
    next(place)
    placeholder = SignatureObject(
        timestamp=signed_at,
        subfilter=fields.SigSeedSubFilter.PADES,
        name=name,
        reason=reason,
        bytes_reserved=SIGNATURE_BYTES,
    )
    closing = SigMDPSetup(certify=True, md_algorithm=DIGEST, docmdp_perms=fields.MDPPerm.NO_CHANGES)
    place.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=closing))
    prepared, out = place.send(SigIOSetup(md_algorithm=DIGEST))
    signer = _signer(key_pem, cert_chain_pem)
    place.send(apart(lambda: asyncio.run(signer.async_sign(prepared.document_digest, DIGEST, use_pades=True))))
    signed: bytes = out.getvalue()
    return signed


@lru_cache(maxsize=8)
def _signer(key_pem: bytes, cert_chain_pem: bytes) -> signers.SimpleSigner:
    """Only the signer's own certificate goes into the file: the signature vouches for no other."""
    key = serialization.load_pem_private_key(key_pem, password=None)
    encoded = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = x509.load_pem_x509_certificates(cert_chain_pem)[0]
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(encoded),
        cert_registry=SimpleCertificateStore(),
        embed_roots=False,
    )

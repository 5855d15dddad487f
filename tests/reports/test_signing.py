"""A signed document is either exactly what was signed or it is not; nothing makes the verifier stumble."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from lims.domain.rules.errors import BadInput
from reports.certificate.render import draw, render
from reports.signing import Status, make_laboratory_key, sign, verify
from tests.reports.papers import a_content

AT = datetime(2026, 11, 23, 11, 20, 5, tzinfo=UTC)


@cache
def laboratory() -> tuple[bytes, bytes]:
    return make_laboratory_key("Haikou Customs Technical Centre")


@cache
def stranger() -> tuple[bytes, bytes]:
    return make_laboratory_key("Haikou Customs Technical Centre")  # the same name proves nothing


@cache
def signed() -> bytes:
    key, chain = laboratory()
    return sign(render(a_content()), key, chain, name="Chen", reason="issued", signed_at=AT)


def status(pdf: bytes, *trust: bytes) -> Status:
    return verify(pdf, list(trust or (laboratory()[1],))).status


def test_a_signed_certificate_is_valid_and_brings_its_content() -> None:
    found = verify(signed(), [laboratory()[1]])
    assert found.status is Status.VALID
    assert found.signed_by == "Haikou Customs Technical Centre"
    assert found.signed_at == AT
    assert found.sha256 == hashlib.sha256(signed()).hexdigest()
    assert found.content is not None
    assert found.content["number"] == a_content().number


def test_root_or_signer_alone_is_trust_enough() -> None:
    end = b"-----END CERTIFICATE-----\n"
    signer, root, _ = laboratory()[1].split(end)
    assert status(signed(), signer + end) is Status.VALID
    assert status(signed(), root + end) is Status.VALID
    assert status(signed(), stranger()[1], root + end) is Status.VALID


def test_any_single_changed_byte_is_tampering() -> None:
    pdf = signed()
    start = pdf.index(b"/Contents <")
    rng = random.Random(20261123)
    places = {
        *rng.sample(range(len(pdf)), 120),
        *rng.sample(range(start, start + 1700), 120),
        0,
        len(pdf) - 1,
    }
    for place in places:
        changed = bytearray(pdf)
        changed[place] ^= rng.choice((0x01, 0x20, 0x80))
        assert status(bytes(changed)) is Status.TAMPERED, place


def test_a_byte_added_or_taken_away_is_tampering() -> None:
    assert status(signed() + b"\n") is Status.TAMPERED
    assert status(signed()[:-1]) is Status.TAMPERED
    assert status(b"\n" + signed()) is Status.TAMPERED
    assert status(signed()[: len(signed()) // 2]) in (Status.TAMPERED, Status.NOT_OURS)


def test_an_edit_appended_to_the_file_is_tampering() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed()))
    writer.root["/Extra"] = generic.TextStringObject("added")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert status(out.getvalue()) is Status.TAMPERED


def test_a_rewritten_file_is_tampering() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(signed())) as document:
        document.save(out)
    assert status(out.getvalue()) is Status.TAMPERED


@pytest.mark.parametrize("who", [stranger, laboratory])
def test_a_second_signature_on_a_closed_document_is_tampering(
    who: Callable[[], tuple[bytes, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.signing.FIELD", "Another")
    again = sign(signed(), *who(), name="x", reason="x", signed_at=AT)
    assert status(again) is Status.TAMPERED
    assert status(again, laboratory()[1], stranger()[1]) is Status.TAMPERED


def test_a_stranger_s_signature_is_unknown_and_its_content_is_not_passed_on() -> None:
    foreign = sign(render(a_content()), *stranger(), name="x", reason="x", signed_at=AT)
    found = verify(foreign, [laboratory()[1]])
    assert found.status is Status.UNKNOWN_SIGNER
    assert found.content is None
    assert status(signed(), stranger()[1]) is Status.UNKNOWN_SIGNER
    assert verify(signed(), []).status is Status.UNKNOWN_SIGNER


def test_a_stranger_s_altered_file_is_tampering() -> None:
    foreign = bytearray(sign(render(a_content()), *stranger(), name="x", reason="x", signed_at=AT))
    foreign[2000] ^= 1
    assert status(bytes(foreign)) is Status.TAMPERED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7",
        b"garbage" * 100,
        bytes(range(256)) * 40,
        b"PK\x03\x04" + b"\0" * 500,
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
    ],
)
def test_anything_else_is_not_ours_and_never_a_traceback(raw: bytes) -> None:
    assert status(raw) is Status.NOT_OURS


def test_an_unsigned_paper_is_not_ours() -> None:
    assert status(draw(a_content())) is Status.NOT_OURS
    assert status(render(a_content())) is Status.NOT_OURS


def test_our_signature_on_something_that_is_no_certificate_does_not_make_it_one() -> None:
    plain = sign(draw(a_content()), *laboratory(), name="x", reason="x", signed_at=AT)
    assert status(plain) is Status.NOT_OURS


def test_a_signature_dated_outside_the_life_of_its_key_is_not_trusted() -> None:
    key, chain = make_laboratory_key("Short", not_before=AT, years=1)
    late = sign(render(a_content()), key, chain, name="x", reason="x", signed_at=AT + timedelta(days=400))
    in_time = sign(render(a_content()), key, chain, name="x", reason="x", signed_at=AT + timedelta(days=300))
    assert status(late, chain) is Status.UNKNOWN_SIGNER
    assert status(in_time, chain) is Status.VALID


def test_a_signer_trusted_by_name_alone_still_has_its_dates() -> None:
    key, chain = make_laboratory_key("Short", not_before=AT, years=1)
    late = sign(render(a_content()), key, chain, name="x", reason="x", signed_at=AT + timedelta(days=400))
    end = b"-----END CERTIFICATE-----\n"
    assert status(late, chain.partition(end)[0] + end) is Status.UNKNOWN_SIGNER


def test_a_signing_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sign(render(a_content()), *laboratory(), name="x", reason="x", signed_at=datetime(2026, 11, 23))


@pytest.mark.parametrize("trust", [b"not a certificate", b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_trust_that_is_no_certificate_is_an_error_of_the_asker_not_of_the_document(trust: bytes) -> None:
    with pytest.raises(BadInput):
        verify(signed(), [trust])

"""Certificates over HTTP: issue and withdraw as signing acts, content, the PDF as issued, the public question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field
from werkzeug.exceptions import TooManyRequests

from lims.api.body import SIGNATURE_EXAMPLE, Answer, Optional, PageOf, PageQuery, Query, Reason, Short, Signed, Text
from lims.api.operation import PUBLIC, reads, writes
from lims.services import certificate
from lims.services.certificate import IssueCertificate, PublicStatus
from lims.services.reading import certificate as reading
from lims.services.reading.certificate import CertificateItem
from lims.services.reading.page import Verb
from lims.services.transaction import Transaction
from lims.web.portal.rate import Counter
from lims.web.unit import address, now


class Issue(Signed):
    lot: Short = Field(description="number of the lot")
    kind: Optional = Field("", description="PASS, FAIL or RETURN; refused where the disposition wants another")


class Withdraw(Signed):
    reason: Text = Field(min_length=1)


class CertificateAnswer(Answer):
    no: str
    revision: int
    kind: str
    state: str
    verdict: str
    goods_zh: str
    goods_en: str
    issued_at: datetime | None
    issued_by: str
    lot: str
    lot_state: str | None = None
    request: str
    digest: str = Field(description="SHA-256 of the signed PDF")
    verify_code: str
    pdf: str = Field(description="path of the PDF")
    verify: str = Field(description="path of the public page")
    replaces: str
    replaced_by: str
    withdrawal_reason: str
    content: dict[str, Any] = Field(description="the machine-readable certificate, as embedded in the PDF")
    verbs: list[Verb]


class CertificateQuery(PageQuery):
    state: str = ""


def _shown(tx: Transaction, no: str) -> CertificateAnswer:
    seen = reading.detail(tx, no)
    item = seen.item
    plain = {name: getattr(item, name) for name in CertificateItem.__dataclass_fields__ if name != "id"}
    return CertificateAnswer(
        **plain, lot=seen.lot_no, request=seen.request_no, digest=seen.digest, verify_code=seen.verify_code,
        pdf=f"/api/v1/certificates/{item.no}.pdf", verify=f"/verify/{item.no}?c={seen.verify_code}",
        replaces=seen.replaces, replaced_by=seen.replaced_by, withdrawal_reason=seen.withdrawal_reason,
        content=seen.content, verbs=list(seen.verbs),
    )  # fmt: skip


def _issued(tx: Transaction, done: certificate.Issued) -> CertificateAnswer:
    return _shown(tx, done.no).model_copy(update={"lot_state": done.lot_state})


@reads(
    "/certificates", "certificate:read", PageOf[CertificateItem], "Certificates, newest first", query=CertificateQuery
)
def listing(tx: Transaction, query: CertificateQuery) -> Any:
    page = reading.listing(tx, query.state, query.after, query.limit)
    return PageOf[CertificateItem](items=list(page.items), next=page.next)


@reads(
    "/certificates/<no>.pdf", "certificate:read", bytes, "The signed PDF, to the byte as issued",
    media_type="application/pdf",
)  # fmt: skip
def pdf(tx: Transaction, _query: None, no: str) -> bytes:
    return certificate.pdf(tx, no)


@reads("/certificates/<no>", "certificate:read", CertificateAnswer, "A certificate and its content")
def one(tx: Transaction, _query: None, no: str) -> CertificateAnswer:
    return _shown(tx, no)


@writes(
    "POST", "/certificates", "certificate:issue", CertificateAnswer,
    "Draft, sign and issue the document of a decided lot", body=Issue, then=_issued, status=201, signs=True,
    example={"lot": "RQ-2611-0001-L1", "signature": {**SIGNATURE_EXAMPLE, "meaning": "I issue this certificate"}},
)  # fmt: skip
def issue(tx: Transaction, body: Issue) -> certificate.Issued:
    return certificate.issue(tx, IssueCertificate(body.lot, body.kind, body.signature.meaning))


@writes(
    "POST", "/certificates/<no>/ask-withdrawal", "certificate:withdraw", CertificateAnswer,
    "Ask for its withdrawal by a second person", body=Reason, then=_shown, example={"reason": "wrong consignee"},
)  # fmt: skip
def ask_withdrawal(tx: Transaction, body: Reason, no: str) -> str:
    certificate.ask_withdrawal(tx, no, body.reason)
    return no


@writes(
    "POST", "/certificates/<no>/withdraw", "certificate:withdraw", CertificateAnswer, "Withdraw what another asked for",
    body=Withdraw, then=_shown, signs=True,
    example={"reason": "wrong consignee", "signature": {**SIGNATURE_EXAMPLE, "meaning": "I withdraw this certificate"}},
)  # fmt: skip
def withdraw(tx: Transaction, body: Withdraw, no: str) -> str:
    certificate.withdraw(tx, no, body.reason)
    return no


class CodeQuery(Query):
    c: str = Field("", max_length=200, description="the code printed on the document")


_asked = Counter()


@reads("/verify/<no>", PUBLIC, PublicStatus, "Public: what the document's own page says, as JSON", query=CodeQuery)
def verify(tx: Transaction, query: CodeQuery, no: str) -> PublicStatus:
    if _asked.too_many(address(), int(now().timestamp())):
        raise TooManyRequests()
    return certificate.public_status(tx, no, query.c)

"""Use-cases of a certificate: issue (draft, freeze, render, sign, store), withdraw, hand out, the public answer."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import numbering
from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.certificate import CertificateRow
from lims.persistence.counters import take
from lims.persistence.decision import DecisionRow, ReportRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.services import judging, lookup, transition
from lims.services.certificate_content import Evidence, content_of, kind_of
from lims.services.lot import newest_disposition
from lims.services.pausing import while_paused
from lims.services.transaction import Transaction
from reports.certificate.content import Laboratory, Pair

LETTER = {"PASS": "P", "FAIL": "F", "RETURN": "R"}
KEY_FILE, CHAIN_FILE = "laboratory.key", "laboratory.pem"
"""In the installation's ``keys`` folder: the signing key (owner only) and its certificate chain."""


@dataclass(frozen=True)
class IssueCertificate:
    lot_no: str
    kind: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Issued:
    no: str
    kind: str
    verify_code: str
    digest: str
    lot_state: str


def issue(tx: Transaction, cmd: IssueCertificate) -> Issued:
    """Draft and issue in one signing act. A released lot closes with it, and with its last lot the request."""
    lot = lookup.lot(
        tx,
        cmd.lot_no,
        joinedload(LotRow.request).joinedload(RequestRow.importer),
        joinedload(LotRow.request).joinedload(RequestRow.producer),
    )
    paused = while_paused(lot.request, lot.no)
    if paused:
        raise Refused(*paused)
    seen = _evidence(tx, lot)
    kind = kind_of(seen.disposition.choice)
    if cmd.kind and cmd.kind != kind:
        raise Refused(refusal("KIND_NOT_OF_DISPOSITION", asked=cmd.kind, due=kind, disposition=seen.disposition.choice))
    _still_true(seen)
    row = CertificateRow(
        kind=kind,
        lot_id=lot.id,
        decision_id=seen.decision.id,
        revision=0,
        content={},
        verify_code=secrets.token_urlsafe(16),
        issued_name="",
        withdrawal_reason="",
    )
    over = lookup.over(lot)
    transition.act(tx, row, "draft", over)
    _supersede(tx, lot, row)
    pdf = _freeze(tx, row, seen)
    row.digest = tx.place.files.put(pdf)
    transition.act(tx, row, "issue", over, cmd.meaning or (tx.signature.meaning if tx.signature else ""))
    if lot.state == "decided":
        transition.follow(tx, lot, "certify")
    if seen.disposition.choice == "RELEASE":
        transition.ride(tx, lot, "close")
    _close_request(tx, lot)
    return Issued(row.no or "", kind, row.verify_code, row.digest, lot.state or "")


def _evidence(tx: Transaction, lot: LotRow) -> Evidence:
    disposition = newest_disposition(tx, lot)
    if disposition is None or lot.state not in ("decided", "certified"):
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="lot", state=lot.state or "", verb="certify"))
    decision = tx.session.get_one(DecisionRow, disposition.decision_id)
    report = tx.session.get_one(ReportRow, decision.report_id)
    analyses = tx.session.scalars(
        select(AnalysisRow)
        .where(AnalysisRow.result_id.in_(report.results))
        .order_by(AnalysisRow.id)
        .options(joinedload(AnalysisRow.result))
    ).all()
    samples = tx.session.scalars(
        select(SampleRow).where(SampleRow.id.in_({a.sample_id for a in analyses})).order_by(SampleRow.id)
    ).all()
    return Evidence(lot, report, decision, disposition, samples, analyses, _laboratory(tx))


def _laboratory(tx: Transaction) -> Laboratory:
    site = tx.session.scalars(
        select(OrganisationRow).where(OrganisationRow.kind == "site").order_by(OrganisationRow.id).limit(1)
    ).first()
    if site is None:
        raise Refused(refusal("NO_LABORATORY_SITE"))
    return Laboratory(Pair(site.name_zh, site.name_en), Pair(site.address), site.contact)


def _still_true(seen: Evidence) -> None:
    """Every verdict worked out anew must equal the stored one before anything is signed."""
    for row in seen.analyses:
        if row.result is not None and judging.judge_stored(row).verdict != row.result.verdict:
            raise Refused(refusal("VERDICT_DIFFERS", analysis=row.id))


def _supersede(tx: Transaction, lot: LotRow, new: CertificateRow) -> None:
    """A document that replaces an earlier one of the lot says so, and the earlier one becomes superseded."""
    query = select(CertificateRow).where(CertificateRow.lot_id == lot.id, CertificateRow.state == "issued")
    for old in tx.session.scalars(query.order_by(CertificateRow.id)):
        new.replaces_id = old.id
        transition.follow(tx, old, "amend", "replaced after a new decision")
    if new.replaces_id:
        tx.record(new, "refer")


def _freeze(tx: Transaction, row: CertificateRow, seen: Evidence) -> bytes:
    """Number, content, PDF: from here on nothing in the document can change."""
    from reports.certificate.render import render
    from reports.signing import sign

    lab, year = tx.place.laboratory, tx.today.year
    letter = LETTER[row.kind]
    row.no = numbering.document_no(lab, year, letter, take(tx.session, numbering.document_series(lab, year, letter)))
    row.issued_by, row.issued_name, row.issued_at = tx.actor.id, tx.actor.name, tx.now
    content = content_of(tx, row, seen)
    row.content = json.loads(content.to_json())
    keys = tx.place.home / "keys"
    return sign(
        render(content),
        (keys / KEY_FILE).read_bytes(),
        (keys / CHAIN_FILE).read_bytes(),
        name=content.laboratory.name.en or content.laboratory.name.zh,
        reason=f"{row.no}",
        signed_at=tx.now,
    )


def _close_request(tx: Transaction, lot: LotRow) -> None:
    tx.session.flush()  # the question below must see this lot
    lookup.hold(tx, RequestRow, lot.request_id)  # of two last lots at once, the second sees both
    states = set(tx.session.scalars(select(LotRow.state).where(LotRow.request_id == lot.request_id)))
    if states <= {"disposed", "cancelled"} and lot.request.state == "accepted":
        transition.act(tx, lot.request, "close", transition.Over(lot.request_id, lot.id))


def ask_withdrawal(tx: Transaction, no: str, reason: str) -> None:
    row = _issued(tx, no)
    row.withdrawal_asked_by, row.withdrawal_reason = tx.actor.id, reason
    transition.act(tx, row, "ask_withdrawal", transition.Over(lot_id=row.lot_id), reason)


def withdraw(tx: Transaction, no: str, reason: str) -> None:
    """Two people: asked for by one, withdrawn by another; the lot goes back to decided."""
    row = _issued(tx, no)
    if row.withdrawal_asked_by is None or row.withdrawal_asked_by == tx.actor.id:
        raise Refused(refusal("TWO_PEOPLE_NEEDED", no=no))
    transition.act(tx, row, "withdraw", transition.Over(lot_id=row.lot_id), reason)
    lot = tx.session.get_one(LotRow, row.lot_id)
    if lot.state == "certified":
        transition.follow(tx, lot, "uncertify", reason)


def _issued(tx: Transaction, no: str) -> CertificateRow:
    return lookup.one(tx, select(CertificateRow).where(CertificateRow.no == _bare(no)), "certificate", no)


def _bare(no: str) -> str:
    """The number without its printed revision."""
    return no.strip().partition("-")[0]


def pdf(tx: Transaction, no: str) -> bytes:
    """The bytes as issued; rights as for reading certificates, and only of requests the actor sees."""
    tx.require("certificate:read")
    row = _issued(tx, no)
    lot = tx.session.scalars(
        select(LotRow).where(LotRow.id == row.lot_id).options(joinedload(LotRow.request).joinedload(RequestRow.port))
    ).one()
    if not lookup.sees(tx.actor, lot.request) or row.digest is None:
        raise NotFound("NOT_FOUND", noun="certificate", no=no)
    return tx.place.files.get(row.digest)


@dataclass(frozen=True)
class PublicStatus:
    """What the public page says: no more than the paper already shows."""

    no: str
    revision: int
    kind: str
    state: str
    issued_at: datetime
    goods_zh: str
    goods_en: str
    verdict: str
    digest: str
    results: int
    laboratory_zh: str
    laboratory_en: str
    replaced_by: str


def public_status(tx: Transaction, no: str, code: str) -> PublicStatus:
    """By number and code; a wrong code is answered like a number that does not exist."""
    row = tx.session.scalars(select(CertificateRow).where(CertificateRow.no == _bare(no))).one_or_none()
    known = row.verify_code if row is not None else "x" * 22
    if not hmac.compare_digest(known.encode(), code.encode()) or row is None or row.issued_at is None:
        raise NotFound("CERTIFICATE_UNKNOWN")
    newer = tx.session.scalars(select(CertificateRow.no).where(CertificateRow.replaces_id == row.id)).first()
    content = row.content
    return PublicStatus(
        no=row.no or "",
        revision=row.revision,
        kind=row.kind,
        state=row.state,
        issued_at=row.issued_at,
        goods_zh=content["goods"]["zh"],
        goods_en=content["goods"]["en"],
        verdict=content["verdict"],
        digest=row.digest or "",
        results=len(content["rows"]),
        laboratory_zh=content["laboratory"]["name"]["zh"],
        laboratory_en=content["laboratory"]["name"]["en"],
        replaced_by=newer or "",
    )


def export(tx: Transaction, numbers: tuple[str, ...] | None) -> list[tuple[str, str]]:
    """(number, digest) of issued documents, all of them or those named; an unknown number is BadInput."""
    query = select(CertificateRow.no, CertificateRow.digest).where(CertificateRow.no.is_not(None))
    if numbers is not None:
        query = query.where(CertificateRow.no.in_([_bare(no) for no in numbers]))
    found = [(no or "", digest or "") for no, digest in tx.session.execute(query.order_by(CertificateRow.id))]
    missing = sorted({_bare(no) for no in numbers or ()} - {no for no, _ in found})
    if missing:
        raise BadInput("NO_SUCH_CERTIFICATE", numbers=", ".join(missing))
    return found

"""A lot for its decision: the way it came, the results against their limits, what the table proposes and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.disposition import Proposal
from lims.domain.rules.refusal import Refusal
from lims.domain.rules.workflow import open_verbs
from lims.persistence.certificate import CertificateRow
from lims.persistence.request import LotRow, RequestRow
from lims.services import inspected, lookup
from lims.services.lot import findings, newest_report, not_treated, proposal
from lims.services.pausing import while_paused
from lims.services.reading import rounds
from lims.services.reading.analysis import AnalysisView
from lims.services.reading.page import Page, Verb, page, seen_whole, verbs
from lims.services.reading.rounds import DecisionVersion, EarlierRound
from lims.services.sample import of_round
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class LotItem:
    id: int
    no: str
    state: str
    goods_zh: str
    goods_en: str
    declaration_no: str
    origin: str
    verdict: str


@dataclass(frozen=True)
class DecisionView:
    id: int
    version: int
    no: str
    mark: str
    state: str
    round: int
    goods_zh: str
    goods_en: str
    hs_code: str
    quantity: str
    declaration_no: str
    request_no: str
    origin: str
    importer: str
    port_zh: str
    port_en: str
    transport: dict[str, str]
    lodged_at: datetime
    drawn_at: datetime | None
    received_at: datetime | None
    report_no: str
    verdict: str
    severity: str
    signatory: str
    approved_at: datetime | None
    analyses: tuple[AnalysisView, ...]
    samples: tuple[tuple[str, str, str], ...]
    proposal: Proposal | None
    release_refusals: tuple[Refusal, ...]
    """Why the lot cannot be released by its inspection by pieces, whatever its samples were found to be."""
    unplanned: tuple[Refusal, ...]
    """Why no plan by pieces could be made for goods that are inspected so."""
    finding: str
    findings: tuple[str, ...]
    """What a person may establish about the goods, so that other rows of the table apply."""
    disposition: str
    disposition_reason: str
    decided_by: str
    decided_at: datetime | None
    certificates: tuple[tuple[str, str, str], ...]
    proof: str
    paused: bool
    decisions: tuple[DecisionVersion, ...]
    rounds: tuple[EarlierRound, ...]
    verbs: tuple[Verb, ...]


def listing(tx: Transaction, states: Sequence[str] = (), after: str = "", size: int = 50) -> Page[LotItem]:
    seen_whole(tx, "lot", "")
    query = select(LotRow).options(joinedload(LotRow.line), joinedload(LotRow.request))
    query = lookup.of_seen(tx, query, LotRow.id)
    if states:
        query = query.where(LotRow.state.in_(states))
    return page(tx, query, LotRow.id, after, size, lambda row: _item(tx, row))


def _item(tx: Transaction, row: LotRow) -> LotItem:
    report = newest_report(tx, row) if row.state not in (None, "awaiting_samples", "in_test", "cancelled") else None
    return LotItem(
        row.id,
        row.no,
        row.state or "declared",
        row.line.goods_zh,
        row.line.goods_en,
        row.request.declaration_no,
        row.request.origin,
        report.verdict if report else "",
    )


def detail(tx: Transaction, no: str, finding: str = "") -> DecisionView:
    """``finding``: the proposal as it would be if that were established; one that is not asked for changes nothing."""
    seen_whole(tx, "lot", no)
    row = lookup.lot(tx, no, joinedload(LotRow.request).joinedload(RequestRow.importer))
    report = newest_report(tx, row)
    asked = findings(tx, row, report) if report else ()
    stands = inspected.standing(tx, row)
    samples = of_round(tx, row)
    versions = rounds.decisions(tx, row)
    decided = next((one for one in reversed(versions) if one.round == row.round), None)
    papers = tx.session.scalars(
        select(CertificateRow).where(CertificateRow.lot_id == row.id).order_by(CertificateRow.id)
    )
    request, line = row.request, row.line
    received = [s.received_at for s in samples if s.received_at]
    return DecisionView(
        id=row.id,
        version=row.version,
        no=row.no,
        mark=row.mark,
        state=row.state or "declared",
        round=row.round,
        goods_zh=line.goods_zh,
        goods_en=line.goods_en,
        hs_code=line.hs_code,
        quantity=f"{row.quantity:f} {row.unit}",
        declaration_no=request.declaration_no,
        request_no=request.no,
        origin=request.origin,
        importer=request.importer.name_zh or request.importer.name_en,
        port_zh=request.port.name_zh,
        port_en=request.port.name_en,
        transport=dict(request.transport or {}),
        lodged_at=request.lodged_at,
        drawn_at=min((s.drawn_at for s in samples), default=None),
        received_at=min(received, default=None),
        report_no=report.no if report else "",
        verdict=report.verdict if report else "",
        severity=report.severity if report else "",
        signatory=report.signatory_name if report else "",
        approved_at=report.at if report else None,
        analyses=rounds.analyses(tx, row, row.round),
        samples=tuple((s.no, s.state, s.verdict) for s in samples),
        proposal=proposal(tx, row, report, finding if finding in asked else "") if report else None,
        release_refusals=stands.refusals,
        unplanned=stands.unplanned,
        finding=finding if finding in asked else "",
        findings=asked,
        disposition=decided.choice if decided else "",
        disposition_reason=decided.reason if decided else "",
        decided_by=decided.by if decided else "",
        decided_at=decided.at if decided else None,
        certificates=tuple((c.no or "", c.kind, c.state) for c in papers),
        proof=row.proof,
        paused=request.state == "paused",
        decisions=versions,
        rounds=rounds.earlier(tx, row, versions),
        verbs=_verbs(tx, row),
    )


STOPPED = frozenset({"decide", "redecide", "reinspect"})
"""What a pause of the request stops on a lot."""


def _verbs(tx: Transaction, row: LotRow) -> tuple[Verb, ...]:
    """Each verb of the table with all that stands in its way: right and duty, a pause, a treatment not yet proven."""
    shown = verbs(tx, row, open_verbs("lot", row.state or ""), lookup.over(row))
    paused = while_paused(row.request, row.no)
    return tuple(
        replace(
            verb,
            refusals=(
                *verb.refusals,
                *(paused if verb.verb in STOPPED else ()),
                *(not_treated(tx, row) if verb.verb == "reinspect" else ()),
            ),
        )
        for verb in shown
    )

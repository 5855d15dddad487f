"""Lots over HTTP: what the decision rests on, hold, decide anew, re-inspect, proof, close, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Empty, Optional, PageOf, PageQuery, Reason, Short, Text, taken
from lims.api.operation import reads, writes
from lims.domain.disposition import Proposal
from lims.domain.rules.refusal import Refusal
from lims.services import cancelling, lot
from lims.services.reading import lot as reading
from lims.services.reading.analysis import AnalysisView
from lims.services.reading.lot import LotItem
from lims.services.reading.page import Verb
from lims.services.transaction import Transaction


class DecidedLot(Answer):
    lot: str
    state: str
    disposition: str
    rule: str = Field(description="the row of the decision table that offered it; empty for HOLD")
    verdict: str


class Proof(Body):
    proof: Text = Field(min_length=1, description="what was recorded: document number, date, place")


class Redecide(Body):
    disposition: Short = Field(description="one of those the decision table offers, but for HOLD")
    reason: Text = Field(min_length=1)
    finding: Optional = Field("", description="what was established about the goods, where rows of the table ask it")


class SampleBrief(Answer):
    no: str
    state: str
    verdict: str


class CertificateBrief(Answer):
    no: str
    kind: str
    state: str


class LotAnswer(Answer):
    no: str
    version: int
    mark: str
    state: str
    round: int
    request: str
    goods_zh: str
    goods_en: str
    hs_code: str
    quantity: str
    declaration_no: str
    origin: str
    importer: str
    port_zh: str
    port_en: str
    transport: dict[str, str]
    lodged_at: datetime
    drawn_at: datetime | None
    received_at: datetime | None
    report: str = Field(description="number of the newest report; empty before it")
    verdict: str
    severity: str
    signatory: str
    approved_at: datetime | None
    analyses: list[AnalysisView]
    samples: list[SampleBrief]
    proposal: Proposal | None
    release_refusals: list[Refusal] = Field(
        description="what stands against a release: an inspection by pieces not recorded, or a lot not accepted by it"
    )
    findings: list[str] = Field(description="what a person may establish, so that other rows of the table apply")
    disposition: str
    disposition_reason: str
    decided_by: str
    decided_at: datetime | None
    certificates: list[CertificateBrief]
    proof: str
    verbs: list[Verb]


class LotQuery(PageQuery):
    state: str = Field("", description="one state, or several separated by commas")


HOLD = {"reason": "retest asked by the importer"}


def _shown(tx: Transaction, no: str) -> LotAnswer:
    seen = reading.detail(tx, no)
    samples = [SampleBrief(no=no, state=state, verdict=verdict) for no, state, verdict in seen.samples]
    papers = [CertificateBrief(no=no, kind=kind, state=state) for no, kind, state in seen.certificates]
    return taken(
        LotAnswer, seen, request=seen.request_no, report=seen.report_no, samples=samples, certificates=papers
    )


@reads("/lots", "request:see", PageOf[LotItem], "Lots, newest first", query=LotQuery)
def listing(tx: Transaction, query: LotQuery) -> Any:
    states = tuple(filter(None, query.state.split(",")))
    page = reading.listing(tx, states, query.after, query.limit)
    return PageOf[LotItem](items=list(page.items), next=page.next)


@reads("/lots/<no>", "request:see", LotAnswer, "A lot: results, what the table proposes, what was decided")
def one(tx: Transaction, _query: None, no: str) -> LotAnswer:
    return _shown(tx, no)


@writes("POST", "/lots/<no>/hold", "lot:hold", LotAnswer, "Hold", body=Reason, then=_shown, example=HOLD)
def hold(tx: Transaction, body: Reason, no: str) -> str:
    lot.hold(tx, no, body.reason)
    return no


@writes("POST", "/lots/<no>/unhold", "lot:hold", LotAnswer, "End a hold", body=Reason, then=_shown, example=HOLD)
def unhold(tx: Transaction, body: Reason, no: str) -> str:
    lot.unhold(tx, no, body.reason)
    return no


@writes(
    "POST", "/lots/<no>/prove", "lot:prove", LotAnswer, "Record the proof of exit, destruction or treatment",
    body=Proof, then=_shown, example={"proof": "exit record 5301-2026-118, 2026-12-02, Haikou"},
)  # fmt: skip
def prove(tx: Transaction, body: Proof, no: str) -> str:
    lot.prove(tx, no, body.proof)
    return no


@writes(
    "POST", "/lots/<no>/redecide", "lot:hold", DecidedLot,
    "Decide a decided or certified lot anew: a new version, whose document supersedes the earlier one",
    body=Redecide, if_match=True, example={"disposition": "RETURN", "reason": "the importer chose to return it"},
)  # fmt: skip
def redecide(tx: Transaction, body: Redecide, no: str, version: int | None) -> DecidedLot:
    found = lot.redecide(tx, lot.DecideLot(no, body.disposition, body.reason, version, body.finding))
    return DecidedLot(lot=no, **found.__dict__)


@writes(
    "POST", "/lots/<no>/reinspect", "lot:hold", LotAnswer,
    "Open another round after a treatment that was ordered and proven", body=Empty, then=_shown, if_match=True,
)  # fmt: skip
def reinspect(tx: Transaction, _body: Empty, no: str, version: int | None) -> str:
    lot.reinspect(tx, no, version)
    return no


@writes("POST", "/lots/<no>/close", "lot:hold", LotAnswer, "Close a lot once proved", body=Empty, then=_shown)
def close(tx: Transaction, _body: Empty, no: str) -> str:
    lot.close(tx, no)
    return no


@writes(
    "POST", "/lots/<no>/cancel", "lot:cancel", LotAnswer, "Cancel with everything open under it",
    body=Reason, then=_shown, example={"reason": "goods not arrived"},
)  # fmt: skip
def cancel(tx: Transaction, body: Reason, no: str) -> str:
    cancelling.cancel(tx, no, body.reason)
    return no

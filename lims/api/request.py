"""Inspection requests over HTTP: lodge, look, ask and answer, accept, reject, cancel, decide its lots, add analyses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from lims.api.body import (
    Answer,
    Body,
    Empty,
    Id,
    Number,
    Optional,
    PageOf,
    PageQuery,
    Reason,
    Short,
    Text,
    one_of,
    taken,
)
from lims.api.lot import DecidedLot
from lims.api.operation import reads, writes
from lims.domain.rules.errors import BadInput
from lims.services import choosing, lot, request
from lims.services.reading import request as reading
from lims.services.reading.page import Verb
from lims.services.reading.request import LineView, LotView, RequestItem
from lims.services.request import AcceptRequest, LineCommand, LodgeRequest, LotCommand
from lims.services.ruling import ContractRule
from lims.services.transaction import Transaction


class DeclaredLot(Body):
    mark: Optional = Field("", description="the producer's own lot number")
    quantity: Number
    unit: Short


class DeclaredLine(Body):
    hs_code: Optional = ""
    product: Optional = Field("", description="code of the catalogue; left out, the HS code decides")
    goods_zh: Optional = ""
    goods_en: Optional = ""
    quantity: Number
    unit: Short
    packages: Optional = ""
    lots: list[DeclaredLot] = Field(default=[], max_length=200, description="left out: one lot of the whole line")
    intended_use: Optional = Field("", max_length=80, description="as declared; limits may hold for one use only")


class AskedRule(Body):
    code: Short = Field(min_length=1, description="code of a decision rule of the catalogue")
    reason: Text = Field(min_length=1)


class Lodge(Body):
    declaration_no: Short = Field(min_length=1, description="of the customs declaration; the same one is lodged once")
    jurisdiction: Short = Field("CN", max_length=8)
    port: Short = Field(description="code of the customs office")
    importer: Short = Field(description="code of the organisation")
    producer: Optional = ""
    origin: Short = Field(description="country code or the name as declared")
    transport: dict[str, Short] = Field(default={}, max_length=20)
    purpose: Short = "port_sampling"
    trade_mode: Optional = Field("", max_length=40, description="as declared; limits may hold for one mode only")
    note: Optional = ""
    contract_rule: AskedRule | None = Field(
        None, description="of the customer's contract; holds where neither limit nor jurisdiction names a rule"
    )
    lines: list[DeclaredLine] = Field(min_length=1, max_length=200)


class Gap(Body):
    line: Id
    reason: Text = Field(min_length=1)


class Accept(Body):
    gaps: list[Gap] = Field(default=[], max_length=200, description="lines for which nothing could be proposed")


class Ask(Body):
    question: Text = Field(min_length=1)


class Reply(Body):
    answer: Text = Field(min_length=1)


class RejectRequest(Body):
    reason_code: one_of(request.REJECT_REASONS)  # type: ignore[valid-type]
    reason: Optional = ""


class Add(Body):
    lot: Short = Field(description="number of the lot")
    analyte: Short
    method: Optional = Field("", description="left out: the best one in force")
    reason: Text = Field(min_length=1)


class Choose(Body):
    limit: Short = Field(description="code of one of the analysis's ``choices``")
    reason: Text = Field(min_length=1)


class LotDecision(Body):
    lot: Short
    disposition: Short = Field(description="one of those the decision table offers, or HOLD")
    reason: Text = Field(min_length=1)
    finding: Optional = Field("", description="what was established about the goods, where rows of the table ask it")


class Decide(Body):
    lots: list[LotDecision] = Field(min_length=1, max_length=200)


class PaperAnswer(Answer):
    id: int
    name: str
    size: int


class RequestAnswer(Answer):
    no: str
    version: int
    declaration_no: str
    jurisdiction: str
    port: str
    port_zh: str
    port_en: str
    importer: str
    producer: str
    origin: str
    transport: dict[str, str]
    note: str
    contract_rule: str = Field(description="code of the decision rule that the contract asks for; empty for none")
    contract_reason: str
    question: str
    state: str
    lodged_at: datetime
    lines: list[LineView]
    lots: list[LotView] = Field(description="each with its proposed analyses: id, method, limit")
    attachments: list[PaperAnswer]
    verbs: list[Verb]


class Decisions(Answer):
    no: str
    lots: list[DecidedLot]


class RequestQuery(PageQuery):
    state: str = ""
    q: str = Field("", description="beginning of the number or of the declaration number")


EXAMPLE = {
    "declaration_no": "530120261100044187", "jurisdiction": "CN", "port": "HAK", "importer": "IMP", "producer": "PRO",
    "origin": "EC", "transport": {"vessel": "CMA CGM LIBRA", "containers": "OOLU 418733 5"}, "note": "",
    "lines": [{
        "hs_code": "0306.17", "product": "CRUST", "goods_zh": "冻去壳虾", "goods_en": "Frozen peeled shrimp",
        "quantity": "24000", "unit": "kg", "packages": "1200 cartons",
        "lots": [{"mark": "PP-2611-A", "quantity": "24000", "unit": "kg"}],
    }],
}  # fmt: skip
REASON = {"reason": "withdrawn by the importer"}


def _shown(tx: Transaction, no: str) -> RequestAnswer:
    seen = reading.detail(tx, no)
    papers = [PaperAnswer(id=id, name=name, size=size) for id, name, size in seen.attachments]
    return taken(RequestAnswer, seen, port=seen.port_code, attachments=papers)


@reads(
    "/inspection-requests", "request:see", PageOf[RequestItem], "Inspection requests, newest first", query=RequestQuery
)
def listing(tx: Transaction, query: RequestQuery) -> Any:
    page = reading.listing(tx, query.state, query.after, query.limit, query.q)
    return PageOf[RequestItem](items=list(page.items), next=page.next)


@reads("/inspection-requests/<no>", "request:see", RequestAnswer, "A request with lines, lots and proposed analyses")
def one(tx: Transaction, _query: None, no: str) -> RequestAnswer:
    return _shown(tx, no)


@writes(
    "POST", "/inspection-requests", "request:lodge", RequestAnswer, "Lodge a consignment; proposes its analyses",
    body=Lodge, then=_shown, status=201, example=EXAMPLE,
)  # fmt: skip
def lodge(tx: Transaction, body: Lodge) -> str:
    lines = tuple(
        LineCommand(
            line.hs_code, line.product, line.goods_zh, line.goods_en, line.quantity, line.unit, line.packages,
            tuple(LotCommand(one.mark, one.quantity, one.unit) for one in line.lots), line.intended_use,
        )
        for line in body.lines
    )  # fmt: skip
    return request.lodge(
        tx,
        LodgeRequest(
            body.declaration_no, body.jurisdiction, body.port, body.importer, body.origin, lines, body.producer,
            body.transport, body.note, body.purpose,
            ContractRule(body.contract_rule.code, body.contract_rule.reason) if body.contract_rule else None,
            body.trade_mode,
        ),
    ).no  # fmt: skip


@writes(
    "POST", "/inspection-requests/<no>/accept", "request:accept", RequestAnswer, "Accept: contract review",
    body=Accept, then=_shown, example={"gaps": [{"line": 2, "reason": "checked by label review only"}]},
)  # fmt: skip
def accept(tx: Transaction, body: Accept, no: str) -> str:
    request.accept(tx, AcceptRequest(no, {gap.line: gap.reason for gap in body.gaps}))
    return no


@writes(
    "POST", "/inspection-requests/<no>/ask", "request:ask", RequestAnswer, "Ask the one who lodged it",
    body=Ask, then=_shown, example={"question": "Which lot does the bill of lading name?"},
)  # fmt: skip
def ask(tx: Transaction, body: Ask, no: str) -> str:
    request.ask(tx, no, body.question)
    return no


@writes(
    "POST", "/inspection-requests/<no>/answer", "request:answer", RequestAnswer, "Answer the question",
    body=Reply, then=_shown, example={"answer": "Lot PP-2611-A"},
)  # fmt: skip
def answer(tx: Transaction, body: Reply, no: str) -> str:
    request.answer(tx, no, body.answer)
    return no


@writes(
    "POST", "/inspection-requests/<no>/reject", "request:ask", RequestAnswer, "Reject with a structured reason",
    body=RejectRequest, then=_shown, example={"reason_code": "papers_missing", "reason": "no health certificate"},
)  # fmt: skip
def reject(tx: Transaction, body: RejectRequest, no: str) -> str:
    request.reject(tx, no, body.reason_code, body.reason)
    return no


@writes(
    "POST", "/inspection-requests/<no>/pause", "request:ask", RequestAnswer,
    "Pause: nothing is drawn, assigned, decided or issued meanwhile", body=Reason, then=_shown, if_match=True,
    example={"reason": "the importer owes the contract"},
)  # fmt: skip
def pause(tx: Transaction, body: Reason, no: str, version: int | None) -> str:
    request.pause(tx, no, body.reason, version)
    return no


@writes(
    "POST", "/inspection-requests/<no>/resume", "request:ask", RequestAnswer, "End a pause",
    body=Empty, then=_shown, if_match=True,
)  # fmt: skip
def resume(tx: Transaction, _body: Empty, no: str, version: int | None) -> str:
    request.resume(tx, no, version)
    return no


@writes(
    "POST", "/inspection-requests/<no>/cancel", "request:cancel", RequestAnswer,
    "Cancel with its open lots, samples and analyses", body=Reason, then=_shown, example=REASON,
)  # fmt: skip
def cancel(tx: Transaction, body: Reason, no: str) -> str:
    request.cancel(tx, no, body.reason)
    return no


@writes(
    "POST", "/inspection-requests/<no>/close", "request:close", RequestAnswer,
    "Close a request all of whose lots are done", body=Empty, then=_shown,
)  # fmt: skip
def close(tx: Transaction, _body: Empty, no: str) -> str:
    request.close(tx, no)
    return no


@writes(
    "POST", "/inspection-requests/<no>/decide", "lot:decide", Decisions, "Decide reported lots; all of them or none",
    body=Decide,
    example={"lots": [{"lot": "RQ-2611-0001-L1", "disposition": "RELEASE", "reason": "every result conforms"}]},
)  # fmt: skip
def decide(tx: Transaction, body: Decide, no: str) -> Decisions:
    own = {one.no for one in reading.detail(tx, no).lots}
    done = []
    for one in body.lots:
        if one.lot not in own:
            raise BadInput("UNKNOWN_LOT", field="lots", text=one.lot)
        found = lot.decide(tx, lot.DecideLot(one.lot, one.disposition, one.reason, finding=one.finding))
        done.append(DecidedLot(lot=one.lot, **found.__dict__))
    return Decisions(no=no, lots=done)



@writes(
    "POST", "/inspection-requests/<no>/analyses", "analysis:choose", RequestAnswer,
    "Ask for one more analysis than proposed", body=Add, then=_shown, status=201,
    example={"lot": "RQ-2611-0001-L1", "analyte": "PB", "method": "", "reason": "alert of another port"},
)  # fmt: skip
def add_analysis(tx: Transaction, body: Add, no: str) -> str:
    lots = {one.no: one.seq for one in reading.detail(tx, no).lots}
    if body.lot not in lots:
        raise BadInput("UNKNOWN_LOT", field="lot", text=body.lot)
    request.add_analysis(tx, request.AddAnalysis(no, lots[body.lot], body.analyte, body.method, body.reason))
    return no


@writes(
    "POST", "/inspection-requests/<no>/analyses/<int:id>/limit", "analysis:choose", RequestAnswer,
    "Take one of the limits that the declaration does not settle", body=Choose, then=_shown,
    example={"limit": "L0001", "reason": "the label says it is for infants"},
)  # fmt: skip
def choose_limit(tx: Transaction, body: Choose, no: str, id: int) -> str:
    choosing.choose_limit(tx, choosing.ChooseLimit(no, id, body.limit, body.reason))
    return no

"""Use-cases of an inspection request: lodge, ask and answer, accept or reject, choose analyses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lims.domain import numbering
from lims.domain.narrowing import Situation
from lims.domain.requirement import Requirement
from lims.domain.rules.errors import BadInput, Forbidden, Refused
from lims.domain.rules.permissions import Grant
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.counters import take
from lims.persistence.request import LineRow, LotRow, RequestRow
from lims.services import choosing, facts, lookup, ruling, transition
from lims.services.cancelling import cancel_lot_parts
from lims.services.ruling import ContractRule, Ruling
from lims.services.transaction import Transaction
from lims.services.transition import Over
from lims.services.version import unchanged


@dataclass(frozen=True)
class LotCommand:
    mark: str
    quantity: str
    unit: str


@dataclass(frozen=True)
class LineCommand:
    hs_code: str
    product: str
    goods_zh: str
    goods_en: str
    quantity: str
    unit: str
    packages: str = ""
    lots: tuple[LotCommand, ...] = ()
    intended_use: str = ""


@dataclass(frozen=True)
class LodgeRequest:
    declaration_no: str
    jurisdiction: str
    port: str
    importer: str
    origin: str
    lines: tuple[LineCommand, ...]
    producer: str = ""
    transport: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    purpose: str = "port_sampling"
    contract_rule: ContractRule | None = None
    trade_mode: str = ""


@dataclass(frozen=True)
class Lodged:
    no: str
    id: int
    created: bool


def lodge(tx: Transaction, cmd: LodgeRequest) -> Lodged:
    """Lodge a consignment; the declaration number makes it idempotent. Proposes the analyses of every lot."""
    held = tx.require("request:lodge")
    known = tx.session.scalar(select(RequestRow).where(RequestRow.declaration_no == cmd.declaration_no.strip()))
    if known is not None:
        return Lodged(lookup.request(tx, known.no).no, known.id, created=False)
    row = _request_row(tx, cmd, held)
    rules = ruling.today(tx, row)
    row.contract_rule = ruling.of_contract(cmd.contract_rule, rules.rules)
    transition.act(tx, row, "lodge", Over())
    seq = 0
    for n, line_cmd in enumerate(cmd.lines, start=1):
        line, found = _line(tx, row, n, line_cmd)
        for lot_cmd in line_cmd.lots or (LotCommand("", line_cmd.quantity, line_cmd.unit),):
            seq += 1
            _lot(tx, rules, line, seq, lot_cmd, found)
    return Lodged(row.no, row.id, created=True)


def _request_row(tx: Transaction, cmd: LodgeRequest, held: tuple[Grant, ...]) -> RequestRow:
    if not cmd.declaration_no.strip():
        raise BadInput("FIELD_NEEDED", field="declaration_no")
    if not cmd.lines:
        raise BadInput("FIELD_NEEDED", field="lines")
    port = lookup.organisation(tx, cmd.port, "customs_office")
    if all(grant.over == "own_port" for grant in held) and port.code not in tx.actor.ports:
        raise Forbidden("NOT_YOUR_PORT", port=port.code)
    importer = lookup.organisation(tx, cmd.importer, "importer")
    producer = lookup.organisation(tx, cmd.producer, "producer") if cmd.producer else None
    n = take(tx.session, numbering.series("request", tx.today))
    return RequestRow(
        no=numbering.request_no(tx.today, n),
        declaration_no=cmd.declaration_no.strip(),
        jurisdiction=cmd.jurisdiction.strip().upper(),
        port_id=port.id,
        importer_id=importer.id,
        producer_id=producer.id if producer else None,
        origin=cmd.origin,
        trade_mode=cmd.trade_mode.strip(),
        transport=dict(cmd.transport),
        purpose=cmd.purpose,
        note=cmd.note,
        question="",
        lodged_at=tx.now,
        lodged_by=tx.actor.id,
        decided_on=tx.today,
    )


def _line(tx: Transaction, request: RequestRow, seq: int, cmd: LineCommand) -> tuple[LineRow, facts.Proposal]:
    here = Situation(request.origin, cmd.intended_use.strip(), request.trade_mode)
    found = facts.proposal(tx, cmd.product or cmd.hs_code, request.jurisdiction, request.decided_on, here)
    line = LineRow(
        request_id=request.id,
        seq=seq,
        hs_code=cmd.hs_code,
        product=found.product,
        goods_zh=cmd.goods_zh or cmd.goods_en,
        goods_en=cmd.goods_en or cmd.goods_zh,
        quantity=positive(cmd.quantity, f"lines[{seq}].quantity"),
        unit=cmd.unit,
        packages=cmd.packages,
        intended_use=here.intended_use,
        gap=found.gap,
        gap_acknowledged="",
    )
    tx.add(line, "declare")
    tx.session.flush()  # its lots and analyses need its id
    return line, found


def _lot(tx: Transaction, rules: Ruling, line: LineRow, seq: int, cmd: LotCommand, found: facts.Proposal) -> None:
    lot = LotRow(
        no=numbering.lot_no(rules.request.no, seq),
        request_id=rules.request.id,
        line_id=line.id,
        seq=seq,
        mark=cmd.mark,
        quantity=positive(cmd.quantity, f"lots[{seq}].quantity"),
        unit=cmd.unit,
        round=1,
        proof="",
    )
    tx.add(lot, "declare")
    tx.session.flush()  # its analyses need its id
    for requirement in found.requirements:
        transition.follow(tx, proposed(lot.id, requirement, rules), "propose")


def proposed(lot_id: int, requirement: Requirement, rules: Ruling) -> AnalysisRow:
    """An analysis as the catalogue proposes it, its limit frozen as it is in force today; the rule is frozen later."""
    limit = requirement.frozen_limit()
    return AnalysisRow(
        lot_id=lot_id,
        analyte=requirement.analyte,
        analyte_zh=requirement.analyte_zh,
        analyte_en=requirement.analyte_en,
        method=requirement.method.code if requirement.method else "",
        limit=limit,
        rule=None,
        requirement={**requirement.record(), "rule": rules.proposed(limit)},
        unit=requirement.unit,
        origin="proposed",
        origin_reason="",
        analyst_name="",
        verified_name="",
    )


def positive(text: str, name: str) -> Decimal:
    """A declared quantity: a plain positive number with its digits kept."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=name, text=text[:60]) from None
    if not value.is_finite() or value <= 0 or len(text) > 30 or abs(value.adjusted()) > 20:
        raise BadInput("NOT_POSITIVE", field=name, text=text[:60])
    return value


@dataclass(frozen=True)
class AcceptRequest:
    no: str
    acknowledged: Mapping[int, str] = field(default_factory=dict)
    """Line number -> the reason with which a line without proposals is accepted all the same."""


def accept(tx: Transaction, cmd: AcceptRequest) -> None:
    """Contract review (ISO/IEC 17025 7.1): gaps acknowledged, decision rules frozen, lots opened."""
    row = lookup.request(tx, cmd.no, selectinload(RequestRow.lines), selectinload(RequestRow.lots))
    _acknowledge(tx, row, cmd.acknowledged)
    transition.act(tx, row, "accept", lookup.over(row), also=choosing.of_request(tx, row))
    rules = ruling.today(tx, row)
    for analysis in _analyses(tx, row):
        analysis.rule = rules.of(analysis.limit)
        tx.record(analysis, "freeze_rule")
    for lot in row.lots:
        if lot.state is None:
            transition.follow(tx, lot, "open")


def _acknowledge(tx: Transaction, row: RequestRow, given: Mapping[int, str]) -> None:
    open_gaps = []
    for line in row.lines:
        reason = given.get(line.seq, "").strip()
        if line.gap and not line.gap_acknowledged and reason:
            line.gap_acknowledged = reason
            tx.record(line, "acknowledge_gap", reason)
        if line.gap and not line.gap_acknowledged:
            open_gaps.append(refusal("GAP_OPEN", line=line.seq, gap=line.gap))
    if open_gaps:
        raise Refused(*open_gaps)


def _analyses(tx: Transaction, row: RequestRow) -> list[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .join(LotRow, AnalysisRow.lot_id == LotRow.id)
        .where(LotRow.request_id == row.id, AnalysisRow.state == "proposed")
        .order_by(AnalysisRow.id)
    )
    return list(tx.session.scalars(query))


def pause(tx: Transaction, no: str, reason: str, version: int | None = None) -> None:
    """The clock stops, as while the importer's side owes an answer; ``pausing`` says what may not go on meanwhile."""
    row = lookup.request(tx, no)
    unchanged(row, version)
    transition.act(tx, row, "pause", lookup.over(row), reason)


def resume(tx: Transaction, no: str, version: int | None = None) -> None:
    row = lookup.request(tx, no)
    unchanged(row, version)
    transition.act(tx, row, "resume", lookup.over(row))


def ask(tx: Transaction, no: str, question: str) -> None:
    row = lookup.request(tx, no)
    if not question.strip():
        raise BadInput("FIELD_NEEDED", field="question")
    row.question = question
    transition.act(tx, row, "ask", lookup.over(row), question)


def answer(tx: Transaction, no: str, text: str) -> None:
    row = lookup.request(tx, no)
    if not text.strip():
        raise BadInput("FIELD_NEEDED", field="answer")
    transition.act(tx, row, "answer", lookup.over(row), text)


REJECT_REASONS = ("not_our_scope", "capacity", "papers_missing", "method_missing", "other")


def reject(tx: Transaction, no: str, reason_code: str, reason: str) -> None:
    """Structured reason: one of REJECT_REASONS and words of its own."""
    if reason_code not in REJECT_REASONS:
        raise BadInput("UNKNOWN_REASON", field="reason_code", text=reason_code[:40])
    row = lookup.request(tx, no)
    transition.act(tx, row, "reject", lookup.over(row), f"{reason_code}: {reason}")


def cancel(tx: Transaction, no: str, reason: str) -> None:
    """Cancels the request with its open lots, samples and analyses."""
    row = lookup.request(tx, no, selectinload(RequestRow.lots))
    transition.act(tx, row, "cancel", lookup.over(row), reason)
    for lot in row.lots:
        cancel_lot_parts(tx, lot, reason)


@dataclass(frozen=True)
class AddAnalysis:
    request_no: str
    lot_seq: int
    analyte: str
    method: str
    reason: str


def add_analysis(tx: Transaction, cmd: AddAnalysis) -> int:
    """One more analysis than the catalogue proposes, with the reason; its limit is looked up all the same."""
    tx.require("analysis:choose")
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    row = lookup.request(tx, cmd.request_no, selectinload(RequestRow.lots), selectinload(RequestRow.lines))
    lot = next((lot for lot in row.lots if lot.seq == cmd.lot_seq), None)
    if lot is None:
        raise BadInput("UNKNOWN_LOT", field="lot", text=str(cmd.lot_seq))
    if row.state not in ("lodged", "asked", "accepted"):
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="request", state=row.state, verb="add_analysis"))
    line = next(line for line in row.lines if line.id == lot.line_id)
    here = Situation(row.origin, line.intended_use, row.trade_mode)
    found = facts.requirement(tx, line.product, cmd.analyte, cmd.method, row.jurisdiction, row.decided_on, here)
    rules = ruling.today(tx, row)
    analysis = proposed(lot.id, found, rules)
    analysis.origin, analysis.origin_reason = "added", cmd.reason
    if row.state == "accepted":
        analysis.rule = rules.of(analysis.limit)
    transition.follow(tx, analysis, "propose", cmd.reason)
    tx.session.flush()  # the caller is told the id
    return analysis.id


def close(tx: Transaction, no: str) -> None:
    """Closed when nothing of it is open any more; usually this rides along with its last certificate."""
    row = lookup.request(tx, no, selectinload(RequestRow.lots))
    still = [refusal("LOT_OPEN", lot=lot.no) for lot in row.lots if lot.state not in ("disposed", "cancelled")]
    transition.act(tx, row, "close", lookup.over(row), also=still)


def cancel_analysis(tx: Transaction, analysis_id: int, reason: str) -> None:
    row: Any = lookup.analysis(tx, analysis_id)
    transition.act(tx, row, "cancel", lookup.over(row), reason)

"""Use-cases of a lot after its report: decide, hold, prove, close, another round."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import disposition
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.decision import DecisionRow, DispositionRow, ReportRow
from lims.persistence.request import LotRow
from lims.services import facts, judging, lookup, transition
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class DecideLot:
    lot_no: str
    disposition: str
    reason: str


@dataclass(frozen=True)
class Decided:
    state: str
    disposition: str
    rule: str
    verdict: str


def decide(tx: Transaction, cmd: DecideLot) -> Decided:
    """The officer's decision with its disposition: one of those the table offers, with a reason. HOLD holds the lot."""
    lot = lookup.lot(tx, cmd.lot_no)
    report = newest_report(tx, lot)
    if report is None:
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="lot", state=lot.state or "", verb="decide"))
    if cmd.disposition == "HOLD":
        transition.act(tx, lot, "hold", lookup.over(lot), cmd.reason)
        return Decided("held", "HOLD", "", report.verdict)
    offered = proposal(tx, lot, report)
    if cmd.disposition not in offered.choices:
        raise Refused(refusal("CHOICE_NOT_OFFERED", choice=cmd.disposition, offered=", ".join(offered.choices)))
    _same_as_stored(tx, report)
    verb = "redecide" if lot.state in ("decided", "certified") else "decide"
    transition.act(tx, lot, verb, lookup.over(lot), cmd.reason)
    _write_down(tx, lot, report, offered, cmd)
    return Decided(lot.state or "", cmd.disposition, offered.rule_id, report.verdict)


def _write_down(tx: Transaction, lot: LotRow, report: ReportRow, offered: disposition.Proposal, cmd: DecideLot) -> None:
    number = max(tx.session.scalars(select(DecisionRow.number).where(DecisionRow.lot_id == lot.id)), default=0) + 1
    who = {"officer_id": tx.actor.id, "officer_name": tx.actor.name, "at": tx.now}
    decision = DecisionRow(
        lot_id=lot.id, number=number, report_id=report.id, verdict=report.verdict, reason=cmd.reason, **who
    )
    tx.add(decision, "decide", cmd.reason)
    tx.session.flush()  # the disposition belongs to it
    tx.add(
        DispositionRow(
            decision_id=decision.id,
            lot_id=lot.id,
            choice=cmd.disposition,
            rule=offered.rule_id,
            proposed=offered.disposition,
            document=offered.document,
            deadline=offered.deadline,
            legal_basis=offered.legal_basis,
            **who,
        ),
        "dispose",
        cmd.reason,
    )


def newest_report(tx: Transaction, lot: LotRow) -> ReportRow | None:
    query = select(ReportRow).where(ReportRow.lot_id == lot.id, ReportRow.round == lot.round)
    return tx.session.scalars(query.order_by(ReportRow.number.desc()).limit(1)).first()


def proposal(tx: Transaction, lot: LotRow, report: ReportRow) -> disposition.Proposal:
    """What the table proposes for the lot; INVALID and conditional verdicts are asked as INCONCLUSIVE."""
    verdict = report.verdict if report.verdict in ("PASS", "FAIL") else "INCONCLUSIVE"
    asked = disposition.Facts(
        jurisdiction=lot.request.jurisdiction,
        goods_class=facts.goods_class(tx, lot.line.product),
        verdict=verdict,
        worst_severity=report.severity,
        state="NONE",
    )
    return disposition.propose(facts.disposition_rules(tx), asked)


def _same_as_stored(tx: Transaction, report: ReportRow) -> None:
    """Every verdict is worked out anew from the stored values; a difference stops the decision."""
    query = select(AnalysisRow).where(AnalysisRow.result_id.in_(report.results)).options(joinedload(AnalysisRow.result))
    for row in tx.session.scalars(query):
        if row.result is not None and judging.judge_stored(row).verdict != row.result.verdict:
            raise Refused(refusal("VERDICT_DIFFERS", analysis=row.id))


def hold(tx: Transaction, no: str, reason: str) -> None:
    lot = lookup.lot(tx, no)
    transition.act(tx, lot, "hold", lookup.over(lot), reason)


def unhold(tx: Transaction, no: str, reason: str) -> None:
    lot = lookup.lot(tx, no)
    transition.act(tx, lot, "unhold", lookup.over(lot), reason)


def prove(tx: Transaction, no: str, proof: str) -> None:
    """Proof of exit, destruction or treatment, without which a refused lot is not closed."""
    if not proof.strip():
        raise BadInput("FIELD_NEEDED", field="proof")
    lot = lookup.lot(tx, no)
    lot.proof = proof
    transition.act(tx, lot, "prove", lookup.over(lot), proof)


def close(tx: Transaction, no: str) -> None:
    lot = lookup.lot(tx, no)
    current = newest_disposition(tx, lot)
    if not lot.proof and (current is None or current.choice != "RELEASE"):
        raise Refused(refusal("PROOF_NEEDED", lot=no))
    transition.act(tx, lot, "close", lookup.over(lot))


def newest_disposition(tx: Transaction, lot: LotRow) -> DispositionRow | None:
    query = select(DispositionRow).where(DispositionRow.lot_id == lot.id).order_by(DispositionRow.id.desc())
    return tx.session.scalars(query.limit(1)).first()

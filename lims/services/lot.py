"""Use-cases of a lot after its report: decide, hold, prove, close, another round."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import disposition
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.decision import DecisionRow, DispositionRow, ReportRow
from lims.persistence.request import LotRow
from lims.services import facts, inspected, judging, lookup, proposing, severity, transition
from lims.services.pausing import while_paused
from lims.services.transaction import Transaction
from lims.services.version import unchanged

TREATMENTS = frozenset({"TECHNICAL_TREATMENT", "DISINFEST_TREATMENT", "SPECIAL_TREATMENT", "RECONDITION"})
"""Dispositions after which the goods come back for another round."""
AFTER_TREATMENT = ("TREATMENT_FAILED_OR_LATE", "NO_TREATMENT_OR_TREATMENT_FAILED", "NONE")
"""What the table is asked, in this order, about goods that fail again in a later round."""
MONITORING = "risk_monitoring"
"""The purpose of a request whose samples by themselves hold no lot (Food Safety Law)."""


@dataclass(frozen=True)
class DecideLot:
    lot_no: str
    disposition: str
    reason: str
    version: int | None = None
    """That of the lot on the page that the officer decided from."""
    finding: str = ""
    """What was established about the goods besides the results, where rows of the table ask for it."""


@dataclass(frozen=True)
class Decided:
    state: str
    disposition: str
    rule: str
    verdict: str


def decide(tx: Transaction, cmd: DecideLot) -> Decided:
    """The officer's decision with its disposition: one of those the table offers, with a reason. HOLD holds the lot."""
    lot = _lot(tx, cmd.lot_no, cmd.version)
    report = _report(tx, lot, "decide")
    if cmd.disposition == "HOLD":
        transition.act(tx, lot, "hold", lookup.over(lot), cmd.reason)
        return Decided("held", "HOLD", "", report.verdict)
    offered = proposal(tx, lot, report, cmd.finding)
    return _decided(tx, lot, report, offered, "decide", cmd)


def redecide(tx: Transaction, cmd: DecideLot) -> Decided:
    """A new version of the decision; the earlier one stays, and the next document supersedes the earlier document."""
    lot = _lot(tx, cmd.lot_no, cmd.version)
    report = _report(tx, lot, "redecide")
    offered = without_hold(proposal(tx, lot, report, cmd.finding))
    earlier = newest_disposition(tx, lot)
    if earlier is not None and earlier.choice != cmd.disposition:
        lot.proof = ""  # it proved what is no longer asked for; the trail keeps it
    return _decided(tx, lot, report, offered, "redecide", cmd)


def _lot(tx: Transaction, no: str, version: int | None) -> LotRow:
    lot = lookup.lot(tx, no)
    unchanged(lot, version)
    return lot


def _report(tx: Transaction, lot: LotRow, verb: str) -> ReportRow:
    report = newest_report(tx, lot)
    if report is None:
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="lot", state=lot.state or "", verb=verb))
    return report


def _decided(
    tx: Transaction, lot: LotRow, report: ReportRow, offered: disposition.Proposal, verb: str, cmd: DecideLot
) -> Decided:
    stands = inspected.standing(tx, lot)
    if cmd.disposition == "RELEASE" and stands.refusals:
        raise Refused(*stands.refusals)
    if cmd.disposition not in offered.choices:
        raise Refused(refusal("CHOICE_NOT_OFFERED", choice=cmd.disposition, offered=", ".join(offered.choices)))
    _same_as_stored(tx, report)
    transition.act(tx, lot, verb, lookup.over(lot), cmd.reason, also=while_paused(lot.request, lot.no))
    verdict = "FAIL" if stands.failed else report.verdict
    _write_down(tx, lot, report, offered, cmd, verdict)
    severity.count(tx, lot)
    return Decided(lot.state or "", cmd.disposition, offered.rule_id, verdict)


def without_hold(offered: disposition.Proposal) -> disposition.Proposal:
    """What can be chosen when a lot is decided anew: only a reported lot is held."""
    return replace(offered, choices=tuple(choice for choice in offered.choices if choice != "HOLD"))


def _write_down(
    tx: Transaction, lot: LotRow, report: ReportRow, offered: disposition.Proposal, cmd: DecideLot, verdict: str
) -> None:
    number = max(tx.session.scalars(select(DecisionRow.number).where(DecisionRow.lot_id == lot.id)), default=0) + 1
    who = {"officer_id": tx.actor.id, "officer_name": tx.actor.name, "at": tx.now}
    decision = DecisionRow(
        lot_id=lot.id, number=number, report_id=report.id, verdict=verdict, reason=cmd.reason, **who
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


def proposal(tx: Transaction, lot: LotRow, report: ReportRow, finding: str = "") -> disposition.Proposal:
    """What the table proposes for the lot; INVALID and conditional verdicts are asked as INCONCLUSIVE.

    ``finding`` is one of ``findings``; BadInput UNKNOWN_FINDING for another.
    """
    rules, asked = facts.disposition_rules(tx), _asked(tx, lot, report)
    if finding and finding not in disposition.findings(rules, asked):
        raise BadInput("UNKNOWN_FINDING", field="finding", value=finding[:60])
    offers = [disposition.propose(rules, replace(asked, state=state)) for state in _states(lot, asked, finding)]
    return next((offer for offer in offers if offer.disposition != "HOLD"), offers[-1])


def findings(tx: Transaction, lot: LotRow, report: ReportRow) -> tuple[str, ...]:
    """What a person may have to establish before rows of the table apply, as animals and plant products need it."""
    return disposition.findings(facts.disposition_rules(tx), _asked(tx, lot, report))


def _asked(tx: Transaction, lot: LotRow, report: ReportRow) -> disposition.Facts:
    """What the samples were found to be, and whether the lot was accepted by its inspection: the worse one counts."""
    verdict = report.verdict if report.verdict in ("PASS", "FAIL") else "INCONCLUSIVE"
    stands = inspected.standing(tx, lot)
    verdict = "FAIL" if stands.failed else verdict
    worst = next((one for one in ("SHE", "OTHER") if one in (report.severity, stands.severity)), report.severity)
    goods_class = facts.goods_class(tx, lot.line.product)
    return disposition.Facts(lot.request.jurisdiction, goods_class, verdict, worst)


def _states(lot: LotRow, asked: disposition.Facts, finding: str) -> tuple[str, ...]:
    if finding:
        return (finding,)
    if asked.verdict == "FAIL" and lot.request.purpose == MONITORING:
        return ("RISK_MONITORING_SAMPLE",)
    return AFTER_TREATMENT if lot.round > 1 and asked.verdict == "FAIL" else ("NONE",)


def _same_as_stored(tx: Transaction, report: ReportRow) -> None:
    """Every verdict is worked out anew from the stored values; a difference stops the decision."""
    query = select(AnalysisRow).where(AnalysisRow.result_id.in_(report.results)).options(joinedload(AnalysisRow.result))
    for row in tx.session.scalars(query):
        if row.result is not None and judging.judge_stored(row).verdict != row.result.verdict:
            raise Refused(refusal("VERDICT_DIFFERS", analysis=row.id))


def hold(tx: Transaction, no: str, reason: str, version: int | None = None) -> None:
    lot = _lot(tx, no, version)
    transition.act(tx, lot, "hold", lookup.over(lot), reason)


def unhold(tx: Transaction, no: str, reason: str, version: int | None = None) -> None:
    lot = _lot(tx, no, version)
    transition.act(tx, lot, "unhold", lookup.over(lot), reason)


def prove(tx: Transaction, no: str, proof: str, version: int | None = None) -> None:
    """Proof of exit, destruction or treatment, without which a refused lot is not closed."""
    if not proof.strip():
        raise BadInput("FIELD_NEEDED", field="proof")
    lot = _lot(tx, no, version)
    lot.proof = proof
    transition.act(tx, lot, "prove", lookup.over(lot), proof)


def close(tx: Transaction, no: str, version: int | None = None) -> None:
    lot = _lot(tx, no, version)
    current = newest_disposition(tx, lot)
    if not lot.proof and (current is None or current.choice != "RELEASE"):
        raise Refused(refusal("PROOF_NEEDED", lot=no))
    transition.act(tx, lot, "close", lookup.over(lot))


def reinspect(tx: Transaction, no: str, version: int | None = None) -> int:
    """Another round of drawing and testing for goods treated under supervision; returns its number.

    Samples, results, report, decision and document of the round before stay as they are.
    """
    lot = _lot(tx, no, version)
    before, proof = lot.round, lot.proof
    missing = [*not_treated(tx, lot), *while_paused(lot.request, no)]
    lot.round, lot.proof = before + 1, ""  # the next closing needs a proof of its own
    transition.act(tx, lot, "reinspect", lookup.over(lot), proof, also=missing)
    proposing.propose_again(tx, proposing.of_a_sample(tx, lot, before), proposing.free(tx, lot), None)
    return lot.round


def not_treated(tx: Transaction, lot: LotRow) -> list[Refusal]:
    """Why no further round may be opened: the goods were not to be treated, or no proof says that they were."""
    current = newest_disposition(tx, lot)
    if current is None or current.choice not in TREATMENTS:
        return [refusal("NOT_TO_BE_TREATED", lot=lot.no)]
    return [] if lot.proof else [refusal("TREATMENT_NOT_PROVEN", lot=lot.no)]


def newest_disposition(tx: Transaction, lot: LotRow) -> DispositionRow | None:
    query = select(DispositionRow).where(DispositionRow.lot_id == lot.id).order_by(DispositionRow.id.desc())
    return tx.session.scalars(query.limit(1)).first()

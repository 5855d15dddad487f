"""Two people press the same button at the same moment: one wins, the other is told, nothing is done twice.

Both are made to meet where it hurts most: when each has read everything and neither has written, and again when each
has written and neither has committed. Where a lock keeps one of them from arriving, the other goes on after a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import LimsError
from lims.services import approval, certificate, lot, request, result, run, sample, worksheet
from lims.services.reading import lot as lots
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.transaction import Transaction, view
from tests import builders as b
from tests.faults import stages

PATIENCE = 0.25
"""Seconds that one waits for the other at a meeting."""
Do = Callable[[Transaction], object]


@dataclass(frozen=True)
class Act:
    """What one person does in one transaction, signing where the act asks for it."""

    actor: Actor
    do: Do
    signing: str = ""


@dataclass
class Meeting:
    """A place where two transactions wait for each other once."""

    barrier: Barrier = field(default_factory=lambda: Barrier(2))

    def wait(self) -> None:
        try:
            self.barrier.wait(PATIENCE)
        except BrokenBarrierError:
            return  # the other is kept out by a lock: that is as good


def at_once(lab: b.Laboratory, one: Act, other: Act) -> list[LimsError | None]:
    """What each was told: nothing for the winner. Any error that is no reason goes through."""
    start, read, written = Meeting(), Meeting(), Meeting()

    def play(act: Act) -> LimsError | None:
        try:
            with lab.acting(act.actor, act.signing) as tx:
                seen = {"flush": False}

                def flush(*_: object) -> None:
                    if not seen["flush"]:
                        seen["flush"] = True
                        read.wait()

                event.listen(tx.session, "before_flush", flush)
                start.wait()
                act.do(tx)
                tx.session.flush()
                written.wait()
        except LimsError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(play, (one, other)))


Ready = Callable[[b.Laboratory], Act]


def deciding(lab: b.Laboratory) -> Act:
    lot_no = stages.reported(lab)
    return Act(lab.cast.dana, lambda tx: lot.decide(tx, lot.DecideLot(lot_no, "RELEASE", "conforms")))


def holding(lab: b.Laboratory) -> Act:
    lot_no = stages.reported(lab)
    return Act(lab.cast.dana, lambda tx: lot.decide(tx, lot.DecideLot(lot_no, "HOLD", "retest asked")))


def approving(lab: b.Laboratory) -> Act:
    sample_no = b.received(lab, stages.declared(lab))
    stages.tested(lab, sample_no)
    return Act(lab.cast.vera, lambda tx: approval.approve(tx, sample_no), "I approve")


def verifying(lab: b.Laboratory) -> Act:
    analysis_id = stages.submitted(lab, b.received(lab, stages.declared(lab)))[0]
    return Act(lab.cast.boris, lambda tx: result.verify(tx, analysis_id))


def returning(lab: b.Laboratory) -> Act:
    analysis_id = stages.submitted(lab, b.received(lab, stages.declared(lab)))[0]
    return Act(lab.cast.boris, lambda tx: result.send_back(tx, analysis_id, "dilution not noted"))


def entering(lab: b.Laboratory) -> Act:
    analysis_id = stages.assigned(lab, b.received(lab, stages.declared(lab)))[0]
    return Act(lab.cast.anna, lambda tx: result.enter(tx, result.EnterResult(analysis_id, "0.02")))


def accepting_a_run(lab: b.Laboratory) -> Act:
    run_no = stages.parsed(lab)
    return Act(lab.cast.anna, lambda tx: run.accept(tx, run_no, None))


def reversing_a_run(lab: b.Laboratory) -> Act:
    run_no = stages.parsed(lab)
    with lab.acting(lab.cast.anna) as tx:
        run.accept(tx, run_no, None)
    return Act(lab.cast.anna, lambda tx: run.reverse(tx, run_no, "wrong file"))


def issuing(lab: b.Laboratory) -> Act:
    lot_no = stages.decided(lab)
    return Act(lab.cast.chen, lambda tx: certificate.issue(tx, certificate.IssueCertificate(lot_no)), "I issue")


def withdrawing(lab: b.Laboratory) -> Act:
    no = b.certified(lab, stages.decided(lab)).no
    with lab.acting(lab.cast.chen) as tx:
        certificate.ask_withdrawal(tx, no, "wrong mark")
    return Act(lab.cast.quentin, lambda tx: certificate.withdraw(tx, no, "wrong mark"), "I withdraw")


def receiving(lab: b.Laboratory) -> Act:
    sample_no = stages.drawn(lab, stages.declared(lab))
    return Act(lab.cast.rita, lambda tx: sample.receive(tx, sample.ReceiveSample(sample_no)))


def rejecting(lab: b.Laboratory) -> Act:
    sample_no = stages.drawn(lab, stages.declared(lab))
    return Act(lab.cast.rita, lambda tx: sample.reject(tx, sample_no, "warm", "-2 °C"))


def making_a_worksheet(lab: b.Laboratory) -> Act:
    sample_no = b.received(lab, stages.declared(lab))
    method = stages.analyses(lab, sample_no)[0].method
    return Act(
        lab.cast.anna, lambda tx: worksheet.make(tx, worksheet.MakeWorksheet(method, sample_nos=(sample_no,)))
    )


def accepting_a_request(lab: b.Laboratory) -> Act:
    no = b.lodged(lab, "FISH", accept=False)
    return Act(lab.cast.rita, lambda tx: request.accept(tx, request.AcceptRequest(no)))


TABLES: dict[Ready, dict[str, int]] = {
    deciding: {"decision": 1, "disposition": 1},
    holding: {},
    approving: {"report": 1},
    verifying: {},
    returning: {},
    entering: {"result": 1},
    accepting_a_run: {"result": 1, "reading": 1},
    reversing_a_run: {},
    issuing: {"certificate": 1},
    withdrawing: {},
    receiving: {"custody": 1},
    rejecting: {},
    making_a_worksheet: {"worksheet": 1, "position": 1, "batch": 1},
    accepting_a_request: {},
}
"""The act -> the rows that it adds when it is done once, besides its events, duties and the numbers it takes."""
AROUND = frozenset({"event", "duty", "counter"})


@pytest.mark.parametrize("ready", TABLES, ids=lambda ready: ready.__name__)
def test_of_two_who_do_the_same_at_once_one_wins_and_the_other_is_told(laboratory: b.Laboratory, ready: Ready) -> None:
    act = ready(laboratory)
    before, since = stages.counted(laboratory), stages.last_event(laboratory)
    told = at_once(laboratory, act, act)
    reasons = [error for error in told if error is not None]
    assert len(reasons) == 1, told
    assert reasons[0].code in stages.worded(), reasons
    added = {name: n for name, n in stages.grown(before, stages.counted(laboratory)).items() if name not in AROUND}
    assert added == TABLES[ready]
    assert stages.done_twice(laboratory, since) == []
    assert stages.intact(laboratory)
    assert stages.half_done(laboratory) == []


def test_the_same_consignment_lodged_at_once_is_one_request(laboratory: b.Laboratory) -> None:
    """The declaration's number makes lodging repeatable: the second is given the first one's or told to look again."""
    line = request.LineCommand("", "FISH", "鱼", "Fish", "100", "kg", "", ())
    cmd = request.LodgeRequest("530120261100099999", "CN", "HAK", "IMP", "EC", (line,))
    lodging = Act(laboratory.cast.igor, lambda tx: request.lodge(tx, cmd))
    told = at_once(laboratory, lodging, lodging)
    assert [error.code for error in told if error is not None] in ([], ["TAKEN"])
    assert stages.counted(laboratory)["request"] == 1
    assert stages.intact(laboratory)


def test_the_same_file_brought_in_at_once_is_one_run(laboratory: b.Laboratory) -> None:
    cmd = stages.to_bring_in(laboratory)
    bringing = Act(laboratory.cast.anna, lambda tx: run.preview(tx, cmd))
    told = at_once(laboratory, bringing, bringing)
    assert [error.code for error in told if error is not None] in ([], ["TAKEN"], ["STALE"])
    assert stages.counted(laboratory)["run"] == 1
    assert stages.intact(laboratory)


def test_the_last_two_results_verified_at_once_complete_the_sample(laboratory: b.Laboratory) -> None:
    """Neither of the two sees the other's verification before it is committed; the sample must not be forgotten."""
    sample_no = b.received(laboratory, stages.declared(laboratory))
    *others, one, other = stages.submitted(laboratory, sample_no)
    for analysis_id in others:
        b.verified(laboratory, analysis_id)
    acts = [Act(laboratory.cast.boris, lambda tx, id=id: result.verify(tx, id)) for id in (one, other)]
    told = at_once(laboratory, *acts)
    for act, error in zip(acts, told, strict=True):
        if error is not None:  # who was told so tries again
            assert error.code in stages.worded()
            with laboratory.acting(act.actor) as tx:
                act.do(tx)
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        assert samples.detail(tx, sample_no).state == "tested"
    assert stages.intact(laboratory)


def test_the_last_two_samples_approved_at_once_report_the_lot_once(laboratory: b.Laboratory) -> None:
    no = stages.declared(laboratory)
    drawn = [stages.drawn(laboratory, no) for _ in range(2)]
    for sample_no in drawn:
        with laboratory.acting(laboratory.cast.rita) as tx:
            sample.receive(tx, sample.ReceiveSample(sample_no))
        stages.tested(laboratory, sample_no)
    acts = [Act(laboratory.cast.vera, lambda tx, no=no: approval.approve(tx, no), "I approve") for no in drawn]
    for act, error in zip(acts, at_once(laboratory, *acts), strict=True):
        if error is not None:
            assert error.code in stages.worded()
            with laboratory.acting(act.actor, act.signing) as tx:
                act.do(tx)
    with view(laboratory.place, laboratory.cast.dana, b.NOW) as tx:
        assert lots.detail(tx, f"{no}-L1").state == "reported"
    assert stages.counted(laboratory)["report"] == 1
    assert stages.intact(laboratory)


def test_the_last_two_lots_certified_at_once_close_the_request(laboratory: b.Laboratory) -> None:
    marks = (request.LotCommand("A", "50", "kg"), request.LotCommand("B", "50", "kg"))
    line = request.LineCommand("", "FISH", "鱼", "Fish", "100", "kg", "", marks)
    with laboratory.acting(laboratory.cast.igor) as tx:
        no = request.lodge(tx, request.LodgeRequest("530120261100088888", "CN", "HAK", "IMP", "EC", (line,))).no
    with laboratory.acting(laboratory.cast.rita) as tx:
        request.accept(tx, request.AcceptRequest(no))
    for seq in (1, 2):
        sample_no = b.received(laboratory, no, seq)
        stages.tested(laboratory, sample_no)
        b.approved(laboratory, sample_no)
        b.decided(laboratory, f"{no}-L{seq}", "RELEASE")
    acts = [Act(laboratory.cast.chen, _issue(f"{no}-L{seq}"), "I issue") for seq in (1, 2)]
    for act, error in zip(acts, at_once(laboratory, *acts), strict=True):
        if error is not None:
            assert error.code in stages.worded()
            with laboratory.acting(act.actor, act.signing) as tx:
                act.do(tx)
    with view(laboratory.place, laboratory.cast.rita, b.NOW) as tx:
        assert requests.detail(tx, no).state == "closed"
    assert stages.half_done(laboratory) == []
    assert stages.intact(laboratory)


def _issue(lot_no: str) -> Do:
    return lambda tx: certificate.issue(tx, certificate.IssueCertificate(lot_no))


def test_two_who_take_the_same_things_in_the_other_order_are_not_left_waiting(laboratory: b.Laboratory) -> None:
    """Each holds what the other wants next: the database breaks the knot, and the one who lost is told to try again."""
    first, second, *_ = stages.submitted(laboratory, b.received(laboratory, stages.declared(laboratory)))

    def both(one: int, other: int) -> Do:
        def verify(tx: Transaction) -> None:
            result.verify(tx, one)
            result.verify(tx, other)

        return verify

    boris = laboratory.cast.boris
    told = at_once(laboratory, Act(boris, both(first, second)), Act(boris, both(second, first)))
    reasons = [error for error in told if error is not None]
    assert len(reasons) == 1 and reasons[0].code in stages.worded(), told
    assert stages.intact(laboratory)

"""What instruments send is kept before it is acknowledged, once, and lies on its worksheet or waits with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from lims.domain.rules.errors import Forbidden, LimsError, Refused
from lims.domain.rules.refusal import refusal
from lims.jobs import receiving, stager
from lims.services import device, run, spool
from lims.services.reading import spool as reading_spool
from lims.services.spool import Deliver
from lims.services.transaction import view
from tests import builders as b
from tests.receiving import bench


def deliver(lab: b.Laboratory, owner: int, content: bytes, **more: object) -> spool.Kept:
    return receiving.keep(lab.place, owner, Deliver("IA-01", "astm", "m.astm", content, **more))  # type: ignore[arg-type]


def test_a_message_ends_on_its_worksheet_once_and_its_results_are_written_by_a_person(laboratory: b.Laboratory) -> None:
    owner = bench.an_instrument(laboratory).id
    sheet, sample = bench.a_worksheet(laboratory)
    content = bench.message(sample)
    first, again = deliver(laboratory, owner, content), deliver(laboratory, owner, content)
    assert (first.new, again.new, again.id) == (True, False, first.id)
    assert laboratory.place.files.get(first.digest) == content
    assert [receiving.stage_waiting(laboratory.place) for _ in range(2)] == [1, 0]
    (row,), (made,) = bench.deliveries(laboratory), bench.runs(laboratory)
    assert (row.state, row.run_id, made.state, made.digest) == ("staged", made.id, "parsed", row.digest)
    assert deliver(laboratory, owner, content).state == "staged"
    with laboratory.acting(laboratory.cast.anna) as tx:
        assert run.accept(tx, made.no, None).written == 1


def test_what_a_device_delivered_is_laid_by_the_serving_process_itself(laboratory: b.Laboratory) -> None:
    owner = bench.an_instrument(laboratory).id
    _, sample = bench.a_worksheet(laboratory)
    deliver(laboratory, owner, bench.message(sample))
    stopping = stager.begin(laboratory.place, every=0.05)
    try:
        bench.wait_for(lambda: bench.deliveries(laboratory)[0].state == "staged", Path("the stager"))
    finally:
        stopping.set()


def test_what_fits_no_worksheet_or_cannot_be_read_waits_for_a_person(laboratory: b.Laboratory) -> None:
    owner = bench.an_instrument(laboratory).id
    sheet, sample = bench.a_worksheet(laboratory)
    deliver(laboratory, owner, bench.message("ELSEWHERE-1"))
    deliver(laboratory, owner, b"nothing that anybody reads")
    assert receiving.stage_waiting(laboratory.place) == 0
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        seen = reading_spool.inbox(tx)
    assert [one.problem.code for one in seen.page.items if one.problem] == ["NOT_THIS_ADAPTER", "WORKSHEET_NONE"]
    assert seen.worksheets == ((sheet, "IA-01"),)
    with laboratory.acting(laboratory.cast.anna) as tx:
        no = spool.stage(tx, 1, sheet)
    with laboratory.acting(laboratory.cast.anna) as tx:
        assert spool.stage(tx, 1, sheet) == no  # twice is once
    with pytest.raises(Refused), laboratory.acting(laboratory.cast.anna) as tx:
        spool.refuse(tx, 2, " ")
    with laboratory.acting(laboratory.cast.anna) as tx:
        spool.refuse(tx, 2, "a stray print")
    assert [row.state for row in bench.deliveries(laboratory)] == ["staged", "refused"]
    assert deliver(laboratory, owner, b"nothing that anybody reads").new


def test_three_failures_for_now_call_people_and_the_bytes_again_begin_anew(laboratory: b.Laboratory) -> None:
    owner = bench.an_instrument(laboratory).id
    kept = deliver(laboratory, owner, b"x")
    called = []
    for _ in range(3):
        with laboratory.acting(device.receiver(owner, "IA-01", "astm")) as tx:
            called.append(spool.put_off(tx, kept.id, refusal("BUSY")))
    assert called == [False, False, True]
    assert bench.deliveries(laboratory)[0].state == "alarmed"
    assert deliver(laboratory, owner, b"x").state == "waiting"


def test_a_part_of_a_cut_message_needs_nobody_once_the_whole_has_come(laboratory: b.Laboratory) -> None:
    owner = bench.an_instrument(laboratory).id
    whole = bench.message("S-1")
    cut = refusal(spool.CUT, why="LINE_CUT")
    deliver(laboratory, owner, whole[:70], problem=cut)
    deliver(laboratory, owner, whole)
    late = deliver(laboratory, owner, whole[:90], problem=cut)  # a journal of a receiver that was killed
    assert (late.new, late.id) == (False, 2)
    assert [row.state for row in bench.deliveries(laboratory)] == ["superseded", "waiting"]


def test_a_token_of_a_device_delivers_for_its_own_instrument_until_it_is_revoked(laboratory: b.Laboratory) -> None:
    bench.an_instrument(laboratory)
    with laboratory.acting(laboratory.cast.quentin) as tx:
        secret = device.new_token(tx, "IA-01", "bench 3")
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.anna) as tx:
        device.new_token(tx, "IA-01")
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        actor = device.by_token(tx, secret)
    assert actor is not None
    with laboratory.acting(actor) as tx:
        spool.put(tx, Deliver("IA-01", "api", "a.txt", b"abc"))
    for wrong in (
        lambda tx: spool.put(tx, Deliver("ICPMS-01", "api", "a.txt", b"abc")),
        lambda tx: spool.stage(tx, 1, "WS-1"),
        lambda tx: run.accept(tx, "R-1", None),
    ):
        with pytest.raises(LimsError), laboratory.acting(actor) as tx:
            wrong(tx)
    with laboratory.acting(laboratory.cast.quentin) as tx:
        device.revoke_token(tx, secret[len(device.MARK) : len(device.MARK) + 8], "the laptop was sold")
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        assert device.by_token(tx, secret) is None

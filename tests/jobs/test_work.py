"""Long work item by item: what is done stays done, the rest goes on, and nothing is done twice, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from lims.domain.rules.errors import BadInput, Forbidden, NotFound, Refused
from lims.jobs import kinds, work
from lims.persistence.certificate import CertificateRow
from lims.persistence.job import JobOutcomeRow, JobRow
from lims.persistence.session import reading
from lims.persistence.trail import EventRow
from lims.services import job, trail_check
from lims.services.job import Made
from lims.services.reading import job as reading_job
from lims.services.transaction import Transaction, view
from tests import builders as b
from tests.jobs import orders as o


def at_the_hour(lab: b.Laboratory, later: timedelta = timedelta()) -> Callable[[], object]:
    """The laboratory's clock in place of the wall's."""
    return lambda: lab.now + timedelta(minutes=lab.step) + later


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BREATH", 0)


def test_each_file_becomes_a_run_and_progress_is_what_has_been_committed(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(4)])
    assert (o.progress(laboratory, job_id).status, o.progress(laboratory, job_id).done) == ("queued", 0)
    counted = []
    do = kinds.DO["import_runs"]

    def watched(tx: Transaction, payload: kinds.Values, item: kinds.Values) -> Made:
        counted.append((o.progress(laboratory, job_id).done, len(o.runs(laboratory))))
        return do(tx, payload, item)

    monkeypatch.setattr(work, "DO", {"import_runs": watched})
    assert work.work(laboratory.place, job_id)
    assert counted == [(0, 0), (1, 1), (2, 2), (3, 3)]
    view_of = o.seen(laboratory, job_id)
    assert (view_of.head.status, view_of.head.done, view_of.head.refused) == ("done", 4, 0)
    assert [one.no for one in view_of.outcomes] == sorted({one.no for one in view_of.outcomes})
    assert o.runs(laboratory) == [(f"run-{n}.csv", "parsed") for n in range(1, 5)]


def test_one_bad_file_among_five_does_not_stop_the_rest(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0), o.a_table(1), b"", o.a_table(3), b"not a table"])
    work.work(laboratory.place, job_id)
    seen = o.seen(laboratory, job_id)
    assert (seen.head.status, seen.head.done, seen.head.refused) == ("done", 5, 2)
    assert [one.ok for one in seen.outcomes] == [True, True, False, True, False]
    assert [one.code for one in seen.outcomes[2].reasons] == ["FILE_EMPTY"]
    assert seen.outcomes[4].no and seen.outcomes[4].reasons  # kept as a run, with why it could not be read


def test_work_of_which_nothing_succeeds_has_failed(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [b"", b""])
    work.work(laboratory.place, job_id)
    assert o.seen(laboratory, job_id).head.status == "failed"


def test_stopping_keeps_what_is_done_and_begins_nothing_more(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(5)])
    item = work._item

    def second_thoughts(place: object, number: int, *more: object) -> bool:
        if o.progress(laboratory, job_id).done == 2:
            with laboratory.acting(laboratory.cast.anna) as tx:
                job.cancel(tx, job_id)
        return item(place, number, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "_item", second_thoughts)
    work.work(laboratory.place, job_id)
    seen = o.seen(laboratory, job_id)
    assert (seen.head.status, seen.head.done, len(o.runs(laboratory))) == ("cancelled", 2, 2)
    assert seen.cancelled_by == laboratory.cast.anna.name
    assert not work.work(laboratory.place, job_id)
    with pytest.raises(Refused, match="JOB_FINISHED"), laboratory.acting(laboratory.cast.anna) as tx:
        job.cancel(tx, job_id)


def test_what_nobody_has_begun_is_stopped_at_once(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0)])
    with laboratory.acting(laboratory.cast.anna) as tx:
        job.cancel(tx, job_id)
    assert o.seen(laboratory, job_id).head.status == "cancelled"
    assert not work.work(laboratory.place, job_id)
    assert o.runs(laboratory) == []


def test_two_workers_never_do_an_item_twice(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four are sent at once; the clock of each is so far on that it takes every other one for dead."""
    monkeypatch.setattr(job, "MOST_CLAIMS", 1000)
    job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(12)])
    begin, step = threading.Barrier(4), iter(range(1000))

    def hurry() -> None:
        begin.wait()
        for _ in range(6):
            work.work(laboratory.place, job_id, lambda: b.NOW + next(step) * 2 * job.LEASE)

    workers = [threading.Thread(target=hurry) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert o.seen(laboratory, job_id).head.status == "done"
    assert [name for name, _ in o.runs(laboratory)] == [f"run-{n}.csv" for n in range(1, 13)]
    with reading(laboratory.place.engine) as session:
        told = list(session.scalars(select(JobOutcomeRow.n).where(JobOutcomeRow.job_id == job_id)))
        assert sorted(told) == list(range(12))


def test_a_job_that_somebody_is_at_is_left_to_him_until_he_falls_silent(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0)])
    with laboratory.acting(laboratory.cast.anna) as tx:
        assert job.claim(tx, job_id, "one")
    with laboratory.acting(laboratory.cast.anna) as tx:
        tx.now -= timedelta(seconds=60)  # the same moment
        assert not job.claim(tx, job_id, "another")
    assert work.work(laboratory.place, job_id, at_the_hour(laboratory, job.LEASE + timedelta(seconds=1)))
    with laboratory.acting(laboratory.cast.anna) as tx:
        assert job.turn(tx, job_id, "one") is None


def test_an_item_at_which_every_worker_dies_is_given_up(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0), o.a_table(1)])
    for _ in range(job.MOST_CLAIMS):
        with laboratory.acting(laboratory.cast.anna) as tx:
            assert job.claim(tx, job_id, "doomed")
    work.work(laboratory.place, job_id, at_the_hour(laboratory, timedelta(minutes=5)))
    seen = o.seen(laboratory, job_id)
    assert [one.code for one in seen.outcomes[0].reasons] == ["ITEM_GIVEN_UP"]
    assert seen.outcomes[1].ok


def test_a_fault_of_the_program_costs_its_item_only(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0), o.a_table(1)])
    do = kinds.DO["import_runs"]

    def clumsy(tx: Transaction, payload: kinds.Values, item: kinds.Values) -> Made:
        made = do(tx, payload, item)
        if item["name"] == "run-1.csv":
            raise ZeroDivisionError
        return made

    monkeypatch.setattr(work, "DO", {"import_runs": clumsy})
    work.work(laboratory.place, job_id)
    seen = o.seen(laboratory, job_id)
    assert [one.code for one in seen.outcomes[0].reasons] == ["ITEM_FAULT"]
    assert [name for name, _ in o.runs(laboratory)] == ["run-2.csv"]


def test_one_signature_issues_a_document_for_each_lot_and_says_why_not(laboratory: b.Laboratory) -> None:
    good = o.decided_lots(laboratory, 2)
    undecided = f"{b.lodged(laboratory, 'FISH', declaration='530120261000099999')}-L1"
    job_id = o.certificates_ordered(laboratory, [good[0], undecided, good[1]])
    work.work(laboratory.place, job_id, at_the_hour(laboratory))
    seen = o.seen(laboratory, job_id, "chen")
    assert [one.ok for one in seen.outcomes] == [True, False, True]
    assert [one.code for one in seen.outcomes[1].reasons] == ["NOT_IN_THIS_STATE"]
    with reading(laboratory.place.engine) as session:
        papers = list(session.scalars(select(CertificateRow).order_by(CertificateRow.id)))
        assert [row.no for row in papers] == [seen.outcomes[0].no, seen.outcomes[2].no]
        assert {row.issued_by for row in papers} == {laboratory.cast.chen.id}
        query = select(EventRow).where(EventRow.object_type == "certificate", EventRow.verb == "issue")
        signed = list(session.scalars(query.order_by(EventRow.id)))
        assert [(row.reason, row.request_id) for row in signed] == [
            ("I issue these", f"job-{job_id}-1"), ("I issue these", f"job-{job_id}-3"),
        ]  # fmt: skip


def test_a_signature_does_not_cover_what_is_done_a_day_later(laboratory: b.Laboratory) -> None:
    lots = o.decided_lots(laboratory, 1)
    job_id = o.certificates_ordered(laboratory, lots)
    work.work(laboratory.place, job_id, at_the_hour(laboratory, timedelta(days=1)))
    (outcome,) = o.seen(laboratory, job_id, "chen").outcomes
    assert [one.code for one in outcome.reasons] == ["SIGNATURE_TOO_OLD"]


def test_who_may_not_do_it_may_not_order_it_either(laboratory: b.Laboratory) -> None:
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.max) as tx:
        job.order(tx, "import_runs", {"worksheet": "x", "instrument": ""}, [{"name": "a", "digest": "0" * 64}])
    with pytest.raises(Forbidden), laboratory.acting(laboratory.cast.anna, "mine") as tx:
        job.order(tx, "issue_certificates", {}, [{"name": "x", "lot": "x"}])
    with pytest.raises(Refused, match="SIGNATURE_NEEDED"), laboratory.acting(laboratory.cast.chen) as tx:
        job.order(tx, "issue_certificates", {}, [{"name": "x", "lot": "x"}])
    with pytest.raises(BadInput, match="JOB_EMPTY"), laboratory.acting(laboratory.cast.anna) as tx:
        job.order(tx, "import_runs", {}, [])
    with reading(laboratory.place.engine) as session:
        assert list(session.scalars(select(JobRow))) == []


def test_who_left_meanwhile_has_nothing_done_in_his_name(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0)])
    o.dismissed(laboratory, "anna")
    work.work(laboratory.place, job_id)
    (outcome,) = o.seen(laboratory, job_id).outcomes
    assert [one.code for one in outcome.reasons] == ["NO_RIGHT"]
    assert o.runs(laboratory) == []


def test_anothers_job_is_not_there(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(0)])
    for name in ("boris", "ada", "max"):
        with pytest.raises(NotFound):
            o.seen(laboratory, job_id, name)
        with pytest.raises(NotFound), laboratory.acting(laboratory.cast.actors[name]) as tx:
            job.cancel(tx, job_id)
        with view(laboratory.place, laboratory.cast.actors[name], b.NOW) as tx:
            assert reading_job.mine(tx).items == ()
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        assert [one.id for one in reading_job.mine(tx).items] == [job_id]


def test_ordering_and_stopping_are_in_the_trail_and_progress_is_not(laboratory: b.Laboratory) -> None:
    first = o.files_ordered(laboratory, [o.a_table(0), o.a_table(1)])
    work.work(laboratory.place, first)
    with laboratory.acting(laboratory.cast.anna) as tx:
        second = job.order(tx, "import_runs", {"worksheet": "x", "instrument": ""}, [{"name": "a", "digest": "0" * 64}])
    with laboratory.acting(laboratory.cast.anna) as tx:
        job.cancel(tx, second)
    with view(laboratory.place, laboratory.cast.ada, b.NOW) as tx:
        query = select(EventRow).where(EventRow.object_type == "job").order_by(EventRow.id)
        assert [(row.object_id, row.verb) for row in tx.session.scalars(query)] == [
            (first, "order"), (second, "order"), (second, "cancel"),
        ]  # fmt: skip
    with view(laboratory.place, laboratory.cast.ada, b.NOW) as tx:
        assert trail_check.check(tx).intact

"""Workers as processes of their own: killed in the middle, stopped politely, sent by the queue; on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from lims import installation
from lims.jobs import here, queue
from lims.jobs.queue import Plain, Queue
from lims.persistence.job import JobProgressRow
from tests import builders as b
from tests.jobs import orders as o

PATIENCE = 60
FILES = 40


def environment(lab: b.Laboratory) -> dict[str, str]:
    """The laboratory as an installation that other processes can open."""
    installation.create(lab.place.home, {"laboratory": lab.place.laboratory})
    url = lab.place.engine.url.render_as_string(hide_password=False)
    return {**os.environ, "LIMS_HOME": str(lab.place.home), "LIMS_DATABASE_URL": url}


@contextmanager
def a_worker(lab: b.Laboratory, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "lims", "worker", *words]
    process = subprocess.Popen(command, env=environment(lab), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "nothing happened"
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def time_goes_on(lab: b.Laboratory, by: timedelta) -> None:
    """As if the last sign of life of every worker had come so much earlier."""
    with Session(lab.place.engine) as session:
        for row in session.query(JobProgressRow):
            if row.heartbeat is not None:
                session.execute(
                    update(JobProgressRow)
                    .where(JobProgressRow.job_id == row.job_id)
                    .values(heartbeat=row.heartbeat - by)
                )
        session.commit()


def killed(lab: b.Laboratory, job_id: int, until: int) -> JobProgressRow:
    """How the job stands after a worker was killed when so many items were done."""
    with a_worker(lab, "--once") as process:
        wait_for(lambda: o.progress(lab, job_id).done >= until, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return o.progress(lab, job_id)


def test_a_worker_killed_in_the_middle_leaves_each_item_done_once(laboratory: b.Laboratory) -> None:
    job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(FILES)])
    for until in (3, 10):
        left = killed(laboratory, job_id, until)
        assert (left.status, until <= left.done < FILES) == ("running", True)
        assert len(o.runs(laboratory)) == left.done
        time_goes_on(laboratory, timedelta(minutes=1))
    done = subprocess.run([sys.executable, "-m", "lims", "worker", "--once"], env=environment(laboratory), check=False,
                          capture_output=True, timeout=PATIENCE)  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = o.seen(laboratory, job_id)
    assert (seen.head.status, seen.head.done, seen.head.refused) == ("done", FILES, 0)
    assert [name for name, _ in o.runs(laboratory)] == [f"run-{n}.csv" for n in range(1, FILES + 1)]


def test_a_waiting_worker_is_sent_by_the_queue_and_lays_down_its_work_when_it_is_stopped(
    laboratory: b.Laboratory,
) -> None:
    with a_worker(laboratory) as process:
        time.sleep(1)
        job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(FILES)])
        here.send(laboratory.place, job_id)
        wait_for(lambda: o.progress(laboratory, job_id).done >= 3, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, process.communicate()
    left = o.progress(laboratory, job_id)
    assert (left.status, 3 <= left.done < FILES) == ("queued", True)
    with a_worker(laboratory) as process:  # nothing is sent: it finds what was left
        wait_for(lambda: o.progress(laboratory, job_id).status == "done", process)
    assert len(o.runs(laboratory)) == FILES
    here.rest(laboratory.place)


def test_a_serving_process_starts_its_threads_with_the_first_job(laboratory: b.Laboratory) -> None:
    here.welcome(laboratory.place)
    try:
        time.sleep(0.3)
        assert not here._here.consumers
        job_id = o.files_ordered(laboratory, [o.a_table(n) for n in range(3)])
        here.send(laboratory.place, job_id)
        end = time.monotonic() + PATIENCE
        while o.progress(laboratory, job_id).status != "done" and time.monotonic() < end:
            time.sleep(0.05)
        assert [name for name, _ in o.runs(laboratory)] == ["run-1.csv", "run-2.csv", "run-3.csv"]
    finally:
        here.rest(laboratory.place)
        here._here.works = False


def test_sending_that_fails_keeps_the_order_and_the_caller_unharmed(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_place: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(queue, "_storage", broken)
    job_id = o.files_ordered(laboratory, [o.a_table(0)])
    here.send(laboratory.place, job_id)
    assert o.progress(laboratory, job_id).status == "queued"


def test_what_travels_is_text_that_nothing_can_be_run_from(laboratory: b.Laboratory) -> None:
    sent = Queue(laboratory.place)
    sent.send(7)
    sent.send(8, later=True)
    waiting = [json.loads(bytes(one)) for one in sent.huey.storage.enqueued_items()]
    assert [(one["args"], bool(one["eta"])) for one in waiting] == [([7], False), ([8], True)]
    assert [sent.huey.dequeue().args for _ in waiting] == [(7,), (8,)]
    with pytest.raises(ValueError):
        Plain().deserialize(b"\x80\x04.")
    sent.huey.storage.close()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_huey_is_not_loaded_before_there_is_a_job(engine_name: str, tmp_path: Path) -> None:
    program = "import sys, lims.app, lims.cli.serve, lims.cli.worker; sys.exit('huey' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

"""The process is killed without warning, again and again, at the main job: what was acknowledged is kept, nothing is
half done, and the next process takes up where the last one stopped."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from pathlib import Path

from sqlalchemy import func, select, text

from lims.persistence.certificate import CertificateRow
from lims.persistence.counters import CounterRow
from lims.persistence.trail import EventRow
from lims.services import certificate
from lims.services.transaction import view
from reports.signing import verify
from tests import builders as b
from tests.faults import stages, worker

FEWEST, MOST, SECONDS = 4, 12, 7.0
"""Lives that are ended, and how long that may go on."""
SHORTEST, LONGEST = 0.15, 1.8
"""Seconds of a life, counted from the moment when the process goes to work."""


def test_what_was_acknowledged_outlives_the_process_and_nothing_is_half_done(
    laboratory: b.Laboratory, tmp_path: Path, engine_name: str
) -> None:
    stages.list_reader(laboratory)
    for n in range(1, 4):
        stages.decided(laboratory, n)
    url, ledger = laboratory.place.engine.url.render_as_string(hide_password=False), tmp_path / "ledger"
    ledger.touch()
    chance, end, lives = random.Random(engine_name), time.monotonic() + SECONDS, 0
    # A process of its own that is already warm, so that a life is spent on work and not on imports.
    started = multiprocessing.get_context("forkserver")
    started.set_forkserver_preload(["tests.faults.warm"])
    while lives < FEWEST or (lives < MOST and time.monotonic() < end):
        lives += 1
        one_life(started, (url, laboratory.place.home, ledger, lives), chance.uniform(SHORTEST, LONGEST))
        kept(laboratory, ledger.read_text().split(), lives)
    assert len(ledger.read_text().split()) > FEWEST, "it was always killed before it did anything"
    whole(laboratory, lives)
    go_on(laboratory, url, ledger, lives)


def one_life(started: multiprocessing.context.BaseContext, given: tuple[object, ...], seconds: float) -> None:
    """Works for as long as it is given and is killed where it stands."""
    begun, end = started.Pipe(duplex=False)
    process = started.Process(target=worker.work, args=(end, *given))  # type: ignore[attr-defined]
    process.start()
    assert begun.poll(30), "it does not start"
    process.join(seconds)
    assert process.is_alive(), f"it ended by itself: {process.exitcode}"
    process.kill()
    process.join(10)
    assert process.exitcode == -9


def kept(lab: b.Laboratory, acknowledged: list[str], lives: int) -> None:
    """Each acknowledged act is there; of those not acknowledged at most the last one of each life."""
    with lab.place.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        there = set(connection.scalars(select(EventRow.request_id).where(EventRow.at > b.NOW).distinct()))
    marks = {mark for mark in there if int(mark.removeprefix("step-")) >= worker.APART}
    assert set(acknowledged) <= marks
    assert len(marks - set(acknowledged)) <= lives
    assert stages.half_done(lab) == []
    assert stages.intact(lab)


def whole(lab: b.Laboratory, lives: int) -> None:
    """Numbers without gaps up to the counter, every stored file under its digest, no more left over than was killed."""
    with lab.place.engine.connect() as connection:
        digests = list(connection.scalars(select(CertificateRow.digest)))
        taken = connection.scalar(select(func.sum(CounterRow.value)).where(CounterRow.series.like("doc:%:P")))
    assert (taken or 0) == len(digests)
    named = set()
    for path in (lab.place.home / "files").rglob("*"):
        if path.is_file() and len(path.name) == 64:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
            named.add(path.name)
    assert set(digests) <= named
    documents = {name for name in named if lab.place.files.get(name).startswith(b"%PDF")}
    assert len(documents - set(digests)) <= lives


def go_on(lab: b.Laboratory, url: str, ledger: Path, lives: int) -> None:
    """The next process finishes everything that was begun, and the documents are genuine."""
    next_lab = worker.opened(url, lab.place.home, lives + 1)
    for no in worker.unfinished(next_lab):
        worker.go_on(next_lab, no, ledger)
    worker.lodge(next_lab, ledger)
    (last,) = worker.unfinished(next_lab)
    worker.go_on(next_lab, last, ledger)
    assert worker.unfinished(next_lab) == []
    chain = [(lab.place.home / "keys" / "laboratory.pem").read_bytes()]
    with view(lab.place, lab.cast.chen, b.NOW) as tx:
        numbers = list(tx.session.scalars(select(CertificateRow.no).order_by(CertificateRow.id)))
        found = [verify(certificate.pdf(tx, no or ""), chain) for no in numbers]
    assert [one.content["number"] for one in found if one.content and one.status == "VALID"] == numbers
    assert len(numbers) == stages.counted(lab)["request"]
    whole(lab, lives)
    kept(lab, ledger.read_text().split(), lives)
    next_lab.place.engine.dispose()

"""A worksheet with one sample of an instrument that speaks ASTM, its message, and processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims import installation
from lims.domain.rules.actor import SYSTEM
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.persistence.spool import SpoolRow
from lims.services import transition, worksheet
from lims.services.transaction import transaction
from tests import builders as b

PATIENCE = 40
METHOD = "GB 5009.12-2023"


def an_instrument(lab: b.Laboratory, code: str = "IA-01", **more: str) -> InstrumentRow:
    with transaction(lab.place, SYSTEM, b.NOW, "builder") as tx:
        row = b.an_instrument(code, more.pop("adapter", "astm_e1394"), date(2099, 1, 1))
        row.aliases = {"PB": "PB"}
        for name, value in more.items():
            setattr(row, name, value)
        transition.install(tx, row, "in_service", "builder")
    return row


def a_worksheet(lab: b.Laboratory, code: str = "IA-01") -> tuple[str, str]:
    """(worksheet, sample): the sample is on it and the instrument does it."""
    sample_no = b.received(lab, b.lodged(lab, "FISH"))
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=(sample_no,), instrument=code))
    return made.no, sample_no


def frames(sample_no: str, value: str = "0.012") -> list[bytes]:
    records = (
        "H|\\^&|||Analyser^1.0|||||||P|E 1394-97|20261124094000", "P|1", f"O|1|{sample_no}||^^^PB",
        f"R|1|^^^PB|{value}|mg/kg||N||F", "L|1|N",
    )  # fmt: skip
    made = []
    for number, text in enumerate(records, start=1):
        inner = f"{number % 8}{text}\r\x03".encode()
        made.append(b"\x02" + inner + b"%02X\r\n" % (sum(inner) % 256))
    return made


def message(sample_no: str, value: str = "0.012") -> bytes:
    return b"".join(frames(sample_no, value))


def deliveries(lab: b.Laboratory) -> list[SpoolRow]:
    with Session(lab.place.engine) as session:
        return list(session.scalars(select(SpoolRow).order_by(SpoolRow.id)))


def runs(lab: b.Laboratory) -> list[RunRow]:
    with Session(lab.place.engine) as session:
        return list(session.scalars(select(RunRow).order_by(RunRow.id)))


def environment(lab: b.Laboratory) -> dict[str, str]:
    installation.create(lab.place.home, {"laboratory": lab.place.laboratory})
    url = lab.place.engine.url.render_as_string(hide_password=False)
    return {**os.environ, "LIMS_HOME": str(lab.place.home), "LIMS_DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}


@contextmanager
def process(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of the product, killed at the end if it has not stopped by itself."""
    with log.open("a") as file:
        running = subprocess.Popen([sys.executable, *words], env=env, stdout=subprocess.PIPE, stderr=file, text=True)
        try:
            yield running
        finally:
            running.kill()
            running.communicate()


def wait_for(true: Callable[[], object], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, log.read_text() if log.exists() else "nothing happened"
        time.sleep(0.03)

"""What the tests of long work order: instrument files made up for one worksheet, and lots ready to certify."""

from __future__ import annotations

from sqlalchemy import select

from lims.domain.rules.actor import SYSTEM
from lims.persistence.job import JobProgressRow
from lims.persistence.run import RunRow
from lims.persistence.session import reading
from lims.services import account, job, transition, worksheet
from lims.services.reading import job as reading_job
from lims.services.reading import sample as samples
from lims.services.reading.job import JobView
from lims.services.transaction import view
from tests import builders as b

METHOD = "GB 5009.15-2023"
"""Cadmium."""


def a_table(n: int) -> bytes:
    """A two-dimensional list that differs from every other one by its figure."""
    return f",Cadmium,end\r\nV-1,0.{n + 1:04d},\r\nend,,\r\n".encode()


def a_sheet(lab: b.Laboratory) -> str:
    """A worksheet of one fish sample for an instrument that writes two-dimensional lists."""
    with b.transaction(lab.place, SYSTEM, b.NOW, "builder") as tx:
        transition.install(tx, b.an_instrument("TWO-D", "lab_two_dimensional"), "in_service", "builder")
    sample_no = b.received(lab, b.lodged(lab, "FISH"))
    with lab.acting(lab.cast.anna) as tx:
        return worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=(sample_no,), instrument="TWO-D")).no


def files_ordered(lab: b.Laboratory, contents: list[bytes]) -> int:
    """Anna uploads the files at once."""
    sheet = a_sheet(lab)
    items = [{"name": f"run-{n}.csv", "digest": lab.place.files.put(one)} for n, one in enumerate(contents, 1)]
    with lab.acting(lab.cast.anna) as tx:
        return job.order(tx, "import_runs", {"worksheet": sheet, "instrument": ""}, items)


def decided_lots(lab: b.Laboratory, number: int, disposition: str = "RELEASE") -> list[str]:
    lots = []
    for n in range(number):
        no = b.lodged(lab, "FISH", declaration=f"5301202610000441{n:02d}")
        sample_no = b.received(lab, no)
        with view(lab.place, lab.cast.rita, b.NOW) as tx:
            rows = [(one.id, one.method) for one in samples.detail(tx, sample_no).analyses]
        b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(method for _, method in rows)))
        for analysis_id, _ in rows:
            b.entered(lab, analysis_id, "0.001")
            b.verified(lab, analysis_id)
        b.approved(lab, sample_no)
        b.decided(lab, f"{no}-L1", disposition)
        lots.append(f"{no}-L1")
    return lots


def certificates_ordered(lab: b.Laboratory, lots: list[str]) -> int:
    with lab.acting(lab.cast.chen, "I issue these") as tx:
        return job.order(tx, "issue_certificates", {}, [{"name": no, "lot": no} for no in lots])


def seen(lab: b.Laboratory, job_id: int, who: str = "anna") -> JobView:
    with view(lab.place, lab.cast.actors[who], b.NOW) as tx:
        return reading_job.detail(tx, job_id)


def progress(lab: b.Laboratory, job_id: int) -> JobProgressRow:
    with reading(lab.place.engine) as session:
        return session.get_one(JobProgressRow, job_id)


def runs(lab: b.Laboratory) -> list[tuple[str, str]]:
    """Number and state of every run there is."""
    with reading(lab.place.engine) as session:
        return [(row.name, row.state) for row in session.scalars(select(RunRow).order_by(RunRow.id))]


def dismissed(lab: b.Laboratory, name: str) -> None:
    """The person may no longer come in."""
    with b.transaction(lab.place, SYSTEM, b.NOW, "dismissal") as tx:
        account.set_active(tx, account.by_name(tx, name), False)

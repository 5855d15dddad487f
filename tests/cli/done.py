"""A laboratory that has done a day's work: one lot carried from request to certificate."""

from __future__ import annotations

from dataclasses import dataclass

from lims.services import certificate
from lims.services.reading import sample as samples
from lims.services.transaction import view
from tests import builders as b


@dataclass(frozen=True)
class Done:
    lab: b.Laboratory
    request_no: str
    sample_no: str
    certificate_no: str
    verify_code: str
    pdf: bytes


def a_released_lot(lab: b.Laboratory) -> Done:
    no = b.lodged(lab, "FISH")
    sample_no = b.received(lab, no)
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        rows = samples.detail(tx, sample_no).analyses
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    for row in rows:
        b.entered(lab, row.id, "0.0010")
        b.verified(lab, row.id)
    b.approved(lab, sample_no)
    b.decided(lab, f"{no}-L1", "RELEASE")
    issued = b.certified(lab, f"{no}-L1")
    with view(lab.place, lab.cast.chen, b.NOW) as tx:
        pdf = certificate.pdf(tx, issued.no)
    return Done(lab, no, sample_no, issued.no, issued.verify_code, pdf)

"""A laboratory brought to each stage of the main job by its own use-cases, and what must hold in it afterwards."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sqlalchemy import func, select

from lims.domain.rules.errors import LimsError
from lims.persistence.certificate import CertificateRow
from lims.persistence.tables import metadata
from lims.persistence.trail import EventRow
from lims.services import run, trail_check, worksheet
from lims.services.reading import sample as samples
from lims.services.transaction import view
from tests import builders as b

READ_BY_FILE = "GB 5009.12-2023"
LISTED = ",PB,end\n{sample_no},{value},\nend,,\n"
"""A list of results as an instrument without software of its own gives it: one sample, lead."""


def declared(lab: b.Laboratory, n: int = 1) -> str:
    return b.lodged(lab, "FISH", declaration=f"5301202610{n:08d}")


def drawn(lab: b.Laboratory, request_no: str) -> str:
    with lab.acting(lab.cast.igor) as tx:
        return b.sample.draw(tx, b.sample.DrawSample(f"{request_no}-L1", "Igor", "Olga", "HK-1")).no


def analyses(lab: b.Laboratory, sample_no: str) -> tuple[samples.AnalysisView, ...]:
    with view(lab.place, lab.cast.rita, b.NOW) as tx:
        return tuple(samples.detail(tx, sample_no).analyses)


def assigned(lab: b.Laboratory, sample_no: str) -> list[int]:
    """Every analysis of the sample on a worksheet of its method; their ids."""
    rows = analyses(lab, sample_no)
    b.on_worksheets(lab, sample_no, tuple(dict.fromkeys(row.method for row in rows)))
    return [row.id for row in rows]


def submitted(lab: b.Laboratory, sample_no: str) -> list[int]:
    ids = assigned(lab, sample_no)
    for analysis_id in ids:
        b.entered(lab, analysis_id, "0.001")
    return ids


def tested(lab: b.Laboratory, sample_no: str) -> None:
    for analysis_id in submitted(lab, sample_no):
        b.verified(lab, analysis_id)


def reported(lab: b.Laboratory, n: int = 1) -> str:
    """A lot whose only sample is approved; its number."""
    no = declared(lab, n)
    sample_no = b.received(lab, no)
    tested(lab, sample_no)
    b.approved(lab, sample_no)
    return f"{no}-L1"


def decided(lab: b.Laboratory, n: int = 1) -> str:
    lot_no = reported(lab, n)
    b.decided(lab, lot_no, "RELEASE")
    return lot_no


def list_reader(lab: b.Laboratory) -> None:
    """An instrument whose files are lists of samples by analytes."""
    with b.transaction(lab.place, b.SYSTEM, b.NOW, "builder") as tx:
        b.transition.install(tx, b.an_instrument("LIST-01", "lab_two_dimensional"), "in_service", "builder")


def to_bring_in(lab: b.Laboratory) -> run.ReceiveRun:
    """A file with the result of a sample that waits on a worksheet for it."""
    list_reader(lab)
    sample_no = b.received(lab, declared(lab))
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(
            tx, worksheet.MakeWorksheet(READ_BY_FILE, sample_nos=(sample_no,), instrument="LIST-01")
        )
    return listed(made.no, sample_no)


def listed(sheet_no: str, sample_no: str) -> run.ReceiveRun:
    return run.ReceiveRun(sheet_no, "list.csv", LISTED.format(sample_no=sample_no, value="0.0123").encode())


def parsed(lab: b.Laboratory) -> str:
    """A run read and matched, not yet accepted; its number."""
    cmd = to_bring_in(lab)
    with lab.acting(lab.cast.anna) as tx:
        return run.preview(tx, cmd).no


def counted(lab: b.Laboratory) -> dict[str, int]:
    """Rows of every table."""
    with lab.place.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def intact(lab: b.Laboratory) -> bool:
    with view(lab.place, lab.cast.quentin, b.NOW) as tx:
        return trail_check.check(tx).intact


def done_twice(lab: b.Laboratory, since: int) -> list[tuple[str, int, str]]:
    """(table, id, verb) that the events after ``since`` tell more than once."""
    query = select(EventRow.object_type, EventRow.object_id, EventRow.verb).where(EventRow.id > since)
    with lab.place.engine.connect() as connection:
        told = Counter((kind, id, verb) for kind, id, verb in connection.execute(query))
    return [act for act, times in told.items() if times > 1]


def last_event(lab: b.Laboratory) -> int:
    """A proof that was refused is itself worth an event, and changes nothing."""
    with lab.place.engine.connect() as connection:
        return connection.scalar(select(func.max(EventRow.id)).where(EventRow.verb != "refuse_proof")) or 0


@cache
def worded() -> frozenset[str]:
    """Codes of reasons that have words in both languages."""
    text = files("lims").joinpath("translations", "reasons.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="|", quoting=csv.QUOTE_NONE)
    return frozenset(row["code"] for row in rows if row["zh"] and row["en"])


def half_done(lab: b.Laboratory) -> list[str]:
    """Stored digests without their bytes, documents without a number, numbers that were left out."""
    found = []
    with lab.place.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for name in ("digest",) if "digest" in table.columns else ():
                for digest in connection.scalars(select(table.c[name]).where(table.c[name].is_not(None)).distinct()):
                    found += [] if _stored(lab, digest) else [f"{table.name}: no bytes for {digest[:8]}"]
        numbers = list(connection.scalars(select(CertificateRow.no).order_by(CertificateRow.id)))
    found += [f"a document without a number at place {n}" for n, no in enumerate(numbers) if no is None]
    found += [f"number {n} was left out of {head}" for head, n in _left_out([no for no in numbers if no])]
    return found


def _stored(lab: b.Laboratory, digest: str) -> bool:
    try:
        return bool(lab.place.files.get(digest))
    except LimsError:
        return False


def _left_out(numbers: list[str]) -> Iterator[tuple[str, int]]:
    """Series and places in it that no document bears."""
    series: dict[str, set[int]] = {}
    for no in numbers:
        series.setdefault(no[:-6], set()).add(int(no[-6:]))
    for head, held in series.items():
        yield from ((head, n) for n in sorted(set(range(1, max(held) + 1)) - held))

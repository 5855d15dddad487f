"""A laboratory at work in a process of its own, which somebody kills: it takes up whatever is open and goes on.

Every act is one transaction; once it is committed its mark goes to the ledger, and what stands there must be kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.rules.actor import Actor
from lims.persistence.account import UserRow
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.run import RunRow
from lims.persistence.sample import SampleRow
from lims.persistence.session import make_engine
from lims.persistence.worksheet import WorksheetRow
from lims.services import approval, certificate, lot, request, result, run, sample, worksheet
from lims.services.transaction import Installation, Transaction
from tests import builders as b
from tests.cast import PORT, ROLES_OF, Cast
from tests.faults import stages

Do = Callable[[Transaction], object]
APART = 1000
"""Minutes between the beginnings of two lives, so that no two acts bear the same mark."""


def opened(url: str, home: Path, life: int) -> b.Laboratory:
    """The laboratory as another process finds it: from its database and its folder alone."""
    place = Installation(make_engine(url), home, ZoneInfo("Asia/Shanghai"), laboratory="HK")
    with Session(place.engine) as session:
        ids = {row.username: row.id for row in session.scalars(select(UserRow))}
    actors = {
        name: Actor(ids[name], name, frozenset(roles), frozenset({PORT} if name == "igor" else ()), language="en")
        for name, roles in ROLES_OF.items()
    }
    return b.Laboratory(place, Cast(actors), step=life * APART)


def work(begun: Connection, url: str, home: Path, ledger: Path, life: int) -> None:
    """Never comes back: one more request, one act for each open one, and so on until it is killed."""
    lab = opened(url, home, life)
    begun.send(os.getpid())
    while True:
        lodge(lab, ledger)
        for no in unfinished(lab):
            step = next_step(lab, no)
            if step is not None:
                done(lab, ledger, *step)


def unfinished(lab: b.Laboratory) -> list[str]:
    """Requests that are not closed, and lots whose goods are not disposed of, oldest first."""
    with Session(lab.place.engine) as session:
        query = select(RequestRow.no).where(RequestRow.state != "closed").order_by(RequestRow.id)
        return list(session.scalars(query))


def lodge(lab: b.Laboratory, ledger: Path) -> None:
    line = request.LineCommand("", "FISH", "鱼", "Fish", "100", "kg", "", ())
    cmd = request.LodgeRequest(f"53012026{lab.step:010d}", "CN", PORT, "IMP", "EC", (line,))
    done(lab, ledger, "igor", lambda tx: request.lodge(tx, cmd))


def go_on(lab: b.Laboratory, no: str, ledger: Path) -> None:
    """Everything that is left to do for the request, each act by the person whose duty it is."""
    while (step := next_step(lab, no)) is not None:
        done(lab, ledger, *step)


def done(lab: b.Laboratory, ledger: Path, who: str, do: Do, signing: str = "") -> None:
    with lab.acting(lab.cast.actors[who], signing) as tx:
        do(tx)
        mark = tx.request_id
    with ledger.open("a") as file:
        file.write(f"{mark}\n")
        file.flush()
        os.fsync(file.fileno())


Step = tuple[str, Do] | tuple[str, Do, str]


def next_step(lab: b.Laboratory, no: str) -> Step | None:
    with Session(lab.place.engine) as session:
        state, lot_state, lot_id = session.execute(
            select(RequestRow.state, LotRow.state, LotRow.id).join(LotRow).where(RequestRow.no == no)
        ).one()
        drawn = session.execute(
            select(SampleRow.no, SampleRow.state).where(SampleRow.lot_id == lot_id)
        ).first()
    lot_no = f"{no}-L1"
    if state == "lodged":
        return "rita", lambda tx: request.accept(tx, request.AcceptRequest(no))
    if drawn is None:
        return "igor", lambda tx: sample.draw(tx, sample.DrawSample(lot_no, "Igor", "Olga", f"HK-{no}"))
    if lot_state == "reported":
        return "dana", lambda tx: lot.decide(tx, lot.DecideLot(lot_no, "RELEASE", "conforms"))
    if lot_state == "decided":
        return "chen", lambda tx: certificate.issue(tx, certificate.IssueCertificate(lot_no)), "I issue"
    return None if lot_state == "disposed" else of_sample(lab, *drawn)


def of_sample(lab: b.Laboratory, no: str, state: str) -> Step:
    if state == "drawn":
        return "rita", lambda tx: sample.receive(tx, sample.ReceiveSample(no))
    if state == "tested":
        return "vera", lambda tx: approval.approve(tx, no), "I approve"
    first = {row.state: row for row in reversed(stages.analyses(lab, no))}
    if "waiting" in first:
        method = first["waiting"].method
        device = "LIST-01" if method == stages.READ_BY_FILE else ""
        return "anna", lambda tx: worksheet.make(
            tx, worksheet.MakeWorksheet(method, sample_nos=(no,), instrument=device)
        )
    if "assigned" in first:
        return of_assigned(lab, no, first["assigned"].id, first["assigned"].method)
    if "entered" in first:
        return "anna", lambda tx: result.submit(tx, first["entered"].id)
    return "boris", lambda tx: result.verify(tx, first["submitted"].id)


def of_assigned(lab: b.Laboratory, sample_no: str, analysis_id: int, method: str) -> Step:
    """Typed; for the method that is read by file, brought in and then accepted."""
    if method != stages.READ_BY_FILE:
        return "anna", lambda tx: result.enter(tx, result.EnterResult(analysis_id, "0.001"))
    with Session(lab.place.engine) as session:
        sheet_no, run_no = session.execute(
            select(WorksheetRow.no, RunRow.no)
            .join(AnalysisRow, AnalysisRow.worksheet_id == WorksheetRow.id)
            .outerjoin(RunRow, RunRow.worksheet_id == WorksheetRow.id)
            .where(AnalysisRow.id == analysis_id)
        ).one()
    if run_no is not None:
        return "anna", lambda tx: run.accept(tx, run_no, None)
    return "anna", lambda tx: run.preview(tx, stages.listed(sheet_no, sample_no))

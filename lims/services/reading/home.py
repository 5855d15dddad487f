"""What needs each role next, counted by indexed questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from lims.domain.proficiency import ALARMING
from lims.persistence.analysis import AnalysisRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.certificate import CertificateRow
from lims.persistence.control_chart import ControlChartRow
from lims.persistence.instrument import InstrumentRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.proficiency import PtScoreRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import BatchRow, BracketRow, WorksheetRow
from lims.services.reading.worksheet import going_on
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class Task:
    """One kind of work that waits: its code (words are made at the door), how many, and where to go."""

    code: str
    count: int
    path: str


def _count(column: Any, *conditions: Any) -> Select[Any]:
    return select(func.count(column)).where(*conditions)


def _held() -> Select[Any]:
    """Worksheets whose batch is held, or a part of whose positions is."""
    part = select(BracketRow.id).where(BracketRow.worksheet_id == BatchRow.worksheet_id, BracketRow.state == "held")
    return _count(BatchRow.id, or_(BatchRow.state == "held", part.exists()))


Question = tuple[str, str, str, Callable[[Transaction], Select[Any]]]
QUESTIONS: tuple[Question, ...] = (
    ("inspector", "my_questions", "/intake/requests?state=asked", lambda tx: _ports(tx, RequestRow.state == "asked")),
    ("inspector", "to_draw", "/intake/requests?state=accepted", lambda tx: _awaiting(tx)),
    (
        "reception",
        "requests_to_accept",
        "/intake/requests?state=lodged",
        lambda tx: _count(RequestRow.id, RequestRow.state == "lodged"),
    ),
    (
        "reception",
        "samples_expected",
        "/intake/receive",
        lambda tx: _count(SampleRow.id, SampleRow.state.in_(("drawn", "in_transit"))),
    ),
    (
        "analyst",
        "analyses_waiting",
        "/bench/",
        lambda tx: _count(AnalysisRow.id, AnalysisRow.state == "waiting", going_on()),
    ),
    (
        "analyst",
        "my_worksheets",
        "/bench/worksheets?mine=1",
        lambda tx: _count(WorksheetRow.id, WorksheetRow.state == "open", WorksheetRow.analyst_id == tx.actor.id),
    ),
    ("reviewer", "to_verify", "/release/review", lambda tx: _count(AnalysisRow.id, AnalysisRow.state == "submitted")),
    ("signatory", "to_approve", "/release/samples", lambda tx: _count(SampleRow.id, SampleRow.state == "tested")),
    ("decision_officer", "to_decide", "/release/lots", lambda tx: _count(LotRow.id, LotRow.state == "reported")),
    ("decision_officer", "held", "/release/lots", lambda tx: _count(LotRow.id, LotRow.state == "held")),
    ("certificate_officer", "to_certify", "/release/certify", lambda tx: _count(LotRow.id, LotRow.state == "decided")),
    (
        "certificate_officer",
        "issued",
        "/release/certificates",
        lambda tx: _count(CertificateRow.id, CertificateRow.state == "issued"),
    ),
    ("quality", "batches_held", "/quality/batches", lambda tx: _held()),
    (
        "quality",
        "charts_alarm",
        "/quality/charts?alarm=1",
        lambda tx: _count(ControlChartRow.id, ControlChartRow.alarm != ""),
    ),
    (
        "quality",
        "pt_alarm",
        "/quality/proficiency?open=1",
        lambda tx: _count(PtScoreRow.id, PtScoreRow.verdict.in_(ALARMING), PtScoreRow.concluded_at.is_(None)),
    ),
    (
        "quality",
        "past_calibration",
        "/catalogue/instruments",
        lambda tx: _count(InstrumentRow.id, InstrumentRow.calibration_due < tx.today),
    ),
    (
        "quality",
        "to_release",
        "/catalogue/",
        lambda tx: _count(ReferenceVersionRow.id, ReferenceVersionRow.state == "proposed"),
    ),
    (
        "catalogue",
        "proposed",
        "/catalogue/",
        lambda tx: _count(ReferenceVersionRow.id, ReferenceVersionRow.state == "proposed"),
    ),
)


def _ports(tx: Transaction, *conditions: Any) -> Select[Any]:
    own = select(OrganisationRow.id).where(OrganisationRow.code.in_(tx.actor.ports))
    return _count(RequestRow.id, RequestRow.port_id.in_(own), *conditions)


def _awaiting(tx: Transaction) -> Select[Any]:
    own = select(OrganisationRow.id).where(OrganisationRow.code.in_(tx.actor.ports))
    return (
        select(func.count(LotRow.id))
        .join(RequestRow, LotRow.request_id == RequestRow.id)
        .where(LotRow.state == "awaiting_samples", RequestRow.state == "accepted", RequestRow.port_id.in_(own))
    )


def tasks(tx: Transaction) -> tuple[Task, ...]:
    """The actor's kinds of work, those with something waiting first."""
    found = [
        Task(code, int(tx.session.scalar(question(tx)) or 0), path)
        for role, code, path, question in QUESTIONS
        if role in tx.actor.roles
    ]
    return tuple(sorted(found, key=lambda task: task.count == 0))

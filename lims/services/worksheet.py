"""Use-cases of a worksheet: make it from waiting analyses with quality-control positions, close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain import numbering
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.account import UserRow
from lims.persistence.analysis import AnalysisRow
from lims.persistence.counters import take
from lims.persistence.instrument import InstrumentRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import BatchRow, PositionRow, WorksheetRow
from lims.services import booking, facts, findings, lookup, qc_positions, transition
from lims.services.pausing import while_paused
from lims.services.transaction import Transaction

MOST_OF_A_KIND = 100
"""Quality-control positions of one kind on one worksheet."""


@dataclass(frozen=True)
class MakeWorksheet:
    method: str
    analysis_ids: tuple[int, ...] = ()
    sample_nos: tuple[str, ...] = ()
    instrument: str = ""
    analyst: str = ""
    blanks: int = 0
    duplicates: int = 0
    crm: str = ""
    spikes: int = 0
    due_at: datetime | None = None
    booking_reason: str = ""
    """Why the instrument is used although somebody else has booked it."""


@dataclass(frozen=True)
class Made:
    no: str
    analysis_ids: tuple[int, ...]


def make(tx: Transaction, cmd: MakeWorksheet) -> Made:
    """Refused: instrument past calibration, analyst not authorised, method not in force; every reason at once."""
    tx.require("worksheet:make")
    for name in ("blanks", "duplicates", "spikes"):
        if not 0 <= getattr(cmd, name) <= MOST_OF_A_KIND:
            raise BadInput("TOO_MANY", field=name, most=MOST_OF_A_KIND)
    analyses = _waiting(tx, cmd)
    analyst = _analyst(tx, cmd.analyst)
    instrument = _instrument(tx, cmd.instrument)
    booked = booking.of_another(tx, instrument, analyst.id) if instrument else None
    held = [booked] if booked and not cmd.booking_reason.strip() else []
    refusals = [*_refusals(tx, cmd.method, analyst, instrument), *_paused(analyses), *held]
    if refusals:
        raise Refused(*refusals)
    plan_id, plan = findings.plan_in_force(tx, cmd.method)
    sheet = WorksheetRow(
        no=numbering.worksheet_no(tx.today, take(tx.session, numbering.series("worksheet", tx.today))),
        method=cmd.method,
        instrument_id=instrument.id if instrument else None,
        analyst_id=analyst.id,
        analyst_name=analyst.name,
        made_at=tx.now,
        due_at=cmd.due_at,
        qc_plan_id=plan_id,
    )
    transition.act(tx, sheet, "make", transition.Over())
    tx.session.flush()  # positions and analyses point at it
    _assign(tx, sheet, analyses, qc_positions.planned(tx, sheet, plan, analyses))
    qc_positions.ask(tx, sheet, qc_positions.Asked(cmd.blanks, cmd.duplicates, cmd.spikes, cmd.crm))
    transition.follow(tx, BatchRow(worksheet_id=sheet.id, finding=""), "start")
    if instrument and booked:
        booking.note_use_in_spite(tx, instrument, sheet.no, cmd.booking_reason)
    return Made(sheet.no, tuple(row.id for row in analyses))


def _waiting(tx: Transaction, cmd: MakeWorksheet) -> list[AnalysisRow]:
    query = (
        select(AnalysisRow)
        .join(SampleRow, AnalysisRow.sample_id == SampleRow.id)
        .options(
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
        )
        .order_by(SampleRow.id, AnalysisRow.id)
    )
    if cmd.analysis_ids:
        query = query.where(AnalysisRow.id.in_(cmd.analysis_ids))
    elif cmd.sample_nos:
        query = query.where(
            SampleRow.no.in_(cmd.sample_nos), AnalysisRow.method == cmd.method, AnalysisRow.state == "waiting"
        )
    else:
        raise BadInput("FIELD_NEEDED", field="analysis_ids")
    rows = list(tx.session.scalars(query))
    missing = sorted(set(cmd.analysis_ids) - {row.id for row in rows})
    if missing or not rows:
        raise BadInput("NO_SUCH_ANALYSES", field="analysis_ids", ids=missing[:10])
    other = [refusal("OTHER_METHOD", analysis=row.id, method=row.method) for row in rows if row.method != cmd.method]
    if other:
        raise Refused(*other)
    return rows


def _analyst(tx: Transaction, username: str) -> UserRow:
    if username:
        return lookup.one(tx, select(UserRow).where(UserRow.username == username), "user", username)
    return lookup.one(tx, select(UserRow).where(UserRow.id == tx.actor.id), "user", tx.actor.id)


def _instrument(tx: Transaction, code: str) -> InstrumentRow | None:
    if not code:
        return None
    return lookup.one(tx, select(InstrumentRow).where(InstrumentRow.code == code), "instrument", code)


def _refusals(tx: Transaction, method: str, analyst: UserRow, instrument: InstrumentRow | None) -> list[Refusal]:
    reasons: list[Refusal | None] = []
    if facts.method(tx, method, tx.today) is None:
        reasons.append(refusal("METHOD_NOT_IN_FORCE", method=method))
    reasons.append(facts.may_test(tx, analyst.id, method, tx.today))
    if instrument is not None:
        reasons.append(facts.instrument_refusal(tx, instrument, tx.today))
    return [reason for reason in reasons if reason is not None]


def _paused(analyses: list[AnalysisRow]) -> list[Refusal]:
    """By the number of the sample: the bench does not learn whose request it is."""
    requests = {row.sample.no: row.lot.request for row in analyses if row.sample is not None}
    return [reason for no, request in requests.items() for reason in while_paused(request, no)]


def _assign(tx: Transaction, sheet: WorksheetRow, analyses: list[AnalysisRow], seq_of: Mapping[int, int]) -> None:
    """Each analysis to the position of its sample."""
    for row in analyses:
        assert row.sample is not None and row.sample_id is not None
        row.worksheet_id, row.position = sheet.id, seq_of[row.sample_id]
        row.analyst_id, row.analyst_name = sheet.analyst_id, sheet.analyst_name
        row.instrument_id, row.started_at = sheet.instrument_id, tx.now
        transition.act(tx, row, "assign", lookup.over(row))
        if row.sample.state == "received":
            transition.follow(tx, row.sample, "start")


def close(tx: Transaction, no: str) -> None:
    """Closed when every position is submitted, verified or removed."""
    sheet = lookup.worksheet(tx, no)
    query = select(AnalysisRow.id).where(
        AnalysisRow.worksheet_id == sheet.id, AnalysisRow.state.in_(("assigned", "entered"))
    )
    if tx.session.scalars(query.limit(1)).first() is not None:
        raise Refused(refusal("POSITIONS_OPEN", worksheet=no))
    transition.act(tx, sheet, "close", transition.Over())


def name_vial(tx: Transaction, position_id: int, vial: str) -> None:
    """Write down what the instrument calls a position, where that is not the sample's number."""
    tx.require("result:enter")
    position = lookup.one(tx, select(PositionRow).where(PositionRow.id == position_id), "position", position_id)
    position.vial = vial.strip()
    tx.record(position, "name_vial")

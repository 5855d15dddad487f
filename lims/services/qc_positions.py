"""Positions of a worksheet: the run as the method's plan places it, what is asked for besides, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lims.domain import qc_plan as plans
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import PositionRow, QcResultRow, WorksheetRow
from lims.services import batch, lookup
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class Asked:
    """How many of each kind there shall be at least; what the plan places counts."""

    blanks: int = 0
    duplicates: int = 0
    spikes: int = 0
    crm: str = ""


def planned(
    tx: Transaction, sheet: WorksheetRow, plan: plans.QcPlan | None, analyses: Sequence[AnalysisRow]
) -> dict[int, int]:
    """Place samples with the quality control of the plan in force round them; returns id of sample -> position.

    Without a plan the samples stand by themselves.
    """
    samples: dict[int, SampleRow] = {}
    for row in analyses:
        assert row.sample is not None
        samples.setdefault(row.sample.id, row.sample)
    order = list(samples.values())
    places = plans.place(plan or plans.QcPlan(), len(order))
    seq_of = {order[one.sample - 1].id: seq for seq, one in enumerate(places, 1) if one.kind == "sample"}
    for seq, one in enumerate(places, 1):
        sample = order[one.sample - 1] if one.sample else None
        if one.kind == "sample":
            assert sample is not None
            _place(tx, sheet, seq, "sample", sample.no, sample_id=sample.id)
        else:
            of = seq_of[sample.id] if sample is not None else None
            _place(
                tx, sheet, seq, one.kind, one.label, expected=one.expected, material=one.material, required=True,
                of_position=of,
            )  # fmt: skip
    return seq_of


def ask(tx: Transaction, sheet: WorksheetRow, asked: Asked) -> None:
    """Append what the plan does not already place: positions that a person wants besides."""
    tx.session.flush()  # counted with those of the plan
    there = _by_kind(tx, sheet.id)
    seq = max((row.seq for rows in there.values() for row in rows), default=0)
    samples = there.get("sample", [])
    for n in range(len(there.get("blank", [])), asked.blanks):
        seq += 1
        _place(tx, sheet, seq, "blank", f"BLK-{n + 1}")
    if asked.crm.strip():
        seq += 1
        label, _, expected = asked.crm.strip().partition(" ")
        _place(tx, sheet, seq, "crm", label, expected=expected)
    for kind, count, mark in (("duplicate", asked.duplicates, "DUP"), ("spike", asked.spikes, "SPK")):
        for n in range(len(there.get(kind, [])), min(count, len(samples))):
            seq += 1
            _place(tx, sheet, seq, kind, f"{mark}-{n + 1}", of_position=samples[n].seq)


def _by_kind(tx: Transaction, worksheet_id: int) -> dict[str, list[PositionRow]]:
    found: dict[str, list[PositionRow]] = {}
    query = select(PositionRow).where(PositionRow.worksheet_id == worksheet_id).order_by(PositionRow.seq)
    for row in tx.session.scalars(query):
        found.setdefault(row.kind, []).append(row)
    return found


def _place(tx: Transaction, sheet: WorksheetRow, seq: int, kind: str, label: str, **more: object) -> PositionRow:
    values = {"expected": "", "vial": "", "material": "", "required": False, "dropped": "", **more}
    row = PositionRow(worksheet_id=sheet.id, seq=seq, kind=kind, label=label, **values)
    tx.add(row, "place")
    return row


@dataclass(frozen=True)
class AddPosition:
    """One more at the end of the run. ``of_position`` for a duplicate or spike; ``material`` for the others."""

    worksheet_no: str
    kind: str
    material: str = ""
    expected: str = ""
    of_position: int | None = None


def add(tx: Transaction, cmd: AddPosition) -> int:
    """Put a quality-control position after the last one; returns its id."""
    tx.require("worksheet:make")
    sheet = lookup.worksheet(tx, cmd.worksheet_no, joinedload(WorksheetRow.batch))
    lookup.hold(tx, WorksheetRow, sheet.id)
    _open(sheet)
    if cmd.kind not in plans.MARKS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind[:20])
    there = _by_kind(tx, sheet.id)
    repeats = cmd.kind in ("duplicate", "spike")
    if repeats != (cmd.of_position is not None) or (
        repeats and cmd.of_position not in {row.seq for row in there.get("sample", [])}
    ):
        raise BadInput("FIELD_NEEDED", field="of_position")
    last = tx.session.scalar(select(func.max(PositionRow.seq)).where(PositionRow.worksheet_id == sheet.id)) or 0
    label = f"{plans.MARKS[cmd.kind]}-{len(there.get(cmd.kind, [])) + 1}"
    row = _place(
        tx, sheet, last + 1, cmd.kind, label, expected=cmd.expected.strip(), material=cmd.material.strip(),
        of_position=cmd.of_position,
    )  # fmt: skip
    tx.session.flush()  # the caller is told its id
    return row.id


def drop(tx: Transaction, position_id: int, reason: str) -> None:
    """Leave a quality-control position out, always with a reason; it stays on the worksheet and asks for nothing.

    One at which something was found is never left out: a finding is not made to go away.
    """
    tx.require("worksheet:make")
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    row = lookup.one(tx, select(PositionRow).where(PositionRow.id == position_id), "position", position_id)
    lookup.hold(tx, WorksheetRow, row.worksheet_id)
    if row.kind == "sample":
        raise BadInput("NOT_A_QC_POSITION", field="position")
    _open(tx.session.get_one(WorksheetRow, row.worksheet_id))
    found = select(QcResultRow.id).where(QcResultRow.position_id == row.id).limit(1)
    if row.dropped or tx.session.scalar(found) is not None:
        raise Refused(refusal("POSITION_FOUND", label=row.label))
    row.dropped = reason.strip()
    tx.record(row, "drop", reason.strip())
    tx.session.flush()  # the batch is judged without it
    batch.judge(tx, row.worksheet_id)


def _open(sheet: WorksheetRow) -> None:
    if sheet.state != "open":
        raise Refused(refusal("NOT_IN_THIS_STATE", noun="worksheet", state=sheet.state, verb="place"))

"""Worksheets over HTTP: make (which assigns), look, quality-control findings, vials, close, release a held batch."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, Field

from lims.api.body import Answer, Body, Empty, Id, Optional, PageOf, PageQuery, Reason, Short, Text, one_of, taken
from lims.api.operation import reads, writes
from lims.domain.qc_plan import MARKS
from lims.services import batch, bracket, qc_positions, result, worksheet
from lims.services.reading import worksheet as reading
from lims.services.reading.analysis import AnalysisView
from lims.services.reading.worksheet import Column, GridView, PositionView, WorksheetItem
from lims.services.transaction import Transaction
from lims.services.worksheet import MakeWorksheet


class Make(Body):
    method: Short = Field(min_length=1)
    analyses: list[Id] = Field(default=[], max_length=500, description="ids of waiting analyses; or name samples")
    samples: list[Short] = Field(default=[], max_length=500, description="takes what waits of them for the method")
    instrument: Optional = ""
    analyst: Optional = Field("", description="user name; left out: the caller")
    blanks: int = Field(0, ge=0, le=20)
    duplicates: int = Field(0, ge=0, le=20)
    crm: Optional = Field("", description="label and certified value: CRM-17 0.50 mg/kg")
    spikes: int = Field(0, ge=0, le=20)
    due_at: AwareDatetime | None = None
    booking_reason: Optional = Field("", description="why it is used although another has booked it now")


class Found(Body):
    text: Text = Field(min_length=1)
    aspect: Optional = Field("", description="left out: what the position is for; internal_standard or identity")


class Vial(Body):
    vial: Short


class Finding(Answer):
    analyte: str
    text: str
    outcome: str


class PositionAnswer(Answer):
    id: int
    seq: int
    kind: str
    label: str
    vial: str
    expected: str
    of_position: int | None
    product: str
    analyses: list[AnalysisView]
    findings: list[Finding]


class RunBrief(Answer):
    no: str
    state: str
    name: str


class WorksheetAnswer(Answer):
    no: str
    method: str
    title: str
    formula: str
    state: str
    analyst: str
    instrument: str
    calibration_due: date | None
    made_at: datetime
    due_at: datetime | None
    batch_state: str
    batch_finding: str
    lod: str
    loq: str
    columns: list[Column]
    positions: list[PositionAnswer]
    runs: list[RunBrief]


class WorksheetQuery(PageQuery):
    state: str = ""
    mine: bool = False


def _shown(tx: Transaction, no: str) -> WorksheetAnswer:
    seen: GridView = reading.grid(tx, no)
    return taken(
        WorksheetAnswer,
        seen,
        positions=[_position(one) for one in seen.positions],
        runs=[RunBrief(no=no, state=state, name=name) for no, state, name in seen.runs],
    )


def _position(seen: PositionView) -> PositionAnswer:
    return taken(
        PositionAnswer,
        seen,
        analyses=[cell for cell in seen.cells if cell is not None],
        findings=[Finding(analyte=a, text=text, outcome=outcome) for a, text, outcome in seen.findings],
    )


@reads("/worksheets", "result:see_raw", PageOf[WorksheetItem], "Worksheets, newest first", query=WorksheetQuery)
def listing(tx: Transaction, query: WorksheetQuery) -> Any:
    page = reading.listing(tx, query.state, query.after, query.limit, query.mine)
    return PageOf[WorksheetItem](items=list(page.items), next=page.next)


@reads("/worksheets/<no>", "result:see_raw", WorksheetAnswer, "A worksheet in run order, blind")
def one(tx: Transaction, _query: None, no: str) -> WorksheetAnswer:
    return _shown(tx, no)


@writes(
    "POST", "/worksheets", "worksheet:make", WorksheetAnswer, "Make a worksheet and assign its analyses",
    body=Make, then=_shown, status=201,
    example={
        "method": "GB 5009.15-2023", "samples": ["26-11-00001"], "instrument": "ICPMS-01", "blanks": 1,
        "crm": "CRM-17 0.50 mg/kg",
    },
)  # fmt: skip
def make(tx: Transaction, body: Make) -> str:
    cmd = MakeWorksheet(
        body.method, tuple(body.analyses), tuple(body.samples), body.instrument, body.analyst, body.blanks,
        body.duplicates, body.crm, body.spikes, body.due_at, body.booking_reason,
    )  # fmt: skip
    return worksheet.make(tx, cmd).no


@writes("POST", "/worksheets/<no>/close", "worksheet:make", WorksheetAnswer, "Close", body=Empty, then=_shown)
def close(tx: Transaction, _body: Empty, no: str) -> str:
    worksheet.close(tx, no)
    return no


@writes(
    "POST", "/worksheets/<no>/release", "batch:release_held", WorksheetAnswer, "Release its held batch",
    body=Reason, then=_shown, example={"reason": "blank re-measured, finding explained"},
)  # fmt: skip
def release(tx: Transaction, body: Reason, no: str) -> str:
    batch.release(tx, no, body.reason)
    return no


@writes(
    "POST", "/worksheets/<no>/fail", "batch:release_held", WorksheetAnswer, "Its batch failed: its analyses are void",
    body=Reason, then=_shown, example={"reason": "digestion vessel contaminated"},
)  # fmt: skip
def fail(tx: Transaction, body: Reason, no: str) -> str:
    batch.fail(tx, no, body.reason)
    return no


class BracketDone(Answer):
    id: int
    state: str


@writes(
    "POST", "/brackets/<int:id>/release", "batch:release_held", BracketDone, "Release what a broken check holds",
    body=Reason, example={"reason": "re-run since the last good check, results agree"},
)  # fmt: skip
def release_bracket(tx: Transaction, body: Reason, id: int) -> BracketDone:
    bracket.release(tx, id, body.reason)
    return BracketDone(id=id, state="released")


@writes(
    "POST", "/brackets/<int:id>/fail", "batch:release_held", BracketDone, "It failed: its analyses are void",
    body=Reason, example={"reason": "detector drifted"},
)  # fmt: skip
def fail_bracket(tx: Transaction, body: Reason, id: int) -> BracketDone:
    bracket.fail(tx, id, body.reason)
    return BracketDone(id=id, state="failed")


class Added(Body):
    kind: one_of(tuple(MARKS))  # type: ignore[valid-type]
    material: Optional = ""
    expected: Optional = Field("", description="certified or added value, with its unit")
    of_position: int | None = Field(None, ge=1, le=9999, description="for a duplicate or spike: what it repeats")


class PositionMade(Answer):
    id: int


@writes(
    "POST", "/worksheets/<no>/positions", "worksheet:make", PositionMade, "One more quality-control position",
    body=Added, status=201, example={"kind": "blank"},
)  # fmt: skip
def add_position(tx: Transaction, body: Added, no: str) -> PositionMade:
    cmd = qc_positions.AddPosition(no, body.kind, body.material, body.expected, body.of_position)
    return PositionMade(id=qc_positions.add(tx, cmd))


@writes(
    "POST", "/positions/<int:id>/drop", "worksheet:make", PositionMade, "Leave a quality-control position out",
    body=Reason, example={"reason": "no material left; ordered"},
)  # fmt: skip
def drop_position(tx: Transaction, body: Reason, id: int) -> PositionMade:
    qc_positions.drop(tx, id, body.reason)
    return PositionMade(id=id)


class PositionDone(Answer):
    id: int
    analyte: str
    text: str


@writes(
    "PUT", "/positions/<int:id>/qc/<path:analyte>", "result:enter", PositionDone,
    "What was found at a quality-control position", body=Found, example={"text": "<0.005 mg/kg"},
)  # fmt: skip
def enter_qc(tx: Transaction, body: Found, id: int, analyte: str) -> PositionDone:
    result.enter_qc(tx, id, analyte, body.text, body.aspect)
    return PositionDone(id=id, analyte=analyte, text=body.text)


class VialDone(Answer):
    id: int
    vial: str


@writes(
    "PUT", "/positions/<int:id>/vial", "result:enter", VialDone, "What the instrument calls a position",
    body=Vial, example={"vial": "A1-07"},
)  # fmt: skip
def name_vial(tx: Transaction, body: Vial, id: int) -> VialDone:
    worksheet.name_vial(tx, id, body.vial)
    return VialDone(id=id, vial=body.vial)

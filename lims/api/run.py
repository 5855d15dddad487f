"""Instrument runs over HTTP: upload a file for its preview, accept all or some, refuse, reverse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Id, Optional, Reason, Short, taken
from lims.api.operation import reads, writes
from lims.domain.rules.refusal import Refusal
from lims.services import run, run_amend, run_names
from lims.services.reading import run as reading
from lims.services.reading.page import Verb
from lims.services.reading.run import AmendmentView, ReadingView, Totals
from lims.services.run import Accepted, ReceiveRun
from lims.services.run_members import Missing
from lims.services.transaction import Transaction


class Upload(Body):
    worksheet: Short = Field(min_length=1)
    instrument: Optional = Field("", description="left out: that of the worksheet")


class AcceptRows(Body):
    rows: list[Id] | None = Field(
        None, max_length=5000, description="numbers of the readings; null: every matched one without a problem"
    )
    reason: Optional = ""


class AskAmendment(Body):
    row: Id = Field(description="number of the reading whose analysis is verified")
    reason: Short = Field(min_length=1)


class DeclareName(Body):
    text: Short = Field(min_length=1, description="the word of the file")
    analyte: Short = Field(min_length=1, description="our code of the analyte that it means")


class RunAnswer(Answer):
    id: str = Field(description="the number, which stands in the paths")
    no: str
    state: str
    worksheet: str
    adapter: str
    name: str
    digest: str = Field(description="SHA-256 of the bytes as stored")
    size: int
    encoding: str
    received_by: str
    received_at: datetime
    result_cells: int
    skipped: dict[str, int]
    notices: list[dict[str, Any]]
    problem: str
    counts: dict[str, int]
    rows: list[ReadingView]
    missing: list[Missing] = Field(description="groups without a result that the file does not fill")
    corrects: str = Field(description="number of the run that this corrected file stands in for")
    totals: Totals
    remarks: list[Refusal] = Field(description="what to know before accepting")
    amendments: list[AmendmentView] = Field(description="what reviewers were asked for")
    verbs: list[Verb]


class RunAccepted(Answer):
    id: str
    no: str
    state: str
    written: int
    left: int
    unchanged: int = Field(description="readings that say again what stands")
    missing: list[Missing] = Field(description="groups not written: the members that the file does not give")


def _shown(tx: Transaction, no: str) -> RunAnswer:
    seen = reading.detail(tx, no)
    lists = {name: list(getattr(seen, name)) for name in ("missing", "remarks", "amendments")}
    return taken(RunAnswer, seen, id=seen.no, worksheet=seen.worksheet_no, rows=list(seen.readings), **lists)


@reads("/runs/<id>", "result:see_raw", RunAnswer, "A run with every reading as printed")
def one(tx: Transaction, _query: None, id: str) -> RunAnswer:
    return _shown(tx, id)


@writes(
    "POST", "/runs", "run:import", RunAnswer, "Upload an instrument file for its preview; writes no result",
    body=Upload, then=_shown, status=201, file=True,
    example={"worksheet": "WS-2611-001", "instrument": "ICPMS-01"},
)  # fmt: skip
def upload(tx: Transaction, sent: tuple[Upload, str, bytes]) -> str:
    body, name, content = sent
    return run.preview(tx, ReceiveRun(body.worksheet, name, content, body.instrument)).no


@writes(
    "POST", "/runs/<id>/accept", "run:import", RunAccepted, "Write the readings as results",
    body=AcceptRows, example={"rows": None},
)  # fmt: skip
def accept(tx: Transaction, body: AcceptRows, id: str) -> RunAccepted:
    done: Accepted = run.accept(tx, id, None if body.rows is None else tuple(body.rows), body.reason)
    return RunAccepted(id=done.no, **{**done.__dict__, "missing": list(done.missing)})


@writes("POST", "/runs/<id>/refuse", "run:import", RunAnswer, "Refuse a file", body=Reason, then=_shown,
        example={"reason": "wrong file"})  # fmt: skip
def refuse(tx: Transaction, body: Reason, id: str) -> str:
    run.refuse(tx, id, body.reason)
    return id


@writes("POST", "/runs/<id>/reverse", "run:import", RunAnswer, "Take back its unverified results", body=Reason,
        then=_shown, example={"reason": "wrong calibration curve"})  # fmt: skip
def reverse(tx: Transaction, body: Reason, id: str) -> str:
    run.reverse(tx, id, body.reason)
    return id


@writes("POST", "/runs/<id>/names", "run:import", RunAnswer, "Say which analyte a word of the instrument means",
        body=DeclareName, then=_shown, example={"text": "207 Pb [ He ]", "analyte": "PB"})  # fmt: skip
def declare(tx: Transaction, body: DeclareName, id: str) -> str:
    run_names.declare(tx, id, body.text, body.analyte)
    return id


@writes("POST", "/runs/<id>/amendments", "run:import", RunAnswer, "Ask that a verified analysis be opened again",
        body=AskAmendment, then=_shown, example={"row": 3, "reason": "the integration was corrected"})  # fmt: skip
def ask_amendment(tx: Transaction, body: AskAmendment, id: str) -> str:
    run_amend.ask(tx, id, body.row, body.reason)
    return id


@writes("POST", "/amendments/<int:id>/grant", "result:retest", RunAnswer, "Return the analysis to the bench",
        body=Reason, then=_shown, example={"reason": "seen with the chromatogram"})  # fmt: skip
def grant_amendment(tx: Transaction, body: Reason, id: int) -> str:
    return run_amend.grant(tx, id, body.reason)


@writes("POST", "/amendments/<int:id>/decline", "result:retest", RunAnswer, "Leave the verified result as it is",
        body=Reason, then=_shown, example={"reason": "the first integration was right"})  # fmt: skip
def decline_amendment(tx: Transaction, body: Reason, id: int) -> str:
    return run_amend.decline(tx, id, body.reason)

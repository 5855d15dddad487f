"""Samples over HTTP: the sampling record, hand-over, reception, rejection, the signatory's approval, retention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, Field

from lims.api.body import (
    SIGNATURE_EXAMPLE,
    Answer,
    Body,
    Number,
    Optional,
    PageOf,
    PageQuery,
    Short,
    Signed,
    Text,
    one_of,
    taken,
)
from lims.api.operation import reads, writes
from lims.services import approval, sample
from lims.services.reading import sample as reading
from lims.services.reading.analysis import AnalysisView
from lims.services.reading.page import Verb
from lims.services.reading.sample import SampleItem, SampleView
from lims.services.sample import DrawSample, PortionCommand, ReceiveSample
from lims.services.transaction import Transaction


class PortionBody(Body):
    use: one_of(sample.USES)  # type: ignore[valid-type]
    amount: Number = ""
    unit: Optional = ""
    seal_no: Optional = ""
    place: Optional = ""


class Draw(Body):
    lot: Short = Field(description="number of the lot")
    samplers: list[Short] = Field(min_length=2, max_length=2, description="two different people")
    seal_no: Short = Field(min_length=1)
    place: Optional = ""
    plan: Optional = ""
    increments: int = Field(1, ge=1, le=10000)
    environment: Optional = ""
    drawn_at: AwareDatetime | None = None
    portions: list[PortionBody] = Field(
        default=[], max_length=50, description="left out: one each for test, reserve and retention"
    )


class Dispatch(Body):
    to: Short = Field(min_length=1, description="who takes it over")
    seal_intact: bool = True
    temperature: Optional = ""


class Receive(Body):
    condition: one_of(("accepted", "accepted_with_note")) = "accepted"  # type: ignore[valid-type]
    note: Optional = ""
    temperature: Optional = Field("", description="as read, with its unit")
    seal_intact: bool = True


class RejectSample(Body):
    reason_code: one_of(sample.REJECT_REASONS)  # type: ignore[valid-type]
    reason: Text = Field(min_length=1)


class Retain(Body):
    place: Short = Field(min_length=1)
    until: date


class PortionAnswer(Answer):
    no: str
    use: str
    amount: str
    place: str


class CustodyAnswer(Answer):
    from_name: str
    to_name: str
    at: datetime
    seal_intact: bool
    temperature: str
    purpose: str


class SampleAnswer(Answer):
    no: str
    version: int
    state: str
    verdict: str
    product: str
    goods_zh: str
    goods_en: str
    lot: str = Field(description="empty for those who work blind")
    lot_state: str
    request: str
    blind: bool
    drawn_at: datetime
    samplers: list[str]
    seal_no: str
    place: str
    plan: str
    received_at: datetime | None
    condition: str
    condition_note: str
    temperature: str
    seal_intact: bool | None
    approved_by: str
    approved_at: datetime | None
    retained_place: str
    retained_until: date | None
    portions: list[PortionAnswer]
    custody: list[CustodyAnswer]
    analyses: list[AnalysisView]
    verbs: list[Verb]


class SampleQuery(PageQuery):
    state: str = ""
    q: str = Field("", description="beginning of the number")


def _answer(seen: SampleView) -> SampleAnswer:
    return taken(
        SampleAnswer,
        seen,
        lot=seen.lot_no,
        request=seen.request_no,
        approved_by=seen.approved_name,
        samplers=list(filter(None, seen.samplers)),
        portions=[_filled(PortionAnswer, row) for row in seen.portions],
        custody=[_filled(CustodyAnswer, row) for row in seen.custody],
    )


def _filled(model: type[Any], row: tuple[Any, ...]) -> Any:
    return model(**dict(zip(model.model_fields, row, strict=True)))


def _shown(tx: Transaction, no: str) -> SampleAnswer:
    return _answer(reading.detail(tx, no))


@reads("/samples", "request:see", PageOf[SampleItem], "Samples, newest first", query=SampleQuery)
def listing(tx: Transaction, query: SampleQuery) -> Any:
    page = reading.listing(tx, query.state, query.after, query.limit, query.q)
    return PageOf[SampleItem](items=list(page.items), next=page.next)


@reads("/samples/<no>", "request:see", SampleAnswer, "A sample with portions, custody and analyses")
def one(tx: Transaction, _query: None, no: str) -> SampleAnswer:
    return _shown(tx, no)


@writes(
    "POST", "/samples", "sample:draw", SampleAnswer, "Record a sampling: the sample takes over its lot's analyses",
    body=Draw, then=_shown, status=201,
    example={
        "lot": "RQ-2611-0001-L1", "samplers": ["Igor", "Olga"], "seal_no": "HK-55012", "place": "hold 2",
        "plan": "5 of 60", "increments": 5, "environment": "-18 °C",
        "portions": [{"use": "test", "amount": "500", "unit": "g"}, {"use": "retained", "amount": "500", "unit": "g"}],
    },
)  # fmt: skip
def draw(tx: Transaction, body: Draw) -> str:
    parts = tuple(PortionCommand(p.use, p.amount, p.unit, p.seal_no, p.place) for p in body.portions)
    first, second = body.samplers
    cmd = DrawSample(
        body.lot, first, second, body.seal_no, body.place, body.plan, body.increments, body.environment, body.drawn_at,
        *((parts,) if parts else ()),
    )  # fmt: skip
    return sample.draw(tx, cmd).no


@writes(
    "POST", "/samples/<no>/dispatch", "sample:draw", SampleAnswer, "Hand over for transport",
    body=Dispatch, then=_shown, example={"to": "courier Wang", "seal_intact": True, "temperature": "-18.5 °C"},
)  # fmt: skip
def dispatch(tx: Transaction, body: Dispatch, no: str) -> str:
    sample.dispatch(tx, no, body.to, body.seal_intact, body.temperature)
    return no


@writes(
    "POST", "/samples/<no>/receive", "sample:receive", SampleAnswer, "Receive: confirms the analyses",
    body=Receive, then=_shown,
    example={"condition": "accepted", "note": "", "temperature": "-18.2 °C", "seal_intact": True},
)  # fmt: skip
def receive(tx: Transaction, body: Receive, no: str) -> str:
    sample.receive(tx, ReceiveSample(no, body.condition, body.note, body.temperature, body.seal_intact))
    return no


@writes(
    "POST", "/samples/<no>/reject", "sample:reject", SampleAnswer, "Reject with a structured reason",
    body=RejectSample, then=_shown, example={"reason_code": "warm", "reason": "-4 °C on arrival"},
)  # fmt: skip
def reject(tx: Transaction, body: RejectSample, no: str) -> str:
    sample.reject(tx, no, body.reason_code, body.reason)
    return no


@writes(
    "POST", "/samples/<no>/approve", "sample:approve", SampleAnswer,
    "Sign for the sample; with the last one the lot is reported", body=Signed, then=_shown, signs=True,
    example={"signature": SIGNATURE_EXAMPLE},
)  # fmt: skip
def approve(tx: Transaction, _body: Signed, no: str) -> str:
    approval.approve(tx, no)
    return no


@writes(
    "POST", "/samples/<no>/retain", "portion:store", SampleAnswer, "Put into the retention store",
    body=Retain, then=_shown, example={"place": "R-12-3", "until": "2027-05-24"},
)  # fmt: skip
def retain(tx: Transaction, body: Retain, no: str) -> str:
    sample.retain(tx, no, body.place, body.until)
    return no

"""Samples over HTTP: the sampling record, hand-over, reception, rejection, the signatory's approval, retention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

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
from lims.domain.rules.refusal import Refusal
from lims.services import approval, portions, reserve, sample, sampling
from lims.services.reading import sample as reading
from lims.services.reading import sampling as plans
from lims.services.reading.analysis import AnalysisView
from lims.services.reading.page import Verb
from lims.services.reading.sample import SampleItem, SampleView
from lims.services.reading.sampling import InspectionView, Record
from lims.services.reserve import ReserveView
from lims.services.sample import DrawSample, PortionCommand, ReceiveSample
from lims.services.transaction import Transaction

Count = Annotated[int, Field(ge=0, le=999_999_999)]


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
    shortfall_reason: Optional = Field("", description="why a portion smaller than its methods need is enough")


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


class TakeReserve(Body):
    portion: Short = Field(min_length=1, description="number of the reserve portion")
    reason: Text = Field(min_length=1)
    seal_intact: bool = True
    temperature: Optional = Field("", description="as read, with its unit")


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
    record: Record
    received_at: datetime | None
    condition: str
    condition_note: str
    temperature: str
    seal_intact: bool | None
    approved_by: str
    approved_at: datetime | None
    retained_place: str
    retained_until: date | None
    from_portion: str = Field(description="the reserve portion that the sample was made of; empty for one drawn")
    portions: list[PortionAnswer]
    reserves: list[ReserveView] = Field(description="reserve portions, with what stands in the way of taking each")
    custody: list[CustodyAnswer]
    analyses: list[AnalysisView]
    verbs: list[Verb]


class Inspection(Body):
    """The last three are said under reduced inspection, whose numbers are not held: n, Ac and Re of Table 2-C."""

    characteristic: Short = Field("", description="may be left out where the plan has one only")
    inspected: Count
    defectives: Count
    n: Count | None = None
    ac: Count | None = None
    re: Count | None = None
    reason: Optional = Field("", description="why an inspection that is recorded already is recorded anew")


class PiecesAnswer(Answer):
    characteristic: str = Field(description="what an inspection is recorded for: SEAMS, or SEAMS/major")
    nonconformity: str = Field(description="critical, major or minor; empty: not told apart")
    source: str = Field(description="the item of the catalogue and its version that sets level and AQL")
    severity: str = Field(description="normal, tightened, reduced or discontinued")
    level: str
    aql: str
    lot_size: int | None
    letter: str = Field(description="code letter of the lot; empty where no plan can be made")
    n: int | None
    ac: int | None
    re: int | None
    whole_lot: bool
    why: Refusal | None = Field(description="what led to the severity; null where nothing changed it")
    refusals: list[Refusal] = Field(description="why the lot cannot be accepted by sampling now")


class DrawAnswer(Answer):
    limit: str
    analyte_zh: str
    analyte_en: str
    n: int
    portion: str = Field(description="of each unit; empty where it is not stated")


class NeedAnswer(Answer):
    name: str
    portion: str
    times: int


class SamplingPlanAnswer(Answer):
    lot: str
    pieces: list[PiecesAnswer] = Field(description="empty where the goods are not inspected piece by piece")
    units: int = Field(description="units of food to draw; 0 where no limit is a plan")
    draws: list[DrawAnswer]
    needs: list[NeedAnswer] = Field(description="portions that the methods take of the sample")
    plan: str
    plan_zh: str
    inspections: list[InspectionView]


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
        parts or DrawSample.portions, body.shortfall_reason,
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


@writes(
    "POST", "/samples/<no>/take-reserve", "sample:receive", SampleAnswer,
    "Take a reserve portion into use: it becomes a sample of the open round", body=TakeReserve, then=_shown, status=201,
    example={"portion": "26110101-2", "reason": "test portion spilled", "seal_intact": True, "temperature": "-18 °C"},
)  # fmt: skip
def take_reserve(tx: Transaction, body: TakeReserve, no: str) -> str:
    cmd = reserve.TakeReserve(body.portion, body.reason, body.seal_intact, body.temperature)
    return reserve.take_reserve(tx, no, cmd)


def _plan_shown(tx: Transaction, no: str) -> SamplingPlanAnswer:
    seen = plans.of_lot(tx, no)
    return SamplingPlanAnswer(
        lot=seen.lot_no,
        pieces=[_pieces(one) for one in seen.plan.pieces],
        units=seen.plan.units,
        draws=[_units(one) for one in seen.plan.wanted.units],
        needs=[NeedAnswer(name=n.name, portion=n.portion, times=n.count) for n in seen.plan.wanted.needs],
        plan=seen.line,
        plan_zh=seen.line_zh,
        inspections=list(seen.inspections),
    )


def _units(one: portions.Units) -> DrawAnswer:
    draw = one.draw
    return DrawAnswer(
        limit=draw.limit, analyte_zh=one.analyte_zh, analyte_en=one.analyte_en, n=draw.n,
        portion=str(draw.portion or ""),
    )  # fmt: skip


def _pieces(seen: sampling.Pieces) -> PiecesAnswer:
    found = seen.plan
    return PiecesAnswer(
        characteristic=seen.setting.key, nonconformity=seen.setting.nonconformity, source=seen.setting.source,
        severity=seen.severity, level=seen.setting.level,
        aql=f"{seen.setting.aql:f}", lot_size=seen.size.count if seen.size else None,
        letter=found.letter if found else "", n=found.n if found else None, ac=found.ac if found else None,
        re=found.re if found else None, whole_lot=bool(found and found.whole_lot), why=seen.why,
        refusals=list(seen.refusals),
    )  # fmt: skip


@reads(
    "/lots/<no>/sampling-plan", "request:see", SamplingPlanAnswer,
    "What must be drawn of a lot: pieces to inspect, units of food, portions",
)  # fmt: skip
def sampling_plan(tx: Transaction, _query: None, no: str) -> SamplingPlanAnswer:
    return _plan_shown(tx, no)


@writes(
    "POST", "/lots/<no>/inspections", "sample:draw", SamplingPlanAnswer,
    "Record what was found in the pieces inspected: the lot is judged by its plan", body=Inspection,
    then=_plan_shown, status=201, example={"characteristic": "", "inspected": 80, "defectives": 2},
)  # fmt: skip
def inspect(tx: Transaction, body: Inspection, no: str) -> str:
    cmd = sampling.RecordInspection(
        no, body.characteristic, body.inspected, body.defectives, body.n, body.ac, body.re, body.reason
    )
    sampling.record_inspection(tx, cmd)
    return no

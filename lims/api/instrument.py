"""Instruments over HTTP: the register, what is due, checks and bookings, in and out of service."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import AwareDatetime, Field

from lims.api.body import Answer, Body, Id, Number, Optional, PageOf, PageQuery, Reason, Short, Text, one_of
from lims.api.operation import ANYBODY, reads, writes
from lims.domain.equipment import KINDS, UNITS
from lims.domain.equipment_check import MOST_POINTS, OUTCOMES, Point
from lims.services import booking, equipment, equipment_check
from lims.services.reading import equipment as reading
from lims.services.reading.equipment import BookingView, CheckView, InstrumentView
from lims.services.transaction import Transaction


class Described(Body):
    name_zh: Optional = ""
    name_en: Optional = ""
    technique: Short = Field(min_length=1)
    maker: Optional = ""
    model: Optional = ""
    serial_no: Optional = ""
    asset_no: Optional = ""
    more_techniques: Optional = Field("", description="what else it is used for, joined by ;")
    software: Optional = Field("", description="name and version")
    firmware: Optional = ""
    working_range: Optional = ""
    accuracy: Optional = ""
    place: Optional = ""
    adapter: Optional = Field("", description="key of the adapter that reads its files")
    recipe: Optional = Field("", description="code of the recipe that reads its files")
    parent: Optional = Field("", description="code of the instrument that it is a component of")

    def identity(self) -> equipment.Identity:
        names = equipment.Identity.__dataclass_fields__
        return equipment.Identity(**{name: getattr(self, name) for name in names})


class InstrumentBody(Described):
    code: Short = Field(min_length=1, max_length=40)
    aliases: dict[str, Short] = Field(default={}, max_length=500)


class InstrumentEdit(Described):
    reason: Text = Field(min_length=1)


class PointBody(Body):
    name: Short = Field(min_length=1)
    low: Number = ""
    high: Number = ""
    unit: Number = ""
    as_found: Number = ""
    as_left: Number = ""


class CheckBody(Body):
    kind: one_of(KINDS)  # type: ignore[valid-type]
    on: date
    performer: Optional = Field("", description="person or provider; left out: the caller")
    certificate_no: Optional = ""
    standard: Optional = Field("", description="reference standard used")
    points: list[PointBody] = Field(default=[], max_length=MOST_POINTS)
    outcome: one_of(OUTCOMES) | None = Field(None, description="needed without points")  # type: ignore[valid-type]
    remark: Optional = ""
    due: date | None = Field(None, description="left out: by the plan")


class PlanBody(Body):
    kind: one_of(KINDS)  # type: ignore[valid-type]
    every_days: int | None = Field(None, ge=1)
    every_uses: int | None = Field(None, ge=1)
    unit: one_of(UNITS) | None = None  # type: ignore[valid-type]
    points: list[PointBody] = Field(default=[], max_length=MOST_POINTS)
    reason: Optional = ""


class Calibration(Body):
    on: date
    due: date
    evidence: Text = Field(min_length=1)


class Checks(Body):
    checks: Text = Field(min_length=1)


class BookingBody(Body):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    purpose: Short = Field(min_length=1)


class Recorded(Answer):
    id: int
    outcome: str
    due: date | None
    look_back_id: int | None
    state: str


class InstrumentQuery(PageQuery):
    q: str = ""
    due: str = Field("", max_length=20, description=", ".join(reading.FILTERS))


@reads("/instruments", ANYBODY, PageOf[InstrumentView], "Instruments by code", query=InstrumentQuery)
def listing(tx: Transaction, query: InstrumentQuery) -> Any:
    page = reading.instruments(tx, query.q, query.after, query.limit, query.due)
    return PageOf[InstrumentView](items=list(page.items), next=page.next)


def _shown(tx: Transaction, code: str) -> InstrumentView:
    return reading.instrument(tx, code)


@reads("/instruments/<code>", ANYBODY, InstrumentView, "One instrument")
def one(tx: Transaction, _query: None, code: str) -> InstrumentView:
    return _shown(tx, code)


@writes(
    "POST", "/instruments", "instrument:edit", InstrumentView, "Register; not yet in service",
    body=InstrumentBody, then=_shown, status=201,
    example={
        "code": "ICPMS-02", "name_zh": "电感耦合等离子体质谱仪", "name_en": "ICP-MS", "technique": "ICP-MS",
        "maker": "Agilent", "model": "7900", "serial_no": "JP0002", "asset_no": "A-2023-0117",
        "software": "MassHunter 5.2", "working_range": "2 – 260 u", "place": "A-101",
        "adapter": "agilent.icpms_batch", "aliases": {"Cd111": "CD"},
    },
)  # fmt: skip
def add(tx: Transaction, body: InstrumentBody) -> str:
    equipment.register_instrument(
        tx, equipment.RegisterInstrument(body.code, body.identity(), body.parent, body.aliases)
    )
    return body.code.strip()


@writes(
    "PUT", "/instruments/<code>", "instrument:edit", InstrumentView, "Describe anew, with If-Match",
    body=InstrumentEdit, then=_shown, if_match=True,
    example={"technique": "ICP-MS", "name_en": "ICP-MS", "software": "MassHunter 5.3", "reason": "update by the maker"},
)  # fmt: skip
def edit(tx: Transaction, body: InstrumentEdit, code: str, version: int | None) -> str:
    equipment.edit_instrument(
        tx, equipment.EditInstrument(code, body.identity(), body.reason, body.parent, version)
    )
    return code


@reads("/instruments/<code>/checks", "result:see_raw", PageOf[CheckView], "Checks on record", query=PageQuery)
def checks(tx: Transaction, query: PageQuery, code: str) -> Any:
    page = reading.checks(tx, code, query.after, query.limit)
    return PageOf[CheckView](items=list(page.items), next=page.next)


@writes(
    "POST", "/instruments/<code>/checks", "instrument:check", Recorded,
    "Record a check; a failed one takes the instrument out of service and opens the look-back",
    body=CheckBody, status=201,
    example={
        "kind": "intermediate", "on": "2026-11-02", "standard": "Cs solution, lot 2231",
        "points": [{"name": "m/z 133", "low": "132.9", "high": "133.1", "as_found": "132.95"}],
    },
)  # fmt: skip
def check(tx: Transaction, body: CheckBody, code: str) -> Recorded:
    fields = body.model_dump(exclude={"points", "outcome"})
    cmd = equipment_check.RecordCheck(code, points=_points(body.points), outcome=body.outcome or "", **fields)
    made = equipment_check.record(tx, cmd)
    return Recorded(**vars(made), state=equipment.instrument(tx, code).state)


@writes(
    "POST", "/instruments/<code>/plan", "instrument:edit", InstrumentView, "Say how often a kind of check is done",
    body=PlanBody, then=_shown, example={"kind": "intermediate", "every_days": 30, "every_uses": 200, "unit": "runs"},
)  # fmt: skip
def plan(tx: Transaction, body: PlanBody, code: str) -> str:
    cmd = equipment_check.PlanChecks(
        code, body.kind, body.every_days, body.every_uses, body.unit or "", _points(body.points), body.reason
    )
    equipment_check.plan(tx, cmd)
    return code


@writes(
    "POST", "/instruments/<code>/calibrate", "instrument:edit", InstrumentView, "Record a calibration that passed",
    body=Calibration, then=_shown, example={"on": "2026-11-02", "due": "2027-11-01", "evidence": "CAL-2026-118"},
)  # fmt: skip
def calibrate(tx: Transaction, body: Calibration, code: str) -> str:
    passed = {"certificate_no": body.evidence, "outcome": "pass", "due": body.due}
    equipment_check.record(tx, equipment_check.RecordCheck(code, "calibration", body.on, **passed))  # type: ignore[arg-type]
    return code


@writes(
    "POST", "/instruments/<code>/put-in-service", "instrument:edit", InstrumentView, "Put in service",
    body=Checks, then=_shown, example={"checks": "tuning and blank within limits"},
)  # fmt: skip
def put_in_service(tx: Transaction, body: Checks, code: str) -> str:
    equipment.put_in_service(tx, code, body.checks)
    return code


@writes(
    "POST", "/instruments/<code>/take-out", "instrument:out_of_service", InstrumentView,
    "Take out of service at once; opens the look-back",
    body=Reason, then=_shown, example={"reason": "drift above 10 %"},
)  # fmt: skip
def take_out(tx: Transaction, body: Reason, code: str) -> str:
    equipment.take_out(tx, code, body.reason)
    return code


@reads("/instruments/<code>/bookings", "result:see_raw", list[BookingView], "Bookings from now on, soonest first")
def bookings(tx: Transaction, _query: None, code: str) -> Any:
    return list(reading.bookings(tx, code))


@writes(
    "POST", "/instruments/<code>/bookings", "instrument:book", list[BookingView], "Book; an overlap is refused",
    body=BookingBody, then=lambda tx, code: list(reading.bookings(tx, code)), status=201,
    example={"starts_at": "2026-12-01T08:00:00+08:00", "ends_at": "2026-12-01T12:00:00+08:00", "purpose": "metals"},
)  # fmt: skip
def book(tx: Transaction, body: BookingBody, code: str) -> str:
    booking.book(tx, booking.Book(code, body.starts_at, body.ends_at, body.purpose))
    return code


@writes(
    "POST", "/bookings/<int:booking_id>/cancel", "instrument:book", list[BookingView], "Cancel a booking",
    body=Reason, then=lambda tx, code: list(reading.bookings(tx, code)), example={"reason": "sample not there"},
)  # fmt: skip
def cancel(tx: Transaction, body: Reason, booking_id: Id) -> str:
    return booking.cancel(tx, booking_id, body.reason)


def _points(given: list[PointBody]) -> tuple[Point, ...]:
    return tuple(Point(**one.model_dump()) for one in given)

"""Instruments over HTTP: the register, calibration, in and out of service."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from lims.api.body import Body, Optional, PageOf, PageQuery, Reason, Short, Text
from lims.api.operation import ANYBODY, reads, writes
from lims.services import register
from lims.services.reading import register as reading
from lims.services.reading.register import InstrumentView
from lims.services.transaction import Transaction


class InstrumentBody(Body):
    code: Short = Field(min_length=1, max_length=40)
    name_zh: Optional = ""
    name_en: Optional = ""
    technique: Short = Field(min_length=1)
    maker: Optional = ""
    model: Optional = ""
    serial_no: Optional = ""
    place: Optional = ""
    adapter: Optional = Field("", description="key of the adapter that reads its files")
    aliases: dict[str, Short] = Field(default={}, max_length=500)


class Calibration(Body):
    on: date
    due: date
    evidence: Text = Field(min_length=1)


class Checks(Body):
    checks: Text = Field(min_length=1)


class InstrumentQuery(PageQuery):
    q: str = ""


@reads("/instruments", ANYBODY, PageOf[InstrumentView], "Instruments by code", query=InstrumentQuery)
def listing(tx: Transaction, query: InstrumentQuery) -> Any:
    page = reading.instruments(tx, query.q, query.after, query.limit)
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
        "maker": "Agilent", "model": "7900", "serial_no": "JP0002", "place": "A-101",
        "adapter": "agilent.icpms_batch", "aliases": {"Cd111": "CD"},
    },
)  # fmt: skip
def add(tx: Transaction, body: InstrumentBody) -> str:
    register.register_instrument(tx, register.RegisterInstrument(**body.model_dump()))
    return body.code.strip()


@writes(
    "POST", "/instruments/<code>/calibrate", "instrument:edit", InstrumentView, "Record a calibration",
    body=Calibration, then=_shown, example={"on": "2026-11-02", "due": "2027-11-01", "evidence": "CAL-2026-118"},
)  # fmt: skip
def calibrate(tx: Transaction, body: Calibration, code: str) -> str:
    register.calibrate(tx, register.Calibrate(code, body.on, body.due, body.evidence))
    return code


@writes(
    "POST", "/instruments/<code>/put-in-service", "instrument:edit", InstrumentView, "Put in service",
    body=Checks, then=_shown, example={"checks": "tuning and blank within limits"},
)  # fmt: skip
def put_in_service(tx: Transaction, body: Checks, code: str) -> str:
    register.put_in_service(tx, code, body.checks)
    return code


@writes(
    "POST", "/instruments/<code>/take-out", "instrument:out_of_service", InstrumentView, "Take out of service at once",
    body=Reason, then=_shown, example={"reason": "drift above 10 %"},
)  # fmt: skip
def take_out(tx: Transaction, body: Reason, code: str) -> str:
    register.take_out(tx, code, body.reason)
    return code

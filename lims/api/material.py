"""Materials over HTTP: lots, certificates' values, preparations, use on worksheets, and the tree both ways."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Empty, Id, Number, Optional, PageOf, PageQuery, Reason, Short, Text, one_of
from lims.api.operation import reads, writes
from lims.domain.dilution import AMOUNTS
from lims.domain.material import KINDS
from lims.services import lookup, material_use, preparation
from lims.services import material as materials
from lims.services.reading import material as reading
from lims.services.reading import material_tree
from lims.services.reading.material import LotItem, LotView, MaterialView, UseView
from lims.services.reading.material_tree import OfAnalysis
from lims.services.transaction import Transaction

Kind: Any = one_of(KINDS)
Unit: Any = one_of(tuple(AMOUNTS))
LOT, USE = "/material-lots/<barcode>", "/worksheets/<no>/materials"


class MaterialBody(Body):
    code: Short = Field(min_length=1, max_length=40)
    name_zh: Optional = ""
    name_en: Optional = ""
    kind: Kind
    cas: Optional = ""
    hazard: Optional = ""
    storage: Optional = ""
    open_days: int | None = Field(None, ge=0, le=36500, description="usual shelf life of an opened lot")


class ValueBody(Body):
    analyte: Short
    text: Short = Field(description="as on the certificate, with its unit: 1000 ± 4 mg/L")
    k: Number = ""


class ReceiveBody(Body):
    material: Short
    lot_no: Short = Field(min_length=1)
    supplier: Optional = ""
    certificate_no: Optional = ""
    expiry: date | None = None
    received_on: date | None = None
    open_days: int | None = Field(None, ge=0, le=36500)
    quantity: Number = ""
    unit: Optional = Field("", description="of the quantity: " + ", ".join(AMOUNTS))
    place: Optional = ""
    barcode: Optional = Field("", description="empty: the house gives its own")
    values: list[ValueBody] = Field(default=[], max_length=200)


class PartBody(Body):
    barcode: Short
    taken: Number
    unit: Unit
    tolerance: Number = Field("", description="half-width printed on the glassware, in the same unit")


class PrepareBody(Body):
    material: Short
    parts: list[PartBody] = Field(min_length=1, max_length=60)
    final: Number
    final_unit: Unit
    final_tolerance: Number = ""
    unit: Optional = Field("", description="what the concentrations are wanted in")
    expiry: date | None = Field(None, description="not later than the last day of any parent")
    place: Optional = ""
    note: Optional = ""
    barcode: Optional = ""


class Opening(Body):
    on: date | None = None


class Extension(Body):
    until: date
    reason: Text = Field(min_length=1)


class ScanBody(Body):
    barcode: Short
    position: Id | None = Field(None, description="id of a control position of the worksheet")


class LotQuery(PageQuery):
    kind: str = ""
    state: str = ""
    q: str = ""
    soon: bool = Field(False, description="in stock and past its last day or within thirty days of it")


class Materials(Answer):
    items: list[MaterialView]


class Uses(Answer):
    items: list[UseView]


class Trees(Answer):
    items: list[OfAnalysis]


@reads("/materials", "material:see", Materials, "The kinds of material by code")
def kinds(tx: Transaction, _query: None) -> Materials:
    return Materials(items=list(reading.materials(tx)))


@writes(
    "POST", "/materials", "material:define", Materials, "Define a material, or describe it anew",
    body=MaterialBody, then=lambda tx, _code: kinds(tx, None), status=201,
    example={"code": "STD-PB-1000", "name_zh": "铅标准溶液", "name_en": "Lead standard solution", "kind": "crm"},
)  # fmt: skip
def define(tx: Transaction, body: MaterialBody) -> str:
    return materials.define(tx, materials.DefineMaterial(**body.model_dump()))


@reads("/material-lots", "material:see", PageOf[LotItem], "Lots, the newest first", query=LotQuery)
def listing(tx: Transaction, query: LotQuery) -> Any:
    page = reading.listing(tx, query.kind, query.state, query.q, query.soon, query.after, query.limit)
    return PageOf[LotItem](items=list(page.items), next=page.next)


def _shown(tx: Transaction, barcode: str) -> LotView:
    return reading.detail(tx, barcode)


@reads(LOT, "material:see", LotView, "One lot: values, tree both ways, everything it touched")
def one(tx: Transaction, _query: None, barcode: str) -> LotView:
    return _shown(tx, barcode)


@writes(
    "POST", "/material-lots", "material:receive", LotView, "Take a lot into stock",
    body=ReceiveBody, then=_shown, status=201,
    example={
        "material": "STD-PB-1000", "lot_no": "B2411", "supplier": "NCS", "certificate_no": "GBW08619-2411",
        "expiry": "2027-10-31", "quantity": "50", "unit": "mL", "place": "R-2",
        "values": [{"analyte": "PB", "text": "1000 ± 4 mg/L"}],
    },
)  # fmt: skip
def receive(tx: Transaction, body: ReceiveBody) -> str:
    lines = tuple((value.analyte, value.text, value.k) for value in body.values)
    return materials.receive(tx, materials.ReceiveLot(**{**body.model_dump(), "values": lines}))


@writes(
    "POST", "/material-lots/prepare", "material:prepare", LotView, "Prepare a solution from lots in date",
    body=PrepareBody, then=_shown, status=201,
    example={
        "material": "WS-PB-10", "final": "100.0", "final_unit": "mL", "final_tolerance": "0.10",
        "parts": [{"barcode": "ML-2611-0001", "taken": "1.000", "unit": "mL", "tolerance": "0.006"}],
    },
)  # fmt: skip
def prepare(tx: Transaction, body: PrepareBody) -> str:
    parts = tuple(preparation.Part(**part.model_dump()) for part in body.parts)
    return preparation.prepare(tx, preparation.Prepare(**{**body.model_dump(), "parts": parts}))


@writes(
    "POST", LOT + "/open", "material:use", LotView, "Record the opening", body=Opening, then=_shown,
    example={"on": "2026-11-24"},
)  # fmt: skip
def open_lot(tx: Transaction, body: Opening, barcode: str) -> str:
    materials.open_lot(tx, barcode, body.on)
    return barcode


@writes("POST", LOT + "/use-up", "material:use", LotView, "Used up or discarded", body=Empty, then=_shown)
def use_up(tx: Transaction, _body: Empty, barcode: str) -> str:
    materials.use_up(tx, barcode)
    return barcode


@writes("POST", LOT + "/expire", "material:use", LotView, "Mark as expired", body=Empty, then=_shown)
def expire(tx: Transaction, _body: Empty, barcode: str) -> str:
    materials.expire(tx, barcode)
    return barcode


@writes(
    "POST", LOT + "/extend", "material:withdraw", LotView, "Declare a lot valid for longer", body=Extension,
    then=_shown, example={"until": "2027-06-30", "reason": "agrees with lot B2502 within 0.5 %"},
)  # fmt: skip
def extend(tx: Transaction, body: Extension, barcode: str) -> str:
    materials.extend(tx, barcode, body.until, body.reason)
    return barcode


@writes(
    "POST", LOT + "/withdraw", "material:withdraw", LotView, "Withdraw; the answer lists everything it touched",
    body=Reason, then=_shown, example={"reason": "recalled by its producer"},
)  # fmt: skip
def withdraw(tx: Transaction, body: Reason, barcode: str) -> str:
    materials.withdraw(tx, barcode, body.reason)
    return barcode


def _uses(tx: Transaction, no: str) -> Uses:
    return Uses(items=list(reading.on_worksheet(tx, no)))


@reads(USE, "material:see", Uses, "Lots scanned onto a worksheet")
def uses(tx: Transaction, _query: None, no: str) -> Uses:
    return _uses(tx, no)


@writes(
    "POST", USE, "material:use", Uses, "Scan a lot onto a worksheet", body=ScanBody, then=_uses, status=201,
    example={"barcode": "ML-2611-0002"},
)  # fmt: skip
def scan(tx: Transaction, body: ScanBody, no: str) -> str:
    material_use.scan(tx, no, body.barcode, body.position)
    return no


@writes(
    "POST", USE + "/<int:use_id>/strike", "material:use", Uses, "Strike out a use that was a mistake",
    body=Reason, then=_uses, example={"reason": "wrong bottle"},
)  # fmt: skip
def strike(tx: Transaction, body: Reason, no: str, use_id: int) -> str:
    material_use.strike(tx, use_id, body.reason)
    return no


@reads("/analyses/<int:id>/materials", "material:see", Trees, "From an analysis back to certificates")
def of_analysis(tx: Transaction, _query: None, id: int) -> Trees:
    lookup.analysis(tx, id)
    return Trees(items=list(material_tree.of_analysis(tx, id)))

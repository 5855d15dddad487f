"""Control charts over HTTP: the list with alarms, a chart with its points, its limits, points left out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lims.api.body import (
    Answer,
    Body,
    Empty,
    Id,
    Number,
    Optional,
    PageOf,
    PageQuery,
    Query,
    Reason,
    Short,
    Text,
    taken,
)
from lims.api.operation import reads, writes
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput
from lims.services import control_chart
from lims.services.reading import control_chart as reading
from lims.services.reading.control_chart import ChartItem, LimitsView, PointView
from lims.services.transaction import Transaction


class ChartQuery(PageQuery):
    alarm: bool = False


class Stretch(Query):
    before: str = Field("", max_length=200, description="the value of `before` from the stretch after this one")


class ChartAnswer(Answer):
    item: ChartItem
    limits: list[LimitsView]
    points: list[PointView]
    before: str | None
    counted: int


class Limits(Body):
    reason: Text = Field(min_length=1)
    first: Id | None = Field(None, description="id of the first point they come from; left out: the oldest")
    last: Id | None = None


class LimitsDone(Answer):
    id: int
    state: str


class NewPoint(Body):
    method: Short = Field(min_length=1)
    analyte: Short = Field(min_length=1)
    kind: Short
    material: Optional = ""
    value: Number
    unit: Optional = ""
    label: Optional = ""


class PointDone(Answer):
    chart: int


@reads("/control-charts", "result:see_raw", PageOf[ChartItem], "Control charts, newest first", query=ChartQuery)
def listing(tx: Transaction, query: ChartQuery) -> Any:
    page = reading.listing(tx, query.alarm, query.after, query.limit)
    return PageOf[ChartItem](items=list(page.items), next=page.next)


@reads("/control-charts/<int:id>", "result:see_raw", ChartAnswer, "A chart, its limits and points", query=Stretch)
def one(tx: Transaction, query: Stretch, id: int) -> ChartAnswer:
    return taken(ChartAnswer, reading.chart(tx, id, query.before))


@writes(
    "POST", "/control-charts/<int:id>/limits", "chart:edit", LimitsDone, "Propose limits from at least twenty points",
    body=Limits, status=201, example={"reason": "first twenty points"},
)  # fmt: skip
def propose(tx: Transaction, body: Limits, id: int) -> LimitsDone:
    cmd = control_chart.ProposeLimits(id, body.reason, body.first or 0, body.last or 0)
    return LimitsDone(id=control_chart.propose(tx, cmd), state="proposed")


@writes("POST", "/chart-limits/<int:id>/release", "chart:release", LimitsDone, "Release limits", body=Empty)
def release(tx: Transaction, _body: Empty, id: int) -> LimitsDone:
    control_chart.release(tx, id)
    return LimitsDone(id=id, state="released")


@writes(
    "POST", "/chart-limits/<int:id>/reject", "chart:release", LimitsDone, "Reject limits", body=Reason,
    example={"reason": "two of the points are of another lot"},
)  # fmt: skip
def reject(tx: Transaction, body: Reason, id: int) -> LimitsDone:
    control_chart.reject(tx, id, body.reason)
    return LimitsDone(id=id, state="rejected")


@writes(
    "POST", "/control-charts/points", "chart:edit", PointDone, "A point of older records", body=NewPoint, status=201,
    example={"method": "GB 5009.12-2023", "analyte": "PB", "kind": "crm", "material": "GBW10024", "value": "0.121"},
)  # fmt: skip
def record(tx: Transaction, body: NewPoint) -> PointDone:
    entry = read_entry(body.value)
    if entry.status != "numeric" or entry.value is None or entry.unit:
        raise BadInput("NOT_A_NUMBER", field="value", value=body.value[:20])
    cmd = control_chart.RecordPoint(
        body.method, body.analyte, body.kind, body.material, entry.value, body.unit, body.label
    )
    return PointDone(chart=control_chart.record(tx, cmd))


class Excluded(Answer):
    id: int


@writes(
    "POST", "/chart-points/<int:id>/exclude", "chart:edit", Excluded, "Leave a point out", body=Reason,
    example={"reason": "wrong flask, see NC-12"},
)  # fmt: skip
def exclude(tx: Transaction, body: Reason, id: int) -> Excluded:
    control_chart.exclude(tx, id, body.reason)
    return Excluded(id=id)

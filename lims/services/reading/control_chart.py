"""Control charts for screens: the list with its alarms, and one chart with its limits and a stretch of its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from lims.domain.numbers.statistics import as_decimal
from lims.persistence.control_chart import ChartLimitsRow, ChartPointRow, ControlChartRow
from lims.services import control_chart as charts
from lims.services import lookup
from lims.services.reading.page import Page, Verb, page, verbs
from lims.services.transaction import Transaction
from lims.services.transition import Over

SHOWN = 60
"""Points on one picture."""


@dataclass(frozen=True)
class ChartItem:
    id: int
    no: str
    method: str
    analyte: str
    kind: str
    material: str
    unit: str
    rules: tuple[str, ...]
    alarm: str
    alarm_rules: str


@dataclass(frozen=True)
class LimitsView:
    """Frozen limits of one version. On a chart of ranges only the upper lines exist."""

    id: int
    number: int
    state: str
    mean: Decimal
    deviation: Decimal | None
    lines: tuple[tuple[str, Decimal], ...]
    """(centre, warning or action; value), from above."""
    points: int
    reason: str
    proposed_by: str
    proposed_at: datetime
    released_by: str
    released_at: datetime | None
    verbs: tuple[Verb, ...]


@dataclass(frozen=True)
class PointView:
    id: int
    at: datetime
    worksheet: str
    label: str
    by: str
    value: Decimal
    z: Decimal | None
    limits: int | None
    """Number of the version it was judged by."""
    signals: tuple[tuple[str, str, str], ...]
    mark: str
    excluded_reason: str
    excluded_by: str


@dataclass(frozen=True)
class ChartView:
    item: ChartItem
    limits: tuple[LimitsView, ...]
    points: tuple[PointView, ...]
    """From the oldest of the stretch to the newest."""
    before: str | None
    """Key of the stretch before this one."""
    counted: int
    """Points that are not left out: what limits would come from."""


def listing(tx: Transaction, alarm: bool = False, after: str = "", size: int = 50) -> Page[ChartItem]:
    query = select(ControlChartRow)
    if alarm:
        query = query.where(ControlChartRow.alarm != "")
    return page(tx, query, ControlChartRow.id, after, size, _item)


def _item(row: ControlChartRow) -> ChartItem:
    return ChartItem(
        row.id, row.no, row.method, row.analyte, row.kind, row.material, row.unit, tuple(row.rules.split(";")),
        row.alarm, row.alarm_rules,
    )  # fmt: skip


def chart(tx: Transaction, chart_id: int, before: str = "") -> ChartView:
    query = select(ControlChartRow).where(ControlChartRow.id == chart_id).options(selectinload(ControlChartRow.limits))
    row = lookup.one(tx, query, "control_chart", chart_id)
    points, key = _points(tx, row, before)
    counted = select(func.count(ChartPointRow.id)).where(
        ChartPointRow.chart_id == row.id, ChartPointRow.excluded_by.is_(None)
    )
    limits = tuple(_limits(tx, one) for one in row.limits)
    return ChartView(_item(row), limits, points, key, tx.session.scalar(counted) or 0)


def _points(tx: Transaction, row: ControlChartRow, before: str) -> tuple[tuple[PointView, ...], str | None]:
    query = (
        select(ChartPointRow)
        .where(ChartPointRow.chart_id == row.id)
        .options(joinedload(ChartPointRow.limits))
        .order_by(ChartPointRow.id.desc())
        .limit(SHOWN + 1)
    )
    if before.isascii() and before.isdigit() and len(before) < 10:
        query = query.where(ChartPointRow.id < int(before))
    found: Sequence[ChartPointRow] = tx.session.scalars(query).all()
    shown = list(reversed(found[:SHOWN]))
    return tuple(_point(one) for one in shown), str(shown[0].id) if len(found) > SHOWN else None


def _point(row: ChartPointRow) -> PointView:
    effects = {effect for _, _, effect in row.signals}
    mark = next((one for one in ("reject", "trend", "warning") if one in effects), "good")
    return PointView(
        row.id, row.at, row.worksheet_no, row.label, row.by_name, row.value, _z(row),
        row.limits.number if row.limits is not None else None,
        tuple((family, rule, effect) for family, rule, effect in row.signals),
        "out" if row.excluded_by is not None else mark, row.excluded_reason, row.excluded_name,
    )  # fmt: skip


def _z(row: ChartPointRow) -> Decimal | None:
    if row.limits is None or row.limits.deviation is None:
        return None
    return as_decimal(Fraction(charts.score_of(row)))


def _limits(tx: Transaction, row: ChartLimitsRow) -> LimitsView:
    may = verbs(tx, row, ("release", "reject"), Over()) if row.state == "proposed" else ()
    return LimitsView(
        row.id, row.number, row.state, row.mean, row.deviation, lines_of(row), row.points, row.reason,
        row.proposed_name, row.proposed_at, row.released_name, row.released_at, may,
    )  # fmt: skip


def lines_of(row: ChartLimitsRow) -> tuple[tuple[str, Decimal], ...]:
    """The lines of one version from above: mean ± 2 s and ± 3 s, or the mean range with its two upper lines."""
    if row.deviation is None:
        assert row.warning is not None and row.action is not None
        return (("action", row.action), ("warning", row.warning), ("centre", row.mean))
    kinds = {3: "action", 2: "warning", 0: "centre"}
    middle, spread = Fraction(row.mean), Fraction(row.deviation)
    return tuple((kinds[abs(times)], as_decimal(middle + times * spread)) for times in (3, 2, 0, -2, -3))

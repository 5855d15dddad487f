"""Control charts: points that come with findings, limits that one proposes and another releases, points left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lims.domain import batch as rules
from lims.domain import control_chart as charts
from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain, significant
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.control_chart import ChartLimitsRow, ChartPointRow, ControlChartRow
from lims.services import lookup, transition
from lims.services.findings import Judged, Sheet
from lims.services.transaction import Transaction

RANGES = ("duplicate",)
"""Kinds whose chart is one of ranges: the difference of two in per cent of their mean."""
MATERIALS = ("crm", "ccv")
KINDS = (*MATERIALS, "blank", *RANGES, "spike")
REACH = 40
"""Points that are looked back at; no rule reaches further than fifteen."""


def follow(tx: Transaction, sheet: Sheet, found: Sequence[Judged]) -> tuple[Judged, ...]:
    """Every figure that is new or changed becomes a point of its chart; a rejecting signal breaks its finding."""
    points = _points(tx, found)
    for one in found:
        if not _charted(one):
            continue
        assert one.found is not None
        point = points.get(one.found.id)
        made = _follow(tx, sheet, one, point)
        if made is not None:
            points[one.found.id] = made
    return _broken_by(found, points)


def seen(tx: Transaction, found: Sequence[Judged]) -> tuple[Judged, ...]:
    """The same, looked at without moving anything."""
    return _broken_by(found, _points(tx, found))


def _charted(one: Judged) -> bool:
    return (
        one.found is not None and not one.aspect and one.position.kind in KINDS and one.outcome.figure is not None
    )


def _points(tx: Transaction, found: Sequence[Judged]) -> dict[int, ChartPointRow]:
    ids = [one.found.id for one in found if one.found is not None and _charted(one)]
    query = select(ChartPointRow).where(ChartPointRow.qc_result_id.in_(ids)).options(joinedload(ChartPointRow.limits))
    return {row.qc_result_id or 0: row for row in tx.session.scalars(query)} if ids else {}


def _broken_by(found: Sequence[Judged], points: dict[int, ChartPointRow]) -> tuple[Judged, ...]:
    return tuple(
        replace(one, outcome=_with_signals(one, points.get(one.found.id) if one.found is not None else None))
        for one in found
    )


def _with_signals(one: Judged, point: ChartPointRow | None) -> rules.Outcome:
    said = [rule for _, rule, effect in point.signals if effect == "reject"] if point is not None else []
    if point is None or not said or one.outcome.verdict != "good":
        return one.outcome
    shown = plain(_few(point.value))
    told = {"label": one.position.label, "analyte": one.outcome.analyte, "found": shown, "rules": ", ".join(said)}
    text = f"{one.position.label} {one.outcome.analyte}: {shown}, control chart {', '.join(said)}"
    return replace(one.outcome, verdict="broken", finding=text, code="QC_CHART", params=told)


def _follow(tx: Transaction, sheet: Sheet, one: Judged, point: ChartPointRow | None) -> ChartPointRow | None:
    assert one.outcome.figure is not None and one.found is not None
    chart = _chart_of(tx, sheet, one) if point is None else tx.session.get_one(ControlChartRow, point.chart_id)
    value = _in_unit(one.outcome.figure, one.outcome.figure_unit, chart.unit)
    if value is None or (point is not None and point.value == value):
        return None
    lookup.hold(tx, ControlChartRow, chart.id)  # points stand in the order in which they are judged
    if point is not None:
        point.value = value
        point.signals = [] if point.excluded_by is not None else _signals(tx, chart, point)
        tx.record(point, "correct")
    else:
        limits = in_force(tx, chart.id)
        point = ChartPointRow(
            chart_id=chart.id, qc_result_id=one.found.id, worksheet_no=sheet.row.no, label=one.position.label,
            at=tx.now, by_name=tx.actor.name, value=value, signals=[], limits=limits,
            limits_id=limits.id if limits is not None else None,
        )  # fmt: skip
        point.signals = _signals(tx, chart, point)
        tx.add(point, "record")
    tx.session.flush()  # the points after it are judged with it
    _rejudge(tx, chart, point.id)
    return point


def _in_unit(figure: Decimal, unit: str, wanted: str) -> Decimal | None:
    if unit == wanted or not unit or not wanted:
        return figure
    return units.convert(figure, unit, wanted) if units.convertible(unit, wanted) else None


def _chart_of(tx: Transaction, sheet: Sheet, one: Judged) -> ControlChartRow:
    """The chart of the method, analyte, kind and material with its level; made with its first point."""
    position, analyte = one.position, one.outcome.analyte
    material = ""
    if position.kind in MATERIALS:
        level = rules.expected_of(position.expected, analyte)
        material = f"{position.material or position.label} {level}".strip()[:200]
    key = {"method": sheet.row.method, "analyte": analyte, "kind": position.kind, "material": material}
    return _made(tx, key, one.outcome.figure_unit, sheet.chart_rules)


def _made(tx: Transaction, key: dict[str, str], unit: str, families: Sequence[str]) -> ControlChartRow:
    query = select(ControlChartRow).filter_by(**key)
    chart = tx.session.scalars(query).one_or_none()
    if chart is None:
        no = " ".join(filter(None, key.values()))[:300]
        chart = ControlChartRow(**key, no=no, unit=unit, rules=";".join(families), alarm="", alarm_rules="")
        tx.add(chart, "open")
        tx.session.flush()  # its points name it
    return chart


def in_force(tx: Transaction, chart_id: int) -> ChartLimitsRow | None:
    """The newest limits that were released."""
    query = (
        select(ChartLimitsRow)
        .where(ChartLimitsRow.chart_id == chart_id, ChartLimitsRow.state == "released")
        .order_by(ChartLimitsRow.number.desc())
        .limit(1)
    )
    return tx.session.scalars(query).first()


# ---- what the rules say ----------------------------------------------------------------------------------------------


def _signals(tx: Transaction, chart: ControlChartRow, point: ChartPointRow) -> list[list[str]]:
    """Of a point by the limits it came under, after those before it that count."""
    if point.limits is None:
        return []
    query = (
        select(ChartPointRow)
        .where(
            ChartPointRow.chart_id == chart.id,
            ChartPointRow.excluded_by.is_(None),
            ChartPointRow.limits_id.is_not(None),
        )
        .options(joinedload(ChartPointRow.limits))
        .order_by(ChartPointRow.id.desc())
        .limit(REACH)
    )
    if point.id is not None:
        query = query.where(ChartPointRow.id < point.id)
    with tx.session.no_autoflush:  # the point itself is not yet told apart from those before it
        before = list(reversed(tx.session.scalars(query).all()))
    return said_of(chart.kind, chart.rules, [*before, point])


def said_of(kind: str, families: str, points: Sequence[ChartPointRow]) -> list[list[str]]:
    """[family, rule, effect] of the last point: ``reject``, ``warning``, or ``trend`` of Nelson's second and third."""
    if kind in RANGES:
        return _of_range(points)
    scores = [score_of(one) for one in points]
    runs = [one.worksheet_no for one in points]
    found = []
    for family in filter(None, families.split(";")):
        for one in charts.last(scores, charts.FAMILIES[family], runs):
            found.append([family, one.rule, _effect(family, one)])
    if "nelson" not in families.split(";"):
        found += _trends(scores)
    return found


def _effect(family: str, one: charts.Signal) -> str:
    if one.rejects:
        return "reject"
    return "trend" if family == "nelson" and one.rule in ("2", "3") else "warning"


def _trends(scores: Sequence[charts.Score]) -> list[list[str]]:
    family = [rule for rule in charts.NELSON if rule[0] in ("2", "3")]
    return [["nelson", one.rule, "trend"] for one in charts.last(scores, family)]


def _of_range(points: Sequence[ChartPointRow]) -> list[list[str]]:
    """A range beyond its action line rejects; on one side of the mean, or ever rising, ranges are a trend."""
    newest = points[-1]
    limits = newest.limits
    if limits is None or limits.action is None or limits.warning is None:
        return []
    found = []
    if newest.value > limits.action:
        found.append(["range", "R>A", "reject"])
    elif newest.value > limits.warning:
        found.append(["range", "R>W", "warning"])
    return found + _trends([score_of(one) for one in points])


def score_of(point: ChartPointRow) -> charts.Score:
    """z by the limits of the point; on a chart of ranges, how far it is from the mean range."""
    limits = point.limits
    assert limits is not None
    if limits.deviation is None:
        return point.value - limits.mean
    return charts.ChartLimits(limits.mean, limits.deviation, limits.points).score(point.value)


def _rejudge(tx: Transaction, chart: ControlChartRow, from_id: int) -> None:
    """The points after one that changed, as far as any rule reaches; then what the chart says of its newest."""
    after = (
        select(ChartPointRow)
        .where(ChartPointRow.chart_id == chart.id, ChartPointRow.id > from_id, ChartPointRow.excluded_by.is_(None))
        .options(joinedload(ChartPointRow.limits))
        .order_by(ChartPointRow.id)
        .limit(15)
    )
    for point in tx.session.scalars(after).all():
        said = _signals(tx, chart, point)
        if said != point.signals:
            point.signals = said
            tx.record(point, "judge")
    tx.session.flush()
    newest = select(ChartPointRow).where(ChartPointRow.chart_id == chart.id, ChartPointRow.excluded_by.is_(None))
    _alarm(tx, chart, tx.session.scalars(newest.order_by(ChartPointRow.id.desc()).limit(1)).first())


def _alarm(tx: Transaction, chart: ControlChartRow, newest: ChartPointRow | None) -> None:
    said = newest.signals if newest is not None else []
    effects = {effect for _, _, effect in said}
    alarm = next((one for one in ("reject", "trend", "warning") if one in effects), "")
    shown = ", ".join(f"{family.capitalize()} {rule}" for family, rule, _ in said)[:100]
    if (chart.alarm, chart.alarm_rules) != (alarm, shown):
        chart.alarm, chart.alarm_rules = alarm, shown
        tx.record(chart, "judge", shown)


# ---- what people do --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposeLimits:
    """From the points that are not left out, from ``first`` to ``last`` (ids; 0: from the beginning, to the end)."""

    chart_id: int
    reason: str
    first: int = 0
    last: int = 0


def propose(tx: Transaction, cmd: ProposeLimits) -> int:
    """Limits worked out from at least twenty points, to be released by somebody else; returns their id."""
    chart = _chart(tx, cmd.chart_id)
    points = _baseline(tx, cmd)
    waiting = select(ChartLimitsRow.id).where(
        ChartLimitsRow.chart_id == chart.id, ChartLimitsRow.state == "proposed"
    )
    also = [refusal("LIMITS_WAIT_ALREADY", chart=chart.no)] if tx.session.scalar(waiting.limit(1)) is not None else []
    values = [one.value for one in points]
    row = ChartLimitsRow(
        chart_id=chart.id, number=_next(tx, chart.id), points=len(points), first_point=points[0].id if points else 0,
        last_point=points[-1].id if points else 0, reason=cmd.reason.strip(), proposed_by=tx.actor.id,
        proposed_name=tx.actor.name, proposed_at=tx.now, **_lines(chart.kind, values),
    )  # fmt: skip
    transition.act(tx, row, "propose", transition.Over(), cmd.reason, also=also)
    tx.session.flush()  # the caller is told its id
    return row.id


def _baseline(tx: Transaction, cmd: ProposeLimits) -> Sequence[ChartPointRow]:
    query = select(ChartPointRow).where(ChartPointRow.chart_id == cmd.chart_id, ChartPointRow.excluded_by.is_(None))
    if cmd.first:
        query = query.where(ChartPointRow.id >= cmd.first)
    if cmd.last:
        query = query.where(ChartPointRow.id <= cmd.last)
    return tx.session.scalars(query.order_by(ChartPointRow.id)).all()


def _lines(kind: str, values: Sequence[Decimal]) -> dict[str, Decimal | None]:
    if kind in RANGES:
        mean, warning, action = charts.range_limits(values)
        return {"mean": mean, "deviation": None, "warning": warning, "action": action}
    found = charts.limits_from(values)
    return {"mean": found.mean, "deviation": found.deviation, "warning": None, "action": None}


def _next(tx: Transaction, chart_id: int) -> int:
    query = select(func.max(ChartLimitsRow.number)).where(ChartLimitsRow.chart_id == chart_id)
    return (tx.session.scalar(query) or 0) + 1


def release(tx: Transaction, limits_id: int) -> None:
    """From now on points are judged by these limits; never released by the one who proposed them."""
    row = _proposed(tx, limits_id)
    also = [refusal("DUTIES_APART", duty="releaser", other="author")] if row.proposed_by == tx.actor.id else []
    row.released_name, row.released_at = tx.actor.name, tx.now
    transition.act(tx, row, "release", transition.Over(), also=also)


def reject(tx: Transaction, limits_id: int, reason: str) -> None:
    transition.act(tx, _proposed(tx, limits_id), "reject", transition.Over(), reason)


def _proposed(tx: Transaction, limits_id: int) -> ChartLimitsRow:
    query = select(ChartLimitsRow).where(ChartLimitsRow.id == limits_id)
    return lookup.one(tx, query, "chart_limits", limits_id)


def exclude(tx: Transaction, point_id: int, reason: str) -> None:
    """A point that shall not count: it stays on the chart with its reason, and those after it are judged without it."""
    tx.require("chart:edit")
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    point = lookup.one(tx, select(ChartPointRow).where(ChartPointRow.id == point_id), "chart_point", point_id)
    lookup.hold(tx, ControlChartRow, point.chart_id)
    if point.excluded_by is not None:
        raise Refused(refusal("POINT_EXCLUDED_ALREADY", name=point.excluded_name))
    point.excluded_by, point.excluded_name, point.excluded_reason = tx.actor.id, tx.actor.name, reason.strip()
    point.signals = []
    tx.record(point, "exclude", reason.strip())
    tx.session.flush()  # the points after it are judged without it
    _rejudge(tx, _chart(tx, point.chart_id), point.id)


def set_rules(tx: Transaction, chart_id: int, families: Sequence[str], reason: str) -> None:
    """Which rules new points are judged by: Westgard's, Nelson's or both."""
    tx.require("chart:edit")
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    chosen = [one for one in charts.FAMILIES if one in families]
    if not chosen or set(families) - set(charts.FAMILIES):
        raise BadInput("UNKNOWN_CHOICE", field="rules", value=";".join(families)[:40])
    chart = _chart(tx, chart_id)
    chart.rules = ";".join(chosen)
    tx.record(chart, "set_rules", reason.strip())


@dataclass(frozen=True)
class RecordPoint:
    """A point of older records or of another system, in the unit of its chart."""

    method: str
    analyte: str
    kind: str
    material: str
    value: Decimal
    unit: str
    label: str = ""


def record(tx: Transaction, cmd: RecordPoint) -> int:
    """Put in by itself; judged as every other point. Returns the id of its chart."""
    tx.require("chart:edit")
    if cmd.kind not in KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind[:20])
    key = {"method": cmd.method, "analyte": cmd.analyte, "kind": cmd.kind, "material": cmd.material}
    chart = _made(tx, key, cmd.unit, ("westgard",))
    value = _in_unit(cmd.value, cmd.unit, chart.unit)
    if value is None:
        raise BadInput("INCOMPATIBLE_UNIT", field="unit", source=cmd.unit, target=chart.unit)
    lookup.hold(tx, ControlChartRow, chart.id)
    limits = in_force(tx, chart.id)
    point = ChartPointRow(
        chart_id=chart.id, qc_result_id=None, worksheet_no="", label=cmd.label, at=tx.now, by_name=tx.actor.name,
        value=value, signals=[], limits=limits, limits_id=limits.id if limits is not None else None,
    )  # fmt: skip
    point.signals = _signals(tx, chart, point)
    tx.add(point, "record")
    tx.session.flush()  # the chart's alarm is that of this point
    _alarm(tx, chart, point)
    return chart.id


def _chart(tx: Transaction, chart_id: int) -> ControlChartRow:
    return lookup.one(tx, select(ControlChartRow).where(ControlChartRow.id == chart_id), "control_chart", chart_id)


def _few(value: Decimal) -> Decimal:
    """As a person reads it; what is judged keeps all of its digits."""
    return significant(value, 4) if len(value.as_tuple().digits) > 4 else value

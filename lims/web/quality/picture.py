"""What is drawn of control charts and of scores: views to the content of a picture, with words of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from lims.domain.numbers.rounding import plain, significant
from lims.services.reading.control_chart import ChartView, LimitsView, PointView
from lims.services.reading.proficiency import ScoreView
from lims.web.intake.moments import day, when
from lims.web.language import current
from lims.web.messages import word
from reports.chart import ChartContent, Line, Point, svg

_DIGITS = 4
_NAMES = {3: "+3s", 2: "+2s", 0: "x̄", -2: "−2s", -3: "−3s"}
_MARKS = {"satisfactory": "good", "questionable": "warning", "unsatisfactory": "reject"}


def shown(value: Decimal | None) -> str:
    """With four significant figures at most, as in the table and in the picture."""
    if value is None:
        return ""
    return plain(significant(value, _DIGITS)) if len(value.as_tuple().digits) > _DIGITS else plain(value)


def of_chart(seen: ChartView) -> str:
    item = seen.item
    kind = word("chart_kind", item.kind, current()).text
    content = ChartContent(
        title=f"{kind} · {item.method} · {item.analyte} {item.material}".strip(),
        describes=described(seen),
        points=tuple(Point(one.value, one.mark, _title(one, item.unit), day(one.at)[5:]) for one in seen.points),
        lines=_lines(seen),
        unit=item.unit,
        language=current(),
    )
    return svg(content)


def described(seen: ChartView) -> str:
    """The picture in a sentence, for those who do not see it; its figures stand in the table."""
    marks = [one.mark for one in seen.points]
    return _(
        "%(points)s points, %(reject)s out of control, %(warning)s with a warning or trend, %(out)s left out.",
        points=len(marks), reject=marks.count("reject"), warning=marks.count("warning") + marks.count("trend"),
        out=marks.count("out"),
    )  # fmt: skip


def _title(one: PointView, unit: str) -> str:
    parts = [when(one.at), one.worksheet, one.label, f"{shown(one.value)} {unit}".strip()]
    if one.z is not None:
        parts.append(f"z = {shown(one.z)}")
    parts += [f"{word('family', family, current()).text} {rule}" for family, rule, _effect in one.signals]
    if one.excluded_reason:
        parts.append(f"{_('left out')}: {one.excluded_reason}")
    return " · ".join(filter(None, parts))


def _lines(seen: ChartView) -> tuple[Line, ...]:
    """The lines of each version where its points are; those of limits nobody was judged by yet go through the end."""
    found: list[Line] = []
    for limits in seen.limits:
        places = [place for place, one in enumerate(seen.points) if one.limits == limits.number]
        if places:
            found += _of_version(limits, places[0], places[-1])
    newest = [limits for limits in seen.limits if limits.state == "released"][-1:]
    if not found and newest and seen.points:
        found += _of_version(newest[0], 0, len(seen.points) - 1)
    return tuple(found)


def _of_version(limits: LimitsView, first: int, last: int) -> Sequence[Line]:
    if limits.deviation is None:
        names = {"action": _("action"), "warning": _("warning"), "centre": "R̄"}
        return [Line(value, kind, f"{names[kind]} {shown(value)}", first, last) for kind, value in limits.lines]
    return [
        Line(value, kind, f"{name} {shown(value)}", first, last)
        for (kind, value), name in zip(limits.lines, _NAMES.values(), strict=True)
    ]


def of_scores(title: str, rows: Sequence[tuple[str, ScoreView]]) -> str:
    """The deciding score of each round, with the bounds of z: 2 to warn, 3 to act."""
    points = []
    for name, one in rows:
        value = next(found for kind, found, _verdict in one.scores if kind == one.decides)
        verdict = word("score", one.verdict, current()).text
        said = f"{name} · {one.decides} = {shown(value)} · {verdict}"
        points.append(Point(value, _MARKS[one.verdict], said, name[:10]))
    last = len(points) - 1
    bounds = (("action", 3), ("warning", 2), ("centre", 0), ("warning", -2), ("action", -3))
    lines = tuple(Line(Decimal(value), kind, str(value), 0, last) for kind, value in bounds) if points else ()
    told = _("%(rounds)s rounds", rounds=len(points))
    return svg(ChartContent(title, told, tuple(points), lines, "z", current()))

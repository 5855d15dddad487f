"""A worksheet as its printed sheet: positions in run order, blind. The drawing library is loaded with the first one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lims.services.reading.worksheet import GridView, PositionView

if TYPE_CHECKING:
    from reports.worksheet.sheet import Position, WorksheetContent

KINDS = {
    "sample": "SAMPLE", "blank": "BLANK", "crm": "CONTROL", "duplicate": "DUPLICATE", "spike": "SPIKE",
    "ccv": "CONTROL", "calibration": "CONTROL", "positive_control": "CONTROL", "negative_control": "CONTROL",
}  # fmt: skip


def printed(seen: GridView, named: Mapping[str, tuple[str, str]], zone: ZoneInfo) -> bytes:
    from reports.worksheet.sheet import render

    return render(_content(seen, named, zone))


def _content(seen: GridView, named: Mapping[str, tuple[str, str]], zone: ZoneInfo) -> WorksheetContent:
    from reports.worksheet.sheet import WorksheetContent

    every = tuple(column.analyte for column in seen.columns)
    return WorksheetContent(
        number=seen.no,
        method=f"{seen.method} {seen.title}".strip(),
        positions=tuple(_position(one, named, every) for one in seen.positions),
        instrument=seen.instrument,
        analyst=seen.analyst,
        date=_day(seen.made_at, zone),
        due=_day(seen.due_at, zone),
    )


def _position(seen: PositionView, named: Mapping[str, tuple[str, str]], every: tuple[str, ...]) -> Position:
    from reports.worksheet.sheet import Position

    asked = tuple(cell.analyte for cell in seen.cells if cell is not None)
    return Position(
        place=str(seen.seq),
        kind=KINDS[seen.kind],
        sample=seen.label,
        name=" ".join(named.get(seen.product, ())) or seen.expected,
        analytes=asked or every,
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""

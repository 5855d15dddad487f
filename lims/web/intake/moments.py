"""Moments as pages write them: the laboratory's own zone, ISO order, minutes; the zone itself stands in the footer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from lims.web.intake import blueprint
from lims.web.unit import place


def when(moment: datetime | None) -> str:
    return f"{moment.astimezone(place().zone):%Y-%m-%d %H:%M}" if moment else ""


def day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        return f"{moment.astimezone(place().zone):%Y-%m-%d}"
    return moment.isoformat() if moment else ""


@blueprint.app_context_processor
def moments() -> dict[str, Any]:
    return {"when": when, "day": day}

"""Control charts: the list with its alarms, one chart as picture and table, limits, rules and points left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request, url_for

from lims.domain.control_chart import FAMILIES, LEAST_POINTS
from lims.domain.rules.errors import LimsError
from lims.services import control_chart
from lims.services.reading import control_chart as charts
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.quality import blueprint, picture
from lims.web.unit import reading


@blueprint.get("/charts")
@needs("result:see_raw")
def chart_list() -> str:
    alarm = request.args.get("alarm", "") == "1"
    with reading() as tx:
        page = charts.listing(tx, alarm, request.args.get("after", ""))
    return render_template("quality/chart_list.html", page=page, alarm=alarm)


@blueprint.get("/charts/<int:chart_id>")
@needs("result:see_raw")
def chart_page(chart_id: int) -> str:
    return _page(chart_id)


@blueprint.get("/charts/<int:chart_id>.svg")
@needs("result:see_raw")
def chart_picture(chart_id: int) -> Response:
    with reading() as tx:
        seen = charts.chart(tx, chart_id, request.args.get("before", ""))
    return Response(picture.of_chart(seen), mimetype="image/svg+xml")


def _page(chart_id: int, error: LimsError | None = None) -> str:
    before = request.args.get("before", "")
    with reading() as tx:
        seen = charts.chart(tx, chart_id, before)
    return render_template(
        "quality/chart.html", seen=seen, before=before, error=error, given=request.form, families=tuple(FAMILIES),
        least=LEAST_POINTS, alt=picture.described(seen), figure=picture.shown,
    )  # fmt: skip


def _act(chart_id: int, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("quality.chart_page", chart_id=chart_id), lambda error: _page(chart_id, error))


@blueprint.post("/charts/<int:chart_id>/limits")
@needs("chart:edit")
def chart_propose(chart_id: int) -> Any:
    reason = typed.text("reason")

    def do(tx: Transaction) -> object:
        first, last = typed.whole("first") or 0, typed.whole("last") or 0
        return control_chart.propose(tx, control_chart.ProposeLimits(chart_id, reason, first, last))

    return _act(chart_id, do)


@blueprint.post("/charts/<int:chart_id>/limits/<int:limits_id>/release")
@needs("chart:release")
def chart_release(chart_id: int, limits_id: int) -> Any:
    return _act(chart_id, lambda tx: control_chart.release(tx, limits_id))


@blueprint.post("/charts/<int:chart_id>/limits/<int:limits_id>/reject")
@needs("chart:release")
def chart_reject(chart_id: int, limits_id: int) -> Any:
    return _act(chart_id, lambda tx: control_chart.reject(tx, limits_id, typed.text("reason")))


@blueprint.post("/charts/<int:chart_id>/points/<int:point_id>/exclude")
@needs("chart:edit")
def chart_exclude(chart_id: int, point_id: int) -> Any:
    return _act(chart_id, lambda tx: control_chart.exclude(tx, point_id, typed.text("reason")))


@blueprint.post("/charts/<int:chart_id>/rules")
@needs("chart:edit")
def chart_rules(chart_id: int) -> Any:
    chosen, reason = request.form.getlist("family"), typed.text("reason")
    return _act(chart_id, lambda tx: control_chart.set_rules(tx, chart_id, chosen, reason))

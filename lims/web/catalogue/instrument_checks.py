"""Page of the checks of an instrument: what is planned, what was found, its papers; and recording another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.wrappers import Response

from lims.domain.equipment import KINDS, UNITS
from lims.domain.equipment_check import OUTCOMES, Point
from lims.domain.rules.errors import LimsError
from lims.services import attachment, equipment_check
from lims.services.reading import equipment as books
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import CALIBRATION_NAMES, STATE_NAMES
from lims.web.errors import status_of
from lims.web.intake.download import handed_out
from lims.web.unit import reading, writing

_COLUMNS = ("name", "low", "high", "unit", "as_found", "as_left")
_BLANK_LINES = 3


@blueprint.get("/instruments/<code>/checks")
@needs("result:see_raw")
def instrument_checks(code: str) -> str:
    return _page(code)


@blueprint.post("/instruments/<code>/checks")
@needs("instrument:check")
def instrument_check(code: str) -> Any:
    return _act(code, lambda tx: equipment_check.record(tx, _record(code)))


@blueprint.post("/instruments/<code>/plan")
@needs("instrument:edit")
def instrument_plan(code: str) -> Any:
    return _act(code, lambda tx: equipment_check.plan(tx, _plan(code)))


@blueprint.post("/instruments/<code>/checks/<int:check_id>/papers")
@needs("instrument:check")
def instrument_paper(code: str, check_id: int) -> Any:
    return _act(code, lambda tx: attachment.attach_evidence(tx, evidence_of("equipment_check", check_id)))


@blueprint.get("/evidence/<int:attachment_id>")
@needs("result:see_raw")
def evidence(attachment_id: int) -> Response:
    with reading() as tx:
        found = attachment.evidence(tx, attachment_id)
    return handed_out(found.content, found.name, "application/octet-stream", inline=False)


def evidence_of(owner: str, owner_id: int) -> attachment.AttachEvidence:
    """The file of the form, beside the record it proves."""
    file = request.files.get("file")
    return attachment.AttachEvidence(
        owner,
        owner_id,
        (file.filename or "") if file else "",
        (file.mimetype or "") if file else "",
        file.read(attachment.LARGEST + 1) if file else b"",
    )


def _record(code: str) -> equipment_check.RecordCheck:
    return equipment_check.RecordCheck(
        code=code,
        kind=typed.text("kind"),
        on=typed.needed_day("on"),
        performer=typed.text("performer"),
        certificate_no=typed.text("certificate_no"),
        standard=typed.text("standard"),
        points=tuple(point for point in _points() if point.as_found or point.as_left),
        outcome=typed.text("outcome"),
        remark=typed.text("remark"),
        due=typed.day("due"),
    )


def _plan(code: str) -> equipment_check.PlanChecks:
    return equipment_check.PlanChecks(
        code=code,
        kind=typed.text("kind"),
        every_days=typed.count("every_days"),
        every_uses=typed.count("every_uses"),
        unit=typed.text("unit_of_use"),
        criteria=_points(),
        reason=typed.text("reason"),
    )


def _points() -> tuple[Point, ...]:
    """The lines of the form that say anything at all."""
    columns = [[text.strip() for text in request.form.getlist(f"point_{name}")] for name in _COLUMNS]
    lines = zip(*columns, strict=False)
    return tuple(Point(**dict(zip(_COLUMNS, line, strict=True))) for line in lines if any(line))


def _act(code: str, do: Callable[[Transaction], object]) -> Any:
    try:
        with writing() as tx:
            do(tx)
    except LimsError as error:
        return _page(code, error), status_of(error)
    return redirect(url_for("catalogue.instrument_checks", code=code), 303)


def _page(code: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = books.instrument(tx, code)
        plans = books.plans(tx, code)
        page = books.checks(tx, code, request.args.get("after", ""))
    kind = request.form.get("kind") or request.args.get("kind", "")
    offered = next((plan.points for plan in plans if plan.kind == kind), ())
    lines = [vars(point) for point in _points()] if error else [dict(point) for point in offered]
    return render_template(
        "catalogue/instrument_checks.html",
        seen=seen,
        plans=plans,
        page=page,
        kind=kind,
        planned=next((plan for plan in plans if plan.kind == kind), None),
        lines=[*lines, *({} for _ in range(_BLANK_LINES))],
        kinds=KINDS,
        units=UNITS,
        outcomes=OUTCOMES,
        states=STATE_NAMES,
        calibrations=CALIBRATION_NAMES,
        given=request.form,
        error=error,
    )

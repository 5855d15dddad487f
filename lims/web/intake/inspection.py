"""The inspection of a lot piece by piece: its plan, what was found by it, and whether the lot is accepted."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.services import sampling
from lims.services.reading import sampling as plans
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.unit import reading, writing


@blueprint.get("/lots/<no>/inspection")
@needs("sample:draw")
def inspection_page(no: str) -> str:
    return _page(no)


@blueprint.post("/lots/<no>/inspection")
@needs("sample:draw")
def inspect(no: str) -> Any:
    try:
        with writing() as tx:
            sampling.record_inspection(tx, _found(no))
    except LimsError as error:
        return _page(no, error), 409
    return redirect(url_for("intake.inspection_page", no=no), 303)


def _found(no: str) -> sampling.RecordInspection:
    return sampling.RecordInspection(
        no,
        typed.text("characteristic"),
        _needed("inspected"),
        _needed("defectives"),
        _whole("n"),
        _whole("ac"),
        _whole("re"),
        typed.text("reason"),
    )


def _needed(name: str) -> int:
    found = _whole(name)
    if found is None:
        raise BadInput("FIELD_NEEDED", field=name)
    return found


def _whole(name: str) -> int | None:
    """A count as typed; what is typed and no count is refused, never left aside."""
    found = typed.whole(name)
    if found is None and typed.text(name):
        raise BadInput("NOT_A_NUMBER", field=name, text=typed.text(name)[:60])
    return found


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = plans.of_lot(tx, no)
    return render_template("intake/inspection.html", seen=seen, given=request.form, error=error)

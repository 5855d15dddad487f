"""The analyses of a request: one more than proposed, one less, or the limit of one, each with its reason."""

from __future__ import annotations

from typing import Any

from lims.services import choosing
from lims.services import request as requests
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.intake.requests import act


@blueprint.post("/requests/<no>/analyses")
@needs("analysis:choose")
def analysis_add(no: str) -> Any:
    cmd = requests.AddAnalysis(
        request_no=no,
        lot_seq=typed.whole("lot") or 0,
        analyte=typed.text("analyte").upper(),
        method=typed.text("method"),
        reason=typed.text("reason"),
    )
    return act(no, lambda tx: requests.add_analysis(tx, cmd))


@blueprint.post("/requests/<no>/analyses/<int:analysis_id>/cancel")
@needs("analysis:choose")
def analysis_cancel(no: str, analysis_id: int) -> Any:
    return act(no, lambda tx: requests.cancel_analysis(tx, analysis_id, typed.text("reason")))


@blueprint.post("/requests/<no>/analyses/<int:analysis_id>/limit")
@needs("analysis:choose")
def analysis_limit(no: str, analysis_id: int) -> Any:
    """One of the limits that the declaration does not settle."""
    cmd = choosing.ChooseLimit(no, analysis_id, typed.text("limit"), typed.text("reason"))
    return act(no, lambda tx: choosing.choose_limit(tx, cmd))

"""Where the switching rules of sampling inspection stand: resumed, and agreed to be reduced, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import severity
from lims.services.reading import sampling
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.quality import blueprint
from lims.web.unit import reading


@blueprint.get("/sampling")
@needs("nonconformity:close")
def sampling_page() -> str:
    return _page()


def _page(error: LimsError | None = None, acted: int = 0) -> str:
    wanted = request.args.get("severity", "")
    with reading() as tx:
        page = sampling.states(tx, wanted, request.args.get("after", ""))
    return render_template(
        "quality/sampling.html", page=page, severity=wanted, severities=sampling.SEVERITIES, given=request.form,
        acted=acted, error=error,
    )  # fmt: skip


def _act(switching_id: int, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("quality.sampling_page"), lambda error: _page(error, switching_id))


@blueprint.post("/sampling/<int:switching_id>/resume")
@needs("nonconformity:close")
def sampling_resume(switching_id: int) -> Any:
    cmd = severity.Resume(switching_id, "improved" in request.form, "agreed" in request.form, typed.text("reason"))
    return _act(switching_id, lambda tx: severity.resume(tx, cmd))


@blueprint.post("/sampling/<int:switching_id>/agree")
@needs("nonconformity:close")
def sampling_agree(switching_id: int) -> Any:
    cmd = severity.Agree(switching_id, "agreed" in request.form, "steady" in request.form, typed.text("reason"))
    return _act(switching_id, lambda tx: severity.agree(tx, cmd))

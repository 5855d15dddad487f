"""Batches that quality control holds: released with a reason by somebody who did not measure them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import batch
from lims.services.reading import worksheet as worksheets
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.quality import blueprint
from lims.web.unit import reading, writing

STATES = ("held", "running", "passed", "released", "failed")


@blueprint.get("/batches")
@needs("result:see_raw")
def batch_list() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    state = request.args.get("state", "held")
    with reading() as tx:
        items = worksheets.batches(tx, state)
    return render_template(
        "quality/batch_list.html", items=items, state=state, states=STATES, given=request.form, error=error
    )


@blueprint.post("/batches/<no>/release")
@needs("batch:release_held")
def batch_release(no: str) -> Any:
    try:
        with writing() as tx:
            batch.release(tx, no, typed.text("reason"))
    except LimsError as error:
        return _page(error), 409
    return redirect(url_for("quality.batch_list"), 303)

"""Many documents with one signature: lots are picked, signed for once, and issued one by one in the background."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.jobs import here
from lims.services import job
from lims.services.reading import lot as reading_lot
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.release import blueprint
from lims.web.release.lots import TO_CERTIFY
from lims.web.unit import place, reading, signature, writing

SHOWN = 200


@blueprint.get("/certify/together")
@needs("certificate:issue")
def certify_together() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    with reading() as tx:
        page = reading_lot.listing(tx, TO_CERTIFY, request.args.get("after", ""), SHOWN)
    return render_template(
        "release/certify_together.html", page=page, picked=request.form.getlist("lot"), given=request.form, error=error
    )


@blueprint.post("/certify/together")
@needs("certificate:issue")
def certify_ordered() -> Any:
    """The password proves the signature here and now and goes no further; its meaning goes into the order."""
    lots = list(dict.fromkeys(request.form.getlist("lot")))
    try:
        if not lots:
            raise BadInput("JOB_EMPTY", field="lot")
        proof = signature(request.form.get("password", ""), typed.text("meaning"))
        with writing(proof) as tx:
            job_id = job.order(tx, "issue_certificates", {}, [{"name": no, "lot": no} for no in lots])
    except LimsError as error:
        return _page(error), 409
    here.send(place(), job_id)
    return redirect(url_for("jobs.job_page", job_id=job_id), 303)

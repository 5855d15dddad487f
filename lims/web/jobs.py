"""Long work in the page: my jobs, one of them with its progress and the outcome of each item, and stopping it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import job as jobs
from lims.services.reading import job as reading_job
from lims.web.access import signed_in
from lims.web.unit import reading, writing

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


@blueprint.get("/")
@signed_in
def job_list() -> str:
    with reading() as tx:
        page = reading_job.mine(tx, request.args.get("after", ""))
    return render_template("jobs/job_list.html", page=page)


@blueprint.get("/<int:job_id>")
@signed_in
def job_page(job_id: int) -> str:
    return _page(job_id)


def _page(job_id: int, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_job.detail(tx, job_id)
    return render_template("jobs/job.html", seen=seen, error=error)


@blueprint.get("/<int:job_id>/progress")
@signed_in
def job_progress(job_id: int) -> Any:
    """What the page asks for again and again while the work goes on."""
    with reading() as tx:
        head = reading_job.head(tx, job_id)
    return jsonify(status=head.status, done=head.done, total=head.total, refused=head.refused, open=head.under_way)


@blueprint.post("/<int:job_id>/cancel")
@signed_in
def job_cancel(job_id: int) -> Any:
    try:
        with writing() as tx:
            jobs.cancel(tx, job_id)
    except LimsError as error:
        return _page(job_id, error), 409
    return redirect(url_for("jobs.job_page", job_id=job_id), 303)

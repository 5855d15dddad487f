"""Instrument files: upload, preview of what would be written, then accept, refuse or reverse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from lims.domain.rules.errors import LimsError
from lims.jobs import here
from lims.services import job
from lims.services import run as runs
from lims.services import worksheet as worksheets
from lims.services.reading import register
from lims.services.reading import run as reading_run
from lims.services.reading import worksheet as reading_worksheet
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.unit import place, reading, writing


@blueprint.get("/worksheets/<no>/import")
@needs("run:import")
def run_new(no: str) -> str:
    return _form(no)


@blueprint.post("/worksheets/<no>/import")
@needs("run:import")
def run_upload(no: str) -> Any:
    """One file is read at once and shown; several are stored, and read one after the other in the background."""
    files = [file for file in request.files.getlist("file") if file.filename]
    try:
        if len(files) > 1:
            return redirect(url_for("jobs.job_page", job_id=_order(no, files)), 303)
        with writing() as tx:
            previewed = runs.preview(tx, _command(no, files[0] if files else None))
    except LimsError as error:
        return _form(no, error), 422
    return redirect(url_for("bench.run_page", no=previewed.no), 303)


def _command(no: str, file: FileStorage | None) -> runs.ReceiveRun:
    content = file.read(runs.LARGEST + 1) if file else b""
    return runs.ReceiveRun(no, (file.filename or "") if file else "", content, typed.text("instrument"))


def _order(no: str, files: list[FileStorage]) -> int:
    """Every file's bytes are in the store before the order is written; an empty one is an item like the others."""
    with reading() as tx:
        reading_worksheet.grid(tx, no)
    kept = [{"name": (file.filename or "")[:255], "digest": place().files.put(file.read())} for file in files]
    with writing() as tx:
        job_id = job.order(tx, "import_runs", {"worksheet": no, "instrument": typed.text("instrument")}, kept)
    here.send(place(), job_id)
    return job_id


def _form(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_worksheet.grid(tx, no)
        instruments = register.instruments(tx, size=200).items
    return render_template("bench/run_new.html", seen=seen, instruments=instruments, given=request.form, error=error)


@blueprint.post("/worksheets/<no>/vials")
@needs("result:enter")
def worksheet_vials(no: str) -> Any:
    """What the instrument calls each position, where that is not the sample's number."""
    try:
        with writing() as tx:
            for position in reading_worksheet.grid(tx, no).positions:
                vial = typed.text(f"vial.{position.id}")
                if vial != position.vial:
                    worksheets.name_vial(tx, position.id, vial)
    except LimsError as error:
        return _form(no, error), 422
    return redirect(url_for("bench.run_new", no=no), 303)


@blueprint.get("/runs/<no>")
@needs("result:see_raw")
def run_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_run.detail(tx, no)
    verbs = {verb.verb: verb for verb in seen.verbs}
    return render_template("bench/run.html", seen=seen, verbs=verbs, given=request.form, error=error)


def _act(no: str, do: Callable[[Transaction], object]) -> Any:
    try:
        with writing() as tx:
            do(tx)
    except LimsError as error:
        return _page(no, error), 409
    return redirect(url_for("bench.run_page", no=no), 303)


@blueprint.post("/runs/<no>/accept")
@needs("run:import")
def run_accept(no: str) -> Any:
    """All matched readings without a problem, or just the rows that were ticked."""
    rows = tuple(request.form.getlist("row", type=int)) if "some" in request.form else None
    return _act(no, lambda tx: runs.accept(tx, no, rows, typed.text("reason")))


@blueprint.post("/runs/<no>/refuse")
@needs("run:import")
def run_refuse(no: str) -> Any:
    return _act(no, lambda tx: runs.refuse(tx, no, typed.text("reason")))


@blueprint.post("/runs/<no>/reverse")
@needs("run:import")
def run_reverse(no: str) -> Any:
    return _act(no, lambda tx: runs.reverse(tx, no, typed.text("reason")))

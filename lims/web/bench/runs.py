"""Instrument files: upload, preview of what would be written, then accept, refuse or reverse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from lims.domain.rules.errors import LimsError
from lims.jobs import here
from lims.services import job, run_names
from lims.services import run as runs
from lims.services import run_amend as amending
from lims.services import worksheet as worksheets
from lims.services.reading import equipment
from lims.services.reading import run as reading_run
from lims.services.reading import worksheet as reading_worksheet
from lims.services.transaction import Transaction
from lims.web import acting
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
        instruments = equipment.instruments(tx, size=200).items
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
    show, after = request.args.get("show", "all"), request.args.get("after", 0, type=int)
    with reading() as tx:
        seen = reading_run.window(tx, no, show, max(after, 0))
    verbs = {verb.verb: verb for verb in seen.verbs}
    filters = reading_run.FILTERS
    return render_template(
        "bench/run.html", seen=seen, verbs=verbs, given=request.form, error=error, show=show, filters=filters
    )


def _act(no: str, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("bench.run_page", no=no), lambda error: _page(no, error))


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


@blueprint.post("/runs/<no>/names")
@needs("run:import")
def run_name(no: str) -> Any:
    """A name of the file that fits nothing is declared: an analyte for the instrument, or this position's vial."""
    text, key = request.form.get("text", ""), typed.text("key")
    if typed.text("what") == "sample" and key.isascii() and key.isdigit():
        return _act(no, lambda tx: worksheets.name_vial(tx, int(key), text))
    return _act(no, lambda tx: run_names.declare(tx, no, text, key))


@blueprint.post("/runs/<no>/rows/<int:n>/amend")
@needs("run:import")
def run_amend(no: str, n: int) -> Any:
    return _act(no, lambda tx: amending.ask(tx, no, n, typed.text("reason")))


@blueprint.get("/amendments")
@needs("result:see_raw")
def amendment_list() -> str:
    return _amendments()


def _amendments(error: LimsError | None = None) -> str:
    with reading() as tx:
        waiting = reading_run.amendments(tx)
    return render_template("bench/run_amendments.html", waiting=waiting, given=request.form, error=error)


@blueprint.post("/amendments/<int:amendment_id>/<verb>")
@needs("result:retest")
def amendment_answer(amendment_id: int, verb: str) -> Any:
    """A reviewer returns the analysis to the bench, or says why not."""
    do = amending.grant if verb == "grant" else amending.decline
    return acting.act(
        lambda tx: do(tx, amendment_id, typed.text("reason")), url_for("bench.amendment_list"), _amendments
    )

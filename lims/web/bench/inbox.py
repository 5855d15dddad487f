"""The inbox of the bench: what instruments sent and needs a person; laid on a worksheet, read again or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import spool
from lims.services.reading import spool as reading_spool
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.unit import place, reading, writing


@blueprint.get("/inbox")
@needs("run:import")
def inbox() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_spool.inbox(tx, request.args.get("after", ""), everything="all" in request.args)
    return render_template("bench/inbox.html", seen=seen, whole="all" in request.args, error=error, given=request.form)


@blueprint.get("/inbox/<int:spool_id>/file")
@needs("result:see_raw")
def inbox_file(spool_id: int) -> Any:
    """The bytes as they came, to be saved and never to be run."""
    with reading() as tx:
        seen = reading_spool.one(tx, spool_id)
    content = place().files.get(seen.digest)
    answer = Response(content, content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=f"delivery-{spool_id}")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@blueprint.post("/inbox/<int:spool_id>/stage")
@needs("run:import")
def inbox_stage(spool_id: int) -> Any:
    """On the worksheet that the person chose, or on the one whose samples stand in the file."""
    chosen = typed.text("worksheet")
    try:
        if not chosen:
            with reading() as tx:
                chosen = spool.sheet_for(tx, spool_id)
        with writing() as tx:
            no = spool.stage(tx, spool_id, chosen)
    except LimsError as error:
        return _page(error), 409
    return redirect(url_for("bench.run_page", no=no), 303)


@blueprint.post("/inbox/<int:spool_id>/retry")
@needs("run:import")
def inbox_retry(spool_id: int) -> Any:
    return _act(lambda tx: spool.retry(tx, spool_id))


@blueprint.post("/inbox/<int:spool_id>/refuse")
@needs("run:import")
def inbox_refuse(spool_id: int) -> Any:
    return _act(lambda tx: spool.refuse(tx, spool_id, typed.text("reason")))


def _act(do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("bench.inbox"), lambda error: _page(error))

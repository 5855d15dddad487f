"""Batches and brackets that quality control holds: released with a reason by a second person, or failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import batch, bracket, qc_positions, result
from lims.services.reading import worksheet as worksheets
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.quality import blueprint
from lims.web.unit import reading

STATES = ("held", "running", "passed", "released", "failed")


@blueprint.get("/batches")
@needs("result:see_raw")
def batch_list() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    state = request.args.get("state", "held")
    with reading() as tx:
        page = worksheets.batches(tx, state, request.args.get("after", ""))
    return render_template(
        "quality/batch_list.html", page=page, state=state, states=STATES, given=request.form, error=error
    )


def _act(do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("quality.batch_list"), lambda error: _page(error))


@blueprint.post("/batches/<no>/release")
@needs("batch:release_held")
def batch_release(no: str) -> Any:
    return _act(lambda tx: batch.release(tx, no, typed.text("reason")))


@blueprint.post("/batches/<no>/fail")
@needs("batch:release_held")
def batch_fail(no: str) -> Any:
    return _act(lambda tx: batch.fail(tx, no, typed.text("reason")))


@blueprint.post("/brackets/<int:bracket_id>/release")
@needs("batch:release_held")
def bracket_release(bracket_id: int) -> Any:
    return _act(lambda tx: bracket.release(tx, bracket_id, typed.text("reason")))


@blueprint.post("/brackets/<int:bracket_id>/fail")
@needs("batch:release_held")
def bracket_fail(bracket_id: int) -> Any:
    return _act(lambda tx: bracket.fail(tx, bracket_id, typed.text("reason")))


@blueprint.get("/worksheets/<no>")
@needs("result:see_raw")
def control_page(no: str) -> str:
    return _control(no)


def _control(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = worksheets.grid(tx, no)
    return render_template("quality/control.html", seen=seen, given=request.form, error=error, kinds=ADDED)


ADDED = ("blank", "crm", "ccv", "duplicate", "spike", "calibration", "positive_control", "negative_control")


def _on_worksheet(no: str, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("quality.control_page", no=no), lambda error: _control(no, error))


@blueprint.post("/worksheets/<no>/positions")
@needs("worksheet:make")
def position_add(no: str) -> Any:
    def add(tx: Transaction) -> None:
        of_position = typed.whole("of_position")
        asked = (typed.text("kind"), typed.text("material"), typed.text("expected"), of_position)
        qc_positions.add(tx, qc_positions.AddPosition(no, *asked))

    return _on_worksheet(no, add)


@blueprint.post("/worksheets/<no>/positions/<int:position_id>/drop")
@needs("worksheet:make")
def position_drop(no: str, position_id: int) -> Any:
    return _on_worksheet(no, lambda tx: qc_positions.drop(tx, position_id, typed.text("reason")))


@blueprint.post("/worksheets/<no>/positions/<int:position_id>/found")
@needs("result:enter")
def position_found(no: str, position_id: int) -> Any:
    """A finding without the grid: of what the position is for, or of one aspect of an injection."""
    analyte, text, aspect = typed.text("analyte"), typed.text("text"), typed.text("aspect")
    return _on_worksheet(no, lambda tx: result.enter_qc(tx, position_id, analyte, text, aspect))

"""Drawing a sample from a lot: the sampling record with two samplers and seal, and the plan it is drawn by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.services import sample as samples
from lims.services.reading import lot as lots
from lims.services.reading import sampling as plans
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.unit import reading, writing


@blueprint.get("/lots/<no>/draw")
@needs("sample:draw")
def draw_form(no: str) -> str:
    return _form(no)


@blueprint.post("/lots/<no>/draw")
@needs("sample:draw")
def draw(no: str) -> Any:
    if request.form.get("act") == "check":
        return _form(no)
    try:
        with writing() as tx:
            drawn = samples.draw(tx, _record(tx, no))
    except LimsError as error:
        return _form(no, error), 422
    return redirect(url_for("intake.sample_page", no=drawn.no), 303)


def _record(tx: Transaction, no: str) -> samples.DrawSample:
    return samples.DrawSample(
        lot_no=no,
        sampler_1=typed.text("sampler_1"),
        sampler_2=typed.text("sampler_2"),
        seal_no=typed.text("seal_no"),
        place=typed.text("place"),
        plan=typed.text("plan"),
        increments=typed.whole("increments") or 1,
        environment=typed.text("environment"),
        drawn_at=_moment(tx, typed.text("drawn_at")),
        portions=tuple(samples.PortionCommand(*part) for part in _portions()),
        shortfall_reason=typed.text("shortfall_reason"),
    )


def _portions() -> tuple[tuple[str, str, str], ...]:
    """Those ticked, as (use, amount, unit); the test portion is always one of them."""
    return tuple(
        (use, typed.text(f"amount.{use}"), typed.text(f"unit.{use}"))
        for use in samples.USES
        if use == "test" or f"portion.{use}" in request.form
    )


def _untouched() -> tuple[tuple[str, str, str], ...]:
    """A fresh page has every portion ticked and no amount in it."""
    return tuple((use, "", "g") for use in samples.USES)


def _moment(tx: Transaction, text: str) -> datetime | None:
    """A moment typed in the laboratory's own zone; empty means now, the future is refused."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=tx.place.zone)
    except ValueError:
        raise BadInput("NOT_A_DATE", field="drawn_at", value=text[:40]) from None
    if moment > tx.now:
        raise BadInput("IN_THE_FUTURE", field="drawn_at", value=text[:40])
    return moment


def _form(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = lots.detail(tx, no)
        planned = plans.of_lot(tx, no, _portions() if request.form else _untouched())
        me = tx.actor.name
    return render_template(
        "intake/draw.html", seen=seen, planned=planned, me=me, uses=samples.USES, given=request.form, error=error
    )

"""The review queue: submitted results, clean ones together, exceptions one by one; return and retest with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, render_template, request, url_for

from lims.domain.rules.errors import BadInput, LimsError
from lims.domain.rules.permissions import grants
from lims.services import result as results
from lims.services.reading import product as products
from lims.services.reading import review as reading_review
from lims.services.transaction import Transaction
from lims.web.access import needs, signed_in
from lims.web.acting import act
from lims.web.catalogue import typed
from lims.web.release import blueprint
from lims.web.unit import reading

ROOMS = (
    ("result:verify", "release.review"),
    ("sample:approve", "release.approval_list"),
    ("lot:decide", "release.lot_list"),
    ("certificate:issue", "release.certify_list"),
    ("certificate:read", "release.certificate_list"),
)
"""The page of this room that each duty begins on, in the order of the chain."""


@blueprint.get("/")
@signed_in
def home() -> Any:
    mine = next((endpoint for right, endpoint in ROOMS if grants(g.actor, right)), "home.home")
    return redirect(url_for(mine), 303)


@blueprint.get("/review")
@needs("result:verify")
def review() -> str:
    return _page()


def _page(error: LimsError | None = None) -> str:
    with reading() as tx:
        items = reading_review.queue(tx)
        named = products.names(tx, (item.product for item in items))
    items = tuple(sorted(items, key=lambda item: item.clean))
    return render_template("release/review.html", items=items, named_goods=named, given=request.form, error=error)


def _act(do: Callable[[Transaction], object]) -> Any:
    return act(do, url_for("release.review"), _page)


@blueprint.post("/review/verify")
@needs("result:verify")
def verify() -> Any:
    """Those that are ticked, in one transaction: all are verified or none."""
    chosen = request.form.getlist("analysis", type=int)

    def every(tx: Transaction) -> None:
        if not chosen:
            raise BadInput("NOTHING_CHOSEN", field="analysis")
        for analysis_id in chosen:
            results.verify(tx, analysis_id)

    return _act(every)


@blueprint.post("/review/<int:analysis_id>/return")
@needs("result:retest")
def send_back(analysis_id: int) -> Any:
    return _act(lambda tx: results.send_back(tx, analysis_id, typed.text("reason")))


@blueprint.post("/review/<int:analysis_id>/retest")
@needs("result:retest")
def retest(analysis_id: int) -> Any:
    return _act(lambda tx: results.retest(tx, analysis_id, typed.text("reason")))

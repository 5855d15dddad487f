"""Proficiency tests: rounds with their scores, the history of a score, and the conclusion that a bad one asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import proficiency
from lims.services.reading import proficiency as rounds
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.quality import blueprint, picture
from lims.web.unit import reading, writing


@blueprint.get("/proficiency")
@needs("result:see_raw")
def round_list() -> str:
    return _list()


def _list(error: LimsError | None = None) -> str:
    waiting = request.args.get("open", "") == "1"
    with reading() as tx:
        page = rounds.listing(tx, waiting, request.args.get("after", ""))
    return render_template("quality/round_list.html", page=page, waiting=waiting, given=request.form, error=error)


@blueprint.post("/proficiency")
@needs("proficiency:enter")
def round_register() -> Any:
    try:
        cmd = proficiency.RegisterRound(
            typed.text("provider"), typed.text("scheme"), typed.text("round"), typed.text("material"),
            typed.day("received_on"), typed.day("reported_on"), typed.day("closed_on"),
        )  # fmt: skip
        with writing() as tx:
            made = proficiency.register(tx, cmd)
    except LimsError as error:
        return _list(error), 409
    return redirect(url_for("quality.round_page", round_id=made), 303)


@blueprint.get("/proficiency/<int:round_id>")
@needs("result:see_raw")
def round_page(round_id: int) -> str:
    return _page(round_id)


def _page(round_id: int, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = rounds.one(tx, round_id)
    return render_template(
        "quality/round.html", seen=seen, given=request.form, error=error, figure=picture.shown
    )


def _act(round_id: int, do: Callable[[Transaction], object]) -> Any:
    return acting.act(do, url_for("quality.round_page", round_id=round_id), lambda error: _page(round_id, error))


@blueprint.post("/proficiency/<int:round_id>/scores")
@needs("proficiency:enter")
def score_enter(round_id: int) -> Any:
    names = ("method", "analyte", "value", "assigned", "unit", "sigma_pt", "u_assigned", "expanded", "k")
    cmd = proficiency.EnterScore(round_id, **{name: typed.text(name) for name in names})
    return _act(round_id, lambda tx: proficiency.enter(tx, cmd))


@blueprint.post("/proficiency/<int:round_id>/scores/<int:score_id>/conclude")
@needs("proficiency:conclude")
def score_conclude(round_id: int, score_id: int) -> Any:
    return _act(round_id, lambda tx: proficiency.conclude(tx, score_id, typed.text("conclusion")))


@blueprint.get("/proficiency/scores/<int:score_id>.svg")
@needs("result:see_raw")
def score_picture(score_id: int) -> Response:
    with reading() as tx:
        rows = rounds.history(tx, score_id)
    title = f"{rows[-1][1].method} · {rows[-1][1].analyte}"
    return Response(picture.of_scores(title, rows), mimetype="image/svg+xml")

"""Lots: those that wait for a decision, the decision and its versions, holding, proof, another round, the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import cancelling, certificate
from lims.services import lot as lots
from lims.services.reading import lot as reading_lot
from lims.services.reading import sampling as reading_sampling
from lims.services.transaction import Signature, Transaction
from lims.web.access import needs
from lims.web.acting import act
from lims.web.catalogue import typed
from lims.web.release import blueprint
from lims.web.release.drawing import scale_of
from lims.web.unit import reading, signature, writing

TO_DECIDE = ("reported", "held")
TO_CERTIFY = ("decided",)


@blueprint.get("/lots")
@needs("request:see")
def lot_list() -> str:
    wanted = request.args.get("state", "")
    with reading() as tx:
        page = reading_lot.listing(tx, (wanted,) if wanted else TO_DECIDE, request.args.get("after", ""))
    return render_template("release/lot_list.html", page=page, state=wanted, step="decide")


@blueprint.get("/certify")
@needs("certificate:issue")
def certify_list() -> str:
    with reading() as tx:
        page = reading_lot.listing(tx, TO_CERTIFY, request.args.get("after", ""))
    return render_template("release/lot_list.html", page=page, state="", step="certify")


@blueprint.get("/lots/<no>")
@needs("request:see")
def lot_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    finding = request.values.get("finding", "")
    with reading() as tx:
        seen = reading_lot.detail(tx, no, finding)
        inspections = reading_sampling.of_lot_no(tx, no)
    verbs = {verb.verb: verb for verb in seen.verbs}
    drawn = {one.id: scale_of(one) for one in seen.analyses}
    anew = lots.without_hold(seen.proposal) if seen.proposal else None
    return render_template(
        "release/lot.html", seen=seen, verbs=verbs, drawn=drawn, anew=anew, inspections=inspections,
        given=request.form, error=error,
    )


def _act(no: str, do: Callable[[Transaction], object], proof: Callable[[], Signature] | None = None) -> Any:
    return act(do, url_for("release.lot_page", no=no), lambda error: _page(no, error), proof)


@blueprint.post("/lots/<no>/decide")
@needs("lot:decide")
def lot_decide(no: str) -> Any:
    return _act(no, lambda tx: lots.decide(tx, _decision(no)))


@blueprint.post("/lots/<no>/redecide")
@needs("lot:hold")
def lot_redecide(no: str) -> Any:
    return _act(no, lambda tx: lots.redecide(tx, _decision(no)))


def _decision(no: str) -> lots.DecideLot:
    version = typed.whole("version")
    return lots.DecideLot(no, typed.text("disposition"), typed.text("reason"), version, typed.text("finding"))


@blueprint.post("/lots/<no>/hold")
@needs("lot:hold")
def lot_hold(no: str) -> Any:
    return _act(no, lambda tx: lots.hold(tx, no, typed.text("reason"), typed.whole("version")))


@blueprint.post("/lots/<no>/unhold")
@needs("lot:hold")
def lot_unhold(no: str) -> Any:
    return _act(no, lambda tx: lots.unhold(tx, no, typed.text("reason"), typed.whole("version")))


@blueprint.post("/lots/<no>/prove")
@needs("lot:prove")
def lot_prove(no: str) -> Any:
    return _act(no, lambda tx: lots.prove(tx, no, typed.text("proof"), typed.whole("version")))


@blueprint.post("/lots/<no>/close")
@needs("lot:hold")
def lot_close(no: str) -> Any:
    return _act(no, lambda tx: lots.close(tx, no, typed.whole("version")))


@blueprint.post("/lots/<no>/reinspect")
@needs("lot:hold")
def lot_reinspect(no: str) -> Any:
    return _act(no, lambda tx: lots.reinspect(tx, no, typed.whole("version")))


@blueprint.post("/lots/<no>/cancel")
@needs("lot:cancel")
def lot_cancel(no: str) -> Any:
    return _act(no, lambda tx: cancelling.cancel(tx, no, typed.text("reason")))


@blueprint.post("/lots/<no>/certify")
@needs("certificate:issue")
def lot_certify(no: str) -> Any:
    """One signing act: the document is numbered, frozen, rendered, signed and stored."""
    try:
        meaning = typed.text("meaning")
        proof = signature(request.form.get("password", ""), meaning)
        with writing(proof) as tx:
            issued = certificate.issue(tx, certificate.IssueCertificate(no, meaning=meaning))
    except LimsError as error:
        return _page(no, error), 409
    return redirect(url_for("release.certificate_page", no=issued.no), 303)

"""Certificates: the list, one of them with its PDF as issued, and withdrawal by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from flask.wrappers import Response

from lims.domain.rules.errors import LimsError
from lims.domain.rules.workflow import states
from lims.services import certificate
from lims.services.reading import certificate as reading_certificate
from lims.services.transaction import Signature, Transaction
from lims.web.access import needs
from lims.web.acting import act
from lims.web.catalogue import typed
from lims.web.intake.download import handed_out
from lims.web.release import blueprint
from lims.web.unit import reading, signature


@blueprint.get("/certificates")
@needs("certificate:read")
def certificate_list() -> str:
    state = request.args.get("state", "")
    with reading() as tx:
        page = reading_certificate.listing(tx, state, request.args.get("after", ""))
    return render_template(
        "release/certificate_list.html", page=page, state=state, states=states("certificate")
    )


@blueprint.get("/certificates/<no>")
@needs("certificate:read")
def certificate_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_certificate.detail(tx, no)
        public_url = tx.place.public_url.rstrip("/")
    verbs = {verb.verb: verb for verb in seen.verbs}
    link = f"{public_url}/verify/{seen.item.no}?c={seen.verify_code}"
    return render_template(
        "release/certificate.html", seen=seen, verbs=verbs, link=link, given=request.form, error=error
    )


@blueprint.get("/certificates/<no>.pdf")
@needs("certificate:read")
def certificate_pdf(no: str) -> Response:
    with reading() as tx:
        content = certificate.pdf(tx, no)
    return handed_out(content, f"{no}.pdf")


@blueprint.post("/certificates/<no>/ask-withdrawal")
@needs("certificate:withdraw")
def certificate_ask_withdrawal(no: str) -> Any:
    return _act(no, lambda tx: certificate.ask_withdrawal(tx, no, typed.text("reason")))


@blueprint.post("/certificates/<no>/withdraw")
@needs("certificate:withdraw")
def certificate_withdraw(no: str) -> Any:
    """By a second person, who signs for it."""
    return _act(
        no,
        lambda tx: certificate.withdraw(tx, no, typed.text("reason")),
        lambda: signature(request.form.get("password", ""), typed.text("meaning")),
    )


def _act(no: str, do: Callable[[Transaction], object], proof: Callable[[], Signature] | None = None) -> Any:
    return act(do, url_for("release.certificate_page", no=no), lambda error: _page(no, error), proof)

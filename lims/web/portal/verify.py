"""The page that the code on a certificate opens: one sentence, in two languages, for anybody and without an account."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import NotFound
from lims.services import certificate
from lims.services.transaction import view
from lims.web.access import public
from lims.web.messages import word
from lims.web.portal import blueprint
from lims.web.portal.rate import Counter
from lims.web.unit import address, now, place

asked = Counter()


@blueprint.get("/verify")
@public
def verify_form() -> Any:
    """Number and code typed by hand, as they stand on the paper."""
    number = request.args.get("number", "").strip()
    if number:
        return verify(number)
    return render_template("portal/verify.html", no="", status=None, verdict="ask")


@blueprint.get("/verify/<no>")
@public
def verify(no: str) -> Any:
    if asked.too_many(address(), int(now().timestamp())):
        return render_template("portal/verify.html", no=no, status=None, verdict="too_many"), 429
    code = request.args.get("c", "").strip()
    with view(place(), SYSTEM, now()) as tx:
        try:
            status = certificate.public_status(tx, no, code)
        except NotFound:
            return render_template("portal/verify.html", no=no, status=None, verdict="unknown"), 404
    verdict = {"issued": "current", "superseded": "superseded", "withdrawn": "withdrawn"}.get(status.state, "unknown")
    words = tuple(word("verdict", status.verdict, language).text for language in ("zh", "en"))
    return render_template("portal/verify.html", no=no, status=status, verdict=verdict, words=words)

"""Approving a sample: its results in full, then the signatory's own signature."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import approval
from lims.services.reading import product as products
from lims.services.reading import sample as samples
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.release import blueprint
from lims.web.unit import reading, signature, writing


@blueprint.get("/samples")
@needs("sample:approve")
def approval_list() -> str:
    with reading() as tx:
        page = samples.to_approve(tx, request.args.get("after", ""))
        named = products.names(tx, (item.product for item in page.items))
    return render_template("release/approval_list.html", page=page, named_goods=named)


@blueprint.get("/samples/<no>")
@needs("sample:approve")
def approval_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = samples.detail(tx, no)
        named = products.names(tx, (seen.product,))
    verbs = {verb.verb: verb for verb in seen.verbs}
    return render_template(
        "release/approval.html", seen=seen, verbs=verbs, named_goods=named, given=request.form, error=error
    )


@blueprint.post("/samples/<no>")
@needs("sample:approve")
def approve(no: str) -> Any:
    try:
        proof = signature(request.form.get("password", ""), typed.text("meaning"))
        with writing(proof) as tx:
            approval.approve(tx, no)
    except LimsError as error:
        return _page(no, error), 409
    return redirect(url_for("release.approval_list"), 303)

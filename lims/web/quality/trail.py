"""The trail for those who may read it: events newest first, one object's or all, and whether the chain holds."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for

from lims.domain.rules.permissions import grants
from lims.services.reading import trail
from lims.web.access import needs, signed_in
from lims.web.quality import blueprint
from lims.web.unit import reading


@blueprint.get("/")
@signed_in
def home() -> Any:
    return redirect(url_for("quality.trail_page" if grants(g.actor, "trail:read") else "quality.batch_list"), 303)


@blueprint.get("/trail")
@needs("trail:read")
def trail_page() -> str:
    number, kind = request.args.get("no", "").strip(), request.args.get("kind", "")
    with reading() as tx:
        page = trail.events(tx, kind, number, request.args.get("after", ""), 50)
        chain = trail.chain(tx) if "verify" in request.args and grants(g.actor, "trail:verify") else None
    return render_template(
        "quality/trail.html",
        page=page,
        no=number,
        kind=kind,
        chain=chain,
        may_verify=bool(grants(g.actor, "trail:verify")),
    )

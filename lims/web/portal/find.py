"""The one box on every page: a scanned or typed number opens the page of what it names."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for

from lims.domain.rules.permissions import grants
from lims.services.reading import find as numbers
from lims.web.access import signed_in
from lims.web.portal import blueprint
from lims.web.unit import reading

PAGES = {
    "sample": "intake.sample_page",
    "request": "intake.request_page",
    "lot": "release.lot_page",
    "worksheet": "bench.grid_page",
    "run": "bench.run_page",
    "certificate": "release.certificate_page",
}


@blueprint.get("/find")
@signed_in
def find() -> Any:
    text = request.args.get("q", "").strip()
    with reading() as tx:
        found = numbers.find(tx, text)
        if found is not None and found.noun == "sample":
            sheet = numbers.open_worksheet(tx, found.no) if grants(g.actor, "result:enter") else ""
            if sheet:
                return redirect(url_for("bench.grid_page", no=sheet, sample=found.no))
    if found is None:
        return render_template("portal/find.html", q=text), 404
    if found.noun == "material_lot":
        return redirect(url_for("bench.material_lot", barcode=found.no))
    return redirect(url_for(PAGES[found.noun], no=found.no))

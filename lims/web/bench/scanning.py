"""Scan to use: a lot's label read on the page of a worksheet, and a use that was a mistake struck out."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from lims.services import material_use
from lims.services.reading import find as numbers
from lims.services.reading import material as reading_material
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.bench.worksheets import act
from lims.web.catalogue import typed
from lims.web.unit import reading


@blueprint.post("/worksheets/<no>/materials")
@needs("material:use")
def worksheet_scan(no: str) -> Any:
    """What is no lot but has another known number (a sample's tube) is opened instead, as a scan anywhere does."""
    scanned = typed.text("no")
    with reading() as tx:
        elsewhere = not reading_material.named(tx, scanned) and numbers.find(tx, scanned) is not None
    if elsewhere:
        return redirect(url_for("portal.find", q=scanned), 303)
    return act(no, lambda tx: material_use.scan(tx, no, scanned, typed.whole("position")))


@blueprint.post("/worksheets/<no>/materials/<int:use_id>/strike")
@needs("material:use")
def worksheet_strike(no: str, use_id: int) -> Any:
    return act(no, lambda tx: material_use.strike(tx, use_id, request.form.get("reason", "")))

"""One lot: its page with the tree both ways, what may be done with it, its label and its certificate's paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.wrappers import Response

from lims.domain.rules.errors import LimsError
from lims.services import material as materials
from lims.services.reading import material as reading_material
from lims.services.reading import material_tree
from lims.services.transaction import Transaction
from lims.services.version import unchanged
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.errors import status_of
from lims.web.intake.download import handed_out
from lims.web.unit import reading, writing


@blueprint.get("/materials/lots/<barcode>")
@needs("material:see")
def material_lot(barcode: str) -> str:
    return _page(barcode)


@blueprint.post("/materials/lots/<barcode>/open")
@needs("material:use")
def material_open(barcode: str) -> Any:
    return _act(barcode, lambda tx: materials.open_lot(tx, barcode, typed.day("on")))


@blueprint.post("/materials/lots/<barcode>/use-up")
@needs("material:use")
def material_use_up(barcode: str) -> Any:
    return _act(barcode, lambda tx: materials.use_up(tx, barcode, typed.text("reason")))


@blueprint.post("/materials/lots/<barcode>/expire")
@needs("material:use")
def material_expire(barcode: str) -> Any:
    return _act(barcode, lambda tx: materials.expire(tx, barcode))


@blueprint.post("/materials/lots/<barcode>/extend")
@needs("material:withdraw")
def material_extend(barcode: str) -> Any:
    return _act(
        barcode, lambda tx: materials.extend(tx, barcode, typed.needed_day("until"), typed.text("reason"))
    )


@blueprint.post("/materials/lots/<barcode>/withdraw")
@needs("material:withdraw")
def material_withdraw(barcode: str) -> Any:
    return _act(barcode, lambda tx: materials.withdraw(tx, barcode, typed.text("reason")))


@blueprint.post("/materials/lots/<barcode>/papers")
@needs("material:receive")
def material_paper_add(barcode: str) -> Any:
    file = request.files.get("file")
    content = file.read(materials.LARGEST + 1) if file else b""
    name, media_type = (file.filename or "", file.mimetype or "") if file else ("", "")
    return _act(barcode, lambda tx: materials.attach(tx, barcode, name, media_type, content))


@blueprint.get("/materials/papers/<int:attachment_id>")
@needs("material:see")
def material_paper(attachment_id: int) -> Response:
    with reading() as tx:
        found = materials.fetch(tx, attachment_id)
    return handed_out(found.content, found.name, "application/octet-stream", inline=False)


@blueprint.get("/materials/lots/<barcode>/label.pdf")
@needs("material:see")
def material_label(barcode: str) -> Response:
    """The drawing library is loaded with the first label, not with the server."""
    from reports.labels.sample import SampleLabel, Size, roll

    with reading() as tx:
        seen = reading_material.label(tx, barcode)
    label = SampleLabel(seen.barcode, f"{seen.name_zh} {seen.name_en}".strip(), seen.until, seen.lines)
    size = Size.__members__.get(request.args.get("size", "").upper(), Size.SMALL)
    return handed_out(roll([label], size), f"label-{seen.barcode}.pdf")


def _act(barcode: str, do: Callable[[Transaction], object]) -> Any:
    """An act from a page that is no longer true is refused."""
    try:
        seen = typed.whole("version")
        with writing() as tx:
            unchanged(materials.lot(tx, barcode), seen)
            do(tx)
    except LimsError as error:
        return _page(barcode, error), status_of(error)
    return redirect(url_for("bench.material_lot", barcode=barcode), 303)


def _page(barcode: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_material.detail(tx, barcode)
    return render_template(
        "bench/material_lot.html", seen=seen, most=material_tree.MOST_LINES, given=request.form, error=error
    )

"""Pages of materials: the list of lots, receiving one, preparing a solution, and the kinds of material themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.dilution import AMOUNTS
from lims.domain.material import KINDS
from lims.domain.rules.errors import BadInput, LimsError
from lims.domain.rules.workflow import states
from lims.services import material as materials
from lims.services import preparation
from lims.services.reading import material as reading_material
from lims.web.access import needs
from lims.web.bench import blueprint
from lims.web.catalogue import typed
from lims.web.errors import status_of
from lims.web.unit import reading, writing

ROWS, MOST_ROWS = 4, 60


@blueprint.get("/materials")
@needs("material:see")
def material_list() -> str:
    asked = {name: request.args.get(name, "") for name in ("kind", "state", "q", "soon")}
    with reading() as tx:
        page = reading_material.listing(
            tx, asked["kind"], asked["state"], asked["q"], asked["soon"] == "1", request.args.get("after", "")
        )
    return render_template(
        "bench/material_list.html", page=page, asked=asked, kinds=KINDS, states=states("material_lot")
    )


@blueprint.get("/materials/receive")
@needs("material:receive")
def material_receive_form() -> str:
    return _receive_page()


@blueprint.post("/materials/receive")
@needs("material:receive")
def material_receive() -> Any:
    try:
        cmd = materials.ReceiveLot(
            material=typed.text("material"),
            lot_no=typed.text("lot_no"),
            supplier=typed.text("supplier"),
            certificate_no=typed.text("certificate_no"),
            expiry=typed.day("expiry"),
            received_on=typed.day("received_on"),
            open_days=typed.whole("open_days"),
            quantity=typed.text("quantity"),
            unit=typed.text("unit"),
            place=typed.text("place"),
            barcode=typed.text("barcode"),
            values=tuple(_values(request.form.get("values", ""))),
        )
        with writing() as tx:
            barcode = materials.receive(tx, cmd)
            paper = request.files.get("file")
            if paper is not None and paper.filename:
                content = paper.read(materials.LARGEST + 1)
                materials.attach(tx, barcode, paper.filename, paper.mimetype or "", content)
    except LimsError as error:
        return _receive_page(error), status_of(error)
    return redirect(url_for("bench.material_lot", barcode=barcode), 303)


def _values(text: str) -> Iterator[tuple[str, str, str]]:
    """``PB 1000 ± 4 mg/L`` a line: the code of the analyte, then its value by the one grammar."""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        analyte, _, value = line.partition(" ")
        yield analyte, value.strip(), ""


def _receive_page(error: LimsError | None = None) -> str:
    with reading() as tx:
        known = reading_material.materials(tx)
    given = request.form or request.args
    return render_template("bench/material_receive.html", known=known, units=AMOUNTS, given=given, error=error)


@blueprint.get("/materials/prepare")
@needs("material:prepare")
def material_prepare_form() -> str:
    return _prepare_page()


@blueprint.post("/materials/prepare")
@needs("material:prepare")
def material_prepare() -> Any:
    """Enter in a row only looks the lots up and shows the next row, so that a scanner never sends the form."""
    if "more" in request.form:
        return _prepare_page()
    try:
        cmd = preparation.Prepare(
            material=typed.text("material"),
            parts=tuple(_parts()),
            final=typed.text("final"),
            final_unit=typed.text("final_unit"),
            final_tolerance=typed.text("final_tolerance"),
            unit=typed.text("unit"),
            expiry=typed.day("expiry"),
            place=typed.text("place"),
            note=typed.text("note"),
            barcode=typed.text("barcode"),
        )
        with writing() as tx:
            barcode = preparation.prepare(tx, cmd)
    except LimsError as error:
        return _prepare_page(error), status_of(error)
    return redirect(url_for("bench.material_lot", barcode=barcode), 303)


def _parts() -> Iterator[preparation.Part]:
    """The rows that name a lot, in their order."""
    columns = [request.form.getlist(name) for name in ("part", "taken", "taken_unit", "taken_tolerance")]
    if len({len(column) for column in columns}) != 1:
        raise BadInput("FIELD_NEEDED", field="taken")
    for barcode, taken, unit, tolerance in zip(*columns, strict=True):
        if barcode.strip():
            yield preparation.Part(barcode.strip(), taken.strip(), unit, tolerance.strip())


def _prepare_page(error: LimsError | None = None) -> str:
    columns = [request.form.getlist(name) for name in ("part", "taken", "taken_unit", "taken_tolerance")]
    rows = [list(row) for row in zip(*columns, strict=False)] or [[request.args.get("part", ""), "", "mL", ""]]
    filled = [row for row in rows if row[0].strip()]
    rows = [*filled, *([["", "", "mL", ""]] * max(1, ROWS - len(filled)))][:MOST_ROWS]
    with reading() as tx:
        known = reading_material.materials(tx)
        seen = reading_material.looked_up(tx, [row[0] for row in filled])
    return render_template(
        "bench/material_prepare.html", known=known, seen=seen, rows=rows, units=AMOUNTS, given=request.form, error=error
    )


@blueprint.get("/materials/kinds")
@needs("material:see")
def material_kinds() -> str:
    return _kinds_page()


@blueprint.post("/materials/kinds")
@needs("material:define")
def material_define() -> Any:
    try:
        cmd = materials.DefineMaterial(
            typed.text("code"), typed.text("name_zh"), typed.text("name_en"), typed.text("kind"), typed.text("cas"),
            typed.text("hazard"), typed.text("storage"), typed.whole("open_days"),
        )  # fmt: skip
        with writing() as tx:
            materials.define(tx, cmd)
    except LimsError as error:
        return _kinds_page(error), status_of(error)
    return redirect(url_for("bench.material_kinds"), 303)


def _kinds_page(error: LimsError | None = None) -> str:
    with reading() as tx:
        known = reading_material.materials(tx)
    return render_template("bench/material_kinds.html", known=known, kinds=KINDS, given=request.form, error=error)

"""Pages of the look-backs: which are open, and every result of one, judged in groups and exported."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.services import look_back
from lims.services.reading import look_back as books
from lims.web.access import needs
from lims.web.catalogue import blueprint, typed
from lims.web.errors import status_of
from lims.web.unit import reading, writing

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run if a cell began with it."""
_COLUMNS = (
    "sample_no", "analyte", "analyte_zh", "analyte_en", "method", "text", "unit", "entered_name", "entered_at", "state",
    "replaced", "certificates", "conclusion", "reason", "judged_name", "judged_at",
)  # fmt: skip


@blueprint.get("/look-backs")
@needs("result:see_raw")
def look_backs() -> str:
    code = request.args.get("instrument", "")
    with reading() as tx:
        found = books.open_ones(tx, code)
    return render_template("catalogue/look_backs.html", found=found, code=code)


@blueprint.get("/look-backs/<int:look_back_id>")
@needs("result:see_raw")
def look_back_page(look_back_id: int) -> str:
    return _page(look_back_id)


@blueprint.post("/look-backs/<int:look_back_id>")
@needs("instrument:judge")
def look_back_judge(look_back_id: int) -> Any:
    cmd = look_back.JudgeResults(
        look_back_id,
        tuple(request.form.getlist("result", type=int)),
        typed.text("conclusion"),
        typed.text("reason"),
    )
    try:
        with writing() as tx:
            look_back.judge(tx, cmd)
    except LimsError as error:
        return _page(look_back_id, error), status_of(error)
    return redirect(
        url_for("catalogue.look_back_page", look_back_id=look_back_id, after=request.args.get("after", "")), 303
    )


@blueprint.get("/look-backs/<int:look_back_id>.csv")
@needs("result:see_raw")
def look_back_export(look_back_id: int) -> Response:
    """Every result of the look-back as it stands now."""
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    with reading() as tx:
        books.one(tx, look_back_id)
        for row in books.every(tx, look_back_id):
            cells = ("" if value is None else str(value) for value in (getattr(row, name) for name in _COLUMNS))
            table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"look-back-{look_back_id}.csv")
    return answer


def _page(look_back_id: int, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = books.one(tx, look_back_id)
        page = books.touched(tx, look_back_id, request.args.get("after", ""))
    return render_template(
        "catalogue/look_back.html",
        seen=seen,
        page=page,
        after=request.args.get("after", ""),
        conclusions=look_back.CONCLUSIONS,
        chosen=set(request.form.getlist("result", type=int)),
        given=request.form,
        error=error,
    )

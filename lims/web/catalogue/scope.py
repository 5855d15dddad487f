"""Page of the accreditation scope: which mark may stand beside results of which method edition and analyte."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.accreditation import MARKS
from lims.domain.rules.errors import LimsError
from lims.services import register
from lims.services.reading import register as books
from lims.web.access import needs, signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.errors import status_of
from lims.web.unit import reading, writing


@blueprint.get("/scope")
@signed_in
def scope() -> str:
    return _page()


@blueprint.post("/scope")
@needs("catalogue:propose")
def scope_add() -> Any:
    try:
        cmd = register.AddScope(
            mark=typed.text("mark"),
            registration_no=typed.text("registration_no"),
            category=typed.text("category") or "*",
            method=typed.text("method"),
            analyte=typed.text("analyte") or "*",
            valid_from=typed.needed_day("valid_from"),
            valid_to=typed.day("valid_to"),
        )
        with writing() as tx:
            register.add_scope(tx, cmd)
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("catalogue.scope", q=cmd.method), 303)


@blueprint.post("/scope/<int:scope_id>/end")
@needs("catalogue:propose")
def scope_end(scope_id: int) -> Any:
    try:
        with writing() as tx:
            register.end_scope(tx, scope_id, typed.needed_day("last_day"), typed.text("reason"))
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("catalogue.scope"), 303)


def _page(error: LimsError | None = None) -> str:
    mark, text, after = request.args.get("mark", ""), request.args.get("q", ""), request.args.get("after", "")
    with reading() as tx:
        page = books.scope(tx, mark, text, int(after) if after.isascii() and after.isdigit() else 0)
    return render_template(
        "catalogue/scope.html", page=page, mark=mark, marks=MARKS, q=text, given=request.form, error=error
    )

"""Page of the authorisations: who may test and review which method and sign for which field, on what evidence."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.competence import ACTIVITIES
from lims.domain.rules.errors import LimsError
from lims.services import attachment, register
from lims.services.reading import competence
from lims.services.reading import register as books
from lims.web.access import needs, signed_in
from lims.web.catalogue import typed
from lims.web.catalogue.instrument_checks import evidence_of
from lims.web.catalogue.labels import ACTIVITY_NAMES
from lims.web.errors import status_of
from lims.web.people import blueprint
from lims.web.unit import reading, writing

WITHIN = {"ended": 0, **{str(days): days for days in competence.ENDING_DAYS}}


@blueprint.get("/authorisations")
@signed_in
def authorisations() -> str:
    return _page()


@blueprint.post("/authorisations")
@needs("competence:grant")
def grant() -> Any:
    try:
        cmd = register.Authorise(
            username=typed.text("username"),
            activity=typed.text("activity"),
            over=typed.text("over"),
            valid_from=typed.needed_day("valid_from"),
            valid_to=typed.day("valid_to"),
            evidence=typed.text("evidence"),
        )
        with writing() as tx:
            register.authorise(tx, cmd)
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("people.authorisations", username=cmd.username), 303)


@blueprint.post("/authorisations/<int:authorisation_id>/end")
@needs("competence:grant")
def end(authorisation_id: int) -> Any:
    try:
        with writing() as tx:
            register.end_authorisation(tx, authorisation_id, typed.needed_day("last_day"), typed.text("reason"))
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("people.authorisations"), 303)


@blueprint.post("/authorisations/<int:authorisation_id>/papers")
@needs("competence:grant")
def evidence_add(authorisation_id: int) -> Any:
    """A certificate of training, a record of witnessed work: what the authorisation stands on (ISO/IEC 17025 6.2.5)."""
    try:
        with writing() as tx:
            attachment.attach_evidence(tx, evidence_of("authorisation", authorisation_id))
    except LimsError as error:
        return _page(error), status_of(error)
    return redirect(url_for("people.authorisations", username=request.args.get("username", "")), 303)


def _page(error: LimsError | None = None) -> str:
    method, username = request.args.get("method", ""), request.args.get("username", "")
    within = request.args.get("within", "")
    with reading() as tx:
        page = competence.grants(tx, method, username, WITHIN.get(within), request.args.get("after", ""))
        people = books.people(tx)
    return render_template(
        "people/authorisations.html",
        page=page,
        people=people,
        within=within,
        ending=competence.ENDING_DAYS,
        method=method,
        username=username,
        activities={word: ACTIVITY_NAMES[word] for word in ACTIVITIES},
        given=request.form,
        error=error,
    )

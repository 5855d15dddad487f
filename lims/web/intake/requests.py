"""Pages of inspection requests: the list, a new one, one request and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.domain.rules.workflow import states
from lims.services import request as requests
from lims.services.reading import product as products
from lims.services.reading import register, rule
from lims.services.reading import request as reading_request
from lims.services.transaction import Transaction
from lims.web import acting
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.intake.consignment import FIELDS, lines_typed, lodging
from lims.web.unit import reading, writing

PARTIES = ("importer", "producer", "customs_office")


@blueprint.get("/")
@needs("request:see")
def home() -> Any:
    return redirect(url_for("intake.request_list"), 303)


@blueprint.get("/requests")
@needs("request:see")
def request_list() -> str:
    state, text = request.args.get("state", ""), request.args.get("q", "")
    with reading() as tx:
        page = reading_request.listing(tx, state, request.args.get("after", ""), text=text)
    return render_template("intake/request_list.html", page=page, state=state, q=text, states=states("request"))


@blueprint.get("/requests/new")
@needs("request:lodge")
def request_new() -> str:
    return _form({}, 1)


@blueprint.post("/requests/new")
@needs("request:lodge")
def request_lodge() -> Any:
    """Lodges; with the button "add a line" it only gives one more row back, everything typed kept."""
    rows = lines_typed(request.form)
    if "add_line" in request.form:
        return _form(request.form, rows + 1)
    try:
        with writing() as tx:
            lodged = requests.lodge(tx, lodging(request.form))
    except LimsError as error:
        return _form(request.form, rows, error), 422
    return redirect(url_for("intake.request_page", no=lodged.no), 303)


def _form(given: Any, rows: int, error: LimsError | None = None) -> str:
    with reading() as tx:
        parties = {kind: register.organisations(tx, kind, size=500).items for kind in PARTIES}
        goods, rules = products.choices(tx), rule.choices(tx)
    return render_template(
        "intake/request_new.html",
        given=given,
        rows=rows,
        parties=parties,
        goods=goods,
        rules=rules,
        fields=FIELDS,
        error=error,
    )


@blueprint.get("/requests/<no>")
@needs("request:see")
def request_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = reading_request.detail(tx, no)
        named = products.names(tx, (line.product for line in seen.lines))
    verbs = {verb.verb: verb for verb in seen.verbs}
    return render_template(
        "intake/request.html",
        seen=seen,
        verbs=verbs,
        named_goods=named,
        reject_reasons=requests.REJECT_REASONS,
        given=request.form,
        error=error,
    )


def act(no: str, do: Callable[[Transaction], object]) -> Any:
    """One act on a request; a refusal comes back on its page with what was typed."""
    return acting.act(do, url_for("intake.request_page", no=no), lambda error: _page(no, error))


@blueprint.post("/requests/<no>/accept")
@needs("request:accept")
def request_accept(no: str) -> Any:
    gaps = {
        int(name[4:]): reason
        for name, reason in request.form.items()
        if name.startswith("gap.") and name[4:].isdigit()
    }
    return act(no, lambda tx: requests.accept(tx, requests.AcceptRequest(no, gaps)))


@blueprint.post("/requests/<no>/ask")
@needs("request:ask")
def request_ask(no: str) -> Any:
    return act(no, lambda tx: requests.ask(tx, no, typed.text("question")))


@blueprint.post("/requests/<no>/answer")
@needs("request:answer")
def request_answer(no: str) -> Any:
    return act(no, lambda tx: requests.answer(tx, no, typed.text("answer")))


@blueprint.post("/requests/<no>/reject")
@needs("request:ask")
def request_reject(no: str) -> Any:
    return act(no, lambda tx: requests.reject(tx, no, typed.text("reason_code"), typed.text("reason")))


@blueprint.post("/requests/<no>/pause")
@needs("request:ask")
def request_pause(no: str) -> Any:
    return act(no, lambda tx: requests.pause(tx, no, typed.text("reason"), typed.whole("version")))


@blueprint.post("/requests/<no>/resume")
@needs("request:ask")
def request_resume(no: str) -> Any:
    return act(no, lambda tx: requests.resume(tx, no, typed.whole("version")))


@blueprint.post("/requests/<no>/cancel")
@needs("request:cancel")
def request_cancel(no: str) -> Any:
    return act(no, lambda tx: requests.cancel(tx, no, typed.text("reason")))

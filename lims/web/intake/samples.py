"""Pages of samples: the list, one sample with its portions, custody and analyses, its hand-over and its retention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from lims.domain.rules.errors import LimsError
from lims.domain.rules.workflow import states
from lims.services import reserve
from lims.services import sample as acts
from lims.services.reading import product as products
from lims.services.reading import sample as samples
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.acting import act
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.unit import reading, writing


@blueprint.get("/samples")
@needs("request:see")
def sample_list() -> str:
    state, text = request.args.get("state", ""), request.args.get("q", "")
    with reading() as tx:
        page = samples.listing(tx, state, request.args.get("after", ""), text=text)
        named = products.names(tx, (item.product for item in page.items))
    return render_template(
        "intake/sample_list.html", page=page, named_goods=named, state=state, q=text, states=states("sample")
    )


@blueprint.get("/samples/<no>")
@needs("request:see")
def sample_page(no: str) -> str:
    return _page(no)


def _page(no: str, error: LimsError | None = None) -> str:
    with reading() as tx:
        seen = samples.detail(tx, no)
        named = products.names(tx, (seen.product,))
    verbs = {verb.verb: verb for verb in seen.verbs}
    return render_template(
        "intake/sample.html", seen=seen, verbs=verbs, named_goods=named, given=request.form, error=error
    )


def _act(no: str, do: Callable[[Transaction], object]) -> Any:
    """One act on a sample; a refusal comes back on its page with what was typed."""
    return act(do, url_for("intake.sample_page", no=no), lambda error: _page(no, error))


@blueprint.post("/samples/<no>/dispatch")
@needs("sample:draw")
def sample_dispatch(no: str) -> Any:
    to, temperature, intact = typed.text("to"), typed.text("temperature"), typed.text("seal_intact") != "no"
    return _act(no, lambda tx: acts.dispatch(tx, no, to, intact, temperature, typed.whole("version")))


@blueprint.post("/samples/<no>/retain")
@needs("portion:store")
def sample_retain(no: str) -> Any:
    def do(tx: Transaction) -> None:
        acts.retain(tx, no, typed.text("place"), typed.day("until"), typed.whole("version"))

    return _act(no, do)


@blueprint.post("/samples/<no>/reserve")
@needs("sample:receive")
def sample_take_reserve(no: str) -> Any:
    """The reserve becomes a sample of its own, whose page is shown."""
    seal = typed.text("seal_intact") == "yes"
    cmd = reserve.TakeReserve(typed.text("portion"), typed.text("reason"), seal, typed.text("temperature"))
    try:
        with writing() as tx:
            made = reserve.take_reserve(tx, no, cmd)
    except LimsError as error:
        return _page(no, error), 409
    return redirect(url_for("intake.sample_page", no=made), 303)

"""Pages of samples: the list, and one sample with its portions, custody and analyses."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from lims.domain.rules.workflow import states
from lims.services.reading import product as products
from lims.services.reading import sample as samples
from lims.web.access import needs
from lims.web.intake import blueprint
from lims.web.unit import reading


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
def sample_page(no: str) -> Any:
    with reading() as tx:
        seen = samples.detail(tx, no)
        named = products.names(tx, (seen.product,))
    return render_template("intake/sample.html", seen=seen, named_goods=named)

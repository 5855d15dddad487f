"""Labels of samples as PDF: blind number, kind of goods, date and portion; never whose goods they are.

The drawing library is loaded with the first label, not with the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask.wrappers import Response

from lims.services.reading import product as products
from lims.services.reading import request as requests
from lims.services.reading import sample as samples
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.intake import blueprint
from lims.web.intake.download import handed_out
from lims.web.unit import reading

if TYPE_CHECKING:
    from reports.labels.sample import SampleLabel

USES = {"test": "检测 test", "reserve": "备检 reserve", "retained": "留存 retained"}


@blueprint.get("/samples/<no>/labels.pdf")
@needs("request:see")
def sample_labels(no: str) -> Response:
    with reading() as tx:
        labels = _of_sample(tx, no)
    return _printed(labels, no)


@blueprint.get("/requests/<no>/labels.pdf")
@needs("request:see")
def request_labels(no: str) -> Response:
    with reading() as tx:
        seen = requests.detail(tx, no)
        labels = [label for lot in seen.lots for one in lot.samples for label in _of_sample(tx, one.no)]
    return _printed(labels, no)


def _of_sample(tx: Transaction, no: str) -> list[SampleLabel]:
    from reports.labels.sample import SampleLabel

    seen = samples.detail(tx, no)
    name = " ".join(products.names(tx, (seen.product,)).get(seen.product, (seen.product,)))
    day = seen.drawn_at.astimezone(tx.place.zone).date().isoformat()
    whole = SampleLabel(seen.no, name, day, (seen.seal_no,))
    return [whole, *(SampleLabel(part, name, day, (USES.get(use, use),)) for part, use, _, _ in seen.portions)]


def _printed(labels: list[SampleLabel], no: str) -> Response:
    from reports.labels.sample import Size, roll, sheet

    size = Size.LARGE if request.args.get("size") == "large" else Size.SMALL
    made = sheet(labels, size) if request.args.get("paper") == "a4" else roll(labels, size)
    return handed_out(made, f"labels-{no}.pdf")

"""The counter: a scan receives the sample with the condition set beside the box; what is wrong is rejected."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for

from lims.domain.rules.errors import BadInput, LimsError, NotFound
from lims.services import sample as samples
from lims.services.reading import find
from lims.services.reading import product as products
from lims.services.reading import sample as reading_sample
from lims.services.transaction import Transaction
from lims.web.access import needs
from lims.web.catalogue import typed
from lims.web.intake import blueprint
from lims.web.unit import reading, writing

KEPT = ("condition", "temperature", "seal_intact", "note")
"""What stays as it was set from one scan to the next."""


@blueprint.get("/receive")
@needs("sample:receive")
def counter() -> str:
    return _page(session.pop("counter", None))


@blueprint.post("/receive")
@needs("sample:receive")
def receive() -> Any:
    """One scan; the settings beside the box apply to it and stay for the next."""
    text = typed.text("no")
    try:
        with writing() as tx:
            no = _scanned(tx, text)
            samples.receive(
                tx,
                samples.ReceiveSample(
                    no,
                    condition=typed.text("condition") or "accepted",
                    note=typed.text("note"),
                    temperature=typed.text("temperature"),
                    seal_intact=typed.text("seal_intact") != "no",
                ),
            )
    except LimsError as error:
        return _page({name: typed.text(name) for name in KEPT}, error, text), 422
    session["counter"] = {name: typed.text(name) for name in KEPT if name != "note"} | {"done": no}
    return redirect(url_for("intake.counter"), 303)


def _scanned(tx: Transaction, text: str) -> str:
    """The sample that the scan names, by its own number or one of its portions'."""
    if not text:
        raise BadInput("FIELD_NEEDED", field="no")
    found = find.find(tx, text)
    if found is None or found.noun != "sample":
        raise NotFound("NOT_FOUND", noun="sample", no=text[:60])
    return found.no


@blueprint.post("/samples/<no>/reject")
@needs("sample:reject")
def sample_reject(no: str) -> Any:
    try:
        with writing() as tx:
            samples.reject(tx, no, typed.text("reason_code"), typed.text("reason"))
    except LimsError as error:
        return _page(None, error), 409
    return redirect(url_for("intake.counter"), 303)


def _page(kept: dict[str, str] | None, error: LimsError | None = None, scanned: str = "") -> str:
    with reading() as tx:
        expected = reading_sample.expected(tx, request.args.get("after", ""), 12)
        lately = reading_sample.received_lately(tx)
        named = products.names(tx, (item.product for item in (*expected.items, *lately)))
    return render_template(
        "intake/counter.html",
        expected=expected,
        lately=lately,
        named_goods=named,
        kept=kept or {},
        scanned=scanned,
        reject_reasons=samples.REJECT_REASONS,
        error=error,
    )

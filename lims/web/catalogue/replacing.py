"""Page of what would change: open and recent work beside the verdicts that proposed versions would give."""

from __future__ import annotations

from flask import g, render_template, request

from lims.domain.rules.errors import NotFound
from lims.domain.rules.permissions import grants
from lims.services import catalogue
from lims.services.reading import product as products
from lims.services.reading import replacing
from lims.services.reading.replacing import WouldChange
from lims.services.transaction import Transaction
from lims.web.access import signed_in
from lims.web.catalogue import blueprint, typed
from lims.web.catalogue.labels import FIELD_NAMES, KIND_NAMES
from lims.web.unit import reading

SPANS = (30, 90, 180, 365)
"""Days of decided work that may be looked back over."""
SHORT = 10
"""Lines on the page of the version itself."""


def may_foresee() -> bool:
    """For who proposes or releases: the list names samples and results."""
    return any(grants(g.actor, right) for right in ("catalogue:propose", "catalogue:release"))


def foreseen(tx: Transaction, kind: str, version_id: int) -> WouldChange | None:
    """What a version that waits would change; None where there is none, or nothing that work is judged by."""
    if not version_id or kind not in ("limit", "method") or not may_foresee():
        return None
    return replacing.would_change(tx, (version_id,), size=SHORT)


@blueprint.get("/changes")
@signed_in
def changes() -> str:
    """Of ``?version=`` or ``?library=``, over the last ``?days=``, by pages."""
    asked = {name: request.args.get(name, "") for name in ("version", "library", "days", "after")}
    digits = asked["version"]
    version = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= typed.LONGEST_NUMBER else 0
    days = next((one for one in SPANS if str(one) == asked["days"]), replacing.DAYS)
    if not (version or asked["library"]):
        raise NotFound("NOT_FOUND", noun="reference_version", no=asked["version"][:20])
    with reading() as tx:
        replacing.allowed(tx)
        row = catalogue.version(tx, version) if version else None
        ids = (version,) if version else ()
        change = replacing.would_change(tx, ids, "" if version else asked["library"], days, asked["after"])
        named = products.names(tx, (one.product for one in change.page.items))
        item = (row.kind, row.code, row.number) if row is not None else None
    library = "" if version else asked["library"]
    return render_template(
        "catalogue/changes.html", change=change, item=item, version=version, library=library, spans=SPANS,
        named_goods=named, kinds=KIND_NAMES, fields=FIELD_NAMES,
    )  # fmt: skip

"""An analysis goes back: returned to its analyst, or tested again; a step that several use-cases share."""

from __future__ import annotations

from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import refusal
from lims.services import lookup, transition
from lims.services.transaction import Transaction


def reopen(tx: Transaction, analysis_id: int, verb: str, reason: str) -> None:
    """``return`` or ``retest`` with its reason; the sample must not be approved yet, and no result is lost."""
    row = lookup.analysis(tx, analysis_id)
    sample = row.sample
    if sample is not None and sample.state not in ("received", "in_test", "tested"):
        raise Refused(refusal("SAMPLE_APPROVED", sample=sample.no))
    row.verified_by, row.verified_name, row.verified_at = None, "", None
    if verb == "retest":
        row.worksheet_id = row.position = row.analyst_id = None
        row.analyst_name = ""
    transition.act(tx, row, verb, lookup.over(row), reason)
    if sample is not None and sample.state == "tested":
        transition.follow(tx, sample, "resume", reason)

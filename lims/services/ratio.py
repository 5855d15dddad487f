"""Additives of one function used together (GB 2760 Appendix A): the sum of their shares of the maximum.

It is reckoned from the members' own results as soon as the last of them is submitted, and again when one is amended;
nobody types it. It is verified by a person like any other result.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.rules.errors import BadInput
from lims.persistence.analysis import AnalysisRow
from lims.services import facts, judging, lookup, members, recording, transition
from lims.services.recording import EnterResult
from lims.services.transaction import Transaction

GIVEN = ("submitted", "verified")
"""States of a member whose result counts."""
AMENDED = "MEMBER_AMENDED"


def follow(tx: Transaction, row: AnalysisRow) -> None:
    """What the submitted result means for the ratios of its sample; BadInput where a ratio itself was typed."""
    ratios = _of_the_sample(tx, row)
    if not ratios:
        return
    groups = facts.analytes(tx, (ratio.analyte for ratio in ratios), row.lot.request.decided_on)
    for ratio in ratios:
        codes = groups[ratio.analyte].sum_members.split("+") if ratio.analyte in groups else []
        if ratio.id == row.id and members.results_of(tx, row, codes):
            if row.result is not None and not judging.is_group(row.result.calculation):
                raise BadInput("RATIO_IS_RECKONED", field="text", analyte=row.analyte)
        elif row.analyte in codes:
            _reckon(tx, ratio.id, codes, row)


def _of_the_sample(tx: Transaction, row: AnalysisRow) -> list[AnalysisRow]:
    query = select(AnalysisRow).where(
        AnalysisRow.sample_id == row.sample_id, AnalysisRow.state != "cancelled",
        AnalysisRow.analyte.endswith(facts.RATIO, autoescape=True),
    )  # fmt: skip
    return list(tx.session.scalars(query.order_by(AnalysisRow.id)))


def _reckon(tx: Transaction, ratio_id: int, codes: list[str], last: AnalysisRow) -> None:
    """Once every member that is tested has its result; the members' new results are a new version of the ratio."""
    tx.session.flush()  # the last member's result is asked for with the others
    ratio = lookup.analysis(tx, ratio_id, joinedload(AnalysisRow.result))
    there = members.results_of(tx, ratio, codes)
    given = {code: one.result for code, one in there.items() if one.state in GIVEN and one.result is not None}
    made_of = {code: result.id for code, result in given.items()}
    if ratio.state == "proposed" or len(given) < len(there) or _made_of(ratio) == made_of:
        return
    _open(tx, ratio, last)
    texts = {code: members.text_of(result) for code, result in given.items()}
    reason = AMENDED if ratio.result_id else ""
    recording.record(tx, ratio, EnterResult(ratio.id, "", members=texts, reason=reason))
    transition.act(tx, ratio, "submit", lookup.over(ratio))


def _made_of(ratio: AnalysisRow) -> dict[str, int | None]:
    result = ratio.result
    if result is None or not judging.is_group(result.calculation):
        return {}
    return {one["code"]: one.get("result") for one in result.calculation["members"]}


def _open(tx: Transaction, ratio: AnalysisRow, last: AnalysisRow) -> None:
    """Ready for a result: on the worksheet of the last member where it has none, no longer verified."""
    if ratio.state == "waiting":
        ratio.worksheet_id, ratio.position, ratio.started_at = last.worksheet_id, last.position, tx.now
        ratio.analyst_id, ratio.analyst_name = last.analyst_id, last.analyst_name
        transition.ride(tx, ratio, "assign")
        tx.session.flush()  # its two steps are two events
    elif ratio.state == "verified":
        ratio.verified_by, ratio.verified_name, ratio.verified_at = None, "", None
        transition.ride(tx, ratio, "return", AMENDED)
        tx.session.flush()  # its two steps are two events

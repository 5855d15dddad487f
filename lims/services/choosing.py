"""A person takes one of several limits that the declaration does not settle (parts of the goods, use, origin).

Until one is taken, the request is not accepted and no result of the analysis is submitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lims.domain.rules.errors import BadInput, NotFound, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import frozen
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow, RequestRow
from lims.services import facts, lookup, ruling
from lims.services.transaction import Transaction

OPEN = ("proposed", "waiting", "assigned")
BEFORE_ACCEPTANCE = ("lodged", "asked")


@dataclass(frozen=True)
class ChooseLimit:
    request_no: str
    analysis_id: int
    limit: str
    """Code of one of the limits that were proposed to choose from."""
    reason: str


def choose_limit(tx: Transaction, cmd: ChooseLimit) -> int:
    """The limit for this analysis and its like in the other lots of the line; answers how many were settled."""
    tx.require("analysis:choose")
    row = lookup.analysis(tx, cmd.analysis_id)
    if row.lot.request.no != cmd.request_no:
        raise NotFound("NOT_FOUND", noun="analysis", no=str(cmd.analysis_id))
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    if row.state not in OPEN or not _codes(row):
        raise Refused(refusal("NO_LIMIT_TO_CHOOSE", state=row.state))
    limit = facts.limit(tx, cmd.limit, row.lot.request.decided_on) if cmd.limit in _codes(row) else None
    if limit is None:
        raise BadInput("UNKNOWN_CHOICE", field="limit", value=cmd.limit[:40])
    request, on = row.lot.request, row.lot.request.decided_on
    found = facts.direct(tx, limit, facts.category_of(tx, row.lot.line.product), on)
    rules = ruling.today(tx, request)
    taken = {"limit": limit.code, "by": tx.actor.name, "at": tx.now.isoformat(timespec="seconds"),
             "reason": cmd.reason.strip()}  # fmt: skip
    alike = _alike(tx, row)
    for one in alike:
        one.limit, one.unit = frozen(limit), limit.unit
        made = found.record()
        one.requirement = {
            **(one.requirement or {}), "limit": made["limit"], "limit_id": made["limit_id"],
            "limit_version": made["limit_version"], "why": ["LIMIT_IN_FORCE", "LIMIT_CHOSEN"], "chosen": taken,
            "rule": rules.proposed(one.limit),
        }  # fmt: skip
        if request.state not in BEFORE_ACCEPTANCE:
            one.rule = rules.of(one.limit)
        tx.record(one, "choose_limit", cmd.reason)
    return len(alike)


def _alike(tx: Transaction, row: AnalysisRow) -> list[AnalysisRow]:
    query = select(AnalysisRow).join(LotRow, AnalysisRow.lot_id == LotRow.id).where(
        LotRow.line_id == row.lot.line_id, AnalysisRow.analyte == row.analyte, AnalysisRow.state.in_(OPEN)
    )  # fmt: skip
    return [one for one in tx.session.scalars(query.order_by(AnalysisRow.id)) if _codes(one) == _codes(row)]


def _codes(row: AnalysisRow) -> list[str]:
    return [choice["limit"] for choice in (row.requirement or {}).get("choices") or ()]


def unsettled(rows: Iterable[AnalysisRow]) -> list[Refusal]:
    """Why what hangs on these analyses must wait: no limit was taken, with the rows to choose from."""
    return [
        refusal("LIMIT_TO_CHOOSE", analyte=row.analyte, limits=", ".join(_codes(row)))
        for row in rows
        if not row.limit and _codes(row)
    ]


def of_request(tx: Transaction, request: RequestRow) -> list[Refusal]:
    """One reason for each analyte of which the limit is open."""
    query = select(AnalysisRow).join(LotRow, AnalysisRow.lot_id == LotRow.id).where(
        LotRow.request_id == request.id, AnalysisRow.state == "proposed"
    )  # fmt: skip
    open_ones = unsettled(tx.session.scalars(query.order_by(AnalysisRow.id)))
    return list({(one.params["analyte"], one.params["limits"]): one for one in open_ones}.values())

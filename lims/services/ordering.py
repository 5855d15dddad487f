"""Analyses that a result calls for: the species after a total above the limit, an amine that the method splits.

They are ordered by the system in the transaction of the result; the first analysis stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select

from lims.domain.conformity import Measured
from lims.domain.rules.errors import Refused
from lims.domain.specification import thawed
from lims.persistence.analysis import AnalysisRow
from lims.services import choosing, facts, judging, ratio, transition
from lims.services.transaction import Transaction

NEXT_TEST = "NEXT_TEST_NEEDED"
NOT_BEGUN = ("proposed", "waiting")
NOT_HERE = ("drawn", "in_transit")


class Order(NamedTuple):
    analyte: str
    limit: dict[str, Any]
    why: str


def follow_up(tx: Transaction, row: AnalysisRow) -> None:
    """Order what the submitted result calls for, once; call off what it no longer calls for and nobody has begun.

    A sum of ratios that it is a share of is reckoned.

    The row comes from ``lookup.analysis`` with its result.
    """
    if not_chosen := choosing.unsettled([row]):
        raise Refused(*not_chosen)
    wanted = _wanted(tx, row)
    there = _ordered_by(tx, row)
    for order in wanted:
        if order.analyte not in {one.analyte for one in there}:
            _order(tx, row, order)
    for one in there:
        if one.analyte not in {order.analyte for order in wanted} and one.state in NOT_BEGUN:
            transition.ride(tx, one, "cancel", "NO_LONGER_CALLED_FOR")
    ratio.follow(tx, row)


def _wanted(tx: Transaction, row: AnalysisRow) -> list[Order]:
    result, limit = row.result, row.limit
    if result is None or not limit:
        return []
    if result.verdict_reason == NEXT_TEST and limit.get("first"):
        return [Order(limit["analyte"], {**limit, "first": ""}, "SECOND_STEP")]
    if not judging.is_group(result.calculation):
        return []
    seen = {one["code"] for one in result.calculation["shown"] if _detected(judging.member_of(one).measured)}
    if not seen:
        return []
    measured = {one["code"] for one in result.calculation["members"]}
    on = row.lot.request.decided_on
    group = facts.analytes(tx, (row.analyte,), on)[row.analyte]
    members = facts.analytes(tx, group.sum_members.split("+"), on)
    return [
        Order(code, {**limit, "analyte": code, "sum_rule": ""}, "SHOWN_BY_OTHERS")
        for code, one in members.items()
        if one.shown_by and set(one.shown_by) <= seen and code not in measured
    ]


def _detected(found: Measured) -> bool:
    """Above nothing at all: a trace counts, as it is the other method that measures it."""
    if found.status == "numeric":
        return found.value is not None and found.value > 0 and (found.lod is None or found.value >= found.lod)
    return found.status in ("trace", "qualitative", "over_range") or (found.qualifier or "").startswith(">")


def _ordered_by(tx: Transaction, row: AnalysisRow) -> list[AnalysisRow]:
    query = select(AnalysisRow).where(
        AnalysisRow.sample_id == row.sample_id, AnalysisRow.origin == "ordered", AnalysisRow.state != "cancelled"
    )
    return [one for one in tx.session.scalars(query) if (one.requirement or {}).get("ordered_by") == row.id]


def _order(tx: Transaction, row: AnalysisRow, order: Order) -> None:
    line, on = row.lot.line, row.lot.request.decided_on
    found = facts.direct(tx, thawed(order.limit), facts.category_of(tx, line.product), on)
    ordered = AnalysisRow(
        lot_id=row.lot_id,
        sample_id=row.sample_id,
        analyte=found.analyte,
        analyte_zh=found.analyte_zh,
        analyte_en=found.analyte_en,
        method=found.method.code if found.method else "",
        limit=order.limit,
        rule=row.rule,
        requirement={**found.record(), "why": [order.why, *found.why[1:]], "rule": row.rule, "ordered_by": row.id},
        unit=found.unit or row.unit,
        origin="ordered",
        origin_reason=order.why,
        analyst_name="",
        verified_name="",
    )
    transition.follow(tx, ordered, "propose", order.why)
    if row.sample is not None and row.sample.state not in NOT_HERE:
        tx.session.flush()  # its two steps are two events
        transition.follow(tx, ordered, "confirm", order.why)


def answered(analyses: Iterable[AnalysisRow]) -> frozenset[int]:
    """First steps whose second step has a verified verdict: that one counts, the first says nothing any more."""
    every = list(analyses)
    done = {
        (one.requirement or {}).get("ordered_by")
        for one in every
        if one.origin == "ordered" and one.state == "verified" and one.result is not None
    }
    return frozenset(
        one.id for one in every if one.id in done and one.result is not None and one.result.verdict_reason == NEXT_TEST
    )

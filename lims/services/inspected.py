"""Whether a lot stands by its inspection by pieces: what is still to be inspected, and what it was not accepted by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling.setting import is_grave
from lims.persistence.request import LotRow
from lims.persistence.sampling import InspectionRow
from lims.services.sampling import in_short, pieces_of
from lims.services.severity import plan_of
from lims.services.transaction import Transaction

UNPLANNED = frozenset({"LOT_SIZE_UNKNOWN", "LOT_TOO_SMALL"})
"""Why no plan of the tables is for such a lot at all: nothing can be asked of it."""


@dataclass(frozen=True)
class Standing:
    """Reasons that stand against releasing a lot, and what its inspection adds to the facts of the decision."""

    missing: tuple[Refusal, ...] = ()
    failed: tuple[Refusal, ...] = ()
    severity: str = "NONE"
    """SHE where a critical nonconformity failed it, OTHER for another kind, NONE where it did not fail."""
    unplanned: tuple[Refusal, ...] = ()

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return (*self.failed, *self.missing)


def standing(tx: Transaction, lot: LotRow) -> Standing:
    """By the newest inspection of each kind; a round after a treatment asks anew for what failed before it."""
    newest = _newest(tx, lot)
    missing: list[Refusal] = []
    failed: list[InspectionRow] = []
    unplanned: list[Refusal] = []
    for one in pieces_of(tx, lot):
        row = newest.get(one.setting.key)
        if row is not None and row.accepted:
            continue
        if row is not None and row.round == lot.round:
            failed.append(row)
        elif one.plan is None and any(why.code in UNPLANNED for why in one.refusals):
            unplanned += one.refusals
        else:
            plan = in_short(one.plan) if one.plan else "-"
            missing.append(refusal("INSPECTION_NOT_RECORDED", lot=lot.no, characteristic=one.setting.key, plan=plan))
            missing += one.refusals
    severity = "SHE" if any(is_grave(row.characteristic) for row in failed) else "OTHER" if failed else "NONE"
    return Standing(tuple(missing), tuple(_failed(lot, row) for row in failed), severity, tuple(unplanned))


def _newest(tx: Transaction, lot: LotRow) -> dict[str, InspectionRow]:
    query = select(InspectionRow).where(
        InspectionRow.lot_id == lot.id, InspectionRow.round <= lot.round, InspectionRow.accepted.is_not(None)
    )
    return {row.characteristic: row for row in tx.session.scalars(query.order_by(InspectionRow.round))}


def lines(tx: Transaction, lot: LotRow) -> tuple[tuple[str, str], ...]:
    """The worked line of each newest inspection in English and Chinese."""
    return tuple((row.worked, row.worked_zh) for row in _newest(tx, lot).values())


def _failed(lot: LotRow, row: InspectionRow) -> Refusal:
    return refusal(
        "LOT_NOT_ACCEPTED", lot=lot.no, characteristic=row.characteristic, plan=in_short(plan_of(row)),
        found=row.defectives, re=row.re,
    )

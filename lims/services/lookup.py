"""Rows by the number people call them by, with just what a use-case needs; what is not the actor's is not found."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import NotFound
from lims.persistence.analysis import AnalysisRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.request import LotRow, RequestRow
from lims.persistence.sample import SampleRow
from lims.persistence.worksheet import WorksheetRow
from lims.services.transaction import Transaction
from lims.services.transition import Over

Row = TypeVar("Row")
OUTSIDE = frozenset({"importer", "inspector"})


def one(tx: Transaction, query: Select[Row], noun: str, no: object) -> Row:
    row = tx.session.scalars(query).unique().one_or_none()
    if row is None:
        raise NotFound("NOT_FOUND", noun=noun, no=str(no))
    return row


def hold(tx: Transaction, kind: type[Any], row_id: int) -> None:
    """Wait until nobody else is at work under the row, and keep them out until this transaction ends.

    Whether something is whole is asked after this: of two who do the last two parts at once, the second one sees both.
    """
    tx.session.execute(select(kind.id).where(kind.id == row_id).with_for_update())


def sees(actor: Actor, request: RequestRow) -> bool:
    """Laboratory staff see every request, inspectors those of their ports, importers their own."""
    if actor.id == 0 or actor.roles - OUTSIDE:
        return True
    if "inspector" in actor.roles and request.port.code in actor.ports:
        return True
    return "importer" in actor.roles and request.importer_id == actor.organisation_id


def of_seen(tx: Transaction, query: Select[Any], lot_id: Any) -> Select[Any]:
    """The list narrowed to lots whose request the actor sees, by the same rule as a single one."""
    actor = tx.actor
    if actor.id == 0 or actor.roles - OUTSIDE:
        return query
    mine: list[ColumnElement[bool]] = [false()]
    if "inspector" in actor.roles:
        mine.append(OrganisationRow.code.in_(sorted(actor.ports)))
    if "importer" in actor.roles and actor.organisation_id is not None:
        mine.append(RequestRow.importer_id == actor.organisation_id)
    requests = select(RequestRow.id).join(OrganisationRow, RequestRow.port_id == OrganisationRow.id).where(or_(*mine))
    return query.where(lot_id.in_(select(LotRow.id).where(LotRow.request_id.in_(requests))))


def request(tx: Transaction, no: str, *options: Any) -> RequestRow:
    query = select(RequestRow).where(RequestRow.no == no).options(joinedload(RequestRow.port), *options)
    row = one(tx, query, "request", no)
    return _shown(tx, row, row, "request", no)


def lot(tx: Transaction, no: str, *options: Any) -> LotRow:
    """The lot with its request, port and line."""
    query = select(LotRow).where(LotRow.no == no).options(*_UP_FROM_LOT, *options)
    row = one(tx, query, "lot", no)
    return _shown(tx, row, row.request, "lot", no)


def sample(tx: Transaction, no: str, *options: Any) -> SampleRow:
    """The sample with its lot, request, port and line."""
    query = select(SampleRow).where(SampleRow.no == no).options(*_UP_FROM_SAMPLE, *options)
    row = one(tx, query, "sample", no)
    return _shown(tx, row, row.lot.request, "sample", no)


def analysis(tx: Transaction, analysis_id: int, *options: Any) -> AnalysisRow:
    """The analysis with its sample, lot and request."""
    query = (
        select(AnalysisRow)
        .where(AnalysisRow.id == analysis_id)
        .options(
            joinedload(AnalysisRow.sample),
            joinedload(AnalysisRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
            joinedload(AnalysisRow.lot).joinedload(LotRow.line),
            *options,
        )
    )
    row = one(tx, query, "analysis", analysis_id)
    return _shown(tx, row, row.lot.request, "analysis", analysis_id)


def worksheet(tx: Transaction, no: str, *options: Any) -> WorksheetRow:
    return one(tx, select(WorksheetRow).where(WorksheetRow.no == no).options(*options), "worksheet", no)


def organisation(tx: Transaction, code: str, kind: str) -> OrganisationRow:
    query = select(OrganisationRow).where(OrganisationRow.code == code, OrganisationRow.kind == kind)
    return one(tx, query, kind, code)


def over(row: Any) -> Over:
    """The chain of ids above a request, lot, sample or analysis row (loaded by the functions here)."""
    if isinstance(row, AnalysisRow):
        return Over(row.lot.request_id, row.lot_id, row.sample_id, row.id)
    if isinstance(row, SampleRow):
        return Over(row.lot.request_id, row.lot_id, row.id)
    if isinstance(row, LotRow):
        return Over(row.request_id, row.id)
    return Over(row.id)


_UP_FROM_LOT = (
    joinedload(LotRow.request).joinedload(RequestRow.port),
    joinedload(LotRow.line),
)
_UP_FROM_SAMPLE = (
    joinedload(SampleRow.lot).joinedload(LotRow.request).joinedload(RequestRow.port),
    joinedload(SampleRow.lot).joinedload(LotRow.line),
)


def _shown(tx: Transaction, row: Row, request_row: RequestRow, noun: str, no: object) -> Row:
    if not sees(tx.actor, request_row):
        raise NotFound("NOT_FOUND", noun=noun, no=str(no))
    return row

"""Long work as its owner sees it: a list of jobs, and one with the outcome of each item. Nobody sees another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lims.domain.rules.refusal import Refusal
from lims.persistence.job import JobOutcomeRow, JobProgressRow, JobRow
from lims.services import job
from lims.services.reading.page import Page, page
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class JobItem:
    id: int
    kind: str
    status: str
    done: int
    refused: int
    total: int
    ordered_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelling: bool
    """Asked to stop and not yet stopped."""

    @property
    def under_way(self) -> bool:
        return self.status in job.UNFINISHED


@dataclass(frozen=True)
class OutcomeView:
    """One item: what it is about, and where it was done what it made or why not."""

    name: str
    done: bool
    ok: bool
    made: str
    no: str
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True)
class JobView:
    head: JobItem
    payload: Mapping[str, Any]
    signed_meaning: str
    cancelled_by: str
    outcomes: tuple[OutcomeView, ...]


def mine(tx: Transaction, after: str = "", size: int = 50) -> Page[JobItem]:
    query = select(JobRow).where(JobRow.user_id == tx.actor.id)
    return page(tx, query, JobRow.id, after, size, lambda row: _head(tx, row))


def head(tx: Transaction, job_id: int) -> JobItem:
    return _head(tx, job.own(tx, job_id))


def detail(tx: Transaction, job_id: int) -> JobView:
    row = job.own(tx, job_id)
    found = {
        one.n: one for one in tx.session.scalars(select(JobOutcomeRow).where(JobOutcomeRow.job_id == row.id))
    }
    return JobView(
        _head(tx, row),
        row.payload,
        row.signed_meaning,
        row.cancel_asked_name,
        tuple(_outcome(what, found.get(n)) for n, what in enumerate(row.items)),
    )


def _head(tx: Transaction, row: JobRow) -> JobItem:
    progress = tx.session.get_one(JobProgressRow, row.id)
    return JobItem(
        row.id,
        row.kind,
        progress.status,
        progress.done,
        progress.refused,
        row.total,
        row.ordered_at,
        progress.started_at,
        progress.finished_at,
        row.cancel_asked_at is not None and progress.status in job.UNFINISHED,
    )


def _outcome(what: Mapping[str, Any], row: JobOutcomeRow | None) -> OutcomeView:
    name = str(what.get("name", ""))
    if row is None:
        return OutcomeView(name, False, False, "", "", ())
    reasons = tuple(Refusal(one["code"], one["params"]) for one in row.reasons)
    return OutcomeView(name, True, row.ok, row.made, row.made_no, reasons)

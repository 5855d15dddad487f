"""Long work over HTTP: the caller's own jobs, how far they are, and what became of each item."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from lims.api.body import Answer, PageOf, PageQuery, taken
from lims.api.operation import ANYBODY, reads
from lims.services.reading import job as reading
from lims.services.transaction import Transaction


class JobHead(Answer):
    id: int
    kind: str
    status: str = Field(description="queued, running, done, failed (no item succeeded) or cancelled")
    done: int = Field(description="items with an outcome")
    refused: int = Field(description="those of them that were refused")
    total: int
    ordered_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ItemReason(Answer):
    code: str
    params: dict[str, Any]


class JobOutcome(Answer):
    name: str
    done: bool
    ok: bool
    made: str = Field(description="noun of what was made: run, certificate")
    no: str
    reasons: list[ItemReason]


class JobAnswer(JobHead):
    outcomes: list[JobOutcome]


@reads("/jobs", ANYBODY, PageOf[JobHead], "My jobs, newest first", query=PageQuery)
def listing(tx: Transaction, query: PageQuery) -> Any:
    page = reading.mine(tx, query.after, query.limit)
    return PageOf[JobHead](items=[taken(JobHead, item) for item in page.items], next=page.next)


@reads("/jobs/<int:id>", ANYBODY, JobAnswer, "One of my jobs with the outcome of each item")
def one(tx: Transaction, _query: None, id: int) -> JobAnswer:
    seen = reading.detail(tx, id)
    return taken(JobAnswer, seen.head, outcomes=[_outcome(item) for item in seen.outcomes])


def _outcome(item: reading.OutcomeView) -> JobOutcome:
    reasons = [ItemReason(code=one.code, params=dict(one.params)) for one in item.reasons]
    return taken(JobOutcome, item, reasons=reasons)

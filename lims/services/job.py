"""Use-cases of long work: order it, cancel it, and what a worker needs to do it item by item. It knows no kind of work.

A worker may be killed or two may be sent for one job: each item is done in one transaction that first takes the job's
row of progress and last writes the item's only outcome, so whoever comes second finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from lims.domain.rules.actor import Actor
from lims.domain.rules.audit import plain
from lims.domain.rules.errors import BadInput, Forbidden, LimsError, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.persistence.account import UserRow
from lims.persistence.job import JobOutcomeRow, JobProgressRow, JobRow
from lims.services import account, lookup
from lims.services.transaction import Signature, Transaction

MOST_ITEMS = 500
LEASE = timedelta(seconds=15)
"""A worker that has said nothing for so long is taken for dead. One that was only slow loses nothing but the job."""
SIGNED_FOR = timedelta(hours=12)
"""A signature given when ordering covers what is done within a working day, not what a restart finds weeks later."""
MOST_CLAIMS = 5
"""An item at which so many workers in a row were lost is given up, so that the others are done."""
UNFINISHED = ("queued", "running")


@dataclass(frozen=True)
class Kind:
    """What ordering a kind of work takes; the right is asked again at every item."""

    right: str
    signs: bool = False


KINDS: Mapping[str, Kind] = {
    "import_runs": Kind("run:import"),
    "issue_certificates": Kind("certificate:issue", signs=True),
    "load_library": Kind("catalogue:propose"),
}


@dataclass(frozen=True)
class Made:
    """What an item came to: the object it made, and reasons where that is not yet what was wanted."""

    noun: str
    no: str
    reasons: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Order:
    """The order as a worker reads it: in whose name, and on which signature."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    actor: Actor
    signature: Signature | None
    next: int
    """Place of the first undone item."""


@dataclass(frozen=True)
class Item:
    job_id: int
    n: int
    what: Mapping[str, Any]


def order(tx: Transaction, kind: str, payload: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> int:
    """Write the order down in the caller's transaction; it is carried out after that has been committed."""
    asked = KINDS[kind]
    tx.require(asked.right)
    if not items or len(items) > MOST_ITEMS:
        raise BadInput("JOB_EMPTY" if not items else "JOB_TOO_LONG", field="items", most=MOST_ITEMS)
    if asked.signs and (tx.signature is None or tx.signature.user_id != tx.actor.id):
        raise Refused(refusal("SIGNATURE_NEEDED", verb="issue"))
    row = JobRow(
        kind=kind,
        payload=plain(dict(payload)),
        items=[plain(dict(item)) for item in items],
        total=len(items),
        user_id=tx.actor.id,
        ordered_name=tx.actor.name,
        language=tx.actor.language,
        ordered_at=tx.now,
        signed_meaning=tx.signature.meaning if tx.signature else "",
    )
    tx.add(row, "order", row.signed_meaning)
    tx.session.flush()  # its progress has the same id
    tx.session.add(JobProgressRow(job_id=row.id, status="queued", done=0, refused=0, worker="", claims=0))
    return row.id


def own(tx: Transaction, job_id: int) -> JobRow:
    """The actor's own job; another's is not there."""
    return lookup.one(tx, select(JobRow).where(JobRow.id == job_id, JobRow.user_id == tx.actor.id), "job", str(job_id))


def cancel(tx: Transaction, job_id: int) -> None:
    """Ask the worker to stop before the next item; what is done stays done. Nobody being at it, it stops now."""
    row = own(tx, job_id)
    if tx.session.get_one(JobProgressRow, job_id).status not in UNFINISHED:
        raise Refused(refusal("JOB_FINISHED"))
    if row.cancel_asked_at is not None:
        return
    row.cancel_asked_by, row.cancel_asked_name, row.cancel_asked_at = tx.actor.id, tx.actor.name, tx.now
    tx.record(row, "cancel")
    _set(tx, job_id, _nobody_at_it(tx), status="cancelled", finished_at=tx.now)


def unfinished(tx: Transaction) -> list[int]:
    """Every job that still waits or was left in the middle, oldest first."""
    query = select(JobProgressRow.job_id).where(JobProgressRow.status.in_(UNFINISHED))
    return list(tx.session.scalars(query.order_by(JobProgressRow.job_id)))


def claim(tx: Transaction, job_id: int, worker: str) -> bool:
    """Whether the job is this worker's now; not when it is finished or another one is at it."""
    once_more = JobProgressRow.claims + 1
    return _set(tx, job_id, _nobody_at_it(tx), status="running", worker=worker, heartbeat=tx.now, claims=once_more)


def lay_down(tx: Transaction, job_id: int, worker: str) -> None:
    """Let the next worker take the job up without waiting."""
    _set(tx, job_id, _at_it(worker), status="queued", worker="", claims=0)


def ordered(tx: Transaction, job_id: int) -> Order:
    """The order with its person as he is now: rights and place may have been taken away since."""
    row = tx.session.get_one(JobRow, job_id)
    person = tx.session.get_one(UserRow, row.user_id)
    actor = account.actor_of(person) if person.active else Actor(row.user_id, row.ordered_name, frozenset())
    signed = KINDS[row.kind].signs and tx.now - row.ordered_at <= SIGNED_FOR
    signature = Signature(row.user_id, row.signed_meaning) if signed else None
    return Order(row.id, row.kind, row.payload, actor, signature, tx.session.get_one(JobProgressRow, job_id).done)


def turn(tx: Transaction, job_id: int, worker: str) -> Item | None:
    """The next item, which nobody else can be at until the transaction ends; None when the work is over or taken away.

    It writes before it reads, so that on both databases the row of progress is locked first.
    """
    if not _set(tx, job_id, _at_it(worker), heartbeat=tx.now):
        return None
    row, progress = tx.session.get_one(JobRow, job_id), tx.session.get_one(JobProgressRow, job_id)
    if progress.started_at is None:
        progress.started_at = tx.now
    if progress.done < row.total and row.cancel_asked_at is None:
        return Item(job_id, progress.done, row.items[progress.done])
    _close(tx, progress, row.total)
    return None


def _close(tx: Transaction, progress: JobProgressRow, total: int) -> None:
    end = "failed" if progress.refused == total else "done"
    progress.status = end if progress.done == total else "cancelled"
    progress.finished_at, progress.worker = tx.now, ""


def must_be_given_up(tx: Transaction, item: Item) -> bool:
    return tx.session.get_one(JobProgressRow, item.job_id).claims > MOST_CLAIMS


def finish(tx: Transaction, item: Item, made: Made) -> None:
    """The item's outcome, in the same transaction as what it did; with the last one the job is over."""
    progress = tx.session.get_one(JobProgressRow, item.job_id)
    progress.done, progress.claims = progress.done + 1, 1
    progress.refused += bool(made.reasons)
    tx.session.add(
        JobOutcomeRow(
            job_id=item.job_id,
            n=item.n,
            ok=not made.reasons,
            made=made.noun,
            made_no=made.no,
            reasons=[{"code": one.code, "params": plain(dict(one.params))} for one in made.reasons],
            at=tx.now,
        )
    )
    total = tx.session.get_one(JobRow, item.job_id).total
    if progress.done == total:
        _close(tx, progress, total)


def signed_in_time(order: Order) -> None:
    """Forbidden where the kind is signed and the signature no longer covers the moment."""
    if KINDS[order.kind].signs and order.signature is None:
        raise Forbidden("SIGNATURE_TOO_OLD", hours=int(SIGNED_FOR.total_seconds()) // 3600)


def reasons_of(error: LimsError) -> tuple[Refusal, ...]:
    return tuple(error.refusals) if isinstance(error, Refused) else (Refusal(error.code, error.params),)


def _at_it(worker: str) -> ColumnElement[bool]:
    return and_(JobProgressRow.worker == worker, JobProgressRow.status == "running")


def _nobody_at_it(tx: Transaction) -> ColumnElement[bool]:
    silent = and_(JobProgressRow.status == "running", JobProgressRow.heartbeat < tx.now - LEASE)
    return or_(JobProgressRow.status == "queued", silent)


def _set(tx: Transaction, job_id: int, when: ColumnElement[bool], **values: Any) -> bool:
    statement = update(JobProgressRow).where(JobProgressRow.job_id == job_id, when).values(**values)
    found = tx.session.execute(statement.execution_options(synchronize_session=False))
    return bool(found.rowcount)  # type: ignore[attr-defined]

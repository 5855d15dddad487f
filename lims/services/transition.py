"""The only writer of ``.state``: a verb from the table, by one who may, duties apart, with its event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, insert, or_, select

from lims.domain.rules.errors import Forbidden, Refused
from lims.domain.rules.permissions import ACTION_OF, ROLE_OF_DUTY, Grant, apart_from
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.rules.workflow import Transition, find
from lims.persistence import bulk
from lims.persistence.trail import DutyRow
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class Over:
    """What an act is about, for keeping duties apart: the ids of the chain down to the object."""

    request_id: int | None = None
    lot_id: int | None = None
    sample_id: int | None = None
    analysis_id: int | None = None
    reference_id: int | None = None


def act(tx: Transaction, row: Any, verb: str, over: Over, reason: str = "", also: Sequence[Refusal] = ()) -> Grant:
    """A person's act: checks state, right, duties, reason and signature; moves the state and records it.

    Raises Refused with every reason found, those of the use-case (``also``) among them, or Forbidden.
    A new row (no state yet) is added to the session.
    """
    move = _move(row, verb)
    grant = _grant(tx, move, row.noun, verb)
    duty = _duty(move, grant)
    refusals = [*_missing(tx, move, reason), *duty_refusals(tx, duty, over), *also]
    if refusals:
        raise Refused(*refusals)
    new = row.state is None
    _apply(tx, row, move, reason, grant.role)
    if new and f"{row.noun}_id" in Over.__dataclass_fields__:
        tx.session.flush()  # the duty is over this very row, whose id the database gives
        over = replace(over, **{f"{row.noun}_id": row.id})
    note_duty(tx, duty, over)
    return grant


def follow(tx: Transaction, row: Any, verb: str, reason: str = "") -> None:
    """A consequence of somebody's act that the table gives to the system itself."""
    move = _move(row, verb)
    if not move.by_system:
        raise Forbidden("NOT_A_CONSEQUENCE", noun=row.noun, verb=verb)
    _apply(tx, row, move, reason, "system")


def ride(tx: Transaction, row: Any, verb: str, reason: str = "") -> None:
    """A small step that rides along with a greater act of the same person and counts as no duty of its own."""
    _apply(tx, row, _move(row, verb), reason, "system")


def install(tx: Transaction, row: Any, state: str, reason: str) -> None:
    """Put a new row in place in a given state: the seed catalogue and migrated history, by the system alone."""
    if tx.actor.id != 0:
        raise Forbidden("SYSTEM_ONLY", noun=row.noun)
    row.state = state
    tx.session.add(row)
    tx.record(row, "install", reason, "system")


def install_many(
    tx: Transaction, kind: Any, rows: Sequence[Mapping[str, Any]], state: str, reason: str
) -> Sequence[int]:
    """``install`` for many new rows of one kind, given by their columns; answers their ids in order."""
    if tx.actor.id != 0:
        raise Forbidden("SYSTEM_ONLY", noun=kind.noun)
    put = [{**row, "state": state} for row in rows]
    return bulk.add(tx.session, kind, put, bulk.Act("install", reason, "system"))


def begin_many(tx: Transaction, kind: Any, rows: Sequence[Mapping[str, Any]], verb: str, reason: str) -> Sequence[int]:
    """A person's act that puts many new rows in place: right, reason and signature are asked for once."""
    move = _first_move(kind, "", verb)
    grant = _grant(tx, move, kind.noun, verb)
    refusals = _missing(tx, move, reason)
    if refusals:
        raise Refused(*refusals)
    put = [{**row, "state": move.goes_to("")} for row in rows]
    ids = bulk.add(tx.session, kind, put, bulk.Act(verb, reason, grant.role))
    _note_duties(tx, _duty(move, grant), ids)
    return ids


def act_on_many(
    tx: Transaction, kind: Any, state: str, changes: Mapping[int, Mapping[str, Any]], verb: str, reason: str = ""
) -> None:
    """One act over many versions that are all in one state, each with its changes, its event and its duty."""
    move = _first_move(kind, state, verb)
    grant = _grant(tx, move, kind.noun, verb)
    duty = _duty(move, grant)
    refusals = [*_missing(tx, move, reason), *_duties_of_many(tx, duty, sorted(changes))]
    if refusals:
        raise Refused(*refusals)
    moved = {id: {**values, "state": move.goes_to(state)} for id, values in changes.items()}
    bulk.change(tx.session, kind, moved, bulk.Act(verb, reason, grant.role))
    _note_duties(tx, duty, sorted(changes))


def act_on_all(
    tx: Transaction,
    kind: Any,
    state: str,
    changes: Mapping[int, Mapping[str, Any]],
    verb: str,
    overs: Mapping[int, Over],
    reason: str = "",
) -> None:
    """``act`` over many rows of one kind that are all in one state, each with its changes and its own chain."""
    move = _first_move(kind, state, verb)
    grant = _grant(tx, move, kind.noun, verb)
    duty = _duty(move, grant)
    refusals = [*_missing(tx, move, reason), *_duties_over_all(tx, duty, [overs[id] for id in changes])]
    if refusals:
        raise Refused(*refusals)
    moved = {id: {**values, "state": move.goes_to(state)} for id, values in changes.items()}
    bulk.change(tx.session, kind, moved, bulk.Act(verb, reason, grant.role))
    if duty and changes:
        done = [{"user_id": tx.actor.id, "duty": duty, "at": tx.now, **overs[id].__dict__} for id in sorted(changes)]
        tx.session.connection().execute(insert(DutyRow), done)


def _duties_over_all(tx: Transaction, duty: str, overs: Sequence[Over]) -> list[Refusal]:
    """``duty_refusals`` for many chains: what the actor did in their requests is looked up at once."""
    others = apart_from(duty)
    if not others:
        return []
    requests = sorted({over.request_id for over in overs if over.request_id is not None})
    mine = (DutyRow.user_id == tx.actor.id, DutyRow.duty.in_([other for other, _ in others]))
    rows: list[Any] = []
    for start in range(0, len(requests), 500):
        query = select(DutyRow.__table__).where(*mine, DutyRow.request_id.in_(requests[start : start + 500]))
        rows.extend(tx.session.execute(query).mappings())
    done: set[tuple[str, str, int | None]] = set()
    for row in rows:
        done |= {(row["duty"], scope, row[f"{scope}_id"]) for scope in ("sample", "analysis") if row[f"{scope}_id"]}
        whole = row["lot_id"] is None
        done.add((row["duty"], "request" if whole else "lot", row["request_id"] if whole else row["lot_id"]))
    found = {
        other
        for other, scope in others
        for over in overs
        if (other, scope, getattr(over, f"{scope}_id", None)) in done
        or (scope == "lot" and (other, "request", over.request_id) in done)
    }
    return [refusal("DUTIES_APART", duty=duty, other=other) for other in sorted(found)]


def _first_move(kind: Any, state: str, verb: str) -> Transition:
    move = find(kind.noun, state, verb)
    if isinstance(move, Refusal):
        raise Refused(move)
    return move


def _duties_of_many(tx: Transaction, duty: str, ids: Sequence[int]) -> list[Refusal]:
    """Duties apart over any of the versions: one query for every few hundred of them."""
    others = [other for other, scope in apart_from(duty) if scope == "reference_version"]
    found: set[str] = set()
    for start in range(0, len(ids) if others else 0, 500):
        mine = (DutyRow.user_id == tx.actor.id, DutyRow.duty.in_(others))
        query = select(DutyRow.duty).where(*mine, DutyRow.reference_id.in_(ids[start : start + 500])).distinct()
        found.update(tx.session.scalars(query))
    return [refusal("DUTIES_APART", duty=duty, other=other) for other in sorted(found)]


def _note_duties(tx: Transaction, duty: str, ids: Sequence[int]) -> None:
    if duty and ids:
        done = [{"user_id": tx.actor.id, "duty": duty, "at": tx.now, "reference_id": id} for id in ids]
        tx.session.execute(insert(DutyRow), done)


def can(tx: Transaction, row: Any, verb: str, over: Over) -> tuple[Refusal, ...]:
    """Why the act would be refused now; empty when it may be done (a reason and a signature come later)."""
    move = find(row.noun, row.state, verb)
    if isinstance(move, Refusal):
        return (move,)
    try:
        grant = _grant(tx, move, row.noun, verb)
    except Forbidden as error:
        return (Refusal(error.code, error.params),)
    return tuple(duty_refusals(tx, _duty(move, grant), over))


def duty_refusals(tx: Transaction, duty: str, over: Over) -> list[Refusal]:
    """The duties that the actor has already done over the same thing and that exclude this one."""
    others = apart_from(duty)
    if not others:
        return []
    clauses = [and_(DutyRow.duty == other, _same(scope, over)) for other, scope in others if _has(scope, over)]
    if not clauses:
        return []
    done = tx.session.scalars(
        select(DutyRow.duty).where(DutyRow.user_id == tx.actor.id, or_(*clauses)).distinct()
    ).all()
    return [refusal("DUTIES_APART", duty=duty, other=other) for other in sorted(done)]


def note_duty(tx: Transaction, duty: str, over: Over) -> None:
    """Remember that the actor did this duty over this thing."""
    if duty:
        tx.session.add(DutyRow(user_id=tx.actor.id, duty=duty, at=tx.now, **over.__dict__))


def _move(row: Any, verb: str) -> Transition:
    move = find(row.noun, row.state, verb)
    if isinstance(move, Refusal):
        raise Refused(move)
    return move


def _grant(tx: Transaction, move: Transition, noun: str, verb: str) -> Grant:
    """The right that is used; one whose role is a duty of the move comes first."""
    action = ACTION_OF.get((noun, verb))
    if action is None:
        raise Forbidden("NOBODY_MAY", noun=noun, verb=verb)
    held = tx.require(action)
    wanted = {ROLE_OF_DUTY.get(duty, duty) for duty in move.duties}
    return next((grant for grant in held if grant.role in wanted), held[0])


_REFERENCE_DUTIES = frozenset({"author", "releaser"})


def _duty(move: Transition, grant: Grant) -> str:
    if grant.role in move.duties:
        return grant.role
    named = sorted(move.duties & (_REFERENCE_DUTIES | {"disposer_1", "disposer_2"}))
    return named[0] if named else grant.role if move.duties else ""


def _missing(tx: Transaction, move: Transition, reason: str) -> list[Refusal]:
    missing = []
    if move.wants_reason and not reason.strip():
        missing.append(refusal("REASON_NEEDED", verb=move.verb))
    if move.signs and (tx.signature is None or tx.signature.user_id != tx.actor.id):
        missing.append(refusal("SIGNATURE_NEEDED", verb=move.verb))
    return missing


def _apply(tx: Transaction, row: Any, move: Transition, reason: str, role: str) -> None:
    new = row.state is None
    row.state = move.goes_to(row.state or "")
    if new:
        tx.session.add(row)
    tx.record(row, move.verb, reason, role)


def _has(scope: str, over: Over) -> bool:
    ids = {
        "lot": over.lot_id,
        "sample": over.sample_id,
        "analysis": over.analysis_id,
        "reference_version": over.reference_id,
    }
    return ids.get(scope) is not None


def _same(scope: str, over: Over) -> Any:
    """Acts over the whole request (lodging, accepting) count for each of its lots."""
    if scope == "lot":
        whole = and_(DutyRow.lot_id.is_(None), DutyRow.request_id == over.request_id)
        return or_(DutyRow.lot_id == over.lot_id, whole)
    if scope == "sample":
        return DutyRow.sample_id == over.sample_id
    if scope == "analysis":
        return DutyRow.analysis_id == over.analysis_id
    return DutyRow.reference_id == over.reference_id

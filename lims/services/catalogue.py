"""The catalogue as versioned reference data: the seed, and changes that one proposes and another releases."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import func, select

from lims.domain.method import listed
from lims.domain.reference import KINDS, Kind
from lims.domain.rules.errors import BadInput, Forbidden, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.instrument import ScopeRow
from lims.services import overlap, recipe, transition
from lims.services.reading.method import gaps_of
from lims.services.transaction import Transaction
from lims.services.transition import Over

SEED_REASON = "seed catalogue"


def seed(tx: Transaction) -> dict[str, int]:
    """Install the catalogue that ships with the product, as released first versions; answers how many.

    Items whose code is there already, in whatever version, are left alone: seeding twice adds nothing.
    """
    return {kind.kind: _seed_kind(tx, kind) for kind in KINDS.values()}


def _seed_kind(tx: Transaction, kind: Kind) -> int:
    there = set(tx.session.scalars(select(ReferenceVersionRow.code).where(ReferenceVersionRow.kind == kind.kind)))
    added = 0
    for record in seed_rows(kind.file):
        code = record[kind.key]
        if code in there:
            continue
        content = {name: record.get(name) or "" for name in kind.fields}
        row = _row(kind, code, 1, content, _day(record.get("valid_from")), _day(record.get("valid_to")))
        row.proposed_by = row.released_by = tx.actor.id
        row.released_at, row.reason = tx.now, SEED_REASON
        transition.install(tx, row, "released", SEED_REASON)
        added += 1
    return added


def seed_demo_scope(tx: Transaction, numbers: Mapping[str, str], since: date) -> int:
    """Scope lines for the methods that the seed flags for demonstration: mark -> registration number."""
    if tx.actor.id != 0:
        raise Forbidden("SYSTEM_ONLY", noun="scope")
    added = 0
    for record in seed_rows("methods"):
        for mark, flag in (("CMA", "demo_cma"), ("CNAS", "demo_cnas")):
            if record[flag] != "Y" or mark not in numbers:
                continue
            for category in listed(record["categories"]):
                line = ScopeRow(
                    mark=mark, registration_no=numbers[mark], category=category, method=record["method"],
                    analyte="*", valid_from=since, valid_to=None,
                )  # fmt: skip
                tx.add(line, "install", SEED_REASON)
                added += 1
    return added


def seed_rows(name: str) -> list[dict[str, str]]:
    text = files("lims").joinpath("catalogue", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True)
class ProposeVersion:
    """A new item, or a new version of a known one. ``content`` holds the fields of its kind as text."""

    kind: str
    code: str
    content: Mapping[str, str]
    valid_from: date | None
    valid_to: date | None
    reason: str


@dataclass(frozen=True)
class Proposed:
    id: int
    kind: str
    code: str
    number: int


def propose(tx: Transaction, cmd: ProposeVersion) -> Proposed:
    """Put a version up for release by somebody else. Only one version of an item may wait at a time."""
    kind = KINDS.get(cmd.kind)
    code = cmd.code.strip()
    if kind is None:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind)
    _not_fixed(kind, code)
    if not code or len(code) > 80:
        raise BadInput("FIELD_NEEDED", field="code")
    if not cmd.reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    if cmd.valid_from and cmd.valid_to and cmd.valid_to < cmd.valid_from:
        raise BadInput("RANGE_ENDS", field="valid_to", value=cmd.valid_to.isoformat())
    content = _content(kind, cmd.content)
    kind.check(code, content)
    recipe.check(kind.kind, code, content)
    _check_links(tx, kind, content)
    _check_among(tx, kind, code, content)
    row = _row(kind, code, _next_number(tx, kind.kind, code), content, cmd.valid_from, cmd.valid_to)
    row.proposed_by, row.reason = tx.actor.id, cmd.reason.strip()
    beside = overlap.refusals(tx, kind.kind, code, content, row.valid_from, row.valid_to)
    transition.act(tx, row, "propose", Over(), row.reason, also=beside)
    tx.session.flush()  # the author's duty is over this very version, and the caller is told its id
    transition.note_duty(tx, "author", Over(reference_id=row.id))
    return Proposed(row.id, row.kind, row.code, row.number)


def release(tx: Transaction, version_id: int) -> None:
    """Put a proposed version in force, as a signing act and never by its author; it closes the one before."""
    row = version(tx, version_id)
    if row.proposed_by == tx.actor.id:
        raise Refused(refusal("DUTIES_APART", duty="releaser", other="author"))
    _check_among(tx, KINDS[row.kind], row.code, row.content)
    missing = gaps_of(row)
    if missing:
        raise Refused(*missing)
    row.valid_from = row.valid_from or tx.today
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Refused(refusal("VALIDITY_OVER", last_day=row.valid_to.isoformat()))
    row.released_by, row.released_at = tx.actor.id, tx.now
    beside = overlap.refusals(tx, row.kind, row.code, row.content, row.valid_from, row.valid_to)
    transition.act(tx, row, "release", Over(reference_id=row.id), row.reason, also=beside)
    for former in _former(tx, row):
        former.valid_to = row.valid_from - timedelta(days=1)
        tx.record(former, "succeed", row.reason)


def reject(tx: Transaction, version_id: int, reason: str) -> None:
    row = version(tx, version_id)
    transition.act(tx, row, "reject", Over(reference_id=row.id), reason)


def retire(tx: Transaction, version_id: int, last_day: date, reason: str) -> None:
    """End an item without a successor; it stays in force through its last day."""
    row = version(tx, version_id)
    _not_fixed(KINDS[row.kind], row.code)
    if row.valid_from and last_day < row.valid_from:
        raise BadInput("RANGE_ENDS", field="last_day", value=last_day.isoformat())
    if not reason.strip():
        raise BadInput("FIELD_NEEDED", field="reason")
    row.valid_to = last_day
    transition.act(tx, row, "retire", Over(reference_id=row.id), reason)


def _not_fixed(kind: Kind, code: str) -> None:
    if code in kind.fixed:
        raise Refused(refusal("ITEM_FIXED", item=code))


def version(tx: Transaction, version_id: int) -> ReferenceVersionRow:
    row = tx.session.get(ReferenceVersionRow, version_id)
    if row is None:
        raise NotFound("NOT_FOUND", noun="reference_version", no=str(version_id))
    return row


def _content(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    strange = sorted(set(given) - set(kind.fields))
    if strange:
        raise BadInput("UNKNOWN_FIELD", field=strange[0])
    return {name: (given.get(name) or "").strip() for name in kind.fields}


def _check_links(tx: Transaction, kind: Kind, content: Mapping[str, str]) -> None:
    """What a version points at must be an item of the catalogue."""
    for target, name in kind.links:
        codes = {item.partition(":")[0].strip() for item in listed(content[name])}
        known = set(
            tx.session.scalars(
                select(ReferenceVersionRow.code).where(
                    ReferenceVersionRow.kind == target,
                    ReferenceVersionRow.code.in_(sorted(codes)),
                    ReferenceVersionRow.state == "released",
                )
            )
        )
        if codes - known:
            raise BadInput("NOT_IN_THE_CATALOGUE", field=name, value=sorted(codes - known)[0], kind=target)


def _check_among(tx: Transaction, kind: Kind, code: str, content: Mapping[str, str]) -> None:
    """Some items stand only together with the others of their kind, such as definitions that name one another."""
    if kind.among is None:
        return
    query = select(ReferenceVersionRow).where(
        ReferenceVersionRow.kind == kind.kind, ReferenceVersionRow.code != code, ReferenceVersionRow.state == "released"
    )
    others = {row.code: row.content for row in tx.session.scalars(query.order_by(ReferenceVersionRow.number))}
    kind.among(code, content, others)


def _next_number(tx: Transaction, kind: str, code: str) -> int:
    of_item = (ReferenceVersionRow.kind == kind, ReferenceVersionRow.code == code)
    query = select(ReferenceVersionRow.id).where(*of_item)
    if tx.session.scalar(query.where(ReferenceVersionRow.state == "proposed").limit(1)) is not None:
        raise Refused(refusal("VERSION_WAITS_ALREADY", kind=kind, item=code))
    newest = tx.session.scalar(select(func.max(ReferenceVersionRow.number)).where(*of_item))
    return (newest or 0) + 1


def _former(tx: Transaction, row: ReferenceVersionRow) -> list[ReferenceVersionRow]:
    """Released versions of the same item that reach into the new one's time."""
    query = select(ReferenceVersionRow).where(
        ReferenceVersionRow.kind == row.kind,
        ReferenceVersionRow.code == row.code,
        ReferenceVersionRow.number < row.number,
        ReferenceVersionRow.state == "released",
    )
    return [
        former
        for former in tx.session.scalars(query)
        if former.valid_to is None or row.valid_from is None or former.valid_to >= row.valid_from
    ]


_SEARCHED = ("name_zh", "name_en", "category", "product", "analyte", "jurisdiction", "hs_codes")


def _row(
    kind: Kind,
    code: str,
    number: int,
    content: dict[str, str],
    valid_from: date | None,
    valid_to: date | None,
) -> ReferenceVersionRow:
    shown: dict[str, Any] = dict.fromkeys(_SEARCHED, "")
    shown.update({column: content[name] for column, name in kind.searched.items()})
    return ReferenceVersionRow(
        kind=kind.kind,
        code=code,
        number=number,
        content=content,
        valid_from=valid_from,
        valid_to=valid_to,
        released_by=None,
        released_at=None,
        **shown,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

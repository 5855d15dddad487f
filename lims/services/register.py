"""Registers that must be in order on the day: organisations, authorisations, the accreditation scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lims.domain import competence
from lims.domain.accreditation import MARKS
from lims.domain.rules.errors import BadInput, Conflict, NotFound, Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.account import UserRow
from lims.persistence.catalogue import ReferenceVersionRow
from lims.persistence.instrument import AuthorisationRow, ScopeRow
from lims.persistence.organisation import OrganisationRow
from lims.services.transaction import Transaction

ORGANISATION_KINDS = ("importer", "producer", "customs_office", "site")
ORGANISATION_RIGHT = "sample:receive"
"""Organisations are kept at the counter; receiving is the counter's own right."""


@dataclass(frozen=True)
class Organisation:
    """All fields of an organisation; ``version`` is that of the row the editor saw."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    country: str = ""
    address: str = ""
    contact: str = ""
    version: int | None = None


def add_organisation(tx: Transaction, cmd: Organisation) -> int:
    """A name in one language serves for both until the other is known."""
    tx.require(ORGANISATION_RIGHT)
    _check_organisation(cmd)
    row = OrganisationRow(code=cmd.code.strip(), kind=cmd.kind)
    if _by_code(tx, OrganisationRow, row.code) is not None:
        raise BadInput("CODE_TAKEN", field="code", value=row.code)
    _fill(row, cmd)
    tx.add(row, "add")
    tx.session.flush()  # the caller is told the id
    return row.id


def edit_organisation(tx: Transaction, cmd: Organisation, reason: str) -> None:
    tx.require(ORGANISATION_RIGHT)
    _check_organisation(cmd)
    _needed(reason=reason)
    row = _found(_by_code(tx, OrganisationRow, cmd.code), "organisation", cmd.code)
    _fresh(row, cmd.version)
    _fill(row, cmd)
    tx.record(row, "edit", reason)


def _fill(row: OrganisationRow, cmd: Organisation) -> None:
    row.name_zh, row.name_en = cmd.name_zh or cmd.name_en, cmd.name_en or cmd.name_zh
    row.country, row.address, row.contact = cmd.country.upper(), cmd.address, cmd.contact


def _check_organisation(cmd: Organisation) -> None:
    _needed(code=cmd.code, name_zh=cmd.name_zh or cmd.name_en)
    if cmd.kind not in ORGANISATION_KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=cmd.kind)
    if cmd.country and not (len(cmd.country) == 2 and cmd.country.isascii() and cmd.country.isalpha()):
        raise BadInput("UNKNOWN_CHOICE", field="country", value=cmd.country)


@dataclass(frozen=True)
class Authorise:
    """``over`` is a method code for test and review, a category for sign, ``*`` for all of them."""

    username: str
    activity: str
    over: str
    valid_from: date
    valid_to: date | None
    evidence: str


def authorise(tx: Transaction, cmd: Authorise) -> int:
    """Grant an authorisation on evidence; nobody grants their own (ISO/IEC 17025 6.2.5, 6.2.6)."""
    tx.require("competence:grant")
    _needed(over=cmd.over, evidence=cmd.evidence)
    if cmd.activity not in competence.ACTIVITIES:
        raise BadInput("UNKNOWN_CHOICE", field="activity", value=cmd.activity)
    if cmd.valid_to and cmd.valid_to < cmd.valid_from:
        raise BadInput("RANGE_ENDS", field="valid_to", value=cmd.valid_to.isoformat())
    user = _found(tx.session.scalar(select(UserRow).where(UserRow.username == cmd.username)), "user", cmd.username)
    if user.id == tx.actor.id:
        raise Refused(refusal("OWN_COMPETENCE", user=cmd.username))
    _in_catalogue(tx, "category" if cmd.activity == "sign" else "method", cmd.over, "over")
    row = AuthorisationRow(
        user_id=user.id,
        activity=cmd.activity,
        method="" if cmd.activity == "sign" else cmd.over,
        field=cmd.over if cmd.activity == "sign" else "",
        valid_from=cmd.valid_from,
        valid_to=cmd.valid_to,
        evidence=cmd.evidence,
        granted_by=tx.actor.id,
    )
    tx.add(row, "grant", cmd.evidence)
    tx.session.flush()  # the caller is told the id
    return row.id


def end_authorisation(tx: Transaction, authorisation_id: int, last_day: date, reason: str) -> None:
    tx.require("competence:grant")
    _needed(reason=reason)
    row = _found(tx.session.get(AuthorisationRow, authorisation_id), "authorisation", str(authorisation_id))
    if row.user_id == tx.actor.id:
        raise Refused(refusal("OWN_COMPETENCE", user=tx.actor.name))
    if last_day < row.valid_from:
        raise BadInput("RANGE_ENDS", field="last_day", value=last_day.isoformat())
    row.valid_to = last_day
    tx.record(row, "end", reason)


@dataclass(frozen=True)
class AddScope:
    mark: str
    registration_no: str
    category: str
    method: str
    analyte: str
    valid_from: date
    valid_to: date | None


def add_scope(tx: Transaction, cmd: AddScope) -> int:
    """One line of the scope as printed in the accreditation certificate; ``*`` stands for all analytes."""
    tx.require("catalogue:propose")
    _needed(registration_no=cmd.registration_no)
    if cmd.mark not in MARKS:
        raise BadInput("UNKNOWN_CHOICE", field="mark", value=cmd.mark)
    if cmd.valid_to and cmd.valid_to < cmd.valid_from:
        raise BadInput("RANGE_ENDS", field="valid_to", value=cmd.valid_to.isoformat())
    for kind, code in (("category", cmd.category), ("method", cmd.method), ("analyte", cmd.analyte)):
        if code != "*" or kind == "method":
            _in_catalogue(tx, kind, code, kind)
    row = ScopeRow(
        mark=cmd.mark,
        registration_no=cmd.registration_no,
        category=cmd.category,
        method=cmd.method,
        analyte=cmd.analyte,
        valid_from=cmd.valid_from,
        valid_to=cmd.valid_to,
    )
    tx.add(row, "add")
    tx.session.flush()  # the caller is told the id
    return row.id


def end_scope(tx: Transaction, scope_id: int, last_day: date, reason: str) -> None:
    tx.require("catalogue:propose")
    _needed(reason=reason)
    row = _found(tx.session.get(ScopeRow, scope_id), "scope", str(scope_id))
    row.valid_to = last_day
    tx.record(row, "end", reason)


def _in_catalogue(tx: Transaction, kind: str, code: str, field: str) -> None:
    known = tx.session.scalar(
        select(ReferenceVersionRow.id)
        .where(
            ReferenceVersionRow.kind == kind,
            ReferenceVersionRow.code == code,
            ReferenceVersionRow.state == "released",
        )
        .limit(1)
    )
    if known is None and code != "*":
        raise BadInput("NOT_IN_THE_CATALOGUE", field=field, value=code, kind=kind)


def _by_code(tx: Transaction, table: Any, code: str) -> Any:
    return tx.session.scalar(select(table).where(table.code == code.strip()))


def _found(row: Any, noun: str, no: str) -> Any:
    if row is None:
        raise NotFound("NOT_FOUND", noun=noun, no=no)
    return row


def _fresh(row: Any, seen: int | None) -> None:
    if seen is not None and row.version != seen:
        raise Conflict("STALE", seen=seen, stored=row.version)


def _needed(**texts: str) -> None:
    for name, text in texts.items():
        if not text.strip():
            raise BadInput("FIELD_NEEDED", field=name)

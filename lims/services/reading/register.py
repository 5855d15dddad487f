"""Organisations, authorisations and accreditation scope for screens. Frozen rows, no writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from lims.domain.rules.errors import NotFound
from lims.domain.specification import in_force
from lims.persistence.account import UserRow
from lims.persistence.instrument import AuthorisationRow, ScopeRow
from lims.persistence.organisation import OrganisationRow
from lims.services.reading.page import Page
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class OrganisationView:
    code: str
    kind: str
    name_zh: str
    name_en: str
    country: str
    address: str
    contact: str
    version: int


@dataclass(frozen=True)
class AuthorisationView:
    id: int
    username: str
    name: str
    activity: str
    over: str
    valid_from: date
    valid_to: date | None
    evidence: str
    in_force: bool


@dataclass(frozen=True)
class ScopeView:
    id: int
    mark: str
    registration_no: str
    category: str
    method: str
    analyte: str
    valid_from: date
    valid_to: date | None
    in_force: bool


def organisations(
    tx: Transaction, kind: str = "", text: str = "", after: str = "", size: int = 50
) -> Page[OrganisationView]:
    query = select(OrganisationRow).order_by(OrganisationRow.code).limit(size + 1)
    if kind:
        query = query.where(OrganisationRow.kind == kind)
    if after:
        query = query.where(OrganisationRow.code > after)
    if text.strip():
        columns = (OrganisationRow.code, OrganisationRow.name_zh, OrganisationRow.name_en)
        query = query.where(or_(*(one.icontains(text.strip(), autoescape=True) for one in columns)))
    rows = list(tx.session.scalars(query))
    return Page(tuple(_organisation(row) for row in rows[:size]), rows[size - 1].code if len(rows) > size else None)


def organisation(tx: Transaction, code: str) -> OrganisationView:
    row = tx.session.scalar(select(OrganisationRow).where(OrganisationRow.code == code))
    return _organisation(_found(row, "organisation", code))


def authorisations(tx: Transaction, method: str = "", username: str = "") -> tuple[AuthorisationView, ...]:
    """By method, then person; a method code also shows the grants over all methods."""
    query: Any = (
        select(AuthorisationRow, UserRow)
        .join(UserRow, AuthorisationRow.user_id == UserRow.id)
        .order_by(AuthorisationRow.method, AuthorisationRow.field, UserRow.username, AuthorisationRow.activity)
    )
    if method:
        query = query.where(AuthorisationRow.method.in_((method, "*")))
    if username:
        query = query.where(UserRow.username == username)
    return tuple(
        AuthorisationView(
            row.id,
            user.username,
            user.name,
            row.activity,
            row.field if row.activity == "sign" else row.method,
            row.valid_from,
            row.valid_to,
            row.evidence,
            in_force(row.valid_from, row.valid_to, tx.today),
        )
        for row, user in tx.session.execute(query)
    )


def people(tx: Transaction) -> tuple[tuple[str, str], ...]:
    """(user name, name) of everybody who may sign in."""
    rows = tx.session.scalars(select(UserRow).where(UserRow.active.is_(True)).order_by(UserRow.username))
    return tuple((row.username, row.name) for row in rows)


def scope(tx: Transaction, mark: str = "", text: str = "", after: int = 0, size: int = 50) -> Page[ScopeView]:
    query = select(ScopeRow).where(ScopeRow.id > after).order_by(ScopeRow.id).limit(size + 1)
    if mark:
        query = query.where(ScopeRow.mark == mark)
    if text.strip():
        columns = (ScopeRow.method, ScopeRow.analyte, ScopeRow.category, ScopeRow.registration_no)
        query = query.where(or_(*(one.icontains(text.strip(), autoescape=True) for one in columns)))
    rows = list(tx.session.scalars(query))
    items = tuple(
        ScopeView(
            row.id,
            row.mark,
            row.registration_no,
            row.category,
            row.method,
            row.analyte,
            row.valid_from,
            row.valid_to,
            in_force(row.valid_from, row.valid_to, tx.today),
        )
        for row in rows[:size]
    )
    return Page(items, str(rows[size - 1].id) if len(rows) > size else None)


def _organisation(row: OrganisationRow) -> OrganisationView:
    return OrganisationView(
        row.code, row.kind, row.name_zh, row.name_en, row.country, row.address, row.contact, row.version
    )


def _found(row: Any, noun: str, no: str) -> Any:
    if row is None:
        raise NotFound("NOT_FOUND", noun=noun, no=no)
    return row

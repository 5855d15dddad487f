"""Organisations, instruments, authorisations and accreditation scope for screens. Frozen rows, no writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from lims.domain.equipment import Equipment, calibration, unfit
from lims.domain.rules.errors import NotFound
from lims.domain.rules.refusal import Refusal
from lims.domain.rules.workflow import open_verbs
from lims.domain.specification import in_force
from lims.persistence.account import UserRow
from lims.persistence.instrument import AuthorisationRow, InstrumentRow, ScopeRow
from lims.persistence.organisation import OrganisationRow
from lims.services import transition
from lims.services.reading.page import Page, Verb
from lims.services.transaction import Transaction
from lims.services.transition import Over


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
class InstrumentView:
    code: str
    name_zh: str
    name_en: str
    technique: str
    maker: str
    model: str
    serial_no: str
    place: str
    adapter: str
    state: str
    calibrated_on: date | None
    calibration_due: date | None
    calibration: str
    """unknown, past, soon or good."""
    out_reason: str
    unfit: Refusal | None
    verbs: tuple[Verb, ...] = ()


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


def instruments(tx: Transaction, text: str = "", after: str = "", size: int = 50) -> Page[InstrumentView]:
    """The register by code; what is out or past its calibration is told apart in each line."""
    query = select(InstrumentRow).order_by(InstrumentRow.code).limit(size + 1)
    if after:
        query = query.where(InstrumentRow.code > after)
    if text.strip():
        columns = (
            InstrumentRow.code,
            InstrumentRow.name_zh,
            InstrumentRow.name_en,
            InstrumentRow.technique,
            InstrumentRow.model,
        )
        query = query.where(or_(*(one.icontains(text.strip(), autoescape=True) for one in columns)))
    rows = list(tx.session.scalars(query))
    return Page(
        tuple(_instrument(row, tx.today) for row in rows[:size]),
        rows[size - 1].code if len(rows) > size else None,
    )


def instrument(tx: Transaction, code: str) -> InstrumentView:
    query = select(InstrumentRow).where(InstrumentRow.code == code)
    row = _found(tx.session.scalar(query), "instrument", code)
    verbs = tuple(Verb(verb, transition.can(tx, row, verb, Over())) for verb in open_verbs(row.noun, row.state))
    return _instrument(row, tx.today, verbs)


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


def _instrument(row: InstrumentRow, today: date, verbs: tuple[Verb, ...] = ()) -> InstrumentView:
    return InstrumentView(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        technique=row.technique,
        maker=row.maker,
        model=row.model,
        serial_no=row.serial_no,
        place=row.place,
        adapter=row.adapter,
        state=row.state,
        calibrated_on=row.calibrated_on,
        calibration_due=row.calibration_due,
        calibration=calibration(row.calibration_due, today),
        out_reason=row.out_reason,
        unfit=unfit(Equipment(row.code, row.state, row.calibration_due, row.out_reason), today),
        verbs=verbs,
    )


def _found(row: Any, noun: str, no: str) -> Any:
    if row is None:
        raise NotFound("NOT_FOUND", noun=noun, no=no)
    return row

"""Organisations over HTTP: importers, producers, customs offices and sites, looked up and kept at the counter."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lims.api.body import Body, Optional, PageOf, PageQuery, Short, Text, one_of
from lims.api.operation import reads, writes
from lims.services import register
from lims.services.reading import register as reading
from lims.services.reading.register import OrganisationView
from lims.services.transaction import Transaction

SEE = "request:lodge"
"""Names of importers are for those who write requests."""


class OrganisationBody(Body):
    code: Short = Field(min_length=1, max_length=40)
    kind: one_of(register.ORGANISATION_KINDS)  # type: ignore[valid-type]
    name_zh: Optional = ""
    name_en: Optional = ""
    country: Optional = ""
    address: Optional = ""
    contact: Optional = ""


class Edit(Body):
    kind: one_of(register.ORGANISATION_KINDS)  # type: ignore[valid-type]
    name_zh: Optional = ""
    name_en: Optional = ""
    country: Optional = ""
    address: Optional = ""
    contact: Optional = ""
    reason: Text = Field(min_length=1)


class OrganisationQuery(PageQuery):
    kind: str = ""
    q: str = ""


EXAMPLE = {
    "code": "IMP-2", "kind": "importer", "name_zh": "海南冷链有限公司", "name_en": "Hainan Cold Chain Co.",
    "country": "CN", "address": "Haikou", "contact": "",
}  # fmt: skip


@reads("/organisations", SEE, PageOf[OrganisationView], "Organisations by code", query=OrganisationQuery)
def listing(tx: Transaction, query: OrganisationQuery) -> Any:
    page = reading.organisations(tx, query.kind, query.q, query.after, query.limit)
    return PageOf[OrganisationView](items=list(page.items), next=page.next)


def _shown(tx: Transaction, code: str) -> OrganisationView:
    return reading.organisation(tx, code)


@reads("/organisations/<code>", SEE, OrganisationView, "One organisation")
def one(tx: Transaction, _query: None, code: str) -> OrganisationView:
    return _shown(tx, code)


@writes(
    "POST", "/organisations", register.ORGANISATION_RIGHT, OrganisationView, "Add an organisation",
    body=OrganisationBody, then=_shown, status=201, example=EXAMPLE,
)  # fmt: skip
def add(tx: Transaction, body: OrganisationBody) -> str:
    register.add_organisation(tx, register.Organisation(**body.model_dump()))
    return body.code.strip()


@writes(
    "PUT", "/organisations/<code>", register.ORGANISATION_RIGHT, OrganisationView, "Edit, with If-Match",
    body=Edit, then=_shown, if_match=True,
    example={**{key: value for key, value in EXAMPLE.items() if key != "code"}, "reason": "moved"},
)  # fmt: skip
def edit(tx: Transaction, body: Edit, code: str, version: int | None) -> str:
    fields = body.model_dump(exclude={"reason"})
    register.edit_organisation(tx, register.Organisation(code=code, version=version, **fields), body.reason)
    return code

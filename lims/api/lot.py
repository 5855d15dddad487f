"""Lots over HTTP: what the decision rests on, hold and unhold, proof of what became of the goods, close, cancel."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Empty, PageOf, PageQuery, Reason, Text
from lims.api.operation import reads, writes
from lims.services import cancelling, lot
from lims.services.reading import lot as reading
from lims.services.reading.lot import DecisionView, LotItem
from lims.services.transaction import Transaction


class DecidedLot(Answer):
    lot: str
    state: str
    disposition: str
    rule: str = Field(description="the row of the decision table that offered it; empty for HOLD")
    verdict: str


class Proof(Body):
    proof: Text = Field(min_length=1, description="what was recorded: document number, date, place")


class LotQuery(PageQuery):
    state: str = Field("", description="one state, or several separated by commas")


HOLD = {"reason": "retest asked by the importer"}


def _shown(tx: Transaction, no: str) -> DecisionView:
    return reading.detail(tx, no)


@reads("/lots", "request:see", PageOf[LotItem], "Lots, newest first", query=LotQuery)
def listing(tx: Transaction, query: LotQuery) -> Any:
    states = tuple(filter(None, query.state.split(",")))
    page = reading.listing(tx, states, query.after, query.limit)
    return PageOf[LotItem](items=list(page.items), next=page.next)


@reads("/lots/<no>", "request:see", DecisionView, "A lot: results, what the table proposes, what was decided")
def one(tx: Transaction, _query: None, no: str) -> DecisionView:
    return reading.detail(tx, no)


@writes("POST", "/lots/<no>/hold", "lot:hold", DecisionView, "Hold", body=Reason, then=_shown, example=HOLD)
def hold(tx: Transaction, body: Reason, no: str) -> str:
    lot.hold(tx, no, body.reason)
    return no


@writes("POST", "/lots/<no>/unhold", "lot:hold", DecisionView, "End a hold", body=Reason, then=_shown, example=HOLD)
def unhold(tx: Transaction, body: Reason, no: str) -> str:
    lot.unhold(tx, no, body.reason)
    return no


@writes(
    "POST", "/lots/<no>/prove", "lot:prove", DecisionView, "Record the proof of exit, destruction or treatment",
    body=Proof, then=_shown, example={"proof": "exit record 5301-2026-118, 2026-12-02, Haikou"},
)  # fmt: skip
def prove(tx: Transaction, body: Proof, no: str) -> str:
    lot.prove(tx, no, body.proof)
    return no


@writes("POST", "/lots/<no>/close", "lot:hold", DecisionView, "Close a lot once proved", body=Empty, then=_shown)
def close(tx: Transaction, _body: Empty, no: str) -> str:
    lot.close(tx, no)
    return no


@writes(
    "POST", "/lots/<no>/cancel", "lot:cancel", DecisionView, "Cancel with everything open under it",
    body=Reason, then=_shown, example={"reason": "goods not arrived"},
)  # fmt: skip
def cancel(tx: Transaction, body: Reason, no: str) -> str:
    cancelling.cancel(tx, no, body.reason)
    return no

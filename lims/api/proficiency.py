"""Proficiency tests over HTTP: rounds, scores, conclusions."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Number, Optional, PageOf, PageQuery, Short, Text, taken
from lims.api.operation import reads, writes
from lims.services import proficiency
from lims.services.reading import proficiency as reading
from lims.services.reading.proficiency import RoundView, ScoreView
from lims.services.transaction import Transaction


class RoundQuery(PageQuery):
    open: bool = Field(False, description="only rounds with a score that awaits a conclusion")


class NewRound(Body):
    provider: Short = Field(min_length=1)
    scheme: Short = Field(min_length=1)
    round: Short = Field(min_length=1)
    material: Optional = ""
    received_on: date | None = Field(None, strict=False)
    reported_on: date | None = Field(None, strict=False)
    closed_on: date | None = Field(None, strict=False)


class RoundAnswer(Answer):
    id: int
    no: str
    provider: str
    scheme: str
    round: str
    material: str
    received_on: date | None
    reported_on: date | None
    closed_on: date | None
    entered_by: str
    scores: list[ScoreView]


class NewScore(Body):
    method: Short = Field(min_length=1)
    analyte: Short = Field(min_length=1)
    value: Short = Field(min_length=1, description="as reported; may carry its U: 0.52 ± 0.05 mg/kg")
    assigned: Number
    unit: Short
    sigma_pt: Optional = ""
    u_assigned: Optional = Field("", description="standard uncertainty of the assigned value")
    expanded: Optional = ""
    k: Optional = "2"


class Conclusion(Body):
    conclusion: Text = Field(min_length=1)


class Concluded(Answer):
    id: int


def _shown(tx: Transaction, id: int) -> RoundAnswer:
    return taken(RoundAnswer, reading.one(tx, id))


@reads("/proficiency-rounds", "result:see_raw", PageOf[RoundView], "Rounds, newest first", query=RoundQuery)
def listing(tx: Transaction, query: RoundQuery) -> Any:
    page = reading.listing(tx, query.open, query.after, query.limit)
    return PageOf[RoundView](items=list(page.items), next=page.next)


@reads("/proficiency-rounds/<int:id>", "result:see_raw", RoundAnswer, "A round with its scores")
def one(tx: Transaction, _query: None, id: int) -> RoundAnswer:
    return _shown(tx, id)


@writes(
    "POST", "/proficiency-rounds", "proficiency:enter", RoundAnswer, "Register a round", body=NewRound, then=_shown,
    status=201, example={"provider": "CNCA", "scheme": "CNCA-26-06", "round": "2026-1", "material": "rice flour"},
)  # fmt: skip
def register(tx: Transaction, body: NewRound) -> int:
    return proficiency.register(tx, proficiency.RegisterRound(**body.model_dump()))


@writes(
    "POST", "/proficiency-rounds/<int:id>/scores", "proficiency:enter", RoundAnswer, "Score an analyte",
    body=NewScore, then=_shown, status=201,
    example={
        "method": "GB 5009.15-2023", "analyte": "CD", "value": "0.212 ± 0.021 mg/kg", "assigned": "0.200",
        "unit": "mg/kg", "sigma_pt": "0.012",
    },
)  # fmt: skip
def score(tx: Transaction, body: NewScore, id: int) -> int:
    proficiency.enter(tx, proficiency.EnterScore(id, **body.model_dump()))
    return id


@writes(
    "POST", "/proficiency-scores/<int:id>/conclude", "proficiency:conclude", Concluded, "Conclude on a score",
    body=Conclusion, example={"conclusion": "calibrant degraded; replaced, re-tested, z = 0.4"},
)  # fmt: skip
def conclude(tx: Transaction, body: Conclusion, id: int) -> Concluded:
    proficiency.conclude(tx, id, body.conclusion)
    return Concluded(id=id)

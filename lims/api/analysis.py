"""Analyses and results over HTTP: what waits, enter with If-Match, verify, return, retest, cancel."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lims.api.body import Answer, Body, Empty, Number, Optional, Query, Reason, Text
from lims.api.operation import reads, writes
from lims.domain.crossing import Fact
from lims.domain.method import Reading
from lims.services import members, request, result
from lims.services.members import Asked
from lims.services.reading import analysis as reading
from lims.services.reading import worksheet as worksheets
from lims.services.reading.analysis import AnalysisDetail, AnalysisView, ResultView
from lims.services.reading.asks import Asks
from lims.services.reading.page import Verb
from lims.services.reading.worksheet import WaitingAnalysis, WaitingMethod
from lims.services.recording import EnterResult
from lims.services.result import Entered
from lims.services.transaction import Transaction


class FactGiven(Body):
    """What leads from one kind of unit to another; of an analysis ``source`` is its number, a limit says it itself."""

    text: Optional = Field("", description="the figure: 0.92")
    unit: Optional = Field("", description="kg/L, g/mL; dm2/kg; g/mol; left out: the usual one")
    origin: str = Field("typed", max_length=20, description="typed, analysis (of the same sample) or limit")
    source: Optional = Field("", description="where a typed one comes from, or the number of the analysis")


class Enter(Body):
    text: Text = Field("", description="as measured or printed: 0.62 mg/kg, <0.05, ND, 0.62 ± 0.05 mg/kg")
    unit: Optional = Field("", description="where the text names none; left out: the unit of the analysis")
    expanded: Optional = Field("", description="expanded uncertainty: 0.05 or 20%")
    k: Number = Field("", description="coverage factor; left out: 2")
    inputs: dict[str, Number] = Field(
        default={}, max_length=40, description="readings by name, for a method with a formula; instead of text",
        examples=[{"c": "12.4", "blank": "0.30", "V": "50", "DF": "1", "m": "0.5012"}],
    )  # fmt: skip
    members: dict[str, Text] = Field(
        default={}, max_length=100, description="of a group: analyte code and its result as measured; instead of text",
        examples=[{"AFB1": "1.2", "AFB2": "<0.1", "AFG1": "<0.1", "AFG2": "ND"}],
    )  # fmt: skip
    replicates: list[Number] = Field(
        default=[], max_length=10, description="two or more readings of one portion each; instead of text",
        examples=[["0.62", "0.64"]],
    )  # fmt: skip
    plates: list[Text] = Field(
        default=[], max_length=60, description="colonies by dilution, one text a subsample; instead of text",
        examples=[["1e-2: 232, 244; 1e-3: 33, 35"]],
    )  # fmt: skip
    pools: list[Text] = Field(
        default=[], max_length=60,
        description="units of food tested together, one text a pool: the units it holds and its answer, or the answer "
        "alone (the units are shared out in their order); instead of text",
        examples=[["1-5: ND", "6-10: detected"]],
    )  # fmt: skip
    basis: Optional = Field("", description="on what the result is given: AS_IS, DRY …; left out: as the limit is")
    basis_readings: dict[str, Number] = Field(
        default={}, max_length=10, description="in per cent, what the conversion to the basis of the limit needs",
        examples=[{"moisture": "12.5"}],
    )  # fmt: skip
    recovery: Optional = Field("", description="in per cent, where the method asks for it with each result")
    facts: dict[str, FactGiven] = Field(
        default={}, max_length=3,
        description="density, surface_per_mass or molar_mass, where the limit's unit is of another kind (see ``asks``)",
        examples=[{"density": {"text": "0.92", "unit": "kg/L", "source": "density meter D-3, 20 °C"}}],
    )  # fmt: skip
    sets: list[dict[str, Number]] = Field(
        default=[], max_length=10, description="two or more sets of readings, one a determination; instead of inputs",
        examples=[[{"c": "12.4", "V": "50", "m": "0.5012"}, {"c": "12.6", "V": "50", "m": "0.5020"}]],
    )  # fmt: skip
    remark: Optional = ""
    reason: Optional = Field("", description="needed for a correction after submission")
    submit: bool = True


class Settle(Body):
    bound: Text = Field(description="LB, MB or UB")
    reason: Text


class Group(Answer):
    """What a sum is made of; ``bound`` null: both are judged."""

    combine: str = Field(description="SUM, EACH, TEQ or RATIO_SUM")
    bound: str | None
    reason: str
    members: list[Asked]
    shown: list[Asked] = Field(description="no members, but what calls for a further test when found")


class AnalysisAnswer(Answer):
    """One analysis; ``version`` is its ETag."""

    id: int
    version: int
    state: str
    sample: str
    worksheet: str
    product: str
    formula: str
    formula_unit: str = Field(description="what the formula gives; empty: the unit of the analysis")
    readings: list[Reading] = Field(description="what ``inputs`` of a result are given by name")
    constants: list[Reading] = Field(description="figures that the method fixes; they are not given")
    title: str
    analysis: AnalysisView
    verbs: list[Verb]
    asks: Asks = Field(description="what a result may be given with, by its method and limit")
    group: Group | None = Field(description="null for what is no group; the members of a result: its ``calculation``")


class Verified(Answer):
    analysis: int
    result: int
    state: str
    sample: str
    sample_state: str


class Waiting(Answer):
    methods: list[WaitingMethod]
    analyses: list[WaitingAnalysis] = Field(description="of the method asked for")


class WaitingQuery(Query):
    method: str = ""


def _answer(seen: AnalysisDetail) -> AnalysisAnswer:
    one = seen.analysis
    return AnalysisAnswer(
        id=one.id, version=one.version, state=one.state, sample=seen.sample_no, worksheet=seen.worksheet_no,
        product=seen.product, formula=seen.formula, formula_unit=seen.formula_unit, readings=list(seen.readings),
        constants=list(seen.constants), title=seen.title, analysis=one, verbs=list(seen.verbs),
        asks=seen.asks, group=_group(seen),
    )  # fmt: skip


def _group(seen: AnalysisDetail) -> Group | None:
    made = seen.group
    if made is None:
        return None
    return Group(
        combine=made.rule.combine, bound=made.rule.bound, reason=made.rule.reason, members=list(made.members),
        shown=list(made.shown),
    )  # fmt: skip


@reads("/analyses", "result:see_raw", Waiting, "What waits for a worksheet, by method", query=WaitingQuery)
def waiting(tx: Transaction, query: WaitingQuery) -> Waiting:
    rows = worksheets.waiting(tx, query.method) if query.method else ()
    return Waiting(methods=list(worksheets.waiting_methods(tx)), analyses=list(rows))


@reads("/analyses/<int:id>", "result:see_raw", AnalysisAnswer, "One analysis, blind")
def one(tx: Transaction, _query: None, id: int) -> AnalysisAnswer:
    return _answer(reading.detail(tx, id))


@reads("/analyses/<int:id>/results", "result:see_raw", list[ResultView], "Every version of its result, newest first")
def results(tx: Transaction, _query: None, id: int) -> list[ResultView]:
    reading.detail(tx, id)
    return list(reading.history(tx, id))


@writes(
    "PUT", "/analyses/<int:id>/result", "result:enter", Entered, "Enter a result and submit it",
    body=Enter, if_match=True,
    example={"text": "0.62 mg/kg", "expanded": "0.05", "k": "2", "submit": True},
)  # fmt: skip
def enter(tx: Transaction, body: Enter, id: int, version: int | None) -> Entered:
    cmd = EnterResult(
        id, body.text, unit=body.unit, expanded=body.expanded, k=body.k, remark=body.remark, reason=body.reason,
        inputs=body.inputs, members=body.members, replicates=tuple(body.replicates), plates=tuple(body.plates),
        pools=tuple(body.pools), sets=tuple(body.sets),
        facts={name: Fact(one.text, one.unit, one.origin, one.source) for name, one in body.facts.items()},
        basis=body.basis,
        basis_readings=body.basis_readings, recovery=body.recovery, submit=body.submit, version=version,
    )  # fmt: skip
    return result.enter(tx, cmd)


def _of(tx: Transaction, id: int) -> AnalysisAnswer:
    return _answer(reading.detail(tx, id))


@writes("POST", "/analyses/<int:id>/submit", "result:enter", AnalysisAnswer, "Submit", body=Empty, then=_of)
def submit(tx: Transaction, _body: Empty, id: int) -> int:
    result.submit(tx, id)
    return id


@writes(
    "POST", "/analyses/<int:id>/settle", "result:settle", AnalysisAnswer,
    "Choose the bound of a sum that the verdict hangs on", body=Settle, then=_of,
    example={"bound": "UB", "reason": "the method says so"},
)  # fmt: skip
def settle(tx: Transaction, body: Settle, id: int) -> int:
    members.settle_bound(tx, id, body.bound, body.reason)
    return id


def _verified(tx: Transaction, done: tuple[int, int, str]) -> Verified:
    analysis_id, result_id, sample_state = done
    seen = reading.detail(tx, analysis_id)
    return Verified(
        analysis=analysis_id, result=result_id, state=seen.analysis.state, sample=seen.sample_no,
        sample_state=sample_state,
    )  # fmt: skip


@writes(
    "POST", "/results/<int:id>/verify", "result:verify", Verified,
    "Verify the newest result of an analysis; the last one completes its sample", body=Empty, then=_verified,
)  # fmt: skip
def verify(tx: Transaction, _body: Empty, id: int) -> tuple[int, int, str]:
    analysis_id = result.by_result(tx, id)
    return analysis_id, id, result.verify(tx, analysis_id)


@writes(
    "POST", "/analyses/<int:id>/return", "result:retest", AnalysisAnswer, "Send back to the analyst",
    body=Reason, then=_of, example={"reason": "dilution factor missing"},
)  # fmt: skip
def send_back(tx: Transaction, body: Reason, id: int) -> int:
    result.send_back(tx, id, body.reason)
    return id


@writes(
    "POST", "/analyses/<int:id>/retest", "result:retest", AnalysisAnswer, "Have it tested again; both results stay",
    body=Reason, then=_of, example={"reason": "close to the limit"},
)  # fmt: skip
def retest(tx: Transaction, body: Reason, id: int) -> int:
    result.retest(tx, id, body.reason)
    return id


class Cancelled(Answer):
    id: int
    state: str


def _cancelled(_tx: Transaction, id: int) -> Any:
    return Cancelled(id=id, state="cancelled")


@writes(
    "POST", "/analyses/<int:id>/cancel", "analysis:choose", Cancelled, "Leave an analysis out",
    body=Reason, then=_cancelled, example={"reason": "not asked for by the importer's contract"},
)  # fmt: skip
def cancel(tx: Transaction, body: Reason, id: int) -> int:
    request.cancel_analysis(tx, id, body.reason)
    return id

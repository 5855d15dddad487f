"""An analysis as screens and the API show it: what is asked, against which limit, what was found, how it was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.method import Reading
from lims.domain.numbers.rounding import plain
from lims.domain.rules.workflow import open_verbs
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.worksheet import WorksheetRow
from lims.services import facts, judging, lookup, rule_line
from lims.services.certificate_content import limit_text, reported
from lims.services.members import Composition, composition, unsettled
from lims.services.reading.asks import Asks, asks_of
from lims.services.reading.page import Verb, verbs
from lims.services.transaction import Transaction


@dataclass(frozen=True)
class ResultView:
    id: int
    number: int
    text: str
    status: str
    reported: str
    unit: str
    expanded: str
    k: str
    lod: str
    loq: str
    verdict: str
    verdict_reason: str
    compared: str
    acceptance_limit: str
    p_conform: str
    worked: str
    worked_zh: str
    entered_by: str
    entered_at: datetime
    run_id: int | None
    calculation: Any
    remark: str
    typed: tuple[str, ...]
    """What a person or an instrument gave, a line a determination; the text itself where nothing was worked up."""
    full: str
    """The value with all of its digits and its unit."""
    parts: tuple[Any, ...]
    """What made the value, step by step in the order of the bench; empty for one that was typed."""
    u_source: str
    """Where U comes from: typed, method, rule; empty without one."""
    u_name: str


@dataclass(frozen=True)
class AnalysisView:
    id: int
    version: int
    lot_id: int
    sample_id: int | None
    analyte: str
    analyte_zh: str
    analyte_en: str
    method: str
    unit: str
    operator: str
    limit: str
    limit_value: str
    limit_value2: str
    limit_unit: str
    limit_code: str
    limit_version: str
    standard: str
    clause: str
    severity: str
    rule: str
    rule_by: str
    """What chose it: limit, jurisdiction, contract, default."""
    rule_line: str
    """The rule in words with r, U, k and the risk."""
    rule_line_zh: str
    why: tuple[str, ...]
    choices: tuple[Mapping[str, Any], ...]
    """The limits of which a person must take one; empty once one is taken."""
    portion: str
    """The least amount of the sample that a determination takes."""
    section: str
    unknown: tuple[str, ...]
    """What could not be said of the proposal, as codes."""
    origin: str
    origin_reason: str
    state: str
    analyst: str
    verified_by: str
    result: ResultView | None


def analysis_view(row: AnalysisRow) -> AnalysisView:
    """Needs ``row.result`` to be loaded (or None)."""
    made = row.requirement or {}
    frozen, rule = row.limit or {}, row.rule or made.get("rule") or {}
    said = rule_line.line(row)
    return AnalysisView(
        id=row.id,
        version=row.version,
        lot_id=row.lot_id,
        sample_id=row.sample_id,
        analyte=row.analyte,
        analyte_zh=row.analyte_zh,
        analyte_en=row.analyte_en,
        method=row.method,
        unit=row.unit,
        operator=frozen.get("operator", ""),
        limit=limit_text(frozen),
        limit_value=frozen.get("value") or "",
        limit_value2=frozen.get("value2") or "",
        limit_unit=frozen.get("unit", ""),
        limit_code=frozen.get("code", ""),
        limit_version=str(frozen.get("version", "")),
        standard=frozen.get("standard", ""),
        clause=frozen.get("clause", ""),
        severity=frozen.get("severity", ""),
        rule=rule.get("name", ""),
        rule_by=rule.get("by", ""),
        rule_line=said.en,
        rule_line_zh=said.zh,
        why=tuple(made.get("why", ())),
        choices=tuple(made.get("choices", ())) if not row.limit else (),
        portion=made.get("portion", ""),
        section=made.get("section", ""),
        unknown=tuple(made.get("unknown", ())),
        origin=row.origin,
        origin_reason=row.origin_reason,
        state=row.state,
        analyst=row.analyst_name,
        verified_by=row.verified_name,
        result=result_view(row.result) if row.result is not None else None,
    )


def result_view(row: Any) -> ResultView:
    kept = row.conformity or {}
    u = kept.get("uncertainty") or {}
    text = {
        name: "" if getattr(row, name) is None else format(getattr(row, name), "f")
        for name in ("k", "lod", "loq")
    }
    return ResultView(
        id=row.id,
        number=row.number,
        text=row.text,
        status=row.status,
        reported=reported(row),
        unit=row.unit,
        expanded=rule_line.uncertainty(row),
        **text,
        verdict=row.verdict,
        verdict_reason=row.verdict_reason,
        compared=kept.get("compared") or "",
        acceptance_limit=kept.get("acceptance_limit") or "",
        p_conform=kept.get("p_conform") or "",
        worked=kept.get("worked") or "",
        worked_zh=kept.get("worked_zh") or "",
        entered_by=row.entered_name,
        entered_at=row.entered_at,
        run_id=row.run_id,
        calculation=row.calculation,
        remark=row.remark,
        typed=_typed(row),
        full="" if row.value is None else f"{row.qualifier}{plain(row.value)} {row.unit}".rstrip(),
        parts=parts_of(row.calculation),
        u_source=u.get("source") or "",
        u_name=u.get("name") or "",
    )


def _typed(row: Any) -> tuple[str, ...]:
    made = row.calculation or {}
    if judging.is_group(made):
        return tuple(f"{one['code']} {one['text']}" for one in made["members"])
    first = next(iter(parts_of(made)), None)
    if first is None:
        return (row.text,)
    if sets := first.get("sets"):
        return tuple(map(_readings, sets))
    if first["kind"] == "formula":
        return (_readings(first),)
    if first["kind"] in ("replicates", "plates", "pools"):
        return ("; ".join(first["inputs"]),)
    return (made.get("typed") or row.text,)


def _readings(made: Mapping[str, Any]) -> str:
    """In the order in which the method asks for them."""
    inputs = made["inputs"]
    names = [one["name"] for one in made.get("readings") or () if one["name"] in inputs]
    return ", ".join(f"{name} {inputs[name]}" for name in names or inputs)


def parts_of(calculation: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """A formula alone is one step; what a group is made of is shown by its members."""
    if not calculation or judging.is_group(calculation):
        return ()
    return tuple(calculation.get("parts") or ({"kind": "formula", **calculation},))


@dataclass(frozen=True)
class AnalysisDetail:
    """One analysis on its own page, blind: its sample by laboratory number and kind of goods only."""

    analysis: AnalysisView
    sample_no: str
    product: str
    worksheet_no: str
    formula: str
    formula_unit: str
    readings: tuple[Reading, ...]
    """What the formula asks for, empty where it does not serve this analysis."""
    constants: tuple[Reading, ...]
    title: str
    verbs: tuple[Verb, ...]
    asks: Asks
    group: Composition | None
    """Its members, where the analyte is a group."""


def detail(tx: Transaction, analysis_id: int) -> AnalysisDetail:
    tx.require("result:see_raw")
    row = lookup.analysis(tx, analysis_id, joinedload(AnalysisRow.result))
    method = facts.method(tx, row.method, tx.today)
    serving = method if method is not None and method.calculates(row.analyte, row.unit) else None
    sheet = tx.session.get(WorksheetRow, row.worksheet_id) if row.worksheet_id else None
    return AnalysisDetail(
        analysis_view(row),
        row.sample.no if row.sample else "",
        row.lot.line.product,
        sheet.no if sheet else "",
        serving.formula if serving else "",
        serving.formula_unit if serving else "",
        serving.asked() if serving else (),
        serving.constants() if serving else (),
        method.title if method else "",
        verbs(tx, row, _verbs_of(row), lookup.over(row)),
        asks_of(tx, row, method),
        composition(tx, row, method),
    )


def _verbs_of(row: AnalysisRow) -> tuple[str, ...]:
    """A bound is chosen only where the verdict hangs on it."""
    return tuple(verb for verb in open_verbs("analysis", row.state) if verb != "settle" or unsettled(row.result))


def history(tx: Transaction, analysis_id: int) -> tuple[ResultView, ...]:
    """Every version of the result, the newest first; none is ever lost."""
    query = select(ResultRow).where(ResultRow.analysis_id == analysis_id).order_by(ResultRow.number.desc())
    return tuple(result_view(row) for row in tx.session.scalars(query))

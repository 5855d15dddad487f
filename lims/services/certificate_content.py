"""From rows to the frozen content of a document: every figure as stored, every sentence from a rule or a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lims.domain.conformity.risk import r_of
from lims.domain.numbers.rounding import plain as printed
from lims.persistence.analysis import AnalysisRow
from lims.persistence.certificate import CertificateRow
from lims.persistence.decision import DecisionRow, DispositionRow, ReportRow
from lims.persistence.request import LotRow
from lims.persistence.sample import SampleRow
from lims.services import facts, group_content, inspected, ordering, rule_line
from lims.services.rule_line import uncertainty as reported_uncertainty
from lims.services.shown import reported
from lims.services.transaction import Transaction
from reports.certificate.content import (
    CertificateContent,
    Laboratory,
    Mark,
    Pair,
    ResultRow,
    Sampling,
    Signatory,
)


@dataclass(frozen=True)
class Evidence:
    """The rows that one document stands on."""

    lot: LotRow
    report: ReportRow
    decision: DecisionRow
    disposition: DispositionRow
    samples: Sequence[SampleRow]
    analyses: Sequence[AnalysisRow]
    laboratory: Laboratory


CHOICES = {
    "RELEASE": Pair("放行", "Release"),
    "RETURN": Pair("退运", "Return"),
    "DESTROY": Pair("销毁", "Destroy"),
    "TECHNICAL_TREATMENT": Pair("技术处理后复检", "Technical treatment and re-inspection"),
    "DISINFEST_TREATMENT": Pair("除害处理", "Disinfestation treatment"),
    "REDISPATCH": Pair("再出口", "Re-dispatch"),
    "SPECIAL_TREATMENT": Pair("特殊处理", "Special treatment"),
}
KIND_OF = {"RELEASE": "PASS", "RETURN": "RETURN", "REDISPATCH": "RETURN", "EXPORT": "RETURN"}
"""The document that a disposition is written on; a destruction or treatment order stands on the FAIL document."""


def kind_of(choice: str) -> str:
    return KIND_OF.get(choice, "FAIL")


def content_of(tx: Transaction, row: CertificateRow, seen: Evidence) -> CertificateContent:
    """The content as it will be printed, embedded and signed; nothing in it is asked of anybody later."""
    lot, request, line = seen.lot, seen.lot.request, seen.lot.line
    transport: dict[str, str] = request.transport or {}
    rows, marks = result_rows(tx, seen)
    failing = [a for a in seen.analyses if a.result is not None and a.result.verdict == "FAIL"]
    started, ended = _dates_of_work(tx, seen.analyses)
    return CertificateContent(
        kind=row.kind,
        number=row.no or "",
        revision=row.revision,
        issued_at=_day(tx, tx.now),
        laboratory=seen.laboratory,
        goods=Pair(line.goods_zh, line.goods_en),
        verdict=seen.decision.verdict if seen.decision.verdict != "NO_LIMIT" else "",
        summary=_with_inspection(tx, lot, summary(seen.analyses, failing)),
        rows=rows,
        signatories=_signatories(tx, seen, row),
        verify_url=f"{tx.place.public_url}/verify/{row.no}?c={row.verify_code}",
        verify_code=row.verify_code,
        declaration=request.declaration_no,
        request=request.no,
        customer=request.importer.name_zh or request.importer.name_en,
        consignee=_name(request.importer),
        consignor=transport.get("consignor", ""),
        producer=_name(request.producer) if request.producer else "",
        hs=line.hs_code,
        quantity=f"{printed(lot.quantity)} {lot.unit}",
        packages=line.packages,
        origin=Pair(request.origin),
        lot=lot.mark or lot.no,
        container=transport.get("containers", ""),
        seal=", ".join(sample.seal_no for sample in seen.samples),
        port=Pair(request.port.name_zh, request.port.name_en),
        entry_date=transport.get("entry_date", ""),
        disposition=CHOICES.get(seen.disposition.choice, Pair(seen.disposition.choice, seen.disposition.choice)),
        legal_basis=Pair(seen.disposition.legal_basis),
        reason=Pair(seen.decision.reason) if row.kind != "PASS" else Pair(),
        rules=rule_line.rules_of(seen.analyses),
        sampling=_sampling(tx, seen),
        received=", ".join(_minute(tx, s.received_at) for s in seen.samples if s.received_at),
        condition=_condition(seen.samples),
        work_from=started,
        work_to=ended,
        customer_supplied=("goods", "lot", "origin"),
        marks=marks,
        **_replacing(tx, row, seen.decision),
        demo=tx.place.demo,
    )


def _with_inspection(tx: Transaction, lot: LotRow, said: Pair) -> Pair:
    """The conclusion with what the inspection by pieces found, by which a lot is accepted or not."""
    found = inspected.lines(tx, lot)
    zh = "".join(f"按件检验：{line_zh}。" for _, line_zh in found)
    en = "".join(f" Inspection by pieces: {line}." for line, _ in found)
    return Pair(said.zh + zh, said.en + en)


def _replacing(tx: Transaction, row: CertificateRow, decision: DecisionRow) -> dict[str, Any]:
    """Which document of the lot this one replaces and why (ISO/IEC 17025 7.8.8); empty for the first."""
    old = tx.session.get(CertificateRow, row.replaces_id) if row.replaces_id else None
    return {"replaces": old.no or "", "changes": Pair(decision.reason)} if old is not None else {}


def _name(organisation: Any) -> str:
    names = dict.fromkeys(filter(None, (organisation.name_zh, organisation.name_en)))
    return " ".join(names)


def summary(analyses: Sequence[AnalysisRow], failing: Sequence[AnalysisRow]) -> Pair:
    """The conclusion in one sentence a language; it names what failed and the standard it failed."""
    answered = ordering.answered(analyses)
    analyses = [a for a in analyses if a.id not in answered]
    if failing:
        zh = "；".join(f"{a.analyte_zh}不符合 {_standard(a)}" for a in failing)
        en = "; ".join(f"{a.analyte_en} does not meet {_standard(a)}" for a in failing)
        return Pair(f"经检验，{zh}。", f"{en[:1].upper()}{en[1:]}.")
    judged = [a for a in analyses if a.result is not None and a.result.verdict == "PASS"]
    standards = ", ".join(dict.fromkeys((a.limit or {}).get("standard", "") for a in judged))
    open_ones = [a for a in analyses if a.result is not None and a.result.verdict not in ("PASS", "NO_LIMIT")]
    if open_ones or not judged:
        return Pair("经检验，部分项目无法判定。", "Some of the items tested could not be judged.")
    return Pair(f"经检验，所检项目符合 {standards} 要求。", f"The items tested meet the requirements of {standards}.")


def _standard(a: AnalysisRow) -> str:
    frozen = a.limit or {}
    return " ".join(filter(None, (frozen.get("standard", ""), frozen.get("clause", ""))))


def result_rows(tx: Transaction, seen: Evidence) -> tuple[tuple[ResultRow, ...], tuple[Mark, ...]]:
    """One row a result, with the sign of every mark whose scope does not hold it (CNAS-R01, CMA rules)."""
    numbers = {sample.id: sample.no for sample in seen.samples}
    category = facts.category_of(tx, seen.lot.line.product)
    scopes = [dict(facts.marks(tx, a.method, a.analyte, category, tx.today)) for a in seen.analyses]
    marks = marks_of(scopes)
    answered = ordering.answered(seen.analyses)
    rows = tuple(
        _row(seq, a, numbers.get(a.sample_id or 0, ""), "".join(m.sign for m in marks if m.kind not in scope))
        for seq, (a, scope) in enumerate(zip(seen.analyses, scopes, strict=True), start=1)
    )
    first_steps = {seq for seq, a in enumerate(seen.analyses, start=1) if a.id in answered}
    return tuple(replace(row, verdict="") if row.seq in first_steps else row for row in rows), marks


SIGNS = {"CMA": "#", "CNAS": "*"}


def marks_of(scopes: Sequence[dict[str, str]]) -> tuple[Mark, ...]:
    """No row in scope: no mark. Some: the mark and a sign with its legend on the others. All: the mark."""
    found = []
    for kind in ("CMA", "CNAS"):
        numbers = sorted({scope[kind] for scope in scopes if kind in scope})
        if not numbers:
            continue
        whole = all(kind in scope for scope in scopes)
        sign = "" if whole else SIGNS[kind]
        legend = Pair() if whole else Pair(f"{sign} 该项目不在 {kind} 范围内", f"{sign} not in the {kind} scope")
        found.append(Mark(kind, numbers[0], sign, legend))
    return tuple(found)


def _row(seq: int, a: AnalysisRow, sample_no: str, signs: str) -> ResultRow:
    result, frozen, rule = a.result, a.limit or {}, rule_line.rule_of(a)
    assert result is not None
    kept = result.conformity or {}
    return ResultRow(
        seq=seq,
        sample=sample_no,
        analyte=Pair(a.analyte_zh, a.analyte_en),
        method=a.method,
        result=reported(result),
        unit=result.unit,
        uncertainty=reported_uncertainty(result),
        coverage=rule_line.coverage(result),
        limit=limit_text(frozen),
        operator=frozen.get("operator", ""),
        standard=frozen.get("standard", ""),
        clause=frozen.get("clause", ""),
        verdict="" if result.verdict in ("NO_LIMIT", "INVALID") else result.verdict,
        signs=signs,
        worked=kept.get("worked", ""),
        lod=printed(result.lod) if result.lod is not None else "",
        loq=printed(result.loq) if result.loq is not None else "",
        limit_id=frozen.get("code", ""),
        limit_version=str(frozen.get("version", "")),
        rule=rule_line.code_of(rule) if frozen else "",
        rule_name=rule_line.name_of(rule) if frozen else Pair(),
        r=r_of(rule) if frozen else "",
        risk=rule_line.risk(a) if frozen else Pair(),
        bound=group_content.bound_of(a),
        members=group_content.members_of(a),
    )


def limit_text(frozen: dict[str, Any]) -> str:
    if not frozen:
        return ""
    if frozen["operator"] in ("NCM2", "NCM3"):
        parts = [f"n {frozen['n']}", f"c {frozen['c']}", f"m {frozen['m']}"]
        return " ".join([*parts, *([f"M {frozen['M']}"] if frozen.get("M") else [])])
    if frozen["operator"] == "RANGE":
        return f"{frozen['value']} – {frozen['value2']}"
    return str(frozen.get("value") or frozen.get("text") or "")


def _signatories(tx: Transaction, seen: Evidence, row: CertificateRow) -> tuple[Signatory, ...]:
    return (
        Signatory(
            "APPROVED",
            seen.report.signatory_name,
            Pair("授权签字人", "Authorised signatory"),
            _minute(tx, seen.report.at),
            seen.report.no,
        ),
        Signatory(
            "DECIDED",
            seen.decision.officer_name,
            Pair("综合评定", "Decision officer"),
            _minute(tx, seen.decision.at),
        ),
        Signatory("ISSUED", row.issued_name, Pair("签证", "Certificate officer"), _minute(tx, tx.now)),
    )


def _sampling(tx: Transaction, seen: Evidence) -> Sampling | None:
    if not seen.samples:
        return None
    first = seen.samples[0]
    return Sampling(
        plan=Pair(first.plan),
        date=_day(tx, first.drawn_at),
        samplers=(first.sampler_1, first.sampler_2),
        place=Pair(first.place),
        seals=tuple(sample.seal_no for sample in seen.samples),
        conditions=Pair(first.environment),
    )


def _condition(samples: Sequence[SampleRow]) -> Pair:
    """How the samples came in, in both languages; a note of the counter is printed as it was written."""
    intact = all(sample.seal_intact for sample in samples)
    zh = ["封识完好" if intact else "封识破损"]
    en = ["seal intact" if intact else "seal broken"]
    extra = [t for s in samples for t in (s.temperature, s.condition_note) if t]
    return Pair("，".join([*zh, *extra]), ", ".join([*en, *extra]))


def _dates_of_work(tx: Transaction, analyses: Sequence[AnalysisRow]) -> tuple[str, str]:
    """From the work itself: the first assignment and the last entry, never typed (7.8.2.1 i)."""
    started = [a.started_at for a in analyses if a.started_at]
    ended = [a.result.entered_at for a in analyses if a.result is not None]
    return _day(tx, min(started)) if started else "", _day(tx, max(ended)) if ended else ""


def _day(tx: Transaction, moment: datetime) -> str:
    return f"{moment.astimezone(tx.place.zone):%Y-%m-%d}"


def _minute(tx: Transaction, moment: datetime | None) -> str:
    return f"{moment.astimezone(tx.place.zone):%Y-%m-%d %H:%M}" if moment else ""

"""A group at the bench: which members are asked for, what was typed for each, and the sum at every bound.

The one file that makes and changes the members kept with a result; the verdict is conformity's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.domain.combination import Combination, combination
from lims.domain.combination import members as members_of
from lims.domain.conformity import BOUNDS
from lims.domain.matching import read_as
from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain as printed
from lims.domain.requirement import Analyte
from lims.domain.residue import Share
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import thawed
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.run import ReadingRow, RunRow
from lims.services import facts, judging, lookup, transition, uncertain
from lims.services.group_value import SENSITIVE, judged
from lims.services.transaction import Transaction

READ_STATES = ("parsed", "part_accepted", "accepted")
"""States of a run whose readings may stand in the cells of members."""


@dataclass(frozen=True)
class Asked:
    """One member that is asked for, with what a result of it is reckoned and judged by."""

    code: str
    name_zh: str
    name_en: str
    factor: str
    told: str
    """The factor as anyone can work it out; empty for one."""
    needed: bool
    """The method covers it, so that a group without it is not whole."""
    unit: str
    lod: str
    loq: str
    limit: Mapping[str, Any] | None
    """Its own limit, where members are divided by their own."""
    limit_text: str
    """What it is held against by itself, as printed; empty where only the sum is."""
    read: str = ""
    """What an instrument read for it, of the newest run that did; empty without one."""
    read_at: Mapping[str, Any] | None = None
    """Run, row and place in the file of that reading."""


@dataclass(frozen=True)
class Composition:
    """What a group is made of, and how its members are taken together."""

    rule: Combination
    members: tuple[Asked, ...]
    shown: tuple[Asked, ...]
    """No members: analytes whose detection calls for a member by a method of its own."""
    sources: tuple[Mapping[str, str], ...]
    """Versions of the definitions and factors used."""


def composition(tx: Transaction, row: AnalysisRow, method: MethodVersion | None) -> Composition | None:
    """The members of an analysis; None where its analyte is no group. The row comes with its lot and request."""
    on = row.lot.request.decided_on
    analyte = facts.analytes(tx, (row.analyte,), on).get(row.analyte)
    if analyte is None or not analyte.sum_members:
        return None
    limit = thawed(row.limit) if row.limit else None
    place = limit.jurisdiction if limit else row.lot.request.jurisdiction
    definitions, factors = facts.residues(tx, on), facts.factor_set(tx, analyte.factor_set, on)
    shares = members_of(analyte, definitions, factors, place)
    named = facts.analytes(tx, (share.analyte for share in shares), on)
    signs = _signs(shares, named, method)
    named |= facts.analytes(tx, signs, on)
    rule = combination(limit, analyte, (row.rule or {}).get("nd_in_sums", ""))
    limits = _limits_in(tx, row, shares) if rule.combine == "RATIO_SUM" else {}
    shares = tuple(share for share in shares if share.analyte in limits) or shares
    covered = {share.analyte for share in shares if method is not None and share.analyte in method.analytes}
    asked = tuple(
        _asked(
            share, named, row, method, limits.get(share.analyte), not covered or share.analyte in covered,
            rule.combine == "EACH",
        )
        for share in shares
    )
    shown = tuple(_asked(Share(code), named, row, method, None, False) for code in signs)
    sources = [{"kind": "residue_definition", "code": one.code, "version": str(one.version)}
               for one in definitions if one.analyte == analyte.code and one.jurisdiction in ("", place)]
    if factors is not None:
        sources.append({"kind": "factor_set", "code": factors.code, "version": str(factors.version)})
    found = _read(tx, row) if rule.combine != "RATIO_SUM" else {}
    asked, shown = (
        tuple(replace(one, read=found[one.code][0], read_at=found[one.code][1]) if one.code in found else one
              for one in group)
        for group in (asked, shown)
    )  # fmt: skip
    return Composition(rule, asked, shown, tuple(sources[-1:]))


def _read(tx: Transaction, row: AnalysisRow) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """By member, what the runs of the worksheet say for it, with its place in the file; of several runs the newest."""
    if row.worksheet_id is None:
        return {}
    query = select(ReadingRow, RunRow.no).join(RunRow, ReadingRow.run_id == RunRow.id).where(
        RunRow.worksheet_id == row.worksheet_id, RunRow.state.in_(READ_STATES), ReadingRow.problem == ""
    )  # fmt: skip
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for reading, no in tx.session.execute(query.order_by(ReadingRow.id)):
        for part in reading.members or ():
            if part["analysis"] == row.id:
                text = as_member(reading.value_text, reading.unit_text)
                found[part["member"]] = (text, {"run": no, "row": reading.n, "source": reading.source})
    return found


def as_member(value: str, unit: str) -> str:
    """A reading as the text of a member: raw, with the unit of the file; nothing found in the words of the bench."""
    return read_as(value) or f"{value.strip()} {unit.strip()}".strip()


def _signs(shares: Iterable[Share], named: Mapping[str, Analyte], method: MethodVersion | None) -> tuple[str, ...]:
    """What shows members that this method cannot tell, each once."""
    if method is None:
        return ()
    outside = [share.analyte for share in shares if share.analyte not in method.analytes]
    found = (sign for code in outside if code in named for sign in named[code].shown_by)
    return tuple(dict.fromkeys(found))


def _limits_in(tx: Transaction, row: AnalysisRow, shares: Iterable[Share]) -> dict[str, Mapping[str, Any]]:
    """The members' own limits, as they are frozen on the other analyses of the lot."""
    codes = [share.analyte for share in shares]
    query = select(AnalysisRow.analyte, AnalysisRow.limit).where(
        AnalysisRow.lot_id == row.lot_id, AnalysisRow.analyte.in_(codes), AnalysisRow.state != "cancelled"
    )
    return {code: frozen for code, frozen in tx.session.execute(query.order_by(AnalysisRow.id.desc())) if frozen}


def _asked(
    share: Share,
    named: Mapping[str, Analyte],
    row: AnalysisRow,
    method: MethodVersion | None,
    limit: Mapping[str, Any] | None,
    needed: bool,
    each: bool = False,
) -> Asked:
    name = named.get(share.analyte)
    unit = (limit or {}).get("unit") or row.unit or (name.default_unit if name else "")
    unit = units.known(unit) or unit
    lod, loq = judging.lod_loq(method, unit)
    return Asked(
        share.analyte,
        name.name_zh if name else share.analyte,
        name.name_en if name else share.analyte,
        printed(share.factor),
        share.told or ("" if share.factor == 1 else printed(share.factor)),
        needed,
        unit,
        printed(lod) if lod is not None else "",
        printed(loq) if loq is not None else "",
        limit,
        _limit_text(limit or (row.limit if each else None)),
    )


def _limit_text(frozen: Any) -> str:
    limit = judging.limit_of(frozen)
    return f"{limit.printed} {units.known(limit.unit) or limit.unit}".strip() if limit and limit.printed else ""


# ---- entering --------------------------------------------------------------------------------------------------------


def fields(
    tx: Transaction,
    row: AnalysisRow,
    method: MethodVersion | None,
    typed: Mapping[str, str],
    unit: str,
    expanded: Mapping[str, str] | None,
) -> dict[str, Any]:
    """The columns of a result that is entered by its members; ``unit`` is that of texts without one.

    ``expanded`` is the U of the sum as ``sum_uncertainty`` gives it. BadInput names the member: missing, unknown, or
    not a result.
    """
    made = composition(tx, row, method)
    if made is None:
        raise BadInput("NOT_A_GROUP", field="members", analyte=row.analyte)
    texts = {code: text.strip() for code, text in typed.items() if text.strip()}
    known = [one.code for one in (*made.members, *made.shown)]
    for code in texts:
        if code not in known:
            raise BadInput("UNKNOWN_MEMBER", field=f"members.{code}", member=code)
    for one in made.members:
        if one.needed and one.code not in texts:
            raise BadInput("MEMBER_MISSING", field=f"members.{one.code}", member=one.code)
    measured = results_of(tx, row, known) if made.rule.combine == "RATIO_SUM" else {}
    own = []
    for asked in (one for one in made.members if one.code in texts):
        cell = _kept(asked, texts[asked.code], unit)
        if asked.code in measured:
            cell |= _as_measured(measured[asked.code], cell)
        elif asked.needed:
            cell["uncertainty"] = _of_method(row, method, cell)
        own.append(cell)
    kept: dict[str, Any] = {
        "kind": "group",
        "combine": made.rule.combine,
        "bound": made.rule.bound,
        "why": made.rule.reason,
        "sources": [dict(source) for source in made.sources],
        "unit": units.known(row.unit) or row.unit or next((one.unit for one in made.members if one.unit), ""),
        "uncertainty": _of_the_sum(expanded, own),
        "members": own,
        "shown": [_kept(one, texts[one.code], unit) for one in made.shown if one.code in texts],
        "settled": None,
    }
    if not kept["members"]:
        raise BadInput("MEMBER_MISSING", field="members", member=made.members[0].code)
    return judged(row, kept)


def sum_uncertainty(row: AnalysisRow, expanded: str, k: str) -> dict[str, str] | None:
    """U of the sum from its own field (``0.05`` or ``20%``), else the share that the rule itself brings."""
    source = uncertain.TYPED if expanded.strip() else uncertain.RULE
    text = expanded.strip() or (row.rule or {}).get("expanded") or ""
    if not text:
        return None
    share = text.endswith("%")
    figure, coverage = _above_zero(text.rstrip("%"), "expanded"), _above_zero(k.strip() or "2", "k")
    return {"expanded": "" if share else figure, "percent": figure if share else "", "k": coverage, "source": source}


def _of_the_sum(given: Mapping[str, str] | None, own: Iterable[Mapping[str, Any]]) -> dict[str, str] | None:
    """What was typed for the sum; the rule's own share only where a member has no U, so that theirs give none."""
    if given is None:
        return None
    found = [one for one in own if one["status"] == "numeric"]
    if given["source"] == uncertain.RULE and found and all(judging.member_of(one).uncertainty for one in found):
        return None
    return dict(given)


def _of_method(row: AnalysisRow, method: MethodVersion | None, one: Mapping[str, Any]) -> dict[str, str] | None:
    known = uncertain.of_member(row, method, read_entry(one["text"]), one["unit"])
    if known is None:
        return None
    return {"expanded": printed(known.expanded), "k": printed(known.k), "source": known.source, "name": known.name}


def _above_zero(text: str, field: str) -> str:
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value <= 0:
        raise BadInput("NOT_A_NUMBER", field=field, text=text[:60])
    return printed(entry.value)


def _kept(one: Asked, text: str, unit: str) -> dict[str, Any]:
    entry = read_entry(text)
    if entry.status in ("refused", "not_measured", "list"):
        note = entry.note
        said = {**(dict(note.params) if note else {}), "field": f"members.{one.code}", "text": text[:200]}
        raise BadInput(note.code if note else "NOT_A_RESULT", **said)
    return {
        "code": one.code, "zh": one.name_zh, "en": one.name_en, "text": text, "status": entry.status,
        "qualifier": entry.qualifier or "", "value": printed(entry.value) if entry.value is not None else None,
        "unit": entry.unit or units.known(unit) or one.unit,
        "lod": printed(entry.lod) if entry.lod is not None else one.lod, "loq": one.loq,
        "factor": one.factor, "told": one.told, "limit": dict(one.limit) if one.limit else None, "uncertainty": None,
        "read": dict(one.read_at) if one.read_at and one.read == text else None,
    }  # fmt: skip


# ---- members that are analyses themselves ----------------------------------------------------------------------------


def results_of(tx: Transaction, row: AnalysisRow, codes: Iterable[str]) -> dict[str, AnalysisRow]:
    """The sample's own analyses of the members, by analyte, those without a result among them."""
    if row.sample_id is None:
        return {}
    query = select(AnalysisRow).where(
        AnalysisRow.sample_id == row.sample_id, AnalysisRow.analyte.in_(list(codes)), AnalysisRow.state != "cancelled"
    )
    found = tx.session.scalars(query.options(joinedload(AnalysisRow.result)).order_by(AnalysisRow.id))
    return {one.analyte: one for one in found}


def text_of(result: ResultRow) -> str:
    """A result as a member's text: as it stands, but for an instrument's token of nothing found."""
    return "ND" if result.status == "not_detected" and read_entry(result.text).status != result.status else result.text


def _as_measured(one: AnalysisRow, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What a member's own result adds to its text; BadInput for a text that is not that of the result."""
    result = one.result
    if result is None or text_of(result) != typed["text"]:
        raise BadInput("MEMBER_HAS_RESULT", field=f"members.{one.analyte}", member=one.analyte, text=typed["text"][:60])
    figures = {name: printed(x) for name in ("lod", "loq") if (x := getattr(result, name)) is not None}
    u = None
    if result.expanded is not None and read_entry(result.text).expanded is None:
        source = ((result.conformity or {}).get("uncertainty") or {}).get("source") or uncertain.TYPED
        u = {"expanded": printed(result.expanded), "k": printed(result.k or Decimal(2)), "source": source, "name": ""}
    return {"unit": result.unit, "uncertainty": u, "result": result.id, **figures}


# ---- the reviewer's choice -------------------------------------------------------------------------------------------


def unsettled(result: ResultRow | None) -> bool:
    """The verdict hangs on the bound, and nobody has chosen one."""
    return result is not None and judging.is_group(result.calculation) and result.verdict_reason == SENSITIVE


def refusals(result: ResultRow | None) -> list[Refusal]:
    """Why a result may not be verified yet."""
    return [refusal("BOUND_NOT_SETTLED")] if unsettled(result) else []


def settle_bound(tx: Transaction, analysis_id: int, bound: str, reason: str) -> None:
    """The reviewer, never the analyst, says by which bound a sum is judged that hangs on it, and why."""
    if bound not in BOUNDS:
        raise BadInput("UNKNOWN_CHOICE", field="bound", value=bound[:20])
    row = lookup.analysis(tx, analysis_id, joinedload(AnalysisRow.result))
    result = row.result
    waits = unsettled(result) or bool(result and judging.is_group(result.calculation) and result.calculation["settled"])
    if result is None or not waits:
        raise Refused(refusal("BOUND_NOT_OPEN", state=row.state))
    may = facts.may_review(tx, tx.actor.id, row.method, tx.today)
    transition.act(tx, row, "settle", lookup.over(row), reason, also=[may] if may else [])
    tx.session.flush()  # the act's event goes with the analysis, the next one with the result
    chosen = {"bound": bound, "by": tx.actor.name, "at": tx.now.isoformat(timespec="seconds"), "reason": reason.strip()}
    for name, value in judged(row, {**result.calculation, "settled": chosen}).items():
        setattr(result, name, value)
    tx.record(result, "settle", reason)

"""Readings that are members of a group: what they may be called, and one result a group when all of them are there.

A group of which a member is missing in the file gets no result; what was read waits for the rest to be typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lims.domain import matching
from lims.domain.rules.errors import Refused
from lims.domain.rules.refusal import refusal
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.run import ReadingRow, RunRow
from lims.services import facts, members, recording
from lims.services.recording import EnterResult
from lims.services.transaction import Transaction

OPEN = ("assigned", "entered", "submitted")


@dataclass(frozen=True)
class Missing:
    """A group that the file does not fill: its members that are not in it, or left out, by code."""

    analysis_id: int
    analyte: str
    members: tuple[str, ...]


def wanted(tx: Transaction, rows: Sequence[AnalysisRow], at: Mapping[int, int]) -> tuple[matching.Wanted, ...]:
    """The members of the worksheet's groups; a group whose members have results of their own is not read.

    ``at`` gives the position that stands at a place of the worksheet.
    """
    known: dict[tuple[str, ...], tuple[matching.Name, ...]] = {}
    found = []
    for row in rows:
        kind = (row.analyte, row.method, (row.limit or {}).get("code", ""), row.lot.request.jurisdiction)
        if kind not in known:
            known[kind] = _names(tx, row)
        for one in known[kind]:
            here = at.get(row.position or 0, 0)
            found.append(
                matching.Wanted(row.id, here, one.words, row.result_id is not None, row.state in OPEN, one.code)
            )
    return tuple(found)


def _names(tx: Transaction, row: AnalysisRow) -> tuple[matching.Name, ...]:
    made = members.composition(tx, row, facts.method(tx, row.method, tx.today))
    if made is None or made.rule.combine == "RATIO_SUM":
        return ()
    asked = (*made.members, *made.shown)
    cas = {code: one.cas for code, one in facts.analytes(tx, (one.code for one in asked), tx.today).items()}
    return tuple(
        matching.Name(one.code, matching.words_of(one.code, one.name_en, one.name_zh, cas.get(one.code, "")))
        for one in asked
    )


def write(
    tx: Transaction, run: RunRow, chosen: Sequence[ReadingRow], targets: Mapping[int, AnalysisRow], reason: str,
    again: bool,
) -> tuple[int, tuple[Missing, ...]]:
    """Results written, and what each other group lacks. ``again``: rows were ticked, so what stands may change."""
    by_group: dict[int, dict[str, ReadingRow]] = {}
    for reading in chosen:
        for place in reading.members or ():
            there = by_group.setdefault(place["analysis"], {})
            if place["member"] in there:
                raise Refused(refusal("SEVERAL_READINGS", rows=[there[place["member"]].n, reading.n]))
            there[place["member"]] = reading
    done, lacking = 0, []
    for analysis_id, found in by_group.items():
        target = targets[analysis_id]
        if target.state not in OPEN or (target.result_id is not None and not again):
            continue
        lack = missing(tx, target, found)
        if lack.members:
            lacking.append(lack)
        else:
            _linked(tx, found.values(), _record(tx, run, target, found, reason), analysis_id, reason)
            done += 1
    return done, tuple(lacking)


def lacking(tx: Transaction, readings: Sequence[ReadingRow], targets: Mapping[int, AnalysisRow]) -> tuple[Missing, ...]:
    """Of the groups that a run reads, those without a result that it does not fill."""
    found: dict[int, set[str]] = {}
    for reading in readings:
        for place in (reading.members or ()) if not reading.problem else ():
            found.setdefault(place["analysis"], set()).add(place["member"])
    asked = (missing(tx, targets[id], dict.fromkeys(codes)) for id, codes in found.items() if _waits(targets.get(id)))
    return tuple(one for one in asked if one.members)


def _waits(target: AnalysisRow | None) -> bool:
    return target is not None and target.state in OPEN and target.result_id is None


def missing(tx: Transaction, target: AnalysisRow, found: Mapping[str, object]) -> Missing:
    made = members.composition(tx, target, facts.method(tx, target.method, tx.today))
    asked = made.members if made is not None else ()
    return Missing(
        target.id, target.analyte, tuple(one.code for one in asked if one.needed and one.code not in found)
    )


def _record(
    tx: Transaction, run: RunRow, target: AnalysisRow, found: Mapping[str, ReadingRow], reason: str
) -> ResultRow:
    authorised = facts.may_test(tx, tx.actor.id, target.method, tx.today)
    if authorised:
        raise Refused(authorised)
    texts = {code: members.as_member(reading.value_text, reading.unit_text) for code, reading in found.items()}
    return recording.record(tx, target, EnterResult(target.id, "", members=texts, run_id=run.id, reason=reason))


def _linked(tx: Transaction, read: Iterable[ReadingRow], result: ResultRow, analysis_id: int, reason: str) -> None:
    for reading in read:
        if reading.analysis_id == analysis_id:
            reading.result_id = result.id
            tx.record(reading, "accept", reason)

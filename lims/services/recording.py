"""Writing down one result: read by the one grammar, worked up by its method, judged, kept as typed.

A step shared by keyboard and instrument; who may and what follows is the use-cases' matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lims.domain.conformity import Conformity, Measured, Uncertainty
from lims.domain.crossing import Fact
from lims.domain.method import MethodVersion
from lims.domain.numbers import reported
from lims.domain.numbers.entry import Entry
from lims.domain.numbers.rounding import plain as printed
from lims.domain.rules.errors import BadInput
from lims.domain.workup import KEPT_DIGITS, Work
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.services import crossing, facts, judging, lookup, members, transition, uncertain, workup
from lims.services.transaction import Transaction

PRESET_REASON = "entry correction"
"""The reason of a correction before submission, where none is asked."""


@dataclass(frozen=True)
class EnterResult:
    analysis_id: int
    text: str
    unit: str = ""
    expanded: str = ""
    k: str = ""
    remark: str = ""
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    """Of a group: analyte code -> its result as typed, instead of ``text``."""
    submit: bool = True
    version: int | None = None
    run_id: int | None = None
    read_as: str = ""
    """What the text means where the instrument says it in its own token, e.g. ``ND`` for ``-----``."""
    replicates: tuple[str, ...] = ()
    """Two or more readings of one portion each, instead of the text."""
    plates: tuple[str, ...] = ()
    """One text a subsample, ``1e-2: 232, 244; 1e-3: 33, 35``, instead of the text."""
    pools: tuple[str, ...] = ()
    """One text a pool of units, ``1-5: ND``, or its answer alone, instead of the text."""
    basis: str = ""
    """On what the result is given (AS_IS, DRY …); empty: on that of the limit, or as is where readings follow."""
    basis_readings: Mapping[str, str] = field(default_factory=dict)
    """Moisture, fat, strength … in per cent by name."""
    recovery: str = ""
    """In per cent, where the method asks for the correction with each result."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Density, surface per mass or molar mass by name, where the limit's unit is of another kind than the result's."""
    sets: tuple[Mapping[str, str], ...] = ()
    """Two or more sets of raw readings, each for one determination, instead of ``inputs``."""


def record(tx: Transaction, row: AnalysisRow, cmd: EnterResult) -> ResultRow:
    """A new version of the analysis's result; the earlier ones stay. Moves the analysis to ``entered``."""
    result = _result(tx, row, cmd)
    tx.add(result, "record", cmd.reason)
    tx.session.flush()  # the analysis points at its newest result
    verb = "enter" if row.state == "assigned" else "correct"
    reason = cmd.reason or (PRESET_REASON if verb == "correct" and row.state == "entered" else "")
    row.result_id, row.result = result.id, result
    transition.act(tx, row, verb, lookup.over(row), reason)
    return result


def _result(tx: Transaction, row: AnalysisRow, cmd: EnterResult) -> ResultRow:
    method = facts.method(tx, row.method, tx.today)
    if cmd.members:
        return _of_members(tx, row, cmd, method)
    number = row.result.number + 1 if row.result_id and row.result else next_number(tx, row)
    return ResultRow(**fields(tx, row, cmd, method, number))


def fields(
    tx: Transaction, row: AnalysisRow, cmd: EnterResult, method: MethodVersion | None, number: int
) -> dict[str, Any]:
    """The columns of a result that is no group's, worked up and judged; nothing is written."""
    work = workup.worked(method, row, cmd, crossing.known(tx, row, cmd.facts))
    entry = work.entry
    lod, loq = _qualities(method, work)
    known = uncertain.known(row, method, cmd.expanded, cmd.k, work)
    uncertainty = known.judged if known else None
    measured = judging.measured_from(entry, work.unit, lod, loq)
    pooled = judging.judge_pooled(row, work.as_json(work.figures, cmd.text))
    found = pooled or judging.judge_entry(row, measured, uncertainty)
    kept = judging.stored(found, row.rule)
    figures = work.figures
    if entry.value is not None:
        figures = judging.figures_of(row.limit, entry.value, work.unit, figures)
    if work.parts and entry.value is not None:
        figures, told = _as_reported(row, figures, measured[0], uncertainty, found)
        kept |= _told(told, work)
    if known:
        kept["uncertainty"] = known.as_json()
    return {
        "analysis_id": row.id,
        "number": number,
        "text": _text(work, cmd),
        "status": entry.status,
        "qualifier": entry.qualifier or "",
        "value": entry.value,
        "values": _members(entry, work.members) or None,
        "unit": work.unit,
        "expanded": known.expanded if known else None,
        "k": known.k if known else None,
        "lod": entry.lod or lod,
        "loq": loq,
        "calculation": work.as_json(figures, cmd.text),
        "run_id": cmd.run_id,
        "entered_by": tx.actor.id,
        "entered_name": tx.actor.name,
        "entered_at": tx.now,
        "reason": cmd.reason,
        "remark": cmd.remark,
        "verdict": found.verdict,
        "verdict_reason": found.reason or "",
        "conformity": kept,
    }


def _qualities(method: MethodVersion | None, work: Work) -> tuple[Decimal | None, Decimal | None]:
    """LOD and LOQ on the footing of the result, whether the method states them as it was read or as it is compared."""
    read = judging.lod_loq(method, work.unit_found)
    if work.crossed == 1 or any(read):
        return work.scaled(read[0]), work.scaled(read[1])
    compared = replace(work, factor=work.factor / work.crossed)
    lod, loq = judging.lod_loq(method, work.unit)
    return compared.scaled(lod), compared.scaled(loq)


def _of_members(tx: Transaction, row: AnalysisRow, cmd: EnterResult, method: MethodVersion | None) -> ResultRow:
    """The result of a group, from the results of its members and nothing beside them."""
    others = {"text": cmd.text.strip(), "inputs": cmd.inputs, "replicates": cmd.replicates, "plates": cmd.plates,
              "pools": cmd.pools, "sets": cmd.sets, "facts": cmd.facts}
    ways = ["members", *(name for name, given in others.items() if given)]
    if len(ways) > 1:
        raise BadInput("WAYS_SEVERAL", field=ways[1], ways=", ".join(ways))
    u = members.sum_uncertainty(row, cmd.expanded, cmd.k)
    number = (row.result.number if row.result else 0) + 1 if row.result_id else next_number(tx, row)
    return ResultRow(
        analysis_id=row.id,
        number=number,
        values=None,
        lod=None,
        loq=None,
        run_id=cmd.run_id,
        entered_by=tx.actor.id,
        entered_name=tx.actor.name,
        entered_at=tx.now,
        reason=cmd.reason,
        remark=cmd.remark,
        **members.fields(tx, row, method, cmd.members, cmd.unit, u),
    )


def _text(work: Work, cmd: EnterResult) -> str:
    """As typed; of what was worked up, the value that came out of it, since all that was typed stands in its parts."""
    if not work.parts:
        return cmd.text
    entry = work.entry
    return entry.text if entry.value is None else f"{entry.qualifier or ''}{printed(entry.value)}"


def _members(entry: Entry, shown: tuple[str, ...]) -> list[dict[str, Any]]:
    """The results of a list; those reckoned from plates with what is reported for them."""
    listed: list[dict[str, Any]] = [
        {
            "qualifier": one.qualifier or "",
            "value": printed(one.value) if one.value is not None else None,
            "status": one.status,
        }
        for one in entry.values
    ]
    return [{**one, "shown": text} for one, text in zip(listed, shown, strict=True)] if listed and shown else listed


def next_number(tx: Transaction, row: AnalysisRow) -> int:
    """After every result that the analysis ever had, those taken back among them."""
    numbers = tx.session.scalars(select(ResultRow.number).where(ResultRow.analysis_id == row.id))
    return max(numbers, default=0) + 1


def _as_reported(
    row: AnalysisRow, least: int, full: Measured, uncertainty: Uncertainty | None, found: Conformity
) -> tuple[int, Conformity]:
    """The figures to report, and the comparison told with them.

    The full value decides. More figures than the method's are printed where fewer would seem to say another verdict:
    0.1004 against 0.1 is no 0.100.
    """
    assert full.value is not None
    u = uncertainty
    if u and u.expanded is not None:
        shown = reported.reported(u.expanded, figures=reported.U_FIGURES)
        u = replace(u, expanded=shown.figure)
    for figures in range(least, KEPT_DIGITS + 1):
        told = judging.judge_entry(row, (full._replace(value=_rounded(full.value, figures)),), u)
        if (told.verdict, told.reason) == (found.verdict, found.reason):
            return figures, told
    return KEPT_DIGITS, found


def _rounded(value: Decimal, figures: int) -> Decimal:
    return reported.reported(value, figures=figures).figure


def _told(told: Conformity, work: Work) -> dict[str, str]:
    """The line that anyone can check, with what was done to the value before (corrected, on which basis)."""
    english, chinese = work.labels
    return {
        "worked": f"{told.worked} ({english})" if english and told.worked else told.worked,
        "worked_zh": f"{told.worked_zh}（{chinese}）" if chinese and told.worked_zh else told.worked_zh,
    }

"""An instrument run for its preview: every reading as printed beside what will be stored and what stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.rules.workflow import open_verbs
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import AmendmentRow, ReadingRow, RunRow
from lims.services import lookup, run_bench, run_kept, run_match, run_members, transition
from lims.services.members import READ_STATES
from lims.services.reading.page import Verb, verbs
from lims.services.reading.run_offers import Offer, offers
from lims.services.run_bench import Bench
from lims.services.run_match import Row
from lims.services.run_members import Missing
from lims.services.transaction import Transaction
from lims.services.transition import Over
from lims.services.uncollected import uncollected

SHOWN = 100
"""Rows of one page of the preview."""
FILTERS = ("all", "attention", "new", "changes", "unmatched", "left_out")


@dataclass(frozen=True)
class ReadingView:
    n: int
    sample_text: str
    analyte_text: str
    value_text: str
    unit_text: str
    flag: str
    role: str
    source: dict[str, Any]
    match: str
    problem: str
    analysis_id: int | None
    analyte_zh: str
    analyte_en: str
    stored: str
    """The result that stands at the analysis now, as typed; empty where there is none."""
    accepted: bool
    status: str = ""
    """What the text means: numeric, censored, not_detected, no_peak, over_range …"""
    will_store: str = ""
    """What the result would be, as the bench would type it; empty where nothing would be written."""
    proposed: bool = False
    asked: str = ""
    """State of the amendment that was asked for, where a verified value differs."""


@dataclass(frozen=True)
class Totals:
    """Every reading and every place of the worksheet, in one bucket each."""

    read: int
    result_rows: int
    matched: int
    to_write: int
    accepted: int
    unchanged: int
    expected_without: tuple[tuple[int, str, str], ...]
    """Analyses of the worksheet that the file says nothing about: id, sample, analyte."""


@dataclass(frozen=True)
class RunView:
    no: str
    state: str
    worksheet_no: str
    adapter: str
    name: str
    digest: str
    size: int
    encoding: str
    received_by: str
    received_at: datetime
    result_cells: int
    skipped: dict[str, int]
    notices: tuple[dict[str, Any], ...]
    problem: str
    counts: dict[str, int]
    readings: tuple[ReadingView, ...]
    missing: tuple[Missing, ...]
    """Groups without a result that the file does not fill."""
    verbs: tuple[Verb, ...]
    totals: Totals
    corrects: str = ""
    """Number of the run that this corrected file stands in for."""
    superseded_by: str = ""
    instrument: str = ""
    came_by: str = ""
    adapter_version: str = ""
    remarks: tuple[Refusal, ...] = ()
    """What a person should know before accepting: the file's own dates and operators beside those of the worksheet."""
    offers: tuple[Offer, ...] = ()
    amendments: tuple[AmendmentView, ...] = ()
    filtered: dict[str, int] | None = None
    """Rows that each filter shows."""
    next: int | None = None
    """Where the next page begins; None on the last."""

    @property
    def why(self) -> Refusal:
        """The problem with what is known of it, such as the missing column and what comes nearest."""
        told = self.notices[0] if self.notices else {}
        return Refusal(self.problem, (told.get("params") or {}) if told.get("code") == self.problem else {})


@dataclass(frozen=True)
class AmendmentView:
    id: int
    n: int
    analysis_id: int
    run_no: str
    stands: str
    value_text: str
    unit_text: str
    reason: str
    answer: str
    state: str
    asked_by: str
    asked_at: datetime
    verbs: tuple[Verb, ...]


def detail(tx: Transaction, no: str) -> RunView:
    """The run with every reading."""
    with uncollected():
        return _view(tx, no, "all", 0, None)


def window(tx: Transaction, no: str, show: str = "all", after: int = 0, size: int = SHOWN) -> RunView:
    """The run with one page of the readings that the filter shows, those behind row ``after``."""
    with uncollected():
        return _view(tx, no, show if show in FILTERS else "all", after, size)


def _view(tx: Transaction, no: str, show: str, after: int, size: int | None) -> RunView:
    query = select(RunRow).where(RunRow.no == no).options(selectinload(RunRow.readings))
    run = lookup.one(tx, query, "run", no)
    here = run_bench.bench(tx, run.worksheet_id, run.instrument_id)
    rows = run_match.staged(tx, here, run_kept.kept(tx, run))
    done = {row.n for row in run.readings if row.result_id is not None}
    asked = amendments(tx, run.id)
    states = {one.n: one.state for one in asked}
    picked = [row for row in rows if row.n > after and shows(show, row, row.n in done)]
    part = picked if size is None else picked[:size]
    instrument = tx.session.get_one(InstrumentRow, run.instrument_id)
    return RunView(
        run.no,
        run.state,
        here.sheet.no,
        run.adapter,
        run.name,
        run.digest,
        run.size,
        run.encoding,
        run.received_name,
        run.received_at,
        run.result_cells,
        dict(run.skipped or {}),
        tuple(run.notices or ()),
        run.problem,
        dict(Counter(row.kind for row in rows)),
        tuple(_reading(row, here, row.n in done, states.get(row.n, "")) for row in part),
        _lacking(tx, run),
        verbs(tx, run, open_verbs("run", run.state), Over()),
        _totals(here, rows, done),
        corrects=_no_of(tx, run.supersedes_id),
        superseded_by=tx.session.scalars(select(RunRow.no).where(RunRow.supersedes_id == run.id)).first() or "",
        instrument=instrument.code,
        came_by=run.came_by,
        adapter_version=run.adapter_version,
        remarks=_remarks(here, rows),
        offers=offers(here, rows) if run.state in ("parsed", "part_accepted") and size is not None else (),
        amendments=asked,
        filtered={name: sum(1 for row in rows if shows(name, row, row.n in done)) for name in FILTERS}
        if size is not None
        else None,
        next=part[-1].n if size is not None and len(picked) > size else None,
    )


def _lacking(tx: Transaction, run: RunRow) -> tuple[Missing, ...]:
    if run.state not in READ_STATES or not any(row.members for row in run.readings):
        return ()
    whole = {row.id: row for row in run_bench.analyses(tx, run.worksheet_id)}
    return run_members.lacking(tx, run.readings, whole)


def shows(show: str, row: Row, accepted: bool) -> bool:
    """Whether a filter of the preview shows the row."""
    if show == "attention":
        return not accepted and (row.kind in ("changed", "locked") or bool(row.problem) or row.kind == "no_analyte")
    if show == "new":
        return row.kind == "matched" and not row.problem
    if show == "changes":
        return row.kind in ("changed", "locked")
    if show == "unmatched":
        return row.kind in ("no_position", "no_analyte")
    if show == "left_out":
        return row.kind in ("evidence", "unchanged") or bool(row.problem)
    return True


def _no_of(tx: Transaction, run_id: int | None) -> str:
    return (tx.session.scalars(select(RunRow.no).where(RunRow.id == run_id)).first() or "") if run_id else ""


def _totals(here: Bench, rows: Sequence[Row], done: set[int]) -> Totals:
    told = {row.match.analysis_id for row in rows} | {part.analysis_id for row in rows for part in row.match.parts}
    without = tuple(
        (row.id, here.samples.get(row.sample_id or 0, ""), row.analyte_en)
        for row in here.targets.values()
        if row.id not in told and row.state != "cancelled"
    )
    kinds = Counter(row.kind for row in rows)
    return Totals(
        len(rows),
        sum(1 for row in rows if row.reading.quantity in run_match.RESULTS),
        sum(kinds[kind] for kind in ("matched", "changed", "unchanged", "locked", "qc")),
        sum(1 for row in rows if row.kind == "matched" and not row.problem and row.n not in done),
        len(done),
        kinds["unchanged"],
        without[:200],
    )


def _remarks(here: Bench, rows: Sequence[Row]) -> tuple[Refusal, ...]:
    """A file measured before its worksheet was made, and whom the file names as operators."""
    days = sorted({row.reading.extra.get("measured_at", "")[:10] for row in rows} - {""})
    iso = [day for day in days if len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isdigit()]
    made = here.sheet.made_at.date().isoformat()
    found = []
    if iso and iso[-1] < made:
        found.append(refusal("FILE_OLDER_THAN_WORKSHEET", file=iso[-1], worksheet=made))
    people = sorted({row.reading.extra.get("operator", "") for row in rows} - {"", here.sheet.analyst_name})
    if people:
        found.append(refusal("FILE_NAMES_OPERATOR", operator=", ".join(people[:3]), analyst=here.sheet.analyst_name))
    return tuple(found)


def _reading(row: Row, here: Bench, accepted: bool, asked: str) -> ReadingView:
    analysis = here.targets.get(row.match.analysis_id or 0)
    stored = here.stored.get(row.match.analysis_id or 0, "")
    said = row.reading
    store = (row.meaning.as_entry or said.value) if row.kind in ("matched", "changed", "qc") else ""
    return ReadingView(
        row.n,
        said.sample_id,
        said.analyte,
        said.value,
        said.unit,
        said.flag,
        said.role,
        {"sheet": said.source.sheet, "line": said.source.line, "column": said.source.column},
        row.kind,
        row.problem,
        row.match.analysis_id,
        analysis.analyte_zh if analysis else "",
        analysis.analyte_en if analysis else "",
        stored,
        accepted,
        row.meaning.status,
        "" if row.problem and not row.proposed else store,
        row.proposed,
        asked,
    )


def amendments(tx: Transaction, run_id: int | None = None) -> tuple[AmendmentView, ...]:
    """What reviewers are asked for: of one run all, else everything that waits for an answer."""
    query = select(AmendmentRow, RunRow.no).join(RunRow, AmendmentRow.run_id == RunRow.id)
    mine = AmendmentRow.state == "asked" if run_id is None else AmendmentRow.run_id == run_id
    found = tx.session.execute(query.where(mine).order_by(AmendmentRow.id).limit(200))
    return tuple(_amendment(tx, row, no) for row, no in found)


def _amendment(tx: Transaction, row: AmendmentRow, run_no: str) -> AmendmentView:
    may = tuple(Verb(verb, transition.can(tx, row, verb, Over())) for verb in open_verbs("amendment", row.state))
    return AmendmentView(
        row.id, row.n, row.analysis_id, run_no, row.stands, row.value_text, row.unit_text, row.reason, row.answer,
        row.state, row.asked_name, row.asked_at, may,
    )


def source_of(tx: Transaction, result_id: int) -> tuple[str, int] | None:
    """Run number and row of the reading that a result came from."""
    query = select(RunRow.no, ReadingRow.n).join(RunRow, ReadingRow.run_id == RunRow.id)
    found = tx.session.execute(query.where(ReadingRow.result_id == result_id)).first()
    return (found.no, found.n) if found else None

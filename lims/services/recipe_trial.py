"""A dry run: a recipe over files that came in before, beside what was read from them then. Nothing is written.

The files are those of one instrument or of one recipe, the newest first, each content once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from instruments.reading import Parsed, Reading
from instruments.sandbox import parse_apart
from lims.domain.rules.errors import LimsError
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow
from lims.services import run_kept
from lims.services.transaction import Transaction

FILES = 10
MOST_BYTES = 30 * 1024 * 1024
"""Of all the files together, so that the page comes while a person waits."""
SHOWN = 5
Said = tuple[str, ...]
"""Sample, analyte, value, unit, flag, role, quantity."""


@dataclass(frozen=True)
class Trial:
    """``verdict`` is same, differs, read_now (it was refused then), refused (it was read then) or refused_again."""

    run_no: str
    name: str
    received_at: datetime
    adapter: str
    adapter_version: str
    verdict: str
    then: int
    now: int
    error: LimsError | None = None
    gone: tuple[Said, ...] = ()
    came: tuple[Said, ...] = ()
    differing: int = 0


def trials(tx: Transaction, document: bytes, instrument: str = "", adapter: str = "") -> tuple[Trial, ...]:
    """``document`` over the newest files of the instrument, and of whatever was read as ``adapter``."""
    runs = _runs(tx, instrument, adapter)
    found: list[Trial] = []
    taken = 0
    for run in runs:
        taken += run.size
        if taken > MOST_BYTES and found:
            break
        found.append(_trial(run, _read(tx, run, document), [_said(one) for one in run_kept.kept(tx, run)]))
    return tuple(found)


def _runs(tx: Transaction, instrument: str, adapter: str) -> Sequence[RunRow]:
    mine: list[ColumnElement[bool]] = []
    if instrument:
        mine.append(RunRow.instrument_id.in_(select(InstrumentRow.id).where(InstrumentRow.code == instrument)))
    if adapter:
        mine.append(RunRow.adapter == adapter)
    if not mine:
        return ()
    newest = select(func.max(RunRow.id)).where(or_(*mine)).group_by(RunRow.digest)
    return list(tx.session.scalars(select(RunRow).where(RunRow.id.in_(newest)).order_by(RunRow.id.desc()).limit(FILES)))


def _read(tx: Transaction, run: RunRow, document: bytes) -> Parsed | LimsError:
    try:
        return parse_apart(tx.place.files.get(run.digest), recipe=document, name=run.name)
    except LimsError as error:
        return error


def _trial(run: RunRow, result: Parsed | LimsError, then: list[Said]) -> Trial:
    verdict = "refused_again" if run.problem else "refused"
    about = Trial(run.no, run.name, run.received_at, run.adapter, run.adapter_version, verdict, len(then), 0)
    if isinstance(result, LimsError):
        return replace(about, error=result)
    now = [_said(reading) for reading in result.readings]
    if run.problem:
        return replace(about, verdict="read_now", now=len(now))
    gone, came = Counter(then), Counter(now)
    lost, new = list((gone - came).elements()), list((came - gone).elements())
    return replace(
        about, verdict="differs" if lost or new else "same", now=len(now), gone=tuple(lost[:SHOWN]),
        came=tuple(new[:SHOWN]), differing=max(len(lost), len(new)),
    )  # fmt: skip


def _said(reading: Reading) -> Said:
    return (
        reading.sample_id, reading.analyte, reading.value, reading.unit, reading.flag, reading.role, reading.quantity
    )

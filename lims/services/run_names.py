"""Names in an instrument's files: the pattern that finds the sample's number, aliases a person declares, offers.

A pattern is short and of a form that cannot run away, as those of recipes are.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from instruments.recipes.pattern import Pattern
from lims.domain.rules.errors import BadInput, LimsError
from lims.persistence.instrument import InstrumentRow
from lims.persistence.run import RunRow, SampleNamingRow
from lims.services import lookup
from lims.services.transaction import Transaction

MOST_ALIASES = 1_000


def extractor(pattern: str) -> Callable[[str], str] | None:
    """Finds the sample's number in a longer name; None without a pattern."""
    if not pattern:
        return None
    compiled = Pattern(pattern, "sample")
    return lambda text: compiled.group(text, "sample") or text


def declare(tx: Transaction, run_no: str, text: str, analyte: str) -> None:
    """From now on the instrument's word means the analyte; BadInput where it already means another."""
    tx.require("run:import")
    run = lookup.one(tx, select(RunRow).where(RunRow.no == run_no), "run", run_no)
    instrument = tx.session.get_one(InstrumentRow, run.instrument_id)
    known = dict(instrument.aliases or {})
    if not text.strip() or not analyte.strip() or len(text) > 300 or len(known) >= MOST_ALIASES:
        raise BadInput("FIELD_NEEDED", field="alias")
    if known.get(text, analyte) != analyte:
        raise BadInput("ALIAS_TAKEN", field="alias", text=text[:100], analyte=known[text])
    if text in known:
        return
    instrument.aliases = {**known, text: analyte}
    tx.record(instrument, "name_analyte", f"{run.no}: {text} = {analyte}")


def name_samples(tx: Transaction, instrument_code: str, pattern: str) -> None:
    """How the sample's number stands in the names of this instrument's files; an empty pattern takes names as are."""
    tx.require("instrument:edit")
    query = select(InstrumentRow).where(InstrumentRow.code == instrument_code)
    instrument = lookup.one(tx, query, "instrument", instrument_code)
    try:
        extractor(pattern)
    except LimsError as error:
        raise BadInput(error.code, **{**error.params, "field": "pattern"}) from error
    row = tx.session.scalars(select(SampleNamingRow).where(SampleNamingRow.instrument_id == instrument.id)).first()
    if row is None:
        tx.add(SampleNamingRow(instrument_id=instrument.id, pattern=pattern), "record")
    elif row.pattern != pattern:
        row.pattern = pattern
        tx.record(row, "correct")

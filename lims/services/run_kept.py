"""The readings of a run as the adapter gave them, kept whole in the file store beside the file they came from.

Its own format, numbered, so that what was kept once is read for ever, however a reading process answers.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from instruments.reading import Reading, Source
from lims.domain.rules.errors import NotFound
from lims.persistence.run import RunRow
from lims.services.transaction import Transaction

FORMAT = 1
_SOME: tuple[object, ...] = ("", "", "", "", "", "", "", "", 0, "", {})


def keep(tx: Transaction, readings: Sequence[Reading]) -> str:
    """Put them in the store; their digest. Column by column, for columns repeat themselves."""
    lines = [
        (one.sample_id, one.analyte, one.value, one.unit, one.flag, one.role, one.quantity, one.source.sheet,
         one.source.line, one.source.column, one.extra if type(one.extra) is dict else dict(one.extra))
        for one in readings
    ]  # fmt: skip
    columns = [_narrowed(column) for column in zip(*lines, strict=True)] or [[] for _ in _SOME]
    said = json.dumps([FORMAT, len(lines), columns], ensure_ascii=False, separators=(",", ":"))
    return tx.place.files.put(zlib.compress(said.encode(), 1))


def _narrowed(column: Sequence[object]) -> Sequence[object]:
    """One value for all where there is but one; a text told once by each of its rows otherwise."""
    first = column[0]
    return [first] if not isinstance(first, dict) and column.count(first) == len(column) else column


def kept(tx: Transaction, run: RunRow) -> tuple[Reading, ...]:
    """What ``keep`` was given; nothing for a file that could not be read."""
    if not run.read_digest:
        return ()
    number, count, columns = json.loads(zlib.decompress(tx.place.files.get(run.read_digest)))
    if number != FORMAT:
        raise NotFound("FILE_DAMAGED", digest=run.read_digest)
    whole = [column * count if len(column) == 1 else column for column in columns]
    return tuple(
        Reading(sample, analyte, value, unit, flag, role, quantity, Source(sheet, line, heading), extra)
        for sample, analyte, value, unit, flag, role, quantity, sheet, line, heading, extra in zip(*whole, strict=True)
    )

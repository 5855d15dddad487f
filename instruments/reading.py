"""What an instrument said, word for word, and the account of every result cell of its file.

Nothing here is a number: values stay as printed, turning them into quantities is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from instruments.errors import AdapterFault, NothingToImport

EMPTY_CELL = "EMPTY_CELL"
SUMMARY_ROW = "SUMMARY_ROW"


@dataclass(frozen=True)
class Source:
    """Where the value stands. Lines count from 1; ``column`` is the header text, or the 1-based number."""

    sheet: str
    line: int
    column: str


class Reading(NamedTuple):
    """``value`` as printed and trimmed; ``unit`` empty when the file has none; ``role`` in lower case.

    A tuple with names, for a file has tens of thousands of them and this is the cheapest value to make.
    """

    sample_id: str
    analyte: str
    value: str
    unit: str
    flag: str
    role: str
    quantity: str
    source: Source
    extra: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Notice:
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """One file, read. ``result_cells`` equals the readings plus the skipped, always."""

    adapter: str
    version: str
    encoding: str
    readings: tuple[Reading, ...]
    skipped: tuple[tuple[str, int], ...]
    notices: tuple[Notice, ...]
    result_cells: int


class Tally:
    """Collects readings while an adapter reads, and balances the account at the end.

    An adapter announces its result cells from the shape of the table (rows times result columns) before it
    looks into them, so that a cell lost on the way shows as an imbalance instead of vanishing.
    ``only_sample`` stands for a sample that the file itself does not name.
    """

    def __init__(self, only_sample: str = "") -> None:
        self._only_sample = only_sample
        self._readings: list[Reading] = []
        self._skipped: dict[str, int] = {}
        self._notices: dict[tuple[str, tuple[tuple[str, Any], ...]], None] = {}
        self._announced = 0

    def announce(self, cells: int) -> None:
        self._announced += cells

    def emit(self, reading: Reading) -> None:
        """Keep a reading; an empty value is a skipped cell, not a reading."""
        if not reading.value:
            self.skip(EMPTY_CELL)
            return
        if not reading.sample_id and self._only_sample:
            reading = reading._replace(sample_id=self._only_sample)
            self.notice("SAMPLE_FROM_FILE_NAME")
        if not reading.sample_id:
            self.notice("ROW_WITHOUT_SAMPLE", line=reading.source.line)
        self._readings.append(reading)

    def skip(self, reason: str, cells: int = 1) -> None:
        if cells:
            self._skipped[reason] = self._skipped.get(reason, 0) + cells

    def notice(self, code: str, **params: Any) -> None:
        self._notices[(code, tuple(sorted(params.items())))] = None

    def close(self, adapter: str, version: str, encoding: str) -> Parsed:
        """The finished account, or NothingToImport, or AdapterFault when it does not balance."""
        accounted = len(self._readings) + sum(self._skipped.values())
        if accounted != self._announced:
            raise AdapterFault("RESULT_CELLS_LOST", adapter=adapter, announced=self._announced,
                               accounted=accounted)
        if not self._readings:
            because = "ONLY_EMPTY_CELLS" if self._announced else "NO_RESULT_CELLS"
            raise NothingToImport(because, adapter=adapter, skipped=tuple(self._skipped.items()))
        notices = tuple(Notice(code, MappingProxyType(dict(params))) for code, params in self._notices)
        return Parsed(adapter, version, encoding, tuple(self._readings), tuple(self._skipped.items()),
                      notices, self._announced)

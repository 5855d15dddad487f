"""A text of a result with what was understood of it: the value that the grammar gives and everyone above reads."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from lims.domain.numbers.marks import Note


class Entry(NamedTuple):
    """A text and what was understood of it; ``text`` is always exactly what came in. (A tuple, because it is fast.)"""

    text: str
    status: str
    """numeric, censored, qualitative, not_detected, below_loq, trace, over_range, not_measured, list or refused."""
    qualifier: str | None = None
    value: Decimal | None = None
    """The number with the digits it was typed with; ``2.0e3`` keeps two significant ones."""
    word: str | None = None
    """For qualitative results: DETECTED, or the outcome as typed."""
    unit: str | None = None
    expanded: Decimal | None = None
    expanded_percent: bool = False
    """``expanded`` is a share of the value in per cent."""
    values: tuple[Entry, ...] = ()
    """The results of a list, each read by itself; the common unit stands on the list."""
    note: Note | None = None
    lod: Decimal | None = None
    loq: Decimal | None = None
    coverage: Decimal | None = None
    """The coverage factor, where the text says ``(k=2)``."""

    @property
    def digits(self) -> int | None:
        """Significant digits of the number as it was typed."""
        return None if self.value is None else len(self.value.as_tuple().digits)

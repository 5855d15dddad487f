"""Which positions a broken check holds: those since the last good one, up to the next good one.

It knows the order of a run and what its checks said; why a check is broken is batch.py's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A continuing check at a place of the run: ``good``, ``broken`` or ``open``."""

    seq: int
    verdict: str


@dataclass(frozen=True)
class Span:
    """Positions from ``first`` to ``last``, both held."""

    first: int
    last: int

    def holds(self, seq: int) -> bool:
        return self.first <= seq <= self.last


def span(checks: Sequence[Check], broken_at: int, end: int) -> Span:
    """What the broken check at ``broken_at`` holds in a run of ``end`` positions.

    A check that nothing was found at yet is no good one: it ends nothing.
    """
    good = [one.seq for one in checks if one.verdict == "good"]
    before = max((seq for seq in good if seq < broken_at), default=0)
    after = min((seq for seq in good if seq > broken_at), default=end + 1)
    return Span(before + 1, after - 1)

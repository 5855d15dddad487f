"""Pairs of timings: product and floor in turn, so that a drifting machine does not lie; medians are compared."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from lims import installation
from lims.cli.init import install
from lims.services.transaction import Installation


@dataclass(frozen=True)
class Measured:
    name: str
    ratio: float
    target: str
    floor: str
    """What the floor is, in words."""


def ratio(product: Callable[[], object], floor: Callable[[], object], rounds: int = 9) -> float:
    """Median time of the product by median time of the floor, after one warm-up of each."""
    product(), floor()
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_seconds(product))
        bare.append(_seconds(floor))
    return statistics.median(ours) / statistics.median(bare)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def scratch() -> Installation:
    """A laboratory of its own in a temporary folder, with the catalogue and the laboratory's keys."""
    folder = Path(tempfile.mkdtemp(prefix="lims-bench-"))
    place = install(folder, {"laboratory": "BN", "public_url": "http://127.0.0.1:8000"}, demo=True)
    return Installation(place.engine, folder, ZoneInfo("Asia/Shanghai"), "BN", place.public_url, True)


def opened(place: Installation) -> installation.Opened:
    return installation.opened(place.home)

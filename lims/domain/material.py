"""Reference materials, standards, reagents: what a lot is, until when it may be used, and why it may not be.

ISO/IEC 17025:2017 6.4 and 6.6, ISO 17034. How a working solution gets its concentration is dilution.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal

KINDS = ("crm", "standard", "reagent", "media", "strain", "consumable")
SOON_DAYS = 30
OPEN_STATES = frozenset({"received", "in_use"})
_BARCODE = re.compile(r"[0-9A-Z][0-9A-Z.-]{2,38}[0-9A-Z]")


@dataclass(frozen=True)
class Lot:
    """One lot with all that its validity hangs on; ``open_days`` counts from the day it was opened."""

    barcode: str
    state: str
    expiry: date | None = None
    opened_on: date | None = None
    open_days: int | None = None
    extended_until: date | None = None
    reason: str = ""
    """Why it was withdrawn."""

    @property
    def last_day(self) -> date | None:
        """The last day of use: that of the label or of the opened bottle, whichever comes first.

        A day that quality has declared stands in place of both. None where nothing limits it.
        """
        if self.extended_until is not None:
            return self.extended_until
        days = [self.expiry] if self.expiry else []
        if self.opened_on is not None and self.open_days is not None:
            days.append(after(self.opened_on, self.open_days))
        return min(days, default=None)


def after(day: date, days: int) -> date:
    """So many days later, or the end of the calendar."""
    return day + timedelta(days=days) if days < (date.max - day).days else date.max


def refusals(lot: Lot, on: date) -> list[Refusal]:
    """Why the lot may be neither used nor prepared from on that day; empty when it may."""
    found = []
    if lot.state == "withdrawn":
        found.append(refusal("MATERIAL_WITHDRAWN", lot=lot.barcode, reason=lot.reason))
    elif lot.state == "used_up":
        found.append(refusal("MATERIAL_USED_UP", lot=lot.barcode))
    elif lot.state == "expired" or (lot.last_day is not None and on > lot.last_day):
        found.append(refusal("MATERIAL_EXPIRED", lot=lot.barcode, until=str(lot.last_day or "")))
    if lot.opened_on is None and lot.state in OPEN_STATES:
        found.append(refusal("MATERIAL_NOT_OPENED", lot=lot.barcode))
    return found


def validity(lot: Lot, on: date) -> str:
    """``none`` (nothing limits it), ``past``, ``soon`` (within thirty days) or ``good``; for what is still there."""
    last = lot.last_day
    if last is None:
        return "none"
    if on > last:
        return "past"
    return "soon" if (last - on).days <= SOON_DAYS else "good"


def prepared_until(wanted: date | None, parents: Iterable[Lot]) -> date | None:
    """The last day of a preparation: never later than that of the parent that ends first; what is later is refused."""
    earliest = min((lot for lot in parents if lot.last_day), key=lambda lot: lot.last_day or date.max, default=None)
    if earliest is None or earliest.last_day is None:
        return wanted
    if wanted is not None and wanted > earliest.last_day:
        raise BadInput(
            "MATERIAL_OUTLIVES_PARENT", field="expiry", value=str(wanted), lot=earliest.barcode,
            until=str(earliest.last_day),
        )  # fmt: skip
    return wanted or earliest.last_day


def circle(child: str, parents: Iterable[str], made_from: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The way from the child back to itself that these parents would make; empty when the tree stays a tree.

    ``made_from`` tells of every lot above the parents what it was made from.
    """
    ways: list[tuple[str, ...]] = [(child, parent) for parent in parents]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == child:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [(*way, above) for above in made_from.get(way[-1], ())]
    return ()


def house_barcode(on: date, n: int) -> str:
    """The number on the house's own label, long enough for a scanner to be told from typing."""
    return f"ML-{on:%y%m}-{n:04d}"


def barcode_read(text: str) -> str:
    """A barcode as scanned or typed: capitals, no spaces around; BadInput for what no label of ours can carry."""
    typed = text.strip().upper()
    if not _BARCODE.fullmatch(typed):
        raise BadInput("BARCODE_UNUSABLE", field="barcode", text=text[:40])
    return typed

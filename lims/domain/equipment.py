"""Instruments fit for use on a day: in service, checked, and not past a date or a number of uses. Knows no rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lims.domain.rules.refusal import Refusal, refusal

SOON_DAYS = 30
SOON_PERCENT = 90
"""Of the uses allowed between two checks: from here on the next one is due soon."""
KINDS = ("calibration", "intermediate", "qualification", "maintenance")
BLOCKING = frozenset({"calibration", "intermediate", "qualification"})
"""Kinds that an instrument must not be used without; overdue maintenance is shown, a person decides (6.4.3)."""
UNITS = ("worksheets", "runs", "injections", "hours")
"""What uses are counted in: worksheets made on it, runs accepted, places of its worksheets, hours in its logbook."""
_WORST_FIRST = ("unknown", "past", "soon", "good")


@dataclass(frozen=True)
class Due:
    """When one kind of check must be done again; ``used`` since the last good one, of ``every`` allowed."""

    kind: str
    on: date | None = None
    unit: str = ""
    every: int | None = None
    used: int = 0
    soon_on: date | None = None
    """From this day on it is due soon; by itself thirty days before."""

    def used_up(self) -> bool:
        return self.every is not None and self.used >= self.every

    def word(self, today: date) -> str:
        """``past``, ``soon`` or ``good``, by whichever of date and uses comes first."""
        if self.used_up() or (self.on is not None and today > self.on):
            return "past"
        nearly = self.every is not None and self.used * 100 >= self.every * SOON_PERCENT
        close = self.on is not None and today >= (self.soon_on or self.on - timedelta(days=SOON_DAYS))
        return "soon" if nearly or close else "good"


@dataclass(frozen=True)
class Equipment:
    code: str
    state: str
    calibration_due: date | None
    out_reason: str = ""
    check_needed: str = ""
    """What was changed and not checked since, such as its software; empty when nothing was."""
    dues: tuple[Due, ...] = ()


def unfit(instrument: Equipment, on: date) -> Refusal | None:
    """Why no result may be taken with it that day (ISO/IEC 17025 6.4.4, 6.4.9); the due day itself is fit."""
    if instrument.state != "in_service":
        return refusal(
            "INSTRUMENT_NOT_IN_SERVICE",
            instrument=instrument.code,
            state=instrument.state,
            reason=instrument.out_reason,
        )
    if instrument.check_needed:
        return refusal("CHECK_NEEDED", instrument=instrument.code, change=instrument.check_needed)
    if instrument.calibration_due is None:
        return refusal("CALIBRATION_UNKNOWN", instrument=instrument.code)
    if on > instrument.calibration_due:
        return refusal("CALIBRATION_PAST", instrument=instrument.code, due=instrument.calibration_due.isoformat())
    reasons = (_overdue(instrument.code, due, on) for due in instrument.dues if due.kind in BLOCKING)
    return next((reason for reason in reasons if reason is not None), None)


def _overdue(code: str, due: Due, on: date) -> Refusal | None:
    if due.on is not None and on > due.on:
        return refusal("CHECK_PAST", instrument=code, check=due.kind, due=due.on.isoformat())
    if due.used_up():
        return refusal("CHECK_USED_UP", instrument=code, check=due.kind, used=due.used, every=due.every,
                       counted=due.unit)  # fmt: skip
    return None


def calibration(due: date | None, on: date) -> str:
    """``unknown``, ``past``, ``soon`` (within thirty days) or ``good``."""
    return "unknown" if due is None else Due("calibration", due).word(on)


def standing(instrument: Equipment, today: date) -> str:
    """The worst word over its calibration and everything planned for it."""
    words: Iterable[str] = (calibration(instrument.calibration_due, today), *(d.word(today) for d in instrument.dues))
    return min(words, key=_WORST_FIRST.index)
